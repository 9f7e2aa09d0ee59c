"""From a guess to a line: refined where it was made, then followed through the master as far as it holds.

Landmarks of the material are laid on those of the master. Where both agree on bin and frame far oftener than near by,
there is a line; those that agree give its course by least squares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cleancut.match.sound.catalogue import Target
from cleancut.match.sound.constellations import Ints, spread
from cleancut.match.sound.evidence import Floats, Line, View
from cleancut.match.sound.spectrum import BINS

STRETCH = 312  # frames that are looked at together: 5 s
LEAST_AGREEMENT = 6.0  # of a stretch, for a guess to be followed
_STEP = 156
_HELD = 4.0  # agreement of a stretch that holds the line
_PATIENCE = 4  # stretches without hold, after which the line has ended
_WANDER = 8  # frames that a stretch may lie off the line so far
_NATURAL = 0.9  # share of what agrees with a line that agrees with natural speed as well, for that to be its speed
_NEAR = 2.0  # frames
_BIN = 4096  # more than any number of frames looked at together


@dataclass(frozen=True, eq=False)
class Trace:
    """A line, the frames `[first, end)` of the master through which it was followed, and the frames in which its
    landmarks were heard, in order."""

    line: Line
    first: int
    end: int
    heard: Floats


@dataclass(frozen=True, eq=False)
class _Agreed:
    """The best line of a stretch, how many standard deviations it lies above chance, and the frames of the master and
    of the material at which landmarks agree with it."""

    line: Line
    agreement: float
    frame: Floats
    place: Floats


def refined(view: View, target: Target, guess: Line, first: int, end: int, is_changed: bool) -> _Agreed:
    """The line near a guess on which most landmarks of frames `[first, end)` agree."""
    guess = guess.moved((first + end) / 2)
    if not is_changed:
        return _agreed(view, target, guess, (first, end), _WANDER, _factors(0.004, 0.002))
    found = _agreed(view, target, guess, (first, end), 28, _factors(0.06, 0.005))
    if found.agreement < 0.5 * LEAST_AGREEMENT:
        return found
    beside = [
        _agreed(view, target, replace(guess, pitch=guess.pitch + d), (first, end), 28, _factors(0.06, 0.005))
        for d in (-1, 1)
    ]
    return max([found, *beside], key=lambda tried: tried.agreement)


@cache
def _factors(most: float, step: float) -> Floats:
    """1 first, then outwards, so that of equals the nearest is taken."""
    away = np.arange(1, round(most / step) + 1) * step
    return np.concatenate([[1.0], np.stack([1 - away, 1 + away], axis=1).ravel()])


def _agreed(view: View, target: Target, line: Line, stretch: tuple[int, int], wander: int, factors: Floats) -> _Agreed:
    frame, place = _coincidences(view, target, line, stretch, wander)
    if len(frame) < 3:
        return _Agreed(line, 0.0, np.zeros(0), np.zeros(0))
    away = (place - line.place) / line.speed  # master frames from the line's own, as the line has it
    late = frame - line.frame - away / factors[:, None]
    width = 2 * wander + 3
    cell = np.rint(late).astype(np.int64) + wander + 1
    is_inside = (cell >= 0) & (cell < width)
    code = (np.arange(len(factors))[:, None] * width + cell)[is_inside]
    votes = np.bincount(code, minlength=len(factors) * width).reshape(len(factors), width)
    three = votes[:, :-2] + votes[:, 1:-1] + votes[:, 2:]
    best, shift = np.unravel_index(int(np.argmax(three)), three.shape)
    chance = 3 * len(frame) / width
    is_agreed = np.abs(late[best] - (int(shift) - wander)) <= 1.5
    found = replace(line, frame=line.frame + int(shift) - wander, speed=line.speed * float(factors[best]))
    return _Agreed(
        found, float((three[best, shift] - chance) / np.sqrt(chance + 1)), frame[is_agreed], place[is_agreed]
    )


def _coincidences(
    view: View, target: Target, line: Line, stretch: tuple[int, int], wander: int
) -> tuple[Floats, Floats]:
    """Frames of the master and of the material of landmarks in the same bin at about the same time on the line."""
    first, end = stretch
    low, high = view.dense.within(first, end)
    heard = np.sort(view.dense.bin[low:high] * _BIN + view.dense.frame[low:high] - first)
    place, bin_ = target.landmarks_of(line.at(first), line.at(end))
    bin_ = bin_ + line.pitch
    expected = np.rint(line.frame + (place - line.place) / line.speed).astype(np.int64) - first
    is_there = (bin_ >= 0) & (bin_ < BINS) & (expected >= 0) & (expected < end - first)
    place, bin_, expected = place[is_there], bin_[is_there], expected[is_there]
    start = np.searchsorted(heard, bin_ * _BIN + np.maximum(expected - wander, 0))
    stop = np.searchsorted(heard, bin_ * _BIN + expected + wander, side="right")
    which, at = spread(start, np.maximum(stop - start, 0))
    return (heard[at] % _BIN + first).astype(np.float64), place[which].astype(np.float64)


def follow(view: View, target: Target, found: _Agreed) -> Trace:
    """Follow a refined line both ways, mending its course on the way."""
    line = _fitted(found.line, [found])
    held = [found]
    first = end = found.line.frame
    for way in (1, -1):
        at, misses = found.line.frame, 0
        while misses < _PATIENCE:
            at += way * _STEP
            if not (0 <= at < view.frames and 0 <= line.at(at) < target.frames):
                break
            stretch = max(0, round(at) - STRETCH // 2), min(view.frames, round(at) + STRETCH // 2)
            here = _agreed(view, target, line.moved(at), stretch, _WANDER, _factors(0.004, 0.002))
            if here.agreement < _HELD:
                misses += 1
                continue
            misses = 0
            held.append(here)
            line = _fitted(line, held)
            first, end = min(first, at), max(end, at)
    line = _natural(line, held)
    core = max(0, round(first) - STRETCH // 2), min(view.frames, round(end) + STRETCH // 2)
    return Trace(line, *core, np.unique(np.concatenate([part.frame for part in held])))


def _fitted(line: Line, held: Sequence[_Agreed]) -> Line:
    """The line through all that agreed, by least squares."""
    frame = np.concatenate([part.frame for part in held])
    place = np.concatenate([part.place for part in held])
    if len(frame) < 8 or np.ptp(frame) < 30:
        return line
    centre, level = float(frame.mean()), float(place.mean())
    lever = float(((frame - centre) ** 2).sum())
    slope = float(((frame - centre) * (place - level)).sum()) / lever
    if abs(slope / line.speed - 1) > 0.03:
        return line
    return replace(line, frame=centre, place=level, speed=slope)


def _natural(line: Line, held: Sequence[_Agreed]) -> Line:
    """The line at natural speed, where nearly all that agreed with it agrees with that as well."""
    frame = np.concatenate([part.frame for part in held])
    place = np.concatenate([part.place for part in held])
    late = place - frame
    middle = float(np.median(late))
    natural, as_fitted = np.abs(late - middle) <= _NEAR, np.abs(place - line.places(frame)) <= _NEAR
    if line.pitch != 0 or natural.sum() < _NATURAL * as_fitted.sum():
        return line
    return replace(line, frame=0.0, place=float(late[natural].mean()), speed=1.0)


@dataclass(frozen=True)
class Agreement:
    """How many landmarks of a material lie in a stretch of the master, how many of them were heard there, and how many
    would be by chance."""

    asked: int
    heard: int
    chance: float

    @property
    def strength(self) -> float:
        """By how many standard deviations more were heard than by chance."""
        share = self.chance / max(1, self.asked)
        return float((self.heard - self.chance) / np.sqrt(self.chance * (1 - share) + 1))

    @property
    def share(self) -> float:
        """0 where as many were heard as by chance, 1 where all were."""
        return float((self.heard - self.chance) / max(1.0, self.asked - self.chance))


_SHIFTS = (-61, -43, -31, -22, 22, 31, 43, 61)  # frames; what else is heard in the same bins near by is chance


def agreement(view: View, target: Target, line: Line, first: int, end: int) -> Agreement:
    """Of a line in frames `[first, end)`."""
    frame, bin_ = _expected(target, line, first, end)
    heard = _is_heard(view, frame, bin_, line.pitch != 0)
    chance = np.mean([_is_heard(view, frame + shift, bin_, line.pitch != 0).sum() for shift in _SHIFTS])
    return Agreement(len(bin_), int(heard.sum()), float(chance))


def landmarks_heard(view: View, target: Target, line: Line, first: int, end: int) -> tuple[Ints, NDArray[np.bool_]]:
    """The frames of the master at which the material's landmarks should be heard, and whether they are."""
    frame, bin_ = _expected(target, line, first, end)
    return frame, _is_heard(view, frame, bin_, line.pitch != 0)


def _expected(target: Target, line: Line, first: int, end: int) -> tuple[Ints, Ints]:
    place, bin_ = target.landmarks_of(line.at(first), line.at(end))
    bin_ = bin_ + line.pitch
    frame = np.rint(line.frame + (place - line.place) / line.speed).astype(np.int64)
    is_there = (bin_ >= 0) & (bin_ < BINS)
    return frame[is_there], bin_[is_there]


def _is_heard(view: View, frame: Ints, bin_: Ints, is_raised: bool) -> NDArray[np.bool_]:
    """Within a frame and in the very bin, or beside it where pitch is raised by what is no whole number of bins."""
    heard = np.zeros(len(frame), dtype=bool)
    if not len(frame):
        return heard
    low, high = view.dense.within(int(frame.min()) - 2, int(frame.max()) + 3)
    codes = np.sort((view.dense.bin[low:high] << 32) + view.dense.frame[low:high])
    for beside in (-1, 0, 1) if is_raised else (0,):
        code = ((bin_ + beside) << 32) + frame
        heard |= np.searchsorted(codes, code + 1, side="right") > np.searchsorted(codes, code - 1)
    return heard
