"""From runs to findings: what is a match, what only resembles, and what is one appearance.

(1) A run is measured: how many landmarks agree, how many maxima are there, how loud they are, how much of the material
is lacking; (2) runs of one material that follow each other without a gap are one claim: repeats, cuts within a piece of
music, and what goes on under something louder; (3) what plays in several views and tracks at once is one claim; (4)
what is heard long and plainly enough is a match; (5) a match goes on after a soft moment; (6) what another material
explains away is related.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from cleancut.match.sound.catalogue import Target
from cleancut.match.sound.course import GAP, LEAST_FRAMES, SECOND, Run
from cleancut.match.sound.ends import ends
from cleancut.match.sound.evidence import Line, View, as_loud, lacking, rows, share_beside
from cleancut.match.sound.trace import agreement
from cleancut.model.findings import FindingClass

_LEAST_STRENGTH = 6.0  # of agreement, below which there is nothing to measure
_MASKED = round(12 * SECOND)  # how long something louder may cover what goes on under it
_MASKED_LACKING = 0.1
_SAME_SPEED = 0.02
_IN_TIME = 4.0  # frames; what goes on so exactly after so long may be too soft to be heard in between
_SOFT, _SOFT_LACKING = round(5 * SECOND), 0.3
_SAME_PLACE = round(0.5 * SECOND)  # lines of one material this close are one
_EXPLAINED = 0.5  # share of a claim's frames, and of its maxima, that another material may account for


class Heard(NamedTuple):
    """Where a claim was heard: track and view."""

    track: int
    view: int


@dataclass(frozen=True)
class Claim:
    """Material plays in frames `[first, end)`, on `line` where that is strongest, from frame `low` of the material to
    `high`.

    `strength` is that of the agreement of landmarks, `agreed` the share of them, `share` that of maxima, `lacking` the
    share of what the material has there that the master lacks, `loud` that of maxima there that are as loud as they
    should be; `is_beside`, whether only what tells two channels apart is heard.
    """

    line: Line
    first: int
    end: int
    low: float
    high: float
    strength: float
    agreed: float
    share: float
    lacking: float
    loud: float
    heard: frozenset[Heard]
    is_beside: bool = False
    kind: FindingClass = "match"
    score: float = 0.0

    def __len__(self) -> int:
        return self.end - self.first

    def overlap(self, other: Claim) -> int:
        return max(0, min(self.end, other.end) - max(self.first, other.first))


def measured(view: View, target: Target, run: Run, track: int) -> Claim | None:
    """(1) A run as a claim; None where too little speaks for it."""
    if run.end - run.first < LEAST_FRAMES:
        return None
    line = run.line.moved(run.first)
    agreed = agreement(view, target, line, run.first, run.end)
    if agreed.strength < _LEAST_STRENGTH:
        return None
    first, end = ends(view, target, run)
    return Claim(
        line,
        first,
        end,
        max(0.0, line.at(first)),
        min(float(target.frames), line.at(end)),
        agreed.strength,
        agreed.share,
        rows(view, target, line, run.first, run.end).share(),
        lacking(view, target, line, (run.first, run.end), (run.first, run.end)),
        as_loud(view, target, line, run.first, run.end),
        frozenset({Heard(track, run.view)}),
        target.is_beside,
    )


def joined(views: Sequence[View], target: Target, claims: Sequence[Claim]) -> list[Claim]:
    """(2) Claims of one material in one track, those at one speed and pitch that follow each other as one."""
    found: list[Claim] = []
    for claim in sorted(claims, key=lambda claim: (claim.first, claim.end)):
        before = next((i for i, other in enumerate(found) if _follows(views, target, other, claim)), None)
        if before is None:
            found.append(claim)
        else:
            found[before] = _together(found[before], claim)
    return found


def _follows(views: Sequence[View], target: Target, before: Claim, claim: Claim) -> bool:
    if abs(before.line.speed / claim.line.speed - 1) > _SAME_SPEED or before.line.pitch != claim.line.pitch:
        return False
    if claim.first - before.end < GAP:
        return True
    if claim.first - before.end > _MASKED:
        return False
    best = max(before, claim, key=lambda one: one.strength)
    view = views[min(best.heard).view]
    missing = lacking(view, target, best.line, (best.first, best.end), (before.end, claim.first))
    return missing < _MASKED_LACKING and rows(view, target, best.line, before.end, claim.first).asked.sum() > 0


def _together(one: Claim, other: Claim) -> Claim:
    """Both as one claim, on the line of the stronger."""
    best = max(one, other, key=lambda claim: claim.strength)
    weights = np.array([len(one), len(other)]) / (len(one) + len(other))

    def mean(name: str) -> float:
        return float(weights @ np.array([getattr(one, name), getattr(other, name)]))

    return replace(
        best,
        first=min(one.first, other.first),
        end=max(one.end, other.end),
        low=min(one.low, other.low),
        high=max(one.high, other.high),
        strength=float(np.hypot(one.strength, other.strength)),
        agreed=mean("agreed"),
        share=mean("share"),
        lacking=mean("lacking"),
        loud=mean("loud"),
        heard=one.heard | other.heard,
    )


def merged(claims: Sequence[Claim]) -> list[Claim]:
    """(3) Claims of one material in all tracks, those at the same place at once as one."""
    found: list[Claim] = []
    for claim in sorted(claims, key=lambda claim: (-claim.strength, claim.first)):
        same = next((i for i, other in enumerate(found) if _is_same(other, claim)), None)
        if same is None:
            found.append(claim)
        else:
            best = found[same]
            first, end = min(best.first, claim.first), max(best.end, claim.end)
            found[same] = replace(best, first=first, end=end, heard=best.heard | claim.heard)
    return found


def _is_same(one: Claim, other: Claim) -> bool:
    middle = (max(one.first, other.first) + min(one.end, other.end)) / 2
    is_at_once = one.overlap(other) > 0.5 * min(len(one), len(other))
    return is_at_once and abs(one.line.at(middle) - other.line.at(middle)) < _SAME_PLACE


# What a match needs at least, by how many seconds of it are heard as they were made: share of landmarks, share of
# maxima, strength. Short, a word of the same voice or a beat of the same drum sounds the same, and a chord that is
# struck once has few landmarks to tell it from the next; long, only the thing itself does.
_SECONDS = (1.0, 2.0, 3.5, 6.0)
_LEAST_STRONG = (14.0, 14.0, 11.0, 8.0)
_LEAST_AGREED = (0.75, 0.6, 0.3, 0.15)
_LEAST_SHARE = (0.8, 0.75, 0.45, 0.28)
# Other instruments that play the same notes at the same times lack partials, unless nearly all is there. What is heard
# many times beyond chance may lack a little more: what is mixed loudly with it moves its levels.
_PLAIN, _MOST_LACKING = (0.45, 0.5), (0.05, 0.18)
_STRONG, _MORE_LACKING = (40.0, 80.0), (0.0, 0.06)
# At another speed or pitch chance has a thousand tries more.
_CHANGED_LEAST_SECONDS, _CHANGED_AGREED, _CHANGED_SHARE = 2.5, 0.28, 0.42
_CHANGED_SECONDS, _CHANGED_LACKING = (4.0, 10.0), (0.08, 0.11)
# What tells two channels apart is often one instrument: another that plays the same notes lacks little of it.
_BESIDE_AGREED, _BESIDE_CHANGED_AGREED, _BESIDE_CHANGED_LACKING = 0.4, 0.5, 0.05
# How much of a claim is the thing itself, by landmarks and by levels: a copy seldom loses both, other instruments that
# play the same notes have neither.
_LOUD, _LACKING, _BESIDE = 2.0, 2.0, 0.4
_LEAST_OWN = 0.43
_RELATED_SECONDS, _RELATED_STRENGTH, _RELATED_SHARE = 3.0, 15.0, 0.4


def judged(claim: Claim) -> Claim | None:
    """(4) The claim with its class and score; None where it is too weak to be shown."""
    seconds = len(claim) / SECOND
    is_unchanged = claim.line.speed == 1.0 and claim.line.pitch == 0
    if not is_unchanged and seconds < _CHANGED_LEAST_SECONDS:
        return None
    margin = _margin_unchanged(claim, seconds) if is_unchanged else _margin_changed(claim, seconds)
    plain = 1 - float(np.exp(-claim.strength / 20))
    if margin >= 0:
        return replace(claim, kind="match", score=0.5 + 0.5 * plain * float(min(1.0, margin)) ** 0.5)
    if seconds < _RELATED_SECONDS or claim.strength < _RELATED_STRENGTH or claim.share < _RELATED_SHARE:
        return None
    return replace(claim, kind="related", score=0.5 * plain * claim.share)


def _margin_unchanged(claim: Claim, seconds: float) -> float:
    agreed, share = (float(np.interp(seconds, _SECONDS, least)) for least in (_LEAST_AGREED, _LEAST_SHARE))
    lacking = float(np.interp(max(claim.share - 0.3, claim.agreed), _PLAIN, _MOST_LACKING)) + _allowance(claim)
    if claim.is_beside:
        agreed = max(agreed, _BESIDE_AGREED)
    strong = claim.strength / float(np.interp(seconds, _SECONDS, _LEAST_STRONG)) - 1
    return min(strong, _least_margin(claim, agreed, share, lacking))


def _margin_changed(claim: Claim, seconds: float) -> float:
    lacking = float(np.interp(seconds, _CHANGED_SECONDS, _CHANGED_LACKING)) + _allowance(claim)
    agreed = _CHANGED_AGREED
    if claim.is_beside:
        agreed, lacking = _BESIDE_CHANGED_AGREED, min(lacking, _BESIDE_CHANGED_LACKING)
    return _least_margin(claim, agreed, _CHANGED_SHARE, lacking)


def _allowance(claim: Claim) -> float:
    """How much more a claim of that strength may lack."""
    return float(np.interp(claim.strength, _STRONG, _MORE_LACKING))


def _least_margin(claim: Claim, agreed: float, share: float, lacking: float) -> float:
    """By how much a claim passes the bar it passes least: 0 on the bar, 1 at most."""
    own = (claim.agreed + _LOUD * claim.loud - _LACKING * claim.lacking - _BESIDE * claim.is_beside) / (1 + _LOUD)
    return min(
        (claim.agreed - agreed) / (1 - agreed),
        (claim.share - share) / (1 - share),
        1 - claim.lacking / lacking,
        (own - _LEAST_OWN) / (1 - _LEAST_OWN),
    )


def prolonged(claims: Sequence[Claim], views: Sequence[Sequence[View]], target: Target) -> list[Claim]:
    """(5) Claims of one fingerprint; those that go on in time, at most one soft moment before or after a match, as part
    of it. They prove nothing: other instruments that play the same notes are in time as well."""
    found = sorted(claims, key=lambda claim: claim.first)
    place = 0
    while place + 1 < len(found):
        one, other = found[place : place + 2]
        best = max(one, other, key=lambda claim: (claim.kind == "match", claim.strength))
        if best.kind == "match" and _goes_on(views, target, best, one, other):
            found[place : place + 2] = [_with_both_ends(best, one, other)]
        else:
            place += 1
    return found


def _goes_on(views: Sequence[Sequence[View]], target: Target, best: Claim, one: Claim, other: Claim) -> bool:
    is_alike = abs(one.line.speed / other.line.speed - 1) < _SAME_SPEED and one.line.pitch == other.line.pitch
    is_in_time = abs(one.line.at(other.first) - other.line.at(other.first)) < _IN_TIME
    if not (is_alike and is_in_time and 0 < other.first - one.end < _SOFT):
        return False
    heard = min(best.heard)
    view = views[heard.track][heard.view]
    missing = lacking(view, target, best.line, (best.first, best.end), (one.end, other.first))
    return missing < _SOFT_LACKING and rows(view, target, best.line, one.end, other.first).asked.sum() > 0


def _with_both_ends(best: Claim, one: Claim, other: Claim) -> Claim:
    return replace(
        best,
        first=one.first,
        end=max(one.end, other.end),
        low=min(one.low, other.low),
        high=max(one.high, other.high),
        heard=one.heard | other.heard,
    )


def unexplained(
    claims: Sequence[Claim],
    views: Sequence[Sequence[View]],
    targets: Sequence[Target],
    owners: Mapping[int, str],
) -> list[Claim]:
    """(6) Claims, weaker ones as related where a stronger of another material accounts for what was heard; of one
    fingerprint only the strongest of those at the same time. `owners` name the material that each is of: what its
    channels share does not explain away what tells them apart."""
    settled: list[Claim] = []
    for claim in sorted(claims, key=lambda claim: (claim.kind != "match", -claim.strength, claim.first)):
        if any(other.line.material == claim.line.material and _covers(other, claim) for other in settled):
            continue
        others = [other for other in settled if owners[other.line.material] != owners[claim.line.material]]
        is_explained = any(_explains(other, claim, views, targets) for other in others)
        settled.append(replace(claim, kind="related", score=min(claim.score, 0.5)) if is_explained else claim)
    return settled


def _covers(strong: Claim, weak: Claim) -> bool:
    return strong.overlap(weak) > _EXPLAINED * len(weak)


def _explains(strong: Claim, weak: Claim, views: Sequence[Sequence[View]], targets: Sequence[Target]) -> bool:
    if not _covers(strong, weak):
        return False
    heard = min(weak.heard)
    first, end = max(strong.first, weak.first), min(strong.end, weak.end)
    own, left = share_beside(
        views[heard.track][heard.view],
        (targets[weak.line.material], weak.line),
        (targets[strong.line.material], strong.line),
        first,
        end,
    )
    return left < 1 - _EXPLAINED or own < _EXPLAINED * weak.share
