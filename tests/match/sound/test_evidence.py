"""What speaks for a material along a line."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleancut.match.samples import Samples
from cleancut.match.sound.catalogue import Catalogue, Target, Volume
from cleancut.match.sound.engine import LandmarkEngine
from cleancut.match.sound.evidence import MOMENT, Line, View, as_loud, by_moment
from cleancut.match.sound.spectrum import HOP
from cleancut.testing import music
from cleancut.testing.sounds import sketched_sound

RATE = LandmarkEngine.rate
SECONDS = 12
ALONG = Line(0, 0.0, 0.0)


def seen(film: Samples) -> View:
    return View.of(sketched_sound(LandmarkEngine(), film, 60.0), 0)


@pytest.fixture(scope="module")
def target() -> Target:
    (made,) = LandmarkEngine().fingerprints([music(1, SECONDS, RATE)])
    (target,) = Catalogue.of([Volume.of([made])], lambda number: made).targets
    return target


def loud(film: Samples, target: Target) -> float:
    view = seen(film)
    return as_loud(view, target, ALONG, 0, view.frames)


def bright(samples: Samples) -> Samples:
    """Through an equaliser: ten decibels at four kilohertz."""
    spectrum = np.fft.rfft(samples)
    raised = spectrum * 10 ** (np.fft.rfftfreq(samples.shape[1], 1 / RATE) / 8000)
    return np.fft.irfft(raised, samples.shape[1]).astype(np.float32) / 4


def pumped(samples: Samples) -> Samples:
    """Louder and softer by six decibels, as a compressor that is set badly makes it, once a second."""
    time = np.arange(samples.shape[1]) / RATE
    return (samples * 10 ** (0.3 * np.sin(2 * np.pi * time) - 0.3)).astype(np.float32)


def test_what_was_made_louder_softer_or_brighter_is_as_loud_as_it_should_be(target: Target) -> None:
    piece = music(1, SECONDS, RATE)
    assert loud(piece, target) > 0.98
    assert loud(0.1 * piece, target) > 0.9
    assert loud(bright(piece), target) > 0.6
    assert loud(pumped(piece), target) > 0.6


@pytest.mark.parametrize("take", [1, 2, 3, 4])
def test_another_instrument_is_not(target: Target, take: int) -> None:
    assert loud(music(1, SECONDS, RATE, take=take), target) < 0.5


@pytest.fixture(scope="module")
def view() -> View:
    return seen(music(1, SECONDS, RATE))


@given(st.integers(-900, 900), st.integers(0, 700), st.integers(1, 900))
def test_wherever_it_is_asked_it_is_a_share(view: View, target: Target, late: int, first: int, length: int) -> None:
    found = as_loud(view, target, Line(0, 0.0, float(late)), first, min(view.frames, first + length))
    assert 0.0 <= found <= 1.0


@pytest.mark.parametrize("samples", [128, 256, 384])
def test_rows_need_not_lie_on_rows(target: Target, samples: int) -> None:
    """A material keeps every second frame: what plays between two of them is compared with the nearest."""
    view = seen(np.pad(music(1, SECONDS, RATE), ((0, 0), (samples, 0))))
    assert as_loud(view, target, Line(0, samples / HOP, 0.0), 0, view.frames) > 0.8


@given(st.lists(st.integers(0, 60)), st.integers(-20, 0))
def test_moments_hold_everything_once_and_in_order(frames: list[int], first: int) -> None:
    frame = np.sort(np.array(frames, dtype=np.int64))
    parts, moments = by_moment(frame, first, frame.astype(np.float64))
    assert np.concatenate(parts).tolist() == frame.tolist()
    whole = [of for of in parts if len(of)]
    assert [{(int(f) - first) // MOMENT for f in of} for of in whole] == [{int(moment)} for moment in moments]
