"""The features of a register, each kept once, on shelves that are made one after the other and kept between scans.

Where a clip stands still, its key frames show the same things: what looks the same at the same place in several is one
feature that occurs in each. That makes a register smaller and faster to search, and leaves room among the nearest
neighbours for other materials. What moves is kept each time: it tells which moment of the clip is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleancut.match.compiled import compiled
from cleancut.match.features import LENGTH, Descriptors
from cleancut.match.picture import Arrays
from cleancut.match.search import Index, Names, Shelf, Similarities, compare_near
from cleancut.match.sketch import Keys

SAME = 0.93  # similarity from which on two features of a material, at one place, are one
PLACE = 0.01  # widths
RECENT = 8  # key frames that a feature may be away for


@dataclass(frozen=True, eq=False)
class Known:
    """A material's features: feature n occurs at `points[ends[n - 1] : ends[n]]` of the key frames whose numbers are in
    `keys`. `frames` are the key frames in the material."""

    ends: NDArray[np.int64]
    keys: NDArray[np.int32]
    points: NDArray[np.float32]
    frames: NDArray[np.int64]

    def occurrences(self, features: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where these features occur: (which of them, place among `keys` and `points`)."""
        ends = self.ends[features]
        counts = ends - np.where(features > 0, self.ends[features - 1], 0)
        which = np.repeat(np.arange(len(features)), counts)
        return which, np.arange(len(which)) + np.repeat(ends - np.cumsum(counts), counts)


@dataclass(frozen=True, eq=False)
class Volume:
    """Everything about some materials that proposing needs, in their order: a shelf to search, and all their features,
    joined; those of material n end at `ends[n]`, each of shape (3): features, occurrences, key frames."""

    shelf: Shelf
    known: Known
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, materials: Iterable[Keys]) -> Volume:
        """Reads each material once."""
        parts: list[Descriptors] = []
        known: list[Known] = []
        for keys in materials:
            descriptors, one = _distinct(keys)
            parts.append(descriptors)
            known.append(one)
        ends = np.cumsum([(len(one.ends), len(one.keys), len(one.frames)) for one in known], axis=0)
        joined = Known(
            np.concatenate([one.ends for one in known]),
            np.concatenate([one.keys for one in known]),
            np.concatenate([one.points for one in known]),
            np.concatenate([one.frames for one in known]),
        )
        return cls(Shelf.of(parts), joined, ends)

    def __len__(self) -> int:
        return len(self.ends)

    def material(self, number: int) -> Known:
        firsts = self.ends[number - 1] if number else np.zeros(3, np.int64)
        features, occurrences, frames = (slice(*span) for span in zip(firsts, self.ends[number], strict=True))
        known = self.known
        return Known(known.ends[features], known.keys[occurrences], known.points[occurrences], known.frames[frames])

    def packed(self) -> dict[str, NDArray[Any]]:
        return {**vars(self.shelf), **{f"known_{name}": array for name, array in vars(self.known).items()}} | {
            "material_ends": self.ends
        }

    @classmethod
    def unpacked(cls, arrays: Arrays) -> Volume:
        shelf = Shelf(*(arrays[name] for name in ("descriptors", "codes", "materials", "features", "ends")))
        known = Known(*(arrays[f"known_{name}"] for name in ("ends", "keys", "points", "frames")))
        return cls(shelf, known, arrays["material_ends"])


@dataclass(frozen=True, eq=False)
class Catalogue:
    """A whole register: volumes, and of each material of the register its volume and its number in that."""

    index: Index
    volumes: Sequence[Volume]
    places: NDArray[np.int64]

    @classmethod
    def of(cls, volumes: Sequence[tuple[Volume, NDArray[np.int64]]], threads: int = 1) -> Catalogue:
        """`volumes` come with the numbers that their materials have in the register; each material is in one. It is
        searched in so many threads."""
        places = np.zeros((1 + max(int(positions.max()) for _, positions in volumes), 2), np.int64)
        for number, (_, positions) in enumerate(volumes):
            places[positions] = np.stack([np.full(len(positions), number), np.arange(len(positions))], axis=1)
        index = Index([volume.shelf for volume, _ in volumes], [positions for _, positions in volumes], threads)
        return cls(index, [volume for volume, _ in volumes], places)

    def material(self, number: int) -> Known:
        volume, place = self.places[number]
        return self.volumes[int(volume)].material(int(place))

    def shown(self, numbers: NDArray[np.int64], features: NDArray[np.int64]) -> NDArray[np.float32]:
        """Where each of these features of materials first occurs, shape (n, 2)."""
        volumes, places = self.places[numbers].T
        points = np.empty((len(numbers), 2), np.float32)
        for number in np.unique(volumes).tolist():
            volume, own = self.volumes[number], np.flatnonzero(volumes == number)
            given = (volume.ends, volume.known.ends, volume.known.points)
            _first_shown(*given, own, places, features, points)
        return points

    def nearest(self, queries: Descriptors, count: int) -> tuple[Names, Similarities]:
        """See `Index.nearest`."""
        return self.index.nearest(queries, count)


@compiled
def _first_shown(
    ends: NDArray[np.int64],
    feature_ends: NDArray[np.int64],
    occurrences: NDArray[np.float32],
    which: NDArray[np.int64],
    materials: NDArray[np.int64],
    features: NDArray[np.int64],
    points: NDArray[np.float32],
) -> None:
    """Fills in where these features of materials of a volume first occur: what `Known.occurrences` tells first."""
    for number in which:
        material, feature = materials[number], features[number]
        before = ends[material - 1, 0] if material > 0 else 0
        place = ends[material - 1, 1] if material > 0 else 0
        if feature > 0:
            place += feature_ends[before + feature - 1]
        points[number, 0], points[number, 1] = occurrences[place, 0], occurrences[place, 1]


def _distinct(keys: Keys) -> tuple[Descriptors, Known]:
    """The descriptors of a material's distinct features, as each first looks, and where they occur."""
    whole, points = keys.features.descriptors, keys.features.points
    which = np.empty(len(whole), np.int64)
    chosen = np.zeros(0, np.int64)  # where each feature first occurs
    last = np.zeros(0, np.int64)  # the key it last occurs in
    start = 0
    for number, end in enumerate(keys.ends.tolist()):
        recent = np.flatnonzero(last >= number - RECENT)
        known = chosen[recent]
        own = _recognised(whole[start:end], points[start:end], whole[known], points[known])
        is_new = own < 0
        which[start:end] = np.where(is_new, len(chosen) + np.cumsum(is_new) - 1, recent[own] if len(recent) else 0)
        chosen = np.concatenate([chosen, start + np.flatnonzero(is_new)])
        last = np.concatenate([last, np.zeros(int(is_new.sum()), np.int64)])
        last[which[start:end]] = number
        start = end
    order = np.argsort(which, kind="stable")
    numbers = np.repeat(np.arange(len(keys.ends), dtype=np.int32), np.diff(keys.ends, prepend=0))
    ends = np.cumsum(np.bincount(which, minlength=len(chosen)))
    return whole[chosen], Known(ends, numbers[order], points[order], np.asarray(keys.frames, np.int64))


def _recognised(
    descriptors: Descriptors, points: NDArray[np.float32], known: Descriptors, known_points: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Which of the known that are near it each is, -1 for none. Two of one picture are never the same."""
    own, best = np.full(len(descriptors), -1, np.int64), np.zeros(len(descriptors), np.int64)
    values = np.zeros(len(descriptors), np.int64)
    compare_near(descriptors, points, known, known_points, PLACE, best, values)
    order = np.lexsort((np.arange(len(best)), -values))
    order = order[values[order] >= SAME * LENGTH * LENGTH]
    _, firsts = np.unique(best[order], return_index=True)
    own[order[firsts]] = best[order[firsts]]
    return own
