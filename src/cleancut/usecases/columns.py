"""Which table a sheet holds: where its header is, which register it is, and what each column means.

Told by the words of packs/columns.yaml, or by a mapping file, which goes before them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cleancut.model.record import noted
from cleancut.model.sheets import Cell, Row, Sheet, letters
from cleancut.usecases.cells import Reading
from cleancut.usecases.registers import Column, Register
from cleancut.usecases.words import Words, normal

HEADER_WITHIN = 40  # rows in which a header is looked for
LONGEST_HEADER = 300  # characters
WIDEST_HEADING = 200  # columns over which one heading may be merged


@dataclass(frozen=True)
class SheetMapping:
    """How one sheet is to be read. What it does not say is told by the words of the headers."""

    sheet: str = noted("Name of the sheet, or of the CSV file without its ending; * for every sheet.", "*")
    register: str = noted("Which register it is.", "")
    header_row: str = noted("The row with the headers, from 1.", "")
    columns: Mapping[str, Any] | None = noted(
        "Header, or column letter, to the field it means; `-` leaves it out.", None
    )
    values: Mapping[str, Any] | None = noted("Field to what its cells say, to the answer that means.", None)
    always: Mapping[str, Any] | None = noted(
        "Field to the value that every row has, where its cell says nothing.", None
    )
    dates: Literal["day_first", "month_first", ""] = noted("What 03/04/2026 means.", "")
    fill_down: tuple[str, ...] = noted("Fields whose empty cells mean what stands above them.", ())
    read: Literal["yes", "no"] = noted("no leaves the sheet out.", "yes")


@dataclass(frozen=True)
class ImportMap:
    """A mapping file: for the sheets whose words are not known."""

    schema: Literal["cleancut/map/1"] = noted("Always cleancut/map/1.")
    sheets: tuple[SheetMapping, ...] = noted("One entry for each sheet; the first that fits is taken.")


@dataclass(frozen=True)
class Table:
    """A sheet as understood. `columns` by place; `unread` are headers that mean nothing to us, by place."""

    sheet: Sheet
    register: Register
    header_row: int
    columns: Mapping[int, Column]
    headers: Mapping[int, str]
    unread: Mapping[int, str]
    reading: Reading
    constants: Mapping[str, Any]
    fill_down: tuple[str, ...] = ()

    def place_of(self, column: str) -> str:
        """How people find a column: its letter and its header; empty where the sheet has none of that name."""
        found = next((i for i, known in self.columns.items() if known.name == column), None)
        return "" if found is None else f"{letters(found)} ({self.headers[found]})"

    def rows(self) -> Iterator[tuple[int, Mapping[int, Cell]]]:
        """The rows below the header with what merged cells say to each row they cover; repeated headers left out."""
        by_number = {row.number: row for row in self.sheet.rows}
        covered: dict[int, dict[int, Cell]] = {}
        for area in self.sheet.merged:
            cell = by_number[area.first_row].cells.get(area.first_column) if area.first_row in by_number else None
            if cell and area.first_row > self.header_row:
                for number in by_number:
                    if area.first_row < number <= area.last_row:
                        covered.setdefault(number, {})[area.first_column] = cell
        above: dict[int, Cell] = {}
        for row in self.sheet.rows:
            if row.number <= self.header_row or self._is_header(row):
                continue
            cells = {**covered.get(row.number, {}), **row.cells}
            for i, column in self.columns.items():
                if column.name in self.fill_down:
                    if i in cells:
                        above[i] = cells[i]
                    elif i in above:
                        cells[i] = above[i]
                if column.path[-1] == "address" and (link := self.sheet.links.get((row.number, i))):
                    cells[i] = Cell(link)  # what the cell shows may be no more than `terms`
            yield row.number, cells

    def _is_header(self, row: Row) -> bool:
        said = [(normal(row.cells[i].text), normal(self.headers[i])) for i in self.columns if i in row.cells]
        return len(said) > 1 and all(one == other for one, other in said)


class NoTable(ValueError):
    """A sheet that is not read, and why. `is_lost` where it may hold rows that somebody meant."""

    is_lost = False


class NotUnderstood(NoTable):
    """A sheet of which nobody can tell what it is."""

    is_lost = True


class Headers:
    """What headers mean in each register."""

    def __init__(self, registers: Mapping[str, Register], words: Words) -> None:
        self.registers = registers
        self.words = words
        self._exact = {name: _by_text(register, words.columns.get(name, {})) for name, register in registers.items()}

    def exactly(self, own: str, over: str, register: Register) -> Column | None:
        """The column that a header names, first with the heading that is merged over it."""
        known = self._exact[register.name]
        return (known.get(normal(f"{over} {own}")) if over else None) or known.get(normal(own))

    def by_its_words(self, own: str, over: str, register: Register) -> Column | None:
        """The text column of which the longest phrase is inside the header, unless a word says the contrary."""
        said = f" {normal(own)} "
        if self.words.contrary & set(said.split()):
            return None
        inside = [
            (len(phrase), column.name)
            for phrase, column in self._exact[register.name].items()
            if column.is_text and len(phrase) > 3 and f" {phrase} " in said
        ]
        return register.columns[max(inside)[1]] if inside else None

    def is_called(self, sheet: str, register: Register) -> bool:
        """Whether a sheet has the name of a register."""
        said = f" {normal(sheet)} "
        return any(f" {phrase} " in said for phrase in self.words.registers.get(register.name, ()))


def _by_text(register: Register, phrases: Mapping[str, frozenset[str]]) -> dict[str, Column]:
    """Every text that names a column; the names of fields go before the words for them."""
    found: dict[str, Column] = {}
    for name, column in register.columns.items():
        for text in (name, name.removeprefix("answers."), column.meaning):
            found.setdefault(normal(text), column)
    for name, texts in phrases.items():
        for text in sorted(texts):
            found.setdefault(text, register.columns[name])
    found.pop("", None)
    return found


def table_of(sheet: Sheet, headers: Headers, mapping: SheetMapping | None) -> Table:
    """The table of a sheet. Raises `NoTable`."""
    asked = mapping or SheetMapping()
    if asked.read == "no":
        raise NoTable("left out by the mapping file")
    if sheet.is_hidden and (mapping is None or mapping.sheet == "*"):
        raise NoTable("a hidden sheet; name it in a mapping file to read it")
    if not sheet.rows:
        raise NoTable("empty")
    candidates = list(_candidates(sheet, headers, asked))
    best = max(candidates, key=lambda found: found.score, default=None)
    if best is None or best.score < _Candidate.ENOUGH:
        said = "no header row is recognised; say `register` and `header_row` in a mapping file"
        if asked.header_row:
            said = f"row {asked.header_row}, which the mapping file names, holds no header that is known"
        raise NotUnderstood(said) if _is_tabular(sheet) else NoTable(said)
    rivals = {found.register.name for found in candidates if (found.score, found.row) == (best.score, best.row)}
    if len(rivals) > 1:
        raise NotUnderstood(f"could be {' or '.join(sorted(rivals))}; say which `register` in a mapping file")
    own = {
        name: {normal(text): str(value) for text, value in meanings.items()}
        for name, meanings in (asked.values or {}).items()
        if isinstance(meanings, Mapping)
    }
    below = {i for row in sheet.rows if row.number > best.row for i, cell in row.cells.items() if cell.text.strip()}
    unread = {i: best.headers.get(i, "(no header)") for i in sorted({*best.headers, *below} - {*best.columns})}
    return Table(
        sheet,
        best.register,
        best.row,
        best.columns,
        best.headers,
        unread,
        Reading(headers.words, asked.dates, own),
        asked.always or {},
        asked.fill_down,
    )


def _is_tabular(sheet: Sheet) -> bool:
    """Whether it has rows of several cells below one another; notes to read have not."""
    return sum(sum(bool(cell.text.strip()) for cell in row.cells.values()) > 1 for row in sheet.rows) > 1


@dataclass(frozen=True)
class _Candidate:
    """A row taken for the header of a register, with how much speaks for it."""

    register: Register
    row: int
    columns: Mapping[int, Column]
    headers: Mapping[int, str]
    score: int

    ENOUGH = 4


def _candidates(sheet: Sheet, headers: Headers, asked: SheetMapping) -> Iterator[_Candidate]:
    known = headers.registers
    chosen = [known[asked.register]] if asked.register in known else list(known.values())
    for row in [row for row in sheet.rows if row.number <= HEADER_WITHIN or str(row.number) == asked.header_row]:
        if asked.header_row and str(row.number) != asked.header_row:
            continue
        labels = _labels(sheet, row)
        for register in chosen:
            columns, sure = _meanings(labels, register, headers, asked.columns or {})
            named = 3 * (register.name == asked.register or headers.is_called(sheet.name, register))
            forced = _Candidate.ENOUGH if asked.header_row and asked.register else 0
            said = {i: own for i, (own, _) in labels.items()}
            if columns:
                yield _Candidate(register, row.number, columns, said, 2 * sure + named * bool(sure) + forced)


def _labels(sheet: Sheet, row: Row) -> dict[int, tuple[str, str]]:
    """For each column its own header, and the heading that is merged over it and its neighbours, if any."""
    cells = {number.number: number.cells for number in sheet.rows if number.number <= row.number}
    own = {i: cell.text.strip() for i, cell in row.cells.items() if cell.kind != "unreadable"}
    over: dict[int, str] = {}
    for area in sheet.merged:
        first = cells.get(area.first_row, {}).get(area.first_column)
        if first is None or not area.first_row <= row.number:
            continue
        for i in range(area.first_column, min(area.last_column, area.first_column + WIDEST_HEADING) + 1):
            if area.last_row >= row.number:
                own.setdefault(i, first.text.strip())  # a header merged over two rows, or over two columns
            elif area.last_row == row.number - 1:
                over[i] = first.text.strip()
    return {i: (text, over.get(i, "")) for i, text in sorted(own.items()) if 0 < len(text) <= LONGEST_HEADER}


def _meanings(
    labels: Mapping[int, tuple[str, str]], register: Register, headers: Headers, given: Mapping[str, Any]
) -> tuple[dict[int, Column], int]:
    """What each column means in this register, and how many of them for certain."""
    asked = {normal(header): str(column or "-") for header, column in given.items()}
    found: dict[int, Column] = {}
    left_out = set()
    for i, (own, _) in labels.items():
        wanted = asked.get(normal(own)) or (asked.get(normal(letters(i))) if letters(i) in given else None)
        if wanted is not None and wanted in register.columns:
            found[i] = register.columns[wanted]
        elif wanted is not None:
            left_out.add(i)
    counts = []
    for look in (headers.exactly, headers.by_its_words):
        for i, (own, over) in labels.items():
            column = None if i in found or i in left_out else look(own, over, register)
            if column is not None and column not in found.values():
                found[i] = column
        counts.append(len(found))
    return dict(sorted(found.items())), counts[0]
