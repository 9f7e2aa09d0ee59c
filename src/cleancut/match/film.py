"""A master and a material as verification reads them: thumbnails by frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cleancut.match.correlate import Mask
from cleancut.match.picture import Arrays, Luma
from cleancut.match.sketch import Thumbs

DARK = 40  # grey levels: bars of a matte are no brighter
DARK_NOISE = 3.0  # grey levels
GROUND_SECONDS, GROUND_FRAMES = 5.0, 15


class Film:
    """A master's thumbnails. Loads the parts of its sketch as they are asked for; keeps none of its own."""

    def __init__(self, parts: Sequence[Arrays], rate: Fraction) -> None:
        self.rate = float(rate)
        self._parts = parts
        self._ends: list[int] = []
        for part in parts:
            self._ends.append((self._ends[-1] if self._ends else 0) + len(part["thumbs"]))
            self.shape: tuple[int, int] = (int(part["thumbs"].shape[1]), int(part["thumbs"].shape[2]))
        self.frames = self._ends[-1] if self._ends else 0

    @property
    def aspect(self) -> float:
        return self.shape[0] / self.shape[1]

    def thumb(self, frame: int) -> Luma:
        number = int(np.searchsorted(self._ends, frame, side="right"))
        first = self._ends[number - 1] if number else 0
        return np.asarray(self._parts[number]["thumbs"][frame - first], dtype=np.uint8)

    def thumbs(self, first: int, end: int) -> list[Luma]:
        """Those of `[first, end)`, cut to the film."""
        return [self.thumb(frame) for frame in range(max(0, first), min(self.frames, end))]


@dataclass(frozen=True, eq=False)
class Target:
    """A material's thumbnails: uint8 (n, h, w), shown from `seconds` on, which count from its first frame."""

    thumbs: Thumbs
    seconds: NDArray[np.float64]
    aspect: float
    is_still: bool

    def __len__(self) -> int:
        return len(self.seconds)

    @cached_property
    def frame_seconds(self) -> float:
        """How long a frame is shown, typically."""
        return float(np.median(np.diff(self.seconds))) if len(self.seconds) > 1 else 1.0

    @property
    def end_seconds(self) -> float:
        return float(self.seconds[-1]) + self.frame_seconds

    def ground(self, frame: int) -> Luma:
        """What stays while things move: the median of the frames about one, a few seconds to each side."""
        first, end = np.searchsorted(self.seconds, self.seconds[frame] + np.array([-GROUND_SECONDS, GROUND_SECONDS]))
        chosen = np.unique(np.rint(np.linspace(first, end - 1, min(GROUND_FRAMES, end - first))).astype(int))
        return np.asarray(np.median(self.thumbs[chosen], axis=0), dtype=np.uint8)

    def frame_at(self, seconds: NDArray[np.float64]) -> NDArray[np.int64]:
        """The frame shown at each time; the first before the beginning, the last after the end."""
        frames = np.searchsorted(self.seconds, seconds + 1e-6, side="right") - 1
        return np.clip(frames, 0, len(self.seconds) - 1)


def lit(thumb: Luma) -> Mask:
    """The picture without the black bars of a matte around it; all of it where there are none."""
    whole = np.ones(thumb.shape, bool)
    rows, columns = _dark_edges(thumb), _dark_edges(thumb.T)
    top, bottom = rows
    left, right = columns
    height, width = thumb.shape
    if bottom - top < 0.3 * height or right - left < 0.3 * width:
        return whole
    if (bottom - top) * (right - left) > 0.985 * thumb.size:
        return whole
    inside = np.zeros(thumb.shape, bool)
    inside[top + (top > 0) : bottom - (bottom < height), left + (left > 0) : right - (right < width)] = True
    return inside


def _dark_edges(picture: Luma) -> tuple[int, int]:
    """First and end of the rows between the dark ones at both edges."""
    is_dark = (picture.max(axis=1) < DARK) | ((picture.std(axis=1) < DARK_NOISE) & (picture.mean(axis=1) < DARK))
    if is_dark.all():
        return 0, len(is_dark)
    return int(np.argmin(is_dark)), len(is_dark) - int(np.argmin(is_dark[::-1]))
