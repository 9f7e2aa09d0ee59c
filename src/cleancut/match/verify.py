"""Evidence: whether the pixels of a material are in the master where its features say, and from which frame on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from cleancut.match.agree import Hit
from cleancut.match.align import Line, threshold
from cleancut.match.correlate import FINE, Mask, alike, local, texture, warp
from cleancut.match.evidence import Evidence, stands
from cleancut.match.film import GROUND_FRAMES, GROUND_SECONDS, Film, Target
from cleancut.match.geometry import Affine, is_mirrored
from cleancut.match.pattern import repetition
from cleancut.match.picture import Luma
from cleancut.match.pose import IN_TIME, SLACK, Pose, best_pose, in_time, mask_at, open_pose, uncovered
from cleancut.match.profile import Profile, core_of, profile_of, shown_at

Greys = NDArray[np.float64]

CLUSTER_GAP_SECONDS = 1.5
EVIDENCE_SAMPLES = 8
FLOOR_STRONG, FLOOR_FAIR, FLOOR_WEAK = 0.1, 0.2, 0.42  # correlation without which nothing is followed up
MOVING = 12.0  # grey levels: less may be noise, or a grade that breathes
HIDDEN = 0.3  # share of what moves
MOSTLY_OPEN = 0.75  # share of what is compared; where less is, something lies over it
BLENDED = 0.85  # correlation of the ground with what is seen of it, above which nothing else shines through
BESIDE = 9  # pixels of a thumbnail
MOVING_PIXELS = 24  # a walker in the distance
FLAT = 3.0  # grey levels: deviation of a ground, and of what is seen of it, that may be noise and no grade
PLAIN = 1.0  # grey levels: deviation of a ground that tells no grade
FLATTEST = 0.05  # gain of a grade; below it the ground does not show, nor what moves
DETAIL, DETAIL_LEVEL, DETAIL_ALIKE = 9, 3.0, 0.3  # pixels of a thumbnail; grey levels; local correlation
DETAIL_SHARE = 0.5  # of the deviation of all that is compared
STRONG, FAIR = 20.0, 8.0  # weight of all hits
ONE_PLACE = 0.3  # share of the smaller of two, in both


@dataclass(frozen=True, eq=False)
class Appearance:
    """A material seen in the frames `[first, end)` of the master, at `pose` in one of them. `line` is None for a still.

    `open_share` is the part of the material's pixels that nothing lies over. `places` are its maps by frame, where it
    was followed from one to the next. `is_piece` where the clip was cut, or is shown again: what comes before and after
    is another piece of it.
    """

    material: int
    first: int
    end: int
    pose: Pose
    line: Line | None
    open_share: float
    evidence: Evidence
    places: Mapping[int, Affine] = field(default_factory=dict)
    is_piece: bool = False

    @property
    def course(self) -> dict[int, Affine]:
        """Its map at each of its frames."""
        return {frame: self.affine_at(frame) for frame in range(self.first, self.end)}

    def affine_at(self, frame: int) -> Affine:
        return self.places.get(frame, self.pose.affine)


def appearances(film: Film, target: Target, hits: Sequence[Hit]) -> list[Appearance]:
    """Every appearance of one material that its hits lead to; they may overlap."""
    found: list[Appearance] = []
    for cluster in clusters(hits, round(CLUSTER_GAP_SECONDS * film.rate)):
        found += _of_cluster(film, target, cluster)
    return found


def _of_cluster(film: Film, target: Target, cluster: Sequence[Hit]) -> list[Appearance]:
    """The appearance that the hits lead to, and those that the hits before and after it lead to."""
    found: list[Appearance] = []
    open_ = deque([cluster])
    while open_:
        hits = open_.popleft()
        seen = _appearance(film, target, hits, found)
        if seen is None:
            continue
        found.append(seen)
        beside = [hit for hit in hits if hit.frame < seen.first], [hit for hit in hits if hit.frame >= seen.end]
        if len(beside[0]) + len(beside[1]) < len(hits):
            open_.extend(filter(None, beside))
    return found


def clusters(hits: Iterable[Hit], gap: int) -> Iterator[list[Hit]]:
    """Hits at most `gap` frames apart, in an order that does not hang on that in which they were found."""
    cluster: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.frame, is_mirrored(hit.affine))):
        if cluster and hit.frame - cluster[-1].frame > gap:
            yield cluster
            cluster = []
        cluster.append(hit)
    if cluster:
        yield cluster


def is_one_place(one: Pose, other: Pose) -> bool:
    """Whether both lie at the same place of the picture: a split screen may show one material twice."""
    return float((one.mask & other.mask).sum()) > ONE_PLACE * float(min(one.mask.sum(), other.mask.sum()))


def _floor(weight: float) -> float:
    return FLOOR_STRONG if weight >= STRONG else FLOOR_FAIR if weight >= FAIR else FLOOR_WEAK


def _appearance(film: Film, target: Target, cluster: Sequence[Hit], others: Sequence[Appearance]) -> Appearance | None:
    """What the features of a cluster lead to, beside `others` that features of the same frames led to before."""
    weight = sum(hit.weight for hit in cluster)
    pose = best_pose(film, target, cluster)
    if pose is None:
        return None
    if pose.correlation < _floor(weight) and weight >= STRONG:
        pose = uncovered(film, target, pose)  # most of it may lie under something that looks like its opposite
    if pose.correlation < _floor(weight):
        return None
    if weight >= FAIR:
        pose = open_pose(film, target, pose, cluster)
    if not target.is_still and pose.correlation < IN_TIME:
        pose = in_time(film, target, pose, SLACK)
    profile, hits = profile_of(film, target, pose, cluster)
    pieces = [one for one in others if one.is_piece and is_one_place(one.pose, profile.pose)]
    profile = profile.without([(one.first, one.end) for one in pieces])
    open_share, pose = pose.open_share, profile.pose
    core = core_of(profile, hits, pose.frame)
    if core < _floor(weight):
        return None
    first, end = profile.run(threshold(core), pose.frame)
    inside = [hit for hit in hits if first <= hit.frame < end]
    evidence = _evidence(film, target, profile, (first, end), inside, pose)
    middle = profile.pose_at((first + end) // 2)
    places = {frame: at.affine for frame, at in profile.poses.items() if first <= frame < end}
    is_piece = profile.piece is not None
    return Appearance(cluster[0].material, first, end, middle, profile.line, open_share, evidence, places, is_piece)


def _evidence(
    film: Film, target: Target, profile: Profile, span: tuple[int, int], hits: Sequence[Hit], seed: Pose
) -> Evidence:
    first, end = span
    inside = profile.values[first - profile.first : end - profile.first]
    frames = np.unique(np.rint(np.linspace(first, end - 1, EVIDENCE_SAMPLES + 2)).astype(int))[1:-1].tolist()
    frames = frames or [seed.frame]
    middle = profile.pose_at(frames[len(frames) // 2])
    samples = [_fine(film, target, profile, frame) for frame in frames]
    follows = [_follows(film, target, profile, frame) for frame in frames[::2]]
    accounted = [_accounted(film, target, profile, span, frame) for frame in frames[::2]]
    evidence = Evidence(
        core=float(np.median(inside)),
        fine=float(np.median(samples)),
        follows=_mostly(follows),
        accounted=_mostly(accounted),
        area=float(middle.mask.mean()),
        detail=_detail(film, target, profile, middle),
        texture=texture(film.thumb(seed.frame), seed.mask),
        inliers=max((hit.inliers for hit in hits), default=0),
        spread=max((hit.spread for hit in hits), default=0.0),
        keys=len({hit.frame for hit in hits}),
        weight=sum(hit.weight for hit in hits),
        hidden=_mostly(follows) is None and all(_moves_in_it(film, target, profile, frame) for frame in frames[::2]),
    )
    if not stands(evidence):
        return evidence
    shown = target.thumbs[shown_at(film, target, profile.line, middle.frame)]
    return replace(evidence, repetition=repetition(shown))


def _mostly(values: Sequence[float | None]) -> float | None:
    """The median; None where fewer than half are known."""
    known = [value for value in values if value is not None]
    return float(np.median(known)) if 2 * len(known) >= len(values) else None


def _laid(film: Film, target: Target, profile: Profile, frame: int, affine: Affine) -> Luma:
    """The material as it should show in a frame of the master."""
    return warp(target.thumbs[shown_at(film, target, profile.line, frame)], affine, film.shape)


def _fine(film: Film, target: Target, profile: Profile, frame: int) -> float:
    """Correlation of fine detail at one frame."""
    pose = profile.pose_at(frame)
    ours, theirs = film.thumb(frame), _laid(film, target, profile, frame, pose.affine)
    return alike(ours, theirs, pose.mask, FINE)


def _detail(film: Film, target: Target, profile: Profile, pose: Pose) -> float:
    """Share of the compared part of the material that is not flat and is alike in the master: lettering on a plain
    ground has little. What is flat in a dark picture is flatter."""
    laid = _laid(film, target, profile, pose.frame, pose.affine)
    grey, size = laid.astype(np.float32), (DETAIL, DETAIL)
    spread = cv2.blur(grey * grey, size) - cv2.blur(grey, size) ** 2
    is_alike = local(film.thumb(pose.frame), laid, pose.mask, DETAIL) > DETAIL_ALIKE
    level = min(DETAIL_LEVEL, DETAIL_SHARE * texture(laid, pose.mask))
    return float((is_alike & (spread > level**2))[pose.mask].mean())


def _follows(film: Film, target: Target, profile: Profile, frame: int) -> float | None:
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
    beside = cv2.dilate(pose.mask.astype(np.uint8), np.ones((BESIDE, BESIDE), np.uint8))[mask] > 0
    moves = (np.abs(moved) > MOVING) & beside  # what lies deep under something else was not seen
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


def _moves_in_it(film: Film, target: Target, profile: Profile, frame: int) -> bool:
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


def _accounted(film: Film, target: Target, profile: Profile, span: tuple[int, int], frame: int) -> float | None:
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
    ground = np.median([_laid(film, target, profile, at, profile.pose_at(at).affine) for at in near], axis=0)
    theirs = _laid(film, target, profile, frame, pose.affine) - ground
    one, other = ours[moves], theirs[moves]
    return float((one * other).sum() / np.sqrt(max(1e-9, (one * one).sum() * (other * other).sum())))
