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
    pitch_cells,
    spread,
    time_cell,
    triple_keys,
    triples,
)

MOST_PITCH = 20  # bins: six semitones and a bit
SLOWEST, FASTEST = 0.47, 2.13
# Tempo from and to, the least time of a triple in the master, its partners, and whether all landmarks are tried: played
# fast, the material's own stand closer than those of a master are kept.
_TEMPI = ((0.48, 0.72, 14, 5, False), (0.72, 1.4, 8, 5, False), (1.4, 2.1, 5, 6, True))
_PAIR_VOTES, _TRIPLE_VOTES = 150_000, 60_000  # at most, for one stretch: bounds the time, whatever the register's size
_PAIR_CELL, _TRIPLE_CELL = 4, 16  # frames
_TEMPO_CELLS, _TEMPO_ROOM = 6, 16  # cells an octave of tempo, and room for all of them
_KEPT = 16
_LEAST_PAIRS, _LEAST_TRIPLES = 5, 4


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
    book = catalogue.pairs
    start = book.offset[pair_keys(heard.bin[a], interval, low)]
    count = book.offset[pair_keys(heard.bin[a], interval, high) + 1] - start
    which, entry = spread(start, count, _PAIR_VOTES)
    place = book.frame[entry] - heard.frame[a[which]] + first
    votes = np.bincount(np.maximum(place, 0) // _PAIR_CELL, minlength=catalogue.end // _PAIR_CELL + 2)
    both = votes[:-1] + votes[1:]
    best = _highest(both, _LEAST_PAIRS)
    return [Guess(first, float((cell + 1) * _PAIR_CELL), 1.0, 0, int(both[cell])) for cell in best]


def changed(catalogue: Catalogue, dense: Landmarks, sparse: Landmarks, first: int, end: int) -> list[Guess]:
    """Guesses for a stretch at any tempo and pitch, most votes first."""
    middle = (first + end) // 2
    keys, frame, bin_, time = _asked(dense, sparse, first, end)
    book = catalogue.triples
    start = book.offset[keys[0]]
    which, entry = spread(start, book.offset[keys[1] + 1] - start, _TRIPLE_VOTES)
    speed = book.time[entry] / time[which]
    pitch = bin_[which] - book.bin[entry].astype(np.int64)
    is_possible = (speed > SLOWEST) & (speed < FASTEST) & (np.abs(pitch) <= MOST_PITCH)
    which, entry, speed, pitch = which[is_possible], entry[is_possible], speed[is_possible], pitch[is_possible]
    place = book.frame[entry] - speed * (frame[which] - middle)
    return _clusters(catalogue, middle, place, speed, pitch)


def _asked(dense: Landmarks, sparse: Landmarks, first: int, end: int) -> tuple[tuple[Ints, Ints], Ints, Ints, Ints]:
    """Every look to take: ranges of keys (first, last), and the frame, bin and length of the triple that asks."""
    parts = []
    for slowest, fastest, least, partners, is_dense in _TEMPI:
        heard = dense if is_dense else sparse
        found = triples(heard, heard.within(first, end), (least, round(FARTHEST / slowest)), partners)
        a, b, c = found.first, found.second, found.third
        time = heard.frame[c] - heard.frame[a]
        ratio = (heard.frame[b] - heard.frame[a]) / time * RATIOS
        nearest = np.minimum(ratio.astype(np.int64), RATIOS - 1)
        beside = np.where(ratio - nearest < 0.5, nearest - 1, nearest + 1)
        is_doubtful = (np.abs(ratio - np.rint(ratio)) < 0.3) & (beside >= 0) & (beside < RATIOS)
        cells = pitch_cells(heard.bin[a] - MOST_PITCH, heard.bin[a] + MOST_PITCH)
        times = time_cell(np.maximum(time * slowest - 1, NEAREST)), time_cell(np.minimum(time * fastest + 1, FARTHEST))
        is_in_reach = (time * fastest >= NEAREST) & (time * slowest <= FARTHEST)
        for chosen, is_asked in ((nearest, is_in_reach), (beside, is_in_reach & is_doubtful)):
            for step in range(2 * MOST_PITCH // 12 + 2):
                cell = cells[0] + step
                i = np.flatnonzero(is_asked & (cell <= cells[1]))
                shape = heard.bin[b[i]] - heard.bin[a[i]], heard.bin[c[i]] - heard.bin[a[i]], chosen[i], cell[i]
                low, high = triple_keys(*shape, times[0][i]), triple_keys(*shape, times[1][i])
                parts.append((low, high, heard.frame[a[i]], heard.bin[a[i]], time[i]))
    low, high, frame, bin_, time = (np.concatenate(column) for column in zip(*parts, strict=True))
    return (low, high), frame, bin_, time


def _clusters(
    catalogue: Catalogue, middle: int, place: NDArray[np.float64], speed: NDArray[np.float64], pitch: Ints
) -> list[Guess]:
    """Votes that agree on place and pitch, joined over the borders of cells."""
    size = catalogue.end // _TRIPLE_CELL + 200
    tempo = np.floor(np.log2(speed / SLOWEST) * _TEMPO_CELLS).astype(np.int64)
    code = ((pitch + MOST_PITCH) // 2 * _TEMPO_ROOM + tempo) * size
    code += np.maximum(place.astype(np.int64) // _TRIPLE_CELL + 50, 0)
    order = np.argsort(code, kind="stable")
    cells, start, count = np.unique(code[order], return_index=True, return_counts=True)
    if not len(cells):
        return []
    steps = [p + t + c for p in (0, _TEMPO_ROOM * size) for t in (0, size) for c in (0, 1)]
    beside = [np.minimum(np.searchsorted(cells, cells + step), len(cells) - 1) for step in steps]
    is_there = [cells[at] == cells + step for at, step in zip(beside, steps, strict=True)]
    votes = np.sum([np.where(there, count[at], 0) for at, there in zip(beside, is_there, strict=True)], axis=0)
    guesses = []
    for cell in _highest(votes, _LEAST_TRIPLES):
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
