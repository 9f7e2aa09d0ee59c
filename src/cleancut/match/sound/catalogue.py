"""The register as the search sees it: every material on one long line of time, found by pairs and by triples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleancut.match.picture import Arrays
from cleancut.match.sound.constellations import (
    FARTHEST,
    NEAREST,
    PAIR_KEYS,
    PITCH_CELL,
    RATIOS,
    TRIPLE_KEYS,
    Ints,
    Landmarks,
    pair_keys,
    pairs,
    time_cell,
    triple_keys,
    triples,
)

_BETWEEN = 1000  # frames of nothing between two materials: longer than anything that is looked up at once
_PARTNERS_OF_PAIRS, _PARTNERS_OF_TRIPLES = 2, 3


@dataclass(frozen=True, eq=False)
class Target:
    """One material as it is compared: see `sketch.fingerprint`. `start` is its place on the line of the register."""

    bins: NDArray[np.uint8]
    levels: NDArray[np.uint8]
    landmarks: Landmarks
    frames: int
    start: int


@dataclass(frozen=True, eq=False)
class Book:
    """Entries in order of their key: those of key `k` are `offset[k]` to `offset[k + 1]`."""

    offset: Ints
    frame: NDArray[np.int32]
    bin: NDArray[np.uint8]
    time: NDArray[np.uint8]

    @classmethod
    def of(cls, keys: Ints, entries: tuple[Ints, Ints, Ints], size: int) -> Book:
        order = np.argsort(keys, kind="stable")
        offset = np.zeros(size + 1, dtype=np.int64)
        np.cumsum(np.bincount(keys, minlength=size), out=offset[1:])
        frame, bin_, time = entries
        return cls(offset, frame[order].astype(np.int32), bin_[order].astype(np.uint8), time[order].astype(np.uint8))


@dataclass(frozen=True, eq=False)
class Catalogue:
    """`end` is the length of the line of all materials, in frames."""

    targets: tuple[Target, ...]
    pairs: Book
    triples: Book
    starts: Ints
    end: int

    @classmethod
    def of(cls, fingerprints: Sequence[Arrays]) -> Catalogue:
        """Of fingerprints in order of the register."""
        targets, start = [], 0
        landmarks = [_landmarks(arrays) for arrays in fingerprints]
        for arrays, of in zip(fingerprints, landmarks, strict=True):
            target = Target(arrays["bins"], arrays["levels"], of, int(arrays["frames"]), start)
            targets.append(target)
            start += target.frames + _BETWEEN
        starts = np.array([target.start for target in targets], dtype=np.int64)
        return cls(
            tuple(targets),
            _book(landmarks, starts, _pair_entries, PAIR_KEYS),
            _book(landmarks, starts, _triple_entries, TRIPLE_KEYS),
            starts,
            start,
        )

    def material_at(self, frame: Ints) -> Ints:
        """Which material lies at frames of the line; what is before all is the first."""
        return np.maximum(np.searchsorted(self.starts, frame, side="right") - 1, 0)


def _landmarks(arrays: Arrays) -> Landmarks:
    table = arrays["landmarks"].astype(np.int64)
    return Landmarks(table[:, 0], table[:, 1])


_Entries = tuple[Ints, Ints, Ints, Ints]


def _book(landmarks: Sequence[Landmarks], starts: Ints, entries: Callable[[Landmarks], _Entries], size: int) -> Book:
    parts: list[_Entries] = []
    for of, start in zip(landmarks, starts, strict=True):
        keys, frame, bin_, time = entries(of)
        parts.append((keys, frame + start, bin_, time))
    keys, frame, bin_, time = (_joined(column) for column in zip(*parts, strict=True)) if parts else (_NONE,) * 4
    return Book.of(keys, (frame, bin_, time), size)


_NONE = np.zeros(0, dtype=np.int64)


def _joined(column: Sequence[Any]) -> Ints:
    return np.concatenate(column)


def _pair_entries(of: Landmarks) -> _Entries:
    found = pairs(of, (0, len(of)), (NEAREST, FARTHEST), _PARTNERS_OF_PAIRS)
    a, b = found.first, found.second
    time = of.frame[b] - of.frame[a]
    return pair_keys(of.bin[a], of.bin[b] - of.bin[a], time), of.frame[a], of.bin[a], time


def _triple_entries(of: Landmarks) -> _Entries:
    found = triples(of, (0, len(of)), (NEAREST, FARTHEST), _PARTNERS_OF_TRIPLES)
    a, b, c = found.first, found.second, found.third
    time = of.frame[c] - of.frame[a]
    ratio = (of.frame[b] - of.frame[a]) * RATIOS // time
    keys = triple_keys(of.bin[b] - of.bin[a], of.bin[c] - of.bin[a], ratio, of.bin[a] // PITCH_CELL, time_cell(time))
    return keys, of.frame[a], of.bin[a], time
