"""The cue sheet as a workbook, read back by openpyxl: the same lines as the CSV, and no cell computes anything."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from cleancut.adapters.cue_sheet_apa import APA_COLUMNS
from cleancut.adapters.cue_sheet_csv import cue_sheet
from cleancut.adapters.cue_sheet_rows import COLUMNS
from cleancut.adapters.cue_sheet_xlsx import cue_sheet_xlsx
from cleancut.model.dossier import Dossier
from cleancut.model.verdict import Verdict
from outputs import sample, sounding

VERDICTS = (sample.production, sample.clear, sample.nothing, sample.hostile, sounding.production)
each_verdict = pytest.mark.parametrize("make", VERDICTS, ids=lambda make: make.__name__)


def book(verdict: Verdict, *, show_prompts: bool = True) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(cue_sheet_xlsx(verdict, show_prompts=show_prompts)))


def lines(verdict: Verdict, sheet: str, *, show_prompts: bool = True) -> list[dict[str, str]]:
    rows = book(verdict, show_prompts=show_prompts)[sheet].iter_rows(values_only=True)
    heads = [str(head) for head in next(rows)]
    return [{head: "" if value is None else str(value) for head, value in zip(heads, row, strict=True)} for row in rows]


@each_verdict
def test_the_first_sheet_holds_what_the_csv_holds(make: Callable[[], Verdict]) -> None:
    text = cue_sheet(make(), show_prompts=True).removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    plain = [{head: _unmarked(value) for head, value in row.items()} for row in rows]
    assert lines(make(), "Cue sheet") == plain


def _unmarked(cell: str) -> str:
    """The CSV puts an apostrophe before what would be computed; a workbook's cell has a mark of its own for that."""
    return cell[1:] if cell.startswith("'") and cell[1:].lstrip(" \u00a0")[:1] in "=+-@\t\r\n＝＋－＠" else cell


@each_verdict
def test_no_cell_is_a_formula_or_a_link(make: Callable[[], Verdict]) -> None:
    for sheet in book(make()):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n"), cell.coordinate
                assert cell.hyperlink is None
                if isinstance(cell.value, str) and cell.value.lstrip(" \u00a0").startswith(("=", "+", "-", "@")):
                    assert cell.quotePrefix


def test_frames_are_numbers_that_sort() -> None:
    sheet = book(sample.production())["Cue sheet"]
    place = list(COLUMNS).index("first_frame")
    assert [row[place] for row in sheet.iter_rows(min_row=2, max_row=4, values_only=True)] == [120, 300, 380]


def test_the_second_sheet_has_the_fields_that_archival_producers_ask_for() -> None:
    found = lines(sample.production(), "Generative AI (APA)")
    assert list(found[0]) == list(APA_COLUMNS.values())
    assert [found[0][APA_COLUMNS[name]] for name in ("timecode_in", "timecode_out", "duration")] == [
        "01:00:05:00",
        "01:00:09:00",
        "4.00 s",
    ]
    assert found[0]["Description of the generative AI use"] == "Background poster: A film poster on the pub wall"
    assert found[0]["Prompts"] == "1950s regatta poster, no text"
    assert found[0]["Software and version"] == "Pictomatic 4.1 (Picto Labs)"
    assert found[0]["Underlying source material"] == "Photograph of the pub wall"
    assert found[0]["Copyright status of the underlying source material"] == "own, taken on set"


def test_what_nobody_stated_and_nobody_examined_is_said() -> None:
    found = lines(sample.production(), "Generative AI (APA)")
    letter = next(line for line in found if line["Description of the generative AI use"].startswith("Letter"))
    assert letter["Underlying source material"] == letter["Prompts"] == "not stated"
    assert [line["Description of the generative AI use"] for line in found].count("NOT EXAMINED") == 2
    assert len(found) == len(lines(sample.production(), "Cue sheet"))


def test_prompts_stay_out_on_request() -> None:
    with zipfile.ZipFile(io.BytesIO(cue_sheet_xlsx(sample.production(), show_prompts=False))) as parts:
        assert not any(b"regatta poster, no text" in parts.read(name) for name in parts.namelist())


def test_a_cell_too_long_for_a_workbook_says_that_it_is_cut() -> None:
    use = sample.use("u", "Use", sample.BENIGN, material=("a.png",), prompts=("x" * 40_000,))
    verdict = sample.judged(Dossier("cleancut/dossier/1", sample.title(), (use,), tools=sample.TOOLS))
    (line,) = lines(verdict, "Cue sheet")
    assert len(line["Prompt"]) == 32_767
    assert line["Prompt"].endswith("cue-sheet.csv holds the whole")


@each_verdict
def test_same_verdict_same_bytes_and_no_clock_in_them(make: Callable[[], Verdict]) -> None:
    made = cue_sheet_xlsx(make(), show_prompts=True)
    assert made == cue_sheet_xlsx(make(), show_prompts=True)
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2026-03-31T00:00:00Z" in parts.read("docProps/core.xml")
