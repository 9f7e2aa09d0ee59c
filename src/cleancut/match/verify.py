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
from cleancut.match.correlate import FINE, alike, local, texture
from cleancut.match.evidence import Evidence, stands
from cleancut.match.film import Film, Target
from cleancut.match.geometry import Affine, is_mirrored
from cleancut.match.moves import accounted, follows, moves_alike, moves_elsewhere, moves_in_it
from cleancut.match.pattern import repetition
from cleancut.match.pose import IN_TIME, SLACK, Pose, best_pose, in_time, open_pose, uncovered
from cleancut.match.profile import Profile, core_of, laid, profile_of, shown_at

Greys = NDArray[np.float64]

CLUSTER_GAP_SECONDS = 1.5
EVIDENCE_SAMPLES = 8
FLOOR_STRONG, FLOOR_FAIR, FLOOR_WEAK = 0.1, 0.2, 0.42  # correlation without which nothing is followed up
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
    asked = frames[::2]
    seen = [follows(film, target, profile, frame) for frame in asked]
    evidence = Evidence(
        core=float(np.median(inside)),
        fine=float(np.median(samples)),
        follows=_mostly(seen),
        accounted=_mostly([accounted(film, target, profile, span, frame) for frame in asked]),
        moves_alike=moves_alike(film, target, profile, asked),
        area=float(middle.mask.mean()),
        detail=_detail(film, target, profile, middle),
        texture=texture(film.thumb(seed.frame), seed.mask),
        inliers=max((hit.inliers for hit in hits), default=0),
        spread=max((hit.spread for hit in hits), default=0.0),
        keys=len({hit.frame for hit in hits}),
        weight=sum(hit.weight for hit in hits),
        hidden=_mostly(seen) is None and all(moves_in_it(film, target, profile, frame) for frame in asked),
    )
    if not stands(evidence):
        return evidence
    shown = target.thumbs[shown_at(film, target, profile.line, middle.frame)]
    elsewhere = profile.line is not None and moves_elsewhere(film, target, shown, middle)
    return replace(evidence, elsewhere=elsewhere, repetition=repetition(shown))


def _mostly(values: Sequence[float | None]) -> float | None:
    """The median; None where fewer than half are known."""
    known = [value for value in values if value is not None]
    return float(np.median(known)) if 2 * len(known) >= len(values) else None


def _fine(film: Film, target: Target, profile: Profile, frame: int) -> float:
    """Correlation of fine detail at one frame."""
    pose = profile.pose_at(frame)
    ours, theirs = film.thumb(frame), laid(film, target, profile.line, frame, pose.affine)
    return alike(ours, theirs, pose.mask, FINE)


def _detail(film: Film, target: Target, profile: Profile, pose: Pose) -> float:
    """Share of the compared part of the material that is not flat and is alike in the master: lettering on a plain
    ground has little. What is flat in a dark picture is flatter."""
    shows = laid(film, target, profile.line, pose.frame, pose.affine)
    grey, size = shows.astype(np.float32), (DETAIL, DETAIL)
    spread = cv2.blur(grey * grey, size) - cv2.blur(grey, size) ** 2
    is_alike = local(film.thumb(pose.frame), shows, pose.mask, DETAIL) > DETAIL_ALIKE
    level = min(DETAIL_LEVEL, DETAIL_SHARE * texture(shows, pose.mask))
    return float((is_alike & (spread > level**2))[pose.mask].mean())
