"""`import cleancut`: quick, typed, frozen, and the same as the commands."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import cleancut
from faces.production import environment, run

# What scripts rely on. A name or parameter that goes, or changes its meaning, is a new major version: add, never take.
FUNCTIONS = {
    "check": "(dossier: AnyPath, *, on: date, out: AnyPath | None = None, since: AnyPath | None = None,"
    " frames: bool = True, prompts: bool = True, fast: bool = False,"
    " progress: Progress | None = None, settings: Settings | None = None)"
    " -> Checked",
    "scan": "(master: AnyPath, material: AnyPath, *, sound: Sequence[AnyPath] = (), rate: Rate | str | None = None,"
    " sequences: Sequence[str] = (), fast: bool = False,"
    " progress: Progress | None = None, settings: Settings | None = None) -> Scan",
    "decide": "(facts: Mapping[str, Any] | AnyPath, *, pack: str = '', settings: Settings | None = None) -> Decision",
}
NAMES = sorted(
    f"""
    Attributed Caveat Changes Checked CleancutError Clause Clock Contradiction Coverage Decision Difference Dossier
    DossierError Engine EvidenceLine FieldError Finding FindingChange InputError Mark Master Material MediaError
    OpenQuestion OutputError OutsideError PackError PackName Place Progress Rate Ruling Scan Settings SheetError
    SoundFile Span Standing Step Tool Transform Unexamined UnexaminedMaterial UnknownId Use UseChange Verdict
    VersionMismatch WayOut __version__ {" ".join(FUNCTIONS)}
    """.split()
)
SETTINGS = {"cache", "trust", "cache_bytes", "file_seconds", "file_bytes", "threads", "language"}
HEAVY = ("numpy", "cv2", "av", "c2pa", "click", "rich", "yaml", "jinja2", "PIL")


def test_the_public_names_are_these() -> None:
    assert sorted(cleancut.__all__) == NAMES
    assert sorted(dir(cleancut)) == NAMES
    for name in NAMES:
        assert getattr(cleancut, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'guess'"):
        cleancut.guess  # noqa: B018


def test_the_signatures_are_these() -> None:
    said = {name: str(inspect.signature(getattr(cleancut, name))) for name in FUNCTIONS}
    assert {name: text.replace("'", "") for name, text in said.items()} == {
        name: text.replace("'", "") for name, text in FUNCTIONS.items()
    }
    assert {field.name for field in dataclasses.fields(cleancut.Settings)} == SETTINGS


def test_the_types_are_of_the_same_names() -> None:
    tree = ast.parse(Path(cleancut.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    typed = {
        alias.asname: f"{node.module}.{alias.name}"
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    real = {name: f"{module}.{name}" for module, names in cleancut._PUBLIC.items() for name in names}
    assert typed == real


def test_records_are_frozen() -> None:
    for name in NAMES:
        thing = getattr(cleancut, name)
        if dataclasses.is_dataclass(thing):
            assert thing.__dataclass_params__.frozen, name


def test_importing_it_loads_nothing_heavy() -> None:
    program = f"import sys, cleancut; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment(Path()))
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_decide_gives_what_the_command_prints(tmp_path: Path) -> None:
    facts = {"is_generative": "yes", "medium": ["image"], "output_stage": "temporary"}
    file = tmp_path / "facts.yaml"
    file.write_text("is_generative: yes\nmedium: [image]\noutput_stage: temporary\n")
    printed = json.loads(run(tmp_path, "decide", file, "--json").stdout)
    assert cleancut.decide(facts).record() == cleancut.decide(file).record() == printed


def test_check_and_scan_give_what_the_commands_write(production, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    dossier, cache = production
    settings = cleancut.Settings(cache, threads=1)
    checked = cleancut.check(dossier, on=date(2026, 11, 20), out=tmp_path / "python", settings=settings)
    assert isinstance(checked.verdict, cleancut.Verdict)
    assert (checked.verdict.word, checked.changes) == ("hold", None)
    done = run(cache, "check", dossier, "--on", "2026-11-20", "--out", tmp_path / "command", "--json", "-")
    assert done.returncode == 1
    assert done.stderr.lstrip().startswith("HOLD")
    written = (tmp_path / "python" / "verdict.json").read_text()
    assert written == (tmp_path / "command" / "verdict.json").read_text() == done.stdout
    again = cleancut.check(dossier, on=date(2026, 11, 20), since=tmp_path / "python", settings=settings)
    assert again.changes is not None
    assert again.changes.is_none
    assert again.verdict.record() == json.loads(written)
    scan = cleancut.scan(dossier.with_name("master.mp4"), dossier.with_name("material"), settings=settings)
    assert [finding.material for finding in scan.findings] == ["temp.mp4"]
    assert scan.coverage.has_picture


def test_every_error_is_ours(tmp_path: Path) -> None:
    settings = cleancut.Settings(tmp_path / "cache")
    with pytest.raises(cleancut.DossierError, match=r"lost\.yaml"):
        cleancut.check(tmp_path / "lost.yaml", on=date(2026, 11, 20), settings=settings)
    with pytest.raises(cleancut.InputError, match="no fact"):
        cleancut.decide({"nothing": "yes"})
    with pytest.raises(cleancut.UnknownId):
        cleancut.decide({"is_generative": "yes"}, pack="nowhere")
    with pytest.raises(cleancut.InputError) as refused:
        cleancut.scan("master.mp4", tmp_path, rate="23.976", settings=settings)
    assert refused.value.hint
    with pytest.raises(cleancut.CleancutError):
        cleancut.scan(tmp_path / "lost.mp4", tmp_path, settings=settings)


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5", "99999"])
def test_threads_are_a_whole_number(text: str) -> None:
    with pytest.raises(cleancut.InputError, match="CLEANCUT_THREADS"):
        cleancut.Settings.of_environment({"CLEANCUT_THREADS": text, "HOME": os.environ.get("HOME", "/")})


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    given = {"CLEANCUT_CACHE": str(tmp_path), "CLEANCUT_THREADS": "3", "CLEANCUT_CACHE_SIZE": "5M"}
    assert cleancut.Settings.of_environment(given) == cleancut.Settings(tmp_path, cache_bytes=5 * 1024**2, threads=3)
