"""Listen to a master: every track of its sound, decoded once and sketched in parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleancut.match.picture import Arrays
from cleancut.match.samples import Samples, SoundTrack
from cleancut.model.timing import Rate, frames_of
from cleancut.ports import Cache, Progress, ReaderLost, SoundEngine, Sounds, TrackInfo
from cleancut.usecases.parts import Parts

PART_SECONDS = 60  # what an interruption costs at most, of each track
_SILENCE_SECONDS = 10  # at a time
_FOREVER_SECONDS = 24 * 3600

Loss = tuple[int, int, int, str]  # track, first sample, sample after the last, why


@dataclass(frozen=True)
class Opening:
    """What a file of sound says before anything is decoded."""

    tracks: tuple[TrackInfo, ...]
    seconds_stated: Fraction | None
    start_seconds: Fraction | None
    start_timecode: str

    def time_of_day(self, rate: Rate) -> Fraction | None:
        """When it begins, in seconds since midnight. None where it does not say, or says midnight, as files do that
        nobody gave a time."""
        if self.start_seconds:
            return self.start_seconds
        try:
            count, _ = frames_of(self.start_timecode, rate)
        except ValueError:
            return None
        return Fraction(count) / rate.value if count else None


@dataclass(frozen=True)
class Heard:
    """What listening to one file yielded, from sample 0 of the master on: its tracks as sketched, and their losses."""

    tracks: tuple[SoundTrack, ...]
    samples: int
    losses: tuple[Loss, ...]


@dataclass(frozen=True)
class Listener:
    """Sketches sound, each part of a track once. `offset` is how many samples after the start of the master's sound a
    file begins."""

    sounds: Sounds
    cache: Cache
    engine: SoundEngine

    def open(self, path: Path, digest: str) -> Opening:
        """Raises `Unreadable`."""
        key = f"opening-{digest}"
        kept = self.cache.load(key)
        if kept is None:
            with self.sounds.open(path, self.engine.rate) as hearing:
                known = Opening(hearing.tracks, hearing.seconds_stated, hearing.start_seconds, hearing.start_timecode)
            kept = _opening_packed(known)
            self.cache.save(key, kept)
        return _opening_unpacked(kept)

    def parts_to_hear(self, digest: str, opening: Opening, offset: int) -> int | None:
        """How many parts there are to go through; None where nobody knows, 0 where the cache holds them all."""
        if self._known(digest, opening, offset) is not None:
            return 0
        if opening.seconds_stated is None:
            return None
        samples = offset + int(opening.seconds_stated * self.engine.rate)
        return len(opening.tracks) * _part_count(samples, self._part)

    def hear(self, path: Path, digest: str, opening: Opening, offset: int, progress: Progress) -> Heard:
        """What the cache does not hold is decoded, once for all tracks. Raises `Unreadable`."""
        parted = [self._parts(digest, offset, number) for number in range(len(opening.tracks))]
        known = self._known(digest, opening, offset)
        if known is None:
            counts, losses, is_final = self._sketch(path, parted, opening, offset, progress)
            if is_final:
                self.cache.save(self._key(digest, offset), _heard_packed(counts, losses))
        else:
            counts, losses = known
        tracks = []
        for parts, info, count in zip(parted, opening.tracks, counts, strict=True):
            parts.length = _part_count(count, self._part)
            tracks.append(SoundTrack(info.name, info.channels, parts))
        return Heard(tuple(tracks), max(counts, default=0), losses)

    @property
    def _part(self) -> int:
        """Samples of a part: a multiple of the engine's step."""
        return max(1, round(PART_SECONDS * self.engine.rate / self.engine.step)) * self.engine.step

    def _key(self, digest: str, offset: int) -> str:
        identity = self.engine.identity
        return f"heard-{digest}-{identity.name}-{identity.version}-{self._part}-{offset}"

    def _parts(self, digest: str, offset: int, track: int) -> Parts:
        return Parts(self.cache, f"{self._key(digest, offset)}-{track}")

    def _known(self, digest: str, opening: Opening, offset: int) -> tuple[list[int], tuple[Loss, ...]] | None:
        """Samples of each track and losses, where an earlier scan heard all and every part is still there."""
        kept = self.cache.load(self._key(digest, offset))
        if kept is None:
            return None
        counts, losses = _heard_unpacked(kept)
        parts = (self._parts(digest, offset, track) for track in range(len(opening.tracks)))
        are_there = all(p.are_there(_part_count(count, self._part)) for p, count in zip(parts, counts, strict=True))
        return (counts, losses) if are_there else None

    def _sketch(
        self, path: Path, parted: Sequence[Parts], opening: Opening, offset: int, progress: Progress
    ) -> tuple[list[int], tuple[Loss, ...], bool]:
        """Decode a file once; parts that the cache holds are passed over, their samples only counted. False where the
        reader was lost on the way, so that another run may hear more."""
        tapes = [_Tape(len(info.channels), self._part, self.engine.context) for info in opening.tracks]
        lost: ReaderLost | None = None

        def sketch(track: int, windows: Iterator[Samples]) -> None:
            for number, window in enumerate(windows, tapes[track].taken):
                if lost:
                    parted[track].hold(number, self.engine.sketch(window))
                elif not parted[track].has(number):
                    parted[track].save(number, self.engine.sketch(window))
                tapes[track].taken = number + 1
                progress.advance()

        for track, tape in enumerate(tapes):
            for silence in _silence(len(opening.tracks[track].channels), offset, self.engine.rate):
                sketch(track, tape.put(silence))
        with self.sounds.open(path, self.engine.rate) as hearing:
            samples = iter(hearing)
            while True:
                try:
                    track, block = next(samples)
                except StopIteration:
                    break
                except ReaderLost as problem:
                    lost = problem
                    break
                sketch(track, tapes[track].put(block))
            losses = tuple((track, first + offset, end + offset, why) for track, first, end, why in hearing.losses)
        if lost:
            losses += self._lost(tapes, opening, offset, lost.reason)
        for track, tape in enumerate(tapes):
            sketch(track, tape.end())
        return [tape.samples for tape in tapes], losses, not lost

    def _lost(self, tapes: Sequence[_Tape], opening: Opening, offset: int, why: str) -> tuple[Loss, ...]:
        """From where the reader was lost to where every track ends, if anybody knows that."""
        stated = opening.seconds_stated if opening.seconds_stated is not None else _FOREVER_SECONDS
        end = offset + int(stated * self.engine.rate)
        return tuple((track, tape.samples, max(end, tape.samples + 1), why) for track, tape in enumerate(tapes))


class _Tape:
    """The samples of one track as windows: each part with what lies around it, silence before the first and after the
    last."""

    def __init__(self, rows: int, part: int, context: int) -> None:
        self.samples = self.taken = 0
        self._part, self._window = part, part + 2 * context
        self._kept = [np.zeros((rows, context), np.float32)]
        self._length = context
        self._rows = rows

    def put(self, samples: Samples) -> Iterator[Samples]:
        self.samples += samples.shape[1]
        self._kept.append(samples)
        self._length += samples.shape[1]
        while self._length >= self._window:
            yield self._cut()

    def end(self) -> Iterator[Samples]:
        """The windows that are not full. A track without samples has one part, of silence."""
        for _ in range(self.taken, _part_count(self.samples, self._part)):
            lacking = max(0, self._window - self._length)
            self._kept.append(np.zeros((self._rows, lacking), np.float32))
            self._length += lacking
            yield self._cut()

    def _cut(self) -> Samples:
        whole = np.concatenate(self._kept, axis=1)
        self._kept = [whole[:, self._part :]]
        self._length -= self._part
        return whole[:, : self._window]


def _silence(rows: int, length: int, rate: int) -> Iterator[Samples]:
    while length > 0:
        block = min(length, _SILENCE_SECONDS * rate)
        length -= block
        yield np.zeros((rows, block), np.float32)


def _part_count(samples: int, part: int) -> int:
    return max(1, -(-samples // part))


def _opening_packed(known: Opening) -> dict[str, NDArray[Any]]:
    times = ["" if seconds is None else str(seconds) for seconds in (known.seconds_stated, known.start_seconds)]
    return {
        "times": np.array([*times, known.start_timecode]),
        "names": np.array([track.name for track in known.tracks], dtype=np.str_),
        "channels": np.array([" ".join(track.channels) for track in known.tracks], dtype=np.str_),
    }


def _opening_unpacked(kept: Arrays) -> Opening:
    stated, start, label = (str(text) for text in kept["times"])
    tracks = zip(kept["names"], kept["channels"], strict=True)
    return Opening(
        tuple(TrackInfo(str(name), tuple(str(channels).split())) for name, channels in tracks),
        Fraction(stated) if stated else None,
        Fraction(start) if start else None,
        label,
    )


def _heard_packed(counts: Sequence[int], losses: Sequence[Loss]) -> dict[str, NDArray[Any]]:
    return {
        "counts": np.array(counts, dtype=np.int64),
        "losses": np.array([loss[:3] for loss in losses], dtype=np.int64).reshape(-1, 3),
        "reasons": np.array([loss[3] for loss in losses], dtype=np.str_),
    }


def _heard_unpacked(kept: Arrays) -> tuple[list[int], tuple[Loss, ...]]:
    places = zip(kept["losses"], kept["reasons"], strict=True)
    losses = tuple((int(track), int(first), int(end), str(why)) for (track, first, end), why in places)
    return [int(count) for count in kept["counts"]], losses
