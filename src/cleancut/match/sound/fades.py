"""Where a fade reaches silence: a sound that fades in is heard some time after it has begun."""

from __future__ import annotations

import numpy as np

from cleancut.match.sound.catalogue import Target
from cleancut.match.sound.evidence import MOMENT, Floats, Line, View, by_moment, compared
from cleancut.match.sound.spectrum import HOP, RATE

_LEAST_OF_MOMENT = 3  # maxima
_STEADY = 0.7  # the quantile of changes that is the sound's level where it does not fade
_FADED, _WHOLE = 0.35, 0.85  # amplitudes below which a fade is one, and up to which it is followed
_LEAST_MOMENTS, _LEAST_FIT = 4, 0.7
_FARTHEST = round(1.5 * RATE / HOP)


def unfaded(view: View, target: Target, line: Line, first: int, end: int) -> tuple[int, int]:
    """Frames `[first, end)` of the master in which a line was heard, as far as its fades reach, if it has any. A fade
    is taken for linear: the straight line through its amplitudes says where it would be silent."""
    frame, amplitude = _course(view, target, line, first, end)
    if not len(frame):
        return first, end
    before = _silence(frame - first, amplitude)
    after = _silence((end - frame)[::-1], amplitude[::-1])
    low, high = max(0, round(line.master(0))), min(view.frames, round(line.master(target.frames)))
    return min(first, max(low, first - before)), max(end, min(high, end + after))


def _course(view: View, target: Target, line: Line, first: int, end: int) -> tuple[Floats, Floats]:
    """Middles of short times, and how loud the sound is in each, as a share of where it is loudest."""
    at, _, change, is_there = compared(view, target, line, first, end)
    if not is_there.any():
        return np.zeros(0), np.zeros(0)
    parts, moments = by_moment(at[is_there], first, change[is_there])
    is_known = np.array([len(part) >= _LEAST_OF_MOMENT for part in parts])
    if not is_known.any():
        return np.zeros(0), np.zeros(0)
    level = np.array([np.median(part) for part in parts])[is_known]
    middle = first + (moments[is_known] + 0.5) * MOMENT
    return middle, 10 ** ((level - np.quantile(level, _STEADY)) / 20)


def _silence(away: Floats, amplitude: Floats) -> int:
    """How many frames before the first of them amplitudes that rise with `away` would be silent; 0 where they do not
    rise."""
    if amplitude[0] > _FADED:
        return 0
    whole = np.flatnonzero(amplitude > _WHOLE)
    count = int(whole[0]) if len(whole) else len(amplitude)
    if count < _LEAST_MOMENTS or np.ptp(amplitude[:count]) == 0:
        return 0
    if np.corrcoef(away[:count], amplitude[:count])[0, 1] < _LEAST_FIT:
        return 0
    slope, level = np.polyfit(away[:count], amplitude[:count], 1)
    return min(_FARTHEST, max(0, round(float(level / slope))))
