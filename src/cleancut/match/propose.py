"""Where material might be: features of a master's key frames that agree on one map from one material."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cleancut.match.agree import MINIMUM_INLIERS, Hit, agreed
from cleancut.match.catalogue import Catalogue
from cleancut.match.geometry import MIRROR, Points, compose
from cleancut.match.joint import Joint, Votes
from cleancut.match.repeats import Answers, Neighbours
from cleancut.match.search import QUERIES, Names, Similarities
from cleancut.match.sketch import Keys

NEIGHBOURS = 8
SIMILAR = 0.79  # cosine of root descriptors; true pairs under grade, blur and codec mostly lie above
DISTINCT = 0.85  # squared distance, as a share of that to the material third nearest
MOST_MATERIALS = 5  # looked into a key frame

_LOWER = (1 << 32) - 1  # half of a name, which says which feature of the material it is


def propose(sketch: Iterable[Keys], catalogue: Catalogue) -> Iterator[tuple[int, list[Hit]]]:
    """The hits of a master's key frames, as they are and mirrored; by some parts of its sketch at a time, whose number
    comes first."""
    neighbours = Neighbours(catalogue, NEIGHBOURS)
    plain_joint, mirrored_joint = Joint(catalogue), Joint(catalogue)
    for parts, (plain, mirrored) in _answered(neighbours, _together(sketch)):
        hits = list(_of_parts(parts, plain, catalogue, plain_joint))
        turned = [replace(keys, features=keys.features.mirrored()) for keys in parts]
        hits += [_mirrored(hit) for hit in _of_parts(turned, mirrored, catalogue, mirrored_joint)]
        yield len(parts), hits


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


def _of_parts(parts: Sequence[Keys], answers: Answers, catalogue: Catalogue, joint: Joint) -> Iterator[Hit]:
    start = 0
    for keys in parts:
        joint.begin(keys.part)
        for frame, first, end in keys.spans():
            part, points = slice(start + first, start + end), keys.features.points[first:end]
            names, is_vote = answers[0][part], _votes(answers[0][part] >> 32, answers[1][part])
            votes = _of_each(frame, points, names, answers[1][part], is_vote)
            hits = list(_of_key(votes, points, names, is_vote, catalogue))
            yield from hits
            yield from joint.of(votes, {hit.material for hit in hits})
        start += len(keys.features)


def _mirrored(hit: Hit) -> Hit:
    """A hit on the mirrored master as one on the master itself."""
    return replace(hit, affine=compose(MIRROR, hit.affine))


def _of_each(frame: int, points: Points, names: Names, similarities: Similarities, is_vote: NDArray[np.bool_]) -> Votes:
    """What each feature votes for, every material once, else what repeats would go first; by material, the likest
    first."""
    lines, ranks = np.nonzero(is_vote)
    chosen = names[lines, ranks]
    _, firsts = np.unique(lines << 32 | chosen >> 32, return_index=True)
    lines, ranks, chosen = lines[firsts], ranks[firsts], chosen[firsts]
    order = np.lexsort((lines, -similarities[lines, ranks], chosen >> 32))
    return Votes(frame, chosen[order] >> 32, chosen[order] & _LOWER, points[lines[order]])


def _of_key(
    votes: Votes, points: Points, names: Names, is_vote: NDArray[np.bool_], catalogue: Catalogue
) -> Iterator[Hit]:
    numbers, counts = np.unique(votes.materials, return_counts=True)
    order = np.lexsort((numbers, -counts))
    for place in order[:MOST_MATERIALS]:
        if counts[place] < MINIMUM_INLIERS:
            return
        number = int(numbers[place])
        lines, places = np.nonzero(is_vote & (names >> 32 == number))
        hit = _of_material(votes.frame, number, points, (lines, places, names[lines, places] & _LOWER), catalogue)
        if hit is not None:
            yield hit


def _votes(materials: NDArray[np.int64], similarities: Similarities) -> NDArray[np.bool_]:
    """Which neighbours count, of materials or -1 for none: like enough, and nearer than what a third material offers.

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
    points: Points,
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
    seen = agreed(known.points[found], points[lines])
    if seen is None:
        return None
    return Hit(frame, material, int(known.frames[best]), seen.affine, seen.inliers, seen.spread)
