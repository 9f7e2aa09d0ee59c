"""Pairs and quads of landmarks: what a sound is looked up by.

A pair is one landmark, and how far another lies from it in pitch and time: it finds what plays as it was made, also
where most landmarks are drowned. A quad is known by what no change of tempo or pitch touches: three intervals of pitch
and two ratios of times. It is seldom heard whole, but is found at any tempo and pitch by one look, in a register of any
size. (Quads for sound: Sonnleitner and Widmer, "Quad-based audio fingerprinting robust to time and frequency scaling",
DAFx 2014.)
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from cleancut.match.sound.spectrum import BINS, BINS_PER_OCTAVE

Ints = NDArray[np.int64]

NEAREST, FARTHEST = 8, 64  # frames from the first to the last landmark: 0.13 to 1 s
INTERVAL = BINS_PER_OCTAVE  # landmarks of one pair are at most an octave apart
_INTERVALS = 2 * INTERVAL + 1
_TIMES = FARTHEST - NEAREST + 1
PAIR_KEYS = BINS * _INTERVALS * _TIMES

RATIOS = 8
QUAD_KEYS = 1 << 22
_SPREAD = 0x9E3779B97F4A7C15  # a multiplier that spreads keys evenly (Knuth, "The Art of Computer Programming" 6.4)


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Frame and bin of each, in order of frame."""

    frame: Ints
    bin: Ints

    def __len__(self) -> int:
        return len(self.frame)

    def within(self, first: int, end: int) -> tuple[int, int]:
        """Which of them lie in frames `[first, end)`."""
        return int(np.searchsorted(self.frame, first)), int(np.searchsorted(self.frame, end))


@dataclass(frozen=True, eq=False)
class Pairs:
    """Places in `Landmarks`: from each first to each second, in order of the first."""

    first: Ints
    second: Ints


def pairs(of: Landmarks, span: tuple[int, int], times: tuple[int, int], most: int | None = None) -> Pairs:
    """Each landmark of `span` with those that follow in `times` frames, at most so many nearest in time."""
    start = np.arange(*span)
    low = np.searchsorted(of.frame, of.frame[start] + times[0])
    high = np.searchsorted(of.frame, of.frame[start] + times[1], side="right")
    first, second = np.repeat(start, high - low), _ranges(low, high - low)
    is_near = np.abs(of.bin[second] - of.bin[first]) <= INTERVAL
    first, second = first[is_near], second[is_near]
    if most is not None and len(first):
        is_new = np.append(True, first[1:] != first[:-1])
        place = np.arange(len(first))
        kept = place - np.maximum.accumulate(np.where(is_new, place, 0)) < most
        first, second = first[kept], second[kept]
    return Pairs(first, second)


@dataclass(frozen=True, eq=False)
class Quads:
    """Places in `Landmarks`, in order of time."""

    first: Ints
    second: Ints
    third: Ints
    fourth: Ints

    def intervals(self, of: Landmarks) -> tuple[Ints, Ints, Ints]:
        """From the first to each other, in bins."""
        base = of.bin[self.first]
        return of.bin[self.second] - base, of.bin[self.third] - base, of.bin[self.fourth] - base

    def times(self, of: Landmarks) -> tuple[Ints, Ints, Ints]:
        """From the first to each other, in frames."""
        base = of.frame[self.first]
        return of.frame[self.second] - base, of.frame[self.third] - base, of.frame[self.fourth] - base


def quads(of: Landmarks, span: tuple[int, int], times: tuple[int, int], most: int) -> Quads:
    """Each landmark of `span` with any three of the `most` that follow nearest in `times` frames, each later than the
    one before."""
    found = pairs(of, span, times, most)
    table = np.full((max(0, span[1] - span[0]), most), -1, dtype=np.int64)
    if len(found.first):
        is_new = np.append(True, found.first[1:] != found.first[:-1])
        place = np.arange(len(found.first))
        rank = place - np.maximum.accumulate(np.where(is_new, place, 0))
        table[found.first - span[0], rank] = found.second
    parts = []
    for partners in combinations(range(most), 3):
        row = np.flatnonzero(table[:, partners[2]] >= 0)
        parts.append(np.stack([row + span[0], *(table[row, partner] for partner in partners)]))
    a, b, c, d = np.concatenate(parts, axis=1)
    is_in_order = (of.frame[b] < of.frame[c]) & (of.frame[c] < of.frame[d])
    return Quads(a[is_in_order], b[is_in_order], c[is_in_order], d[is_in_order])


def pair_keys(bin_: Ints, interval: Ints, time: Ints) -> Ints:
    """Keys that lie side by side for times side by side."""
    return (bin_ * _INTERVALS + interval + INTERVAL) * _TIMES + time - NEAREST


def quad_keys(intervals: tuple[Ints, Ints, Ints], ratios: tuple[Ints, Ints]) -> Ints:
    """Keys below QUAD_KEYS; few different quads share one."""
    b, c, d = intervals
    shape = ((b + INTERVAL) * _INTERVALS + c + INTERVAL) * _INTERVALS + d + INTERVAL
    whole = ((shape * RATIOS + ratios[0]) * RATIOS + ratios[1]).astype(np.uint64)
    spread_out = (whole * np.uint64(_SPREAD)) >> np.uint64(64 - (QUAD_KEYS.bit_length() - 1))
    return spread_out.astype(np.int64)


def _ranges(first: Ints, count: Ints) -> Ints:
    """`first[i]` and the numbers after it, `count[i]` in all, one after the other for every `i`."""
    numbers = np.arange(int(count.sum())) + np.repeat(first - (np.cumsum(count) - count), count)
    return np.asarray(numbers, dtype=np.int64)


def spread(first: Ints, count: Ints, most: int) -> tuple[Ints, Ints]:
    """For ranges that begin at `first`: which range, and each number in it. Of more than `most` numbers only the
    shortest ranges are kept: what is rare tells most."""
    kept = np.flatnonzero(count)
    if int(count.sum()) > most:
        of_length = np.bincount(count[kept])
        longest = int(np.searchsorted(np.cumsum(of_length * np.arange(len(of_length))), most, side="right"))
        kept = kept[count[kept] < longest]
    return np.repeat(kept, count[kept]), _ranges(first[kept].astype(np.int64), count[kept])
