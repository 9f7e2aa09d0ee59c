"""Local features: SIFT (Lowe, IJCV 2004), picked evenly over the picture, as integers whose inner products are exact.

Descriptors are root-normalised (Arandjelovic and Zisserman, "Three things everyone should know", CVPR 2012) and rounded
to uint8 at length `LENGTH`. Inner products stay below 2**24, so float32 holds them exactly and no order of summation,
number of threads or size of batch changes a bit of a search.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cleancut.match.compiled import compiled
from cleancut.match.geometry import Points
from cleancut.match.keypoints import (
    CONTRAST,
    FAINT,
    Keypoints,
    Pyramid,
    bell,
    detect,
    directed,
    gradients,
    polar,
    pyramid,
)
from cleancut.match.picture import Frame, Luma

Descriptors = NDArray[np.uint8]

LENGTH = 510
COLUMNS, ROWS = 10, 6
SAMPLES, STEP = 16, 0.75  # of gradients across a descriptor; in scales of its keypoint
CLIPPED = 0.2  # share of a descriptor's length that one number may have: glare must not make it alone
COARSE_BLUR = 7.2  # pixels; from it on, what is found of a picture shown at a quarter of its width
FEW = 300  # below, a picture is soft or dark, and faint ones are taken, too
_BESIDE = 8  # cells, two lines of them, of which a sample may be near four; a constant, or loops over them are slow
CELL_SURPLUS = 1.6  # a cell may hold this many times its even share, or busy pictures would lose too much

# Descriptor of the mirrored patch: its 4x4 cells flipped, orientations negated (as in MIFT, Guo et al. 2010).
_CELLS = np.arange(128).reshape(4, 4, 8)
MIRRORED = _CELLS[::-1][:, :, [(8 - turn) % 8 for turn in range(8)]].reshape(-1)


@dataclass(frozen=True, eq=False)
class Features:
    """`points` float32 (n, 2) in widths of the picture, `descriptors` uint8 (n, 128). The last `faint` of one picture's
    are faint; of those that were kept, it is not told."""

    points: Points
    descriptors: Descriptors
    faint: int = 0

    def __len__(self) -> int:
        return len(self.points)

    def mirrored(self) -> Features:
        """Those of the picture mirrored left to right."""
        flipped = self.points.copy()
        flipped[:, 0] = 1.0 - flipped[:, 0]
        return Features(flipped, self.descriptors[:, MIRRORED], self.faint)


def shrunk(frame: Frame, width: int) -> Luma:
    """The picture at this width, in the shape it is shown in. Halved first, which takes a quarter of the time."""
    height, picture = max(8, round(width * frame.aspect)), frame.luma
    while picture.shape[1] >= 2 * width and picture.shape[0] >= 2 * height and not any(n % 2 for n in picture.shape):
        half = picture.shape[1] // 2, picture.shape[0] // 2
        picture = np.asarray(cv2.resize(picture, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    method = cv2.INTER_AREA if picture.shape[1] > width else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (width, height), interpolation=method), dtype=np.uint8)


def extract(picture: Luma, count: int, coarse: int = 0) -> Features:
    """At most `count` features, strongest first in each cell of a grid, so that a title or a logo cannot take all. Up
    to `coarse` of them are kept for what is still there where the picture is shown small, or blurred."""
    octaves = pyramid(picture)
    found = detect(octaves)
    found = found[_chosen(found, picture.shape, count, coarse)]
    if len(found) < FEW:
        found = found.joined(_faint(octaves, picture.shape, FEW - len(found)))
    if not len(found):
        return Features(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.uint8))
    found = directed(octaves, found)[:count]
    points = ((found.points + 0.5) / picture.shape[1]).astype(np.float32)
    return Features(points, _described(octaves, found), int((found.response <= CONTRAST).sum()))


def _faint(octaves: Pyramid, shape: tuple[int, ...], count: int) -> Keypoints:
    found = detect(octaves, FAINT)
    found = found[np.flatnonzero(found.response <= CONTRAST)]
    return found[_evenly(_strongest(found), _cells(found, shape), count)]


def _chosen(found: Keypoints, shape: tuple[int, ...], count: int, coarse: int) -> NDArray[np.int64]:
    order, cells = _strongest(found), _cells(found, shape)
    kept = _evenly(order[found.blur[order] >= COARSE_BLUR], cells, coarse)
    others, is_kept = _evenly(order, cells, count), np.zeros(len(found), np.bool_)
    is_kept[kept] = True
    return np.concatenate([kept, others[~is_kept[others]]])[:count]


def _strongest(found: Keypoints) -> NDArray[np.int64]:
    """Their numbers, strongest first; where two tie, the upper, then the left one."""
    x, y = found.points.T
    return np.lexsort((x, y, -found.response))


def _cells(found: Keypoints, shape: tuple[int, ...]) -> NDArray[np.int64]:
    """The cell of the grid that each lies in."""
    x, y = found.points.T
    column, row = (x * COLUMNS / shape[1]).astype(np.int64), (y * ROWS / shape[0]).astype(np.int64)
    cells: NDArray[np.int64] = np.minimum(column, COLUMNS - 1) * ROWS + np.minimum(row, ROWS - 1)
    return cells


def _evenly(order: NDArray[np.int64], cells: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Which to take of those in this order: by rank within their cell, then as they are ordered."""
    ranks = _ranked(order, cells)
    is_taken = ranks < max(3, round(CELL_SURPLUS * count / (COLUMNS * ROWS)))
    return order[is_taken][np.argsort(ranks[is_taken], kind="stable")][:count]


@compiled
def _ranked(order: NDArray[np.int64], cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many of its cell come before each of those in this order."""
    ranks, counts = np.empty(len(order), np.int64), np.zeros(COLUMNS * ROWS, np.int64)
    for place, number in enumerate(order):
        ranks[place] = counts[cells[number]]
        counts[cells[number]] += 1
    return ranks


def _described(octaves: Pyramid, found: Keypoints) -> Descriptors:
    """Gradients by direction in the 4x4 cells about each keypoint, near cells and directions shared.

    Summed in integers: products of sixteen bits at most, held exactly by float32 whatever the order of summation.
    """
    across, down = gradients(octaves, found, STEP, SAMPLES)
    sums = np.zeros((len(found), 8, 16), np.float32)
    _shared(*polar(across, down), *_NEAR_CELLS, sums)
    descriptors = np.empty((len(found), 128), np.uint8)
    _rooted(sums, descriptors)
    return descriptors


@compiled
def _shared(
    size: NDArray[np.float32],
    angle: NDArray[np.float32],
    first_cells: NDArray[np.int64],
    weights: NDArray[np.float32],
    sums: NDArray[np.float32],
) -> None:
    """Adds each gradient to the two directions it lies between, by nearness, in the cells that it is near."""
    for which in range(len(size)):
        mine, largest = sums[which], np.float32(1e-6)
        for place in range(size.shape[1]):
            largest = max(largest, size[which, place])
        scale = np.float32(255) / largest
        for place in range(size.shape[1]):
            turn = angle[which, place] * np.float32(8 / (2 * np.pi))
            first = np.int32(turn)
            beyond = turn - np.float32(first)
            long = size[which, place] * scale
            one, other = np.rint((np.float32(1) - beyond) * long), np.rint(beyond * long)
            here, there, start = mine[first & 7], mine[(first + 1) & 7], first_cells[place]
            for cell in range(_BESIDE):
                here[start + cell] += one * weights[place, cell]
            for cell in range(_BESIDE):
                there[start + cell] += other * weights[place, cell]


def _near_cells() -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The first of the `_BESIDE` cells that each sample may be near, and what it gives to each, as integers: shape
    (samples squared, `_BESIDE`)."""
    place = (np.arange(SAMPLES) - (SAMPLES - 1) / 2) / (SAMPLES / 4) + 1.5
    near = np.maximum(0.0, 1.0 - np.abs(place - np.arange(4)[:, None]))
    shared = np.einsum("ay,bx->yxab", near, near).reshape(SAMPLES * SAMPLES, 16)
    weights = np.rint(64 * shared * bell(SAMPLES, SAMPLES / 2)[:, None]).astype(np.float32)
    line = np.clip(np.floor(place), 0, 2).astype(np.int64).repeat(SAMPLES)
    first = 4 * line
    return first, np.take_along_axis(weights, first[:, None] + np.arange(_BESIDE), axis=1)


_NEAR_CELLS = _near_cells()


@compiled
def _rooted(sums: NDArray[np.float32], descriptors: Descriptors) -> None:
    """Fills in the descriptors: cell by cell, no number above its share, the root of each, at one length for all."""
    raw = np.empty((16, 8))
    for which in range(len(sums)):
        squares = 0.0  # of whole numbers: exact
        for turn in range(8):
            for cell in range(16):
                number = np.float64(sums[which, turn, cell])
                raw[cell, turn] = number
                squares += number * number
        most, total = CLIPPED * np.sqrt(squares), np.zeros(8)
        for cell in range(16):
            for turn in range(8):
                raw[cell, turn] = min(raw[cell, turn], most)
                total[turn] += raw[cell, turn]
        # In NumPy's order, as fingerprints that are kept were made: another order may round otherwise.
        left, right = (total[0] + total[1]) + (total[2] + total[3]), (total[4] + total[5]) + (total[6] + total[7])
        whole = max(left + right, 1e-7)
        for cell in range(16):
            for turn in range(8):
                root = np.rint(LENGTH * np.sqrt(raw[cell, turn] / whole))
                descriptors[which, 8 * cell + turn] = np.uint8(min(root, 255.0))
