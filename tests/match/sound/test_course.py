"""The likeliest course is the likeliest of all courses."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleancut.match.sound import course


def worth(states: tuple[int, ...], weights: np.ndarray, change: float) -> float:
    """Of a course that begins and ends where no line holds."""
    none = len(weights)
    gained = sum(weights[state, row] for row, state in enumerate(states) if state != none)
    changes = sum(a != b for a, b in zip((none, *states), (*states, none), strict=True))
    return float(gained - change * changes)


def states_of(runs: list[tuple[int, int, int]], lines: int, count: int) -> tuple[int, ...]:
    states = [lines] * count
    for line, first, end in runs:
        states[first:end] = [line] * (end - first)
    return tuple(states)


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=6), st.integers(1, 6))
def test_no_other_course_is_worth_more(rows: list[tuple[int, int]], change: int) -> None:
    weights = np.array(rows, dtype=np.float64).T
    found = states_of(course._likeliest(weights, change), 2, len(rows))
    best = max(worth(states, weights, change) for states in product(range(3), repeat=len(rows)))
    assert worth(found, weights, change) == pytest.approx(best)


def test_runs_are_in_order_and_apart() -> None:
    weights = np.array([[9.0] * 5 + [-9.0] * 10, [-9.0] * 8 + [9.0] * 7])
    assert course._likeliest(weights, 3.0) == [(0, 0, 5), (1, 8, 15)]
