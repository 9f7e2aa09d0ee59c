"""Spreadsheets on disk, told apart by their first bytes: a wrong ending hinders nobody."""

from __future__ import annotations

import io
from pathlib import Path

from cleancut.adapters.sheets_csv import read_table
from cleancut.adapters.sheets_xlsx import read_workbook
from cleancut.errors import SheetError
from cleancut.model.sheets import Sheet

MOST_BYTES = 64 * 1024 * 1024
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class SheetFiles:
    """XLSX, XLSM, CSV and TSV files."""

    def read(self, path: Path) -> tuple[Sheet, ...]:
        try:
            if path.stat().st_size > MOST_BYTES:
                raise SheetError(f"{path}: larger than {MOST_BYTES // 1024 // 1024} MiB", "leave pictures out of it")
            content = path.read_bytes()
        except OSError as error:
            raise SheetError(f"{path}: {error.strerror or error}", "check the path and that you may read it") from error
        if content.startswith(b"PK"):
            return read_workbook(io.BytesIO(content), path)
        if content.startswith(_OLD_OR_LOCKED):
            raise SheetError(
                f"{path}: an XLS file of before 2007, or locked with a password", "save it as XLSX, unlocked"
            )
        if content.startswith(b"%PDF"):
            raise SheetError(f"{path}: a PDF, not a spreadsheet", "ask for the spreadsheet it was made from")
        return (read_table(content, path),)
