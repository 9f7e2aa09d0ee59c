"""The register as the search sees it: every material on one long line of time, found by pairs and by quads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import comb
from typing import NamedTuple

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
    partners,
    quad_keys,
    quads_of,
    rarest,
    spread,
)

_SHELF, _PART = 4_000_000, 20_000  # landmarks: those that are sorted, and that are paired, at once
_AT_ONCE = 45_000_000  # frames: 12,000 minutes
_BETWEEN = 1000  # frames of nothing between two materials: longer than anything that is looked up at once
_PARTNERS_OF_PAIRS, _PARTNERS_OF_QUADS = 2, 4
_MOST_QUADS = comb(_PARTNERS_OF_QUADS, 3)  # of one landmark


@dataclass(frozen=True, eq=False)
class Target:
    """One fingerprint of a material as it is compared: see `sketch.fingerprints`. `start` is its place on the line of
    the register."""

    bins: NDArray[np.uint8]
    levels: NDArray[np.uint8]
    landmark_frames: NDArray[np.int32]
    landmark_bins: NDArray[np.uint8]
    frames: int
    is_beside: bool
    start: int

    @classmethod
    def of(cls, arrays: Arrays, start: int) -> Target:
        return cls(
            arrays["bins"],
            arrays["levels"],
            arrays["landmark_frames"],
            arrays["landmark_bins"],
            int(arrays["frames"]),
            bool(arrays["is_beside"]),
            start,
        )

    def landmarks_of(self, first: float, end: float) -> tuple[Ints, Ints]:
        """Frame and bin of those in frames `[first, end)` of the material."""
        low, high = np.searchsorted(self.landmark_frames, (round(first), round(end)))
        return self.landmark_frames[low:high].astype(np.int64), self.landmark_bins[low:high].astype(np.int64)


class Entries(NamedTuple):
    """Pairs or quads: their frames on the line of the register, their bins and lengths."""

    frame: Ints
    bin: Ints
    time: Ints


@dataclass(frozen=True, eq=False)
class _Shelf:
    """Entries of some materials in order of their key: those of key `k` are `offset[k]` to `offset[k + 1]`. Bins and
    lengths are kept of quads alone."""

    offset: NDArray[np.int32]
    frame: NDArray[np.int32]
    bin: NDArray[np.uint8]
    time: NDArray[np.uint8]

    @classmethod
    def of(cls, packed: Ints, base: int, keys: int, *, has_shape: bool) -> _Shelf:
        """Of entries as `_packed` makes them, which it uses up: there is no room for a second copy."""
        packed.sort()
        shape = packed.view(np.uint8).reshape(-1, 8)[:, :2] if has_shape else np.zeros((0, 2), np.uint8)
        time, bin_ = shape[:, 0].copy(), shape[:, 1].copy()
        frame = np.empty(len(packed), np.int32)
        np.right_shift(packed, _FRAME, out=frame, casting="unsafe")
        frame &= _FRAMES
        frame += np.int32(base)
        packed >>= _KEY
        offset = np.zeros(keys + 1, np.int32)
        np.cumsum(np.bincount(packed, minlength=keys), out=offset[1:])
        return cls(offset, frame, bin_, time)


# One number holds an entry: its key, frame, bin and length. Sorting numbers is many times faster than sorting rows.
_KEY, _FRAME, _BIN = 41, 16, 8
_FRAMES = (1 << _KEY - _FRAME) - 1


def _packed(key: Ints, frame: Ints, bin_: Ints, time: Ints) -> Ints:
    """Of frames below _FRAMES, which is six days."""
    return (((key << _KEY - _FRAME) + frame) << _FRAME) + (bin_ << _BIN) + time


@dataclass(frozen=True, eq=False)
class Book:
    """Entries by key, of a register of any length: on as many shelves as it takes to sort each in little memory."""

    shelves: tuple[_Shelf, ...]

    def look_up(self, low: Ints, high: Ints, most: int) -> tuple[Ints, Entries]:
        """All entries of keys from `low[i]` up to `high[i]`, and of which `i` each is. Of more than `most` only those
        of the rarest keys: what is rare tells most."""
        starts = [shelf.offset[low].astype(np.int64) for shelf in self.shelves]
        counts = [shelf.offset[high + 1] - start for shelf, start in zip(self.shelves, starts, strict=True)]
        kept = rarest(np.sum(counts, axis=0), most)
        parts = []
        for shelf, start, count in zip(self.shelves, starts, counts, strict=True):
            which, at = spread(start[kept], count[kept])
            shape = (shelf.bin[at], shelf.time[at]) if len(shelf.bin) else (at[:0], at[:0])
            parts.append((kept[which], shelf.frame[at], *shape))
        which, *columns = (np.concatenate(column).astype(np.int64) for column in zip(*parts, strict=True))
        return which, Entries(*columns)


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Materials from number `first` of the register on. `end` is the length of the line they lie on, in frames."""

    targets: tuple[Target, ...]
    first: int
    pairs: Book
    quads: Book
    starts: Ints
    end: int

    @classmethod
    def of(cls, fingerprints: Sequence[Arrays], first: int = 0) -> Catalogue:
        """Of fingerprints in order of the register."""
        targets, start = [], 0
        for arrays in fingerprints:
            targets.append(Target.of(arrays, start))
            start += targets[-1].frames + _BETWEEN
        starts = np.array([target.start for target in targets], dtype=np.int64)
        return cls(tuple(targets), first, *_books(targets), starts, start)

    def material_at(self, frame: Ints) -> Ints:
        """The number of the material at frames of the line, or nearest to them: a stretch of a master may begin before
        the material in it does."""
        return self.first + np.maximum(np.searchsorted(self.starts - _BETWEEN // 2, frame, side="right") - 1, 0)

    def target(self, number: int) -> Target:
        """The material of that number of the register."""
        return self.targets[number - self.first]


def catalogues(fingerprints: Sequence[Arrays]) -> Iterator[Catalogue]:
    """The register, so much of it at a time as a search can hold in memory; one catalogue for most."""
    ends = np.cumsum([int(arrays["frames"]) for arrays in fingerprints]) // _AT_ONCE
    for part in np.unique(ends):
        low, high = int(np.searchsorted(ends, part)), int(np.searchsorted(ends, part, side="right"))
        yield Catalogue.of(fingerprints[low:high], low)


def _books(targets: Sequence[Target]) -> tuple[Book, Book]:
    """Of pairs and of quads."""
    of_pairs, of_quads = [], []
    for shelf in _portions(targets, _SHELF):
        base = shelf[0].start
        pairs, quads = _all_entries(shelf, base)
        of_pairs.append(_Shelf.of(pairs, base, PAIR_KEYS, has_shape=False))
        of_quads.append(_Shelf.of(quads, base, QUAD_KEYS, has_shape=True))
    return Book(tuple(of_pairs)), Book(tuple(of_quads))


def _all_entries(targets: Sequence[Target], base: int) -> tuple[Ints, Ints]:
    """The pairs and the quads, packed, found a part at a time: what is found on the way is many times larger."""
    landmarks = sum(len(target.landmark_frames) for target in targets)
    kinds = np.empty(_PARTNERS_OF_PAIRS * landmarks, "<i8"), np.empty(_MOST_QUADS * landmarks, "<i8")
    count = [0, 0]
    for part in _portions(targets, _PART):
        for kind, entries in enumerate(_entries(part, base)):
            kinds[kind][count[kind] : count[kind] + len(entries)] = entries
            count[kind] += len(entries)
    return kinds[0][: count[0]], kinds[1][: count[1]]


def _portions(targets: Sequence[Target], landmarks: int) -> Iterator[Sequence[Target]]:
    """The materials in order, so many at once as have so many landmarks."""
    ends = np.cumsum([len(target.landmark_frames) for target in targets]) // landmarks
    for part in np.unique(ends):
        low, high = np.searchsorted(ends, part), np.searchsorted(ends, part, side="right")
        yield targets[low:high]


def _entries(targets: Sequence[Target], base: int) -> tuple[Ints, Ints]:
    """The pairs and the quads, packed. What tells two channels apart has no quads: it is wanted where a voice is in the
    middle of a mix, which nobody lays over music of another tempo."""
    of = Landmarks(
        np.concatenate([target.landmark_frames.astype(np.int64) + target.start - base for target in targets]),
        np.concatenate([target.landmark_bins.astype(np.int64) for target in targets]),
    )
    table = partners(of, (0, len(of)), (NEAREST, FARTHEST), _PARTNERS_OF_QUADS)
    of_pairs = _pairs(of, table[:, :_PARTNERS_OF_PAIRS])
    table[np.repeat([t.is_beside for t in targets], [len(t.landmark_frames) for t in targets])] = -1
    return of_pairs, _quads(of, table)


def _pairs(of: Landmarks, table: Ints) -> Ints:
    first, rank = np.nonzero(table >= 0)
    second = table[first, rank]
    time = of.frame[second] - of.frame[first]
    key = pair_keys(of.bin[first], of.bin[second] - of.bin[first], time)
    return _packed(key, of.frame[first], of.bin[first], time)


def _quads(of: Landmarks, table: Ints) -> Ints:
    found = quads_of(of, table)
    second, third, fourth = found.times(of)
    last = np.maximum(fourth, 1)
    key = quad_keys(found.intervals(of), (second * RATIOS // last, third * RATIOS // last))
    return _packed(key, of.frame[found.first], of.bin[found.first], fourth)
