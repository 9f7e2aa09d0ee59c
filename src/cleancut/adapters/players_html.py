"""What a report plays: files where they are, beside the report, from the found stretch's first moment to its last.

Nothing is embedded. Addresses are relative to the folder of the report, percent-encoded byte by byte, so that any name
works and no folder above the common one is told; times are media fragments (W3C, "Media Fragments URI 1.0", 4.2.1),
never later than the first frame nor earlier than the last. A file that a browser plays on no system gets no address.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from urllib.parse import quote_from_bytes

from cleancut.adapters.report_sounds import Seconds, SoundPair, SoundsWanted

# What some browser of today plays, if not every one: the others say that they cannot when asked to.
_PLAYED = frozenset(
    (
        *(".wav", ".wave", ".mp3", ".m4a", ".aac", ".flac", ".ogg", ".oga", ".opus", ".aif", ".aiff", ".caf"),
        *(".mp4", ".m4v", ".mov", ".webm", ".mkv"),
    )
)


@dataclass(frozen=True)
class Player:
    """`source` is the address with its times; where it is empty, `why` says why nothing can be played."""

    source: str = ""
    why: str = ""


@dataclass(frozen=True)
class PlayerPair:
    master: Player
    material: Player


def players(
    wanted: SoundsWanted, deliverable: Mapping[int, Path], material: Path, beside: Path
) -> dict[int, PlayerPair]:
    """For each pair, by the finding's place in the scan. `deliverable` holds the files by their places as pairs name
    them; `beside` is the folder the report will lie in."""
    return {
        place: PlayerPair(
            _of_master(deliverable, pair, beside), player(material / pair.material_name, pair.matched, beside)
        )
        for place, pair in wanted.pairs.items()
    }


def _of_master(deliverable: Mapping[int, Path], pair: SoundPair, beside: Path) -> Player:
    """A browser plays the first track of a file and lets nobody choose another."""
    path = deliverable.get(pair.file) if pair.file is not None else None
    if path is None:
        return Player(why="nobody can tell which file is meant")
    named = pair.master.channels
    if any(_OTHER_TRACK.match(name) for name in named) and not any(_FIRST_TRACK.match(name) for name in named):
        return Player(why=f"a browser plays the first track of a file, and this is in {', '.join(named)}")
    return player(path, pair.heard, beside)


_OTHER_TRACK, _FIRST_TRACK = re.compile(r"track \d"), re.compile(r"track 1\b")


def player(path: Path, seconds: Seconds, beside: Path) -> Player:
    """The file from one second to another."""
    kind = path.suffix.lower()
    if kind not in _PLAYED:
        return Player(why=f"no browser plays {kind.removeprefix('.').upper() or 'such'} files")
    # Not resolved: a browser takes `..` from the text of an address, and follows no link to do so.
    relative = os.path.relpath(os.path.abspath(path), os.path.abspath(beside))  # noqa: PTH100
    first, end = _moment(seconds[0], up=False), _moment(seconds[1], up=True)
    return Player(f"{quote_from_bytes(os.fsencode(relative))}#t={first},{end}")


def _moment(seconds: Fraction, *, up: bool) -> str:
    """Milliseconds, rounded outwards."""
    thousandths = -(-seconds * 1000 // 1) if up else max(0, seconds * 1000 // 1)
    return f"{thousandths // 1000}.{thousandths % 1000:03d}"
