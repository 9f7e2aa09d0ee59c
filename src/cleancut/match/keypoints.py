"""Where a picture has features: blobs that stand out from their surroundings at their own scale, each with a direction.

Extrema of differences of Gaussians and the directions of gradients about them, as in Lowe, "Distinctive image features
from scale-invariant keypoints" (IJCV 2004), for all points at once. OpenCV's own starts from a picture enlarged twice:
from a larger picture, not enlarged, more is found in a third of the time (`docs/adr/0013`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from cleancut.match.picture import Luma

Plane = NDArray[np.float32]
Pyramid = Sequence[Sequence[Plane]]
"""Octaves, each half the size of the one before; in each the picture at `LAYERS + 3` blurs."""

LAYERS = 3  # scales an octave
FIRST_BLUR, OWN_BLUR = 1.6, 0.5  # pixels: of the first layer; what a sharp picture has by itself
SMALLEST_SIDE = 24  # pixels of an octave
CONTRAST = 0.015 * 255 / LAYERS  # grey levels of difference
FAINT = CONTRAST / 4  # of what is taken where a picture has little else; still far above what rounding leaves
ROUGHLY = 0.5  # share of the contrast, before the extremum is found between pixels
EDGE = 12.0  # ratio of curvatures; more is a line, along which a point slides
BORDER = 4  # pixels
FURTHEST = 0.6  # pixels and layers from the sample to the extremum
DIRECTIONS = 36
SECOND_DIRECTION = 0.8  # share of the strongest: a point with two gets two descriptors
DIRECTION_STEP, DIRECTION_SAMPLES = 0.5, 16  # in scales

_NEAR = np.ones((3, 3), np.uint8)
_AROUND = np.array([-1, 0, 1])


@dataclass(frozen=True, eq=False)
class Keypoints:
    """`octave` (n); `x`, `y` in pixels of the octave and `layer` (n), all between samples; `response` in grey levels;
    `angle` in radians, 0 until told."""

    octave: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    layer: NDArray[np.float64]
    response: NDArray[np.float64]
    angle: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.octave)

    def __getitem__(self, which: NDArray[np.int64] | slice) -> Keypoints:
        places = (self.x[which], self.y[which], self.layer[which])
        return Keypoints(self.octave[which], *places, self.response[which], self.angle[which])

    def joined(self, other: Keypoints) -> Keypoints:
        return Keypoints(*(np.concatenate([getattr(one, f.name) for one in (self, other)]) for f in fields(self)))

    @property
    def points(self) -> NDArray[np.float64]:
        """In pixels of the picture, shape (n, 2)."""
        return np.stack([self.x, self.y], axis=1) * 2.0 ** self.octave[:, None]


def pyramid(picture: Luma) -> Pyramid:
    factor = 2.0 ** (1 / LAYERS)
    base = _blurred(picture.astype(np.float32), (FIRST_BLUR**2 - OWN_BLUR**2) ** 0.5)
    octaves = []
    while min(base.shape) >= SMALLEST_SIDE:
        layers = [base]
        for number in range(LAYERS + 2):
            layers.append(_blurred(layers[-1], FIRST_BLUR * factor**number * (factor**2 - 1) ** 0.5))
        octaves.append(layers)
        base = np.ascontiguousarray(layers[LAYERS][::2, ::2])
    return octaves


def _blurred(plane: Plane, sigma: float) -> Plane:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), dtype=np.float32)


def detect(octaves: Pyramid, contrast: float = CONTRAST) -> Keypoints:
    """All extrema that differ so much from their surroundings and are no lines, in no order of strength."""
    found = (_extrema(layers, number, contrast) for number, layers in enumerate(octaves))
    rows = np.concatenate([np.zeros((0, 5)), *found])
    octave, x, y, layer, response = rows.T
    return Keypoints(octave.astype(np.int64), x, y, layer, response, np.zeros(len(rows)))


def _extrema(layers: Sequence[Plane], octave: int, contrast: float) -> NDArray[np.float64]:
    """Rows of octave, x, y, layer, response."""
    sizes = [cv2.absdiff(one, other) for one, other in pairwise(layers)]
    highest = [cv2.dilate(size, _NEAR) for size in sizes]
    found = [np.zeros((0, 5))]
    for layer in range(1, LAYERS + 1):
        around = cv2.max(cv2.max(highest[layer - 1], highest[layer]), highest[layer + 1])
        is_highest = (sizes[layer] >= around) & (sizes[layer] > ROUGHLY * contrast)
        y, x = np.nonzero(is_highest[BORDER:-BORDER, BORDER:-BORDER])
        x, y = x + BORDER, y + BORDER
        cubes = _differences(layers, layer, x, y)
        is_blob = _is_blob(cubes)
        shift, response = _between(cubes[is_blob])
        place = np.stack([x[is_blob], y[is_blob], np.full(len(shift), layer)], axis=1) + shift
        rows = np.column_stack([np.full(len(shift), octave), place, response])
        found.append(rows[response > contrast])
    return np.concatenate(found)


def _differences(
    layers: Sequence[Plane], layer: int, x: NDArray[np.int64], y: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Differences of Gaussians about each place, of shape (n, layer, y, x), three each way."""
    rows, columns = y[:, None, None] + _AROUND[:, None], x[:, None, None] + _AROUND
    grey = np.stack([plane[rows, columns] for plane in layers[layer - 1 : layer + 3]], axis=1)
    return np.diff(grey.astype(np.float64), axis=1)


def _is_blob(cubes: NDArray[np.float64]) -> NDArray[np.bool_]:
    flat = cubes[:, 1]
    xx = flat[:, 1, 2] + flat[:, 1, 0] - 2 * flat[:, 1, 1]
    yy = flat[:, 2, 1] + flat[:, 0, 1] - 2 * flat[:, 1, 1]
    xy = (flat[:, 2, 2] - flat[:, 2, 0] - flat[:, 0, 2] + flat[:, 0, 0]) / 4
    both = xx * yy - xy * xy
    is_blob: NDArray[np.bool_] = (both > 0) & ((xx + yy) ** 2 * EDGE < (EDGE + 1) ** 2 * both)
    return is_blob


def _between(cubes: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far in x, y and layer the top of the parabola through a cube lies from its middle, and how high it is."""
    middle = cubes[:, 1, 1, 1]
    lines = (cubes[:, 1, 1, :], cubes[:, 1, :, 1], cubes[:, :, 1, 1])
    slope = np.stack([(line[:, 2] - line[:, 0]) / 2 for line in lines], axis=1)
    planes = (cubes[:, 1], cubes[:, :, 1], cubes[:, :, :, 1])  # rows by columns: y by x, layer by x, layer by y
    mixed = [(p[:, 2, 2] - p[:, 2, 0] - p[:, 0, 2] + p[:, 0, 0]) / 4 for p in planes]
    curve = np.empty((len(cubes), 3, 3))
    for axis, line in enumerate(lines):
        curve[:, axis, axis] = line[:, 2] + line[:, 0] - 2 * middle
    for (one, other), value in zip(((0, 1), (0, 2), (1, 2)), mixed, strict=True):
        curve[:, one, other] = curve[:, other, one] = value
    curve[np.abs(np.linalg.det(curve)) < 1e-9] = 1e9 * np.eye(3)
    shift = np.clip(-np.linalg.solve(curve, slope[..., None])[..., 0], -FURTHEST, FURTHEST)
    return shift, np.abs(middle + 0.5 * (slope * shift).sum(axis=1))


def directed(octaves: Pyramid, found: Keypoints) -> Keypoints:
    """The keypoints with the main direction of the gradients about each, and again with any that is about as strong."""
    across, down = gradients(octaves, found, DIRECTION_STEP, DIRECTION_SAMPLES)
    size, angle = cv2.cartToPolar(across, down)
    bins = (angle * np.float32(DIRECTIONS / (2 * np.pi))).astype(np.int64) % DIRECTIONS
    bins += DIRECTIONS * np.arange(len(found))[:, None]
    counts = np.bincount(bins.ravel(), (size * _NEARBY).ravel(), DIRECTIONS * len(found)).reshape(-1, DIRECTIONS)
    for _ in range(2):
        near, far = (np.roll(counts, turn, axis=1) + np.roll(counts, -turn, axis=1) for turn in (1, 2))
        counts = 6 * counts + 4 * near + far
    left, right = np.roll(counts, 1, axis=1), np.roll(counts, -1, axis=1)
    is_peak = (counts > left) & (counts > right) & (counts >= SECOND_DIRECTION * counts.max(axis=1, keepdims=True))
    which, peak = np.nonzero(is_peak)
    top, left, right = counts[which, peak], left[which, peak], right[which, peak]
    turned = (peak + 0.5 + 0.5 * (left - right) / (left - 2 * top + right)) * (2 * np.pi / DIRECTIONS)
    chosen = found[which]
    return Keypoints(chosen.octave, chosen.x, chosen.y, chosen.layer, chosen.response, np.asarray(turned, np.float64))


def gradients(octaves: Pyramid, found: Keypoints, step: float, samples: int) -> tuple[Plane, Plane]:
    """Gradients on a grid about each keypoint, turned and scaled with it: across and down, each (n, samples squared).

    `step` between samples is in scales of the keypoint.
    """
    wide = samples + 2
    grid = np.arange(wide, dtype=np.float32) - np.float32((wide - 1) / 2)
    right, low = np.tile(grid, wide), np.repeat(grid, wide)
    length = step * FIRST_BLUR * 2.0 ** (found.layer / LAYERS)
    cosine = (length * np.cos(found.angle)).astype(np.float32)[:, None]
    sine = (length * np.sin(found.angle)).astype(np.float32)[:, None]
    x = found.x.astype(np.float32)[:, None] + cosine * right - sine * low
    y = found.y.astype(np.float32)[:, None] + sine * right + cosine * low
    patches = np.empty(x.shape, np.float32)
    layer = np.clip(np.rint(found.layer).astype(np.int64), 0, LAYERS + 2)
    for octave, number in sorted(set(zip(found.octave.tolist(), layer.tolist(), strict=True))):
        mine = np.flatnonzero((found.octave == octave) & (layer == number))
        plane = octaves[octave][number]
        patches[mine] = cv2.remap(plane, x[mine], y[mine], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    square = patches.reshape(-1, wide, wide)
    across, down = square[:, 1:-1, 2:] - square[:, 1:-1, :-2], square[:, 2:, 1:-1] - square[:, :-2, 1:-1]
    return across.reshape(len(square), -1), down.reshape(len(square), -1)


def bell(samples: int, sigma: float) -> Plane:
    """A Gaussian weight on a grid of samples, `sigma` in samples, of shape (samples squared)."""
    line = np.arange(samples) - (samples - 1) / 2
    weights: Plane = np.exp(-(line[:, None] ** 2 + line**2) / (2 * sigma**2)).astype(np.float32).ravel()
    return weights


_NEARBY = bell(DIRECTION_SAMPLES, 1.5 / DIRECTION_STEP)
