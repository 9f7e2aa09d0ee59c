"""The register's books hold every pair and quad, however they are parted into volumes and shelves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleancut.match.picture import Arrays
from cleancut.match.sound import books
from cleancut.match.sound.catalogue import Catalogue, Volume
from cleancut.match.sound.constellations import FARTHEST, NEAREST, PAIR_KEYS, RATIOS, Ints, Landmarks, quad_keys, quads

SIZES = st.lists(st.integers(12, 40), min_size=1, max_size=5)


def catalogue_of(register: list[Arrays], volumes: int = 1) -> Catalogue:
    """In so many volumes, kept and opened again."""
    parts = np.array_split(np.arange(len(register)), min(volumes, len(register)))
    made = [Volume.of(register[n] for n in part.tolist()) for part in parts]
    return Catalogue.of([Volume.unpacked(one.packed()) for one in made], lambda number: register[number])


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
@given(SIZES, st.integers(20, 90), st.integers(1, 30), st.integers(1, 3), st.integers(0, 1 << 30))
def test_every_quad_is_found_however_it_is_shelved(
    sizes: list[int], shelf: int, part: int, volumes: int, seed: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(books, "_SORTED", shelf)
        patch.setattr(books, "_PAIRED", part)
        catalogue = catalogue_of([material(seed + i, size) for i, size in enumerate(sizes)], volumes)
    expected = expected_quads(catalogue)
    assert found_quads(catalogue, np.unique([key for key, *_ in expected])) == expected
    assert sum(len(shelf.frame) for shelf in catalogue.quads.shelves) == len(expected)


@settings(max_examples=12)
@given(SIZES, st.integers(1, 4), st.integers(0, 1 << 30))
def test_a_register_in_several_volumes_is_the_same(sizes: list[int], volumes: int, seed: int) -> None:
    register = [material(seed + i, size) for i, size in enumerate(sizes)]
    one, several = catalogue_of(register), catalogue_of(register, volumes)
    assert (one.starts.tolist(), one.end) == (several.starts.tolist(), several.end)
    keys = np.arange(0, PAIR_KEYS, 57, dtype=np.int64)
    (which, here), (other, there) = (of.pairs.look_up(keys, keys + 56, 1 << 30) for of in (one, several))
    assert sorted(zip(which, here.frame, strict=True)) == sorted(zip(other, there.frame, strict=True))
    for number, (mine, arrays) in enumerate(zip(several.targets, register, strict=True)):
        assert np.array_equal(mine.landmark_frames, arrays["landmark_frames"])
        assert mine.bins is arrays["bins"]
        around = np.array([-300, 5, mine.frames + 300]) + mine.start
        assert several.material_at(around).tolist() == [number] * 3
