"""Features: at the blobs of a picture, the same wherever, however large and however turned it is."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleancut.match import features, keypoints
from cleancut.match.features import FEW, LENGTH, Features, extract
from cleancut.match.keypoints import LAYERS, detect, directed, pyramid
from cleancut.match.picture import Luma
from cleancut.testing import texture

COUNT = 300


def blob(x: float, y: float, sigma: float, level: float = 80) -> Luma:
    """A Gaussian blob on grey."""
    down, across = np.mgrid[0:120, 0:160]
    spot = np.exp(-((across - x) ** 2 + (down - y) ** 2) / (2 * sigma**2))
    return np.asarray(np.clip(110 + level * spot, 0, 255), dtype=np.uint8)


def paired(one: Features, other: Features) -> tuple[np.ndarray, np.ndarray]:
    """Points of both whose descriptors are each other's nearest."""
    like = one.descriptors.astype(np.float32) @ other.descriptors.astype(np.float32).T
    best = like.argmax(axis=1)
    mutual = like.argmax(axis=0)[best] == np.arange(len(one))
    return one.points[mutual], other.points[best[mutual]]


@given(x=st.floats(40, 120), y=st.floats(40, 80), sigma=st.floats(2.2, 9), level=st.sampled_from([80.0, -80.0]))
@settings(max_examples=40, deadline=None)
def test_a_blob_is_found_in_its_place_at_its_size(x: float, y: float, sigma: float, level: float) -> None:
    found = detect(pyramid(blob(x, y, sigma, level)))
    best = int(found.response.argmax())
    assert np.abs(found.points[best] - (x, y)).max() < 0.15 * sigma
    assert 0.7 < found.blur[best] / sigma < 1.45


@given(st.integers(0, 1000), st.integers(24, 70), st.integers(24, 70), st.floats(0.5, 2.6))
@settings(max_examples=30, deadline=None)
def test_a_blur_is_what_opencv_makes_of_the_same_weights(seed: int, width: int, height: int, blur: float) -> None:
    plane = np.random.default_rng(seed).random((height, width)).astype(np.float32) * 255
    weights, blurred = keypoints._weights(blur), np.empty_like(plane)
    keypoints._blur(plane, weights, blurred)
    line = np.concatenate([weights[:0:-1], weights])
    assert np.isclose(line.sum(), 1.0)
    expected = cv2.sepFilter2D(plane, cv2.CV_32F, line, line, borderType=cv2.BORDER_REFLECT_101)
    assert np.abs(blurred - expected).max() < 1e-3
    gaussian = cv2.GaussianBlur(plane, (0, 0), blur)
    assert np.abs(blurred - gaussian).max() < 0.5


def test_an_octave_begins_with_what_the_one_before_it_ends_with() -> None:
    octaves = pyramid(texture(6, 160, 90))
    assert len(octaves) == 2
    for fine, coarse in pairwise(octaves):
        assert np.array_equal(coarse[:2], fine[LAYERS : LAYERS + 2, ::2, ::2])
        known = 1.6 * 2 ** (1 / 3)
        more = cv2.GaussianBlur(coarse[1], (0, 0), (known**2 - 1.6**2) ** 0.5)
        assert np.abs(coarse[2] - more).max() < 0.5


@pytest.mark.parametrize("shape", [(8, 800), (23, 160), (24, 24), (1, 1), (800, 7)])
def test_a_picture_too_small_for_an_octave_has_none(shape: tuple[int, int]) -> None:
    picture = np.resize(texture(3), shape)
    assert len(pyramid(picture)) == (min(shape) >= 24)
    assert len(extract(picture, COUNT)) == 0 or min(shape) >= 24


def test_how_a_picture_lies_in_memory_does_not_matter() -> None:
    picture = texture(3, 160, 90)
    assert np.array_equal(extract(picture, COUNT).descriptors, extract(np.asfortranarray(picture), COUNT).descriptors)


def test_lines_and_flat_pictures_have_none() -> None:
    stripes = np.zeros((120, 160), np.uint8)
    stripes[:, ::16] = 200
    assert len(extract(stripes, COUNT)) == 0
    assert len(extract(np.full((120, 160), 90, np.uint8), COUNT)) == 0


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_picture_has_the_same_features(quarters: int) -> None:
    picture = texture(3, 320, 240)
    here, there = paired(extract(picture, COUNT), extract(np.ascontiguousarray(np.rot90(picture, quarters)), COUNT))
    width = np.rot90(picture, quarters).shape[1]
    moved = here * 320
    for turn in range(quarters):
        moved = np.stack([moved[:, 1], (320, 240)[turn % 2] - moved[:, 0]], axis=1)
    is_right = np.abs(moved - there * width).max(axis=1) < 2
    assert is_right.sum() > 0.5 * COUNT
    assert is_right.mean() > 0.8


@given(factor=st.floats(0.55, 1.0))
@settings(max_examples=8, deadline=None)
def test_a_smaller_picture_has_many_of_the_same(factor: float) -> None:
    picture = texture(5, 480, 270)
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    here, there = paired(extract(picture, COUNT), extract(np.asarray(small, np.uint8), COUNT))
    is_right = np.abs(here - there).max(axis=1) < 0.01
    assert is_right.sum() > 60


def test_a_grade_changes_no_descriptor_by_much() -> None:
    picture = texture(7, 320, 240)
    darker = np.asarray(picture // 2 + 40, np.uint8)
    here, there = paired(extract(picture, COUNT), extract(darker, COUNT))
    assert (np.abs(here - there).max(axis=1) < 0.005).sum() > 0.7 * COUNT


def test_descriptors_have_one_length() -> None:
    lengths = np.linalg.norm(extract(texture(1, 320, 240), COUNT).descriptors.astype(np.float64), axis=1)
    assert np.abs(lengths - LENGTH).max() < 6


def test_no_number_of_threads_changes_anything() -> None:
    picture, before = texture(9, 480, 270), cv2.getNumThreads()
    made = []
    try:
        for threads in (1, 2, 4):
            cv2.setNumThreads(threads)
            made.append(extract(picture, COUNT))
    finally:
        cv2.setNumThreads(before)
    for one, other in pairwise(made):
        assert np.array_equal(one.points, other.points)
        assert np.array_equal(one.descriptors, other.descriptors)


def test_they_are_spread_over_the_picture() -> None:
    busy = np.full((270, 480), 100, np.uint8)
    busy[:, :240] = texture(2, 240, 270)
    busy[100:140, 380:440] = texture(4, 60, 40)
    found = extract(busy, 60)
    assert (found.points[:, 0] > 0.6).sum() >= 3


def test_directions_turn_with_the_picture() -> None:
    picture = texture(8, 200, 200)
    one, other = (directed(o, detect(o)) for o in (pyramid(picture), pyramid(np.ascontiguousarray(np.rot90(picture)))))
    where = {tuple(np.rint(p).astype(int)): a for p, a in zip(other.points.tolist(), other.angle, strict=True)}
    turned = []
    for point, angle in zip(one.points.tolist(), one.angle, strict=True):
        there = where.get(tuple(np.rint([point[1], 199 - point[0]]).astype(int)))
        if there is not None:
            turned.append((angle - there - np.pi / 2 + np.pi) % (2 * np.pi) - np.pi)
    assert len(turned) > 30
    assert np.median(np.abs(turned)) < 0.1


def test_coarse_features_are_kept_among_many_fine_ones() -> None:
    """Only they are left where the picture is shown small."""
    noise = np.random.default_rng(3).normal(0, 25, (450, 800))
    picture = np.clip(texture(5, 800, 450) + noise, 0, 255).astype(np.uint8)
    small = extract(np.asarray(cv2.resize(picture, (128, 72), interpolation=cv2.INTER_AREA), dtype=np.uint8), 600)

    def right(features: Features) -> int:
        here, there = paired(features, small)
        return int((np.abs(here - there).max(axis=1) < 0.01).sum())

    strongest, both = extract(picture, 200), extract(picture, 200, coarse=100)
    assert len(strongest) == len(both) == 200
    assert right(both) > 1.3 * right(strongest)


def test_without_a_share_for_coarse_ones_the_choice_is_the_same() -> None:
    one, other = extract(texture(4), COUNT), extract(texture(4), COUNT, coarse=0)
    assert np.array_equal(one.descriptors, other.descriptors)


def faint(picture: Luma, contrast: float) -> Luma:
    return np.asarray(np.rint(60 + contrast * (picture.astype(np.float64) - 128)), dtype=np.uint8)


def test_a_dark_and_soft_picture_has_features_and_they_are_found_again() -> None:
    soft = cv2.GaussianBlur(texture(9, 640, 360), (0, 0), 4)
    dark = extract(faint(soft, 0.06), COUNT)
    assert len(dark) >= 100
    here, there = paired(dark, extract(faint(soft, 0.12), COUNT))
    assert (np.hypot(*(here - there).T) < 0.01).mean() > 0.6


def test_faint_features_take_no_room_from_distinct_ones() -> None:
    picture = faint(texture(9, 640, 360), 0.05)
    picture[100:200, 200:320] = texture(4, 120, 100)
    distinct = detect(pyramid(picture))
    assert 20 < len(distinct) < FEW
    found = extract(picture, 800)
    at = (distinct.points + 0.5) / 640
    nearest = np.abs(found.points[:, None] - at[None]).max(axis=2).min(axis=0)
    assert len(found) >= FEW
    assert (nearest < 1e-4).mean() > 0.7  # those that crowd in one cell give way to none that is faint


def test_a_cell_may_hold_more_than_a_short_number_counts() -> None:
    """Of a tall picture full of detail: the strongest are taken first, and no cell gives more than its share."""
    strong, weak = np.arange(70_000), np.arange(70_000, 70_010)
    cells = np.concatenate([np.zeros(70_000, np.int64), np.ones(10, np.int64)])
    taken = features._evenly(np.concatenate([strong, weak]), cells, COUNT)
    most = round(features.CELL_SURPLUS * COUNT / (features.COLUMNS * features.ROWS))
    assert np.count_nonzero(cells[taken] == 0) == most
    assert taken[:2].tolist() == [0, 70_000]
