"""The cue sheet: one line a finding in order of time, nothing silent, nothing that a spreadsheet would compute."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from cleancut.adapters.cue_sheet_csv import BYTE_ORDER_MARK, cue_sheet, harmless
from cleancut.adapters.cue_sheet_rows import COLUMNS, CueRow, cue_rows
from cleancut.model.dossier import Dossier
from cleancut.model.findings import Unexamined
from cleancut.model.marks import Mark, MarkState
from cleancut.model.material import Material
from cleancut.model.verdict import Verdict
from outputs import sample, sounding

VERDICTS = (sample.production, sample.clear, sample.nothing, sample.hostile, sample.big, sounding.production)


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
    assert line[column("sources")] == "Photograph of the pub wall"
    assert line[column("source_rights")] == "own, taken on set"
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
    assert [row.kind for row in cue_rows(sample.clear(), show_prompts=True) if not row.timecode_in] == [
        "not found in the master"
    ]


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


# --- sound ------------------------------------------------------------------------------------------------------------


def test_one_line_an_appearance_of_picture_and_sound() -> None:
    lines = read(sounding.production())
    assert [line[column("cue")] for line in lines] == ["1", "2", "3", "4", "5", "6", ""]
    assert [line[column("medium")] for line in lines] == [
        "picture, sound",
        *("sound", "sound"),
        "picture",
        *["sound"] * 3,
    ]
    assert lines[0][column("score")] == "picture 0.950; sound 0.870"


def test_a_line_about_music_carries_what_music_cue_sheets_ask() -> None:
    line = read(sounding.production())[1]
    said = {name: line[column(name)] for name in ("title", "duration", "usage", "ai", "channels", "sound_change")}
    assert said == {
        "title": "Hummed tune",
        "duration": "12.00 s",
        "usage": "music, incidental",
        "ai": "none",
        "channels": "track 1: L R",
        "sound_change": "sped up 4.2 %, pitch raised 0.7 semitones",
    }
    assert line[column("material_time")] == "0:04.00 to 0:16.50"
    assert line[column("transform")] == ""


def test_one_without_the_other_is_said() -> None:
    notes = [line[column("notes")] for line in read(sounding.production())]
    assert notes[2].startswith("Sound alone: the picture was replaced, its own was not found;")
    assert notes[3].startswith("Picture alone: its sound was not found in the mix;")
    assert "alone" not in notes[0] + notes[1]


def test_what_was_not_examined_is_not_said_to_be_absent() -> None:
    """A clip's sound was not found where nobody listened: that says nothing about it."""
    verdict = sounding.production()
    assert verdict.scan is not None
    deaf = Unexamined(sounding.at(30, 34), "damaged")
    cover = replace(verdict.scan.coverage, sound_missing=(deaf,))
    rows = cue_rows(replace(verdict, scan=replace(verdict.scan, coverage=cover)), show_prompts=True)
    assert rows[3].notes.startswith("Picture: not all of the sound was examined here;")


def test_sound_nobody_examined_is_a_line_that_names_it() -> None:
    line = read(sounding.production())[-1]
    assert [line[column(name)] for name in ("what", "medium", "timecode_in", "duration_frames")] == [
        "NOT EXAMINED",
        "sound",
        "01:00:57:00",
        "48",
    ]
    assert read(sample.clear())[0][column("medium")] == "sound"


def test_other_times_in_picture_and_sound_are_said() -> None:
    both = {"appears": "picture_and_sound", "appearance": 1}
    found = (sounding.picture(sounding.CLIP, 5, 11, 1, **both), sounding.sound(sounding.CLIP, 6, 12, 2, **both))
    scan = sample.scan_of(*found, hears=True)
    verdict = sample.judged(Dossier("cleancut/dossier/1", sample.title(), ()), sounding.materials(), scan)
    (row, *_) = cue_rows(verdict, show_prompts=True)
    assert (row.timecode_in, row.timecode_out) == ("01:00:05:00", "01:00:12:00")
    assert row.notes.startswith("picture 01:00:05:00 to 01:00:11:00; sound 01:00:06:00 to 01:00:12:00;")
    assert (row.title, row.ai) == (sounding.CLIP, "not stated")


@pytest.mark.parametrize(
    ("answers", "mark", "share"),
    [
        ({"is_generative": "no"}, "none", "none"),
        ({"is_generative": "no"}, "valid", "full"),
        ({"is_generative": "no"}, "unreadable", "unsure"),
        ({"is_generative": "no", "talent_op": "synthetic_voice"}, "none", "unsure"),
        ({"is_generative": "no", "trains_model": "yes"}, "none", "unsure"),
        ({"is_generative": "unsure"}, "none", "unsure"),
        ({"is_generative": "yes"}, "none", "full"),
        ({"is_generative": "yes", "human_input": "None."}, "none", "full"),
        ({"is_generative": "yes", "human_input": "TBC"}, "none", "unsure"),
        ({"is_generative": "yes", "human_input": "Arranged and mixed by A. Composer"}, "none", "partial"),
        ({}, "none", "not stated"),
    ],
)
def test_the_share_of_ai(answers: dict[str, str], mark: MarkState, share: str) -> None:
    """What nobody declared is never "none", and a mark that states AI overrules who says there is none."""
    said = {**{name: value for name, value in sample.FINAL.items() if name != "is_generative"}, **answers}
    use = sample.use("tune", "Tune", said, material=("tune.wav",))
    types = ("trainedAlgorithmicMedia",) if mark == "valid" else ()
    made = Material(
        "tune.wav",
        "sha256:" + "ab" * 32,
        "sound",
        0,
        0,
        0,
        (),
        (Mark(mark, "c2pa", types, generative="yes" if types else "no"),),
        9000,
    )
    dossier = Dossier("cleancut/dossier/1", sample.title(), (use,), tools=sample.TOOLS)
    (row, *_) = cue_rows(sample.judged(dossier, (made,), sample.scan_of(hears=True)), show_prompts=True)
    assert row.ai == share


def test_a_contribution_on_file_as_evidence_is_one() -> None:
    rows = {row.use: row.ai for row in cue_rows(sample.production(), show_prompts=True)}
    assert rows["poster"] == "partial"
    assert rows["temp"] == "full"


def test_two_uses_of_one_material_are_told_apart() -> None:
    uses = tuple(
        sample.use(name, name, {**sample.FINAL, "human_input": said}, material=("tune.wav",))
        for name, said in (("one", "Sung by hand"), ("two", "nobody"))
    )
    made = Material("tune.wav", "sha256:" + "ab" * 32, "sound", 0, 0, 0, (), (), 9000)
    scan = sample.scan_of(sounding.sound("tune.wav", 1, 3, 0), hears=True)
    verdict = sample.judged(Dossier("cleancut/dossier/1", sample.title(), uses, tools=sample.TOOLS), (made,), scan)
    assert cue_rows(verdict, show_prompts=True)[0].ai == "one: partial; two: full"


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
    assert text.count("\r\n") == text.count("\n") == 3
    assert set(COLUMNS) == set(CueRow.__dataclass_fields__)


def test_hostile_texts_come_back_whole() -> None:
    names = {line[column("what")].partition(":")[0] for line in read(sample.hostile())}
    assert "מסך הנמל" in names
    assert "港の夜明け 🚢" in names
    assert not any("\u202e" in line[column("what")] for line in read(sample.hostile()))


@pytest.mark.parametrize("make", VERDICTS, ids=lambda make: make.__name__)
def test_same_verdict_same_bytes(make: object) -> None:
    assert callable(make)
    assert cue_sheet(make(), show_prompts=True) == cue_sheet(make(), show_prompts=True)
