"""Cells that descriptors are sorted into, so that a search compares only with those of a few.

Each half of a descriptor (two of its four rows of fields) lies nearest to one of 256 fixed centres; the two make its
cell (the inverted multi-index of Babenko and Lempitsky, PAMI 2015). The centres ship with the package: a descriptor's
cell depends on nothing but itself, so registers grow by appending and are searched alike however they came about.
`bench/picture_cells.py` made them. All scores are integers: nothing depends on threads, batches or the machine.
"""

from __future__ import annotations

import io
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from cleancut.match.compiled import compiled
from cleancut.match.features import Descriptors

CENTRES = 256  # of each half
CELLS = CENTRES * CENTRES
PROBES = 24
_NEAR = 12  # centres of each half that the probes are put together from
_BATCH = 4096  # whose scores are in memory at once, in each thread: four megabytes a half

Cells = NDArray[np.uint16]

_BYTES = files("cleancut.match").joinpath("cells.npy").read_bytes()
_CENTRES: NDArray[np.float32] = np.load(io.BytesIO(_BYTES), allow_pickle=False).astype(np.float32)
_SQUARES = (_CENTRES * _CENTRES).sum(axis=2)
_TWICE = _CENTRES + _CENTRES


def cells_of(descriptors: Descriptors) -> Cells:
    """The cell of each."""
    cells = np.empty(len(descriptors), np.uint16)
    for start in range(0, len(descriptors), _BATCH):
        part = descriptors[start : start + _BATCH]
        first, second = (_scores(part, half).argmax(axis=1) for half in (0, 1))
        cells[start : start + _BATCH] = first * CENTRES + second
    return cells


def probed(descriptors: Descriptors) -> Cells:
    """The cells nearest to each, nearest first, of shape (descriptors, `PROBES`)."""
    cells = np.empty((len(descriptors), PROBES), np.uint16)
    for start in range(0, len(descriptors), _BATCH):
        part = descriptors[start : start + _BATCH]
        _nearest(_scores(part, 0), _scores(part, 1), cells[start : start + _BATCH])
    return cells


def _scores(descriptors: Descriptors, half: int) -> NDArray[np.float32]:
    """The nearer, the higher: twice the product with each centre less the centre's square, below 2**24."""
    part = descriptors[:, 64 * half : 64 * half + 64].astype(np.float32)
    scores: NDArray[np.float32] = part @ _TWICE[half].T
    scores -= _SQUARES[half]
    return scores


@compiled
def _nearest(scores: NDArray[np.float32], others: NDArray[np.float32], cells: Cells) -> None:
    """Fills in the cells whose two centres have the highest sums of scores, highest first. Where two tie, the one whose
    halves rank higher comes first."""
    left, right = np.empty(_NEAR, np.int64), np.empty(_NEAR, np.int64)
    sums = np.empty(PROBES, np.float32)
    for line in range(len(cells)):
        _highest(scores[line], left)
        _highest(others[line], right)
        held = 0
        for one in range(_NEAR):
            for other in range(min(_NEAR, PROBES // (one + 1))):  # all others have as many before them
                value = scores[line, left[one]] + others[line, right[other]]
                if held == PROBES and value <= sums[-1]:
                    break
                held = min(held + 1, PROBES)
                place = held - 1
                while place and sums[place - 1] < value:
                    sums[place], cells[line, place] = sums[place - 1], cells[line, place - 1]
                    place -= 1
                sums[place], cells[line, place] = value, left[one] * CENTRES + right[other]


@compiled
def _highest(scores: NDArray[np.float32], places: NDArray[np.int64]) -> None:
    """Fills in the places of the highest, highest first, the earlier where two tie."""
    held, least = 0, np.float32(-np.inf)
    for number in range(len(scores)):
        value = scores[number]
        if value <= least:
            continue
        held = min(held + 1, len(places))
        place = held - 1
        while place and scores[places[place - 1]] < value:
            places[place] = places[place - 1]
            place -= 1
        places[place] = number
        if held == len(places):
            least = scores[places[-1]]
