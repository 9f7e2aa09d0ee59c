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

from cleancut.match.features import Descriptors

CENTRES = 256  # of each half
CELLS = CENTRES * CENTRES
PROBES = 24
_NEAR = 12  # centres of each half that the probes are put together from
_BATCH = 16384

Cells = NDArray[np.uint16]

_BYTES = files("cleancut.match").joinpath("cells.npy").read_bytes()
_CENTRES: NDArray[np.float32] = np.load(io.BytesIO(_BYTES), allow_pickle=False).astype(np.float32)
_SQUARES = (_CENTRES * _CENTRES).sum(axis=2)


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
        cells[start : start + _BATCH] = _probed(descriptors[start : start + _BATCH])
    return cells


def _probed(descriptors: Descriptors) -> NDArray[np.int32]:
    (scores, first), (others, second) = (_best(_scores(descriptors, half), _NEAR) for half in (0, 1))
    sums = (scores[:, :, np.newaxis] + others[:, np.newaxis, :]).reshape(len(descriptors), -1)
    _, places = _best(sums, PROBES)
    left, right = np.divmod(places, _NEAR)
    return np.take_along_axis(first, left, 1) * CENTRES + np.take_along_axis(second, right, 1)


def _scores(descriptors: Descriptors, half: int) -> NDArray[np.float32]:
    """The nearer, the higher: twice the product with each centre less the centre's square, below 2**24."""
    part = descriptors[:, 64 * half : 64 * half + 64].astype(np.float32)
    scores: NDArray[np.float32] = (part + part) @ _CENTRES[half].T - _SQUARES[half]
    return scores


def _best(scores: NDArray[np.float32], count: int) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """The highest scores of each line and their places, highest first; the earlier place where two tie, so that each
    place has a key of its own and no sort has a choice."""
    width = scores.shape[1]
    keys = scores.astype(np.int64) * -width + np.arange(width)
    keys = np.sort(np.partition(keys, count - 1, axis=1)[:, :count], axis=1)
    places = (keys % width).astype(np.int32)
    return np.take_along_axis(scores, places, axis=1), places
