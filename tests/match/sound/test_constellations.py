"""Landmarks are looked up by what an edit leaves alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cleancut.match.sound.constellations import (
    FARTHEST,
    NEAREST,
    PAIR_KEYS,
    QUAD_KEYS,
    RATIOS,
    Landmarks,
    pair_keys,
    pairs,
    partners,
    quad_keys,
    quads,
    rarest,
    spread,
)
from cleancut.match.sound.spectrum import BINS

TIMES = (NEAREST, FARTHEST)


def scattered(seed: int, count: int = 60, highest: int = BINS) -> Landmarks:
    chance = np.random.default_rng(seed)
    return Landmarks(np.sort(chance.integers(0, 200, count)), chance.integers(0, highest, count))


def keys_of(of: Landmarks, times: tuple[int, int]) -> set[int]:
    found = quads(of, (0, len(of)), times, 4)
    second, third, fourth = found.times(of)
    return {*quad_keys(found.intervals(of), (second * RATIOS // fourth, third * RATIOS // fourth)).tolist()}


@given(st.integers(0, 1 << 30), st.integers(1, 6))
def test_pairs_and_partners_are_those_that_follow_in_time(seed: int, most: int) -> None:
    of = scattered(seed)
    found, table = pairs(of, (5, 50), TIMES), partners(of, (5, 50), TIMES, most)
    for first in range(5, 50):
        near = [
            other
            for other in range(len(of))
            if NEAREST <= of.frame[other] - of.frame[first] <= FARTHEST and abs(of.bin[other] - of.bin[first]) <= 36
        ]
        assert found.second[found.first == first].tolist() == near
        assert table[first - 5].tolist() == [*near, *[-1] * most][:most]


@given(st.integers(0, 1 << 30), st.integers(0, 20), st.sampled_from([1, 2]))
def test_no_change_of_pitch_or_tempo_touches_a_quad(seed: int, raised: int, slower: int) -> None:
    of = scattered(seed, highest=BINS - 20)
    moved = Landmarks(of.frame * slower, of.bin + raised)
    assert keys_of(of, TIMES) == keys_of(moved, (slower * NEAREST, slower * FARTHEST))


@given(st.integers(0, 1 << 30))
def test_keys_stay_in_their_books(seed: int) -> None:
    of = scattered(seed)
    found = pairs(of, (0, len(of)), TIMES)
    time, interval = of.frame[found.second] - of.frame[found.first], of.bin[found.second] - of.bin[found.first]
    of_pairs = pair_keys(of.bin[found.first], interval, time)
    assert all(0 <= key < PAIR_KEYS for key in of_pairs.tolist())
    assert len(set(of_pairs.tolist())) == len({*zip(of.bin[found.first], interval, time, strict=True)})
    assert all(0 <= key < QUAD_KEYS for key in keys_of(of, TIMES))


RANGES = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), max_size=20)


@given(RANGES)
def test_ranges_are_spread(ranges: list[tuple[int, int]]) -> None:
    first, count = (np.array([pair[i] for pair in ranges], dtype=np.int64) for i in (0, 1))
    which, number = spread(first, count)
    whole = [(i, a + step) for i, (a, length) in enumerate(ranges) for step in range(length)]
    assert [*zip(which.tolist(), number.tolist(), strict=True)] == whole


@given(st.lists(st.integers(0, 9), max_size=20), st.integers(0, 100))
def test_the_rarest_are_kept_within_the_limit(counts: list[int], most: int) -> None:
    kept = rarest(np.array(counts, dtype=np.int64), most).tolist()
    assert sum(counts[i] for i in kept) <= most
    left = [count for i, count in enumerate(counts) if count and i not in kept]
    assert not left or sum(counts) > most
    assert not left or not kept or max(counts[i] for i in kept) < min(left)
