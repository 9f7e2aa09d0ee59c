"""Shot codes and versions as people write them: `ABC_010_0040_comp_v012` is version v012 of the shot `ABC_010_0040`.

A dossier writes `ABC_010_0040@v012`. A version is not another shot; a task (`comp`) is no part of the code.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

MOST_SHOTS = 2000  # that one range may stand for

_VERSION = re.compile(r"(?:[@_.\s-]+)v(?:ersion)?[ .]?([0-9]{1,6})$", re.IGNORECASE)
_VERSIONS = re.compile(r"v[0-9]+\s*[-–—]\s*v?[0-9]+", re.IGNORECASE)
_NUMBERED = re.compile(r"(.*?)([0-9]+)")
_SEPARATORS = re.compile(r"[,;\n]+|\s+&\s+|\s+\+\s+")
_SPACED_RANGE = re.compile(
    r"(\S+)\s*(?:–|—|\.\.\.?|…|\s-\s|\s(?:to|thru|through|bis|a|al|fino a)\s)\s*(\S+)", re.IGNORECASE
)
_TIGHT_RANGE = re.compile(r"(\w*_[0-9]+)-((?:\w*_)?[0-9]+)", re.ASCII)


class ShotError(ValueError):
    """A cell of shots that cannot be read for certain."""


def shot(written: str, tasks: Collection[str] = ()) -> str:
    """One shot as a dossier writes it: the code, and its version if it has one. `tasks` in lower case."""
    written = written.strip()
    version = _VERSION.search(written)
    code = written[: version.start()] if version else written
    head, mark, tail = code.rpartition("_")
    if mark and head and tail.lower() in tasks:
        code = head
    if not code or re.fullmatch(r"v[0-9]+", code, re.IGNORECASE):
        raise ShotError(f"{written!r} has no shot code")
    return f"{code}@v{version[1]}" if version else code


def code_of(written: str) -> str:
    """The shot without its version."""
    return written.partition("@")[0]


def shots(cell: str, tasks: Collection[str] = ()) -> tuple[str, ...]:
    """Every shot of a cell, in order, each once: lists, and ranges such as `ABC_010_0010-0080`.

    A number alone goes on from the code before it: `ABC_010_0010, 0020`. A range counts in tens where both of its ends
    are tens, else in ones: it then names more shots than there may be, never fewer. Raises `ShotError`.
    """
    found: list[str] = []
    for part in filter(None, (part.strip() for part in _SEPARATORS.split(cell))):
        found += _part(part, found[-1] if found else "", tasks)
    return latest(found)


def latest(written: Iterable[str]) -> tuple[str, ...]:
    """Each shot once, at its highest version, where it first stood."""
    highest: dict[str, str] = {}
    for item in written:
        code = code_of(item)
        if code not in highest or version_of(item) > version_of(highest[code]):
            highest[code] = item
    return tuple(highest.values())


def version_of(written: str) -> int:
    """The version's number; -1 where it has none, or none that is a number."""
    number = written.partition("@")[2].lower().removeprefix("v")
    return int(number) if number.isdecimal() else -1


def _part(part: str, before: str, tasks: Collection[str]) -> list[str]:
    if "/" in part or _VERSIONS.search(part):
        raise ShotError(f"{part!r} can be read in several ways; write the shots one by one, each with its version")
    ends = _SPACED_RANGE.fullmatch(part) or _TIGHT_RANGE.fullmatch(part)
    if ends is None:
        return [shot(_whole(part, before), tasks)]
    first = shot(_whole(ends[1], before), tasks)
    last = shot(_whole(ends[2], first), tasks)
    if "@" in first + last:
        raise ShotError(f"{part!r} is a range of versions; write each shot with its own")
    return _range(part, first, last)


def _whole(part: str, before: str) -> str:
    """A number alone takes the code before it, with its own number put in place of the last."""
    number = re.match(r"[0-9]+(?![0-9A-Za-z])", part)
    stem = _NUMBERED.fullmatch(code_of(before))
    if number is None or not before or "_" in part[: number.end() + 1].rstrip("_v"):
        return part
    if stem is None:
        raise ShotError(f"{part!r} follows {before!r}, which ends in no number")
    return stem[1] + part


def _range(part: str, first: str, last: str) -> list[str]:
    start, end = _NUMBERED.fullmatch(first), _NUMBERED.fullmatch(last)
    if start is None or end is None or start[1] != end[1] or len(start[2]) != len(end[2]):
        raise ShotError(f"{part!r} is a range between two kinds of code; write the shots one by one")
    low, high, width = int(start[2]), int(end[2]), len(start[2])
    if high <= low:
        raise ShotError(f"{part!r} runs backwards")
    step = 10 if low % 10 == 0 and high % 10 == 0 else 1
    if (high - low) // step >= MOST_SHOTS:
        raise ShotError(f"{part!r} stands for more than {MOST_SHOTS} shots")
    return [f"{start[1]}{number:0{width}}" for number in range(low, high + 1, step)]
