"""Where material might be by a few features a key frame: too few in any of them, enough in several that follow.

Of what is shown small, or under something else, each key frame keeps other features. Where the material is there they
agree on one map, whichever key frame they are of; what only looks like it agrees by chance.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from cleancut.match.agree import MINIMUM_INLIERS, SCALES, TOLERANCE, TURNED_INLIERS, UPRIGHT_DEGREES, Hit, agreed
from cleancut.match.catalogue import Catalogue, Known
from cleancut.match.compiled import compiled
from cleancut.match.geometry import Points

KEY_FRAMES = 4  # joined: a second and a half, or less at a cut
VOTES, NEW_VOTES = 8, 2  # in all of them, and in the last: of fewer, there is nothing that chance could be told from
MOST = 12  # of a key frame for one material, the likest: of what repeats itself there are hundreds
PLACE = 0.01  # widths: nearer than this at both ends, two pairs are one

_ASKED = np.array([VOTES, NEW_VOTES, MOST])
_LIMITS = np.array([PLACE, TOLERANCE, *SCALES, np.cos(np.radians(UPRIGHT_DEGREES)), TURNED_INLIERS])


@dataclass(frozen=True, eq=False)
class Votes:
    """Of one key frame: of each vote the material, which of its features, and where in the master's picture. In the
    order of the materials, and of each the likest first."""

    frame: int
    materials: NDArray[np.int64]
    features: NDArray[np.int64]
    points: Points


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Of votes, as above, the frame too, and where the feature first occurs in its material."""

    frames: NDArray[np.int64]
    materials: NDArray[np.int64]
    features: NDArray[np.int64]
    source: Points
    points: Points

    def __getitem__(self, which: NDArray[np.int64]) -> _Pairs:
        return _Pairs(*(getattr(self, f.name)[which] for f in fields(self)))


class Joint:
    """Of key frames that are given in their order, part by part."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._recent: deque[Votes] = deque(maxlen=KEY_FRAMES)
        self._found: deque[set[int]] = deque(maxlen=KEY_FRAMES)
        self._part: tuple[int, int] | None = None

    def begin(self, part: tuple[int, int] | None) -> None:
        """The key frames that come next are of these frames, or of frames by themselves: they are not joined with any,
        nor is what does not follow on the last part joined with that."""
        if part is None or self._part is None or part[0] != self._part[1]:
            self._recent.clear()
            self._found.clear()
        self._part = part

    def of(self, votes: Votes, found: set[int]) -> Iterator[Hit]:
        """The hits of this key frame together with the last ones, of materials that none of them has a hit of. `found`
        are those that it has hits of itself."""
        if self._part is None:
            return
        self._recent.append(votes)
        self._found.append(set(found))
        pairs, bounds = self._asked(set[int]().union(*self._found))
        inside, most = np.zeros(len(pairs.points), np.bool_), np.zeros(len(bounds), np.int64)
        _agreeing(pairs.source, pairs.points, bounds, _LIMITS, inside, most)
        for first, _, end in bounds[most >= MINIMUM_INLIERS].tolist():
            hit = self._hit(pairs[first + np.flatnonzero(inside[first:end])])
            if hit is not None:
                self._found[-1].add(hit.material)
                yield hit

    def _asked(self, known: set[int]) -> tuple[_Pairs, NDArray[np.int64]]:
        """The votes for materials that may be shown, one material after the other; and of each where its votes begin,
        where those of the last key frame do, and where they end."""
        recent = self._recent
        lengths = [len(one.materials) for one in recent]
        materials, features, points = (
            np.concatenate([getattr(one, name) for one in recent]) for name in ("materials", "features", "points")
        )
        chosen, bounds = np.empty(len(materials), np.int64), np.empty((lengths[-1], 3), np.int64)
        counts = _joined(materials, np.cumsum([0, *lengths]), np.array(sorted(known), np.int64), _ASKED, chosen, bounds)
        chosen, bounds = chosen[: counts[0]], bounds[: counts[1]]
        frames = np.repeat([one.frame for one in recent], lengths)[chosen]
        materials, features = materials[chosen], features[chosen]
        return _Pairs(frames, materials, features, self._catalogue.shown(materials, features), points[chosen]), bounds

    def _hit(self, pairs: _Pairs) -> Hit | None:
        """Of pairs of one material that seem to agree."""
        seen = agreed(pairs.source, pairs.points)
        if seen is None:
            return None
        shown = pairs[np.flatnonzero(seen.inside)]
        keys = len(np.unique(shown.frames))
        if keys < 2:
            return None
        frame, material = _most(shown.frames), int(shown.materials[0])
        at = _shown(self._catalogue.material(material), shown.features[shown.frames == frame])
        return Hit(frame, material, at, seen.affine, seen.inliers, seen.spread, keys)


def _shown(known: Known, features: NDArray[np.int64]) -> int:
    """The frame of the material in which most of its features occur."""
    _, occurs = known.occurrences(features)
    return int(known.frames[_most(known.keys[occurs])])


def _most(numbers: NDArray[np.integer]) -> int:
    """The one that occurs most often, the lowest of several."""
    each, counts = np.unique(numbers, return_counts=True)
    return int(each[counts.argmax()])


@compiled
def _joined(
    materials: NDArray[np.int64],
    starts: NDArray[np.int64],
    known: NDArray[np.int64],
    counts: NDArray[np.int64],
    chosen: NDArray[np.int64],
    bounds: NDArray[np.int64],
) -> tuple[int, int]:
    """Fills in which votes to ask, those of the first key frame first, and the bounds of each material among them.
    Returns how many of both. The votes of each key frame begin at its start, and are in the order of the materials."""
    least, least_new, most = counts
    total = asked = 0
    last = len(starts) - 2
    at, end = starts[last], starts[last + 1]
    while at < end:
        material, first, total_before = materials[at], at, total
        while at < end and materials[at] == material:
            at += 1
        fresh = min(at - first, most)
        if fresh < least_new or np.any(known == material):
            continue
        for key in range(last):
            votes = materials[starts[key] : starts[key + 1]]
            own = np.searchsorted(votes, material)
            for place in range(own, min(own + most, len(votes))):
                if votes[place] == material:
                    chosen[total] = starts[key] + place
                    total += 1
        if total == total_before or total - total_before + fresh < least:
            total = total_before
            continue
        bounds[asked, 0], bounds[asked, 1], bounds[asked, 2] = total_before, total, total + fresh
        for place in range(first, first + fresh):
            chosen[total] = place
            total += 1
        asked += 1
    return total, asked


@compiled
def _agreeing(
    source: Points,
    points: Points,
    bounds: NDArray[np.int64],
    limits: NDArray[np.float64],
    inside: NDArray[np.bool_],
    most: NDArray[np.int64],
) -> None:
    """Fills in for each material, whose pairs lie between its `bounds`, which of them most agree, and how many."""
    for number in range(len(bounds)):
        first, fresh, end = bounds[number]
        most[number] = _most_agreeing(source[first:end], points[first:end], fresh - first, limits, inside[first:end])


@compiled
def _most_agreeing(
    source: Points, points: Points, fresh: int, limits: NDArray[np.float64], inside: NDArray[np.bool_]
) -> int:
    """Fills in which pairs agree on the map without shear that most agree on, of all that one of the new makes with
    another, the first of several. Returns how many; what lies where another does is not counted."""
    place, reach, smallest, largest, upright, turned = limits
    chosen, places = np.empty(len(source), np.int64), np.empty((4, len(source)), np.float32)
    count = first_new = 0
    for number in range(len(source)):
        if number == fresh:
            first_new = count
        x, y, across, down = source[number, 0], source[number, 1], points[number, 0], points[number, 1]
        is_new = True
        for other in range(count):
            is_near = (abs(places[0, other] - x) < place) & (abs(places[1, other] - y) < place)
            is_near &= (abs(places[2, other] - across) < place) & (abs(places[3, other] - down) < place)
            is_new &= not is_near
        if is_new:
            chosen[count] = number
            places[0, count], places[1, count], places[2, count], places[3, count] = x, y, across, down
            count += 1
    most, trial = 0, np.empty(len(source), np.bool_)
    for one in range(first_new, count):
        for other in range(count):
            right, low = places[0, other] - places[0, one], places[1, other] - places[1, one]
            across, down = places[2, other] - places[2, one], places[3, other] - places[3, one]
            square = right * right + low * low
            if square < place * place:
                continue
            cosine, sine = (right * across + low * down) / square, (right * down - low * across) / square
            size = np.sqrt(cosine * cosine + sine * sine)
            if size < smallest or size > largest:
                continue
            agreeing = _within(places, count, one, np.float32(cosine), np.float32(sine), np.float32(reach), trial)
            if agreeing > most and (cosine >= upright * size or agreeing >= turned):
                most = agreeing
                inside[:] = False
                for third in range(count):
                    inside[chosen[third]] = trial[third]
    return most


@compiled
def _within(
    places: Points,
    count: int,
    one: int,
    cosine: np.float32,
    sine: np.float32,
    reach: np.float32,
    is_within: NDArray[np.bool_],
) -> int:
    """Fills in which pairs lie as the map that has one of them, and turns and scales so, would have them."""
    x, y, across, down = places[0], places[1], places[2], places[3]
    agreeing = 0
    for third in range(count):
        right, low = x[third] - x[one], y[third] - y[one]
        off_x = across[third] - across[one] - cosine * right + sine * low
        off_y = down[third] - down[one] - sine * right - cosine * low
        is_within[third] = off_x * off_x + off_y * off_y < reach * reach
        agreeing += is_within[third]
    return agreeing
