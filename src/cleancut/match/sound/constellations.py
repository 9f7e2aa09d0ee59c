"""Pairs and triples of landmarks: what a sound is looked up by.

A pair is one landmark, and how far another lies from it in pitch and time: it finds what plays as it was made, also
where most landmarks are drowned. A triple is known by what no change of tempo or pitch touches: two intervals of pitch
and a ratio of times. It is rarely drowned unharmed, but is found at any tempo and pitch by one look.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleancut.match.sound.spectrum import BINS, BINS_PER_OCTAVE

Ints = NDArray[np.int64]

NEAREST, FARTHEST = 8, 64  # frames from the first to the last landmark: 0.13 to 1 s
INTERVAL = BINS_PER_OCTAVE  # landmarks of one pair are at most an octave apart
_INTERVALS = 2 * INTERVAL + 1
_TIMES = FARTHEST - NEAREST + 1
PAIR_KEYS = BINS * _INTERVALS * _TIMES

RATIOS = 10
PITCH_CELL = 12  # bins
_PITCH_CELLS = -(-BINS // PITCH_CELL)
_TIME_CELLS = 6  # half octaves of time
TRIPLE_KEYS = _INTERVALS * _INTERVALS * RATIOS * _PITCH_CELLS * _TIME_CELLS


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
class Triples:
    """Places in `Landmarks`, in order of time."""

    first: Ints
    second: Ints
    third: Ints


def triples(of: Landmarks, span: tuple[int, int], times: tuple[int, int], most: int) -> Triples:
    """Each landmark of `span` with any two of the `most` that follow nearest in `times` frames, one after the other."""
    found = pairs(of, span, times, most)
    table = np.full((max(0, span[1] - span[0]), most), -1, dtype=np.int64)
    if len(found.first):
        is_new = np.append(True, found.first[1:] != found.first[:-1])
        place = np.arange(len(found.first))
        rank = place - np.maximum.accumulate(np.where(is_new, place, 0))
        table[found.first - span[0], rank] = found.second
    first, second, third = [], [], []
    for one in range(most):
        for other in range(one + 1, most):
            row = np.flatnonzero(table[:, other] >= 0)
            first.append(row + span[0])
            second.append(table[row, one])
            third.append(table[row, other])
    a, b, c = (np.concatenate(parts) if parts else np.zeros(0, np.int64) for parts in (first, second, third))
    is_later = of.frame[c] > of.frame[b]
    return Triples(a[is_later], b[is_later], c[is_later])


def pair_keys(bin_: Ints, interval: Ints, time: Ints) -> Ints:
    """Keys that lie side by side for times side by side."""
    return (bin_ * _INTERVALS + interval + INTERVAL) * _TIMES + time - NEAREST


def triple_keys(to_second: Ints, to_third: Ints, ratio: Ints, pitch_cell: Ints, time_cell: Ints) -> Ints:
    """Keys that lie side by side for time cells side by side."""
    shape = ((to_second + INTERVAL) * _INTERVALS + to_third + INTERVAL) * RATIOS + ratio
    return (shape * _PITCH_CELLS + pitch_cell) * _TIME_CELLS + time_cell


def time_cell(time: NDArray[np.float64] | Ints) -> Ints:
    """Which half octave of time, from NEAREST frames on."""
    cell = np.floor(2 * np.log2(np.maximum(time, 1) / NEAREST)).astype(np.int64)
    return np.asarray(cell.clip(0, _TIME_CELLS - 1), dtype=np.int64)


def pitch_cells(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """The first and last cell of the bins from `low` to `high`."""
    return np.maximum(low // PITCH_CELL, 0), np.minimum(high // PITCH_CELL, _PITCH_CELLS - 1)


def _ranges(first: Ints, count: Ints) -> Ints:
    """`first[i]` and the numbers after it, `count[i]` in all, one after the other for every `i`."""
    numbers = np.arange(int(count.sum())) + np.repeat(first - (np.cumsum(count) - count), count)
    return np.asarray(numbers, dtype=np.int64)


def spread(first: Ints, count: Ints, most: int) -> tuple[Ints, Ints]:
    """For ranges that begin at `first`: which range, and each number in it. Of more than `most` numbers the shortest
    ranges are kept: what is rare tells most."""
    if int(count.sum()) > most:
        order = np.argsort(count, kind="stable")
        kept = np.sort(order[: int(np.searchsorted(np.cumsum(count[order]), most, side="right"))])
    else:
        kept = np.flatnonzero(count)
    return np.repeat(kept, count[kept]), _ranges(first[kept], count[kept])
