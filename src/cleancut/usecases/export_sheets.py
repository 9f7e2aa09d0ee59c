"""Export: the registers of a dossier as tables that `import` reads back without loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cleancut.errors import FieldError
from cleancut.model.sheets import OutTable
from cleancut.ports import Documents, Packs, TableFiles
from cleancut.usecases.cells import Reading, written
from cleancut.usecases.dossier import checked
from cleancut.usecases.merge_records import value_at
from cleancut.usecases.registers import Register, registers
from cleancut.usecases.words import words_of


def export(documents: Documents, packs: Packs, files: TableFiles, dossier: Path, target: Path) -> tuple[OutTable, ...]:
    """Write every register of a dossier: a workbook where the target ends with .xlsx, else a folder of CSV files.
    Raises `OutputError` where the target is there already."""
    document = documents.read(dossier)
    try:
        checked(packs.catalogue, document.data)
    except FieldError as error:
        raise document.located(error) from None
    tables = tuple(tables_of(packs, document.data))
    files.write(target, tables)
    return tables


def tables_of(packs: Packs, data: Mapping[str, Any]) -> Iterator[OutTable]:
    """One table for each register that is not empty, with the columns that any of its records has."""
    reading = Reading(words_of(packs.table("columns")))
    for register in registers(packs.catalogue).values():
        records = list(_records(register, data))
        used = {
            name: [value_at(record, column.path) for record in records] for name, column in register.columns.items()
        }
        kept = {name: values for name, values in used.items() if any(value not in (None, "") for value in values)}
        if records and not register.extends:
            columns = [register.columns[name] for name in kept]
            rows = [
                tuple(
                    "" if value in (None, "") else written(column, _listed(column.kind, value), reading)
                    for column, value in zip(columns, row, strict=True)
                )
                for row in zip(*kept.values(), strict=True)
            ]
            yield OutTable(register.name, tuple(kept), tuple(rows))


def _listed(kind: str, value: Any) -> Any:
    return [value] if kind == "list" and isinstance(value, str) else value


def _records(register: Register, data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for record in data.get(register.list_name) or ():
        if register.inside:
            yield from ({register.owner: record["id"], **inner} for inner in record.get(register.inside) or ())
        else:
            yield record
