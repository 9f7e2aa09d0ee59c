"""What moves in a material, and whether that is in the master where the material lies."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from cleancut.match.correlate import FINE, MINIMUM_PIXELS, Mask, alike, warp
from cleancut.match.film import GROUND_FRAMES, GROUND_SECONDS, Film, Target
from cleancut.match.picture import Luma
from cleancut.match.pose import Pose, mask_at
from cleancut.match.profile import Profile, laid, shown_at

Greys = NDArray[np.float64]

MOVING = 12.0  # grey levels: less may be noise, or a grade that breathes
HIDDEN = 0.3  # share of what moves
MOSTLY_OPEN = 0.75  # share of what is compared; where less is, something lies over it
BLENDED = 0.85  # correlation of the ground with what is seen of it, above which nothing else shines through
BESIDE = 9  # pixels of a thumbnail
MOVING_PIXELS = 24  # a walker in the distance
FLAT = 3.0  # grey levels: deviation of a ground, and of what is seen of it, that may be noise and no grade
PLAIN = 1.0  # grey levels: deviation of a ground that tells no grade
FLATTEST = 0.05  # gain of a grade; below it the ground does not show, nor what moves
RIM = np.ones((5, 5), np.uint8)  # pixels of a thumbnail
DETAILED = 4.0  # grey levels: deviation of fine detail, below which it may be noise
ELSEWHERE_FRAMES = 25  # of a material, in which something is looked for that moves
GROUND_SHARE, SAME_GROUND = 0.4, 0.8  # of what is compared; correlation of fine detail


def follows(film: Film, target: Target, profile: Profile, frame: int) -> float | None:
    """How much of what moves in the material is in the master: 1 for a copy, 0 where only the ground is the same.

    What moves is what a frame of the material differs in from its own ground, the median of its frames. The master's
    difference from that ground, in shares of the material's, tells whether it is there, whatever the grade. Pixels that
    show neither, because something lies over both, do not count. None where little moves, or most of it is hidden.
    """
    pose, thumb = profile.pose_at(frame), film.thumb(frame)
    mask = mask_at(film, frame, pose.affine, target.aspect)
    if profile.line is None or mask is None:
        return None
    ours, (ground, moved) = thumb[mask].astype(np.float64), _ground_and_moved(film, target, profile, frame, mask)
    moves = (np.abs(moved) > MOVING) & _widened(pose.mask)[mask]  # what lies deep under something else was not seen
    stands = np.abs(moved) <= MOVING
    # In a blend all that stands tells of the grade; under an inset, what agrees.
    grades = [of for of in (stands, stands & pose.mask[mask]) if min(of.sum(), moves.sum()) >= MOVING_PIXELS]
    is_open = pose.mask.sum() >= MOSTLY_OPEN * mask.sum()
    is_blend = is_open and bool(grades) and not _shows(ours[stands], ground[stands])
    shares = [_share_that_moves(ours, ground, moved, moves, of, is_blend) for of in grades]
    return max((share for share in shares if share is not None), default=None)


def _shows(ours: Greys, ground: Greys) -> bool:
    """Whether what is seen is the ground alone: whatever shines through would make it less like it."""
    one, other = ours - ours.mean(), ground - ground.mean()
    return bool((one * other).sum() > BLENDED * np.sqrt((one * one).sum() * (other * other).sum()))


def moves_in_it(film: Film, target: Target, profile: Profile, frame: int) -> bool:
    """Whether anything moves in the material where it lies, seen or not."""
    pose = profile.pose_at(frame)
    mask = mask_at(film, frame, pose.affine, target.aspect)
    if profile.line is None or mask is None:
        return False
    _, moved = _ground_and_moved(film, target, profile, frame, mask)
    return bool((np.abs(moved) > MOVING).sum() >= MOVING_PIXELS)


def _ground_and_moved(film: Film, target: Target, profile: Profile, frame: int, mask: Mask) -> tuple[Greys, Greys]:
    """What stays in the material where it lies, and what its frame differs in from that; of the pixels in the mask."""
    affine, shown_frame = profile.pose_at(frame).affine, shown_at(film, target, profile.line, frame)
    ground: Greys = warp(target.ground(shown_frame), affine, film.shape)[mask].astype(np.float64)
    shows: Greys = warp(target.thumbs[shown_frame], affine, film.shape)[mask].astype(np.float64)
    return ground, shows - ground


def _share_that_moves(
    ours: Greys, ground: Greys, moved: Greys, moves: Mask, stands: Mask, is_blend: bool
) -> float | None:
    """How much of the move is there, weighted by how far it goes, in the grade that what stands was given.

    What a blend adds is as often more as less: over all pixels it averages out, over those that seem to show the move
    or the ground it does not. Where the ground shows clearly that is no blend, and another take's action would not
    average out.
    """
    gain, offset = _grade(ground[stands], ours[stands], is_blend)
    if gain < FLATTEST:
        return 0.0
    share, far = (ours - gain * ground - offset)[moves] / (gain * moved[moves]), np.abs(moved[moves])
    is_either = np.abs(share - 0.5) < 1.0
    if is_either.sum() < max(MOVING_PIXELS, HIDDEN * len(share)):
        return None
    if is_blend:  # what is mixed in weighs less, the further it goes: least squares
        of_either, of_all = (float(np.average(share[of], weights=far[of] ** 2)) for of in (is_either, slice(None)))
        return max(of_either, of_all)
    return float(np.average(share[is_either], weights=far[is_either]))


def _grade(ground: Greys, ours: Greys, is_blend: bool) -> tuple[float, float]:
    """Gain and offset that make ours of the ground: in a blend by least squares, else in the middle of what pairs of a
    dark and a light pixel say, each weighted by how far they are apart, whatever lies over some (pairs as in Theil's
    incomplete method, 1950; weights as in Sievers, JASA 1978). Where both are flat, that tells how bright it is alone.
    """
    is_flat = max(ground.std(), ours.std()) <= FLAT and not _shows(ours, ground)
    if is_flat or ground.std() <= PLAIN:
        return 1.0, float(np.median(ours - ground))
    if is_blend:
        gain, offset = np.polyfit(ground, ours, 1)
        return float(gain), float(offset)
    order = np.argsort(ground, kind="stable")
    half = len(order) // 2
    dark, light = order[:half], order[-half:]
    apart = ground[light] - ground[dark]
    slopes = (ours[light] - ours[dark]) / np.maximum(apart, 1e-9)
    gain = float(np.quantile(slopes, 0.5, weights=apart, method="inverted_cdf"))
    return gain, float(np.median(ours - gain * ground))


def accounted(film: Film, target: Target, profile: Profile, span: tuple[int, int], frame: int) -> float | None:
    """Correlation of what moves in the master, where the material lies, with the material's move at the same place.

    What moves is what differs from the median of the frames about it, in either. None where little does.
    """
    pose = profile.pose_at(frame)
    mask = mask_at(film, frame, pose.affine, target.aspect)
    if profile.line is None or mask is None:
        return None
    reach = round(GROUND_SECONDS * film.rate)
    first, end = max(span[0], frame - reach), min(span[1], frame + reach)
    near = np.unique(np.rint(np.linspace(first, end - 1, min(GROUND_FRAMES, end - first))).astype(int)).tolist()
    ours = film.thumb(frame) - np.median([film.thumb(at) for at in near], axis=0)
    moves = mask & (np.abs(ours) > MOVING)
    if moves.sum() < MOVING_PIXELS:
        return None
    ground = np.median([laid(film, target, profile.line, at, profile.pose_at(at).affine) for at in near], axis=0)
    theirs = laid(film, target, profile.line, frame, pose.affine) - ground
    one, other = ours[moves], theirs[moves]
    return float((one * other).sum() / np.sqrt(max(1e-9, (one * one).sum() * (other * other).sum())))


def moves_elsewhere(film: Film, target: Target, shown: Luma, pose: Pose) -> bool:
    """Whether something moves at other moments of the material, before the ground that it shows at this one: in most of
    them all that does not differ from it is the same in fine detail, as it is not where the camera moves."""
    mask = mask_at(film, pose.frame, pose.affine, target.aspect)
    if mask is None:
        return False
    shows, grounds = warp(shown, pose.affine, film.shape), []
    for number in np.unique(np.rint(np.linspace(0, len(target) - 1, ELSEWHERE_FRAMES)).astype(int)).tolist():
        other = warp(target.thumbs[number], pose.affine, film.shape)
        moves = mask & (cv2.absdiff(shows, other) > MOVING)
        if moves.sum() >= MOVING_PIXELS:
            ground = mask & ~_widened(moves)
            is_ground = ground.sum() >= max(MINIMUM_PIXELS, GROUND_SHARE * mask.sum())
            grounds.append(alike(shows, other, ground, FINE) if is_ground else 0.0)
    return bool(grounds) and float(np.median(grounds)) >= SAME_GROUND


def moves_alike(film: Film, target: Target, profile: Profile, frames: Sequence[int]) -> float | None:
    """Correlation of fine detail within what moves in the material, over all of these frames: 1 for a copy, 0 where
    something else crosses the same ground, however much it is as bright and as large. None where too little moves, or
    has no detail of its own."""
    pairs = [pair for frame in frames if (pair := _within(film, target, profile, frame)) is not None]
    if not pairs:
        return None
    ours, theirs = (np.concatenate(of) for of in zip(*pairs, strict=True))
    if theirs.std() < DETAILED:
        return None
    return float((ours * theirs).sum() / np.sqrt(max(1e-9, (ours * ours).sum() * (theirs * theirs).sum())))


def _within(film: Film, target: Target, profile: Profile, frame: int) -> tuple[Greys, Greys] | None:
    """Fine detail of the master and of the material, of the pixels deep within what moves: its outline tells of nothing
    but the ground."""
    pose = profile.pose_at(frame)
    mask = mask_at(film, frame, pose.affine, target.aspect)
    if profile.line is None or mask is None:
        return None
    number = shown_at(film, target, profile.line, frame)
    shows, ground = (
        warp(picture, pose.affine, film.shape) for picture in (target.thumbs[number], target.ground(number))
    )
    moves = mask & (cv2.absdiff(shows, ground) > MOVING) & _widened(pose.mask)
    closed = cv2.morphologyEx(moves.astype(np.uint8), cv2.MORPH_CLOSE, RIM)
    inside = mask & (cv2.erode(closed, RIM) > 0)
    if inside.sum() < MOVING_PIXELS:
        return None
    return _fine_detail(film.thumb(frame), inside), _fine_detail(shows, inside)


def _fine_detail(picture: Luma, mask: Mask) -> Greys:
    """What pixels of the mask differ in from those of it that surround them."""
    weight, size = mask.astype(np.float64), (FINE, FINE)
    mean = cv2.blur(picture * weight, size) / np.maximum(cv2.blur(weight, size), 1e-3)
    detail: Greys = (picture - mean)[mask]
    return detail


def _widened(mask: Mask) -> Mask:
    """The pixels of a mask, and those beside them."""
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((BESIDE, BESIDE), np.uint8)) > 0)
