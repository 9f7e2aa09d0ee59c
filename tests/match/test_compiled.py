"""Compiled loops: what they say in Python is what they do, and they need no place to be kept."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cleancut import match
from cleancut.match import keypoints, search
from cleancut.match.compiled import compiled
from cleancut.match.keypoints import BORDER, CONTRAST, LAYERS, ROUGHLY, pyramid
from cleancut.testing import texture


def highest(layers: NDArray[np.float32], first: int) -> set[tuple[int, int, int]]:
    """Layer, y and x of what differs most of all within one pixel and one layer, by the definition."""
    sizes = np.abs(np.diff(layers, axis=0))
    _, height, width = sizes.shape
    found = set()
    for layer in range(first, LAYERS + 1):
        for y in range(BORDER, height - BORDER):
            for x in range(BORDER, width - BORDER):
                size = sizes[layer, y, x]
                around = sizes[layer - 1 : layer + 2, y - 1 : y + 2, x - 1 : x + 2]
                if size > ROUGHLY * CONTRAST and size >= around.max():
                    found.add((layer, y, x))
    return found


@given(st.integers(0, 1000), st.sampled_from([0, 1]))
@settings(max_examples=6, deadline=None)
def test_blobs_are_found_where_the_definition_has_them(seed: int, octave: int) -> None:
    """Each by a hair: a place between pixels belongs to the pixel it is nearest to, or to its neighbour."""
    layers, first = pyramid(texture(seed, 128, 96))[octave], 1 if octave else 2
    expected = highest(layers, first)
    found = keypoints._extrema(layers, first, CONTRAST)
    assert len(found) > 5
    for x, y, layer, _ in found:
        assert any(abs(x - c) <= 0.61 and abs(y - r) <= 0.61 and abs(layer - n) <= 0.61 for n, r, c in expected)


def test_the_number_of_threads_changes_no_answer() -> None:
    chance = np.random.default_rng(1)
    known = chance.integers(0, 90, (3000, 128)).astype(np.uint8)
    shelves, positions = [search.Shelf.of([known])], [np.array([0])]
    answers = [search.Index(shelves, positions, threads).nearest(known[::3], 4) for threads in (1, 2, 5)]
    for names, similarities in answers[1:]:
        assert np.array_equal(names, answers[0][0])
        assert np.array_equal(similarities, answers[0][1])


def test_a_loop_that_can_be_kept_nowhere_runs() -> None:
    """A function without a file is one: numba refuses to keep it, as it does in a folder that cannot be written."""
    place: dict[str, Any] = {}
    exec("def doubled(number):\n    return 2 * number", place)
    assert compiled(place["doubled"])(21) == 42


MODULE = """
from cleancut.match.compiled import compiled

@compiled
def inner(number):
    return number + 1

@compiled
def outer(number):
    return 2 * inner(number)

if __name__ == "__main__":
    import loops
    print(loops.outer(20))
"""


def run(folder: Path, *before: str) -> str:
    """What the loops print that lie, and are kept, in a folder."""
    code = "\n".join([*before, "import runpy", f"runpy.run_path({str(folder / 'loops.py')!r}, run_name='__main__')"])
    known = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path]), "NUMBA_CACHE_DIR": str(folder)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=known, check=False)
    return done.stdout.strip() or done.stderr


def test_a_full_disk_stops_no_scan(tmp_path: Path) -> None:
    (tmp_path / "loops.py").write_text(MODULE)
    assert run(tmp_path, "import resource", "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))") == "42"
    assert not [path for path in tmp_path.rglob("*.nb*") if path.stat().st_size]


@pytest.mark.parametrize("left", [b"", b"\x00" * 4096, b"no index"])
def test_what_was_kept_badly_is_compiled_anew(tmp_path: Path, left: bytes) -> None:
    """An index without bytes, or with zeros, is what a power cut may leave."""
    (tmp_path / "loops.py").write_text(MODULE)
    assert run(tmp_path) == "42"
    kept = list(tmp_path.rglob("*.nbi"))
    assert kept
    for path in kept:
        path.write_bytes(left)
    assert run(tmp_path) == "42"


def uses(node: ast.AST) -> set[str]:
    return {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}


@pytest.mark.parametrize("path", sorted(Path(match.__path__[0]).rglob("*.py")), ids=lambda path: path.stem)
def test_loops_know_only_their_own_module(path: Path) -> None:
    """Of what is imported they use NumPy alone, also by way of constants: else what was kept would outlive a change."""
    tree = ast.parse(path.read_text())
    imports = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    foreign = {alias.asname or alias.name for node in imports for alias in node.names} - {"np"}
    for node in tree.body:  # constants, in their order
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value and uses(node.value) & foreign:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            foreign |= {name for target in targets for name in uses(target)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and any(uses(mark) == {"compiled"} for mark in node.decorator_list):
            assert not {name for line in node.body for name in uses(line)} & foreign, node.name


def test_commands_that_look_at_no_pictures_do_not_wait_for_the_compiler() -> None:
    asked = "import sys, cleancut.faces.cli, cleancut.wiring; print('numba' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "False"
