"""What speaks for an appearance, and how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cleancut.match.align import Line

KNOWN_ALIKE = 0.6  # as alike is what has all its features, and moves in all its parts as the master does
FOLLOWS, ACCOUNTED, STILL_ACCOUNTED = 0.6, 0.6, 0.15  # below, what moves is of another take
MOVES_ALIKE = 0.35  # of how alike all of it is; below, it is, however well its outline fits
SURELY_ALIKE = 0.85  # from here on, it is not, although much of it seems not to follow: in a blend more than it moves
LEAST_FOLLOWS = 1 / 3  # below, it is, although all that moves in the master is accounted for
COMMON_SPEED = 0.15  # off the original


@dataclass(frozen=True)
class Evidence:
    """What speaks for an appearance. All but counts are shares or correlations.

    `core` and `fine`: median correlation at coarse and fine detail. `follows`: how much of what moves in the material
    moves in the master, `accounted`: the other way about; `moves_alike`: correlation of fine detail within what moves;
    None where little does. `hidden`: whether all that moves in the material lies under something else; `elsewhere`:
    where nothing moves at what is shown, whether something does before the same ground at another moment of the
    material. `area`: share of the master's picture compared; `detail`: share of that where the material has any, and
    it is alike. `texture`: grey levels. `inliers`, `spread`: of the best hit; `keys`: key frames with a hit; `weight`:
    that of all hits. `repetition`: how alike all of the material's picture is with itself elsewhere; 0 where something
    moves, which tells more.
    """

    core: float
    fine: float
    follows: float | None
    accounted: float | None
    area: float
    detail: float
    texture: float
    inliers: int
    spread: float
    keys: int
    weight: float
    hidden: bool
    elsewhere: bool = False
    repetition: float = 0.0
    moves_alike: float | None = None


def score(evidence: Evidence, line: Line | None) -> float:
    """0 to 1: how alike the pixels are, taken back where little else carries the claim, or little is there to compare.

    A copy is alike in fine detail, and rich in common features for the area it covers, or moves as its original does.
    A sibling generation is alike in the large, has a handful of common features over a whole frame, and moves its own
    way. Each of these alone may be weak in a true match: blends and titles thin out the features, grain and blur the
    detail, and a steady shot does not move.

    Moves speak for a copy where all that moves in either moves in both, at the original speed: of a soft picture under
    a moving camera, much of a sibling's follows somewhere along a slow line.
    """
    features, follows, accounted = _supports(evidence)
    alike = max(0.4 * evidence.core + 0.6 * evidence.fine, known(evidence))
    moves = follows * accounted if _is_at_original_speed(line) else 0.0
    support = 1.0 - (1.0 - features) * (1.0 - moves)  # each is evidence of its own
    substance = min(1.0, evidence.texture / 4.0)
    return min(1.0, alike * (0.5 + 0.5 * support) * substance)


def _supports(evidence: Evidence) -> tuple[float, float, float]:
    """0 to 1, from features for the area they cover, from what follows, and from what is accounted for."""
    features = for_its_area(evidence)
    follows, accounted = ((share or 0.0) - 0.5 for share in (evidence.follows, evidence.accounted))
    features, follows, accounted = np.clip([features, follows / 0.3, accounted / 0.4], 0.0, 1.0).tolist()
    return features, follows, accounted


def for_its_area(evidence: Evidence) -> float:
    """Common features, in shares of what a copy has at least."""
    return evidence.inliers / (6.0 + 40.0 * evidence.area)


def known(evidence: Evidence) -> float:
    """How alike features and moves alone show both to be: a place that is a little off from frame to frame blurs the
    detail of what is shaken. 0 where not all that moves in either moves in both."""
    features, follows, _ = _supports(evidence)
    return KNOWN_ALIKE * min(features, follows) if moves_together(evidence) else 0.0


def is_another_take(evidence: Evidence, line: Line | None) -> bool:
    """Whether what moves shows that this is the same place at another time, or another generation from one prompt.

    Where nothing moves in the material, but something in the master, it does so too: a new foreground on a still
    ground looks no different. What hardly follows is another take, however much of the master's moves it accounts for;
    and so is what follows by its outline alone, as someone else does who walks from mark to mark in time.
    Away from the original speed more is asked, because a slow line lingers wherever both happen to agree: the ground
    that a material shows before something crosses it, held or slowed down, is as much that of any other take.
    """
    follows, accounted, is_common = evidence.follows, evidence.accounted, _is_at_original_speed(line)
    if stands(evidence):
        return evidence.elsewhere and not is_common
    if _is_an_outline(evidence):
        return True
    if follows is None:
        return accounted is not None and accounted < STILL_ACCOUNTED
    if follows < FOLLOWS:
        is_told = (accounted or 0.0) >= ACCOUNTED or (evidence.moves_alike or 0.0) >= SURELY_ALIKE
        return not is_common or follows < LEAST_FOLLOWS or not is_told
    return not is_common and accounted is not None and accounted < ACCOUNTED


def _is_an_outline(evidence: Evidence) -> bool:
    """Whether what moves is something else within the same outline."""
    return evidence.moves_alike is not None and evidence.moves_alike < MOVES_ALIKE * evidence.fine


def stands(evidence: Evidence) -> bool:
    """Whether nothing is seen to move, in the material or in the master where it lies."""
    return evidence.follows is None and evidence.accounted is None


def _is_at_original_speed(line: Line | None) -> bool:
    return line is not None and abs(line.speed - 1.0) < COMMON_SPEED


def moves_together(evidence: Evidence) -> bool:
    """Whether all that moves in either moves in both, and is the same. What is only like it has none of this, neither
    lettering that stands, nor what a skewed map finds."""
    follows, accounted = evidence.follows, evidence.accounted
    is_in_both = follows is not None and accounted is not None and follows >= FOLLOWS and accounted >= ACCOUNTED
    return is_in_both and not _is_an_outline(evidence)
