"""Where what is heard of a material begins and ends, more exactly than its course says.

(1) Of a sound that is there, each maximum is found at its own level, or under something louder; of another sound at any
level. How much likelier the one is than the other is learned from the run itself: on its line, and on lines a second or
so beside it, where other moments of the material lie on the same moments of the master. Landmarks are heard oftener,
too. An end lies where the sum of what speaks for the material is highest. (2) A fade is heard late and not to its end:
its slope says where it is silent. (3) What is left of the material is taken to be there where nothing of it is lacking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cleancut.match.sound.catalogue import Target
from cleancut.match.sound.constellations import Ints
from cleancut.match.sound.course import LEAST_FRAMES, SECOND, Run
from cleancut.match.sound.evidence import Compared, Floats, Line, View, compared, gains, lacking
from cleancut.match.sound.fades import unfaded
from cleancut.match.sound.sketch import STRIDE
from cleancut.match.sound.trace import agreement, landmarks_heard

_INWARD, _OUTWARD = round(1.5 * SECOND), round(0.8 * SECOND)  # how far from that of a run an end is looked for
_BETTER = 5.0  # by how much another end must be likelier
_REST, _REST_LACKING = round(0.8 * SECOND), 0.3


def ends(view: View, target: Target, run: Run) -> tuple[int, int]:
    """From which frame of the master to which the material is heard where a run says that it is."""
    first, end = unfaded(view, target, run.line, run.first, run.end)
    is_faded = first < run.first, end > run.end
    odds = _Odds.learned(view, target, run)
    if odds is not None:
        first = first if is_faded[0] else _likeliest_first(odds, view, target, run)
        end = end if is_faded[1] else _likeliest_end(odds, view, target, run)
    if end - first < LEAST_FRAMES:  # both ends moved inwards: then neither is sure
        first, end = run.first, run.end
    return _completed(view, target, run, first, end)


def _likeliest_end(odds: _Odds, view: View, target: Target, run: Run) -> int:
    low, high = max(run.first, run.end - _INWARD), min(view.frames, run.end + _OUTWARD)
    weights = odds.weights(view, target, run.line, low, high)
    return min(high, low + STRIDE * _best(weights, (run.end - low) // STRIDE))


def _likeliest_first(odds: _Odds, view: View, target: Target, run: Run) -> int:
    low, high = max(0, run.first - _OUTWARD), min(run.end, run.first + _INWARD)
    weights = odds.weights(view, target, run.line, low, high)
    return low + STRIDE * (len(weights) - _best(weights[::-1], len(weights) - (run.first - low) // STRIDE))


def _best(weights: Floats, now: int) -> int:
    """How many of the weights, from the first on, have the highest sum; `now` where that is hardly lower."""
    sums = np.concatenate([[0.0], np.cumsum(weights)])
    best = int(np.argmax(sums))
    return best if sums[best] - sums[min(now, len(weights))] >= _BETTER else now


def _completed(view: View, target: Target, run: Run, first: int, end: int) -> tuple[int, int]:
    """Frames `[first, end)` as far as the material itself reaches, where little is left of it and nothing of that is
    lacking: the breath before a sound, and what it dies away in, are too soft to be heard in a mix."""
    low, high = round(run.line.master(0)), round(run.line.master(target.frames))
    heard = run.first, run.end
    is_left_before, is_left_after = (
        0 < first - low <= _REST and low >= 0,
        0 < high - end <= _REST and high <= view.frames,
    )
    is_whole_before = is_left_before and lacking(view, target, run.line, heard, (low, first)) <= _REST_LACKING
    is_whole_after = is_left_after and lacking(view, target, run.line, heard, (end, high)) <= _REST_LACKING
    return low if is_whole_before else first, high if is_whole_after else end


_BESIDE = (-90, -61, -43, 43, 61, 90)  # frames
_LEAST_MAXIMA, _LEAST_LANDMARKS = 60, 12
_LEVELS, _DECIBELS = 21, 3.0  # how many steps of level are told apart, the middle one its own, and how far
_SHARE = 0.2  # of what a maximum says: those that follow each other are hardly independent
_MOST = 2.0  # what one says, before that
_RAREST, _SUREST = 0.03, 0.95  # share of landmarks


@dataclass(frozen=True, eq=False)
class _Odds:
    """What speaks for the material, as logarithms of likelihoods: each maximum by its kind, see `_kinds`; each landmark
    that is heard, and that is not. `gain` is how many dB louder the master is in each bin, NaN where that is not
    known."""

    gain: Floats
    of_kind: Floats
    of_heard: float
    of_unheard: float

    @classmethod
    def learned(cls, view: View, target: Target, run: Run) -> _Odds | None:
        """From a run; None where it has too few maxima."""
        heard = compared(view, target, run.line, run.first, run.end)
        if heard.is_there.sum() < _LEAST_MAXIMA:
            return None
        gain = gains(heard.bin[heard.is_there], heard.change[heard.is_there])
        lines = [replace(run.line, place=run.line.place + away) for away in _BESIDE]
        own = _shares(gain, [heard])
        others = _shares(gain, [compared(view, target, line, run.first, run.end) for line in lines])
        of_kind = _SHARE * np.log(own / others).clip(-_MOST, _MOST)
        of = agreement(view, target, run.line, run.first, run.end)
        if of.asked < _LEAST_LANDMARKS:
            return cls(gain, of_kind, 0.0, 0.0)
        share, chance = (float(np.clip(count / of.asked, _RAREST, _SUREST)) for count in (of.heard, of.chance))
        return cls(gain, of_kind, float(np.log(share / chance)), float(np.log((1 - share) / (1 - chance))))

    def weights(self, view: View, target: Target, line: Line, first: int, end: int) -> Floats:
        """What speaks for the material in each row of STRIDE frames from frame `first` of the master on."""
        rows = -(-(end - first) // STRIDE)
        maxima = compared(view, target, line, first, end)
        kind, is_known = _kinds(self.gain, maxima)
        of_maxima = np.bincount((maxima.frame[is_known] - first) // STRIDE, self.of_kind[kind], minlength=rows)
        frame, is_heard = landmarks_heard(view, target, line, first, end)
        row = ((frame - first) // STRIDE).clip(0, rows - 1)
        of_landmarks = np.bincount(row, np.where(is_heard, self.of_heard, self.of_unheard), minlength=rows)
        return np.asarray(of_maxima + of_landmarks, dtype=np.float64)


def _kinds(gain: Floats, maxima: Compared) -> tuple[Ints, NDArray[np.bool_]]:
    """Of each maximum whose gain is known: its kind, by how far it lies from its own level and whether the master has a
    maximum there. And which those are."""
    away = maxima.change - gain[maxima.bin]
    is_known = ~np.isnan(away)
    step = np.rint(away[is_known] / _DECIBELS).astype(np.int64) + _LEVELS // 2
    return step.clip(0, _LEVELS - 1) * 2 + maxima.is_there[is_known], is_known


def _shares(gain: Floats, maxima: Sequence[Compared]) -> Floats:
    """The share of each kind in maxima, none of them 0."""
    count = np.full(2 * _LEVELS, 0.5)
    for of in maxima:
        count += np.bincount(_kinds(gain, of)[0], minlength=2 * _LEVELS)
    return np.asarray(count / count.sum(), dtype=np.float64)
