"""Where material might be: features of a master's key frames that agree on one map from one material."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cleancut.match.catalogue import Catalogue
from cleancut.match.geometry import MIRROR, Affine, compose, rotation_degrees, scale, skew, stretch
from cleancut.match.repeats import Answers, Neighbours
from cleancut.match.search import QUERIES, Names, Similarities
from cleancut.match.sketch import Keys

NEIGHBOURS = 8
SIMILAR = 0.79  # cosine of root descriptors; true pairs under grade, blur and codec mostly lie above
DISTINCT = 0.85  # squared distance, as a share of that to the material third nearest
MOST_MATERIALS = 5  # looked into a key frame
MINIMUM_INLIERS = 5
TOLERANCE = 5 / 640  # widths
SCALES = (0.08, 6.0)
UPRIGHT_DEGREES = 25.0
TURNED_INLIERS = 8  # a picture turned further than that is rare, and few points may agree on any turn by chance
FULL_AFFINE_INLIERS = 12  # below, a similarity is all the points can carry
MAX_SKEW = 0.2
MAX_STRETCH = 2.1  # anamorphic pictures not unsqueezed

_LOWER = (1 << 32) - 1  # half of a name, which says which feature of the material it is; of a voter, the material


@dataclass(frozen=True, eq=False)
class Hit:
    """Features of one master frame and one material that agree on `affine` (material to master, both in widths).

    `inliers` counts those at distinct places. `spread` is the area of the material they cover, in squared widths.
    """

    frame: int
    material: int
    material_frame: int
    affine: Affine
    inliers: int
    spread: float

    @property
    def weight(self) -> float:
        """Inliers that crowd in one spot (a logo, a word) count for less."""
        return self.inliers * min(1.0, self.spread / 0.08)


def propose(sketch: Iterable[Keys], catalogue: Catalogue) -> Iterator[tuple[int, list[Hit]]]:
    """The hits of a master's key frames, as they are and mirrored; by some parts of its sketch at a time, whose number
    comes first."""
    neighbours = Neighbours(catalogue, NEIGHBOURS)
    for parts, (plain, mirrored) in _answered(neighbours, _together(sketch)):
        hits = list(_of_parts(parts, plain, catalogue))
        turned = [Keys(keys.frames, keys.ends, keys.features.mirrored()) for keys in parts]
        yield len(parts), hits + [_mirrored(hit) for hit in _of_parts(turned, mirrored, catalogue)]


def _answered(
    neighbours: Neighbours, batches: Iterable[Sequence[Keys]]
) -> Iterator[tuple[Sequence[Keys], Sequence[Answers]]]:
    """Each with its answers. While they are looked into, those of the next are searched for."""
    ahead = ThreadPoolExecutor(1)
    waiting: deque[tuple[Sequence[Keys], Future[list[Answers]]]] = deque()
    try:
        for parts in batches:
            waiting.append((parts, ahead.submit(neighbours.of, parts)))
            if len(waiting) > 1:
                known, answers = waiting.popleft()
                yield known, answers.result()
        for known, answers in waiting:
            yield known, answers.result()
    finally:
        ahead.shutdown(cancel_futures=True)


def _together(sketch: Iterable[Keys]) -> Iterator[list[Keys]]:
    """As many parts as are searched at once: of their features, as they are and mirrored, about half are new."""
    waiting: list[Keys] = []
    for keys in sketch:
        waiting.append(keys)
        if sum(len(one.features) for one in waiting) > 0.75 * QUERIES:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _of_parts(parts: Sequence[Keys], answers: Answers, catalogue: Catalogue) -> Iterator[Hit]:
    start = 0
    for keys in parts:
        for frame, first, end in keys.spans():
            part = slice(start + first, start + end)
            yield from _of_key(frame, keys.features.points[first:end], answers[0][part], answers[1][part], catalogue)
        start += len(keys.features)


def _mirrored(hit: Hit) -> Hit:
    """A hit on the mirrored master as one on the master itself."""
    return Hit(hit.frame, hit.material, hit.material_frame, compose(MIRROR, hit.affine), hit.inliers, hit.spread)


def _of_key(
    frame: int,
    points: NDArray[np.float32],
    names: Names,
    similarities: Similarities,
    catalogue: Catalogue,
) -> Iterator[Hit]:
    materials = names >> 32  # -1 stays -1
    votes = _votes(materials, similarities)
    lines, _ = np.nonzero(votes)
    voters = np.unique(lines << 32 | materials[votes])  # once each: else what repeats goes first
    numbers, counts = np.unique(voters & _LOWER, return_counts=True)
    order = np.lexsort((numbers, -counts))
    for place in order[:MOST_MATERIALS]:
        if counts[place] < MINIMUM_INLIERS:
            return
        number = int(numbers[place])
        lines, places = np.nonzero(votes & (materials == number))
        hit = _of_material(frame, number, points, (lines, places, names[lines, places] & _LOWER), catalogue)
        if hit is not None:
            yield hit


def _votes(materials: NDArray[np.int64], similarities: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which neighbours count: like enough, and nearer than what a third material offers.

    The third, not the second: two registered versions of one picture must not silence each other.
    """
    distances = 2.0 - 2.0 * similarities
    first = materials[:, :1]
    is_first = materials == first
    second = np.take_along_axis(materials, np.argmax(~is_first, axis=1)[:, None], axis=1)
    is_other = ~is_first & (materials != second)
    last = np.where(is_first.all(axis=1), np.float32(np.inf), distances[:, -1])
    reference = np.where(is_other.any(axis=1), distances[np.arange(len(distances)), is_other.argmax(axis=1)], last)
    is_near: NDArray[np.bool_] = distances < DISTINCT * reference[:, None]
    return is_near & (similarities > SIMILAR) & (materials >= 0)


def _of_material(
    frame: int,
    material: int,
    points: NDArray[np.float32],
    votes: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    catalogue: Catalogue,
) -> Hit | None:
    """The best key of the material, with its neighbours in time, if enough features agree on a map from it. `votes` are
    the lines of the points, the ranks of their neighbours, and which of the material's features these are."""
    known = catalogue.material(material)
    which, found = known.occurrences(votes[2])
    lines, places, owners = votes[0][which], votes[1][which], known.keys[found]
    keys, counts = np.unique(owners, return_counts=True)
    best = int(keys[np.lexsort((keys, -counts))[0]])
    rank = np.abs(owners - best)
    order = np.lexsort((found, places, rank, lines))
    lines, rank, found = lines[order], rank[order], found[order]
    is_used = (rank <= 1) & np.concatenate([[True], np.diff(lines) > 0])
    lines, found = lines[is_used], found[is_used]
    if len(lines) < MINIMUM_INLIERS:
        return None
    source, target = known.points[found], points[lines]
    fitted = fit(source, target)
    if fitted is None:
        return None
    affine, inside = fitted
    inliers = min(_distinct(source[inside]), _distinct(target[inside]))
    is_upright = abs(rotation_degrees(affine)) <= UPRIGHT_DEGREES
    if inliers < (MINIMUM_INLIERS if is_upright else TURNED_INLIERS):
        return None
    return Hit(frame, material, int(known.frames[best]), affine, inliers, _spread(source[inside]))


def fit(source: NDArray[np.float32], target: NDArray[np.float32]) -> tuple[Affine, NDArray[np.bool_]] | None:
    """The map that most pairs of points agree on, and which do. None where there is none of a plausible kind.

    OpenCV seeds its sampling with a constant: the same points give the same map.
    """
    similar, chosen = _sampled(cv2.estimateAffinePartial2D, source, target)
    if similar is not None and chosen.sum() >= max(FULL_AFFINE_INLIERS, 0.5 * len(source)):
        full, _ = _sampled(cv2.estimateAffine2D, source[chosen], target[chosen])
        is_near = full is not None and abs(scale(full) / scale(similar) - 1.0) < 0.2
        return (full, chosen) if full is not None and is_near else (similar, chosen)
    if len(source) >= 2 * FULL_AFFINE_INLIERS:  # enough to carry a map that squeezes the picture
        full, others = _sampled(cv2.estimateAffine2D, source, target)
        if full is not None and others.sum() >= max(FULL_AFFINE_INLIERS, 1.5 * chosen.sum()):
            return full, others
    if similar is None:
        return None
    return similar, chosen


def _sampled(
    estimate: Callable[..., Any], source: NDArray[np.float32], target: NDArray[np.float32]
) -> tuple[Affine | None, NDArray[np.bool_]]:
    affine, inside = estimate(source, target, ransacReprojThreshold=TOLERANCE, maxIters=800)
    if affine is None or not _is_plausible(affine):
        return None, np.zeros(len(source), bool)
    return np.asarray(affine, np.float64), np.asarray(inside).ravel() > 0


def _is_plausible(affine: Affine) -> bool:
    low, high = SCALES
    return (
        bool(np.isfinite(affine).all())
        and low < scale(affine) < high
        and skew(affine) < MAX_SKEW
        and stretch(affine) < MAX_STRETCH
    )


def _distinct(points: NDArray[np.float32]) -> int:
    across, down = np.rint(points * 100).astype(np.int64).T
    return len(np.unique(across << 32 | (down & _LOWER)))


def _spread(points: NDArray[np.float32]) -> float:
    extent = np.ptp(points, axis=0)
    return float(extent[0] * extent[1])
