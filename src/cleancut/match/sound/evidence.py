"""Does material play along a line in time? Its maxima are looked up in the master's, and weighed against chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cleancut.match.picture import Arrays
from cleancut.match.sound.catalogue import Target
from cleancut.match.sound.constellations import Landmarks
from cleancut.match.sound.sketch import NO_BIN, STRIDE
from cleancut.match.sound.spectrum import BINS

Floats = NDArray[np.float64]

_AROUND = 32  # rows of chance on either side: 8 s
_CHANCE_STRIDE = 16  # frames
_LEAST_CHANCE, _MOST_CHANCE = 0.05, 0.97


@dataclass(frozen=True)
class Line:
    """Material `material` plays so that frame `frame` of the master is its frame `place`, at `speed` material frames a
    master frame, raised by `pitch` bins."""

    material: int
    frame: float
    place: float
    speed: float = 1.0
    pitch: int = 0

    def at(self, frame: float) -> float:
        """The material's frame at a frame of the master."""
        return self.place + (frame - self.frame) * self.speed

    def places(self, frame: NDArray[np.int64]) -> Floats:
        """The material's frames at frames of the master."""
        return np.asarray(self.at(0) + frame * self.speed, dtype=np.float64)

    def master(self, place: float) -> float:
        """The master's frame at a frame of the material."""
        return self.frame + (place - self.place) / self.speed

    def moved(self, frame: float) -> Line:
        """The same line, stated at another frame."""
        return replace(self, frame=frame, place=self.at(frame))


@dataclass(frozen=True, eq=False)
class View:
    """One view of a track, whole: see `sketch.views`. `near` are bits of the maxima and the bins beside them; `chance`
    is how often each bin is one in the seconds around, so that what sounds on and on proves nothing."""

    near: NDArray[np.uint8]
    chance: NDArray[np.float32]
    levels: NDArray[np.uint8]
    dense: Landmarks
    sparse: Landmarks

    @property
    def frames(self) -> int:
        return len(self.near)

    @classmethod
    def of(cls, parts: Sequence[Arrays], number: int) -> View:
        """View `number` of a track, from its parts in order."""
        maxima, levels, landmarks, first = [], [], [], 0
        for part in parts:
            maxima.append(part["maxima"][number])
            levels.append(part["levels"][number])
            table = part["landmarks"]
            table = table[table[:, 0] == number][:, 1:].astype(np.int64)
            landmarks.append(table + np.array([first, 0, 0]))
            first += len(maxima[-1])
        table = np.concatenate(landmarks)
        near, chance = _near(np.concatenate(maxima))
        is_sparse = table[:, 2] > 0
        return cls(
            near,
            chance,
            np.concatenate(levels),
            Landmarks(table[:, 0], table[:, 1]),
            Landmarks(table[is_sparse, 0], table[is_sparse, 1]),
        )


def _near(packed: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    near, counts = [], []
    for start in range(0, len(packed), 4096 * _CHANCE_STRIDE):
        bits = np.unpackbits(packed[start : start + 4096 * _CHANCE_STRIDE], axis=1, count=BINS)
        wide = np.asarray(cv2.dilate(bits, np.ones((1, 3), np.uint8)), dtype=np.uint8)
        near.append(np.packbits(wide, axis=1))
        rows = np.arange(0, len(wide), _CHANCE_STRIDE)
        counts.append(np.add.reduceat(wide, rows, axis=0, dtype=np.float32))
    total = np.concatenate(counts)
    full = np.full((len(total), 1), float(_CHANCE_STRIDE), np.float32)
    full[-1] = len(packed) - (len(total) - 1) * _CHANCE_STRIDE
    size = (3, 2 * _AROUND + 1)
    around = cv2.blur(total, size, borderType=cv2.BORDER_REFLECT_101 if len(total) > _AROUND else cv2.BORDER_REPLICATE)
    weight = cv2.blur(np.repeat(full, 3, axis=1), size, borderType=cv2.BORDER_REPLICATE)[:, :1]
    return np.concatenate(near), np.clip(around / weight, _LEAST_CHANCE, _MOST_CHANCE).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Rows:
    """Of each row of a line: how many maxima of the material were looked up, how many were there, and how many would be
    there by chance."""

    asked: Floats
    there: Floats
    chance: Floats

    def share(self) -> float:
        """0 where as many were there as by chance, 1 where all of them were."""
        return float((self.there - self.chance).sum() / max(1e-9, (self.asked - self.chance).sum()))


def rows(view: View, target: Target, line: Line, first: int, end: int) -> Rows:
    """What speaks for the line in frames `[first, end)` of the master, one row every STRIDE frames."""
    frame = np.arange(first, end, STRIDE)
    return Rows(*(found.sum(axis=-1) for found in _look(view, target, frame, line.places(frame), line.pitch)))


def _look(
    view: View, target: Target, frame: NDArray[np.int64], place: Floats, pitch: int
) -> tuple[Floats, Floats, Floats]:
    """Of each maximum of the material's rows at `place`, shape (rows, ROW): whether it can be asked for, whether it is
    there, and how likely it would be by chance."""
    row = np.rint(place / STRIDE).astype(np.int64)
    is_inside = (row >= 0) & (row < len(target.bins)) & (frame >= 0) & (frame < view.frames)
    bins = target.bins[np.clip(row, 0, len(target.bins) - 1)].astype(np.int64)
    shifted = bins + pitch
    is_asked = (bins != NO_BIN) & (shifted >= 0) & (shifted < BINS) & is_inside[..., None]
    at, bin_ = np.clip(frame, 0, view.frames - 1)[..., None], np.clip(shifted, 0, BINS - 1)
    there = (view.near[at, bin_ >> 3] >> (7 - (bin_ & 7)).astype(np.uint8)) & 1
    chance = np.where(is_asked, view.chance[at // _CHANCE_STRIDE, bin_], 0.0).astype(np.float64)
    return is_asked.astype(np.float64), (there * is_asked).astype(np.float64), chance


class Compared(NamedTuple):
    """Of each maximum of a material: its frame in the master, its bin there, how many dB louder the master is, and
    whether it has a maximum there as well."""

    frame: NDArray[np.int64]
    bin: NDArray[np.int64]
    change: Floats
    is_there: NDArray[np.bool_]


def compared(view: View, target: Target, line: Line, first: int, end: int) -> Compared:
    """The maxima of the material in frames `[first, end)` of the master."""
    frame = np.arange(first, end, STRIDE)
    row = np.rint(line.places(frame) / STRIDE).astype(np.int64)
    is_inside = (row >= 0) & (row < len(target.bins)) & (frame < view.frames)
    frame, row = frame[is_inside], row[is_inside]
    bins = target.bins[row].astype(np.int64)
    shifted = bins + line.pitch
    is_known = (bins != NO_BIN) & (shifted >= 0) & (shifted < BINS)
    at = np.broadcast_to(frame[:, None], bins.shape)[is_known]
    bin_ = shifted[is_known]
    change = view.levels[at // STRIDE, bin_].astype(np.float64) - target.levels[row][is_known]
    is_there = ((view.near[at, bin_ >> 3] >> (7 - (bin_ & 7)).astype(np.uint8)) & 1).astype(bool)
    return Compared(at, bin_, change, is_there)


_BANDS = 6
_TOO_SOFT = 9.0  # dB
_LEAST_OF_BAND = 12


def lacking(view: View, target: Target, line: Line, heard: tuple[int, int], asked: tuple[int, int]) -> float:
    """Which share of what the material has in frames `asked` is missing from the master: softer there, by more than any
    equaliser explains, than where it was heard in frames `heard`. What is laid over a sound only ever adds to it; a
    different sound that shares a beat or a sample with it lacks the rest. 0 where nothing can be compared."""
    at, bin_, change, is_there = compared(view, target, line, min(heard[0], asked[0]), max(heard[1], asked[1]))
    is_heard, is_asked = (at >= heard[0]) & (at < heard[1]), (at >= asked[0]) & (at < asked[1])
    away = (change - gains(bin_[is_there & is_heard], change[is_there & is_heard])[bin_])[is_asked]
    is_known = ~np.isnan(away)
    return float((away[is_known] < -_TOO_SOFT).mean()) if is_known.any() else 0.0


def gains(bin_: NDArray[np.int64], change: Floats) -> Floats:
    """How many dB louder the master is in each bin, shape (BINS,), by maxima that it has: one number for each of a few
    bands, NaN where there are too few."""
    found = np.full(BINS, np.nan)
    for band in np.array_split(np.arange(BINS), _BANDS):
        mine = (bin_ >= band[0]) & (bin_ <= band[-1])
        if mine.sum() >= _LEAST_OF_BAND:
            found[band] = np.median(change[mine])
    return found


MOMENT = 8  # frames: one look at the spectrum; no limiter is seen to be faster


def by_moment(frame: NDArray[np.int64], first: int, values: Floats) -> tuple[list[Floats], NDArray[np.int64]]:
    """Values at frames, which ascend, in parts: one for each MOMENT from frame `first` on that has any. And the numbers
    of those moments."""
    moment = (frame - first) // MOMENT
    return np.split(values, np.flatnonzero(np.diff(moment)) + 1), np.unique(moment)


_AS_LOUD = 2.0  # dB
_LEAST_OF_MOMENT = 10  # maxima
_BY_BANDS = 0.15


def as_loud(view: View, target: Target, line: Line, first: int, end: int) -> float:
    """Which share of the material's maxima that the master has in frames `[first, end)` are as loud there as the others
    of the same moment say, to two dB. Other instruments that play the same notes have the same maxima, at levels of
    their own. 0 where nothing can be compared.

    Compared as they are, or with a gain for each band, as through an equaliser: then _BY_BANDS less, for one instrument
    fits another by that alone, and of bands that are known only."""
    heard = compared(view, target, line, first, end)
    frame, bin_, change = heard.frame[heard.is_there], heard.bin[heard.is_there], heard.change[heard.is_there]
    in_bands = change - gains(bin_, change)[bin_]
    is_known = ~np.isnan(in_bands)
    return max(_alike(frame, first, change), _alike(frame[is_known], first, in_bands[is_known]) - _BY_BANDS)


def _alike(frame: NDArray[np.int64], first: int, change: Floats) -> float:
    """Which share of changes lie near the median of their moment, or of all where a moment has few."""
    if not len(change):
        return 0.0
    whole = np.median(change)
    parts, _ = by_moment(frame, first, change)
    near = [np.abs(of - (np.median(of) if len(of) >= _LEAST_OF_MOMENT else whole)) <= _AS_LOUD for of in parts]
    return float(np.concatenate(near).mean())


def share_beside(
    view: View, weak: tuple[Target, Line], strong: tuple[Target, Line], first: int, end: int
) -> tuple[float, float]:
    """Of the maxima of a weak claim that a strong one does not have as well: the share that is there, and which part
    of all they are."""
    frame = np.arange(first, end, STRIDE)
    place = weak[1].places(frame)
    asked, there, chance = _look(view, weak[0], frame, place, weak[1].pitch)
    theirs = np.zeros((len(frame), BINS + 2), dtype=bool)
    row = np.rint(strong[1].places(frame) / STRIDE).astype(np.int64)
    for beside in (-1, 0, 1):
        near = (row + beside).clip(0, len(strong[0].bins) - 1)
        bins = strong[0].bins[near].astype(np.int64)
        shifted = np.where(bins == NO_BIN, -9, bins + strong[1].pitch)
        for step in (-1, 0, 1):
            at = np.where((shifted + step >= 0) & (shifted + step < BINS), shifted + step, BINS + 1)
            theirs[np.arange(len(frame))[:, None], at] = True
    mine = weak[0].bins[np.rint(place / STRIDE).astype(np.int64).clip(0, len(weak[0].bins) - 1)].astype(np.int64)
    own = asked * ~theirs[np.arange(len(frame))[:, None], (mine + weak[1].pitch).clip(0, BINS)]
    room = float(((asked - chance) * own).sum())
    return float(((there - chance) * own).sum() / max(1e-9, room)), float(own.sum() / max(1.0, asked.sum()))
