"""The inverted file against the exact search, and what makes both reproducible."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cleancut.match import search
from cleancut.match.cells import cells_of, probed
from cleancut.match.features import LENGTH, MIRRORED, extract
from cleancut.match.search import Index, Shelf, codes_of, nearest_exact
from cleancut.testing import texture


def descriptors(seed: int, count: int) -> NDArray[np.uint8]:
    """Of the length that real ones have, in bunches, as real ones lie."""
    chance = np.random.default_rng(seed)
    middles = chance.gamma(0.5, 1.0, (max(1, count // 20), 128))
    raw = middles[chance.integers(0, len(middles), count)] + chance.gamma(0.5, 0.3, (count, 128))
    return np.minimum(np.rint(LENGTH * np.sqrt(raw / raw.sum(axis=1, keepdims=True))), 255).astype(np.uint8)


KNOWN = descriptors(1, 6000)
QUERIES = descriptors(1, 6000)[::7].copy()


def index(known: NDArray[np.uint8], *cuts: int) -> Index:
    """Of one material, or of one for each piece between the cuts, each on a shelf of its own."""
    parts = np.split(known, list(cuts))
    return Index([Shelf.of([part]) for part in parts], [np.array([n]) for n in range(len(parts))])


INDEX = index(KNOWN)


def test_finds_every_row_itself() -> None:
    rows, similarities = INDEX.nearest(KNOWN, 1)
    assert np.array_equal(KNOWN[rows[:, 0]], KNOWN)
    assert (similarities[:, 0] > 0.97).all()


def test_loses_little_against_the_exact_search() -> None:
    noisy = np.clip(QUERIES.astype(int) + np.random.default_rng(2).integers(-12, 13, QUERIES.shape), 0, 255)
    exact, _ = nearest_exact(KNOWN, noisy.astype(np.uint8), 1)
    fast, _ = INDEX.nearest(noisy.astype(np.uint8), 1)
    assert (exact == fast).mean() > 0.97


def test_finds_the_nearest_of_the_cells_it_looks_into() -> None:
    """Of those alone it leaves out none that is nearer than what it gives."""
    asked, cells = probed(QUERIES), cells_of(KNOWN)
    rows, similarities = INDEX.nearest(QUERIES, 8)
    for line in range(0, len(QUERIES), 50):
        inside = np.flatnonzero(np.isin(cells, asked[line]))
        exact, near = nearest_exact(KNOWN[inside], QUERIES[line : line + 1], 8)
        assert np.array_equal(rows[line], np.where(exact[0] >= 0, inside[exact[0]], -1))
        assert np.array_equal(similarities[line], near[0])


def test_compares_only_with_what_has_the_nearest_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is much: of the candidates so many as the shortlist holds, and all that tie with its last."""
    monkeypatch.setattr(search, "SHORTLIST", 20)
    asked, cells, codes = probed(QUERIES), cells_of(KNOWN), codes_of(KNOWN)
    rows, similarities = INDEX.nearest(QUERIES, 8)
    shortened = 0
    for line in range(0, len(QUERIES), 25):
        inside = np.flatnonzero(np.isin(cells, asked[line]))
        differing = np.array([int(codes_of(QUERIES[line : line + 1])[0] ^ code).bit_count() for code in codes[inside]])
        reach = np.sort(differing)[19] if len(inside) > 20 else 64
        shortened += reach < 64
        compared = inside[differing <= reach]
        exact, near = nearest_exact(KNOWN[compared], QUERIES[line : line + 1], 8)
        assert np.array_equal(rows[line], np.where(exact[0] >= 0, compared[exact[0]], -1))
        assert np.array_equal(similarities[line], near[0])
    assert shortened > 10


def test_a_code_keeps_what_is_alike_together() -> None:
    """A descriptor with noise has most bits of its own; another one half of them."""
    noisy = np.clip(QUERIES.astype(int) + np.random.default_rng(2).integers(-12, 13, QUERIES.shape), 0, 255)
    pairs = zip(codes_of(QUERIES), codes_of(noisy.astype(np.uint8)), codes_of(QUERIES[::-1].copy()), strict=True)
    own, other = np.array([(int(a ^ b).bit_count(), int(a ^ c).bit_count()) for a, b, c in pairs]).T
    assert np.percentile(own, 95) < np.percentile(other, 5)


def test_of_what_ties_the_earlier_comes_first() -> None:
    twice = np.concatenate([KNOWN[:100], KNOWN[:100]])
    for rows in (nearest_exact(twice, KNOWN[:100], 2)[0], index(twice).nearest(KNOWN[:100], 2)[0]):
        assert np.array_equal(KNOWN[rows[:, 0]], KNOWN[:100])
        assert (rows[:, 0] < 100).all()
        assert (rows[:, 1] >= 100).all()


def test_fewer_known_than_asked_for() -> None:
    rows, similarities = index(KNOWN[:3]).nearest(KNOWN[:3], 8)
    assert np.array_equal(rows[:, 0], [0, 1, 2])
    assert (rows[:, 3:] == -1).all()
    assert (similarities[:, 3:] == 0).all()


def test_nothing_alike_is_nothing_found() -> None:
    far = np.zeros((1, 128), np.uint8)
    far[0, :4] = 255
    assert (INDEX.nearest(far, 8)[0] == -1).all()
    assert (nearest_exact(KNOWN, far, 8)[0] == -1).all()


@given(st.lists(st.integers(0, len(QUERIES) - 1), min_size=1, max_size=10))
@settings(max_examples=20, deadline=None)
def test_each_query_is_answered_alone(chosen: list[int]) -> None:
    """Whatever it is asked together with: exact products leave nothing to the order of summation."""
    together = INDEX.nearest(QUERIES[chosen], 8)
    alone = [INDEX.nearest(QUERIES[[number]], 8) for number in chosen]
    for place in (0, 1):
        assert np.array_equal(together[place], np.concatenate([one[place] for one in alone]))


@given(st.sets(st.integers(1, len(KNOWN) - 1), min_size=1, max_size=5).map(sorted))
@settings(max_examples=10, deadline=None)
def test_shelves_do_not_matter(cuts: list[int]) -> None:
    """Materials that lie on one shelf, on shelves of their own, or came in another order are searched alike."""
    parts, last = np.split(KNOWN, cuts), len(cuts)
    queries = QUERIES[:200]
    apart = index(KNOWN, *cuts).nearest(queries, 8)
    turned = [np.array([last]), np.arange(last)[::-1].copy()]
    shelves = [Shelf.of(parts[last:]), Shelf.of(parts[:last][::-1])]
    for place, together in enumerate(Index(shelves, turned).nearest(queries, 8)):
        assert np.array_equal(apart[place], together)


def test_a_large_register_costs_no_more_for_each_query(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells are looked into until enough is compared; the nearest always is."""
    monkeypatch.setattr(search, "CANDIDATES", 1)
    rows, _ = INDEX.nearest(KNOWN[:200], 1)
    assert np.array_equal(KNOWN[rows[:, 0]], KNOWN[:200])


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
