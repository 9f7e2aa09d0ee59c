"""Time: the line that was shown is found, and the run of frames that agree with it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cleancut.match.align import SPEEDS, Line, Lines, run_through, shown
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


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=30), st.data())
def test_no_run_through_the_seed_is_better(values: list[float], data: st.DataObject) -> None:
    seed = data.draw(st.integers(0, len(values) - 1))
    first, end = run_through(np.array(values), seed)
    assert 0 <= first <= seed < end <= len(values)
    best = max(sum(values[a:b]) for a in range(seed + 1) for b in range(seed + 1, len(values) + 1))
    assert sum(values[first:end]) == pytest.approx(best)


def test_a_material_lasts_only_so_long() -> None:
    clip = target(24)
    frames, lasts = shown(Line(1.0, 0.0), clip, np.array([-0.1, 0.0, 0.5, 0.99, 1.2]))
    assert lasts.tolist() == [False, True, True, True, False]
    assert frames.tolist() == [0, 0, 12, 23, 23]
