"""The register as the search sees it: every material on one long line of time, found by pairs and by quads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleancut.match.picture import Arrays
from cleancut.match.sound.constellations import (
    FARTHEST,
    NEAREST,
    PAIR_KEYS,
    QUAD_KEYS,
    RATIOS,
    Ints,
    Landmarks,
    pair_keys,
    pairs,
    quad_keys,
    quads,
)

_BETWEEN = 1000  # frames of nothing between two materials: longer than anything that is looked up at once
_PARTNERS_OF_PAIRS, _PARTNERS_OF_QUADS = 2, 4


@dataclass(frozen=True, eq=False)
class Target:
    """One material as it is compared: see `sketch.fingerprint`. `start` is its place on the line of the register."""

    bins: NDArray[np.uint8]
    levels: NDArray[np.uint8]
    landmark_frames: NDArray[np.int32]
    landmark_bins: NDArray[np.uint8]
    frames: int
    start: int

    def landmarks_of(self, first: float, end: float) -> tuple[Ints, Ints]:
        """Frame and bin of those in frames `[first, end)` of the material."""
        low, high = np.searchsorted(self.landmark_frames, (round(first), round(end)))
        return self.landmark_frames[low:high].astype(np.int64), self.landmark_bins[low:high].astype(np.int64)


@dataclass(frozen=True, eq=False)
class Book:
    """Entries in order of their key: those of key `k` are `offset[k]` to `offset[k + 1]`. An entry is the frame, bin
    and length of a pair or quad; bins and lengths are kept of quads alone."""

    offset: NDArray[np.int32]
    frame: NDArray[np.int32]
    bin: NDArray[np.uint8]
    time: NDArray[np.uint8]

    def of(self, low: Ints, high: Ints) -> tuple[Ints, Ints]:
        """The first entry of keys from `low` up to `high`, and how many there are."""
        start = self.offset[low].astype(np.int64)
        return start, self.offset[high + 1] - start


@dataclass(frozen=True, eq=False)
class Catalogue:
    """`end` is the length of the line of all materials, in frames."""

    targets: tuple[Target, ...]
    pairs: Book
    quads: Book
    starts: Ints
    end: int

    @classmethod
    def of(cls, fingerprints: Sequence[Arrays]) -> Catalogue:
        """Of fingerprints in order of the register."""
        targets, start = [], 0
        for arrays in fingerprints:
            frames = int(arrays["frames"])
            landmarks = arrays["landmark_frames"], arrays["landmark_bins"]
            targets.append(Target(arrays["bins"], arrays["levels"], *landmarks, frames, start))
            start += frames + _BETWEEN
        starts = np.array([target.start for target in targets], dtype=np.int64)
        return cls(
            tuple(targets),
            _book(targets, _pair_entries, PAIR_KEYS),
            _book(targets, _quad_entries, QUAD_KEYS),
            starts,
            start,
        )

    def material_at(self, frame: Ints) -> Ints:
        """Which material lies at frames of the line; what is before all is the first."""
        return np.maximum(np.searchsorted(self.starts, frame, side="right") - 1, 0)


@dataclass(frozen=True, eq=False)
class _Entries:
    key: NDArray[np.int32]
    frame: NDArray[np.int32]
    bin: NDArray[np.uint8]
    time: NDArray[np.uint8]


def _book(targets: Sequence[Target], entries: Callable[[Landmarks, int], _Entries], size: int) -> Book:
    parts = [entries(Landmarks(*target.landmarks_of(0, target.frames)), target.start) for target in targets]
    key, frame, bin_, time = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("key", "frame", "bin", "time")
    )
    order = np.argsort(key, kind="stable")
    offset = np.zeros(size + 1, dtype=np.int32)
    np.cumsum(np.bincount(key, minlength=size), out=offset[1:])
    return Book(offset, frame[order], bin_[order] if len(bin_) else bin_, time[order] if len(time) else time)


_NONE = np.zeros(0, dtype=np.uint8)


def _pair_entries(of: Landmarks, start: int) -> _Entries:
    found = pairs(of, (0, len(of)), (NEAREST, FARTHEST), _PARTNERS_OF_PAIRS)
    a, b = found.first, found.second
    key = pair_keys(of.bin[a], of.bin[b] - of.bin[a], of.frame[b] - of.frame[a])
    return _Entries(key.astype(np.int32), (of.frame[a] + start).astype(np.int32), _NONE, _NONE)


def _quad_entries(of: Landmarks, start: int) -> _Entries:
    found = quads(of, (0, len(of)), (NEAREST, FARTHEST), _PARTNERS_OF_QUADS)
    second, third, fourth = found.times(of)
    last = np.maximum(fourth, 1)
    key = quad_keys(found.intervals(of), (second * RATIOS // last, third * RATIOS // last))
    return _Entries(
        key.astype(np.int32),
        (of.frame[found.first] + start).astype(np.int32),
        of.bin[found.first].astype(np.uint8),
        fourth.astype(np.uint8),
    )
