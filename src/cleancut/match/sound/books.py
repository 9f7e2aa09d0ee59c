"""Pairs and quads of a register by their keys: what a stretch of a master is looked up in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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

_SORTED, _PAIRED = 4_000_000, 20_000  # landmarks: those that are sorted, and that are paired, at once
_PARTNERS_OF_PAIRS, _PARTNERS_OF_QUADS = 2, 4
_MOST_QUADS = comb(_PARTNERS_OF_QUADS, 3)  # of one landmark

Bytes = NDArray[np.uint8]


class Entries(NamedTuple):
    """Pairs or quads: their frames on the line of the register, their bins and lengths."""

    frame: Ints
    bin: Ints
    time: Ints


@dataclass(frozen=True, eq=False)
class Shelf:
    """Entries of some materials in order of their key: those of key `k` are `offset[k]` to `offset[k + 1]`. Bins and
    lengths are kept of quads alone. Frames are counted from the first of those materials."""

    offset: NDArray[np.int32]
    frame: NDArray[np.int32]
    bin: Bytes
    time: Bytes

    @classmethod
    def of(cls, packed: Ints, keys: int, *, has_shape: bool) -> Shelf:
        """Of entries as `_packed` makes them, which it uses up: there is no room for a second copy."""
        packed.sort()
        shape = packed.view(np.uint8).reshape(-1, 8)[:, :2] if has_shape else np.zeros((0, 2), np.uint8)
        time, bin_ = shape[:, 0].copy(), shape[:, 1].copy()
        frame = np.empty(len(packed), np.int32)
        np.right_shift(packed, _FRAME, out=frame, casting="unsafe")
        frame &= _FRAMES
        packed >>= _KEY
        offset = np.zeros(keys + 1, np.int32)
        np.cumsum(np.bincount(packed, minlength=keys), out=offset[1:])
        return cls(offset, frame, bin_, time)

    @classmethod
    def joined(cls, shelves: Sequence[Shelf]) -> Shelf:
        """All entries on one, those of one key in the order of the shelves."""
        if len(shelves) == 1:
            return shelves[0]
        offset: NDArray[np.int32] = np.stack([shelf.offset for shelf in shelves]).sum(axis=0, dtype=np.int32)
        size = sum(len(shelf.frame) for shelf in shelves)
        shape = size if any(len(shelf.bin) for shelf in shelves) else 0
        whole = cls(offset, np.empty(size, np.int32), np.empty(shape, np.uint8), np.empty(shape, np.uint8))
        start = offset[:-1].copy()
        for shelf in shelves:
            count = np.diff(shelf.offset)
            place = np.repeat(start - shelf.offset[:-1], count) + np.arange(len(shelf.frame), dtype=np.int32)
            whole.frame[place] = shelf.frame
            if shape:
                whole.bin[place], whole.time[place] = shelf.bin, shelf.time
            start += count
        return whole


# One number holds an entry: its key, frame, bin and length. Sorting numbers is many times faster than sorting rows.
_KEY, _FRAME, _BIN = 41, 16, 8
_FRAMES = (1 << _KEY - _FRAME) - 1


def _packed(key: Ints, frame: Ints, bin_: Ints, time: Ints) -> Ints:
    """Of frames below _FRAMES, which is six days."""
    return (((key << _KEY - _FRAME) + frame) << _FRAME) + (bin_ << _BIN) + time


@dataclass(frozen=True, eq=False)
class Book:
    """Entries by key, of a register of any length: on one shelf for each volume, and where on the line of the register
    each begins. `offset` is that of all shelves together: what is too common is found out in one look."""

    shelves: tuple[Shelf, ...]
    bases: tuple[int, ...]
    offset: NDArray[np.int64]

    @classmethod
    def of(cls, shelves: Sequence[Shelf], bases: Sequence[int]) -> Book:
        offset = np.zeros(len(shelves[0].offset), np.int64)
        for shelf in shelves:
            offset += shelf.offset
        return cls(tuple(shelves), tuple(bases), offset)

    def look_up(self, low: Ints, high: Ints, most: int) -> tuple[Ints, Entries]:
        """All entries of keys from `low[i]` up to `high[i]`, and of which `i` each is. Of more than `most` only those
        of the rarest keys: what is rare tells most."""
        kept = rarest(self.offset[high + 1] - self.offset[low], most)
        first, end = low[kept], high[kept] + 1
        parts = []
        for shelf, base in zip(self.shelves, self.bases, strict=True):
            start = shelf.offset[first].astype(np.int64)
            which, at = spread(start, shelf.offset[end] - start)
            shape = (shelf.bin[at], shelf.time[at]) if len(shelf.bin) else (at[:0], at[:0])
            parts.append((kept[which], shelf.frame[at].astype(np.int64) + base, *shape))
        which, *columns = (np.concatenate(column).astype(np.int64) for column in zip(*parts, strict=True))
        return which, Entries(*columns)


@dataclass(frozen=True, eq=False)
class Laid:
    """A material laid on a line of time, from frame `start` on: its landmarks, in order of frame, and whether they are
    of what tells two channels apart."""

    frame: NDArray[np.int32]
    bin: Bytes
    start: int
    is_beside: bool


def pairs_and_quads(materials: Sequence[Laid]) -> tuple[Shelf, Shelf]:
    """Of materials in order. Takes twice the memory of what it makes, and little more."""
    of_pairs, of_quads = [], []
    for portion in _portions(materials, _SORTED):
        pairs, quads = _all_entries(portion)
        of_pairs.append(Shelf.of(pairs, PAIR_KEYS, has_shape=False))
        of_quads.append(Shelf.of(quads, QUAD_KEYS, has_shape=True))
    return Shelf.joined(of_pairs), Shelf.joined(of_quads)


def _all_entries(materials: Sequence[Laid]) -> tuple[Ints, Ints]:
    """The pairs and the quads, packed, found a part at a time: what is found on the way is many times larger."""
    landmarks = sum(len(one.frame) for one in materials)
    kinds = np.empty(_PARTNERS_OF_PAIRS * landmarks, "<i8"), np.empty(_MOST_QUADS * landmarks, "<i8")
    count = [0, 0]
    for part in _portions(materials, _PAIRED):
        for kind, entries in enumerate(_entries(part)):
            kinds[kind][count[kind] : count[kind] + len(entries)] = entries
            count[kind] += len(entries)
    return kinds[0][: count[0]], kinds[1][: count[1]]


def _portions(materials: Sequence[Laid], landmarks: int) -> Iterator[Sequence[Laid]]:
    """The materials in order, so many at once as have so many landmarks."""
    ends = np.cumsum([len(one.frame) for one in materials]) // landmarks
    for part in np.unique(ends):
        low, high = np.searchsorted(ends, part), np.searchsorted(ends, part, side="right")
        yield materials[low:high]


def _entries(materials: Sequence[Laid]) -> tuple[Ints, Ints]:
    """The pairs and the quads, packed. What tells two channels apart has no quads: it is wanted where a voice is in the
    middle of a mix, which nobody lays over music of another tempo."""
    of = Landmarks(
        np.concatenate([one.frame.astype(np.int64) + one.start for one in materials]),
        np.concatenate([one.bin.astype(np.int64) for one in materials]),
    )
    table = partners(of, (0, len(of)), (NEAREST, FARTHEST), _PARTNERS_OF_QUADS)
    of_pairs = _pairs(of, table[:, :_PARTNERS_OF_PAIRS])
    table[np.repeat([one.is_beside for one in materials], [len(one.frame) for one in materials])] = -1
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
