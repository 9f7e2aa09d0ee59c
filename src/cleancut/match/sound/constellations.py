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


def pairs(of: Landmarks, span: tuple[int, int], times: tuple[int, int]) -> Pairs:
    """Each landmark of `span` with all that follow in `times` frames."""
    start = np.arange(*span)
    low, high = _following(of, start, times)
    first, second = np.repeat(start, high - low), _ranges(low, high - low)
    is_near = np.abs(of.bin[second] - of.bin[first]) <= INTERVAL
    return Pairs(first[is_near], second[is_near])


def partners(of: Landmarks, span: tuple[int, int], times: tuple[int, int], most: int) -> Ints:
    """For each landmark of `span` the `most` nearest of those that follow in `times` frames, shape (landmarks, most);
    -1 where there are fewer."""
    start = np.arange(*span)
    at, end = _following(of, start, times)
    table = np.full((len(start), most), -1, dtype=np.int64)
    count = np.zeros(len(start), dtype=np.int64)
    open_ = np.flatnonzero(at < end)
    while len(open_):
        is_near = np.abs(of.bin[at[open_]] - of.bin[start[open_]]) <= INTERVAL
        found = open_[is_near]
        table[found, count[found]] = at[found]
        count[found] += 1
        at[open_] += 1
        open_ = open_[(at[open_] < end[open_]) & (count[open_] < most)]
    return table


def _following(of: Landmarks, start: Ints, times: tuple[int, int]) -> tuple[Ints, Ints]:
    """Of landmarks `start`, the first that follows in `times` frames, and the one after the last."""
    low = np.searchsorted(of.frame, of.frame[start] + times[0])
    return low, np.searchsorted(of.frame, of.frame[start] + times[1], side="right")


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
    return quads_of(of, partners(of, span, times, most), span[0])


def quads_of(of: Landmarks, table: Ints, start: int = 0) -> Quads:
    """The quads of landmarks from `start` on with their `partners`."""
    parts = []
    for three in combinations(range(table.shape[1]), 3):
        row = np.flatnonzero(table[:, three[2]] >= 0)
        b, c, d = (table[row, partner] for partner in three)
        is_in_order = (of.frame[b] < of.frame[c]) & (of.frame[c] < of.frame[d])
        parts.append((row[is_in_order] + start, b[is_in_order], c[is_in_order], d[is_in_order]))
    return Quads(*(np.concatenate(column) for column in zip(*parts, strict=True)))


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


def spread(first: Ints, count: Ints) -> tuple[Ints, Ints]:
    """For ranges that begin at `first`: which range, and each number in it."""
    return np.repeat(np.arange(len(count)), count), _ranges(first, count)


def rarest(count: Ints, most: int) -> Ints:
    """Places of the counts that are not 0; of those that come to more than `most` in all only the lowest."""
    kept = np.flatnonzero(count)
    if int(count.sum()) > most:
        of_length = np.bincount(count[kept])
        longest = int(np.searchsorted(np.cumsum(of_length * np.arange(len(of_length))), most, side="right"))
        kept = kept[count[kept] < longest]
    return kept
