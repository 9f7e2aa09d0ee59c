"""Correlation: exact, blind to grades, honest about flat pictures and masks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleancut.match import correlate
from cleancut.testing import texture

WHOLE = np.ones((90, 160), bool)
SEVERAL = [texture(seed, 160, 90) for seed in range(8)]
VECTORS = correlate.vectors(SEVERAL, WHOLE)


def test_products_are_exact_integers() -> None:
    """What makes every scan the same bit for bit: no sum of products leaves the integers that float32 holds."""
    assert np.array_equal(VECTORS, np.rint(VECTORS))
    exact = VECTORS.astype(np.int64) @ VECTORS.astype(np.int64).T
    assert exact.max() < 2**24
    assert np.array_equal((VECTORS @ VECTORS.T).astype(np.int64), exact)


@given(st.permutations(range(VECTORS.shape[1] // 100)))
def test_the_order_of_summation_changes_no_bit(blocks: list[int]) -> None:
    order = (np.array(blocks)[:, None] * 100 + np.arange(100)).ravel()
    rest = np.arange(len(order), VECTORS.shape[1])
    shuffled = np.ascontiguousarray(VECTORS[:, np.concatenate([order, rest])])
    assert np.array_equal(correlate.table(shuffled, shuffled), correlate.table(VECTORS, VECTORS))


def test_a_picture_is_like_itself_under_a_grade_only() -> None:
    graded = (SEVERAL[0] * 0.6 + 40).astype(np.uint8)
    like = correlate.table(VECTORS, correlate.vectors([graded], WHOLE))[:, 0]
    assert like[0] > 0.98
    assert np.abs(like[1:]).max() < 0.3


def test_flat_pictures_are_like_nothing() -> None:
    flat = np.full((90, 160), 100, np.uint8)
    flat[::2, ::2] += 1
    vectors = correlate.vectors([flat], WHOLE)
    assert correlate.table(vectors, vectors)[0, 0] < 0.2


def test_pixels_outside_the_mask_do_not_count() -> None:
    mask = np.zeros((90, 160), bool)
    mask[20:70, 30:120] = True
    covered = SEVERAL[1].copy()
    covered[20:70, 30:120] = SEVERAL[0][20:70, 30:120]
    assert correlate.pairwise(correlate.vectors([SEVERAL[0]], mask), correlate.vectors([covered], mask))[
        0
    ] == pytest.approx(1.0, abs=0.001)


def test_warping_far_down_does_not_alias() -> None:
    """A quarter of the size is the mean of sixteen pixels, not one of them."""
    stripes = np.zeros((360, 640), np.uint8)
    stripes[:, ::2] = 200
    laid = correlate.warp(stripes, np.array([[0.25, 0, 0.3], [0, 0.25, 0.1]]), (90, 160))
    inside = laid[20:35, 52:84]
    assert abs(float(inside.mean()) - 100) < 3
    assert inside.std() < 3


def test_covered_leaves_out_the_rim_but_not_at_the_edge() -> None:
    inset = correlate.covered(np.array([[0.5, 0, 0.25], [0, 0.5, 0.1]]), 9 / 16, (90, 160))
    rows, columns = np.flatnonzero(inset.any(axis=1)), np.flatnonzero(inset.any(axis=0))
    assert (columns[0], columns[-1]) == (41, 118)
    assert (rows[0], rows[-1]) == (17, 59)
    assert correlate.covered(np.eye(2, 3), 9 / 16, (90, 160)).all()
