"""Local features: SIFT, picked evenly over the picture, as integers whose inner products are exact.

Descriptors are root-normalised (Arandjelovic and Zisserman, "Three things everyone should know", CVPR 2012) and rounded
to uint8 at length `LENGTH`. Inner products stay below 2**24, so float32 holds them exactly and no order of summation,
number of threads or size of batch changes a bit of a search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cleancut.match.geometry import Points
from cleancut.match.picture import Frame, Luma

Descriptors = NDArray[np.uint8]

LENGTH = 510
COLUMNS, ROWS = 10, 6
CELL_SURPLUS = 1.6  # a cell may hold this many times its even share, or busy pictures would lose too much

# Descriptor of the mirrored patch: its 4x4 cells flipped, orientations negated (as in MIFT, Guo et al. 2010).
_CELLS = np.arange(128).reshape(4, 4, 8)
MIRRORED = _CELLS[::-1][:, :, [(8 - turn) % 8 for turn in range(8)]].reshape(-1)


@dataclass(frozen=True, eq=False)
class Features:
    """`points` float32 (n, 2) in widths of the picture, `descriptors` uint8 (n, 128)."""

    points: Points
    descriptors: Descriptors

    def __len__(self) -> int:
        return len(self.points)

    def mirrored(self) -> Features:
        """Those of the picture mirrored left to right."""
        flipped = self.points.copy()
        flipped[:, 0] = 1.0 - flipped[:, 0]
        return Features(flipped, self.descriptors[:, MIRRORED])


def shrunk(frame: Frame, width: int) -> Luma:
    """The picture at this width, in the shape it is shown in."""
    height = max(8, round(width * frame.aspect))
    method = cv2.INTER_AREA if frame.luma.shape[1] > width else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(frame.luma, (width, height), interpolation=method), dtype=np.uint8)


def extract(picture: Luma, count: int) -> Features:
    """At most `count` features, strongest first in each cell of a grid, so that a title or a logo cannot take all."""
    sift = cv2.SIFT.create(nfeatures=0, contrastThreshold=0.015, edgeThreshold=12)
    found = _evenly(sift.detect(picture, None), picture.shape, count)
    if not found:
        return Features(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.uint8))
    described, raw = sift.compute(picture, found)
    points = (np.array([point.pt for point in described], np.float32) + 0.5) / picture.shape[1]
    return Features(points, _rooted(np.asarray(raw, dtype=np.float32)))


def _evenly(found: Sequence[cv2.KeyPoint], shape: tuple[int, ...], count: int) -> list[cv2.KeyPoint]:
    height, width = shape[0], shape[1]
    cap = max(3, round(CELL_SURPLUS * count / (COLUMNS * ROWS)))
    cells: dict[tuple[int, int], list[cv2.KeyPoint]] = {}
    for point in sorted(found, key=lambda p: (-p.response, p.pt, p.size, p.angle)):
        cell = cells.setdefault((int(point.pt[0] * COLUMNS / width), int(point.pt[1] * ROWS / height)), [])
        if len(cell) < cap:
            cell.append(point)
    ranked = sorted(
        (rank, -point.response, where, point.angle, point.size)
        for where, cell in cells.items()
        for rank, point in enumerate(cell)
    )
    return [cells[where][rank] for rank, _, where, _, _ in ranked[:count]]


def _rooted(raw: NDArray[Any]) -> Descriptors:
    total = np.maximum(raw.sum(axis=1, keepdims=True), 1e-7)
    return np.asarray(np.minimum(np.rint(LENGTH * np.sqrt(raw / total)), 255), dtype=np.uint8)
