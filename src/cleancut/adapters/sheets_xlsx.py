"""Workbooks (XLSX, XLSM) read as a stream, bounded whatever the file claims: ECMA-376, SpreadsheetML.

One pass gives what a library gives in two or not at all: of a formula both that it is one and its stored value, merged
cells, hidden sheets, rows and columns, number formats. Macros, links, pictures and comments are not looked at. Nothing
is computed. Lossy in this: fonts, colours and strike-through are not read, so a row struck out is a row like another.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse, parse

from cleancut.errors import SheetError
from cleancut.model.sheets import Area, Cell, Row, Sheet, column_of

_SMALLER = "keep the registers in a file of their own, without pictures and unused rows"

_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DAY_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NOT_A_CODE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_FIXED = re.compile(r"(0+)(?:\.(0+))?")


@dataclass(frozen=True)
class Caps:
    """How much of a workbook is read before it is refused.

    `part_bytes` is one part, unpacked; `tree_bytes` one that is held as a whole: the list of sheets, the styles.
    `elements` are of XML, empty ones too: a million empty rows are read, and cost no memory. `text` counts the
    characters of all cells, for one long text may be shared by many.
    """

    part_bytes: int = 64 * 1024 * 1024
    tree_bytes: int = 8 * 1024 * 1024
    elements: int = 3_000_000
    cells: int = 400_000
    columns: int = 1024
    merged: int = 5_000
    text: int = 64 * 1024 * 1024


def read_workbook(file: IO[bytes], path: Path, caps: Caps = Caps()) -> tuple[Sheet, ...]:
    """Every sheet, in order. Raises `SheetError` for what is no workbook, is damaged, or is more than the caps."""
    try:
        with zipfile.ZipFile(file) as archive:
            return tuple(_Workbook(archive, str(path), caps).sheets())
    except DefusedXmlException as error:
        raise SheetError(f"{path}: declares XML entities, which no spreadsheet program does", "save it anew") from error
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        ParseError,
        KeyError,
        ValueError,
        OverflowError,
        IndexError,
    ) as error:
        raise SheetError(
            f"{path}: damaged, or not a workbook ({_said(error)})", "save it anew as XLSX, or as CSV"
        ) from error
    except (RuntimeError, NotImplementedError, EOFError, OSError, zipfile.zlib.error) as error:  # type: ignore[attr-defined]
        raise SheetError(f"{path}: cannot be unpacked ({_said(error)})", "save it anew as XLSX, or as CSV") from error


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__


@dataclass
class _Budget:
    """What is left of the caps, over the whole workbook."""

    path: str
    caps: Caps
    cells: int = 0
    text: int = 0
    elements: int = 0

    def count_element(self) -> None:
        self.elements += 1
        if self.elements > self.caps.elements:
            raise SheetError(f"{self.path}: more than {self.caps.elements:,} elements, filled or empty", _SMALLER)

    def spend(self, text: str) -> None:
        self.cells += 1
        self.text += len(text)
        if self.cells > self.caps.cells or self.text > self.caps.text:
            raise SheetError(f"{self.path}: more than {self.caps.cells:,} filled cells, or too much text", _SMALLER)


@dataclass
class _Workbook:
    archive: zipfile.ZipFile
    path: str
    caps: Caps
    names: dict[str, str] = field(init=False)
    budget: _Budget = field(init=False)

    def __post_init__(self) -> None:
        self.names = {name.replace("\\", "/").lstrip("/").lower(): name for name in self.archive.namelist()}
        self.budget = _Budget(self.path, self.caps)

    def sheets(self) -> Iterator[Sheet]:
        book = self._target("", "officeDocument") or "xl/workbook.xml"
        if book.lower() not in self.names:
            raise SheetError(f"{self.path}: an archive, but not a workbook", "save it as XLSX, or as CSV")
        root = self._tree(book)
        targets = self._relations(book)
        is_1904 = any(_is_on(part.get("date1904")) for part in _below(root, "workbookPr"))
        shared = self._shared(book)
        formats = self._formats(book)
        for entry in _below(root, "sheet"):
            relation = next((value for key, value in entry.items() if _local(key) == "id" and "}" in key), "")
            kind, part = targets.get(relation, ("", ""))
            if kind == "worksheet" and part.lower() in self.names:
                reading = _SheetReading(self.budget, shared, formats, is_1904)
                with self._open(part, self.caps.part_bytes) as stream:
                    rows = tuple(reading.rows(stream))
                is_hidden = entry.get("state", "visible") != "visible"
                outside = {id_: to for id_, (of, to) in self._relations(part).items() if of == "external"}
                links = {at: outside[id_] for at, id_ in reading.links.items() if id_ in outside}
                merged = tuple(reading.merged)
                yield Sheet(self.path, entry.get("name", ""), rows, merged, is_hidden, reading.notes, links)

    def _open(self, part: str, most: int) -> IO[bytes]:
        """A part to read. The size stated is held to: `zipfile` gives no more than that."""
        info = self.archive.getinfo(self.names[part.lower()])
        if info.file_size > most:
            raise SheetError(f"{self.path}: {part} unpacks to more than {most // 1024 // 1024} MiB", _SMALLER)
        return self.archive.open(info)

    def _tree(self, part: str) -> Element:
        with self._open(part, self.caps.tree_bytes) as stream:
            root = parse(stream, forbid_dtd=True).getroot()
        if root is None:
            raise ValueError(f"{part} is empty")
        return root

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Relation id to (kind, part it leads to), of one part."""
        place = PurePosixPath(part)
        relations = (place.parent / "_rels" / f"{place.name}.rels").as_posix()
        if relations.lower() not in self.names:
            return {}
        found = {}
        for relation in _below(self._tree(relations), "Relationship"):
            target = relation.get("Target", "")
            if relation.get("TargetMode") == "External":
                found[relation.get("Id", "")] = ("external", target)
                continue
            target = target.replace("\\", "/")
            whole = PurePosixPath(target.lstrip("/")) if target.startswith("/") else place.parent / target
            found[relation.get("Id", "")] = (relation.get("Type", "").rpartition("/")[2], _resolved(whole))
        return found

    def _target(self, part: str, kind: str) -> str:
        return next((to for of, to in self._relations(part).values() if of == kind), "")

    def _shared(self, book: str) -> list[str]:
        part = self._target(book, "sharedStrings")
        if part.lower() not in self.names:
            return []
        shared, left = [], self.caps.text
        with self._open(part, self.caps.part_bytes) as stream:
            for _, item in iterparse(stream, forbid_dtd=True):
                self.budget.count_element()
                if _local(item.tag) == "si":
                    shared.append(_text_of(item))
                    left -= len(shared[-1])
                    item.clear()
        if left < 0:
            raise SheetError(f"{self.path}: holds too much text", _SMALLER)
        return shared

    def _formats(self, book: str) -> list[str]:
        """For each style of a cell `day`, a fixed format such as `0000`, or nothing."""
        part = self._target(book, "styles")
        if part.lower() not in self.names:
            return []
        root = self._tree(part)
        own = {item.get("numFmtId", ""): item.get("formatCode", "") for item in _below(root, "numFmt")}
        styles = next(_below(root, "cellXfs"), None)
        return [] if styles is None else [_meaning(style.get("numFmtId", "0"), own) for style in styles]


def _meaning(number: str, own: Mapping[str, str]) -> str:
    if number in own:
        code = own[number].partition(";")[0]
        if _FIXED.fullmatch(code):
            return code
        return "day" if re.search(r"[dy]|(?<!h)mmm", _NOT_A_CODE.sub("", code), re.IGNORECASE) else ""
    if number == "2":
        return "0.00"
    return "day" if number.isdigit() and int(number) in _DAY_FORMATS - {18, 19, 20, 21, 45, 46, 47} else ""


@dataclass
class _SheetReading:
    budget: _Budget
    shared: list[str]
    formats: list[str]
    is_1904: bool
    merged: list[Area] = field(default_factory=list)
    links: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: int = 0
    hidden_columns: int = 0

    @property
    def notes(self) -> tuple[str, ...]:
        kinds = (("row", self.hidden_rows), ("column", self.hidden_columns))
        return tuple(f"{n} hidden {kind}{'s' * (n > 1)} read like the others" for kind, n in kinds if n)

    def rows(self, stream: IO[bytes]) -> Iterator[Row]:
        last = 0
        data: Element | None = None
        for event, item in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            name = _local(item.tag)
            if event == "start":
                self.budget.count_element()
                if data is None or name == "sheetData":
                    data = item
                continue
            if name == "row":
                last = int(item.get("r", last + 1))
                cells = dict(self._cells(item))
                self.hidden_rows += bool(cells and _is_on(item.get("hidden")))
                if cells:
                    yield Row(last, cells)
                if data is not None:
                    data.clear()
            elif name == "mergeCell" and (area := _area(item.get("ref", ""))):
                self.merged.append(area)
                if len(self.merged) > (most := self.budget.caps.merged):
                    raise SheetError(f"{self.budget.path}: more than {most:,} merged areas", _SMALLER)
            elif name == "hyperlink" and (area := _area(item.get("ref", ""))):
                relation = next((value for key, value in item.items() if _local(key) == "id" and "}" in key), "")
                self.links[area.first_row, area.first_column] = relation
            elif name == "col" and _is_on(item.get("hidden")):
                self.hidden_columns += 1

    def _cells(self, row: Element) -> Iterator[tuple[int, Cell]]:
        column = -1
        for item in row:
            if _local(item.tag) != "c":
                continue
            place = _PLACE.fullmatch(item.get("r", ""))
            column = column_of(place[1]) if place else column + 1
            cell = self._cell(item)
            if cell.text.strip() or cell.kind == "unreadable":
                if column >= self.budget.caps.columns:
                    raise SheetError(f"{self.budget.path}: more than {self.budget.caps.columns} columns", _SMALLER)
                self.budget.spend(cell.text)
                yield column, cell

    def _cell(self, item: Element) -> Cell:
        parts = {_local(part.tag): part for part in item}
        kind = item.get("t", "n")
        if kind == "inlineStr":
            return Cell(_text_of(parts["is"]) if "is" in parts else "")
        stored = parts["v"].text or "" if "v" in parts else ""
        if not stored and "f" in parts and kind != "str":
            return Cell(
                "a formula whose value is not stored; open the file, save it, and import it again", "unreadable"
            )
        if kind == "e":
            return Cell(f"the formula's value is an error, {stored}", "unreadable")
        if kind == "s":
            return Cell(self.shared[int(stored)] if stored else "")
        if kind == "b":
            return Cell("TRUE" if stored.strip() in ("1", "true") else "FALSE")
        if kind == "d":
            return Cell(stored.removesuffix("T00:00:00").replace("T", " "), "day")
        if kind == "str":
            return Cell(_plain(stored))
        return self._number(stored, int(item.get("s", "0"))) if stored.strip() else Cell("")

    def _number(self, stored: str, style: int) -> Cell:
        number = float(stored)
        meaning = self.formats[style] if 0 <= style < len(self.formats) else ""
        if meaning == "day" and 1 <= number < 2_958_466:
            return Cell(self._day(number), "day")
        if fixed := _FIXED.fullmatch(meaning):
            decimals = len(fixed[2] or "")
            width = len(fixed[1]) + (decimals + 1 if decimals else 0)
            return Cell(f"{number:0{width}.{decimals}f}", "number")
        return Cell(str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number), "number")

    def _day(self, number: float) -> str:
        if self.is_1904:
            start = datetime(1904, 1, 1)  # noqa: DTZ001 - a spreadsheet's day has no zone
        else:
            start = datetime(1899, 12, 30 if number >= 61 else 31)  # noqa: DTZ001 - and counts a 29 February 1900
        when = start + timedelta(seconds=round(number * 86400))
        return when.date().isoformat() if when.time() == datetime.min.time() else when.isoformat(" ")


def _area(written: str) -> Area | None:
    first, _, last = written.partition(":")
    places = [_PLACE.fullmatch(place) for place in (first, last or first)]
    if not all(places):
        return None
    (column, row), (last_column, last_row) = [(column_of(p[1]), int(p[2])) for p in places if p]
    return Area(row, column, last_row, last_column)


def _text_of(item: Element) -> str:
    """The text of a shared or inline string: its runs, without the reading aids (`rPh`) of Japanese."""
    parts = []
    for part in item:
        if _local(part.tag) == "t":
            parts.append(part.text or "")
        elif _local(part.tag) == "r":
            parts += [text.text or "" for text in part if _local(text.tag) == "t"]
    return _plain("".join(parts))


def _plain(text: str) -> str:
    """With the escapes of XLSX undone: `_x000D_` is a carriage return."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _below(root: Element, name: str) -> Iterator[Element]:
    return (item for item in root.iter() if _local(item.tag) == name)


def _local(tag: object) -> str:
    """The name without its namespace: Strict and Transitional workbooks differ in that alone."""
    return str(tag).rpartition("}")[2]


def _is_on(value: str | None) -> bool:
    return value in ("1", "true")


def _resolved(path: PurePosixPath) -> str:
    """With `..` taken away; what would lead out stays inside."""
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            del parts[-1:]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
