"""Time: the line that was shown is found, and the run of frames that agree with it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from cleancut.match import align
from cleancut.match.align import HIGHEST, LOST_FRAMES, LOWEST, SPEEDS, Line, Lines, lost_after, run_through, shown
from cleancut.match.film import Target

RATE = 24.0


def target(frames: int, rate: float = RATE) -> Target:
    return Target(np.zeros((frames, 9, 16), np.uint8), np.arange(frames) / rate, 9 / 16, False)


@given(
    st.sampled_from(SPEEDS) | st.floats(0.25, 4.0) | st.floats(-2.0, -0.5),
    st.floats(0.0, 1.0),
    st.sampled_from([6.0, 16.0, 24.0, 25.0, 30.0]),
    st.floats(-0.3, 0.3),
)
@example(2.5, 0.0, 24.0, 0.0)
@example(-0.7, 0.0, 24.0, 0.0)
def test_the_line_shown_is_found(speed: float, start: float, rate: float, error: float) -> None:
    """From one anchor that is wrong by up to a third of a second, where each frame is like itself alone."""
    clip = target(int(8 * rate), rate)
    seconds = np.arange(100, 136) / RATE
    truth = Line(speed, (start if speed > 0 else 7.0 - start) - speed * seconds[0])
    shown_frames, lasts = shown(truth, clip, seconds)
    apart = np.abs(clip.seconds[None, :] - clip.seconds[shown_frames][:, None])
    like = np.where(lasts[:, None], np.exp(-((apart * 8) ** 2)), 0).astype(np.float32)
    anchor = (float(seconds[18]), float(truth.at(seconds)[18]) + error)
    line, score = Lines([anchor], seconds, np.arange(len(clip)), like, clip, 1 / RATE).best
    found, _ = shown(line, clip, seconds)
    assert score > 0.85
    assert np.abs(clip.seconds[found] - clip.seconds[shown_frames])[lasts].max() <= max(1.5 / rate, 0.1)


@given(st.floats(0.3, 3.8), st.sampled_from([3.0, 6.0, 10.0]), st.sampled_from([8.0, 24.0, 30.0]))
@example(2.5, 10.0, 24.0)
def test_a_long_stretch_runs_at_any_speed(speed: float, length: float, rate: float) -> None:
    """A common speed near its own agrees with it for a moment only, wherever that may be."""
    clip = target(int(speed * length * rate) + 2, rate)
    seconds = 5.0 + np.linspace(0, length, 40)
    truth = Line(speed, -speed * 5.0)
    apart = np.abs(clip.seconds[None, :] - truth.at(seconds)[:, None])
    like = np.exp(-((apart * 8) ** 2)).astype(np.float32)
    anchors = [(float(second), float(truth.at(np.array([second]))[0])) for second in seconds[::5]]
    line, _ = Lines(anchors, seconds, np.arange(len(clip)), like, clip, 1 / RATE).best
    assert np.abs(line.at(seconds) - truth.at(seconds)).max() <= max(1.5 / rate, 0.1)


def test_a_steady_clip_runs_at_its_own_speed() -> None:
    clip = target(100)
    like = np.full((24, 100), 0.9, np.float32)
    line, _ = Lines([(1.5, 2.0)], np.arange(24, 48) / RATE, np.arange(100), like, clip, 1 / RATE).best
    assert line.speed == 1.0


def laid(clip: Target, shown_seconds: NDArray[np.float64], steady: float = 0.0) -> Lines:
    """A clip that shows these of its seconds, frame by frame, in a film from its third second on; `steady`, it is so
    much like itself anywhere."""
    seconds = 3.0 + np.arange(len(shown_seconds)) / RATE
    apart = np.abs(clip.seconds[None, :] - shown_seconds[:, None])
    like = (steady + (1 - steady) * np.exp(-((apart * 8) ** 2))).astype(np.float32)
    anchors = [(float(seconds[n]), float(shown_seconds[n])) for n in range(0, len(seconds), 12)]
    return Lines(anchors, seconds, np.arange(len(clip)), like, clip, 1 / RATE)


@given(
    st.lists(st.tuples(st.integers(0, 90), st.integers(16, 40)), min_size=2, max_size=4),
    st.sampled_from([0.0, 0.5, 0.9]),
)
@example([(0, 30), (42, 40)], 0.9)
@example([(0, 30), (0, 40)], 0.9)
def test_the_pieces_of_a_clip_that_was_cut_are_told(cut: list[tuple[int, int]], steady: float) -> None:
    """What it shows when, within a frame where it jumps, and no further off than a frame where it goes on."""
    clip, near = target(140), 8  # frames: a smaller jump may be none
    assume(all(abs(b - a - count) > near for (a, count), (b, _) in itertools.pairwise(cut)))
    frames = np.concatenate([np.arange(first, first + count) for first, count in cut])
    pieces = laid(clip, frames / RATE, steady).pieces()
    assert len(pieces) == len(cut)
    told = np.concatenate([p.line.at(np.arange(p.first, p.last + 0.5 / RATE, 1 / RATE)) for p in pieces])
    assert len(told) == len(frames)
    assert np.abs(told * RATE - frames).max() <= 1.5


@given(st.sampled_from(SPEEDS), st.floats(0.0, 0.95))
def test_a_clip_at_one_speed_has_no_pieces(speed: float, steady: float) -> None:
    clip = target(200)
    start = 0.5 if speed >= 0 else 7.0
    count = int(min(40, 7.0 / max(abs(speed), 0.1) * RATE))
    pieces = laid(clip, start + speed * np.arange(count) / RATE, steady).pieces()
    assert pieces == []


@given(st.lists(st.floats(LOWEST, HIGHEST), min_size=1, max_size=30), st.data())
def test_no_run_through_the_seed_is_better(values: list[float], data: st.DataObject) -> None:
    """Of those that reach no further than where the material is gone."""
    seed = data.draw(st.integers(0, len(values) - 1))
    first, end = run_through(np.array(values), seed)
    assert 0 <= first <= seed < end <= len(values)
    left, right = _until_gone(values[seed::-1]), _until_gone(values[seed:])
    best = max(sum(values[a:b]) for a in range(seed - left + 1, seed + 1) for b in range(seed + 1, seed + right + 1))
    assert sum(values[first:end]) == pytest.approx(best)


def _until_gone(values: list[float]) -> int:
    """How many come before the sum has fallen by what so many frames that say all they can against it take away."""
    for count in range(1, len(values) + 1):
        most = max(sum(values[:other]) for other in range(1, count + 1))
        if most - sum(values[:count]) > -LOST_FRAMES * LOWEST - 1e-9:
            return count - 1
    return len(values)


@pytest.mark.parametrize(("between", "is_one"), [(LOST_FRAMES - 1, True), (LOST_FRAMES, False), (40, False)])
def test_other_footage_between_ends_a_run(between: int, is_one: bool) -> None:
    """However much the material shows after it; a flash or a lost frame does not."""
    values = np.array([HIGHEST] * 30 + [LOWEST] * between + [HIGHEST] * 200)
    assert run_through(values, 10) == (0, len(values) if is_one else 30)
    assert run_through(values, len(values) - 10) == (0 if is_one else 30 + between, len(values))


@pytest.mark.parametrize(("rate", "frames"), [(12.0, 6), (24.0, 6), (25.0, 6), (50.0, 12), (60.0, 15)])
def test_a_material_is_gone_after_a_quarter_of_a_second(rate: float, frames: int) -> None:
    assert lost_after(rate) == frames


def test_a_clip_of_uneven_times_is_asked_no_more_often_than_it_has_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recording of a screen may hold half an hour in few frames."""
    seconds = np.concatenate([np.arange(200) / 30.0, 1800 + np.arange(200) / 30.0])
    clip = Target(np.zeros((400, 9, 16), np.uint8), seconds, 9 / 16, False)
    asked, along = [], align._Judge.along

    def counted(judge: align._Judge, lines: Sequence[Line]) -> NDArray[np.float32]:
        asked.append(len(lines))
        return along(judge, lines)

    monkeypatch.setattr(align._Judge, "along", counted)
    laid(clip, np.arange(48) / RATE).pieces()
    assert max(asked) <= 2 * (400 + 48)


def test_a_material_lasts_only_so_long() -> None:
    clip = target(24)
    frames, lasts = shown(Line(1.0, 0.0), clip, np.array([-0.1, 0.0, 0.5, 0.99, 1.2]))
    assert lasts.tolist() == [False, True, True, True, False]
    assert frames.tolist() == [0, 0, 12, 23, 23]
