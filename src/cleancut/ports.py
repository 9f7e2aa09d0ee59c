"""Promises that someone else keeps: Protocols of two or three methods each, with what they do NOT promise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from cleancut.match.picture import Arrays, Frame
from cleancut.model.findings import Engine, Finding
from cleancut.model.material import Material, MaterialKind

# --- scan: files, frames, stills, cache, engine, progress -------------------------------------------------------------


class Progress(Protocol):
    """Told how far a job has come. May raise KeyboardInterrupt at any call: every job keeps what it has finished."""

    def stage(self, name: str, total: int | None = None) -> None:
        """A new stage begins; `total` units are expected, None where nobody knows."""

    def advance(self, count: int = 1) -> None:
        """So many units are done. Promises nothing about reaching `total`."""


@dataclass(frozen=True)
class FoundFile:
    """One file of a folder. `name` is its POSIX path relative to the folder; `problem` says why it cannot be read."""

    name: str
    path: Path
    problem: str = ""


@dataclass(frozen=True)
class Listing:
    """A folder as `Files.list` saw it: files in order of name, and the names left out on purpose."""

    files: tuple[FoundFile, ...]
    ignored: tuple[str, ...] = ()


class Files(Protocol):
    """Names and bytes of files. Does not promise that a file listed is still there when read."""

    def list(self, folder: Path) -> Listing:
        """Every file below it; hidden names and links that lead out are ignored. Raises `InputError`: no folder."""

    def digest(self, path: Path) -> str:
        """SHA-256 of the content, in hex. Raises `Unreadable`."""

    def is_same(self, one: Path, other: Path) -> bool:
        """Whether both names lead to one file. False where either is missing."""


class Unreadable(Exception):
    """A file that cannot be read, or of which nothing decodes; says why, and the way out where there is one."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


@dataclass(frozen=True)
class ClipInfo:
    """What the container states before anything is decoded. `frames_stated` is None where it does not say.

    `start_timecode` is the label of the first frame as written in the file, empty where there is none or it is invalid.
    """

    width: int
    height: int
    rate: Fraction
    frames_stated: int | None = None
    start_timecode: str = ""
    has_sound: bool = False


class Reading(Protocol):
    """One clip, open. Iterates once, in presentation order.

    Decoder errors end or thin the frames, never raise: `losses` lists them, complete only when the iteration has ended.
    """

    @property
    def info(self) -> ClipInfo: ...

    @property
    def losses(self) -> Sequence[tuple[int, str]]:
        """(index of the next decoded frame, what the decoder said) of each stretch that did not decode."""

    def __iter__(self) -> Iterator[Frame]: ...


class Clips(Protocol):
    """Moving pictures. Does not promise that two decoders give the same bits."""

    def open(self, path: Path) -> AbstractContextManager[Reading]:
        """Raises `Unreadable` where no stream of moving pictures can be opened."""


class Stills(Protocol):
    """Single pictures."""

    def size(self, path: Path) -> tuple[int, int]:
        """Width and height from the header, as stored. Raises `Unreadable`."""

    def read(self, path: Path) -> Frame:
        """The picture, upright, alpha laid over mid-grey. Raises `Unreadable`, also for one over the stated cap."""


class Cache(Protocol):
    """Arrays kept between runs, by key. May forget at any time; never returns other arrays than those saved."""

    def load(self, key: str) -> Arrays | None:
        """None where there is nothing sound under this key."""

    def save(self, key: str, arrays: Arrays) -> None:
        """Whole or not at all. Raises `OutsideError` where there is no room or no right to write."""


class PictureEngine(Protocol):
    """Finds material in a master by its picture.

    Promises: the same input gives the same findings bit for bit, whatever the number of threads, and however the master
    was split into parts. Does not promise that two engines, or versions, find the same.
    """

    @property
    def identity(self) -> Engine: ...

    @property
    def context(self) -> int:
        """How many frames before its first a part must be shown."""

    def fingerprint(self, frames: Iterable[Frame], kind: MaterialKind) -> Arrays:
        """Of one material. Raises `match.fingerprint.Featureless` where it could never be found."""

    def sketch(self, frames: Iterable[tuple[int, Frame]], first: int, rate: Fraction) -> Arrays:
        """Of the part of a master that begins at frame `first`, from (index, frame) pairs in order, among them the
        `context` frames before `first` as far as there are any. Reads each frame before it asks for the next."""

    def find(
        self, sketch: Sequence[Arrays], rate: Fraction, register: Sequence[tuple[Material, Arrays]], progress: Progress
    ) -> tuple[Finding, ...]:
        """Every appearance, in order of frame. Reads each part of `sketch` seldom: the sequence may load it each time.
        Raises `VersionMismatch` for arrays of another engine or version."""
