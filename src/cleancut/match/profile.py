"""When a material is in the master: how alike both are from frame to frame, along a line in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cleancut.match.agree import Hit
from cleancut.match.align import Line, Lines, clipped, run_through, shown, threshold
from cleancut.match.correlate import Vectors, pairwise, table, vectors, warp
from cleancut.match.film import Film, Target
from cleancut.match.geometry import corners, scale
from cleancut.match.pose import (
    IN_TIME,
    SLACK,
    Pose,
    at_best_moment,
    carried,
    correlation,
    in_time,
    settled_pose,
    uncovered,
    whole,
)
from cleancut.match.track import STRONG_INLIERS, follow, line_of_moved, strongest

SAMPLES = 40  # master frames that decide the line
LINE_FRAMES = 480  # of a material, in all of which the line is sought; of a longer one in four times as many
LINE_SECONDS = 6.0  # of the master, to each side of where the material was laid over it, that decide the line
LINE_PIXELS = 3  # one in so many decides
CHUNK = 48  # frames looked at beyond an end before it is believed
SOME = 0.2  # correlation that is worth counting
MOVED = 0.012  # widths
MOVED_GAIN = 1.15  # following fits a little better wherever it goes
STEADY_CORE = 0.85
STEADY_START, STEADY_STARTS = 0.75, 4  # of the correlation; key frames
SETTLED_GAIN = 0.02  # correlation
SHIFT_COST, MADE_GAIN, MADE_LOSS = 2.0, 0.002, 0.15  # correlation a width; correlation; that and what moves
MOVES = np.float32(0.5)  # weight of what moves, beside that of the whole picture, in deciding the line
CARRIED_FRAMES = 24  # of the material
CARRIED_IDLE = 4  # of these that explain no more, and none will
CARRIED_CORE = 0.9  # of the correlation where it was
CARRIED_GAIN = 0.3  # about one frame of the master
MOMENT_GAIN = 1.05  # of what is explained of the picture where it lies
SAME_CLIP = 0.25  # widths: maps further apart are of other appearances


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

    def sum_of_run(self, level: float) -> float:
        """What all frames of the run say for the material."""
        first, end = self.run(level, self.pose.frame)
        return float(clipped(self.values, level)[first - self.first : end - self.first].sum())

    def at(self, frame: int) -> float:
        place = frame - self.first
        return float(self.values[place]) if 0 <= place < len(self.values) else -1.0

    def total(self) -> float:
        """Of the correlation of all frames in which there is any to speak of."""
        return float(self.values[self.values > SOME].sum())

    def pose_at(self, frame: int) -> Pose:
        return self.poses.get(frame, self.pose)


def profile_of(film: Film, target: Target, pose: Pose, cluster: Sequence[Hit]) -> tuple[Profile, list[Hit]]:
    """The profile of the material whose features `cluster` holds, and those of them that speak for it."""
    if target.is_still:
        return _of_still(film, target, pose, cluster), list(cluster)
    profile, near = _of_steady_clip(film, target, pose, cluster)
    if _lies_elsewhere(cluster):
        profile, near = _steadier(film, target, profile, near, cluster)
        if core_of(profile, cluster, profile.pose.frame) < STEADY_CORE:
            moved = _of_moved_clip(film, target, pose, cluster)
            if moved.total() > MOVED_GAIN * profile.total():
                return moved, list(cluster)
    return profile, near


def core_of(profile: Profile, hits: Sequence[Hit], seed: int) -> float:
    """The median over key frames, without the worst third: some of them may be other shots."""
    values = sorted(profile.at(frame) for frame in {seed, *(hit.frame for hit in hits)})
    return float(np.median(values[len(values) // 3 :]))


def _of_still(film: Film, target: Target, pose: Pose, hits: Sequence[Hit]) -> Profile:
    poses = follow(film, target, pose, hits)
    first = min(poses)
    values = np.array([poses[frame].correlation for frame in range(first, max(poses) + 1)])
    return Profile(first, values, None, poses, pose)


def _of_steady_clip(film: Film, target: Target, pose: Pose, cluster: Sequence[Hit]) -> tuple[Profile, list[Hit]]:
    """The profile of a clip that lies in one place, and the hits that lie near it."""
    near = [hit for hit in cluster if np.abs(hit.affine - pose.affine).max() < SAME_CLIP]
    return _of_clip(film, target, pose, near), near


def _steadier(
    film: Film, target: Target, profile: Profile, near: list[Hit], cluster: Sequence[Hit]
) -> tuple[Profile, list[Hit]]:
    """The profile, or the one from the place at another key frame which explains more.

    A material that pans fits as well at a wrong moment beside its place, but only for as long as both overlap. The last
    start is the moment of the material that explains most of the picture.
    """
    level = threshold(core_of(profile, near, profile.pose.frame))
    best, most = (profile, near), profile.sum_of_run(level)
    strong = strongest(cluster)
    for hit in sorted(strong, key=lambda hit: -hit.inliers)[:STEADY_STARTS]:
        if _explains(best[0], strong, level):
            break
        pose = settled_pose(film, target, hit)
        if pose is None or pose.correlation < STEADY_START * profile.pose.correlation:
            continue
        other, hits = _of_steady_clip(film, target, pose, cluster)
        value = other.sum_of_run(level)
        if value > most + CARRIED_GAIN:
            best, most = (other, hits), value
    elsewhere = _from_best_moment(film, target, best[0].pose, cluster)
    return elsewhere if elsewhere and elsewhere[0].sum_of_run(level) > most + CARRIED_GAIN else best


def _from_best_moment(
    film: Film, target: Target, pose: Pose, cluster: Sequence[Hit]
) -> tuple[Profile, list[Hit]] | None:
    """The profile from the moment of the material at which it explains most of the picture, with the hits that lie near
    either place; None where it explains hardly more than at its own."""
    start = whole(film, target, pose)
    most = MOMENT_GAIN * start.explained
    if most >= film.lit(start.frame).sum():
        return None
    moment = at_best_moment(film, target, start)
    if moment.explained <= most:
        return None
    moment = uncovered(film, target, moment)
    near = [hit for hit in cluster if min(np.abs(hit.affine - at.affine).max() for at in (pose, moment)) < SAME_CLIP]
    return _of_clip(film, target, moment, near), near


def _explains(profile: Profile, hits: Sequence[Hit], level: float) -> bool:
    """Whether all of these frames show the material, and as well as where it lies still."""
    first, end = profile.run(level, profile.pose.frame)
    return all(first <= hit.frame < end for hit in hits) and core_of(profile, hits, profile.pose.frame) >= STEADY_CORE


def _of_clip(film: Film, target: Target, pose: Pose, hits: Sequence[Hit]) -> Profile:
    pairs = _Pairs(film, target, pose)
    lines = _lines(pairs, hits)
    settled = _on_line(film, target, pose, lines.best[0])
    if settled is not pose:
        pairs = _Pairs(film, target, settled)
        lines = _lines(pairs, hits)
    pairs, line = _as_made(pairs, hits, lines)
    profile = _along_line(pairs, line, hits)
    return _carried_on(film, target, profile, line, hits) if line.speed else profile


def _as_made(pairs: _Pairs, hits: Sequence[Hit], lines: Lines) -> tuple[_Pairs, Line]:
    """The best line; or that of the speed at which the material was made, from its own place, if it is not much worse,
    and more speaks for it where the place is known and at the first and the last key frame.

    From one place, a material that zooms or pans fits as well along a wrong line; but along that its place shifts.
    """
    line, score = lines.best
    frames = sorted({pairs.pose.frame, *(hit.frame for hit in hits)})
    if line.speed in (0.0, 1.0) or len(frames) == 1:
        return pairs, line
    made, value = lines.at(1.0)
    if value < score - MADE_LOSS:
        return pairs, line
    chosen = [frames[0], pairs.pose.frame, frames[-1]]
    own, other = (_placed(pairs, one, chosen) for one in (line, made))
    is_shown = other[1].correlation > 0.0
    if not is_shown or _steadiness(other, pairs.target) <= _steadiness(own, pairs.target) + MADE_GAIN:
        return pairs, line
    pairs = _Pairs(pairs.film, pairs.target, other[1])
    return pairs, _lines(pairs, hits).at(1.0)[0]


def _placed(pairs: _Pairs, line: Line, frames: Sequence[int]) -> list[Pose]:
    """The place refined for what the line shows at these frames of the master; where the material does not last that
    long, of no correlation."""
    numbers, lasts = shown(line, pairs.target, np.array(frames) / pairs.film.rate)
    return [
        carried(pairs.film, pairs.target, pairs.pose, frame, number)
        if is_there
        else replace(pairs.pose, correlation=0.0, frame=frame)
        for frame, number, is_there in zip(frames, numbers.tolist(), lasts.tolist(), strict=True)
    ]


def _steadiness(seen: Sequence[Pose], target: Target) -> float:
    """How alike both are at these places, less what the places differ by, in widths of the material."""
    places = np.stack([corners(one.affine, target.aspect) for one in seen])
    shift = float(np.ptp(places, axis=0).max()) / scale(seen[0].affine)
    return float(np.mean([one.correlation for one in seen])) - SHIFT_COST * shift


def _along_line(pairs: _Pairs, line: Line, hits: Sequence[Hit]) -> Profile:
    first, values = _extended(pairs, line, hits)
    return Profile(first, values, line, {}, pairs.pose)


def _carried_on(film: Film, target: Target, profile: Profile, line: Line, hits: Sequence[Hit]) -> Profile:
    """The profile, or that of the material some frames earlier or later and a little aside which explains more.

    A material that pans fits nearly as well so. What tells is that it gives out although the master goes on showing
    what it showed.
    """
    level = threshold(core_of(profile, hits, profile.pose.frame))
    best, most = profile, profile.sum_of_run(level)
    for way in _given_out(film, target, profile, line, level):
        idle = 0
        for other in _beside(film, target, profile, way, hits):
            value = other.sum_of_run(level)
            best, most, idle = (other, value, 0) if value > most + CARRIED_GAIN else (best, most, idle + 1)
            if idle == CARRIED_IDLE:
                break
    return best


def _given_out(film: Film, target: Target, profile: Profile, line: Line, level: float) -> Iterator[int]:
    """Ways to go in the material, 1 or -1, because it is over at an end of its run, and the next frame of the master
    still looks like its last."""
    pose = profile.pose
    first, end = profile.run(level, pose.frame)
    for beyond, way in ((end, -1), (first - 1, 1)):
        if not 0 <= beyond < film.frames:
            continue
        frames, lasts = shown(line, target, np.array([beyond / film.rate]))
        if lasts[0]:
            continue
        if carried(film, target, pose, beyond, int(frames[0])).correlation > level:
            yield way if line.speed > 0 else -way


def _beside(film: Film, target: Target, profile: Profile, way: int, hits: Sequence[Hit]) -> Iterator[Profile]:
    """Profiles of the material moved on by one frame after another, its place found anew from the last."""
    pose, is_as_made = profile.pose, profile.line is not None and profile.line.speed == 1.0
    for step in range(1, CARRIED_FRAMES + 1):
        number = profile.pose.material_frame + way * step
        if not 0 <= number < len(target):
            return
        pose = carried(film, target, pose, pose.frame, number)
        if pose.correlation < CARRIED_CORE * profile.pose.correlation:
            return
        pairs = _Pairs(film, target, pose)
        lines = _lines(pairs, hits)
        yield _along_line(pairs, (lines.at(1.0) if is_as_made else lines.best)[0], hits)


def _on_line(film: Film, target: Target, pose: Pose, line: Line) -> Pose:
    """The pose refined on the frame that the line shows or one near it, if that fits better: where the material pans,
    the pose of another of its frames lies beside it."""
    frame = shown_at(film, target, line, pose.frame)
    value = correlation(film.thumb(pose.frame), target.thumbs[frame], pose.affine, pose.mask)
    if max(value, pose.correlation) > IN_TIME:
        return pose
    best = in_time(film, target, Pose(pose.affine, pose.mask, value, pose.frame, frame, pose.open_share), SLACK)
    return best if best.correlation > max(value, pose.correlation) + SETTLED_GAIN else pose


def _of_moved_clip(film: Film, target: Target, pose: Pose, hits: Sequence[Hit]) -> Profile:
    """Of a clip that pans, zooms or shakes in the master: its place is followed from frame to frame."""
    line = line_of_moved(film, target, pose, hits)
    poses = follow(film, target, pose, hits, line)
    first = min(poses)
    values = np.array([poses[frame].correlation for frame in range(first, max(poses) + 1)])
    return Profile(first, values, line, poses, pose)


def _lies_elsewhere(hits: Sequence[Hit]) -> bool:
    """Whether the features of some key frames put the material elsewhere than those of others: it moves in the
    master, or pans itself and is put beside its place at other moments than those shown."""
    strong = [hit.affine for hit in hits if hit.inliers >= STRONG_INLIERS]
    return len(strong) > 1 and bool(np.ptp(np.stack(strong), axis=0).max() >= MOVED)


class _Pairs:
    """Correlation of frames of the master with frames of the material, in one pose. Remembers the material's."""

    def __init__(self, film: Film, target: Target, pose: Pose) -> None:
        self.film, self.target, self.pose = film, target, pose
        self._known: dict[int, NDArray[np.float32]] = {}

    def ours(self, frames: Sequence[int]) -> Vectors:
        return vectors([self.film.thumb(frame) for frame in frames], self.pose.mask)

    def theirs(self, frames: Sequence[int]) -> Vectors:
        new = sorted({frame for frame in frames if frame not in self._known})
        if new:
            warped = [warp(self.target.thumbs[frame], self.pose.affine, self.film.shape) for frame in new]
            self._known.update(zip(new, vectors(warped, self.pose.mask), strict=True))
        return np.stack([self._known[frame] for frame in frames])

    def along(self, frames: Sequence[int], shown_frames: NDArray[np.int64]) -> NDArray[np.float64]:
        """Of each frame with the material's frame given for it or a neighbour of that, whichever fits best."""
        ours, last = self.ours(frames), len(self.target) - 1
        near = [np.clip(shown_frames + shift, 0, last).tolist() for shift in (-1, 0, 1)]
        like = np.stack([pairwise(ours, self.theirs(column)) for column in near])
        return np.asarray(like.max(axis=0), dtype=np.float64)


def _lines(pairs: _Pairs, hits: Sequence[Hit]) -> Lines:
    film, target, pose = pairs.film, pairs.target, pairs.pose
    near = [hit for hit in hits if abs(hit.frame - pose.frame) <= LINE_SECONDS * film.rate]
    frames = _sampled(film, pose, near)
    anchors = [(hit.frame / film.rate, float(target.seconds[hit.material_frame])) for hit in near]
    anchors.append((pose.frame / film.rate, float(target.seconds[pose.material_frame])))
    columns = _columns(target, anchors, frames, film.rate)
    # A part of the pixels decides as well, and most of the time goes into this product.
    ours, theirs = pairs.ours(frames)[:, ::LINE_PIXELS], pairs.theirs(columns.tolist())[:, ::LINE_PIXELS]
    correlations = np.float32(LINE_PIXELS) * table(ours, theirs) + MOVES * _moves_alike(ours, theirs)
    return Lines(anchors, np.array(frames) / film.rate, columns, correlations, target, 1.0 / film.rate)


def _moves_alike(ours: Vectors, theirs: Vectors) -> NDArray[np.float32]:
    """Correlation of what each differs in from the material's mean picture: of what moves, where the ground stays.

    Where nothing does, this is noise about 0 and favours no line; the ground alone fits any.
    """
    ground = theirs.mean(axis=0)
    one, other = ours - ground, theirs - ground
    lengths = np.outer(np.linalg.norm(one, axis=1), np.linalg.norm(other, axis=1))
    return np.asarray((one @ other.T) / np.maximum(lengths, 1.0), dtype=np.float32)


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
    first, centre, end = np.searchsorted(target.seconds, [middle - reach, middle, middle + reach])
    return np.arange(max(first, centre - 2 * LINE_FRAMES), min(end, centre + 2 * LINE_FRAMES))


def _extended(pairs: _Pairs, line: Line, hits: Sequence[Hit]) -> tuple[int, NDArray[np.float64]]:
    """Correlation along the line from the hits outwards, until a whole chunk shows nothing."""
    marks, frames = [pairs.pose.frame, *(hit.frame for hit in hits)], pairs.film.frames
    low, high = min(marks), max(marks) + 1
    middle = _along(pairs, line, low, high)
    quiet = 0.5 * float(np.median(middle[middle > -1])) if (middle > -1).any() else 0.0
    before: list[NDArray[np.float64]] = []
    while low > 0 and (not before or before[-1].max() > max(0.1, quiet)):
        before.append(_along(pairs, line, max(0, low - CHUNK), low))
        low = max(0, low - CHUNK)
    after: list[NDArray[np.float64]] = []
    while high < frames and (not after or after[-1].max() > max(0.1, quiet)):
        after.append(_along(pairs, line, high, min(frames, high + CHUNK)))
        high = min(frames, high + CHUNK)
    return low, np.concatenate([*reversed(before), middle, *after])


def _along(pairs: _Pairs, line: Line, first: int, end: int) -> NDArray[np.float64]:
    frames = np.arange(first, end)
    shown_frames, lasts = shown(line, pairs.target, frames / pairs.film.rate)
    values = np.full(len(frames), -1.0)
    if lasts.any():
        values[lasts] = pairs.along(frames[lasts].tolist(), shown_frames[lasts])
    return values


def shown_at(film: Film, target: Target, line: Line | None, frame: int) -> int:
    if line is None:
        return 0
    return int(shown(line, target, np.array([frame / film.rate]))[0][0])
