"""The ends of a finding lie where the sound itself begins and ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleancut.match.samples import Samples
from cleancut.match.sound import ends
from cleancut.match.sound.catalogue import Catalogue, Target, Volume
from cleancut.match.sound.course import LEAST_FRAMES, SECOND, Run
from cleancut.match.sound.engine import LandmarkEngine
from cleancut.match.sound.evidence import Line, View
from cleancut.testing import music
from cleancut.testing.sounds import found_sound, sketched_sound

RATE = LandmarkEngine.rate


def in_a_room(dry: np.ndarray, seconds: float) -> np.ndarray:
    """A sound in a room that rings on for so long, until it is 60 dB softer."""
    time = np.arange(round(seconds * RATE)) / RATE
    room = np.random.default_rng(5).normal(0, 1, len(time)) * 10 ** (-3 * time / seconds)
    room /= np.sqrt((room**2).sum())
    wet: np.ndarray = np.convolve(np.concatenate([dry, np.zeros(len(time))]), room)[: len(dry) + len(time)]
    wet[: len(dry)] += dry
    return 0.7 * wet


@pytest.mark.parametrize("seed", [2, 5])
def test_what_a_room_rings_on_with_is_not_the_sound_itself(seed: int) -> None:
    piece = music(seed, 20, RATE)
    film = 0.02 * music(9, 24, RATE)
    heard = in_a_room(piece[0, 4 * RATE : 12 * RATE], 2.5)
    film[0, 6 * RATE : 6 * RATE + len(heard)] += heard.astype(np.float32)
    (found,) = found_sound(LandmarkEngine(), [film], {"piece": piece})
    assert abs(found.span.first - 144) <= 3
    assert abs(found.span.end - 336) <= 6


def covered(piece: Samples, softest: float) -> Samples:
    """The piece with four seconds under something loud, the last of them, `softest` seconds, nearly silent."""
    film, other = piece.copy(), music(9, 24, RATE)
    first, last, end = 8 * RATE, round((12 - softest) * RATE), 12 * RATE
    film[:, first:last] += 20 * other[:, first:last]
    film[:, last:end] = 0.002 * other[:, last:end]
    return film


@pytest.mark.parametrize(("softest", "findings"), [(0.8, 1), (2.4, 2)])
def test_what_goes_on_in_time_after_a_soft_moment_is_one_finding(softest: float, findings: int) -> None:
    piece = music(2, 24, RATE)
    assert len(found_sound(LandmarkEngine(), [covered(piece, softest)], {"piece": piece})) == findings


@pytest.fixture(scope="module")
def heard() -> tuple[View, Target]:
    """A film of thirty seconds, and a piece of which it holds seconds 4 to 14 at seconds 10 to 20."""
    piece, film = music(1, 20, RATE), 0.3 * music(9, 30, RATE)
    film[:, 10 * RATE : 20 * RATE] += piece[:, 4 * RATE : 14 * RATE]
    engine = LandmarkEngine()
    (made,) = engine.fingerprints([piece])
    (target,) = Catalogue.of([Volume.of([made])], lambda number: made).targets
    return View.of(sketched_sound(engine, film, 60.0), 0), target


LATE = st.integers(-400, 400)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.integers(0, 1800), st.integers(LEAST_FRAMES, 900), LATE)
def test_whatever_a_run_says_something_is_left_of_it_and_lies_in_the_film(
    heard: tuple[View, Target], first: int, length: int, late: int
) -> None:
    view, target = heard
    end = min(view.frames, first + length)
    if end - first < LEAST_FRAMES:
        return
    run = Run(Line(0, 10 * SECOND, 4 * SECOND + late), 0, first, end)
    found = ends.ends(view, target, run)
    assert 0 <= found[0] <= found[1] - LEAST_FRAMES
    assert found[1] <= view.frames


@given(st.lists(st.floats(-20, 20), max_size=40), st.integers(0, 45))
def test_an_end_is_moved_only_for_one_that_is_much_likelier(weights: list[float], now: int) -> None:
    sums = np.concatenate([[0.0], np.cumsum(weights)])
    best = ends._best(np.array(weights), now)
    gained = sums.max() - sums[min(now, len(weights))]
    if gained >= ends._BETTER:
        assert sums[best] == sums.max()
    else:
        assert best == now
