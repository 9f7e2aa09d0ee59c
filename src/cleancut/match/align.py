"""Time: which frame of a material is shown at each frame of the master, and where that begins and ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleancut.match.film import Target

# Tried first: what editors and frame-rate conversions make of a clip. Material seconds per master second.
_FORWARDS = (1.0, 0.5, 2.0, 0.75, 1.25, 0.8, 1.5, 0.9, 1.1, 4 / 3, 2 / 3, 25 / 24, 24 / 25, 0.25, 0.4, 3.0, 4.0)
SPEEDS = (*_FORWARDS, -1.0, -0.5, -1.5, -2.0, 0.0)
UNCOMMON_COST = 0.02  # correlation another speed must gain over 1: steady clips fit any
REFINED_COST = 0.01
CHANGES = (0.16, 0.08, 0.04, 0.02, 0.01)  # of speed, one after the other: they reach all between two of these
FROZEN_COST = 0.035
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


def best_line(
    anchors: Sequence[tuple[float, float]],
    seconds: NDArray[np.float64],
    columns: NDArray[np.int64],
    correlations: NDArray[np.float32],
    target: Target,
    tick: float,
    speeds: Sequence[float] = SPEEDS,
) -> tuple[Line, float]:
    """The line along which the correlation is highest on average, and that average.

    `anchors` are (master seconds, material seconds) near which it passes; where `columns` are all of the material's
    frames, it may also lie elsewhere, because features of a ground that stays tell no time. `correlations` has a row
    for each of `seconds` and a column for each of the material's frames `columns`. `tick` is the master's frame, in
    seconds. Where more than one of `speeds` is given, those between them are tried as well.
    """
    place = np.full(len(target), -1, np.int64)
    place[columns] = np.arange(len(columns))
    judge = _Judge(seconds, place, correlations, target)
    coarse, pivot = max(target.frame_seconds, tick), float(np.median(seconds))
    best, score = Line(1.0, 0.0), -np.inf
    for speed in speeds:
        offsets = _offsets(anchors, speed, coarse)
        if len(columns) == len(target):
            offsets = [*offsets, *(target.seconds - speed * pivot).tolist()]
        cost = 0.0 if speed == 1.0 else UNCOMMON_COST if speed else FROZEN_COST
        line, value = judge.best([Line(speed, offset) for offset in offsets])
        if value - cost > score:
            best, score = line, value - cost
    fine = min(tick, 0.5 * coarse)
    steps = np.arange(-int(coarse / fine) - 1, int(coarse / fine) + 2) * fine
    line, score = judge.best([best, *_shifted(best, steps)])
    return _turned(judge, line, score, steps, pivot) if len(speeds) > 1 else (line, score)


def _offsets(anchors: Sequence[tuple[float, float]], speed: float, step: float) -> list[float]:
    reach = int(SLACK_SECONDS / step) + 1
    bases = np.array([there - speed * here for here, there in anchors])
    offsets = bases[:, None] + step * np.arange(-reach, reach + 1)
    return [float(value) for value in np.unique(np.rint(offsets / (0.5 * step))) * (0.5 * step)]


def _shifted(line: Line, steps: NDArray[np.floating]) -> list[Line]:
    return [Line(line.speed, line.offset + float(step)) for step in steps]


def _turned(judge: _Judge, line: Line, score: float, steps: NDArray[np.floating], pivot: float) -> tuple[Line, float]:
    """The line, or one of another speed near it, turned about the middle of what was seen, that is better."""
    for change in CHANGES:
        middle = line.offset + line.speed * pivot
        speeds = (line.speed * (1.0 - change), line.speed * (1.0 + change))
        turned = [other for speed in speeds for other in _shifted(Line(speed, middle - speed * pivot), steps)]
        other, value = judge.best(turned)
        if value > score + REFINED_COST:
            line, score = other, value
    return line, score


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
