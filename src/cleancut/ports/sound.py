"""Promises about sound: who opens it, and who finds material in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from cleancut.match.fingerprint import Registered
from cleancut.match.picture import Arrays
from cleancut.match.samples import Samples, SoundTrack
from cleancut.model.findings import Engine, Finding
from cleancut.model.streams import TrackInfo

if TYPE_CHECKING:
    from cleancut.ports import Progress


class Hearing(Protocol):
    """The sound of one file, open. Iterates once.

    Sample 0 of every track is heard with the first picture frame of the file, or is the first of a file without
    pictures: what comes later begins with silence, what comes earlier is left out. Decoder errors leave silence and do
    not raise: `losses` lists them, complete only when the iteration has ended. Only `ReaderLost` may come out of it.
    """

    @property
    def tracks(self) -> tuple[TrackInfo, ...]:
        """Empty where the file has no sound."""

    @property
    def start_timecode(self) -> str:
        """The label of the first sample as written in the file, at whatever rate; empty where there is none."""

    @property
    def start_seconds(self) -> Fraction | None:
        """The time of day of the first sample, as Broadcast Wave states it; None where the file does not say."""

    @property
    def seconds_stated(self) -> Fraction | None:
        """When the last track ends by the file's own word, before anything is decoded; None where it does not say."""

    @property
    def losses(self) -> Sequence[tuple[int, int, int, str]]:
        """(track, first sample, sample after the last, what the decoder said) of each stretch that did not decode."""

    def __iter__(self) -> Iterator[tuple[int, Samples]]:
        """(track, the samples that follow) in order of each track, in blocks of any length."""


class Sounds(Protocol):
    """Sound of films and sound files, at the rate asked for. Does not promise that two decoders give the same bits."""

    def open(self, path: Path, rate: int) -> AbstractContextManager[Hearing]:
        """Raises `Unreadable` where the file cannot be opened. A file without sound opens, and has no tracks."""


class SoundEngine(Protocol):
    """Finds material in a master by its sound.

    Promises: the same input gives the same findings bit for bit, however the master was split into parts. Does not
    promise that two engines, or versions, find the same.
    """

    @property
    def identity(self) -> Engine: ...

    @property
    def rate(self) -> int:
        """Samples a second in which it hears."""

    @property
    def step(self) -> int:
        """Parts begin at multiples of so many samples."""

    @property
    def context(self) -> int:
        """How many samples before its first and after its last a part must be shown; a multiple of `step`."""

    def fingerprints(self, blocks: Iterable[Samples]) -> tuple[Arrays, ...]:
        """Of one material, from its samples in order: one or more, each to be looked for by itself. Raises
        `match.fingerprint.Featureless` where it could never be found: silence, a lone tone or click, less than about a
        second."""

    def sketch(self, window: Samples) -> Arrays:
        """Of the part of a track in the middle of `window`: `context` samples on both sides are only looked at, silence
        where the track has none."""

    def volume(self, fingerprints: Iterable[Arrays]) -> Arrays:
        """What searching needs of one or more materials, to be kept; each is read before the next is asked for."""

    def find(
        self,
        tracks: Sequence[SoundTrack],
        frames: int,
        rate: Fraction,
        register: Registered,
        progress: Progress,
        volumes: Sequence[Arrays] = (),
    ) -> tuple[Finding, ...]:
        """Every appearance, in order of frame, in a master of `frames` frames at `rate`; one that is heard in several
        tracks or channels at once is one finding. `volumes` hold the whole register in its order; without any they are
        made. Fingerprints may be loaded each time they are read. Raises `VersionMismatch` for arrays of another engine
        or version."""
