"""Where a picture has features: blobs that stand out from their surroundings at their own scale, each with a direction.

Extrema of differences of Gaussians and the directions of gradients about them, as in Lowe, "Distinctive image features
from scale-invariant keypoints" (IJCV 2004). OpenCV's own starts from a picture enlarged twice: from a larger picture,
not enlarged, more is found in a third of the time (`docs/adr/0013`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import cv2
import numpy as np
from numpy.typing import NDArray

from cleancut.match.compiled import compiled
from cleancut.match.picture import Luma

Plane = NDArray[np.float32]
Pyramid = Sequence[Plane]
"""Octaves, each half the size of the one before; in each the picture at `LAYERS + 3` blurs, of shape (blurs, h, w). The
finest blur of the first octave is not there, and nothing is looked for in its layer."""

LAYERS = 3  # scales an octave
FIRST_BLUR, OWN_BLUR = 1.6 / 2 ** (1 / LAYERS), 0.5  # pixels: of the first layer; what a sharp picture has by itself
REACH = 3.0  # blurs: beyond, a bell is next to nothing, and cut off
SMALLEST_SIDE = 24  # pixels of an octave
CONTRAST = 0.015 * 255 / LAYERS  # grey levels of difference
FAINT = CONTRAST / 4  # of what is taken where a picture has little else; still far above what rounding leaves
ROUGHLY = 0.5  # share of the contrast, before the extremum is found between pixels
EDGE = 12.0  # ratio of curvatures; more is a line, along which a point slides
BORDER = 4  # pixels
FURTHEST = 0.6  # pixels and layers from the sample to the extremum
FLAT = 1e-9  # determinant of curvatures, below which a place has no top
DIRECTIONS = 36
SECOND_DIRECTION = 0.8  # share of the strongest: a point with two gets two descriptors
DIRECTION_STEP, DIRECTION_SAMPLES = 0.5, 16  # in scales


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

    @property
    def blur(self) -> NDArray[np.float64]:
        """In pixels of the picture, shape (n)."""
        blur: NDArray[np.float64] = FIRST_BLUR * 2.0 ** (self.octave + self.layer / LAYERS)
        return blur


def pyramid(picture: Luma) -> Pyramid:
    """Empty where the picture is too small for an octave."""
    sharp = np.ascontiguousarray(picture, np.float32)
    if min(sharp.shape) < SMALLEST_SIDE:
        return []
    layers = np.empty((LAYERS + 3, *sharp.shape), np.float32)
    layers[0] = 0.0
    _blur(sharp, _FIRST, layers[1])
    octaves = []
    while min(layers.shape[1:]) >= SMALLEST_SIDE:
        for number in range(2, LAYERS + 3):
            _blur(layers[number - 1], _MORE[number - 2], layers[number])
        octaves.append(layers)
        half = layers[LAYERS : LAYERS + 2, ::2, ::2]
        layers = np.empty((LAYERS + 3, *half.shape[1:]), np.float32)
        layers[:2] = half
    return octaves


def _weights(blur: float) -> Plane:
    """What a pixel counts, and each of those beside it on one side: an even number, at least four."""
    reach = max(4, 2 * int(np.ceil(REACH * blur / 2)))
    line = np.exp(-(np.arange(reach + 1) ** 2) / (2 * blur**2))
    weights: Plane = (line / (2 * line.sum() - line[0])).astype(np.float32)
    return weights


_FIRST = _weights((FIRST_BLUR**2 * 4 ** (1 / LAYERS) - OWN_BLUR**2) ** 0.5)
_MORE = [_weights(FIRST_BLUR * 2 ** (n / LAYERS) * (4 ** (1 / LAYERS) - 1) ** 0.5) for n in range(1, LAYERS + 2)]


@compiled
def _blur(plane: Plane, weights: Plane, blurred: Plane) -> None:
    """Fills in the plane under a bell, mirrored about its outermost pixels: line by line, down and then across, so that
    what was reckoned is at hand. Each side is longer than the bell reaches."""
    height, width = plane.shape
    reach, pixels = len(weights) - 1, plane.reshape(-1)
    padded, beside = np.empty(width + 2 * reach, np.float32), np.arange(2 * reach + 1)
    line, rows = padded[reach : reach + width], np.empty(2 * reach + 1, np.int64)
    for y in range(height):
        for number in range(2 * reach + 1):
            row = abs(y + number - reach)
            rows[number] = min(row, 2 * (height - 1) - row) * width
        _weighted(pixels, rows, weights, line)
        for number in range(reach):
            padded[number], padded[reach + width + number] = line[reach - number], line[width - 2 - number]
        _weighted(padded, beside, weights, blurred[y])


@compiled
def _weighted(pixels: Plane, starts: NDArray[np.int64], weights: Plane, line: Plane) -> None:
    """Fills in the weighted sum of the lines that begin at `starts`. Of those at one distance from the middle the sum
    is weighted; of four distances, or two, at a time, for what takes longest is to store."""
    reach = len(weights) - 1
    middle, own = _line(pixels, starts[reach], len(line)), weights[0]
    for x in range(len(line)):
        line[x] = own * middle[x]
    done = 0
    while done + 4 <= reach:
        _add_four(pixels, starts, weights, done, line)
        done += 4
    if done < reach:
        _add_two(pixels, starts, weights, done, line)


@compiled
def _line(pixels: Plane, start: int, width: int) -> Plane:
    return pixels[start : start + width]


@compiled
def _add_four(pixels: Plane, starts: NDArray[np.int64], weights: Plane, done: int, line: Plane) -> None:
    before, after, width = len(weights) - 2 - done, len(weights) + done, len(line)
    first, second, third, fourth = weights[done + 1], weights[done + 2], weights[done + 3], weights[done + 4]
    a, b = _line(pixels, starts[before], width), _line(pixels, starts[after], width)
    c, d = _line(pixels, starts[before - 1], width), _line(pixels, starts[after + 1], width)
    e, f = _line(pixels, starts[before - 2], width), _line(pixels, starts[after + 2], width)
    g, h = _line(pixels, starts[before - 3], width), _line(pixels, starts[after + 3], width)
    for x in range(width):
        near = first * (a[x] + b[x]) + second * (c[x] + d[x])
        far = third * (e[x] + f[x]) + fourth * (g[x] + h[x])
        line[x] += near + far


@compiled
def _add_two(pixels: Plane, starts: NDArray[np.int64], weights: Plane, done: int, line: Plane) -> None:
    before, after, width = len(weights) - 2 - done, len(weights) + done, len(line)
    first, second = weights[done + 1], weights[done + 2]
    a, b = _line(pixels, starts[before], width), _line(pixels, starts[after], width)
    c, d = _line(pixels, starts[before - 1], width), _line(pixels, starts[after + 1], width)
    for x in range(width):
        line[x] += first * (a[x] + b[x]) + second * (c[x] + d[x])


def detect(octaves: Pyramid, contrast: float = CONTRAST) -> Keypoints:
    """All extrema that differ so much from their surroundings and are no lines, in no order of strength."""
    found = [_extrema(layers, 1 if number else 2, contrast) for number, layers in enumerate(octaves)]
    octave = np.repeat(np.arange(len(found)), [len(rows) for rows in found])
    x, y, layer, response = np.concatenate([np.zeros((0, 4)), *found]).T
    return Keypoints(octave, x, y, layer, response, np.zeros(len(octave)))


@compiled
def _extrema(layers: Plane, first: int, contrast: float) -> NDArray[np.float64]:
    """Rows of x, y, layer, response, from the first layer on."""
    _, height, width = layers.shape
    rows, count = np.empty((LAYERS * height * width, 4)), 0  # memory that is not written to costs nothing
    sizes = np.empty((3, width), np.float32)  # of three lines, each in the place of the one three before it
    is_higher = np.zeros(width, np.bool_)
    for layer in range(first, LAYERS + 1):
        for y in range(BORDER - 1, height - BORDER + 1):
            _sizes(layers[layer, y], layers[layer + 1, y], sizes[y % 3])
            if y < BORDER + 1:
                continue
            _higher(sizes[(y - 2) % 3], sizes[(y - 1) % 3], sizes[y % 3], contrast, is_higher)
            for x in range(BORDER, width - BORDER):
                # The layer itself first: it is at hand, where those before and after have to be fetched.
                if is_higher[x] and _is_blob(layers, layer, y - 1, x) and _is_highest(layers, layer, y - 1, x):
                    right, low, later, response = _top(layers, layer, y - 1, x)
                    if response > contrast:
                        row = rows[count]  # number by number: a tuple would become an array first
                        row[0], row[1], row[2], row[3] = x + right, y - 1 + low, layer + later, response
                        count += 1
    return rows[:count].copy()


@compiled
def _sizes(line: Plane, blurred: Plane, sizes: Plane) -> None:
    """Fills in how much each pixel of a line differs from the next blur."""
    for x in range(len(line)):
        sizes[x] = abs(blurred[x] - line[x])


@compiled
def _higher(above: Plane, line: Plane, below: Plane, contrast: float, is_higher: NDArray[np.bool_]) -> None:
    """Fills in which of a line are large, and no smaller than their eight neighbours: few, found without a branch."""
    least = np.float32(ROUGHLY * contrast)
    for x in range(1, len(line) - 1):
        size = line[x]
        beside = (size > least) & (size >= line[x - 1]) & (size >= line[x + 1])
        over = (size >= above[x - 1]) & (size >= above[x]) & (size >= above[x + 1])
        is_higher[x] = beside & over & (size >= below[x - 1]) & (size >= below[x]) & (size >= below[x + 1])


@compiled
def _is_highest(layers: Plane, layer: int, y: int, x: int) -> bool:
    """Whether none of those around it differs more in the layer before and the one after."""
    size = abs(layers[layer + 1, y, x] - layers[layer, y, x])
    for other in (layer - 1, layer + 1):
        for row in range(y - 1, y + 2):
            for column in range(x - 1, x + 2):
                if abs(layers[other + 1, row, column] - layers[other, row, column]) > size:
                    return False
    return True


@compiled
def _difference(layers: Plane, layer: int, y: int, x: int) -> float:
    return np.float64(layers[layer + 1, y, x]) - np.float64(layers[layer, y, x])


@compiled
def _curves(layers: Plane, layer: int, y: int, x: int) -> tuple[float, float, float]:
    """How the differences about a place curve: along x, along y, mixed."""
    middle = 2 * _difference(layers, layer, y, x)
    xx = _difference(layers, layer, y, x + 1) + _difference(layers, layer, y, x - 1) - middle
    yy = _difference(layers, layer, y + 1, x) + _difference(layers, layer, y - 1, x) - middle
    one = _difference(layers, layer, y + 1, x + 1) - _difference(layers, layer, y + 1, x - 1)
    other = _difference(layers, layer, y - 1, x + 1) - _difference(layers, layer, y - 1, x - 1)
    return xx, yy, (one - other) / 4


@compiled
def _is_blob(layers: Plane, layer: int, y: int, x: int) -> bool:
    xx, yy, xy = _curves(layers, layer, y, x)
    both = xx * yy - xy * xy
    return both > 0 and (xx + yy) ** 2 * EDGE < (EDGE + 1) ** 2 * both


@compiled
def _top(layers: Plane, layer: int, y: int, x: int) -> tuple[float, float, float, float]:
    """How far in x, y and layer the top of the parabola through a place lies from it, and how high it is."""
    before, after = layer - 1, layer + 1
    middle = _difference(layers, layer, y, x)
    xx, yy, xy = _curves(layers, layer, y, x)
    zz = _difference(layers, after, y, x) + _difference(layers, before, y, x) - 2 * middle
    xz = _difference(layers, after, y, x + 1) - _difference(layers, after, y, x - 1)
    xz = (xz - _difference(layers, before, y, x + 1) + _difference(layers, before, y, x - 1)) / 4
    yz = _difference(layers, after, y + 1, x) - _difference(layers, after, y - 1, x)
    yz = (yz - _difference(layers, before, y + 1, x) + _difference(layers, before, y - 1, x)) / 4
    right = (_difference(layers, layer, y, x + 1) - _difference(layers, layer, y, x - 1)) / 2
    low = (_difference(layers, layer, y + 1, x) - _difference(layers, layer, y - 1, x)) / 2
    later = (_difference(layers, after, y, x) - _difference(layers, before, y, x)) / 2
    # The inverse of the curvatures, by Cramer's rule; where there is none, the place itself.
    one, two, three = yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy
    whole = xx * one + xy * two + xz * three
    if abs(whole) < FLAT:
        return 0.0, 0.0, 0.0, abs(middle)
    four, five, six = xx * zz - xz * xz, xy * xz - xx * yz, xx * yy - xy * xy
    across = _short(-(one * right + two * low + three * later) / whole)
    down = _short(-(two * right + four * low + five * later) / whole)
    on = _short(-(three * right + five * low + six * later) / whole)
    return across, down, on, abs(middle + 0.5 * (right * across + low * down + later * on))


@compiled
def _short(shift: float) -> float:
    return min(max(shift, -FURTHEST), FURTHEST)


def directed(octaves: Pyramid, found: Keypoints) -> Keypoints:
    """The keypoints with the main direction of the gradients about each, and again with any that is about as strong."""
    across, down = gradients(octaves, found, DIRECTION_STEP, DIRECTION_SAMPLES)
    size, angle = polar(across, down)
    counts = np.zeros((len(found), DIRECTIONS))
    _counted(size, angle, counts)
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
    across, down = (np.empty((len(found), samples * samples), np.float32) for _ in range(2))
    layer = np.clip(np.rint(found.layer).astype(np.int64), 0, LAYERS + 2)
    length = step * FIRST_BLUR * 2.0 ** (found.layer / LAYERS)
    cosine, sine = ((length * turned).astype(np.float32) for turned in (np.cos(found.angle), np.sin(found.angle)))
    x, y = found.x.astype(np.float32), found.y.astype(np.float32)
    for octave, layers in enumerate(octaves):
        mine = np.flatnonzero(found.octave == octave)
        _slopes(layers, mine, layer, x, y, cosine, sine, across, down)
    return across, down


@compiled
def _slopes(
    layers: Plane,
    mine: NDArray[np.int64],
    layer: NDArray[np.int64],
    x: Plane,
    y: Plane,
    cosine: Plane,
    sine: Plane,
    across: Plane,
    down: Plane,
) -> None:
    """Fills in the gradients about some of the keypoints, all of one octave."""
    samples = int(np.sqrt(across.shape[1]))
    wide = samples + 2
    grid = (np.arange(wide) - (wide - 1) / 2).astype(np.float32)
    patch = np.empty((wide, wide), np.float32)
    for which in mine:
        _laid(layers[layer[which]], x[which], y[which], cosine[which], sine[which], grid, patch)
        for row in range(samples):
            above, line, below = patch[row], patch[row + 1], patch[row + 2]
            first = row * samples
            for column in range(samples):
                across[which, first + column] = line[column + 2] - line[column]
            for column in range(samples):
                down[which, first + column] = below[column + 1] - above[column + 1]


@compiled
def _laid(
    plane: Plane, x: np.float32, y: np.float32, cosine: np.float32, sine: np.float32, grid: Plane, patch: Plane
) -> None:
    """Fills in the grey levels on a grid turned about a place, each from the four pixels around it; beyond the edge
    those of the edge. All in single precision.

    First where all of a line lie, then what is there: so the compiler reckons several at once.
    """
    height, width = plane.shape
    pixels, wide = plane.reshape(-1), len(grid)
    places, right, low = np.empty(wide, np.int32), np.empty(wide, np.float32), np.empty(wide, np.float32)
    for row in range(wide):
        left, top = x - sine * grid[row], y + cosine * grid[row]
        for column in range(wide):
            across = min(max(left + cosine * grid[column], np.float32(0)), np.float32(width - 1))
            down = min(max(top + sine * grid[column], np.float32(0)), np.float32(height - 1))
            whole, line = min(np.int32(across), np.int32(width - 2)), min(np.int32(down), np.int32(height - 2))
            right[column], low[column] = across - np.float32(whole), down - np.float32(line)
            places[column] = line * np.int32(width) + whole
        for column in range(wide):
            place = places[column]
            upper = pixels[place] + right[column] * (pixels[place + 1] - pixels[place])
            under = place + width
            lower = pixels[under] + right[column] * (pixels[under + 1] - pixels[under])
            patch[row, column] = upper + low[column] * (lower - upper)


@compiled
def _counted(size: Plane, angle: Plane, counts: NDArray[np.float64]) -> None:
    """Adds up the gradients about each keypoint by direction, the near ones more."""
    for which in range(len(size)):
        for place in range(size.shape[1]):
            turn = int(angle[which, place] * np.float32(DIRECTIONS / (2 * np.pi))) % DIRECTIONS
            counts[which, turn] += size[which, place] * _NEARBY[place]


def polar(across: Plane, down: Plane) -> tuple[Plane, Plane]:
    """Length and direction, in radians from 0 to a whole turn."""
    if not len(across):
        return across, down  # OpenCV makes nothing of nothing
    length, angle = cv2.cartToPolar(across, down)
    return np.asarray(length, np.float32), np.asarray(angle, np.float32)


def bell(samples: int, sigma: float) -> Plane:
    """A Gaussian weight on a grid of samples, `sigma` in samples, of shape (samples squared)."""
    line = np.arange(samples) - (samples - 1) / 2
    weights: Plane = np.exp(-(line[:, None] ** 2 + line**2) / (2 * sigma**2)).astype(np.float32).ravel()
    return weights


_NEARBY = bell(DIRECTION_SAMPLES, 1.5 / DIRECTION_STEP)
