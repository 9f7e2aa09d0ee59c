"""The example production gives exactly the verdict it should: golden, on real media, and judged alone without any."""

from __future__ import annotations

import json
import os
import runpy
import shutil
import subprocess
import sys
from datetime import date
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cleancut.adapters.languages import speaking
from cleancut.adapters.packs_files import PackFiles
from cleancut.adapters.provenance_file import FileMarks
from cleancut.adapters.report_html import report
from cleancut.adapters.text_yaml import YamlDocuments
from cleancut.faces.terminal import verdict_lines
from cleancut.model.findings import Coverage, Engine, Finding, Master, Scan
from cleancut.model.material import Material
from cleancut.model.timing import Clock, Rate, Span
from cleancut.model.verdict import Verdict
from cleancut.rules.case import Case
from cleancut.usecases.dossier import load_dossier
from cleancut.usecases.judge import judge
from outputs.spoken import english_left, quoted

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "nightferry"
DEMO = SimpleNamespace(**runpy.run_path(str(ROOT / "examples" / "demo.py")))
MOST_BYTES = 16 * 1024 * 1024


def loaded(name: str) -> Any:
    return json.loads((EXAMPLE / name).read_text(encoding="utf-8"))


EDIT, EXPECTED = loaded("edit.json"), loaded("expected.json")
ON = date.fromisoformat(EXPECTED["on"])

# --- the whole way, on the media --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """One run of `examples/demo.py`: its end, its words, its folder."""
    folder = tmp_path_factory.mktemp("demo")
    environment = {**os.environ, "CLEANCUT_CACHE": str(folder / "cache")}
    command = [sys.executable, str(ROOT / "examples" / "demo.py"), str(folder / "out")]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return SimpleNamespace(code=done.returncode, words=done.stdout, progress=done.stderr, out=folder / "out")


@pytest.fixture(scope="session")
def verdict_json(demo: SimpleNamespace) -> dict[str, Any]:
    return json.loads((demo.out / "verdict.json").read_text(encoding="utf-8"))


def test_the_demo_ends_well(demo: SimpleNamespace) -> None:
    assert demo.code == 0, demo.words[-4000:] + demo.progress[-2000:]
    assert "As it should be: hold" in demo.words
    assert f"Open the report: {demo.out / 'report.html'}" in demo.words


def test_the_demo_shows_its_progress(demo: SimpleNamespace) -> None:
    assert demo.progress.count("%") > 3


def test_the_verdict_is_the_expected_one(verdict_json: dict[str, Any]) -> None:
    assert list(DEMO.differences(verdict_json, EXPECTED)) == []


def test_the_master_is_read_as_it_was_cut(verdict_json: dict[str, Any]) -> None:
    master = verdict_json["master"]
    assert (master["frames"], master["rate"], master["start_timecode"]) == (
        EDIT["frames"],
        EDIT["rate"],
        EDIT["start_timecode"],
    )
    for medium in ("picture", "sound"):
        assert verdict_json["coverage"][medium]["examined"] == [[0, EDIT["frames"]]]


@pytest.mark.parametrize("laid", EDIT["sound"], ids=lambda laid: laid["cue"])
def test_a_sound_is_found_with_its_own_frames(laid: dict[str, Any], verdict_json: dict[str, Any]) -> None:
    (finding,) = [f for f in verdict_json["findings"] if f["material"] == laid["material"] and f["class"] == "match"]
    for end in ("material_first_frame", "material_end_frame"):
        assert abs(finding[end] - laid[end]) <= EXPECTED["tolerance_frames"]["sound"]
    assert (finding["medium"], finding["channels"]) == ("sound", ["track 1: L R"])
    assert finding["transform"] == {"speed": pytest.approx(1.0, abs=0.005), "pitch": pytest.approx(0, abs=0.1)}


@pytest.mark.parametrize(
    "shot", [shot for shot in EDIT["shots"] if "material_first_frame" in shot], ids=lambda shot: shot["shot"]
)
def test_a_clip_is_found_with_its_own_frames(shot: dict[str, Any], verdict_json: dict[str, Any]) -> None:
    (finding,) = [f for f in verdict_json["findings"] if f["material"] == shot["material"] and f["class"] == "match"]
    for end in ("material_first_frame", "material_end_frame"):
        assert abs(finding[end] - shot[end]) <= 3
    assert finding["transform"]["mirror"] is shot.get("mirror", False)
    assert finding["transform"]["speed"] == pytest.approx(shot.get("speed", 1.0), abs=0.05)


def test_everything_that_should_be_is_written(demo: SimpleNamespace) -> None:
    written = {path.relative_to(demo.out).as_posix() for path in demo.out.rglob("*") if path.is_file()}
    notices = {f"notices/{use}.{suffix}" for use in EXPECTED["uses"] for suffix in ("eml", "txt")}
    assert {"verdict.json", "report.html", "cue-sheet.csv", "markers.edl", *notices} <= written


# --- judged alone: the dossier, its marks, and what the scan should find ----------------------------------------------


@pytest.fixture(scope="session")
def materials() -> tuple[Material, ...]:
    reader, folder = FileMarks(EXAMPLE / "trust" / "authority.pem"), EXAMPLE / "material"
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name, marks = path.relative_to(folder).as_posix(), reader.read(path)
        if path.suffix == ".mp3":
            found.append(Material(name, "", "sound", 0, 0, 0, marks=marks, sound_milliseconds=1))
        else:
            kind = "still" if path.suffix in (".png", ".jpg") else "clip"
            found.append(Material(name, "", kind, 1, 1, 1, marks=marks))
    return tuple(found)


def scanned(materials: tuple[Material, ...]) -> Scan:
    """What a perfect engine would find."""
    whole = Span(0, EDIT["frames"])
    placed = [("picture", shot) for shot in EDIT["shots"] if "material" in shot]
    placed += [("sound", laid) for laid in EDIT["sound"]]
    return Scan(
        Master("master.mp4", "", Clock(Rate(Fraction(EDIT["rate"])), EDIT["start_timecode"]), whole.end, 1280, 720),
        Engine("perfect", "1", {}),
        Coverage((whole,), sound=(whole,), tracks=("track 1",), material=tuple(item.name for item in materials)),
        tuple(Finding(s["material"], Span(s["first_frame"], s["end_frame"]), of, "match", 1.0) for of, s in placed),
        Engine("perfect", "1", {}),
    )


@pytest.fixture
def judged(materials: tuple[Material, ...], tmp_path: Path) -> Any:
    """Judges a copy of the dossier in which some text is replaced."""
    shutil.copytree(EXAMPLE / "papers", tmp_path / "papers")
    (tmp_path / "material").mkdir()

    def judge_changed(*changes: tuple[str, str], on: date = ON) -> Verdict:
        text = (EXAMPLE / "dossier.yaml").read_text(encoding="utf-8")
        for old, new in changes:
            assert text.count(old) == 1, f"not once in the dossier: {old!r}"
            text = text.replace(old, new)
        path, packs = tmp_path / "dossier.yaml", PackFiles()
        path.write_text(text, encoding="utf-8")
        found = load_dossier(YamlDocuments(), packs.catalogue, path)
        case = Case(
            found.dossier,
            packs.catalogue,
            found.answers,
            materials,
            scanned(materials),
            found.missing_documents,
        )
        return judge(packs, case, on)

    return judge_changed


def word(verdict: Verdict, use: str) -> str:
    return next(standing.word for standing in verdict.standings if standing.use.id == use)


def test_the_dossier_alone_gives_the_expected_verdict(judged: Any) -> None:
    assert list(DEMO.differences(judged().record(), EXPECTED)) == []


def test_its_report_in_italian_has_no_english_left(judged: Any) -> None:
    verdict = judged()
    with speaking("it"):
        page = report(verdict, None, show_prompts=True)
        said = "\n".join(verdict_lines(verdict, Path("out")))
    foreign = quoted(verdict)
    assert english_left(page, foreign) == []
    assert [left for line in said.splitlines() for left in english_left(line, foreign)] == []


def test_no_digest_in_it_is_stale_but_one(judged: Any) -> None:
    """Only what was written about the Night Line poster speaks of facts that changed."""
    stale = [gap for s in judged().standings for line in s.evidence for gap in line.gaps if "have changed" in gap]
    assert {gap.split()[0] for gap in stale} == {"ok-night-line", "notice-night-line"}


def test_a_poster_put_back_into_the_background_is_covered_again(judged: Any) -> None:
    changes = [
        ("legible: yes                      # was no", "legible: no"),
        ("referenced_in_scene: yes          # was no", "referenced_in_scene: no"),
        ("contributes_to_story: yes         # was no", "contributes_to_story: no"),
    ]
    assert word(judged(*changes), "poster-night-line") == "clear"


def test_a_condition_that_is_not_met_is_no_approval(judged: Any) -> None:
    changed = judged(("Nobody in the scene refers to it, met: yes", "Nobody in the scene refers to it, met: unsure"))
    assert word(changed, "poster-regatta") == "ask"


def test_a_consent_for_this_title_lifts_the_block(judged: Any) -> None:
    changed = judged(("titles: [the-lamplighters]", "titles: [the-lamplighters, night-ferry]"))
    standing = next(s for s in changed.standings if s.use.id == "deage-ida")
    assert standing.decisions[0].outcome == "approval_required"
    assert standing.word == "hold"  # consent is one thing, approval another


def test_an_approval_holds_until_its_last_day(judged: Any) -> None:
    assert word(judged(on=date(2026, 10, 31)), "plate-skyline") == "clear"
    assert word(judged(on=date(2026, 11, 1)), "plate-skyline") == "hold"
    assert word(judged(("ends: 2026-10-31", "ends: 2026-12-31")), "plate-skyline") == "clear"


def test_the_middle_tool_weakens_the_chain(judged: Any) -> None:
    changed = judged(("tools: [tidewright, sharpwater, glasswing]", "tools: [tidewright, glasswing]"))
    standing = next(s for s in changed.standings if s.use.id == "plate-moon-sea")
    fired = {ruling.rule for ruling in standing.decisions[0].rulings}
    assert not fired & {"NFX-P2"}
    assert standing.decisions[0].flags == ("late_declaration",)


def test_what_nobody_declared_is_held_until_somebody_does(judged: Any) -> None:
    steps = [step for step in judged().steps if "untitled_0417" in step.why]
    assert [step.word for step in steps] == ["hold"]
    assert "marked" in steps[0].why
    declared = judged(("material: [temp]  ", "material: [temp, incoming]  "))
    assert not [step for step in declared.steps if step.word == "hold" and "untitled_0417" in step.why]
    (standing,) = [standing for standing in declared.standings if standing.use.id == "temp-storm"]
    assert [(c.fact, c.shown) for c in standing.decisions[0].contradictions] == [("tools", "Lanternfish 2.4")]


def test_temp_music_left_in_the_mix_is_held(judged: Any) -> None:
    (standing,) = [s for s in judged().standings if s.use.id == "temp-theme"]
    assert (standing.word, standing.decisions[0].flags) == ("hold", ("violation",))


def test_a_paper_that_is_not_there_does_not_count(judged: Any, tmp_path: Path) -> None:
    (tmp_path / "papers" / "approval-chart.txt").unlink()
    assert word(judged(), "insert-chart") == "hold"


# --- what is committed ------------------------------------------------------------------------------------------------


def test_expected_frames_are_those_of_the_edit() -> None:
    laid = [*(shot for shot in EDIT["shots"] if "material" in shot), *EDIT["sound"]]
    keys = ("shot", "cue", "material", "first_frame", "end_frame")
    assert [[f.get(k) for k in keys] for f in EXPECTED["found"]] == [[s.get(k) for k in keys] for s in laid]


def test_the_shots_follow_each_other() -> None:
    ends = [0, *(shot["end_frame"] for shot in EDIT["shots"])]
    assert [shot["first_frame"] for shot in EDIT["shots"]] == ends[:-1]
    assert ends[-1] == EDIT["frames"] >= 60 * 24


def test_every_source_is_credited() -> None:
    credited = (ROOT / "examples" / "CREDITS.md").read_text(encoding="utf-8")
    sources = {shot["source"].partition(".")[0].partition("_by_")[0] for shot in EDIT["shots"] if "source" in shot}
    shown = {"bigbuckbunny": "Big Buck Bunny"}
    assert [source for source in sources if f"| {shown.get(source, source)}" not in credited] == []
    assert [s["shot"] for s in EDIT["shots"] if "source" in s and s["shot"] not in credited] == []


def test_the_example_is_small_and_holds_no_key() -> None:
    paths = [path for path in (ROOT / "examples").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in paths) < MOST_BYTES
    assert [path for path in paths if b"PRIVATE KEY" in path.read_bytes()] == []
