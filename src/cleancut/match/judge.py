"""Judgement of what was seen: match, related or nothing, and which material wins where two claim the same pixels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np

from cleancut.match.correlate import FINE, MINIMUM_PIXELS, Mask, alike, covered, pairwise, vectors
from cleancut.match.evidence import FOLLOWS, for_its_area, is_another_take, known, moves_together, score, stands
from cleancut.match.film import Film, Target
from cleancut.match.geometry import corners, is_mirrored, scale, skew
from cleancut.match.picture import Luma
from cleancut.match.pose import agreeing
from cleancut.match.profile import laid, shown_at
from cleancut.match.verify import Appearance, is_one_place
from cleancut.model.findings import Corners, Finding, FindingClass, Transform
from cleancut.model.material import Material
from cleancut.model.timing import Span

MATCH_SCORE = 0.48
RELATED_SCORE = 0.2
MATCH_FINE = 0.35  # correlation of fine detail, whatever else speaks for a match
MAX_SKEW = 0.12  # editors squeeze and turn, they do not skew; a skewed map joins things that only look alike
MATCH_DETAIL = 0.2  # share of the picture: less is lettering or a mark on a plain ground, which others share
FROZEN_WEIGHT = 8.0  # of features: a frozen picture has nothing else to tell it from a repeated pattern
STILL_WEIGHT = 3.0  # of features, a key frame: fewer agree wherever a pattern repeats, or the same letters stand
REPEATS = 0.45  # correlation of a picture with itself elsewhere, from which on it is a pattern
OF_A_PATTERN = 0.3  # of the features of a copy, what a pattern must have for its area: a few agree on the wrong place
STILL_SPEED = 0.3  # slower lines tell no more than frozen ones
MOSTLY_COVERED = (
    0.3  # share of the material to be seen, below which a caption or a frame may be all they have in common
)
HALF_OPEN = 0.55  # share, below which what lies over it hides enough to be another take's
SHORTEST_SECONDS = 0.2
RELATED_SHORTEST_SECONDS = 0.5
LIKE = 0.5  # correlation of two materials laid into the master, above which one explains the other
SAME = 0.97  # above which they are copies of one picture
EXPLAINED = 0.7  # share of an appearance, and of its pixels
LEFT = 0.3  # partial correlation: of what only looks alike in the develop split 0.26 at most
ASKED_FRAMES = 5
NOT_FLAT = 0.9  # correlation with itself
JOIN_SECONDS = 0.25
SAME_LINE_SECONDS = 0.12


@dataclass(frozen=True, eq=False)
class _Claim:
    seen: Appearance
    score: float
    kind: FindingClass

    @property
    def span(self) -> Span:
        return Span(self.seen.first, self.seen.end)


def judge(
    film: Film, targets: Sequence[Target], materials: Sequence[Material], seen: Iterable[Appearance]
) -> tuple[Finding, ...]:
    """Findings in order of frame. `seen` may hold overlapping appearances; `targets` and `materials` run parallel."""
    claims: list[_Claim] = []
    for number in range(len(materials)):
        own = _joined([one for one in seen if one.material == number], film.rate)
        claims += _without_overlaps([claim for one in own if (claim := _claim(one, film.rate)) is not None])
    claims = _contested(film, targets, claims)
    findings = [_finding(film, targets, materials, claim) for claim in claims]
    return tuple(sorted(findings, key=lambda f: (f.span.first, f.span.end, f.material)))


def _claim(seen: Appearance, rate: float) -> _Claim | None:
    evidence, seconds = seen.evidence, (seen.end - seen.first) / rate
    value = score(evidence, seen.line)
    if not doubts(seen, rate):
        return _Claim(seen, value, "match")
    is_seen_twice = seconds >= RELATED_SHORTEST_SECONDS and evidence.keys > 1
    if value >= MATCH_SCORE or (value >= RELATED_SCORE and is_seen_twice):  # alike and doubted is never nothing
        return _Claim(seen, min(value, MATCH_SCORE), "related")
    return None


def doubts(seen: Appearance, rate: float) -> list[str]:
    """What speaks against calling an appearance a match, each in a word or two. `rate`: frames a second."""
    evidence = seen.evidence
    is_together = moves_together(evidence)
    against = {
        "score": not score(evidence, seen.line) >= MATCH_SCORE,
        "too short": not (seen.end - seen.first) / rate >= SHORTEST_SECONDS,
        "fine detail": not max(evidence.fine, known(evidence)) >= MATCH_FINE,
        "skewed": not (is_together or skew(seen.pose.affine) <= MAX_SKEW),
        "little detail": not (is_together or evidence.detail >= MATCH_DETAIL),
        "another take": is_another_take(evidence, seen.line),
        "what moves is hidden": evidence.hidden and seen.open_share < HALF_OPEN,
        "of a pattern": _is_of_a_pattern(seen),
        "mostly covered": (evidence.follows or 0.0) < FOLLOWS and seen.open_share < MOSTLY_COVERED,
    }
    return [doubt for doubt, holds in against.items() if holds]


def _is_of_a_pattern(seen: Appearance) -> bool:
    """Whether what stands may be some other repetition of a pattern: too few features agree on its place, the more are
    asked where the picture is like itself elsewhere. Where nothing moves, a line says no more at any speed."""
    evidence, line = seen.evidence, seen.line
    if line is not None and abs(line.speed) > STILL_SPEED and not stands(evidence):
        return False
    least = STILL_WEIGHT * max(1, evidence.keys)
    if line is not None and line.speed == 0.0:
        least = max(least, FROZEN_WEIGHT)
    return evidence.weight < least or (evidence.repetition >= REPEATS and for_its_area(evidence) < OF_A_PATTERN)


def _joined(seen: list[Appearance], rate: float) -> list[Appearance]:
    """Appearances of one material that carry on from one another, over a flash or a lost frame, as one."""
    joined: list[Appearance] = []
    for one in sorted(seen, key=lambda one: (one.first, one.end)):
        last = joined[-1] if joined else None
        if last is not None and one.first <= last.end + JOIN_SECONDS * rate and _carries_on(last, one, rate):
            better = max(last, one, key=lambda a: (a.evidence.core * (a.end - a.first), -a.first))
            places = {**last.course, **one.course} if last.places or one.places else {}
            joined[-1] = replace(better, first=last.first, end=max(last.end, one.end), places=places)
        else:
            joined.append(one)
    return joined


def _carries_on(one: Appearance, other: Appearance, rate: float) -> bool:
    if one.line is None or other.line is None:
        return one.line is None and other.line is None
    at = np.array([other.first / rate])
    return abs(float(one.line.at(at)[0] - other.line.at(at)[0])) < SAME_LINE_SECONDS


def _without_overlaps(claims: list[_Claim]) -> list[_Claim]:
    """Of claims of one material that share frames, the best; a match before anything related."""
    kept: list[_Claim] = []
    for claim in sorted(claims, key=lambda c: (c.kind != "match", -c.score, c.span)):
        rivals = [other for other in kept if claim.span.overlap(other.span) > 0.3 * len(claim.span)]
        if not any(claim.kind == "related" or is_one_place(claim.seen.pose, other.seen.pose) for other in rivals):
            kept.append(claim)
    return kept


def _contested(film: Film, targets: Sequence[Target], claims: list[_Claim]) -> list[_Claim]:
    """The same pixels cannot be two clips: of two matches that claim them, one becomes related, where both look alike
    in place, or where it is like nothing that the other leaves of the picture. So does a match beside something related
    that explains more.

    Matches that both are needed may share frames and pixels: they are a blend, or a picture in the picture. Those
    that look the same are copies of one picture, in another size or format, and either may be what is there.
    """
    matches = sorted(
        (claim for claim in claims if claim.kind == "match"), key=lambda c: (-c.score, c.span, c.seen.material)
    )
    lost: set[_Claim] = set()
    for better, worse in combinations(matches, 2):
        if not lost & {better, worse} and (one := _explained(film, targets, better, worse)) is not None:
            lost.add(one)
    for match, related in product(matches, [claim for claim in claims if claim.kind == "related"]):
        if match not in lost and _is_explained_away(film, targets, match, related):
            lost.add(match)
    return [
        replace(claim, kind="related", score=min(claim.score, MATCH_SCORE)) if claim in lost else claim
        for claim in claims
    ]


def _explained(film: Film, targets: Sequence[Target], better: _Claim, worse: _Claim) -> _Claim | None:
    """Which of two claims only looks like the master because the other one is there: that of which less is left beside
    the other; where that does not tell, the worse. None where both are needed, or are copies of one picture."""
    is_within = [_is_within(claim, other) for claim, other in ((better, worse), (worse, better))]
    told = _told(film, targets, better, worse) if any(is_within) else None
    if told is None:
        return None
    likeness, of_better, of_worse = told
    if is_within[0] and of_better < of_worse and (likeness > LIKE or of_better < LEFT):
        return better
    return worse if is_within[1] and (likeness > LIKE or of_worse < LEFT) else None


def _is_explained_away(film: Film, targets: Sequence[Target], match: _Claim, related: _Claim) -> bool:
    """Whether next to nothing is left of a match beside something related, of which more is left."""
    told = _told(film, targets, match, related) if _is_within(match, related) else None
    return told is not None and told[1] < min(LEFT, told[2])


def _is_within(claim: _Claim, other: _Claim) -> bool:
    return claim.span.overlap(other.span) >= EXPLAINED * len(claim.span)


def _told(film: Film, targets: Sequence[Target], one: _Claim, other: _Claim) -> tuple[float, float, float] | None:
    """How alike two claims are in place, and what is left of each beside the other, in the median of frames that both
    have. None where they are copies of one picture, or most of these frames are flat."""
    first, end = max(one.span.first, other.span.first), min(one.span.end, other.span.end)
    frames = np.unique(np.rint(np.linspace(first, end - 1, ASKED_FRAMES + 2)).astype(int))[1:-1].tolist() or [first]
    told = [seen for frame in frames if (seen := _beside(film, targets, one, other, frame)) is not None]
    if 2 * len(told) < len(frames):
        return None
    likeness, of_one, of_other = np.median(told, axis=0).tolist()
    return None if likeness > SAME else (likeness, of_one, of_other)


def _beside(
    film: Film, targets: Sequence[Target], one: _Claim, other: _Claim, frame: int
) -> tuple[float, float, float] | None:
    """How alike two materials are in place, where both lie at a frame: in coarse detail, and where that is all but the
    same, in fine detail if it is less; and what is left of each beside the other. None where either, or the master, is
    flat."""
    covers = [_covered(film, targets, claim, frame) for claim in (one, other)]
    both = covers[0] & covers[1]
    if both.sum() < MINIMUM_PIXELS:
        return 0.0, 1.0, 1.0
    thumb, (first, second) = film.thumb(frame), (_laid(film, targets, claim, frame) for claim in (one, other))
    seen = vectors([thumb, first, second], both)
    if (pairwise(seen, seen) < NOT_FLAT).any():
        return None
    likeness = float(pairwise(seen[1:2], seen[2:])[0])
    if likeness > SAME:
        return min(likeness, alike(first, second, both, FINE)), 1.0, 1.0
    return (
        likeness,
        _left([thumb, first, second], _compared(film, one, first, covers[0], frame), covers[1]),
        _left([thumb, second, first], _compared(film, other, second, covers[1], frame), covers[0]),
    )


def _left(pictures: Sequence[Luma], compared: Mask, covers: Mask) -> float:
    """Partial correlation of the second picture with the first, given the third: what is to be seen of the one besides
    the other. 1 where the third does not cover what was compared."""
    shared = compared & covers
    if shared.sum() < max(MINIMUM_PIXELS, EXPLAINED * compared.sum()):
        return 1.0
    seen = vectors(pictures, shared)
    own, rival, likeness = (float(pairwise(seen[[a]], seen[[b]])[0]) for a, b in ((0, 1), (0, 2), (1, 2)))
    unexplained = max(1e-3, 1.0 - rival**2) * max(1e-3, 1.0 - likeness**2)
    return (own - rival * likeness) / float(np.sqrt(unexplained))


def _covered(film: Film, targets: Sequence[Target], claim: _Claim, frame: int) -> Mask:
    return covered(claim.seen.affine_at(frame), targets[claim.seen.material].aspect, film.shape)


def _compared(film: Film, claim: _Claim, laid: Luma, covers: Mask, frame: int) -> Mask:
    """Pixels of the master that speak for the claim: not those where something lies over it, found anew at each frame
    where it was followed."""
    if claim.seen.open_share == 1.0:
        return covers & film.lit(frame)
    if claim.seen.places:
        return agreeing(film.thumb(frame), laid, covers & film.lit(frame))
    return covers & claim.seen.pose.mask


def _laid(film: Film, targets: Sequence[Target], claim: _Claim, frame: int) -> Luma:
    return laid(film, targets[claim.seen.material], claim.seen.line, frame, claim.seen.affine_at(frame))


def _finding(film: Film, targets: Sequence[Target], materials: Sequence[Material], claim: _Claim) -> Finding:
    seen, material, target = claim.seen, materials[claim.seen.material], targets[claim.seen.material]
    affine = seen.pose.affine
    return Finding(
        material=material.name,
        span=claim.span,
        medium="picture",
        kind=claim.kind,
        score=claim.score,
        material_span=_material_span(film, claim, target),
        region=_region(film, claim, target),
        transform=Transform(seen.line.speed if seen.line else 0.0, is_mirrored(affine), scale(affine)),
        also=material.also,
    )


def _material_span(film: Film, claim: _Claim, target: Target) -> Span | None:
    if claim.seen.line is None:
        return None
    ends = [shown_at(film, target, claim.seen.line, frame) for frame in (claim.span.first, claim.span.end - 1)]
    return Span(min(ends), max(ends) + 1)


def _region(film: Film, claim: _Claim, target: Target) -> Corners:
    """The corners of the material's picture, cut to the frame and to the mattes on it."""
    inside = film.lit(claim.seen.pose.frame)
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    low = np.array([columns[0] / inside.shape[1], rows[0] / inside.shape[0]])
    high = np.array([(columns[-1] + 1) / inside.shape[1], (rows[-1] + 1) / inside.shape[0]])
    points = corners(claim.seen.pose.affine, target.aspect) / np.array([1.0, film.aspect])
    a, b, c, d = (tuple(float(v) for v in point) for point in np.clip(points, low, high))
    return (a, b, c, d)  # type: ignore[return-value]
