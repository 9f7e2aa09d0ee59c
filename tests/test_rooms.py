"""The rooms of ARCHITECTURE.md hold: imports go one way, each room knows only its own libraries, files stay small."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "cleancut"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Names that say nothing about what a module holds, so that anything ends up in it.
VAGUE = {"util", "utils", "common", "helper", "helpers", "base", "manager", "service", "services", "misc", "lib"}

MOST_LINES = 400

# Room or module -> the libraries it may import besides the standard library. Rooms not named here may import any:
# `adapters` speak to one outside thing each, `faces` parse and print, `wiring` chooses.
LIBRARIES: dict[str, set[str]] = {
    "errors": set(),
    "model": set(),
    "src/cleancut/model/digest.py": {"rfc8785"},  # canonical JSON; docs/adr/0003 says why
    "rules": set(),
    "match": {"numpy", "cv2"},
    "src/cleancut/match/compiled.py": {"numba"},  # docs/adr/0023
    "ports": {"numpy"},  # pictures and fingerprints cross the ports as arrays
    "usecases": {"numpy"},
}

# Room -> what the pure rooms must not reach for, even in the standard library: the world, chance and the clock.
PURE = ("model", "rules", "match")
IMPURE = {
    *("asyncio", "multiprocessing", "os", "pathlib", "random", "secrets", "shutil", "socket", "sqlite3"),
    *("subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid", "pickle"),
}
CLOCKS = {"today", "now", "utcnow", "fromtimestamp"}


def room(module: Path) -> str:
    """The first part of a module's path below the package."""
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(module: Path) -> Iterator[str]:
    """Every dotted name a module imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "." * node.level


def named(node: ast.AST, *names: str) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def places(rooms: Collection[str], is_wrong: Callable[[ast.AST], bool]) -> list[str]:
    """Where in these rooms a node of the syntax tree is wrong, as file:line."""
    found = []
    for module in MODULES:
        if room(module) in rooms:
            nodes = ast.walk(ast.parse(module.read_text(encoding="utf-8")))
            found += [f"{shown(module)}:{getattr(node, 'lineno', 0)}" for node in nodes if is_wrong(node)]
    return found


def shown(module: Path) -> str:
    return module.relative_to(ROOT).as_posix()


def test_imports_go_one_way() -> None:
    """The contracts in pyproject.toml, kept by import-linter."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_room_knows_only_its_own_libraries() -> None:
    """What is missing from the table is an adapter's work."""
    wrong = {}
    for module in MODULES:
        outside = {name.partition(".")[0] for name in imports(module)} - sys.stdlib_module_names - {"cleancut"}
        if strange := outside - LIBRARIES.get(room(module), outside) - LIBRARIES.get(shown(module), set()):
            wrong[shown(module)] = sorted(strange)
    assert not wrong


def test_judgement_reaches_for_nothing_outside() -> None:
    wrong = {}
    for module in MODULES:
        if room(module) in PURE and (reached := {name.partition(".")[0] for name in imports(module)} & IMPURE):
            wrong[shown(module)] = sorted(reached)
    assert not wrong


def test_judgement_reads_no_clock() -> None:
    """It takes `on: date`, without a default."""
    assert not places(PURE, lambda node: isinstance(node, ast.Attribute) and node.attr in CLOCKS)


def test_judgement_opens_and_prints_nothing() -> None:
    assert not places(PURE, lambda node: isinstance(node, ast.Call) and named(node.func, "open", "print", "input"))


def test_only_faces_end_the_process() -> None:
    """The others raise an error of `cleancut.errors`; faces turn it into an exit code."""
    others = tuple({room(module) for module in MODULES} - {"faces", "__main__"})
    assert not places(others, lambda node: named(node, "SystemExit", "exit", "quit"))


def test_a_module_is_named_for_what_it_holds() -> None:
    parts = {module: module.relative_to(PACKAGE).with_suffix("").parts for module in MODULES}
    assert [shown(m) for m in MODULES if VAGUE.intersection(part.strip("_") for part in parts[m])] == []


def test_a_module_is_one_thing() -> None:
    lines = {shown(m): len(m.read_text(encoding="utf-8").splitlines()) for m in MODULES}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_an_adapter_names_its_port_and_its_technology() -> None:
    """`<port>_<technology>.py`, so that a newcomer finds the file by guessing."""
    adapters = [m for m in MODULES if room(m) == "adapters" and m.suffix == ".py" and m.stem != "__init__"]
    assert [shown(m) for m in adapters if "_" not in m.stem] == []
