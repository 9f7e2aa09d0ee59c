"""Features kept once, where they occur, and volumes that hold the same however a register is put into them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cleancut.match.catalogue import Catalogue, Volume
from cleancut.match.features import Features, extract
from cleancut.match.sketch import Keys
from cleancut.testing import texture


def keys(*features: Features) -> Keys:
    return Keys.of([(12 * number, one) for number, one in enumerate(features)])


def places(catalogue: Catalogue, material: int, feature: int) -> list[tuple[int, float, float]]:
    """(frame, x, y) of each occurrence."""
    known = catalogue.material(material)
    _, found = known.occurrences(np.array([feature]))
    frames = known.frames[known.keys[found]].tolist()
    points = known.points[found].tolist()
    return [(frame, *point) for frame, point in zip(frames, points, strict=True)]


def catalogue(*volumes: tuple[list[Keys], NDArray[np.int64]]) -> Catalogue:
    return Catalogue.of([(Volume.unpacked(Volume.of(some).packed()), numbers) for some, numbers in volumes])


A, B, C = (extract(texture(seed), 200) for seed in (1, 2, 3))


def test_what_successive_keys_share_is_kept_once() -> None:
    shaken = Features(A.points + np.float32(0.004), A.descriptors)
    volume = Volume.of([keys(A, shaken, B, A)])
    assert len(A) + len(B) <= len(volume.shelf.descriptors) < 1.02 * (len(A) + len(B))
    occurrences = places(catalogue(([keys(A, shaken, B, A)], np.array([0]))), 0, 5)
    x, y = A.points[5].tolist()
    assert [frame for frame, _, _ in occurrences] == [0, 12, 36]
    assert np.allclose([place[1:] for place in occurrences], [(x, y), (x + 0.004, y + 0.004), (x, y)])


def test_what_moves_is_kept_each_time() -> None:
    """It tells the moment."""
    moved = Features(A.points + np.float32(0.02), A.descriptors)
    assert len(Volume.of([keys(A, moved)]).shelf.descriptors) == 2 * len(A)


def test_features_of_one_picture_are_never_one() -> None:
    twice = Features(np.concatenate([A.points, A.points + 1]), np.concatenate([A.descriptors, A.descriptors]))
    assert len(Volume.of([keys(twice)]).shelf.descriptors) == len(twice)


def test_every_feature_of_every_key_occurs() -> None:
    volume = Volume.of([keys(A, B, A), keys(C)])
    for number, frames in ((0, [A, B, A]), (1, [C])):
        known = volume.material(number)
        for key, features in enumerate(frames):
            there = known.points[known.keys == key]
            assert np.array_equal(np.sort(there, axis=0), np.sort(features.points, axis=0))


def test_volumes_do_not_matter() -> None:
    materials = [keys(A), keys(B, A), keys(C, C)]
    queries = np.concatenate([A.descriptors, B.descriptors, C.descriptors])
    together = catalogue((materials, np.arange(3)))
    apart = catalogue((materials[2:], np.array([2])), ([materials[1], materials[0]], np.array([1, 0])))
    found = together.nearest(queries, 8)
    for mine, other in zip(found, apart.nearest(queries, 8), strict=True):
        assert np.array_equal(mine, other)
    for name in np.unique(found[0][found[0] >= 0]).tolist():
        assert places(together, name >> 32, name & 0xFFFFFFFF) == places(apart, name >> 32, name & 0xFFFFFFFF)


def test_where_features_are_shown_first_is_where_they_first_occur() -> None:
    materials = [keys(A, B), keys(B, A, B), keys(C)]
    several = catalogue((materials[2:], np.array([0])), ([materials[1], materials[0]], np.array([2, 1])))
    dice = np.random.default_rng(4)
    numbers = np.repeat([1, 2, 0, 1], 40)
    features = np.concatenate([[0, 1], dice.integers(0, len(C), len(numbers) - 2)])
    shown = several.shown(numbers, features).tolist()
    assert shown == [
        list(places(several, int(number), int(feature))[0][1:])
        for number, feature in zip(numbers, features, strict=True)
    ]
    assert several.shown(np.zeros(0, np.int64), np.zeros(0, np.int64)).shape == (0, 2)
