"""Where material might be by a few features a key frame: too few in any of them, enough in several that follow.

Of what is shown small, or under something else, each key frame keeps other features. Where the material is there they
agree on one map, whichever key frame they are of; what only looks like it agrees by chance.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cleancut.match.agree import MINIMUM_INLIERS, SCALES, TOLERANCE, TURNED_INLIERS, UPRIGHT_DEGREES, Hit, agreed
from cleancut.match.catalogue import Catalogue, Known
from cleancut.match.compiled import compiled
from cleancut.match.geometry import Points

KEY_FRAMES = 4  # joined: a second and a half, or less at a cut
VOTES, NEW_VOTES = 8, 2  # in all of them, and in the last: of fewer, there is nothing that chance could be told from
MOST = 12  # of a key frame for one material, the likest: of what repeats itself there are hundreds
KNOWN = 1024  # materials at hand: it is mostly the same that are asked for
PLACE = 0.01  # widths: nearer than this at both ends, two pairs are one

_LIMITS = np.array([PLACE, TOLERANCE, *SCALES, np.cos(np.radians(UPRIGHT_DEGREES)), TURNED_INLIERS])


@dataclass(frozen=True, eq=False)
class Votes:
    """Of one key frame: of each vote the material, which of its features, and where in the master's picture. In the
    order of the materials, and of each the likest first."""

    frame: int
    materials: NDArray[np.int64]
    features: NDArray[np.int64]
    points: Points


class Joint:
    """Of key frames that are given in their order, part by part."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._known = lru_cache(KNOWN)(catalogue.material)
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
        self._recent.append(_likest(votes))
        self._found.append(set(found))
        known, recent = set[int]().union(*self._found), self._recent
        materials = np.concatenate([one.materials for one in recent])
        order = np.argsort(materials, kind="stable")  # so that of a material the newest are the last
        features = np.concatenate([one.features for one in recent])[order]
        points = np.concatenate([one.points for one in recent])[order]
        frames = np.repeat([one.frame for one in recent], [len(one.materials) for one in recent])[order]
        numbers, firsts, counts = np.unique(materials[order], return_index=True, return_counts=True)
        fresh = np.add.reduceat(frames == votes.frame, firsts) if len(firsts) else counts
        for place in np.flatnonzero((counts >= VOTES) & (fresh >= NEW_VOTES) & (fresh < counts)).tolist():
            number, own = int(numbers[place]), slice(firsts[place], firsts[place] + counts[place])
            if number in known:
                continue
            hit = self._hit(number, features[own], points[own], frames[own], int(counts[place] - fresh[place]))
            if hit is not None:
                self._found[-1].add(number)
                yield hit

    def _hit(
        self, material: int, features: NDArray[np.int64], points: Points, frames: NDArray[np.int64], fresh: int
    ) -> Hit | None:
        """From pairs whose newest begin at `fresh`."""
        known = self._known(material)
        source, inside = np.empty_like(points), np.zeros(len(points), np.bool_)
        given = (features, points, fresh, known.ends, known.points, _LIMITS)
        if _agreeing(*given, source, inside) < MINIMUM_INLIERS:
            return None
        seen = agreed(source[inside], points[inside])
        if seen is None:
            return None
        shown = np.flatnonzero(inside)[seen.inside]
        keys = len(np.unique(frames[shown]))
        if keys < 2:
            return None
        frame = _most(frames[shown])
        at = _shown(known, features[shown[frames[shown] == frame]])
        return Hit(frame, material, at, seen.affine, seen.inliers, seen.spread, keys)


def _likest(votes: Votes) -> Votes:
    """At most `MOST` of each material."""
    rank = np.arange(len(votes.materials)) - np.searchsorted(votes.materials, votes.materials)
    kept = rank < MOST
    return Votes(votes.frame, votes.materials[kept], votes.features[kept], votes.points[kept])


def _shown(known: Known, features: NDArray[np.int64]) -> int:
    """The frame of the material in which most of its features occur."""
    _, occurs = known.occurrences(features)
    return int(known.frames[_most(known.keys[occurs])])


def _most(numbers: NDArray[np.integer]) -> int:
    """The one that occurs most often, the lowest of several."""
    each, counts = np.unique(numbers, return_counts=True)
    return int(each[counts.argmax()])


@compiled
def _agreeing(
    features: NDArray[np.int64],
    points: Points,
    fresh: int,
    ends: NDArray[np.int64],
    known_points: Points,
    limits: NDArray[np.float64],
    source: Points,
    inside: NDArray[np.bool_],
) -> int:
    """Fills in where each feature first occurs in the material, and which pairs agree on the map without shear that
    most agree on, of all that one of the new makes with another, the first of several. Returns how many; what lies
    where another does is not counted."""
    place, reach, smallest, largest, upright, turned = limits
    chosen, places = np.empty(len(features), np.int64), np.empty((4, len(features)), np.float32)
    count = first_new = 0
    for number in range(len(features)):
        if number == fresh:
            first_new = count
        occurs = ends[features[number] - 1] if features[number] > 0 else 0
        source[number] = known_points[occurs]
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
    most, trial = 0, np.empty(len(features), np.bool_)
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
