"""Affine maps from a material's picture to the master's.

Both pictures are measured in widths: x runs from 0 to 1, y from 0 to the aspect (height over width), so that a map
without shear keeps shapes whatever the formats. A map is a float64 array of shape (2, 3).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Affine = NDArray[np.float64]
Points = NDArray[np.float32]

MIRROR: Affine = np.array([[-1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])  # left to right, within a picture one wide


def compose(second: Affine, first: Affine) -> Affine:
    """The map that does `first`, then `second`."""
    return np.hstack([second[:, :2] @ first[:, :2], second[:, :2] @ first[:, 2:] + second[:, 2:]])


def inverse(affine: Affine) -> Affine:
    """Raises `numpy.linalg.LinAlgError` for a map that flattens."""
    turned = np.linalg.inv(affine[:, :2])
    return np.hstack([turned, -turned @ affine[:, 2:]])


def apply(affine: Affine, points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Points of shape (n, 2), mapped."""
    return points @ affine[:, :2].T + affine[:, 2]


def growth(affine: Affine) -> float:
    """Of an area; negative where it is mirrored."""
    (a, b), (c, d) = affine[:, :2].tolist()
    return float(a * d - b * c)


def scale(affine: Affine) -> float:
    """Master widths per material width, the mean of both directions."""
    return float(np.sqrt(abs(growth(affine))))


def is_mirrored(affine: Affine) -> bool:
    return growth(affine) < 0


def stretch(affine: Affine) -> float:
    """Ratio of the longer to the shorter of the material's mapped sides, as shares of its own: 1 where shapes are kept.

    A picture squeezed to another format has one, and no skew.
    """
    across, down = np.hypot(*affine[:, :2])
    return float(max(across, down) / max(min(across, down), 1e-9))


def skew(affine: Affine) -> float:
    """Cosine of the angle between the material's mapped axes: 0 where right angles stay right."""
    across, down = affine[:, 0], affine[:, 1]
    return float(abs(across @ down) / max(np.hypot(*across) * np.hypot(*down), 1e-9))


def rotation_degrees(affine: Affine) -> float:
    """Of the map without its mirroring, -180 to 180."""
    x, y = affine[0, 0], affine[1, 0]
    return float(np.degrees(np.arctan2(y, -x if is_mirrored(affine) else x)))


def corners(affine: Affine, aspect: float) -> NDArray[np.float64]:
    """The corners of a material's picture in the master, in widths, clockwise from its own top left. Shape (4, 2)."""
    return apply(affine, np.array([[0.0, 0.0], [1.0, 0.0], [1.0, aspect], [0.0, aspect]]))


def in_pixels(affine: Affine, source_width: int, target_width: int) -> Affine:
    """The map between pixel grids of these widths; pixel centres lie at half-integers of the picture."""
    out = affine * (target_width / source_width)
    out[:, 2] = affine[:, 2] * target_width + 0.5 * (out[:, 0] + out[:, 1]) - 0.5
    return out


def in_widths(pixels: Affine, source_width: int, target_width: int) -> Affine:
    """Inverse of `in_pixels`."""
    out = pixels * (source_width / target_width)
    out[:, 2] = (pixels[:, 2] - 0.5 * (pixels[:, 0] + pixels[:, 1]) + 0.5) / target_width
    return out


def blend(one: Affine, other: Affine, share: float) -> Affine:
    """Between two maps: `one` at 0, `other` at 1, beyond them outside."""
    return one * (1.0 - share) + other * share
