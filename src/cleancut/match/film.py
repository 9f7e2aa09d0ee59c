"""A master and a material as verification reads them: thumbnails by frame."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from cleancut.match.correlate import Mask
from cleancut.match.picture import Arrays, Luma
from cleancut.match.sketch import THUMB_WIDTH, Thumbs
from cleancut.model.timing import Span, join

DARK = 40  # grey levels: bars of a matte are no brighter
DARK_NOISE = 3.0  # grey levels
FLAT = 128  # grey level of frames that are not there
GROUND_SECONDS, GROUND_FRAMES = 5.0, 15
LIT_FRAMES = 256  # whose lit part stays in memory: verification comes back to each many times


class Film:
    """A master's thumbnails. Loads the parts of its sketch as they are asked for; keeps none of its own.

    Parts may leave frames out of the `frames` there are: of such a frame it shows flat grey, which is like nothing, and
    `missed` remembers that it was asked for.
    """

    def __init__(self, parts: Sequence[Arrays], rate: Fraction | float, frames: int = 0) -> None:
        self.rate = float(rate)
        self.missed: set[int] = set()
        self.shape: tuple[int, int] = (1, THUMB_WIDTH)
        self._parts = parts
        self._runs: list[tuple[int, int, int, int]] = []  # first, end, part, place of the first in it
        for number, part in enumerate(parts):
            self.shape = (int(part["thumbs"].shape[1]), int(part["thumbs"].shape[2]))
            self._runs += [(first, end, number, place) for first, end, place in _runs(part)]
        self.lit = lru_cache(LIT_FRAMES)(self._lit)
        self._firsts = [first for first, _, _, _ in self._runs]
        self.frames = max([frames, *(end for _, end, _, _ in self._runs[-1:])])

    @property
    def aspect(self) -> float:
        return self.shape[0] / self.shape[1]

    @property
    def shown(self) -> list[Span]:
        """The frames that it has, in order."""
        return join([Span(first, end) for first, end, _, _ in self._runs])

    def thumb(self, frame: int) -> Luma:
        run = bisect_right(self._firsts, frame) - 1
        first, end, number, place = self._runs[run] if run >= 0 else (0, 0, 0, 0)
        if not first <= frame < end:
            self.missed.add(frame)
            return np.full(self.shape, FLAT, np.uint8)
        return np.asarray(self._parts[number]["thumbs"][place + frame - first], dtype=np.uint8)

    def _lit(self, frame: int) -> Mask:
        return lit(self.thumb(frame))

    def thumbs(self, first: int, end: int) -> list[Luma]:
        """Those of `[first, end)`, cut to the film."""
        return [self.thumb(frame) for frame in range(max(0, first), min(self.frames, end))]


def _runs(part: Arrays) -> Iterator[tuple[int, int, int]]:
    """First, end, and place in the part of the frames that follow each other in it."""
    if "frames" in part:
        yield from ((int(frame), int(frame) + 1, place) for place, frame in enumerate(part["frames"]))
    elif len(part["thumbs"]):
        yield int(part["first"]), int(part["first"]) + len(part["thumbs"]), 0


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
