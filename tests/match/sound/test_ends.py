"""The ends of a finding lie where the sound itself begins and ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleancut.match.samples import Samples
from cleancut.match.sound import ends
from cleancut.match.sound.engine import LandmarkEngine
from cleancut.testing import music
from cleancut.testing.sounds import found_sound

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


@given(st.lists(st.floats(-20, 20), max_size=40), st.integers(0, 45))
def test_an_end_is_moved_only_for_one_that_is_much_likelier(weights: list[float], now: int) -> None:
    sums = np.concatenate([[0.0], np.cumsum(weights)])
    best = ends._best(np.array(weights), now)
    gained = sums.max() - sums[min(now, len(weights))]
    if gained >= ends._BETTER:
        assert sums[best] == sums.max()
    else:
        assert best == now
