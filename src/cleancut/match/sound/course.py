"""Which line of one material holds when.

Music repeats itself, so that one passage in a master lies on many lines of its material. (1) At each moment one line
may be the best, or none: the likeliest course of such a chain (Viterbi) says which, and where it changes. (2) Where a
line is the best it holds as far as it does as well as where its landmarks are heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

import cv2
import numpy as np

from cleancut.match.sound.catalogue import Target
from cleancut.match.sound.evidence import Floats, Line, View, rows
from cleancut.match.sound.sketch import STRIDE
from cleancut.match.sound.spectrum import HOP, RATE
from cleancut.match.sound.trace import Trace, landmarks_heard

SECOND = RATE / HOP  # frames
LEAST_FRAMES = round(0.6 * SECOND)  # of what is heard at all
BEYOND = round(5 * SECOND)  # how far beyond its trace a line may hold
GAP = round(2 * SECOND)  # frames; a line that holds again after less has held throughout
_CHANGE, _SWITCH = 20.0, 6.0  # the weight that another line, and that an end, needs to be believed
_LEAST_SHARE = 0.15  # of the maxima, for a line to be better than none
_HEARD, _UNHEARD = 1.5, -0.4  # the weight of a landmark


class Seen(NamedTuple):
    """A trace, and the number of the view it is seen in."""

    trace: Trace
    view: int


class Run(NamedTuple):
    """A line holds in frames `[first, end)` of a view."""

    line: Line
    view: int
    first: int
    end: int


def course(views: Sequence[View], target: Target, seen: Sequence[Seen]) -> list[Run]:
    """Where which of the traces of one material hold, in order of time."""
    found: list[Run] = []
    for group in _groups(seen):
        first = max(0, min(item.trace.first for item in group) - BEYOND) // STRIDE * STRIDE
        end = min(views[0].frames, max(item.trace.end for item in group) + BEYOND)
        rated = [_rated(views[item.view], target, item.trace, first, end) for item in group]
        for state, a, b in _likeliest(np.stack([of.best for of in rated]), _CHANGE):
            item = group[state]
            for c, d in _closed(_likeliest(rated[state].holds[None, a:b], _SWITCH)):
                after = first + (a + d - 1) * STRIDE  # a row is seen a little beyond the end of what is in it
                found.append(Run(item.trace.line, item.view, first + (a + c) * STRIDE, min(after, end)))
    return sorted(found, key=lambda run: run.first)


def _groups(seen: Sequence[Seen]) -> list[list[Seen]]:
    """Traces that may touch each other, together."""
    groups: list[list[Seen]] = []
    until = -1
    for item in sorted(seen, key=lambda item: (item.trace.first, item.trace.end)):
        if groups and item.trace.first <= until:
            groups[-1].append(item)
        else:
            groups.append([item])
        until = max(until if len(groups[-1]) > 1 else -1, item.trace.end + 2 * BEYOND)
    return groups


class _Rated(NamedTuple):
    """For each row of a line, how much likelier it is the best there than none, and holds there than not."""

    best: Floats
    holds: Floats


def _rated(view: View, target: Target, trace: Trace, first: int, end: int) -> _Rated:
    of = rows(view, target, trace.line, first, end)
    excess, room = of.there - of.chance, of.asked - of.chance
    heard = np.bincount((trace.heard.astype(np.int64) - first).clip(0) // STRIDE, minlength=len(excess))[: len(excess)]
    near = cv2.blur(heard.astype(np.float64)[:, None], (1, 31), borderType=cv2.BORDER_CONSTANT)[:, 0] ** 2
    share = float((near * excess).sum() / max(1e-9, (near * room).sum()))
    frame, is_heard = landmarks_heard(view, target, trace.line, first, end)
    row = ((frame - first) // STRIDE).clip(0, len(excess) - 1)
    landmarks = np.bincount(row, np.where(is_heard, _HEARD, _UNHEARD), minlength=len(excess))
    best = excess - _LEAST_SHARE * room + landmarks
    holds = excess - 0.5 * min(max(share, _LEAST_SHARE), 1.0) * room + landmarks
    is_silent = of.asked == 0
    best[is_silent], holds[is_silent] = np.minimum(best[is_silent], -0.2), np.minimum(holds[is_silent], -0.2)
    return _Rated(best, holds)


def _likeliest(weights: Floats, change: float) -> list[tuple[int, int, int]]:
    """(line, first row, row after the last) of each run, from the weight of each line in each row; `change` is what a
    change costs."""
    lines, count = weights.shape
    best = [-inf] * lines + [0.0]  # the last state is that none holds
    came: list[list[int]] = []
    own = list(range(lines + 1))
    for gain in weights.T.tolist():  # plain numbers: there are few lines, and a call for each row would cost more
        top = max(own, key=best.__getitem__)
        least = best[top] - change
        came.append([top if least > was else state for state, was in enumerate(best)])
        best = [max(least, was) + more for was, more in zip(best, (*gain, 0.0), strict=True)]
    state = max(own, key=lambda state: best[state] - (change if state < lines else 0.0))
    runs: list[tuple[int, int, int]] = []
    end = count
    for row in range(count - 1, -1, -1):
        before = came[row][state]
        if before != state or row == 0:
            if state != lines:
                runs.append((state, row, end))
            end, state = row, before
    return runs[::-1]


def _closed(runs: Sequence[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """The runs of one line, gaps shorter than GAP closed."""
    closed: list[tuple[int, int]] = []
    for _, first, end in runs:
        if closed and first - closed[-1][1] < GAP // STRIDE:
            closed[-1] = (closed[-1][0], end)
        else:
            closed.append((first, end))
    return closed
