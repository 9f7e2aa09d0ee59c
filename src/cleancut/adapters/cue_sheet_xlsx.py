"""The cue sheet as a workbook (XLSX): the sheet of the CSV, and one in the fields of the Archival Producers Alliance.

Every cell but the frame numbers is text, never a formula or a link, whatever it begins with; a cell that begins like a
formula carries the mark that keeps it text when somebody edits it. A cell holds 32,767 characters: a longer one is cut,
says so, and is whole in the CSV. Same verdict, same bytes: the workbook's date is the day of the verdict.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from typing import Any

import xlsxwriter

from cleancut.adapters import words_english as words
from cleancut.adapters.cue_sheet_apa import APA_COLUMNS, apa_cells
from cleancut.adapters.cue_sheet_csv import harmless
from cleancut.adapters.cue_sheet_rows import COLUMNS, cue_rows
from cleancut.adapters.languages import worded
from cleancut.adapters.xml_text import held
from cleancut.model.verdict import Verdict

_NUMBERS = frozenset({"cue", "first_frame", "end_frame", "duration_frames"})
_LONGEST_CELL = 32_767
_WIDE = frozenset({"what", "prompts", "sources", "source_rights", "human_contribution", "rules", "approval", "notes"})


def cue_sheet_xlsx(verdict: Verdict, *, show_prompts: bool) -> bytes:
    """The workbook. Its lines are those of the CSV, in the same order."""
    rows = cue_rows(verdict, show_prompts=show_prompts)
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
    at = datetime.combine(verdict.on, time(), UTC).replace(tzinfo=None)
    book.set_properties({"title": held(words.one_line(words.title(verdict))), "created": at})
    _sheet(book, worded("Cue sheet"), COLUMNS, ({name: getattr(row, name) for name in COLUMNS} for row in rows))
    _sheet(book, worded("Generative AI (APA)"), APA_COLUMNS, map(apa_cells, rows))
    book.close()
    return made.getvalue()


def _sheet(book: Any, name: str, columns: Mapping[str, str], rows: Iterable[Mapping[str, str]]) -> None:
    sheet = book.add_worksheet(name)
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    kept = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
    for place, field in enumerate(columns):
        sheet.write_string(0, place, columns[field], head)
        sheet.set_column(place, place, 40 if field in _WIDE else 16)
    last = 0
    for last, row in enumerate(rows, 1):
        for place, field in enumerate(columns):
            _cell(sheet, last, place, field, row[field], plain, kept)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _cell(sheet: Any, line: int, place: int, field: str, text: str, plain: Any, kept: Any) -> None:
    if field in _NUMBERS and text.isdecimal():
        sheet.write_number(line, place, int(text), plain)
    elif text:
        sheet.write_string(line, place, _fitting(held(text)), plain if harmless(text) == text else kept)


def _fitting(text: str) -> str:
    cut = worded("… cut here; cue-sheet.csv holds the whole")
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - len(cut)] + cut
