"""Import: from spreadsheets to a dossier. First the fate of every row; then, where it is asked for, the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cleancut.errors import FieldError, SheetError
from cleancut.model.imports import Fate, Plan, Problem, SheetReport
from cleancut.model.record import read
from cleancut.model.sheets import Sheet, letters
from cleancut.ports import Document, Documents, DossierFiles, Packs, Sheets
from cleancut.rules.catalogue import Catalogue
from cleancut.usecases.columns import Headers, ImportMap, NoTable, SheetMapping, Table, table_of
from cleancut.usecases.dossier import checked
from cleancut.usecases.plan_rows import Rows, copied
from cleancut.usecases.registers import Register, registers
from cleancut.usecases.words import Words, normal, words_of

MOST_ROUNDS = 100  # in which rows are refused for what the dossier as a whole says of them


@dataclass(frozen=True)
class ImportPorts:
    """What importing needs from outside."""

    documents: Documents
    dossiers: DossierFiles
    packs: Packs
    sheets: Sheets


@dataclass(frozen=True)
class Import:
    """A plan with what it takes to carry it out."""

    dossier: Path
    was: Any
    content: bytes
    plan: Plan


def plan_import(ports: ImportPorts, files: Sequence[Path], dossier: Path, mapping: Path | None) -> Import:
    """What importing these files would do to a dossier. Writes nothing. Raises `InputError` for a file that cannot be
    read; what is wrong with a row is in the plan."""
    content = ports.dossiers.content(dossier)
    document = read_dossier(ports, dossier)
    catalogue = ports.packs.catalogue
    known = registers(catalogue)
    asked = _mapping(ports.documents, mapping, known)
    words = words_of(ports.packs.table("columns"))
    sheets = [sheet for path in files for sheet in ports.sheets.read(path)]
    _check_names(mapping, asked, sheets)
    tables, reports = _tables(sheets, known, words, asked)
    fates, data = _planned(document, catalogue, tables)
    return Import(dossier, document.data, content, Plan(tuple(reports), tuple(fates), data))


def read_dossier(ports: ImportPorts, path: Path) -> Document:
    """A dossier that is sound as it stands. Raises `DossierError`."""
    document = ports.documents.read(path)
    try:
        checked(ports.packs.catalogue, document.data)
    except FieldError as error:
        raise document.located(error) from None
    return document


def carry_out(ports: ImportPorts, planned: Import, *, without_refused: bool) -> bool:
    """Write the dossier as planned; whether anything was to be written. Raises `SheetError` where rows are refused or
    sheets not read, and the others may not go without them."""
    if planned.plan.refused and not without_refused:
        raise SheetError(
            f"{len(planned.plan.refused)} of {len(planned.plan.fates)} rows are refused, so nothing was written",
            "correct them, or write the others with --without-refused",
        )
    if planned.plan.lost and not without_refused:
        names = ", ".join(f"{sheet.file}, sheet {sheet.sheet}" for sheet in planned.plan.lost)
        raise SheetError(
            f"{names}: not read, so nothing was written",
            "say in a mapping file what it is, or write the others with --without-refused",
        )
    if not planned.plan.changes_something:
        return False
    changed = ports.dossiers.change(planned.dossier, planned.was, planned.plan.data)
    ports.dossiers.write(planned.dossier, changed, planned.content)
    return True


def _mapping(documents: Documents, path: Path | None, known: Mapping[str, Register]) -> tuple[SheetMapping, ...]:
    if path is None:
        return ()
    document = documents.read(path)
    try:
        mappings = read(ImportMap, document.data).sheets
        for i, mapping in enumerate(mappings):
            _check_mapping(mapping, known, ("sheets", i))
    except FieldError as error:
        raise document.located(error) from None
    return mappings


def _check_mapping(mapping: SheetMapping, known: Mapping[str, Register], path: tuple[str | int, ...]) -> None:
    if mapping.register and mapping.register not in known:
        raise FieldError(
            (*path, "register"), f"there is no register {mapping.register!r}", f"one of {', '.join(known)}"
        )
    if mapping.header_row and not (mapping.header_row.isascii() and mapping.header_row.isdigit()):
        raise FieldError((*path, "header_row"), "expected the number of a row, from 1")
    columns = (
        known[mapping.register].columns
        if mapping.register
        else {n: c for r in known.values() for n, c in r.columns.items()}
    )
    for key in ("columns", "values", "always"):
        for said, value in (getattr(mapping, key) or {}).items():
            name = str(value or "-") if key == "columns" else said
            if name not in columns and not (key == "columns" and name == "-"):
                hint = (
                    f"fields of {mapping.register}: {', '.join(columns)}"
                    if mapping.register
                    else "say its `register` too"
                )
                raise FieldError((*path, key, said), f"there is no field {name!r}", hint)


def _check_names(mapping: Path | None, asked: Sequence[SheetMapping], sheets: Sequence[Sheet]) -> None:
    """Raises `SheetError` where a mapping is of a sheet that is in none of the files: what it says would not apply."""
    names = {normal(sheet.name): sheet.name for sheet in sheets}
    for entry in asked:
        if entry.sheet != "*" and normal(entry.sheet) not in names:
            there = ", ".join(sorted(names.values())) or "none"
            raise SheetError(f"{mapping}: no sheet is called {entry.sheet}", f"the sheets are: {there}")


def _tables(
    sheets: Sequence[Sheet], known: Mapping[str, Register], words: Words, asked: Sequence[SheetMapping]
) -> tuple[list[Table], list[SheetReport]]:
    """The tables in the order in which what is referred to comes first, and a report on each sheet in its own order."""
    tables, reports, headers = [], [], Headers(known, words)
    for sheet in sheets:
        fitting = (m for m in asked if m.sheet == "*" or normal(m.sheet) == normal(sheet.name))
        try:
            table = table_of(sheet, headers, next(fitting, None))
        except NoTable as reason:
            lost = SheetReport(sheet.file, sheet.name, notes=sheet.notes, reason=str(reason), is_lost=reason.is_lost)
            reports.append(lost)
            continue
        tables.append(table)
        reports.append(
            SheetReport(
                sheet.file,
                sheet.name,
                table.register.name,
                table.header_row,
                tuple((letters(i), table.headers[i], column.name) for i, column in table.columns.items()),
                tuple((letters(i), header) for i, header in table.unread.items()),
                sheet.notes,
            )
        )
    order = list(known)
    return sorted(tables, key=lambda table: order.index(table.register.name)), reports


def _planned(document: Document, catalogue: Catalogue, tables: Sequence[Table]) -> tuple[list[Fate], dict[str, Any]]:
    """The fates, and the data with every row that can be taken. A row that the dossier as a whole will not bear (an id
    that nothing defines, lineage in a circle) is refused, and the rest is laid over anew without it."""
    refused: dict[str, Problem] = {}
    for _ in range(MOST_ROUNDS):
        rows = Rows(copied(document.data), catalogue, refused)
        fates = [fate for table in tables for fate in rows.fates(table, _place(table.sheet))]
        try:
            checked(catalogue, rows.data)
            return fates, rows.data
        except FieldError as error:
            blamed = _blamed(rows, error)
            if not blamed:
                raise document.located(error) from None
            refused |= dict.fromkeys(blamed, Problem("", error.message, error.hint))
    raise SheetError("too many rows contradict each other", "import one register after another")


def _blamed(rows: Rows, error: FieldError) -> list[str]:
    """The rows that made the record at fault; every row, where no record is named."""
    match error.path:
        case (str(name), int(i), *_):
            return rows.touched.get((name, rows.data[name][i].get("id", "")), [])
        case _:
            return [place for places in rows.touched.values() for place in places if place not in rows.refused]


def _place(sheet: Sheet) -> str:
    return sheet.file if Path(sheet.file).stem == sheet.name else f"{sheet.file}, sheet {sheet.name}"
