"""Bars, slate and black before the programme, black and a textless tail after it: known by their look.

A guess that is only told. It sees no more of a frame than a hundred and forty-four grey cells. Without bars, or a
timecode that puts the programme on the hour, nothing but black is taken for a leader: films may open on a card.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from cleancut.match.picture import Luma
from cleancut.model.programme import Programme, Stretch, StretchKind
from cleancut.model.timing import Span

CELLS = (9, 16)  # rows and columns of a glance

Glances = NDArray[np.uint8]
_Flags = NDArray[np.bool_]

_BLACK = 34  # grey levels: no cell is lighter
_STILL = 0.6  # mean grey levels between neighbours
_LEADER_SECONDS = 180
_RUN_SECONDS = 1
_SLATE_SECONDS = 60
_MOSTLY = 0.8
_SAMPLES = 200
_ALIKE = 0.7  # share of cells: a title may lie on the others
_SAME = 10  # grey levels between cells of two encodings of one picture
_FLAT = 3.0  # grey levels: below this a glance is like any other


def glance(luma: Luma) -> Luma:
    """The picture as 9 by 16 cells."""
    step = max(1, min(luma.shape[0] // (8 * CELLS[0]), luma.shape[1] // (8 * CELLS[1])))
    thin = np.ascontiguousarray(luma[::step, ::step])
    return np.asarray(cv2.resize(thin, CELLS[::-1], interpolation=cv2.INTER_AREA), dtype=np.uint8)


def recognised(glances: Glances, rate: Fraction, hour: int | None) -> Programme:
    """The programme among all frames of a master. `hour` is the frame at which its timecode reaches the next full hour,
    None where it has no timecode or begins on the hour."""
    whole = Span(0, len(glances))
    black = glances.reshape(len(glances), -1).max(axis=1) <= _BLACK
    first = _start(glances, black, rate, hour)
    end = _end(glances, black, rate, first)
    if first >= end or (first, end) == (0, len(glances)):
        return Programme(whole)
    span = Span(first, end)
    return Programme(span, "look", around(glances, span))


def around(glances: Glances, programme: Span) -> tuple[Stretch, ...]:
    """What the frames outside the programme hold, in order."""
    sides: list[tuple[Span | None, StretchKind]] = [
        (Span(0, programme.first) if programme.first else None, "slate"),
        (Span(programme.end, len(glances)) if programme.end < len(glances) else None, "textless"),
    ]
    return tuple(stretch for side, other in sides if side for stretch in _stretches(glances, side, other))


def _stretches(glances: Glances, side: Span, other: StretchKind) -> Iterator[Stretch]:
    kinds = [_kind(cells, other) for cells in glances[side.first : side.end]]
    for first, end in _runs(np.array(kinds)):
        yield Stretch(kinds[first], Span(side.first + first, side.first + end))


def _kind(cells: Luma, other: StretchKind) -> StretchKind:
    return "black" if cells.max() <= _BLACK else "bars" if _is_bars(cells) else other


def _runs(values: NDArray[np.str_] | _Flags) -> Iterator[tuple[int, int]]:
    """First and end of each run of equal values."""
    if len(values):
        yield from pairwise([0, *(np.flatnonzero(values[1:] != values[:-1]) + 1).tolist(), len(values)])


def _true_runs(flags: _Flags, least: int) -> list[tuple[int, int]]:
    return [(first, end) for first, end in _runs(flags) if flags[first] and end - first >= least]


def _start(glances: Glances, black: _Flags, rate: Fraction, hour: int | None) -> int:
    window = min(len(glances), round(_LEADER_SECONDS * rate))
    least = max(2, round(_RUN_SECONDS * rate))
    bars = np.array([_is_bars(cells) for cells in glances[:window]])
    barred = _true_runs(bars, least)
    is_on_the_hour = hour is not None and least <= hour < window and bool(black[hour - 1])
    if hour is not None and is_on_the_hour and (barred or _stands(glances[:hour], black[:hour])):
        return hour
    blacks = _true_runs(black[:window], 2)
    if not barred:
        return blacks[0][1] if blacks and blacks[0][0] == 0 and blacks[0][1] >= least else 0
    return _after_slate(glances, black, blacks, barred[-1][1], round(_SLATE_SECONDS * rate))


def _after_slate(glances: Glances, black: _Flags, blacks: list[tuple[int, int]], at: int, longest: int) -> int:
    """Past the black behind a slate that follows the bars ending `at`, or past the black that follows them at once."""
    after = at
    for first, end in (run for run in blacks if run[0] >= at - 2):
        between = slice(after, max(after, first))
        if first - after > longest or (first - after > 2 and not _stands(glances[between], black[between])):
            break
        is_slate = first - after > 2
        after = end
        if is_slate:
            break
    return after


def _stands(glances: Glances, black: _Flags) -> bool:
    """Whether nearly nothing moves: a slate, bars, black."""
    if len(glances) < 2:
        return False
    moved = np.abs(np.diff(glances.astype(np.int16), axis=0)).mean(axis=(1, 2)) >= _STILL
    return float((moved & ~black[1:]).mean()) <= 1 - _MOSTLY


def _end(glances: Glances, black: _Flags, rate: Fraction, first: int) -> int:
    """Where the programme ends: before black that lasts to the end, or black after which its shots come again."""
    least = max(2, round(_RUN_SECONDS * rate))
    runs = [run for run in _true_runs(black, least) if run[0] > first]
    end = len(glances)
    if runs and runs[-1][1] == end:
        end = runs.pop()[0]
    for begins, ends in reversed(runs):
        if begins < (first + end) // 2:
            break
        if not _comes_again(glances, black, rate, Span(first, begins), Span(ends, len(glances))):
            break
        end = begins
    return end


def _comes_again(glances: Glances, black: _Flags, rate: Fraction, programme: Span, tail: Span) -> bool:
    """Whether the tail is of pictures that the programme has shown, running on as they did there."""
    shown = tail.first + np.flatnonzero(~black[tail.first : tail.end])
    if len(shown) < 2 * rate:
        return False
    step = max(1, len(shown) // _SAMPLES, round(rate / 4))
    sampled = shown[::step]
    stride = max(1, round(rate / 12))
    known = glances[programme.first : programme.end : stride].reshape(-1, CELLS[0] * CELLS[1]).astype(np.int16)
    matched = [_likest(glances[frame].ravel(), known) for frame in sampled]
    if sum(share >= _ALIKE for _, share in matched) < _MOSTLY * len(matched):
        return False
    best = np.array([place for place, _ in matched]) * stride
    runs_on = np.abs(np.diff(best) - np.diff(sampled)) <= max(stride, round(rate / 2))
    return float(runs_on.mean()) >= 0.5


def _likest(cells: Luma, known: NDArray[np.int16]) -> tuple[int, float]:
    """The place of the known glance with the most cells of the same grey, and their share; none is like a flat one."""
    if cells.std() < _FLAT:
        return 0, 0.0
    shares = (np.abs(known - cells.astype(np.int16)) <= _SAME).mean(axis=1)
    place = int(shares.argmax())
    return place, float(shares[place])


def _is_bars(cells: Luma) -> bool:
    """Colour bars of any standard: upright stripes that darken from left to right, between grey sides or none."""
    top = cells[:4].astype(np.int16)
    if (top.max(axis=0) - top.min(axis=0)).max() > 5:
        return False
    row = top.mean(axis=0)
    if row[2:14].max() - row[:2].mean() > 20 and abs(row[0] - row[-1]) < 6:
        row = row[2:14]
    steps = np.diff(row)
    return bool(steps.max() <= 4 and (steps < -4).sum() >= 5 and row[0] - row[-1] >= 80)
