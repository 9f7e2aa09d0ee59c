"""Evidence: whether the pixels of a material are in the master where its features say, and from which frame on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleancut.match.align import Line, threshold
from cleancut.match.correlate import FINE, MINIMUM_PIXELS, pairwise, texture, vectors, warp
from cleancut.match.film import Film, Target
from cleancut.match.pose import Pose, best_pose, uncovered
from cleancut.match.profile import Profile, core_of, profile_of, shown_at
from cleancut.match.propose import Hit

CLUSTER_GAP_SECONDS = 1.5
EVIDENCE_SAMPLES = 8
FLOOR_STRONG, FLOOR_FAIR, FLOOR_WEAK = 0.1, 0.2, 0.42  # correlation without which nothing is followed up
MOVING = 3.0  # grey levels of change, halved: less may be noise, or a grade that breathes
STRONG, FAIR = 20.0, 8.0  # weight of all hits


@dataclass(frozen=True)
class Evidence:
    """What speaks for an appearance. All but counts are shares or correlations.

    `core` and `fine`: median correlation at coarse and fine detail. `motion`: correlation of the change between frames,
    None where too little moves. `area`: share of the master's picture compared. `texture`: grey levels. `inliers`,
    `spread`: of the best key frame; `keys`: key frames with a hit; `weight`: that of all hits.
    """

    core: float
    fine: float
    motion: float | None
    area: float
    texture: float
    inliers: int
    spread: float
    keys: int
    weight: float


@dataclass(frozen=True, eq=False)
class Appearance:
    """A material seen in the frames `[first, end)` of the master, at `pose` in one of them. `line` is None for a still.

    `open_share` is the part of the material's pixels that nothing lies over.
    """

    material: int
    first: int
    end: int
    pose: Pose
    line: Line | None
    open_share: float
    evidence: Evidence


def appearances(film: Film, target: Target, hits: Sequence[Hit]) -> list[Appearance]:
    """Every appearance of one material that its hits lead to; they may overlap."""
    found = []
    for cluster in clusters(hits, round(CLUSTER_GAP_SECONDS * film.rate)):
        rest: Sequence[Hit] = cluster
        while rest:
            seen = _appearance(film, target, rest)
            if seen is None:
                break
            found.append(seen)
            left = [hit for hit in rest if not seen.first <= hit.frame < seen.end]
            rest = left if len(left) < len(rest) else []
    return found


def clusters(hits: Iterable[Hit], gap: int) -> Iterator[list[Hit]]:
    """Hits at most `gap` frames apart, in order."""
    cluster: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: hit.frame):
        if cluster and hit.frame - cluster[-1].frame > gap:
            yield cluster
            cluster = []
        cluster.append(hit)
    if cluster:
        yield cluster


def _floor(weight: float) -> float:
    return FLOOR_STRONG if weight >= STRONG else FLOOR_FAIR if weight >= FAIR else FLOOR_WEAK


def _appearance(film: Film, target: Target, cluster: Sequence[Hit]) -> Appearance | None:
    weight = sum(hit.weight for hit in cluster)
    pose = best_pose(film, target, cluster)
    if pose is None or pose.correlation < _floor(weight):
        return None
    if weight >= FAIR:
        pose = uncovered(film, target, pose)
    profile, hits = profile_of(film, target, pose, cluster)
    core = core_of(profile, hits, pose.frame)
    if core < _floor(weight):
        return None
    first, end = profile.run(threshold(core), pose.frame)
    inside = [hit for hit in hits if first <= hit.frame < end]
    evidence = _evidence(film, target, profile, (first, end), inside, pose)
    middle = profile.pose_at((first + end) // 2)
    return Appearance(cluster[0].material, first, end, middle, profile.line, pose.open_share, evidence)


def _evidence(
    film: Film, target: Target, profile: Profile, span: tuple[int, int], hits: Sequence[Hit], seed: Pose
) -> Evidence:
    first, end = span
    inside = profile.values[first - profile.first : end - profile.first]
    frames = np.unique(np.rint(np.linspace(first, end - 1, EVIDENCE_SAMPLES + 2)).astype(int))[1:-1].tolist()
    frames = frames or [seed.frame]
    samples = [_sample(film, target, profile, frame) for frame in frames]
    motions = [motion for _, motion in samples if motion is not None]
    return Evidence(
        core=float(np.median(inside)),
        fine=float(np.median([fine for fine, _ in samples])),
        motion=float(np.median(motions)) if 2 * len(motions) >= len(samples) else None,
        area=float(profile.pose_at(frames[len(frames) // 2]).mask.mean()),
        texture=texture(film.thumb(seed.frame), seed.mask),
        inliers=max((hit.inliers for hit in hits), default=0),
        spread=max((hit.spread for hit in hits), default=0.0),
        keys=len({hit.frame for hit in hits}),
        weight=sum(hit.weight for hit in hits),
    )


def _sample(film: Film, target: Target, profile: Profile, frame: int) -> tuple[float, float | None]:
    """Fine correlation and motion at one frame."""
    pose = profile.pose_at(frame)
    shown_frame = shown_at(film, target, profile.line, frame)
    ours, theirs = film.thumb(frame), warp(target.thumbs[shown_frame], pose.affine, film.shape)
    fine = float(pairwise(vectors([ours], pose.mask, FINE), vectors([theirs], pose.mask, FINE))[0])
    return fine, _motion(film, target, profile, frame, pose)


def _motion(film: Film, target: Target, profile: Profile, frame: int, pose: Pose) -> float | None:
    """Correlation of what changes within half a second, in the master and in the material; None where little does."""
    other = frame + max(1, round(0.5 * film.rate))
    if profile.line is None or other >= film.frames or profile.at(other) < 0:
        return None
    ours = _change(film.thumb(frame), film.thumb(other))
    poses = pose, profile.pose_at(other)
    there = [shown_at(film, target, profile.line, at) for at in (frame, other)]
    laid = [warp(target.thumbs[at], of.affine, film.shape) for at, of in zip(there, poses, strict=True)]
    theirs, mask = _change(*laid), poses[0].mask & poses[1].mask
    if mask.sum() < MINIMUM_PIXELS or max(texture(ours, mask), texture(theirs, mask)) < MOVING:
        return None
    return float(pairwise(vectors([ours], mask), vectors([theirs], mask))[0])


def _change(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray((one.astype(np.int16) - other.astype(np.int16)) // 2 + 128, dtype=np.uint8)
