"""A material under a move of the camera made later: its place, frame by frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from cleancut.match.agree import Hit
from cleancut.match.align import SPEEDS, UNCOMMON_COST, Line, lost_after, shown
from cleancut.match.correlate import warp
from cleancut.match.film import Film, Target
from cleancut.match.geometry import Affine, blend
from cleancut.match.picture import Luma
from cleancut.match.pose import Pose, correlation, in_time, mask_at, refined, settled_pose

LOST = 0.25  # correlation
STRONG_INLIERS = 6
REFINE_EVERY = 3  # frames
STEADY = 0.7  # correlation below which the place is looked for anew
SAMPLES, STARTS = 7, 3  # key frames at which it is placed; the best of them, at which its line is sought
START_SLACK = 2  # frames of the material
TRIED_SPEEDS = 5  # besides the original
FOLLOWED = 1, 3, 6, 10, 15  # frames to each side
ALIKE = 1.001  # the highest correlation: vectors are rounded


def strongest(hits: Iterable[Hit]) -> list[Hit]:
    """Of each key frame its strongest hit, in order of frame; none that is weak."""
    best: dict[int, Hit] = {}
    for hit in hits:
        if hit.inliers >= STRONG_INLIERS and (hit.frame not in best or hit.inliers > best[hit.frame].inliers):
            best[hit.frame] = hit
    return [best[frame] for frame in sorted(best)]


class Course:
    """The material's map at any frame, as the features of key frames have it: straight between them."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        strong = strongest(hits)
        self._frames = [hit.frame for hit in strong]
        self._maps = [hit.affine for hit in strong]

    def at(self, frame: int) -> Affine | None:
        """None where no key frame says anything. Goes on a little beyond the first and the last."""
        if len(self._frames) < 2:
            return self._maps[0] if self._maps else None
        place = int(np.clip(np.searchsorted(self._frames, frame) - 1, 0, len(self._frames) - 2))
        start, end = self._frames[place], self._frames[place + 1]
        share = float(np.clip((frame - start) / (end - start), -1.5, 2.5))
        return blend(self._maps[place], self._maps[place + 1], share)


def follow(film: Film, target: Target, start: Pose, hits: Sequence[Hit], line: Line | None = None) -> dict[int, Pose]:
    """The material's pose at each frame on both sides of `start`, until it is lost or has ended. `line` says what a
    clip shows when; a still has none."""
    course, gone = Course(hits), lost_after(film.rate)
    poses = {start.frame: start}
    for step in (1, -1):
        pose, lost, frame = start, 0, start.frame + step
        while 0 <= frame < film.frames and lost < gone:
            shown_frame = _shown_at(film, target, line, frame)
            if shown_frame is None:
                break
            pose = moved_on(film, target, pose, frame, shown_frame, course.at(frame))
            poses[frame] = pose
            lost = lost + 1 if pose.correlation < LOST else 0
            frame += step
    return poses


def _shown_at(film: Film, target: Target, line: Line | None, frame: int) -> int | None:
    """Which of the material's frames is shown; None where it does not last that far."""
    if line is None:
        return 0
    frames, lasts = shown(line, target, np.array([frame / film.rate]))
    return int(frames[0]) if lasts[0] else None


def line_of_moved(film: Film, target: Target, pose: Pose, hits: Sequence[Hit]) -> Line:
    """The line along which the picture can be followed best for a moment to both sides of where it fits best.

    Which moments of the material the features of other key frames lead to only proposes speeds: a material that pans
    itself shows the same things at several.
    """
    strong = sorted((hit for hit in hits if hit.inliers >= STRONG_INLIERS), key=lambda hit: (-hit.inliers, hit.frame))
    settled = [found for hit in strong[:SAMPLES] if (found := settled_pose(film, target, hit)) is not None]
    best_first = sorted([pose, *settled], key=lambda found: -found.correlation)[:STARTS]
    here, there = np.array([hit.frame for hit in hits]) / film.rate, target.seconds[[h.material_frame for h in hits]]
    best, most = Line(1.0, 0.0), -np.inf
    for start in [in_time(film, target, found, START_SLACK) for found in best_first]:
        walk = _Walk(film, target, start)
        at, shows = start.frame / film.rate, float(target.seconds[start.material_frame])
        off = [float(np.median(np.abs(there - shows - speed * (here - at)))) for speed in SPEEDS]
        for number in sorted({0, *np.argsort(off, kind="stable")[:TRIED_SPEEDS].tolist()}):
            line, cost = Line(SPEEDS[number], shows - SPEEDS[number] * at), UNCOMMON_COST if number else 0.0
            value = walk.along(line, most + cost) - cost
            if value > most:
                best, most = line, value
    return best


class _Walk:
    """The picture followed some frames to both sides of where it is known, each place found from the one before.

    Lines that show the same frames are one until they part: what they lead to is remembered.
    """

    def __init__(self, film: Film, target: Target, start: Pose) -> None:
        self._film, self._target, self._start = film, target, start
        self._known: dict[tuple[int, ...], Pose] = {}

    def along(self, line: Line, least: float) -> float:
        """Mean correlation along a line; given up, and less than `least`, where it can no longer come to that."""
        values: list[float] = []
        most = 2 * len(FOLLOWED)
        for way in (-1, 1):
            pose = self._start
            path: tuple[int, ...] = (way,)
            for step in FOLLOWED:
                frame = self._start.frame + way * step
                shown_frame = _shown_at(self._film, self._target, line, frame)
                if not 0 <= frame < self._film.frames or shown_frame is None:
                    break
                path = (*path, shown_frame)
                if path not in self._known:
                    self._known[path] = moved_on(self._film, self._target, pose, frame, shown_frame, None)
                pose = self._known[path]
                values.append(pose.correlation)
                if sum(values) + ALIKE * (most - len(values)) < least * most:
                    return -np.inf
        return float(np.mean(values)) if values else 0.0


def moved_on(film: Film, target: Target, last: Pose, frame: int, shown_frame: int, expected: Affine | None) -> Pose:
    """The best of: where it was, where it is expected, either shifted to where it fits, and that refined."""
    thumb, picture = film.thumb(frame), target.thumbs[shown_frame]
    value = correlation(thumb, picture, last.affine, last.mask)
    best = Pose(last.affine, last.mask, value, frame, shown_frame, last.open_share)
    places = [last.affine] if expected is None else [expected, last.affine]
    if expected is not None:
        best = _better(film, target, best, expected)
    if best.correlation < STEADY:
        for place in places:
            best = _better(film, target, best, shifted(thumb, picture, place))
    if frame % REFINE_EVERY == 0 or best.correlation < STEADY:
        best = refined(film, target, best)
    return best


def _better(film: Film, target: Target, pose: Pose, affine: Affine) -> Pose:
    """The pose, or the one with this map if the pictures agree more."""
    mask = mask_at(film, pose.frame, affine, target.aspect)
    if mask is None:
        return pose
    value = correlation(film.thumb(pose.frame), target.thumbs[pose.material_frame], affine, mask)
    return Pose(affine, mask, value, pose.frame, pose.material_frame) if value > pose.correlation else pose


def shifted(thumb: Luma, material: Luma, affine: Affine) -> Affine:
    """`affine` moved, without turning, to where the whole picture fits best: a shake is wider than refining sees."""
    height, width = thumb.shape
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    laid = warp(material, affine, (height, width)).astype(np.float32)
    (across, down), _ = cv2.phaseCorrelate(laid, thumb.astype(np.float32), window)
    moved = affine.copy()
    moved[:, 2] += np.array([across, down]) / width
    return moved
