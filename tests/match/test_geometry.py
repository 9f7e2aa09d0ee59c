"""Affine maps: composing, inverting, changing grids, and what they say of an edit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleancut.match import geometry
from cleancut.match.geometry import Affine


@st.composite
def maps(draw: st.DrawFn) -> Affine:
    """Scaled, turned a little, moved, perhaps mirrored."""
    size, turn = draw(st.floats(0.2, 4.0)), np.radians(draw(st.floats(-25, 25)))
    move = [draw(st.floats(-1, 1)), draw(st.floats(-1, 1))]
    linear = size * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    affine = np.hstack([linear, np.array(move)[:, None]])
    return geometry.compose(geometry.MIRROR, affine) if draw(st.booleans()) else affine


@given(maps())
def test_inverse_undoes(affine: Affine) -> None:
    both = geometry.compose(geometry.inverse(affine), affine)
    assert both == pytest.approx(np.eye(2, 3), abs=1e-9)


@given(maps(), maps())
def test_compose_is_one_after_the_other(first: Affine, second: Affine) -> None:
    points = np.array([[0.1, 0.2], [0.9, 0.4]])
    composed = geometry.apply(geometry.compose(second, first), points)
    assert composed == pytest.approx(geometry.apply(second, geometry.apply(first, points)), abs=1e-9)


@given(maps(), st.integers(8, 500), st.integers(8, 500))
def test_pixels_and_back(affine: Affine, source: int, target: int) -> None:
    there = geometry.in_pixels(affine, source, target)
    assert geometry.in_widths(there, source, target) == pytest.approx(affine, abs=1e-9)


def test_the_same_picture_in_another_size_stays_in_place() -> None:
    """Pixel centres lie at halves: the identity from 100 pixels to 200 sends the first two to the first."""
    pixels = geometry.in_pixels(np.eye(2, 3), 100, 200)
    assert geometry.apply(pixels, np.array([[0.0, 0.0]])) == pytest.approx(np.array([[0.5, 0.5]]))


@given(maps())
def test_an_even_map_keeps_shapes(affine: Affine) -> None:
    assert geometry.skew(affine) == pytest.approx(0, abs=1e-9)
    assert geometry.stretch(affine) == pytest.approx(1)
    assert abs(geometry.rotation_degrees(affine)) <= 25.001


def test_squeezed_is_not_skewed() -> None:
    squeezed, skewed = np.eye(2, 3), np.eye(2, 3)
    squeezed[0, 0], skewed[0, 1] = 0.75, 0.3
    assert geometry.stretch(squeezed) == pytest.approx(4 / 3)
    assert geometry.skew(squeezed) == 0
    assert geometry.skew(skewed) > 0.2


def test_mirror_swaps_the_sides() -> None:
    assert geometry.is_mirrored(geometry.MIRROR)
    assert geometry.corners(geometry.MIRROR, 0.5).tolist() == [[1, 0], [0, 0], [0, 0.5], [1, 0.5]]
