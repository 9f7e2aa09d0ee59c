"""Marks from outside: a production whose files say how they were made, checked as a user checks it."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from adapters.signed import created, edited, new_authority, signer_to
from faces.production import make, run

PROMPT = "a lighthouse that nobody may read of"
NOTE = f"{PROMPT}\nNegative prompt: boats\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 99, Model: tide_v3"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The board is signed by a tool that its use does not name, the temp shot has a note beside it, and the master is
    signed with the board as a part; checked with prompts, and without."""
    folder = tmp_path_factory.mktemp("marked")
    dossier = make(folder / "film")
    board, temp = (folder / "film" / "material" / name for name in ("board.png", "temp.mp4"))
    with Image.open(board) as picture:
        info = PngImagePlugin.PngInfo()
        info.add_text("parameters", NOTE)
        picture.save(board, pnginfo=info)
    sign = signer_to(folder / "signed", new_authority())
    sign(board, created()).replace(board)
    temp.with_suffix(".txt").write_text(NOTE, encoding="utf-8")
    master = folder / "film" / "master.mp4"
    sign(master, edited("componentOf"), ((board, "componentOf"),)).replace(master)
    runs = {}
    for out, options in (("with", ()), ("without", ("--no-prompts",))):
        done = run(
            folder / "cache", "check", dossier, "--on", "2026-11-20", "--no-frames", *options, "--out", folder / out
        )
        assert done.returncode == 1, done.stderr
        runs[out] = folder / out
    record = json.loads((folder / "with" / "verdict.json").read_text("utf-8"))
    return SimpleNamespace(record=record, runs=runs)


def material(record: dict[str, Any], name: str) -> list[tuple[str, str]]:
    (found,) = [item for item in record["materials"] if item["name"] == name]
    return [(mark["grade"], mark["generative"]) for mark in found["marks"]]


def test_every_mark_of_every_file_is_in_the_verdict(made: SimpleNamespace) -> None:
    assert material(made.record, "board.png") == [("signed", "yes"), ("plain_text", "yes")]
    assert material(made.record, "temp.mp4") == [("plain_text", "yes")]
    (mark,) = made.record["master_marks"]
    assert (mark["file"], mark["state"], mark["trust"]) == ("master.mp4", "valid", "not_checked")
    assert mark["ingredients"][0]["relationship"] == "componentOf"


def test_a_contradicted_tool_and_a_mark_tied_to_nothing_are_steps(made: SimpleNamespace) -> None:
    steps = [(step["word"], step["what"], step["use"]) for step in made.record["next"]]
    assert ("ask", "correct the answer to tools", "board") in steps
    assert ("hold", "declare the use that the mark means", "") in steps
    (use,) = [use for use in made.record["uses"] if use["id"] == "board"]
    shown = {contradiction["shown"] for contradiction in use["decisions"][0]["contradictions"]}
    assert "Dream Harbour 3" in shown


def test_prompts_in_marks_are_left_out_where_prompts_are(made: SimpleNamespace) -> None:
    written = {out: [p for p in folder.rglob("*") if p.is_file()] for out, folder in made.runs.items()}
    assert any(PROMPT in path.read_bytes().decode("latin-1") for path in written["with"])
    assert [path.name for path in written["without"] if PROMPT in path.read_bytes().decode("latin-1")] == []


def test_the_report_shows_the_marks_of_material_and_master(made: SimpleNamespace) -> None:
    text = Path(made.runs["with"] / "report.html").read_text("utf-8")
    marks = text[text.index('id="marks"') : text.index('id="uses"')]
    for said in ("master.mp4", "board.png", "Dream Harbour 3", "plain text", "sidecar temp.txt", "tide_v3"):
        assert said in marks
    assert "correct the answer to tools" in text.lower()
    assert "Contradiction." in text
