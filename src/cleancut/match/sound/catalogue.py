"""The register as the search sees it: every material on one long line of time, found by pairs and by quads.

A register comes in volumes, which are made once and kept: each holds some materials that follow each other. Where it is
parted changes nothing of what is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleancut.match.picture import Arrays
from cleancut.match.sound.books import Book, Bytes, Laid, Shelf, pairs_and_quads
from cleancut.match.sound.constellations import Ints

_BETWEEN = 1000  # frames of nothing between two materials: longer than anything that is looked up at once
_LOADED = 64  # materials whose rows stay in memory

Rows = tuple[Bytes, Bytes]
"""The bins and levels of a fingerprint: see `sketch.fingerprints`."""


@dataclass(frozen=True, eq=False)
class Target:
    """One fingerprint of a material as it is compared: see `sketch.fingerprints`. `start` is its place on the line of
    the register; `rows` are read when they are asked for."""

    landmark_frames: NDArray[np.int32]
    landmark_bins: Bytes
    frames: int
    is_beside: bool
    start: int
    rows: Callable[[], Rows]

    @property
    def bins(self) -> Bytes:
        return self.rows()[0]

    @property
    def levels(self) -> Bytes:
        return self.rows()[1]

    def landmarks_of(self, first: float, end: float) -> tuple[Ints, Ints]:
        """Frame and bin of those in frames `[first, end)` of the material."""
        low, high = np.searchsorted(self.landmark_frames, (round(first), round(end)))
        return self.landmark_frames[low:high].astype(np.int64), self.landmark_bins[low:high].astype(np.int64)


@dataclass(frozen=True, eq=False)
class Volume:
    """Some materials in order, one or more. Their landmarks, joined: those of material n end at `ends[n]`. How many
    frames each has, and whether it is beside. Their pairs and their quads."""

    landmark_frames: NDArray[np.int32]
    landmark_bins: Bytes
    ends: Ints
    frames: Ints
    is_beside: NDArray[np.bool_]
    pairs: Shelf
    quads: Shelf

    @classmethod
    def of(cls, fingerprints: Iterable[Arrays]) -> Volume:
        """Reads each fingerprint once, and keeps only its landmarks."""
        kept = [
            (of["landmark_frames"], of["landmark_bins"], int(of["frames"]), bool(of["is_beside"]))
            for of in fingerprints
        ]
        frames = np.array([length for *_, length, _ in kept], np.int64)
        lying = [
            Laid(place, bin_, int(start), is_beside)
            for (place, bin_, _, is_beside), start in zip(kept, _starts(frames), strict=True)
        ]
        return cls(
            np.concatenate([one.frame for one in lying]),
            np.concatenate([one.bin for one in lying]),
            np.cumsum([len(one.frame) for one in lying]),
            frames,
            np.array([one.is_beside for one in lying]),
            *pairs_and_quads(lying),
        )

    def __len__(self) -> int:
        return len(self.ends)

    def landmarks(self, number: int) -> tuple[NDArray[np.int32], Bytes]:
        first, end = int(self.ends[number - 1]) if number else 0, int(self.ends[number])
        return self.landmark_frames[first:end], self.landmark_bins[first:end]

    def packed(self) -> dict[str, NDArray[Any]]:
        own = {name: array for name, array in vars(self).items() if name not in _BOOKS}
        return own | {f"{book}_{name}": array for book in _BOOKS for name, array in vars(getattr(self, book)).items()}

    @classmethod
    def unpacked(cls, arrays: Arrays) -> Volume:
        pairs, quads = (
            Shelf(*(arrays[f"{book}_{name}"] for name in ("offset", "frame", "bin", "time"))) for book in _BOOKS
        )
        return cls(
            arrays["landmark_frames"],
            arrays["landmark_bins"],
            arrays["ends"],
            arrays["frames"],
            arrays["is_beside"],
            pairs,
            quads,
        )


_BOOKS = ("pairs", "quads")


@dataclass(frozen=True, eq=False)
class Catalogue:
    """A whole register. `starts` say where on its line each material begins, `end` how long that is, in frames."""

    targets: Sequence[Target]
    pairs: Book
    quads: Book
    starts: Ints
    end: int

    @classmethod
    def of(cls, volumes: Sequence[Volume], fingerprint: Callable[[int], Arrays]) -> Catalogue:
        """`volumes` hold the register in order; `fingerprint` is asked for that of a material by its number."""
        starts = _starts(np.concatenate([volume.frames for volume in volumes]))
        end = int(starts[-1] + volumes[-1].frames[-1] + _BETWEEN)
        firsts = np.cumsum([0, *(len(volume) for volume in volumes)])
        bases = starts[firsts[:-1]].tolist()

        @lru_cache(_LOADED)
        def rows(number: int) -> Rows:
            arrays = fingerprint(number)
            return arrays["bins"], arrays["levels"]

        targets = [
            Target(
                *volume.landmarks(place),
                int(volume.frames[place]),
                bool(volume.is_beside[place]),
                int(starts[first + place]),
                partial(rows, first + place),
            )
            for first, volume in zip(firsts.tolist(), volumes, strict=False)
            for place in range(len(volume))
        ]
        pairs, quads = (Book.of([getattr(volume, book) for volume in volumes], bases) for book in _BOOKS)
        return cls(targets, pairs, quads, starts, end)

    def material_at(self, frame: Ints) -> Ints:
        """The number of the material at frames of the line, or nearest to them: a stretch of a master may begin before
        the material in it does."""
        return np.maximum(np.searchsorted(self.starts - _BETWEEN // 2, frame, side="right") - 1, 0)


def _starts(frames: Ints) -> Ints:
    """Where each of materials of so many frames begins on a line."""
    return np.cumsum(np.concatenate([[0], frames[:-1] + _BETWEEN]))
