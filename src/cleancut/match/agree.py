"""Whether features of a master and of a material agree on one map from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cleancut.match.geometry import Affine, Points, rotation_degrees, scale, skew, stretch

MINIMUM_INLIERS = 5
TOLERANCE = 5 / 640  # widths
SCALES = (0.08, 6.0)
UPRIGHT_DEGREES = 25.0
TURNED_INLIERS = 8  # a picture turned further than that is rare, and few points may agree on any turn by chance
FULL_AFFINE_INLIERS = 12  # below, a similarity is all the points can carry
MAX_SKEW = 0.2
MAX_STRETCH = 2.1  # anamorphic pictures not unsqueezed

_LOWER = (1 << 32) - 1  # half of a number that holds two


@dataclass(frozen=True, eq=False)
class Hit:
    """Features of one master frame and one material that agree on `affine` (material to master, both in widths); or of
    `keys` key frames that follow each other, of which `frame` has the most.

    `inliers` counts those at distinct places. `spread` is the area of the material they cover, in squared widths.
    """

    frame: int
    material: int
    material_frame: int
    affine: Affine
    inliers: int
    spread: float
    keys: int = 1

    @property
    def weight(self) -> float:
        """Inliers a key frame; those that crowd in one spot (a logo, a word) count for less."""
        return self.inliers / self.keys * min(1.0, self.spread / 0.08)


@dataclass(frozen=True, eq=False)
class Agreed:
    """The map that pairs of points agree on, `inside` which of them do; the rest as in `Hit`."""

    affine: Affine
    inside: NDArray[np.bool_]
    inliers: int
    spread: float


def agreed(source: Points, target: Points) -> Agreed | None:
    """None where too few agree, or on no plausible map."""
    fitted = _fit(source, target)
    if fitted is None:
        return None
    affine, inside = fitted
    inliers = min(_distinct(source[inside]), _distinct(target[inside]))
    is_upright = abs(rotation_degrees(affine)) <= UPRIGHT_DEGREES
    if inliers < (MINIMUM_INLIERS if is_upright else TURNED_INLIERS):
        return None
    return Agreed(affine, inside, inliers, _spread(source[inside]))


def _fit(source: Points, target: Points) -> tuple[Affine, NDArray[np.bool_]] | None:
    """The map that most pairs of points agree on, and which do. None where there is none of a plausible kind.

    OpenCV seeds its sampling with a constant: the same points give the same map.
    """
    similar, chosen = _sampled(cv2.estimateAffinePartial2D, source, target)
    if similar is not None and chosen.sum() >= max(FULL_AFFINE_INLIERS, 0.5 * len(source)):
        full, _ = _sampled(cv2.estimateAffine2D, source[chosen], target[chosen])
        is_near = full is not None and abs(scale(full) / scale(similar) - 1.0) < 0.2
        return (full, chosen) if full is not None and is_near else (similar, chosen)
    if len(source) >= 2 * FULL_AFFINE_INLIERS:  # enough to carry a map that squeezes the picture
        full, others = _sampled(cv2.estimateAffine2D, source, target)
        if full is not None and others.sum() >= max(FULL_AFFINE_INLIERS, 1.5 * chosen.sum()):
            return full, others
    if similar is None:
        return None
    return similar, chosen


def _sampled(estimate: Callable[..., Any], source: Points, target: Points) -> tuple[Affine | None, NDArray[np.bool_]]:
    affine, inside = estimate(source, target, ransacReprojThreshold=TOLERANCE, maxIters=800)
    if affine is None or not _is_plausible(affine):
        return None, np.zeros(len(source), bool)
    return np.asarray(affine, np.float64), np.asarray(inside).ravel() > 0


def _is_plausible(affine: Affine) -> bool:
    low, high = SCALES
    return (
        bool(np.isfinite(affine).all())
        and low < scale(affine) < high
        and skew(affine) < MAX_SKEW
        and stretch(affine) < MAX_STRETCH
    )


def _distinct(points: Points) -> int:
    """How many of them lie at places of their own, a hundredth of the width across."""
    across, down = np.rint(points * 100).astype(np.int64).T
    return len(np.unique(across << 32 | (down & _LOWER)))


def _spread(points: Points) -> float:
    extent = np.ptp(points, axis=0)
    return float(extent[0] * extent[1])
