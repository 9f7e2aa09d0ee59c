"""Readers hold against inputs nobody meant: a few here, ten thousand each by tests/fuzz/run.py, and all that ever broke
one."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzz.run import broken, inputs, kept
from fuzz.targets import TARGETS, Target

NAMES = [target.name for target in TARGETS]


@pytest.mark.parametrize("target", TARGETS, ids=NAMES)
def test_no_input_breaks_a_reader(target: Target, tmp_path: Path) -> None:
    assert list(broken(target, inputs(target, 1, target.quick, tmp_path), tmp_path)) == []


@pytest.mark.parametrize("target", TARGETS, ids=NAMES)
def test_what_broke_one_breaks_it_no_more(target: Target, tmp_path: Path) -> None:
    target.seeds(tmp_path)
    assert list(broken(target, (path.read_bytes() for path in kept(target)), tmp_path)) == []
