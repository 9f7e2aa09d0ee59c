"""Time: which frame of a material is shown at each frame of the master, and where that begins and ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cleancut.match.film import Target

# Tried first: what editors and frame-rate conversions make of a clip. Material seconds per master second.
_FORWARDS = (1.0, 0.5, 2.0, 0.75, 1.25, 0.8, 1.5, 0.9, 1.1, 4 / 3, 2 / 3, 25 / 24, 24 / 25, 0.25, 0.4, 3.0, 4.0)
SPEEDS = (*_FORWARDS, -1.0, -0.5, -0.75, -1.5, -2.0, 0.0)
SLOWEST, FASTEST = 0.2, 4.2
UNCOMMON_COST = 0.02  # correlation another speed must gain over 1: steady clips fit any
REFINED_COST = 0.01  # and one a little off a common speed, over that
FROZEN_COST = 0.035
CHANGES = (0.16, 0.08, 0.04, 0.02, 0.01)  # of speed, tried one after the other: they reach all between two of SPEEDS
NEAR_SECONDS = 1.0  # to each side of the middle: so long may a common speed stand in for one near it
NEAR_PARTS = 10  # of a long stretch: fewer of its frames would tell nothing
SLACK_SECONDS = 0.6  # how far the key frames of a hit may lie from where they belong
LOWEST, HIGHEST = -0.35, 0.4  # how much one frame can say against or for a run


@dataclass(frozen=True)
class Line:
    """Material seconds = `offset` + `speed` * master seconds."""

    speed: float
    offset: float

    def at(self, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.offset + self.speed * seconds


def shown(line: Line, target: Target, seconds: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The material's frame at each time of the master, and whether the material lasts that far.

    Half a frame of grace at both ends: the line is known no better. Correlation decides within it.
    """
    at, frame = line.at(seconds), target.frame_seconds
    lasts = (at >= -0.6 * frame) & (at <= target.end_seconds + 0.4 * frame)
    return target.frame_at(at), lasts


class Lines:
    """The lines that a material may run along in a master, judged by how alike both are on average.

    `anchors` are (master seconds, material seconds) near which they pass; where `columns` are all of the material's
    frames, they may also lie elsewhere, because features of a ground that stays tell no time. `correlations` has a row
    for each of `seconds` and a column for each of the material's frames `columns`. `tick` is the master's frame, in
    seconds.
    """

    def __init__(
        self,
        anchors: Sequence[tuple[float, float]],
        seconds: NDArray[np.float64],
        columns: NDArray[np.int64],
        correlations: NDArray[np.float32],
        target: Target,
        tick: float,
    ) -> None:
        place = np.full(len(target), -1, np.int64)
        place[columns] = np.arange(len(columns))
        self._anchors, self._seconds, self._target = anchors, seconds, target
        self._judge = _Judge(seconds, place, correlations, target)
        self._is_whole = len(columns) == len(target)
        self._coarse, self._pivot = max(target.frame_seconds, tick), float(np.median(seconds))
        fine = min(tick, 0.5 * self._coarse)
        self._steps = np.arange(-int(self._coarse / fine) - 1, int(self._coarse / fine) + 2) * fine

    @cached_property
    def best(self) -> tuple[Line, float]:
        """The line along which both are most alike, of any speed near a common one, and how much."""
        line, score = self._of_any_speed(self._judge)
        if np.ptp(self._seconds) <= 2 * NEAR_SECONDS:
            return line, score
        grown, value = self._grown()
        return (grown, value) if value - _cost(grown.speed) > score - _cost(line.speed) else (line, score)

    def at(self, speed: float) -> tuple[Line, float]:
        """The best of this speed."""
        line, _ = self._coarsely(self._judge, speed)
        return self._judge.best([line, *self._shifted(line)])

    def _of_any_speed(self, judge: _Judge) -> tuple[Line, float]:
        best, score = Line(1.0, 0.0), -np.inf
        for speed in SPEEDS:
            line, value = self._coarsely(judge, speed)
            if value - _cost(speed) > score:
                best, score = line, value - _cost(speed)
        return self._turned(judge, *judge.best([best, *self._shifted(best)]))

    def _grown(self) -> tuple[Line, float]:
        """The best line of what lies about the middle, turned less and less while more and more is looked at: over a
        long stretch, one that is a little too fast is right for a moment only, and no better than any other."""
        reach, share = max(NEAR_SECONDS, float(np.ptp(self._seconds)) / NEAR_PARTS), 1.0
        line, _ = self._of_any_speed(self._judge.within(self._pivot, reach))
        while reach < np.ptp(self._seconds):
            reach, share = 2 * reach, share / 2
            judge = self._judge.within(self._pivot, reach)
            line, _ = self._turned(judge, *judge.best([line, *self._shifted(line)]), share)
        return self._judge.best([line])

    def _coarsely(self, judge: _Judge, speed: float) -> tuple[Line, float]:
        offsets = _offsets(self._anchors, speed, self._coarse)
        if self._is_whole:
            offsets = [*offsets, *(self._target.seconds - speed * self._pivot).tolist()]
        return judge.best([Line(speed, offset) for offset in offsets])

    def _shifted(self, line: Line) -> list[Line]:
        return [Line(line.speed, line.offset + float(step)) for step in self._steps]

    def _turned(self, judge: _Judge, line: Line, score: float, share: float = 1.0) -> tuple[Line, float]:
        """The line, or one of a speed near it that is better, turned about the middle of what was seen."""
        for change in CHANGES if line.speed else ():
            middle = line.offset + line.speed * self._pivot
            speeds = [line.speed * (1.0 + way * share * change) for way in (-1, 1)]
            turned = [Line(speed, middle - speed * self._pivot) for speed in speeds if SLOWEST <= abs(speed) <= FASTEST]
            if not turned:
                continue
            other, value = judge.best([shifted for one in turned for shifted in self._shifted(one)])
            if value > score + (UNCOMMON_COST if line.speed == 1.0 else REFINED_COST):
                line, score = other, value
        return line, score


def _cost(speed: float) -> float:
    return 0.0 if speed == 1.0 else UNCOMMON_COST if speed else FROZEN_COST


def _offsets(anchors: Sequence[tuple[float, float]], speed: float, step: float) -> list[float]:
    reach = int(SLACK_SECONDS / step) + 1
    bases = np.array([there - speed * here for here, there in anchors])
    offsets = bases[:, None] + step * np.arange(-reach, reach + 1)
    return [float(value) for value in np.unique(np.rint(offsets / (0.5 * step))) * (0.5 * step)]


class _Judge:
    """Mean correlation along lines; frames for which a line shows nothing count as zero."""

    def __init__(
        self,
        seconds: NDArray[np.float64],
        place: NDArray[np.int64],
        correlations: NDArray[np.float32],
        target: Target,
    ) -> None:
        self._seconds, self._place, self._correlations, self._target = seconds, place, correlations, target

    def within(self, middle: float, reach: float) -> _Judge:
        """One that knows only what lies near a time of the master."""
        near = np.abs(self._seconds - middle) <= reach
        return _Judge(self._seconds[near], self._place, self._correlations[near], self._target)

    def best(self, lines: Sequence[Line]) -> tuple[Line, float]:
        """The first of the best."""
        speeds = np.array([line.speed for line in lines])[:, None]
        offsets = np.array([line.offset for line in lines])[:, None]
        at = offsets + speeds * self._seconds[None, :]
        frame = self._target.frame_seconds
        lasts = (at >= -0.6 * frame) & (at <= self._target.end_seconds + 0.4 * frame)
        columns = self._place[self._target.frame_at(at)]
        rows = np.broadcast_to(np.arange(len(self._seconds)), columns.shape)
        values = np.where(lasts & (columns >= 0), self._correlations[rows, columns], np.float32(0))
        means = values.sum(axis=1, dtype=np.float64) / values.shape[1]
        winner = int(means.argmax())
        return lines[winner], float(means[winner])


def run_through(values: NDArray[np.float64], seed: int) -> tuple[int, int]:
    """The half-open run through `seed` with the greatest sum."""
    right = np.cumsum(values[seed:])
    left = np.cumsum(values[: seed + 1][::-1])
    return seed - int(left.argmax()), seed + int(right.argmax()) + 1


def clipped(correlations: NDArray[np.float64], threshold: float) -> NDArray[np.float64]:
    """What each frame says for (positive) or against the material being there."""
    return np.clip(correlations - threshold, LOWEST, HIGHEST)


def threshold(core: float) -> float:
    """Between what the material's frames correlate, given their median `core`, and what others do."""
    return float(np.clip(0.6 * core, 0.08, 0.6))
