"""Where in the register a stretch of the master may come from: landmarks vote."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleancut.match.sound.catalogue import Catalogue
from cleancut.match.sound.constellations import (
    FARTHEST,
    NEAREST,
    RATIOS,
    Ints,
    Landmarks,
    pair_keys,
    pairs,
    quad_keys,
    quads,
)

MOST_PITCH = 20  # bins: six semitones and a bit
SLOWEST, FASTEST = 0.47, 2.13
# Tempo from and to, the least time of a quad in the master, and whether all landmarks are tried: played fast, the
# material's own stand closer than those of a master are kept.
_TEMPI = ((0.48, 0.72, 14, False), (0.72, 1.4, 8, False), (1.4, 2.1, 5, True))
_PARTNERS = 5
_DOUBTFUL = 0.3  # how near a border between two ratios both are tried
_PAIR_VOTES, _QUAD_VOTES = 100_000, 60_000  # at most, for one stretch: bounds the time, whatever the register's size
_PAIR_CELL, _QUAD_CELL = 4, 16  # frames
_TEMPO_CELLS, _TEMPO_ROOM = 6, 16  # cells an octave of tempo, and room for all of them
_KEPT = 10
_LEAST_PAIRS, _LEAST_QUADS = 8, 4
_TABLE, _LEAST_CROWD = 1 << 17, 3


@dataclass(frozen=True)
class Guess:
    """Frame `frame` of the master may be frame `place` of the register's line, at `speed` material frames a master
    frame, raised by `pitch` bins."""

    frame: int
    place: float
    speed: float
    pitch: int
    votes: int


def unchanged(catalogue: Catalogue, heard: Landmarks, first: int, end: int) -> list[Guess]:
    """Guesses for a stretch of the master that plays as it was made, most votes first."""
    found = pairs(heard, heard.within(first, end), (NEAREST, FARTHEST))
    a, b = found.first, found.second
    time = heard.frame[b] - heard.frame[a]
    interval = heard.bin[b] - heard.bin[a]
    low, high = np.maximum(time - 1, NEAREST), np.minimum(time + 1, FARTHEST)
    keys = pair_keys(heard.bin[a], interval, low), pair_keys(heard.bin[a], interval, high)
    which, entry = catalogue.pairs.look_up(*keys, _PAIR_VOTES)
    place = entry.frame - heard.frame[a[which]] + first
    cells, count = np.unique(_crowded(np.maximum(place, 0) // _PAIR_CELL), return_counts=True)
    votes = _with_the_next(cells, count)
    return [
        Guess(first, float((cells[best] + 1) * _PAIR_CELL), 1.0, 0, int(votes[best]))
        for best in _highest(votes, _LEAST_PAIRS)
    ]


def _crowded(cells: Ints) -> Ints:
    """Those that lie together with others on a coarse grid, which is laid round and round a small table: most votes are
    chance, lie alone, and need not be sorted."""
    coarse = (cells >> 3) & (_TABLE - 1)
    kept: Ints = cells[np.bincount(coarse, minlength=_TABLE)[coarse] >= _LEAST_CROWD]
    return kept


def _with_the_next(cells: Ints, count: Ints) -> Ints:
    """Votes of each cell and the next together; 0 for all but the highest of three that follow each other."""
    is_next = np.diff(cells, append=-9) == 1
    both = count + np.where(is_next, np.roll(count, -1), 0)
    before = np.where(np.roll(is_next, 1), np.roll(both, 1), 0)
    after = np.where(is_next, np.roll(both, -1), 0)
    return np.where((both > before) & (both >= after), both, 0)


def changed(catalogue: Catalogue, dense: Landmarks, sparse: Landmarks, first: int, end: int) -> list[Guess]:
    """Guesses for a stretch at any tempo and pitch, most votes first."""
    middle = (first + end) // 2
    keys, frame, bin_, time = _asked(dense, sparse, first, end)
    which, entry = catalogue.quads.look_up(keys, keys, _QUAD_VOTES)
    speed = entry.time / time[which]
    pitch = bin_[which] - entry.bin
    is_possible = (speed > SLOWEST) & (speed < FASTEST) & (np.abs(pitch) <= MOST_PITCH)
    place = entry.frame - speed * (frame[which] - middle)
    return _clusters(catalogue, middle, place[is_possible], speed[is_possible], pitch[is_possible])


def _asked(dense: Landmarks, sparse: Landmarks, first: int, end: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Every look to take: its key, and the frame, bin and length of the quad that asks."""
    parts = []
    for slowest, fastest, least, is_dense in _TEMPI:
        heard = dense if is_dense else sparse
        found = quads(heard, heard.within(first, end), (least, round(FARTHEST / slowest)), _PARTNERS)
        second, third, time = found.times(heard)
        is_in_reach = (time * fastest >= NEAREST) & (time * slowest <= FARTHEST)
        near, beside = zip(_cells(second / time), _cells(third / time), strict=True)
        intervals = found.intervals(heard)
        for ratios in ((near[0], near[1]), (beside[0], near[1]), (near[0], beside[1]), (beside[0], beside[1])):
            i = np.flatnonzero(is_in_reach & (ratios[0] >= 0) & (ratios[1] >= 0))
            b, c, d = (interval[i] for interval in intervals)
            key = quad_keys((b, c, d), (ratios[0][i], ratios[1][i]))
            parts.append(np.stack([key, heard.frame[found.first[i]], heard.bin[found.first[i]], time[i]]))
    key, frame, bin_, time = np.concatenate(parts, axis=1)
    return key, frame, bin_, time


def _cells(ratio: NDArray[np.float64]) -> tuple[Ints, Ints]:
    """The cell of each ratio, and the one beside it where it is doubtful which, else -1."""
    place = ratio * RATIOS
    cell = np.minimum(place.astype(np.int64), RATIOS - 1)
    beside = np.where(place - cell < 0.5, cell - 1, cell + 1)
    is_doubtful = (np.abs(place - np.rint(place)) < _DOUBTFUL) & (beside < RATIOS)
    return cell, np.where(is_doubtful, beside, -1)


def _clusters(
    catalogue: Catalogue, middle: int, place: NDArray[np.float64], speed: NDArray[np.float64], pitch: Ints
) -> list[Guess]:
    """Votes that agree on place and pitch, joined over the borders of cells."""
    size = catalogue.end // _QUAD_CELL + 200
    tempo = np.floor(np.log2(speed / SLOWEST) * _TEMPO_CELLS).astype(np.int64)
    code = ((pitch + MOST_PITCH) // 2 * _TEMPO_ROOM + tempo) * size
    code += np.maximum(place.astype(np.int64) // _QUAD_CELL + 50, 0)
    if not len(code):
        return []
    order = np.argsort(code, kind="stable")
    start = np.flatnonzero(np.diff(code[order], prepend=-1))
    cells, count = code[order[start]], np.diff(start, append=len(code))
    steps = [p + t + c for p in (0, _TEMPO_ROOM * size) for t in (0, size) for c in (0, 1)]
    beside = [np.minimum(np.searchsorted(cells, cells + step), len(cells) - 1) for step in steps]
    is_there = [cells[at] == cells + step for at, step in zip(beside, steps, strict=True)]
    votes = np.sum([np.where(there, count[at], 0) for at, there in zip(beside, is_there, strict=True)], axis=0)
    guesses = []
    for cell in _highest(votes, _LEAST_QUADS):
        at = [beside[i][cell] for i in range(len(steps)) if is_there[i][cell]]
        mine = np.concatenate([order[start[k] : start[k] + count[k]] for k in at])
        guesses.append(
            Guess(
                middle,
                float(np.median(place[mine])),
                float(np.median(speed[mine])),
                int(np.median(pitch[mine])),
                int(votes[cell]),
            )
        )
    return guesses


def _highest(votes: NDArray[np.int64], least: int) -> list[int]:
    """Places of the highest counts, the first of equals first."""
    kept = np.flatnonzero(votes >= least)
    if len(kept) > _KEPT:
        bar = np.partition(votes[kept], -_KEPT)[-_KEPT]
        kept = kept[votes[kept] >= bar][: 2 * _KEPT]
    return [int(cell) for cell in kept[np.argsort(-votes[kept], kind="stable")][:_KEPT]]
