"""Sketches: the same whatever the parts, and key frames where they are needed."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleancut.match.fingerprint import Featureless
from cleancut.match.picture import Arrays, Luma
from cleancut.match.sketch import AFTER_CUT, CONTEXT, MINIMUM_TEXTURE, doubt, fingerprint, sketch_part
from cleancut.testing import framed, scene, texture

RATE = Fraction(24)
FILM = framed(scene(1, 13, 160, 90) + scene(2, 2, 160, 90) + scene(3, 9, 160, 90))


def parts(cuts: list[int]) -> list[Arrays]:
    bounds = [0, *sorted(set(cuts)), len(FILM)]
    return [
        sketch_part([(index, FILM[index]) for index in range(max(0, first - CONTEXT), end)], first, RATE)
        for first, end in pairwise(bounds)
        if first < end
    ]


def joined(sketched: list[Arrays]) -> dict[str, list[object]]:
    return {
        name: np.concatenate([part[name] for part in sketched]).tolist()
        for name in ("thumbs", "keys", "points", "descriptors")
    }


WHOLE = joined(parts([]))


@settings(max_examples=12)
@given(st.lists(st.integers(1, len(FILM) - 1), max_size=6))
def test_any_partition_gives_the_same_sketch(cuts: list[int]) -> None:
    assert joined(parts(cuts)) == WHOLE


def test_keys_follow_cuts_and_the_clock() -> None:
    assert {0, 12} <= set(WHOLE["keys"])
    assert 13 + AFTER_CUT in WHOLE["keys"]
    assert 15 + AFTER_CUT in WHOLE["keys"]
    assert len(WHOLE["keys"]) == 4


def test_thumbnails_have_the_shape_shown() -> None:
    (part,) = parts([])
    assert part["thumbs"].shape == (len(FILM), 90, 160)
    assert part["thumbs"].dtype == np.uint8


def test_a_size_that_changes_in_mid_film_is_taken_in() -> None:
    frames = framed([texture(1, 160, 90)] * 6 + [texture(2, 160, 120)] * 6)
    part = sketch_part(enumerate(frames), 0, RATE)
    assert part["thumbs"].shape == (12, 90, 160)


@pytest.mark.parametrize(("seconds", "keys"), [(1, 1), (7, 3)])
def test_a_steady_clip_has_few_keys(seconds: int, keys: int) -> None:
    made = fingerprint(framed([texture(1, 160, 90)] * (24 * seconds)), "clip")
    assert len(made["keys"]) == keys


@pytest.mark.parametrize("size", [(1, 1), (15, 200), (200, 15)])
def test_too_small(size: tuple[int, int]) -> None:
    with pytest.raises(Featureless, match="too small"):
        fingerprint(framed([np.zeros(size, np.uint8)]), "still")


@pytest.mark.parametrize(("softness", "contrast"), [(10, 0.06), (14, 0.1), (20, 0.1), (30, 0.1)])
def test_faint_features_alone_do_not_make_a_picture_one_that_is_looked_for(softness: float, contrast: float) -> None:
    """A cloudy sky has dozens. It is refused, and so not examined: else a scan would pass for having looked for it."""
    soft = cv2.GaussianBlur(texture(5, 800, 450), (0, 0), softness).astype(float)
    picture = np.rint(120 + contrast * (soft - 128)).astype(np.uint8)
    assert picture.std() > MINIMUM_TEXTURE
    with pytest.raises(Featureless, match="texture"):
        fingerprint(framed([picture]), "still")


def folds(depth: float, grain: float) -> Luma:
    """A curtain: soft, alike everywhere, with a film's grain on it. Its features are hundreds, and nearly all faint."""
    down, across = np.mgrid[:360, :640].astype(np.float32)
    bend = (across + 14 * np.sin(down / 50 + across / 200)) % 52 / 52
    shade = cv2.GaussianBlur(150 - depth * bend + 0.3 * depth * np.sin(down / 70), (0, 0), 1.5)
    return np.asarray(np.clip(shade + np.random.default_rng(1).normal(0, grain, shade.shape), 0, 255), np.uint8)


@pytest.mark.parametrize(("depth", "grain"), [(10, 2), (20, 3)])
def test_a_picture_of_faint_features_is_doubted_however_many_it_has(depth: float, grain: float) -> None:
    """It is looked for, and may be missed: a scan must not pass for having found it nowhere."""
    made = fingerprint(framed([folds(depth, grain)]), "still")
    assert len(made["points"]) > 200
    assert "so little detail" in doubt(made)


def test_a_picture_full_of_detail_is_not_doubted() -> None:
    assert not doubt(fingerprint(framed([texture(5, 800, 450)]), "still"))
