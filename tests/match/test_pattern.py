"""How alike pictures are with themselves elsewhere."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleancut.match.pattern import repetition
from cleancut.testing import texture


@given(st.integers(0, 200), st.sampled_from([(160, 90), (480, 270), (160, 67), (90, 160)]))
@settings(max_examples=20, deadline=None)
def test_a_picture_of_chance_is_like_itself_nowhere(seed: int, size: tuple[int, int]) -> None:
    assert 0 <= repetition(texture(seed, *size)) < 0.3


@given(st.integers(0, 200), st.integers(16, 40), st.integers(0, 40))
@settings(max_examples=20, deadline=None)
def test_tiles_are_like_themselves_a_tile_further_on(seed: int, period: int, grain: int) -> None:
    """Under grain less so, and still more than anything else."""
    wall = np.tile(texture(seed, period, 90), (1, 160 // period + 1))[:, :160]
    noise = np.random.default_rng(seed).normal(0, grain / 4, wall.shape)
    assert repetition(np.clip(wall + noise, 0, 255).astype(np.uint8)) > (0.95 if grain == 0 else 0.8)


@pytest.mark.parametrize("seed", range(6))
def test_the_bars_of_a_matte_are_no_pattern(seed: int) -> None:
    """They are like themselves all the way along."""
    picture = cv2.GaussianBlur(texture(seed, 160, 90), (0, 0), 1.5) // 2 + 60
    picture[:11] = picture[-11:] = 16
    assert repetition(picture.astype(np.uint8)) < 0.4


@pytest.mark.parametrize(("shape", "most"), [((1, 1), 0), ((8, 480), 1), ((6000, 480), 1), ((90, 8), 1)])
def test_pictures_of_odd_shape_are_told_something(shape: tuple[int, int], most: int) -> None:
    assert 0 <= repetition(np.resize(texture(2), shape)) <= most


@pytest.mark.parametrize("level", [0, 128])
def test_a_flat_picture_is_no_pattern(level: int) -> None:
    assert repetition(np.full((90, 160), level, np.uint8)) == 0.0


def test_what_lies_next_to_itself_does_not_count() -> None:
    """A soft disc is like itself a little further on; two of them are like each other."""
    down, across = np.mgrid[0:90, 0:160]
    one = 60 + 150 / (1 + np.exp(((across - 40) ** 2 + (down - 45) ** 2 - 400) / 60))
    other = 150 / (1 + np.exp(((across - 120) ** 2 + (down - 45) ** 2 - 400) / 60))
    assert repetition(one.astype(np.uint8)) < 0.3 < 0.8 < repetition((one + other).astype(np.uint8))
