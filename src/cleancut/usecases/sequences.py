"""Numbered stills that make one clip: those that show it by themselves, and those that the production declares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from cleancut.errors import InputError
from cleancut.model.timing import Rate
from cleancut.ports import FoundFile, Stills, Unreadable

SEQUENCE_MINIMUM = 8  # fewer numbered stills are variants of one picture more often than a shot
_NUMBERED = re.compile(r"^(?P<stem>.*[._-])(?P<number>\d+)(?P<suffix>\.[^.]+)$")
_LAST_NUMBER = re.compile(r"(\d+)\D*$")


@dataclass(frozen=True)
class Declared:
    """Stills that are one clip because somebody says so: their names, in which * and ? stand for any characters, and
    their rate where it is not the master's."""

    pattern: str
    rate: Rate | None = None


@dataclass(frozen=True)
class Run:
    """The stills of one clip in order. `times` are their places on its line of frames, from 0: a number that is missing
    leaves a hole. `rate` is the declared one."""

    files: tuple[FoundFile, ...]
    times: tuple[int, ...]
    rate: Rate | None = None


def runs(stills: Stills, files: Iterable[FoundFile], declared: Sequence[Declared]) -> list[Run]:
    """The sequences among these stills, the declared ones first. Raises `InputError` for a declaration that fewer than
    two files answer to, or that another has already taken."""
    left = list(files)
    found = []
    for sequence in declared:
        run = _declared(left, sequence)
        left = [file for file in left if file not in run.files]
        found.append(run)
    return found + _evident(stills, left)


def _declared(files: Sequence[FoundFile], sequence: Declared) -> Run:
    wild = sequence.pattern.replace("[", "[[]")  # only * and ? are wild
    matched = [file for file in files if fnmatchcase(file.name, wild)]
    if len(matched) < 2:
        raise InputError(
            f"the sequence {sequence.pattern!r} has {'one still' if matched else 'no stills'} in the material folder",
            "Give the names of its stills as they lie there, such as plates/shot*.png, or leave it out.",
        )
    numbers = [_LAST_NUMBER.search(PurePosixPath(file.name).stem) for file in matched]
    counted = [int(number[1]) for number in numbers if number]
    if len(set(counted)) < len(matched):  # not numbered, or not apart: the order of names is all there is
        return Run(tuple(matched), tuple(range(len(matched))), sequence.rate)
    pairs = sorted(zip(counted, matched, strict=True), key=lambda pair: pair[0])
    return Run(tuple(file for _, file in pairs), tuple(number - pairs[0][0] for number, _ in pairs), sequence.rate)


def _evident(stills: Stills, files: Sequence[FoundFile]) -> list[Run]:
    """Runs of numbered stills that are contiguous, at least eight, of one size, under one stem with a separator."""
    series: dict[tuple[str, str], dict[int, FoundFile]] = {}
    for file in files:
        if numbered := _NUMBERED.match(file.name):
            series.setdefault((numbered["stem"], numbered["suffix"]), {})[int(numbered["number"])] = file
    found = []
    for numbers in series.values():
        run = [numbers[number] for number in sorted(numbers)]
        is_contiguous = max(numbers) - min(numbers) + 1 == len(run)
        if is_contiguous and len(run) >= SEQUENCE_MINIMUM and _is_one_size(stills, run):
            found.append(Run(tuple(run), tuple(range(len(run)))))
    return found


def _is_one_size(stills: Stills, files: Sequence[FoundFile]) -> bool:
    try:
        return len({stills.size(file.path) for file in files}) == 1
    except Unreadable:
        return False
