"""Correlation of thumbnails within a mask, exactly reproducible.

Pictures are high-passed (the mean of the surroundings taken away), which removes grades, vignettes and soft overlays,
brought to one length and rounded to integers. Products of two such vectors stay below 2**24: float32 holds them
exactly, whatever the order of summation.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from cleancut.match.geometry import Affine, in_pixels, scale
from cleancut.match.picture import Luma

Mask = NDArray[np.bool_]
Vectors = NDArray[np.float32]

LENGTH = 4000.0
FLAT = 2.0  # grey levels: deviation below which a picture counts as flat, and correlates with nothing
COARSE, FINE = 25, 7  # thumbnail pixels: how wide the surroundings are
MINIMUM_PIXELS = 90  # of a thumbnail: an inset of a tenth of the width


def warp(picture: Luma, affine: Affine, shape: tuple[int, int]) -> Luma:
    """A material's thumbnail laid into a master's of this shape (height, width); zero outside."""
    picture, pixels = reduced(picture, affine, shape[1])
    return np.asarray(cv2.warpAffine(picture, pixels, shape[::-1], flags=cv2.INTER_LINEAR), dtype=np.uint8)


def reduced(picture: Luma, affine: Affine, target_width: int) -> tuple[Luma, Affine]:
    """The picture shrunk so that a warp does not alias, and the map from its pixels to the target's."""
    width, height = _enough(picture.shape[1], picture.shape[0], affine, target_width)
    if width < picture.shape[1]:
        picture = np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return picture, in_pixels(affine, width, target_width)


def _enough(width: int, height: int, affine: Affine, target_width: int) -> tuple[int, int]:
    """The size to which a picture may be shrunk, because the map shrinks it so."""
    stretch = scale(affine) * target_width / width
    return (width, height) if stretch >= 0.75 else (max(8, round(width * stretch)), max(8, round(height * stretch)))


def covered(affine: Affine, aspect: float, shape: tuple[int, int]) -> Mask:
    """Pixels of a master's thumbnail that a material covers, without its rim."""
    width, height = _enough(shape[1], max(8, round(shape[1] * aspect)), affine, shape[1])
    solid, pixels = np.full((height, width), 255, np.uint8), in_pixels(affine, width, shape[1])
    laid = cv2.warpAffine(solid, pixels, shape[::-1], flags=cv2.INTER_LINEAR)
    # A frame of zeros: what touches the edge of the master is not rim of the material.
    return np.asarray(cv2.erode(laid, np.ones((3, 3), np.uint8), borderValue=255) > 200)


def vectors(pictures: Sequence[Luma], mask: Mask, surroundings: int = COARSE) -> Vectors:
    """One line a picture: integers held in float32, of shape (pictures, pixels in mask), of length `LENGTH`.

    Flat pictures come out shorter, and so correlate less. The mask must not be empty.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    inside = mask[box]
    size = _odd(min(surroundings, max(9, 0.3 * min(inside.shape))))
    weight = inside.astype(np.float32)
    share = cv2.blur(weight, (size, size)) + np.float32(1e-3)
    out = np.empty((len(pictures), int(inside.sum())), np.float32)
    for line, picture in enumerate(pictures):
        values = picture[box].astype(np.float32)
        values -= cv2.blur(values * weight, (size, size)) / share
        out[line] = values[inside]
    out -= out.mean(axis=1, keepdims=True)
    lengths = np.sqrt((out * out).sum(axis=1, keepdims=True))
    out *= LENGTH / np.maximum(lengths, FLAT * np.sqrt(out.shape[1]))
    rounded: Vectors = np.rint(out)
    return rounded


def _odd(value: float) -> int:
    return 2 * (int(value) // 2) + 1


def table(ours: Vectors, theirs: Vectors) -> NDArray[np.float32]:
    """Correlation of each of ours with each of theirs, -1 to 1, of shape (ours, theirs)."""
    return (ours @ theirs.T) / np.float32(LENGTH * LENGTH)


def pairwise(ours: Vectors, theirs: Vectors) -> NDArray[np.float32]:
    """Correlation line by line."""
    products: NDArray[np.float32] = np.einsum("ij,ij->i", ours, theirs)
    return products / np.float32(LENGTH * LENGTH)


def alike(one: Luma, other: Luma, mask: Mask, surroundings: int = COARSE) -> float:
    """Correlation of two pictures within a mask."""
    both = vectors([one, other], mask, surroundings)
    return float(pairwise(both[:1], both[1:])[0])


def local(one: Luma, other: Luma, mask: Mask, size: int = 19) -> NDArray[np.float32]:
    """Correlation of the surroundings of each pixel, 0 outside the mask."""
    weight = mask.astype(np.float32)
    share = cv2.blur(weight, (size, size)) + np.float32(1e-3)

    def mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.blur(values, (size, size)) / share, dtype=np.float32)

    a, b = one.astype(np.float32) * weight, other.astype(np.float32) * weight
    mean_a, mean_b = mean(a), mean(b)
    spread_a = np.maximum(mean(a * a) - mean_a * mean_a, 0)
    spread_b = np.maximum(mean(b * b) - mean_b * mean_b, 0)
    like = (mean(a * b) - mean_a * mean_b) / (np.sqrt(spread_a * spread_b) + np.float32(8.0))
    return np.where(mask, like, np.float32(0))


def texture(picture: Luma, mask: Mask) -> float:
    """Deviation in grey levels of the high-passed picture within the mask."""
    values = picture.astype(np.float32)
    return float((values - cv2.blur(values, (COARSE, COARSE)))[mask].std())
