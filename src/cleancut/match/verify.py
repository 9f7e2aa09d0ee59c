"""Evidence: whether the pixels of a material are in the master where its features say, and from which frame on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleancut.match.align import Line, best_line, clipped, run_through, shown, threshold
from cleancut.match.correlate import FINE, Vectors, pairwise, table, texture, vectors, warp
from cleancut.match.film import Film, Target
from cleancut.match.pose import Pose, best_pose, uncovered
from cleancut.match.propose import Hit
from cleancut.match.track import follow

CLUSTER_GAP_SECONDS = 1.5
SAMPLES = 40  # master frames that decide the line
LINE_FRAMES = 480  # of the material, at most, among which the line is sought
CHUNK = 48  # frames looked at beyond an end before it is believed
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
    hits = [hit for hit in cluster if target.is_still or np.abs(hit.affine - pose.affine).max() < 0.25]
    profile = _of_still(film, target, pose, hits) if target.is_still else _of_clip(film, target, pose, hits)
    if profile is None:
        return None
    core = _core(profile, hits, pose.frame)
    if core < _floor(weight):
        return None
    first, end = profile.run(threshold(core), pose.frame)
    inside = [hit for hit in hits if first <= hit.frame < end]
    evidence = _evidence(film, target, profile, (first, end), inside, pose)
    middle = profile.pose_at((first + end) // 2)
    return Appearance(cluster[0].material, first, end, middle, profile.line, pose.open_share, evidence)


@dataclass(frozen=True, eq=False)
class Profile:
    """Correlation by frame of the master, from frame `first` on; -1 where the material cannot be shown."""

    first: int
    values: NDArray[np.float64]
    line: Line | None
    poses: dict[int, Pose]
    pose: Pose

    def run(self, level: float, seed: int) -> tuple[int, int]:
        start, end = run_through(clipped(self.values, level), seed - self.first)
        return self.first + start, self.first + end

    def at(self, frame: int) -> float:
        place = frame - self.first
        return float(self.values[place]) if 0 <= place < len(self.values) else -1.0

    def pose_at(self, frame: int) -> Pose:
        return self.poses.get(frame, self.pose)


def _core(profile: Profile, hits: Sequence[Hit], seed: int) -> float:
    """The median over key frames, without the worst third: some of them may be other shots."""
    values = sorted(profile.at(frame) for frame in {seed, *(hit.frame for hit in hits)})
    return float(np.median(values[len(values) // 3 :]))


def _of_still(film: Film, target: Target, pose: Pose, hits: Sequence[Hit]) -> Profile:
    poses = follow(film, target, pose, hits)
    first = min(poses)
    values = np.array([poses[frame].correlation for frame in range(first, max(poses) + 1)])
    return Profile(first, values, None, poses, pose)


def _of_clip(film: Film, target: Target, pose: Pose, hits: Sequence[Hit]) -> Profile | None:
    pairs = _Pairs(film, target, pose)
    line = _line(film, target, pose, hits, pairs)
    first, values = _extended(film, target, line, pairs, hits, pose.frame)
    return Profile(first, values, line, {}, pose)


class _Pairs:
    """Correlation of frames of the master with frames of the material, in one pose. Remembers the material's."""

    def __init__(self, film: Film, target: Target, pose: Pose) -> None:
        self._film, self._target, self._pose = film, target, pose
        self._known: dict[int, NDArray[np.float32]] = {}

    def ours(self, frames: Sequence[int]) -> Vectors:
        return vectors([self._film.thumb(frame) for frame in frames], self._pose.mask)

    def theirs(self, frames: Sequence[int]) -> Vectors:
        new = sorted({frame for frame in frames if frame not in self._known})
        if new:
            warped = [warp(self._target.thumbs[frame], self._pose.affine, self._film.shape) for frame in new]
            self._known.update(zip(new, vectors(warped, self._pose.mask), strict=True))
        return np.stack([self._known[frame] for frame in frames])

    def along(self, frames: Sequence[int], shown_frames: NDArray[np.int64]) -> NDArray[np.float64]:
        """Of each frame with the material's frame given for it or a neighbour of that, whichever fits best."""
        ours, last = self.ours(frames), len(self._target) - 1
        near = [np.clip(shown_frames + shift, 0, last).tolist() for shift in (-1, 0, 1)]
        like = np.stack([pairwise(ours, self.theirs(column)) for column in near])
        return np.asarray(like.max(axis=0), dtype=np.float64)


def _line(film: Film, target: Target, pose: Pose, hits: Sequence[Hit], pairs: _Pairs) -> Line:
    frames = _sampled(film, pose, hits)
    anchors = [(hit.frame / film.rate, float(target.seconds[hit.material_frame])) for hit in hits]
    anchors.append((pose.frame / film.rate, float(target.seconds[pose.material_frame])))
    columns = _columns(target, anchors, frames, film.rate)
    seconds = np.array(frames) / film.rate
    correlations = table(pairs.ours(frames), pairs.theirs(columns.tolist()))
    line, _ = best_line(anchors, seconds, columns, correlations, target, 1.0 / film.rate)
    return line


def _sampled(film: Film, pose: Pose, hits: Sequence[Hit]) -> list[int]:
    """Frames from the first hit to the last, about a second at least, evenly, with those of the hits."""
    marks = sorted({pose.frame, *(hit.frame for hit in hits)})
    low, high = marks[0], marks[-1]
    if high - low < film.rate:
        low, high = max(0, low - round(film.rate / 3)), min(film.frames - 1, high + round(film.rate / 3))
    even = np.rint(np.linspace(low, high, min(SAMPLES, high - low + 1))).astype(int).tolist()
    return sorted({*even, *(marks if len(marks) <= SAMPLES else [])})


def _columns(
    target: Target, anchors: Sequence[tuple[float, float]], frames: Sequence[int], rate: float
) -> NDArray[np.int64]:
    """The material's frames a line might show: all of a short clip, else those about the hits."""
    if len(target) <= LINE_FRAMES:
        return np.arange(len(target))
    reach = 2.0 + 2.0 * (frames[-1] - frames[0]) / rate
    middle = float(np.median([there for _, there in anchors]))
    first, end = np.searchsorted(target.seconds, [middle - reach, middle + reach])
    return np.arange(first, min(end, first + 4 * LINE_FRAMES))


def _extended(
    film: Film, target: Target, line: Line, pairs: _Pairs, hits: Sequence[Hit], seed: int
) -> tuple[int, NDArray[np.float64]]:
    """Correlation along the line from the hits outwards, until a whole chunk shows nothing."""
    marks = [seed, *(hit.frame for hit in hits)]
    low, high = min(marks), max(marks) + 1
    middle = _along(film, target, line, pairs, low, high)
    quiet = 0.5 * float(np.median(middle[middle > -1])) if (middle > -1).any() else 0.0
    before: list[NDArray[np.float64]] = []
    while low > 0 and (not before or before[-1].max() > max(0.1, quiet)):
        before.append(_along(film, target, line, pairs, max(0, low - CHUNK), low))
        low = max(0, low - CHUNK)
    after: list[NDArray[np.float64]] = []
    while high < film.frames and (not after or after[-1].max() > max(0.1, quiet)):
        after.append(_along(film, target, line, pairs, high, min(film.frames, high + CHUNK)))
        high = min(film.frames, high + CHUNK)
    return low, np.concatenate([*reversed(before), middle, *after])


def _along(film: Film, target: Target, line: Line, pairs: _Pairs, first: int, end: int) -> NDArray[np.float64]:
    frames = np.arange(first, end)
    shown_frames, lasts = shown(line, target, frames / film.rate)
    values = np.full(len(frames), -1.0)
    if lasts.any():
        values[lasts] = pairs.along(frames[lasts].tolist(), shown_frames[lasts])
    return values


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
    shown_frame = _shown_at(film, target, profile.line, frame)
    ours, theirs = film.thumb(frame), warp(target.thumbs[shown_frame], pose.affine, film.shape)
    fine = float(pairwise(vectors([ours], pose.mask, FINE), vectors([theirs], pose.mask, FINE))[0])
    return fine, _motion(film, target, profile, frame, pose)


def _motion(film: Film, target: Target, profile: Profile, frame: int, pose: Pose) -> float | None:
    """Correlation of what changes within half a second, in the master and in the material; None where little does."""
    other = frame + max(1, round(0.5 * film.rate))
    if profile.line is None or other >= film.frames or profile.at(other) < 0:
        return None
    ours = _change(film.thumb(frame), film.thumb(other))
    there = [_shown_at(film, target, profile.line, at) for at in (frame, other)]
    theirs = _change(*(warp(target.thumbs[at], pose.affine, film.shape) for at in there))
    if max(texture(ours, pose.mask), texture(theirs, pose.mask)) < MOVING:
        return None
    return float(pairwise(vectors([ours], pose.mask), vectors([theirs], pose.mask))[0])


def _change(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray((one.astype(np.int16) - other.astype(np.int16)) // 2 + 128, dtype=np.uint8)


def _shown_at(film: Film, target: Target, line: Line | None, frame: int) -> int:
    if line is None:
        return 0
    return int(shown(line, target, np.array([frame / film.rate]))[0][0])
