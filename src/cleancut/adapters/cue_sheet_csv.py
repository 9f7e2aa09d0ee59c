"""The cue sheet as CSV (RFC 4180): comma, double quotes, CRLF, one header line.

It begins with a byte order mark: Excel takes a CSV without one for the machine's legacy code page and garbles every
name that is not ASCII. Other programs pass over it; in Python, read it as utf-8-sig.
"""

from __future__ import annotations

import csv
import io

from cleancut.adapters.cue_sheet_rows import COLUMNS, cue_rows
from cleancut.model.verdict import Verdict

BYTE_ORDER_MARK = "\ufeff"

# What makes spreadsheets compute a cell (OWASP, "CSV Injection"), the full-width forms that some take for the same too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cue_sheet(verdict: Verdict, *, show_prompts: bool) -> str:
    """One line per finding in order of time, then what was not examined, then declared uses that were not found."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([COLUMNS[name] for name in COLUMNS])
    for row in cue_rows(verdict, show_prompts=show_prompts):
        writer.writerow([harmless(getattr(row, column)) for column in COLUMNS])
    return BYTE_ORDER_MARK + text.getvalue()


def cue_sheet_csv(verdict: Verdict, *, show_prompts: bool) -> bytes:
    """The same as the bytes of a file."""
    return cue_sheet(verdict, show_prompts=show_prompts).encode()


def harmless(cell: str) -> str:
    """The cell as text to any spreadsheet: an apostrophe before what would be computed, also behind leading spaces."""
    return "'" + cell if cell.lstrip(" \u00a0").startswith(_FORMULA) else cell
