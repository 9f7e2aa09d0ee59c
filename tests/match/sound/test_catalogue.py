"""The register's books hold every pair and quad, however they are shelved."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleancut.match.picture import Arrays
from cleancut.match.sound import catalogue as catalogues_room
from cleancut.match.sound.catalogue import Catalogue, catalogues
from cleancut.match.sound.constellations import FARTHEST, NEAREST, RATIOS, Ints, Landmarks, quad_keys, quads

SIZES = st.lists(st.integers(12, 40), min_size=1, max_size=5)


def material(seed: int, landmarks: int, frames: int = 200) -> Arrays:
    chance = np.random.default_rng(seed)
    return {
        "bins": np.zeros((frames // 2, 8), np.uint8),
        "levels": np.zeros((frames // 2, 8), np.uint8),
        "landmark_frames": np.sort(chance.integers(0, frames, landmarks)).astype(np.int32),
        "landmark_bins": chance.integers(0, 190, landmarks).astype(np.uint8),
        "frames": np.array(frames),
        "is_beside": np.array(False),
    }


def found_quads(catalogue: Catalogue, keys: Ints) -> list[tuple[int, int, int, int]]:
    which, found = catalogue.quads.look_up(keys, keys, 1 << 30)
    columns = (keys[which], found.frame, found.bin, found.time)
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


def expected_quads(catalogue: Catalogue) -> list[tuple[int, int, int, int]]:
    rows = []
    for target in catalogue.targets:
        of = Landmarks(*target.landmarks_of(0, target.frames))
        found = quads(of, (0, len(of)), (NEAREST, FARTHEST), 4)
        second, third, fourth = found.times(of)
        key = quad_keys(found.intervals(of), (second * RATIOS // fourth, third * RATIOS // fourth))
        columns = (key, of.frame[found.first] + target.start, of.bin[found.first], fourth)
        rows += [*zip(*(column.tolist() for column in columns), strict=True)]
    return sorted(rows)


@settings(max_examples=12)  # each shelf has room for four million keys
@given(SIZES, st.integers(20, 90), st.integers(1, 30), st.integers(0, 1 << 30))
def test_every_quad_is_found_however_it_is_shelved(sizes: list[int], shelf: int, part: int, seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogues_room, "_SHELF", shelf)
        patch.setattr(catalogues_room, "_PART", part)
        catalogue = Catalogue.of([material(seed + i, size) for i, size in enumerate(sizes)])
    expected = expected_quads(catalogue)
    assert found_quads(catalogue, np.unique([key for key, *_ in expected])) == expected
    assert sum(len(shelf.frame) for shelf in catalogue.quads.shelves) == len(expected)


@settings(max_examples=12)
@given(SIZES, st.integers(200, 900), st.integers(0, 1 << 30))
def test_a_register_searched_in_several_goes_is_whole(sizes: list[int], at_once: int, seed: int) -> None:
    register = [material(seed + i, size) for i, size in enumerate(sizes)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogues_room, "_AT_ONCE", at_once)
        parts = [*catalogues(register)]
    assert [part.first for part in parts] == np.cumsum([0, *(len(part.targets) for part in parts[:-1])]).tolist()
    for part in parts:
        for number in range(part.first, part.first + len(part.targets)):
            target = part.target(number)
            assert target.landmark_frames is register[number]["landmark_frames"]
            around = np.array([-300, 5, target.frames + 300]) + target.start
            assert part.material_at(around).tolist() == [number] * 3
    assert sum(len(part.targets) for part in parts) == len(register)
