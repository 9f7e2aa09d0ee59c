"""The cue sheet: one line a finding in order of time, nothing silent, nothing that a spreadsheet would compute."""

from __future__ import annotations

import csv
import io

import pytest

from cleancut.adapters.cue_sheet_csv import BYTE_ORDER_MARK, cue_sheet, harmless
from cleancut.adapters.cue_sheet_rows import COLUMNS, CueRow, cue_rows
from cleancut.model.verdict import Verdict
from outputs import sample

VERDICTS = (sample.production, sample.clear, sample.nothing, sample.hostile, sample.big)


def read(verdict: Verdict, *, show_prompts: bool = True) -> list[dict[str, str]]:
    text = cue_sheet(verdict, show_prompts=show_prompts).encode().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def column(name: str) -> str:
    return COLUMNS[name]


def test_one_line_a_finding_in_order_of_time() -> None:
    verdict = sample.production()
    assert verdict.scan is not None
    lines = [line for line in read(verdict) if line[column("score")]]
    frames = [int(line[column("first_frame")]) for line in lines]
    assert frames == sorted(item.span.first for item in verdict.scan.findings)


def test_a_line_says_everything_about_its_finding() -> None:
    line = read(sample.production())[0]
    assert [line[column(name)] for name in ("timecode_in", "timecode_out", "first_frame", "end_frame")] == [
        "01:00:05:00",
        "01:00:09:00",
        "120",
        "216",
    ]
    assert line[column("duration_frames")] == "96"
    assert line[column("duration")] == "4.00 s"
    assert line[column("what")] == "Background poster: A film poster on the pub wall"
    assert line[column("shots")] == "HB_010_0040@v003; HB_010_0060"
    assert line[column("tools")] == "Pictomatic 4.1 (Picto Labs)"
    assert line[column("tiers")] == "enterprise"
    assert line[column("prompts")] == "1950s regatta poster, no text"
    assert line[column("sources")] == "Photograph of the pub wall (own, taken on set)"
    assert line[column("human_contribution")] == "Layout and lettering redrawn by hand"
    assert line[column("attribution")] == "declared final"
    assert line[column("decision")] == "escalate"
    assert "NFX-F1" in line[column("rules")]
    assert "appr-poster by Dana Contact on 2026-02-01, does not cover these facts" in line[column("approval")]
    assert "no character touches it (not shown as met), ends 2026-12-31" in line[column("approval")]
    assert line[column("score")] == "0.930"
    assert line[column("transform")] == "a still, held, 22 % in size"


def test_changes_are_put_in_words() -> None:
    changes = {line[column("material")]: line[column("transform")] for line in read(sample.production())}
    assert changes["ageing/elsa.mp4"] == "mirrored, 1.25 x speed"
    assert changes["insert/boat.mp4"] == "reversed"


def test_a_finding_of_no_use_says_so() -> None:
    line = next(line for line in read(sample.production()) if line[column("material")] == "insert/boat.mp4")
    assert line[column("attribution")] == "undeclared"
    assert "tied to no declared use" in line[column("what")]
    assert "trainedAlgorithmicMedia" in line[column("notes")]


def test_every_declared_use_has_a_line() -> None:
    for make in VERDICTS:
        verdict = make()
        uses = {use.id for use in verdict.dossier.uses}
        named = {part for row in cue_rows(verdict, show_prompts=True) for part in row.use.split("; ")}
        assert uses <= named


def test_what_was_not_found_says_why() -> None:
    kinds = {row.use: row.kind for row in cue_rows(sample.production(), show_prompts=True) if not row.timecode_in}
    assert kinds["moodboard"].startswith("not found in what was examined")
    assert kinds["song"].startswith("not examined: no registered file answers to tune.wav")
    assert kinds["notes"].startswith("not looked for: words")
    assert [row.kind for row in cue_rows(sample.clear(), show_prompts=True)] == ["not found in the master"]


def test_stretches_nobody_examined_are_lines() -> None:
    line = next(line for line in read(sample.production()) if line[column("kind")] == "not examined")
    assert (line[column("first_frame")], line[column("end_frame")]) == ("1200", "1230")
    assert "damaged" in line[column("notes")]


def test_a_related_finding_leaves_its_use_not_found() -> None:
    rows = cue_rows(sample.production(), show_prompts=True)
    assert [row.attribution for row in rows if row.kind == "related"] == ["related"]


def test_prompts_are_left_out_on_request() -> None:
    assert "regatta poster, no text" in cue_sheet(sample.production(), show_prompts=True)
    assert "regatta poster, no text" not in cue_sheet(sample.production(), show_prompts=False)
    assert read(sample.production(), show_prompts=False)[0][column("prompts")] == "left out"


@pytest.mark.parametrize("make", VERDICTS, ids=lambda make: make.__name__)
def test_no_cell_is_a_formula(make: object) -> None:
    assert callable(make)
    for line in read(make()):
        for cell in line.values():
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r"))
            assert "\0" not in cell


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM", "\t=1", "\r=1", "  =1", "\u00a0=1", "＝1", "\n=1"])
def test_formulas_become_text(cell: str) -> None:
    assert harmless(cell) == "'" + cell


def test_plain_text_stays() -> None:
    assert [harmless(cell) for cell in ("", "a=b", "3-2", "x@y")] == ["", "a=b", "3-2", "x@y"]


def test_lines_end_as_rfc_4180_says() -> None:
    text = cue_sheet(sample.clear(), show_prompts=True)
    assert text.startswith(BYTE_ORDER_MARK)
    assert text.count("\r\n") == text.count("\n") == 2
    assert set(COLUMNS) == {name for name in CueRow.__dataclass_fields__ if name != "finding"}


def test_hostile_texts_come_back_whole() -> None:
    names = {line[column("what")].partition(":")[0] for line in read(sample.hostile())}
    assert "מסך הנמל" in names
    assert "港の夜明け 🚢" in names
    assert not any("\u202e" in line[column("what")] for line in read(sample.hostile()))


@pytest.mark.parametrize("make", VERDICTS, ids=lambda make: make.__name__)
def test_same_verdict_same_bytes(make: object) -> None:
    assert callable(make)
    assert cue_sheet(make(), show_prompts=True) == cue_sheet(make(), show_prompts=True)
