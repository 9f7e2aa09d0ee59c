"""Tables written for spreadsheet programs, as one workbook or as a folder of CSV files.

No cell is ever computed: in CSV an apostrophe stands before what would be, in a workbook every cell is a text.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter

from cleancut.adapters.cue_sheet_csv import BYTE_ORDER_MARK, harmless
from cleancut.errors import OutputError, OutsideError
from cleancut.model.sheets import OutTable

LONGEST = 32_767  # characters that a cell of a workbook may hold
WIDEST = 60
EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - no clock in what is written, so that the same registers give the same bytes


class OutTables:
    """Workbooks and folders of CSV files, whole or not at all; never in place of anything."""

    def write(self, target: Path, tables: Sequence[OutTable]) -> None:
        if target.exists() or target.is_symlink():
            raise OutputError(f"{target}: is there already", "choose another name")
        if target.suffix.lower() == ".xlsx":
            files = {"": workbook(tables, str(target))}
        else:
            files = {f"{table.name}.csv": text_table(table) for table in tables}
        try:
            _put(target, files)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise OutsideError(f"{target}: cannot be written: {reason}", "make room, or check the rights") from error


def _put(target: Path, files: dict[str, bytes]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        for name, content in files.items():
            with (aside / (name or "one")).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        if "" in files:
            (aside / "one").rename(target)
        else:
            aside.chmod(0o755)
            aside.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def text_table(table: OutTable) -> bytes:
    """One table as CSV (RFC 4180), with a byte order mark: Excel garbles names that are not ASCII without it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([harmless(cell) for cell in row] for row in table.rows)
    return (BYTE_ORDER_MARK + text.getvalue()).encode("utf-8")


def workbook(tables: Sequence[OutTable], name: str) -> bytes:
    """One sheet for each table, headers fixed. The same tables give the same bytes."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": EPOCH})
        head = book.add_format({"bold": True, "bottom": 1})
        plain = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top", "quote_prefix": True})
        for table in tables:
            sheet = book.add_worksheet(table.name)
            sheet.freeze_panes(1, 1)
            for column, header in enumerate(table.columns):
                sheet.write_string(0, column, header, head)
                cells = [row[column] for row in table.rows]
                lengths = (len(line) for cell in (header, *cells) for line in cell.split("\n"))
                sheet.set_column(column, column, min(WIDEST, 2 + max(lengths)))
                for number, cell in enumerate(cells, 1):
                    if len(cell) > LONGEST:
                        place = f"{name}: {table.name}, row {number + 1}, {header}"
                        raise OutputError(f"{place}: longer than a cell may be", "export to a folder of CSV files")
                    if cell:
                        sheet.write_string(number, column, cell, plain)
        if not tables:
            book.add_worksheet("empty")
    return file.getvalue()
