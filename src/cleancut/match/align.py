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
JUMP_COST = 1.0  # of all rows together: a clip that was cut must be so much more alike, each time it jumps
LOWEST, HIGHEST = -0.35, 0.4  # how much one frame can say against or for a run
LOST_FRAMES, LOST_SECONDS = 6, 0.25  # in a row that say all they can against it, and the material is gone


@dataclass(frozen=True)
class Line:
    """Material seconds = `offset` + `speed` * master seconds."""

    speed: float
    offset: float

    def at(self, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.offset + self.speed * seconds


@dataclass(frozen=True)
class Piece:
    """The line of a part of a clip that was cut, the first and the last of the seconds at which it was asked, and how
    alike both are in the middle of what these say."""

    line: Line
    first: float
    last: float
    alike: float


def shown(line: Line, target: Target, seconds: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The material's frame at each time of the master, and whether the material lasts that far.

    Half a frame of grace at both ends: the line is known no better. Correlation decides within it.
    """
    at, frame = line.at(seconds), target.frame_seconds
    lasts = (at >= -0.6 * frame) & (at <= target.end_seconds + 0.4 * frame)
    return target.frame_at(at), lasts


class Lines:
    """The lines that a material may run along in a master, judged by how alike both are on average.

    `anchors` are (master seconds, material seconds) near which those pass that are not of `pieces`; where `columns` are
    all of the material's frames, they may also lie elsewhere, because features of a ground that stays tell no time.
    `correlations` has a row for each of `seconds` and a column for each of the material's frames `columns`. `tick` is
    the master's frame, in seconds.
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
        self._asked = target.seconds[columns]
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

    def pieces(self) -> list[Piece]:
        """Those of a clip that jumps or begins again, at the original speed, in order of time; none where one line of
        some speed says as much."""
        offsets = np.unique(np.rint((self._asked[:, None] - self._seconds) / self._coarse)) * self._coarse
        values = self._judge.along([Line(1.0, float(offset)) for offset in offsets])
        path, total = _best_path(values, JUMP_COST)
        ends = [*np.flatnonzero(np.diff(path)).tolist(), len(path) - 1]
        line, score = self.best
        if len(ends) == 1 or total <= (score - _cost(line.speed)) * len(path):
            return []
        found = []
        for start, end in zip([0, *(end + 1 for end in ends)], ends, strict=False):
            piece = Line(1.0, float(offsets[path[end]]))
            best, _ = self._judge.rows(start, end + 1).best([piece, *self._shifted(piece)])
            alike = float(np.median(values[path[end], start : end + 1]))
            found.append(Piece(best, float(self._seconds[start]), float(self._seconds[end]), alike))
        return found

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
        return self._only(np.abs(self._seconds - middle) <= reach)

    def rows(self, first: int, end: int) -> _Judge:
        """One that knows only these."""
        return self._only(slice(first, end))

    def _only(self, which: NDArray[np.bool_] | slice) -> _Judge:
        return _Judge(self._seconds[which], self._place, self._correlations[which], self._target)

    def best(self, lines: Sequence[Line]) -> tuple[Line, float]:
        """The first of the best."""
        values = self.along(lines)
        means = values.sum(axis=1, dtype=np.float64) / values.shape[1]
        winner = int(means.argmax())
        return lines[winner], float(means[winner])

    def along(self, lines: Sequence[Line]) -> NDArray[np.float32]:
        """Of each line, how alike both are in each row."""
        speeds = np.array([line.speed for line in lines])[:, None]
        offsets = np.array([line.offset for line in lines])[:, None]
        at = offsets + speeds * self._seconds[None, :]
        frame = self._target.frame_seconds
        lasts = (at >= -0.6 * frame) & (at <= self._target.end_seconds + 0.4 * frame)
        columns = self._place[self._target.frame_at(at)]
        rows = np.broadcast_to(np.arange(len(self._seconds)), columns.shape)
        return np.where(lasts & (columns >= 0), self._correlations[rows, columns], np.float32(0))


def _best_path(values: NDArray[np.float32], cost: float) -> tuple[NDArray[np.int64], float]:
    """Through all columns from line to line, where each jump costs something: the line of each column, and the sum of
    what they say (A. J. Viterbi, IEEE Trans. Inf. Theory 13, 1967)."""
    sums, stays, tops = values[:, 0].astype(np.float64), [], []
    for column in range(1, values.shape[1]):
        tops.append(int(sums.argmax()))
        stays.append(sums >= sums[tops[-1]] - cost)
        sums = np.maximum(sums, sums[tops[-1]] - cost) + values[:, column]
    path = [int(sums.argmax())]
    for is_stay, top in zip(reversed(stays), reversed(tops), strict=True):
        path.append(path[-1] if is_stay[path[-1]] else top)
    return np.array(path[::-1]), float(sums.max())


def run_through(values: NDArray[np.float64], seed: int, lost: int = LOST_FRAMES) -> tuple[int, int]:
    """The half-open run through `seed` with the greatest sum, of those in which the material is nowhere gone for `lost`
    frames: what comes after that is another appearance (X-drop, as in Altschul et al., J. Mol. Biol. 215, 1990)."""
    return seed - _reach(values[seed::-1], lost), seed + _reach(values[seed:], lost) + 1


def _reach(values: NDArray[np.float64], lost: int) -> int:
    """Where the sum from the first on is greatest, before it has fallen so far that the material is gone."""
    sums = np.cumsum(values)
    gone = np.maximum.accumulate(sums) - sums > -lost * LOWEST - 1e-9
    return int(sums[: int(gone.argmax()) if gone.any() else None].argmax())


def lost_after(rate: float) -> int:
    """How many frames of a film of this rate, in which nothing of it shows, tell that a material is gone."""
    return max(LOST_FRAMES, round(LOST_SECONDS * rate))


def clipped(correlations: NDArray[np.float64], threshold: float) -> NDArray[np.float64]:
    """What each frame says for (positive) or against the material being there."""
    return np.clip(correlations - threshold, LOWEST, HIGHEST)


def threshold(core: float) -> float:
    """Between what the material's frames correlate, given their median `core`, and what others do."""
    return float(np.clip(0.6 * core, 0.08, 0.6))
