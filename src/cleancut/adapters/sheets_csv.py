"""CSV and its relatives, in the encodings and separators that spreadsheet programs write.

Encoding: a byte order mark (UTF-8, UTF-16), else UTF-16 where every other byte is nought, else UTF-8, else
Windows-1252, which is said. Separator: `sep=` in the first line as Excel understands it, else the one of comma,
semicolon, tab and bar that gives the most even table. A quote that is never closed is refused: everything behind it
would be one cell.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

from cleancut.errors import SheetError
from cleancut.model.sheets import Cell, Row, Sheet

MOST_BYTES = 64 * 1024 * 1024
MOST_CELLS = 400_000
MOST_COLUMNS = 1024
_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_LOOKED_AT = 64 * 1024  # characters from which the separator is told

csv.field_size_limit(MOST_BYTES)


def read_table(content: bytes, path: Path) -> Sheet:
    """The file as one sheet, named for it. Raises `SheetError` naming the row."""
    text, encoding = _decoded(content, path)
    separator, text, skipped = _separated(text)
    rows, left = [], MOST_CELLS
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = skipped
    try:
        for number, record in enumerate(reader, skipped + 1):
            cells = {i: Cell(value) for i, value in enumerate(record) if value.strip()}
            left -= len(cells)
            if left < 0 or max(cells, default=0) >= MOST_COLUMNS:
                raise SheetError(
                    f"{path}: row {number}: more than {MOST_CELLS:,} cells or {MOST_COLUMNS} columns",
                    "keep the registers in a file of their own",
                )
            if cells:
                rows.append(Row(number, cells))
    except csv.Error as error:
        raise SheetError(
            f"{path}: row {number + 1} does not end as CSV ({error})",
            'look for a " that is never closed, or for text behind a closing one',
        ) from error
    return Sheet(str(path), path.stem, tuple(rows), notes=(f"{encoding}, separated by {_SEPARATORS[separator]}",))


def _decoded(content: bytes, path: Path) -> tuple[str, str]:
    for mark, codec, name in (
        (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"),
        (b"\xff\xfe", "utf-16", "UTF-16"),
        (b"\xfe\xff", "utf-16", "UTF-16"),
    ):
        if content.startswith(mark):
            return _as(codec, name, content, path), name
    if content[1:200:2].count(0) > len(content[1:200:2]) * 0.8 > 0:
        return _as("utf-16-le", "UTF-16", content, path), "UTF-16"
    if content[0:200:2].count(0) > len(content[0:200:2]) * 0.8 > 0:
        return _as("utf-16-be", "UTF-16", content, path), "UTF-16"
    try:
        return _text(content.decode("utf-8"), path), "UTF-8"
    except UnicodeDecodeError:
        return _as("cp1252", "Windows-1252", content, path), "Windows-1252, for it is not UTF-8"


def _as(codec: str, name: str, content: bytes, path: Path) -> str:
    try:
        return _text(content.decode(codec), path)
    except UnicodeDecodeError as error:
        raise SheetError(f"{path}: not {name}, as it seemed (byte {error.start})", "save it as CSV UTF-8") from error


def _text(text: str, path: Path) -> str:
    if "\0" in text:
        raise SheetError(f"{path}: no text, nor a workbook", "save it as XLSX, or as CSV UTF-8")
    return text


def _separated(text: str) -> tuple[str, str, int]:
    """Separator, text without a `sep=` line, and how many rows that line was."""
    first, _, rest = text.partition("\n")
    stated = first.strip("\r\ufeff").removeprefix("sep=")
    if first.startswith("sep=") and stated in _SEPARATORS:
        return stated, rest, 1
    start = text[:_LOOKED_AT]
    return max(_SEPARATORS, key=lambda separator: _evenness(start, separator)), text, 0


def _evenness(start: str, separator: str) -> tuple[int, int]:
    """How many rows have as many cells as most have, if that is more than one; then how many cells."""
    widths: Counter[int] = Counter()
    reader = csv.reader(io.StringIO(start, newline=""), delimiter=separator)
    try:
        for record in reader:
            widths[len(record)] += bool(record)
    except csv.Error:
        pass
    several = {width: count for width, count in widths.items() if width > 1}
    if not several:
        return 0, 0
    width = max(several, key=lambda width: (several[width], width))
    return several[width], width
