"""What repeats the key frame before is not searched again, and answers as if it had been."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cleancut.match.catalogue import Catalogue, Volume
from cleancut.match.features import LENGTH, MIRRORED, Descriptors, Features
from cleancut.match.repeats import Neighbours
from cleancut.match.sketch import Keys

CHANCE = np.random.default_rng(7)


def described(count: int) -> Descriptors:
    raw = CHANCE.gamma(0.5, 1.0, (count, 128))
    return np.minimum(np.rint(LENGTH * np.sqrt(raw / raw.sum(axis=1, keepdims=True))), 255).astype(np.uint8)


def keys(*frames: Descriptors, first: int = 0) -> Keys:
    return Keys.of(
        [(first + place, Features(np.zeros((len(one), 2), np.float32), one)) for place, one in enumerate(frames)]
    )


KNOWN = described(400)
CATALOGUE = Catalogue.of([(Volume.of([keys(KNOWN)]), np.array([0]))])
STANDING, OTHER = KNOWN[:50], described(30)
SHOT = [STANDING, STANDING[::-1], np.concatenate([STANDING[:20], KNOWN[100:120]]), OTHER, STANDING]


class Counted:
    """A catalogue that counts what it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def nearest(self, queries: Descriptors, count: int) -> Any:
        self.asked += len(queries)
        return CATALOGUE.nearest(queries, count)


def test_a_feature_that_stands_is_asked_once() -> None:
    counted: Any = Counted()
    Neighbours(counted, 4).of([keys(*SHOT)])
    assert counted.asked == 2 * (50 + 0 + 20 + 30 + 50)


def test_answers_are_those_of_the_search() -> None:
    plain, mirrored = Neighbours(CATALOGUE, 4).of([keys(*SHOT)])
    whole = np.concatenate(SHOT)
    for found, asked in ((plain, whole), (mirrored, whole[:, MIRRORED])):
        for ours, theirs in zip(found, CATALOGUE.nearest(asked, 4), strict=True):
            assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("cuts", [(1,), (2, 3), (1, 2, 3, 4)])
def test_how_key_frames_are_divided_does_not_matter(cuts: tuple[int, ...]) -> None:
    drifting = [np.clip(STANDING.astype(int) + CHANCE.integers(-9, 10, STANDING.shape) * n, 0, 255) for n in range(5)]
    frames = [one.astype(np.uint8) for one in drifting]
    together = Neighbours(CATALOGUE, 4).of([keys(*frames)])
    one_by_one, parts = Neighbours(CATALOGUE, 4), [slice(*ends) for ends in zip((0, *cuts), (*cuts, 5), strict=True)]
    apart = [one_by_one.of([keys(*frames[part], first=part.start)]) for part in parts]
    for way in (0, 1):
        for which in (0, 1):
            joined = np.concatenate([answers[way][which] for answers in apart])
            assert np.array_equal(joined, together[way][which])


def test_what_drifts_is_measured_against_what_it_first_looked_like() -> None:
    """Else each step would repeat the last, and the end of a dissolve would have the answer of its beginning."""
    first, last = KNOWN[:40].astype(float), KNOWN[40:80].astype(float)
    steps = [np.rint(first + (last - first) * share).astype(np.uint8) for share in np.linspace(0, 1, 41)]
    plain, _ = Neighbours(CATALOGUE, 1).of([keys(*steps)])
    assert np.array_equal(plain[0][-40:, 0], CATALOGUE.nearest(KNOWN[40:80], 1)[0][:, 0])


def test_key_frames_without_features() -> None:
    nothing = np.zeros((0, 128), np.uint8)
    plain, mirrored = Neighbours(CATALOGUE, 4).of([keys(nothing, STANDING, nothing, STANDING)])
    assert plain[0].shape == mirrored[0].shape == (100, 4)
    assert np.array_equal(plain[0][:50], plain[0][50:])
    assert Neighbours(CATALOGUE, 4).of([keys()])[0][0].shape == (0, 4)
