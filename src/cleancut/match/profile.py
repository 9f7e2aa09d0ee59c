"""When a material is in the master: how alike both are from frame to frame, along a line in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cleancut.match.agree import Hit
from cleancut.match.align import Line, Lines, Piece, clipped, lost_after, run_through, shown, threshold
from cleancut.match.correlate import warp
from cleancut.match.film import Film, Target
from cleancut.match.geometry import Affine, corners, scale
from cleancut.match.pairs import Pairs, along, extended, lines_of
from cleancut.match.picture import Luma
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

SOME = 0.2  # correlation that is worth counting
MOVED = 0.012  # widths
MOVED_GAIN = 1.15  # following fits a little better wherever it goes
STEADY_CORE = 0.85
STEADY_START, STEADY_STARTS = 0.75, 4  # of the correlation; key frames
SETTLED_GAIN = 0.02  # correlation
SHIFT_COST, MADE_GAIN, MADE_LOSS = 2.0, 0.002, 0.15  # correlation a width; correlation; that and what moves
CARRIED_FRAMES = 24  # of the material
CARRIED_IDLE = 4  # of these that explain no more, and none will
CARRIED_CORE = 0.9  # of the correlation where it was
CARRIED_GAIN = 0.3  # about one frame of the master
MOMENT_GAIN = 1.05  # of what is explained of the picture where it lies
MOMENT_SUM = 0.99  # of what all frames say for it where it was: the same, and more of the picture is explained
ALSO_ALIKE = 0.9  # of what a piece is
JUMP_SECONDS = 0.1  # less is a speed that is a little off
HUNG_OVER = 0.02  # widths
SAME_CLIP = 0.25  # widths: maps further apart are of other appearances


@dataclass(frozen=True, eq=False)
class Profile:
    """Correlation by frame of the master, from frame `first` on; -1 where the material cannot be shown."""

    first: int
    values: NDArray[np.float64]
    line: Line | None
    poses: dict[int, Pose]
    pose: Pose
    lost: int  # frames in a row, after which the material is gone
    piece: tuple[int, int] | None = None  # of a clip that was cut: the frames that no other piece is shown in

    def run(self, level: float, seed: int) -> tuple[int, int]:
        start, end = run_through(clipped(self.values, level), seed - self.first, self.lost)
        return self.first + start, self.first + end

    def without(self, spans: Sequence[tuple[int, int]]) -> Profile:
        """The same, and nothing in these frames."""
        values = self.values.copy()
        for first, end in spans:
            values[max(0, first - self.first) : max(0, end - self.first)] = -1.0
        return replace(self, values=values)

    def within(self, piece: tuple[int, int] | None) -> Profile:
        """The same, and nothing outside of these frames."""
        if piece is None:
            return self
        outside = [(self.first, piece[0]), (piece[1], self.first + len(self.values))]
        return replace(self.without(outside), piece=piece)

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
    if profile.piece is None and _lies_elsewhere(cluster):
        profile, near = _steadier(film, target, profile, near, cluster)
        if core_of(profile, cluster, profile.pose.frame) < STEADY_CORE:
            moved = _of_moved_clip(film, target, pose, cluster)
            if moved.total() > MOVED_GAIN * profile.total():
                return moved, list(cluster)
    elif _hangs_over(film, target, profile.pose) and core_of(profile, near, profile.pose.frame) >= STEADY_CORE:
        profile, near = _filling(film, target, profile, near, cluster)
    return profile, near


def core_of(profile: Profile, hits: Sequence[Hit], seed: int) -> float:
    """The median over key frames, without the worst third: some of them may be other shots."""
    values = sorted(profile.at(frame) for frame in {seed, *(hit.frame for hit in hits)})
    return float(np.median(values[len(values) // 3 :]))


def _of_still(film: Film, target: Target, pose: Pose, hits: Sequence[Hit]) -> Profile:
    poses = follow(film, target, pose, hits)
    first = min(poses)
    values = np.array([poses[frame].correlation for frame in range(first, max(poses) + 1)])
    return Profile(first, values, None, poses, pose, lost_after(film.rate))


def _of_steady_clip(film: Film, target: Target, pose: Pose, cluster: Sequence[Hit]) -> tuple[Profile, list[Hit]]:
    """The profile of a clip that lies in one place, and the hits that lie near it."""
    near = [hit for hit in cluster if np.abs(hit.affine - pose.affine).max() < SAME_CLIP]
    pairs = Pairs(film, target, pose)
    lines = lines_of(pairs, near)
    return _of_piece(pairs, lines, near) or (_of_clip(pairs, lines, near), near)


def _of_piece(pairs: Pairs, lines: Lines, hits: Sequence[Hit]) -> tuple[Profile, list[Hit]] | None:
    """The profile of that piece of a clip that was cut, or is shown again, in which it was laid over the master, with
    the hits in it. None where one line says as much, or the piece is not all but a copy."""
    film, target = pairs.film, pairs.target
    before, own, after = _about(lines.pieces(), pairs.pose.frame / film.rate, target)
    if own is None or not (before or after):
        return None
    settled = _on_line(film, target, pairs.pose, own.line)
    pairs = pairs if settled is pairs.pose else Pairs(film, target, settled)
    first = _jump(pairs, before, own) if before else 0
    end = _jump(pairs, own, after) if after else film.frames
    inside = [hit for hit in hits if first <= hit.frame < end]
    profile = _along_line(pairs, own.line, inside).within((first, end))
    lasting = [hit for hit in inside if profile.at(hit.frame) > -1.0]
    profile = _carried_on(film, target, profile, own.line, lasting)
    return (profile, inside) if core_of(profile, inside, settled.frame) >= STEADY_CORE else None


def _about(pieces: list[Piece], at: float, target: Target) -> tuple[Piece | None, Piece | None, Piece | None]:
    """The piece at this second of the master, and those next to it, before and after, if they are as much a copy.

    What is not is another take, or other footage that some moment of the material is a little like. A material that
    pans itself may have been laid a little aside and some frames off; where it then gives out, what goes on is no other
    piece.
    """
    if not pieces:
        return None, None, None
    number = min(range(len(pieces)), key=lambda n: max(pieces[n].first - at, at - pieces[n].last))
    before, own, after = pieces[:number], pieces[number], pieces[number + 1 :]
    while before and _goes_on(own, before[-1], before[-1].last, target):
        own = replace(own, first=before.pop().first)
    while after and _goes_on(own, after[0], after[0].first, target):
        own = replace(own, last=after.pop(0).last)
    beside = (before[-1] if before else None, after[0] if after else None)
    one, other = (piece if piece and piece.alike >= ALSO_ALIKE * own.alike else None for piece in beside)
    return one, own, other


def _goes_on(own: Piece, other: Piece, at: float, target: Target) -> bool:
    """Whether another piece is hardly off from one in time: by a frame or two, or by more where the material of the one
    does not last to where the other is."""
    off = abs(other.line.offset - own.line.offset)
    is_over = not 0.0 <= own.line.offset + own.line.speed * at < target.end_seconds
    return off <= JUMP_SECONDS or (is_over and off <= CARRIED_FRAMES * target.frame_seconds)


def _jump(pairs: Pairs, one: Piece, other: Piece) -> int:
    """The first frame of the second of two pieces: that from which on its line says more."""
    low, high = round(one.last * pairs.film.rate) + 1, round(other.first * pairs.film.rate)
    gained = along(pairs, one.line, low, high) - along(pairs, other.line, low, high)
    return low + int(np.cumsum([0.0, *gained]).argmax())


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
        if other.piece is not None:  # of what may be shown elsewhere
            continue
        value = other.sum_of_run(level)
        if value > most + CARRIED_GAIN:
            best, most = (other, hits), value
    return _filling(film, target, *best, cluster)


def _filling(
    film: Film, target: Target, profile: Profile, near: list[Hit], cluster: Sequence[Hit]
) -> tuple[Profile, list[Hit]]:
    """The profile, or the one from the moment of the material that explains more of the picture, with the hits that lie
    near either place, if as much speaks for that."""
    moment = _best_moment(film, target, profile.pose)
    if moment is None:
        return profile, near
    places = (profile.pose.affine, moment.affine)
    about = [hit for hit in cluster if min(np.abs(hit.affine - place).max() for place in places) < SAME_CLIP]
    pairs = Pairs(film, target, moment)
    lines, level = lines_of(pairs, about), threshold(core_of(profile, near, profile.pose.frame))
    other = _of_piece(pairs, lines, about) if profile.piece else (_of_clip(pairs, lines, about), about)
    is_as_good = other is not None and other[0].sum_of_run(level) >= MOMENT_SUM * profile.sum_of_run(level)
    return other if other is not None and is_as_good else (profile, near)


def _hangs_over(film: Film, target: Target, pose: Pose) -> bool:
    """Whether a part of the material lies beyond an edge of the picture, and a part of that is bare: so does a material
    that pans, laid over it at a wrong moment."""
    edges = np.array([1.0, film.shape[0] / film.shape[1]])
    at = corners(pose.affine, target.aspect)
    is_over = max((-at).max(), (at - edges).max()) > HUNG_OVER
    return bool(is_over and MOMENT_GAIN * whole(film, target, pose).mask.sum() < film.lit(pose.frame).sum())


def _best_moment(film: Film, target: Target, pose: Pose) -> Pose | None:
    """The place at the moment of the material that explains most of the picture; None where that explains hardly more
    than the pose's own."""
    start = whole(film, target, pose)
    most = MOMENT_GAIN * start.explained
    if most >= film.lit(start.frame).sum():
        return None
    moment = at_best_moment(film, target, start)
    return uncovered(film, target, moment) if moment.explained > most else None


def _explains(profile: Profile, hits: Sequence[Hit], level: float) -> bool:
    """Whether all of these frames show the material, and as well as where it lies still."""
    first, end = profile.run(level, profile.pose.frame)
    return all(first <= hit.frame < end for hit in hits) and core_of(profile, hits, profile.pose.frame) >= STEADY_CORE


def _of_clip(pairs: Pairs, lines: Lines, hits: Sequence[Hit]) -> Profile:
    film, target = pairs.film, pairs.target
    settled = _on_line(film, target, pairs.pose, lines.best[0])
    if settled is not pairs.pose:
        pairs = Pairs(film, target, settled)
        lines = lines_of(pairs, hits)
    pairs, line = _as_made(pairs, hits, lines)
    profile = _along_line(pairs, line, hits)
    return _carried_on(film, target, profile, line, hits) if line.speed else profile


def _as_made(pairs: Pairs, hits: Sequence[Hit], lines: Lines) -> tuple[Pairs, Line]:
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
    pairs = Pairs(pairs.film, pairs.target, other[1])
    return pairs, lines_of(pairs, hits).at(1.0)[0]


def _placed(pairs: Pairs, line: Line, frames: Sequence[int]) -> list[Pose]:
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


def _along_line(pairs: Pairs, line: Line, hits: Sequence[Hit]) -> Profile:
    first, values = extended(pairs, line, hits)
    return Profile(first, values, line, {}, pairs.pose, lost_after(pairs.film.rate))


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
        pairs = Pairs(film, target, pose)
        lines = lines_of(pairs, hits)
        moved = _along_line(pairs, (lines.at(1.0) if is_as_made else lines.best)[0], hits)
        yield moved.within(profile.piece)


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
    return Profile(first, values, line, poses, pose, lost_after(film.rate))


def _lies_elsewhere(hits: Sequence[Hit]) -> bool:
    """Whether the features of some key frames put the material elsewhere than those of others: it moves in the
    master, or pans itself and is put beside its place at other moments than those shown."""
    strong = [hit.affine for hit in hits if hit.inliers >= STRONG_INLIERS]
    return len(strong) > 1 and bool(np.ptp(np.stack(strong), axis=0).max() >= MOVED)


def shown_at(film: Film, target: Target, line: Line | None, frame: int) -> int:
    if line is None:
        return 0
    return int(shown(line, target, np.array([frame / film.rate]))[0][0])


def laid(film: Film, target: Target, line: Line | None, frame: int, affine: Affine) -> Luma:
    """The material as it should show in a frame of the master."""
    return warp(target.thumbs[shown_at(film, target, line, frame)], affine, film.shape)
