"""Place: where in the master's picture a material lies, and which of its pixels can be compared there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from cleancut.match.agree import Hit
from cleancut.match.correlate import MINIMUM_PIXELS, Mask, alike, covered, local, reduced, table, vectors, warp
from cleancut.match.film import Film, Target
from cleancut.match.geometry import Affine, growth, in_pixels, in_widths, inverse
from cleancut.match.picture import Luma

GUESSES = 3  # maps tried a cluster
SAME_PLACE = 0.06  # widths: maps nearer than this refine to one
NEAR_SECONDS = 0.7  # of the material, about the key frame of a hit
NEAR_FRAMES = 17
REFINABLE = 0.12  # correlation below which refining leads astray
MAX_DRIFT = 0.08  # widths
MAX_GROWTH = 0.25
AGREES = 0.45  # local correlation
IN_TIME = 0.97  # correlation above which the frame is taken for the right one
SLACK = 9  # frames of a material
IDLE = 3  # of these that fit no better, and none will
MOMENTS = 240  # frames of a material, each way
COVERED_GAIN = 0.02  # correlation that a change must bring where what is compared was chosen for being alike
COVERED_ENOUGH = 0.65  # correlation above which nothing is looked for that lies over the material


@dataclass(frozen=True, eq=False)
class Pose:
    """Where a material lies at one frame: the map, the pixels to compare, and how they correlate with
    `material_frame`. `open_share` is the part of the material's pixels that nothing lies over."""

    affine: Affine
    mask: Mask
    correlation: float
    frame: int
    material_frame: int
    open_share: float = 1.0

    @property
    def explained(self) -> float:
        """How much of the master's picture it explains, in pixels."""
        return self.correlation * float(self.mask.sum())


def mask_at(film: Film, frame: int, affine: Affine, aspect: float) -> Mask | None:
    """Pixels of the master's thumbnail to compare; None where too few are covered."""
    mask = covered(affine, aspect, film.shape) & film.lit(frame)
    return mask if mask.sum() >= MINIMUM_PIXELS else None


def correlation(thumb: Luma, material: Luma, affine: Affine, mask: Mask) -> float:
    shape = (thumb.shape[0], thumb.shape[1])
    return alike(thumb, warp(material, affine, shape), mask)


def best_pose(film: Film, target: Target, cluster: Sequence[Hit]) -> Pose | None:
    """The best of the cluster's maps, refined; None where none covers enough of the picture."""
    poses = [pose for guess in _guesses(cluster, target) if (pose := settled_pose(film, target, guess)) is not None]
    return max(poses, key=lambda pose: pose.correlation, default=None)


def _guesses(cluster: Sequence[Hit], target: Target) -> list[Hit]:
    """The strongest hits that lie apart, and the median map of the strong ones."""
    ranked = sorted(cluster, key=lambda hit: (-hit.inliers, hit.frame))
    guesses: list[Hit] = []
    for hit in ranked:
        if all(np.abs(hit.affine - other.affine).max() > SAME_PLACE for other in guesses):
            guesses.append(hit)
        if len(guesses) == GUESSES:
            break
    strong = [hit for hit in ranked if hit.inliers >= 0.5 * ranked[0].inliers]
    if len(strong) > 1 and not target.is_still:
        first = strong[0]
        median = np.median(np.stack([hit.affine for hit in strong]), axis=0)
        guesses.append(replace(first, affine=median))
    return guesses


def settled_pose(film: Film, target: Target, hit: Hit) -> Pose | None:
    """The material's frame that fits best near the hit's, and the map refined on it."""
    pose = _placed(film, target, hit)
    return refined(film, target, pose) if pose is not None else None


def open_pose(film: Film, target: Target, pose: Pose, cluster: Sequence[Hit]) -> Pose:
    """The pose without what lies over the material, or the strongest hit so, if more of it fits better: what lies over
    a material leads refining astray, and features not."""
    found = uncovered(film, target, pose)
    if found.open_share == 1.0:
        return found
    strongest = min(cluster, key=lambda hit: (-hit.inliers, hit.frame))
    placed = _placed(film, target, strongest)
    if placed is None:
        return found
    other = uncovered(film, target, placed)
    return other if other.correlation * other.open_share > found.correlation * found.open_share else found


def _placed(film: Film, target: Target, hit: Hit) -> Pose | None:
    """Where the hit puts the material, at that of its frames which fits best."""
    thumb = film.thumb(hit.frame)
    mask = mask_at(film, hit.frame, hit.affine, target.aspect)
    if mask is None:
        return None
    near = _near(target, hit.material_frame)
    ours = vectors([thumb], mask)
    like = table(ours, vectors([warp(target.thumbs[frame], hit.affine, film.shape) for frame in near], mask))[0]
    best = int(like.argmax())
    return Pose(hit.affine, mask, float(like[best]), hit.frame, near[best])


def _near(target: Target, frame: int) -> list[int]:
    """The material's frames about one, few enough to try."""
    low, high = target.seconds[frame] - NEAR_SECONDS, target.seconds[frame] + NEAR_SECONDS
    first, end = np.searchsorted(target.seconds, [low, high + 1e-9])
    chosen = np.unique(np.rint(np.linspace(first, end - 1, min(NEAR_FRAMES, end - first))).astype(int))
    return sorted({*chosen.tolist(), frame})


def refined(film: Film, target: Target, pose: Pose) -> Pose:
    """The pose after maximising correlation over small changes of the map, if that is better."""
    if pose.correlation < REFINABLE:
        return pose
    thumb, material = film.thumb(pose.frame), target.thumbs[pose.material_frame]
    is_covered = pose.open_share < 1.0
    moved = _moved(thumb, material, pose.affine, pose.mask if is_covered else None)
    if moved is None:
        return pose
    mask = mask_at(film, pose.frame, moved, target.aspect)
    if mask is not None and is_covered:
        mask = mask & pose.mask
    if mask is None or mask.sum() < MINIMUM_PIXELS:
        return pose
    better = correlation(thumb, material, moved, mask)
    if better <= pose.correlation + (COVERED_GAIN if is_covered else 0.0):
        return pose
    return Pose(moved, mask, better, pose.frame, pose.material_frame, pose.open_share)


def carried(film: Film, target: Target, pose: Pose, frame: int, number: int) -> Pose:
    """The pose at another frame of the master and another of the material, its map refined for them."""
    value = correlation(film.thumb(frame), target.thumbs[number], pose.affine, pose.mask)
    return refined(film, target, replace(pose, correlation=value, frame=frame, material_frame=number))


def in_time(film: Film, target: Target, pose: Pose, slack: int) -> Pose:
    """The pose with that of the material's frames about its own which fits best, its map refined for each: sought from
    its own frame both ways, as long as it helps."""
    best = pose
    for way in (-1, 1):
        last, idle = pose, 0
        for near in range(pose.material_frame + way, pose.material_frame + way * (slack + 1), way):
            if not 0 <= near < len(target) or idle == IDLE:
                break
            last = carried(film, target, last, pose.frame, near)
            best, idle = (last, 0) if last.correlation > best.correlation else (best, idle + 1)
    return best


def at_best_moment(film: Film, target: Target, pose: Pose) -> Pose:
    """The pose at that moment of the material at which it explains most of the master's picture; its map is carried
    from frame to frame of the material, both ways from its own.

    Where the camera of a material moves over what stands, its features agree at many a moment, and no less where the
    picture lies beside its place.
    """
    best = pose
    for way in (-1, 1):
        last = pose
        for number in range(pose.material_frame + way, pose.material_frame + way * (MOMENTS + 1), way):
            if not 0 <= number < len(target) or last.correlation < REFINABLE:
                break
            last = carried(film, target, last, pose.frame, number)
            best = max(best, last, key=lambda at: at.explained)
    return best


def _moved(thumb: Luma, material: Luma, affine: Affine, seen: Mask | None) -> Affine | None:
    """`affine` moved to where both pictures correlate best (Evangelidis and Psarakis, "ECC", PAMI 2008), in those
    pixels of the master that are `seen`.

    None where that does not converge, or leads far off.
    """
    pixels = in_pixels(affine, material.shape[1], thumb.shape[1])
    if material.shape[1] > thumb.shape[1]:  # a still has more detail than the master's thumbnail can tell
        material, pixels = reduced(material, affine, thumb.shape[1])
    start = inverse(pixels).astype(np.float32)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 25, 1e-3)
    compared: Luma = np.full(material.shape, 255, np.uint8)
    if seen is not None:
        size = material.shape[1], material.shape[0]
        laid = cv2.warpAffine(seen.astype(np.uint8) * 255, start, size, flags=cv2.INTER_NEAREST)
        compared = np.asarray(laid, dtype=np.uint8)
    try:
        _, end = cv2.findTransformECC(thumb, material, start, cv2.MOTION_AFFINE, criteria, compared, 3)
        moved = in_widths(inverse(np.asarray(end, np.float64)), material.shape[1], thumb.shape[1])
    except (cv2.error, np.linalg.LinAlgError):
        return None
    drift = np.abs(moved[:, 2] - affine[:, 2]).max()
    more = abs(growth(moved) - growth(affine))
    return moved if more < MAX_GROWTH * abs(growth(affine)) and drift < MAX_DRIFT else None


def uncovered(film: Film, target: Target, pose: Pose) -> Pose:
    """The pose without pixels where something else (a title, an inset) lies over the material."""
    if pose.correlation >= COVERED_ENOUGH:
        return pose
    thumb, material = film.thumb(pose.frame), target.thumbs[pose.material_frame]
    mask = agreeing(thumb, warp(material, pose.affine, film.shape), pose.mask)
    share = float(mask.sum() / pose.mask.sum())
    if mask.sum() < max(MINIMUM_PIXELS, 0.03 * mask.size, 0.12 * pose.mask.sum()):
        return pose
    value = correlation(thumb, material, pose.affine, mask)
    return Pose(pose.affine, mask, value, pose.frame, pose.material_frame, share)


def whole(film: Film, target: Target, pose: Pose) -> Pose:
    """The pose with all of its pixels compared, whatever lies over some."""
    mask = mask_at(film, pose.frame, pose.affine, target.aspect)
    if pose.open_share == 1.0 or mask is None:
        return pose
    value = correlation(film.thumb(pose.frame), target.thumbs[pose.material_frame], pose.affine, mask)
    return replace(pose, mask=mask, correlation=value, open_share=1.0)


def agreeing(thumb: Luma, laid: Luma, mask: Mask) -> Mask:
    """Those of the pixels about which the master and the material laid into it agree, and gaps between them."""
    agrees = local(thumb, laid, mask) > AGREES
    closed = cv2.morphologyEx(agrees.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)) > 0
    return np.asarray(closed & mask, dtype=bool)
