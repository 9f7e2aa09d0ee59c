"""The inverted file against the exact search, and what makes both reproducible."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from cleancut.match.features import LENGTH, MIRRORED, extract
from cleancut.match.search import Index, nearest_exact
from cleancut.testing import texture


def descriptors(seed: int, count: int) -> NDArray[np.uint8]:
    """Of the length that real ones have, in bunches, as real ones lie."""
    chance = np.random.default_rng(seed)
    middles = chance.gamma(0.5, 1.0, (max(1, count // 20), 128))
    raw = middles[chance.integers(0, len(middles), count)] + chance.gamma(0.5, 0.3, (count, 128))
    return np.minimum(np.rint(LENGTH * np.sqrt(raw / raw.sum(axis=1, keepdims=True))), 255).astype(np.uint8)


KNOWN = descriptors(1, 6000)
INDEX = Index.build(KNOWN)
QUERIES = descriptors(1, 6000)[::7].copy()


def test_finds_every_row_itself() -> None:
    rows, similarities = INDEX.nearest(KNOWN, 1)
    assert np.array_equal(KNOWN[rows[:, 0]], KNOWN)
    assert (similarities[:, 0] > 0.97).all()


def test_loses_little_against_the_exact_search() -> None:
    noisy = np.clip(QUERIES.astype(int) + np.random.default_rng(2).integers(-12, 13, QUERIES.shape), 0, 255)
    exact, _ = nearest_exact(KNOWN, noisy.astype(np.uint8), 1)
    fast, _ = INDEX.nearest(noisy.astype(np.uint8), 1)
    assert (exact == fast).mean() > 0.97


def test_a_small_register_is_searched_exactly() -> None:
    few = KNOWN[:100]
    for mine, exact in zip(Index.build(few).nearest(QUERIES, 5), nearest_exact(few, QUERIES, 5), strict=True):
        assert np.array_equal(mine, exact)


def test_fewer_known_than_asked_for() -> None:
    rows, similarities = Index.build(KNOWN[:3]).nearest(QUERIES[:4], 8)
    assert (rows[:, 3:] == -1).all()
    assert (similarities[:, 3:] == 0).all()
    assert (np.sort(rows[:, :3], axis=1) == [0, 1, 2]).all()


@given(st.lists(st.integers(0, len(QUERIES) - 1), min_size=1, max_size=40))
def test_each_query_is_answered_alone(chosen: list[int]) -> None:
    """Whatever it is asked together with: exact products leave nothing to the order of summation."""
    together = INDEX.nearest(QUERIES[chosen], 8)
    alone = [INDEX.nearest(QUERIES[[number]], 8) for number in chosen]
    for place in (0, 1):
        assert np.array_equal(together[place], np.concatenate([one[place] for one in alone]))


def test_a_mirrored_picture_has_mirrored_features() -> None:
    """The permutation stands for a second extraction: most features of the mirrored picture are those permuted."""
    picture = texture(3)
    there = extract(np.ascontiguousarray(picture[:, ::-1]), 200)
    here = extract(picture, 200).mirrored()
    rows, similarities = nearest_exact(there.descriptors, here.descriptors, 1)
    is_close = np.abs(there.points[rows[:, 0]] - here.points).max(axis=1) < 0.01
    assert (is_close & (similarities[:, 0] > 0.9)).mean() > 0.6
    assert sorted(MIRRORED) == list(range(128))
    assert np.array_equal(MIRRORED[MIRRORED], np.arange(128))
