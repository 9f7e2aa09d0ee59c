"""Two materials claim the same pixels: which of them are needed to explain what is seen there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleancut.match.align import Line
from cleancut.match.correlate import covered, warp
from cleancut.match.evidence import Evidence
from cleancut.match.film import Film, Target
from cleancut.match.geometry import Affine
from cleancut.match.judge import STILL_SPEED, judge
from cleancut.match.picture import Luma
from cleancut.match.pose import Pose
from cleancut.match.verify import Appearance
from cleancut.model.material import Material
from cleancut.testing import texture

RATE, FRAMES = 24.0, 48
SHAPE = 90, 160
WHOLE: Affine = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
CORNER: Affine = np.array([[0.4, 0.0, 0.05], [0.0, 0.4, 0.05]])
ONE, OTHER = 11, 12


def shot(seed: int) -> list[Luma]:
    """A camera that pans along a ground."""
    ground = texture(seed, 160 + FRAMES, 90)
    return [ground[:, at : at + 160] for at in range(FRAMES)]


def claimed(
    material: int, score: float, affine: Affine = WHOLE, places: Mapping[int, Affine] | None = None
) -> Appearance:
    """A match over all of the film, of about this score, whatever is in it."""
    evidence = Evidence(score, score, 1.0, 1.0, 1.0, 0.9, 30.0, 200, 0.5, 4, 100.0, hidden=False)
    pose = Pose(affine, covered(affine, 90 / 160, SHAPE), score, FRAMES // 2, FRAMES // 2)
    return Appearance(material, 0, FRAMES, pose, Line(1.0, 0.0), 1.0, evidence, places or {})


def kinds(film: Sequence[Luma], shots: Sequence[Sequence[Luma]], seen: Sequence[Appearance]) -> dict[str, str]:
    master = Film([{"thumbs": np.stack(film), "first": np.array(0)}], RATE)
    seconds = np.arange(FRAMES) / RATE
    targets = [Target(np.stack(pictures), seconds, 90 / 160, is_still=False) for pictures in shots]
    names = [Material(str(number), f"{number:064x}", "clip", 160, 90, FRAMES) for number in range(len(shots))]
    return {finding.material: finding.kind for finding in judge(master, targets, names, seen)}


def mixed(one: Sequence[Luma], other: Sequence[Luma], share: float) -> list[Luma]:
    dice = np.random.default_rng(5)
    return [
        np.clip((1 - share) * a + share * b + dice.normal(0, 3, SHAPE), 0, 255).astype(np.uint8)
        for a, b in zip(one, other, strict=True)
    ]


def laid_over(ground: Sequence[Luma], inset: Sequence[Luma], affine: Affine) -> list[Luma]:
    inside = covered(affine, 90 / 160, SHAPE)
    return [np.where(inside, warp(b, affine, SHAPE), a).astype(np.uint8) for a, b in zip(ground, inset, strict=True)]


@settings(deadline=None, max_examples=20)
@given(st.floats(0.2, 0.8), st.integers(0, 50))
def test_both_of_a_blend_are_matches(share: float, seed: int) -> None:
    one, other = shot(ONE + seed), shot(OTHER + 100 + seed)
    assert set(kinds(mixed(one, other, share), [one, other], [claimed(0, 0.9), claimed(1, 0.6)]).values()) == {"match"}


def test_what_is_like_nothing_that_the_better_one_leaves_is_related() -> None:
    one, other = shot(ONE), shot(OTHER)
    assert kinds(mixed(one, other, 0.0), [one, other], [claimed(0, 0.9), claimed(1, 0.6)]) == {
        "0": "match",
        "1": "related",
    }


def test_the_better_one_alone_is_not_held_against_itself() -> None:
    one, other = shot(ONE), shot(OTHER)
    assert kinds(mixed(one, other, 0.0), [one, other], [claimed(0, 0.6)]) == {"0": "match"}


@pytest.mark.parametrize("speed", [0.25, 1.0, -2.0])
def test_where_nothing_moves_a_pattern_is_not_told_by_the_line(speed: float) -> None:
    """A wall of tiles is like itself a tile further on, and any line fits what stands."""
    one, far = shot(ONE), claimed(0, 0.9)
    seen = replace(far, line=Line(speed, 0.0))
    few = replace(far.evidence, weight=2.0)
    stands = replace(few, follows=None, accounted=None)
    assert kinds(one, [one], [replace(seen, evidence=stands)]) == {"0": "related"}
    assert kinds(one, [one], [replace(seen, evidence=replace(stands, weight=20.0))]) == {"0": "match"}
    moves = "match" if abs(speed) > STILL_SPEED else "related"
    assert kinds(one, [one], [replace(seen, evidence=few)]) == {"0": moves}


@pytest.mark.parametrize("line", [None, Line(1.0, 0.0), Line(0.0, 0.0)])
def test_a_pattern_that_stands_needs_more_features_for_its_area(line: Line | None) -> None:
    """Forty-six for all of the picture are what a copy has at least."""
    one, whole = shot(ONE), replace(claimed(0, 0.9), line=line)
    for inliers, repeats, kind in ((13, 0.4, "match"), (13, 0.5, "related"), (14, 0.99, "match")):
        evidence = replace(whole.evidence, inliers=inliers, repetition=repeats, follows=None, accounted=None)
        assert kinds(one, [one], [replace(whole, evidence=evidence)]) == {"0": kind}


def test_a_picture_in_the_picture_and_its_ground_are_matches() -> None:
    one, other = shot(ONE), shot(OTHER)
    film = laid_over(one, other, CORNER)
    for scores in ((0.9, 0.6), (0.6, 0.9)):
        seen = [claimed(0, scores[0]), claimed(1, scores[1], CORNER)]
        assert kinds(film, [one, other], seen) == {"0": "match", "1": "match"}


def test_a_better_one_under_a_move_is_held_against_it_where_it_is() -> None:
    """At each frame, not where it was in the middle: what the other has of it explains nothing more."""
    one = shot(ONE)
    moves = {frame: np.array([[1.4, 0.0, -0.4 * frame / FRAMES], [0.0, 1.4, -0.1]]) for frame in range(FRAMES)}
    film = [warp(picture, moves[frame], SHAPE) for frame, picture in enumerate(one)]
    other = mixed(shot(OTHER), film, 0.4)
    moved = claimed(0, 0.9, moves[FRAMES // 2], moves)
    assert kinds(film, [one, other], [moved, claimed(1, 0.6)]) == {"0": "match", "1": "related"}


def test_what_was_followed_and_lies_half_open_is_asked_where_it_agrees() -> None:
    """A sibling that agrees in a part of the picture does not win because that part was followed."""
    one = shot(ONE)
    moves = {frame: np.array([[1.4, 0.0, -0.4 * frame / FRAMES], [0.0, 1.4, -0.1]]) for frame in range(FRAMES)}
    film = [warp(picture, moves[frame], SHAPE) for frame, picture in enumerate(one)]
    sibling = mixed(shot(OTHER), one, 0.6)
    claims = [claimed(0, 0.9, moves[24], moves), replace(claimed(1, 0.6, moves[24], moves), open_share=0.9)]
    assert kinds(mixed(film, film, 0.0), [one, sibling], claims) == {"0": "match", "1": "related"}


def test_copies_of_one_picture_are_matches() -> None:
    one = shot(ONE)
    copy = mixed(one, one, 0.0)
    assert set(kinds(one, [one, copy], [claimed(0, 0.9), claimed(1, 0.6)]).values()) == {"match"}


def test_one_that_is_there_for_a_moment_explains_nothing_of_the_rest() -> None:
    one, other = shot(ONE), shot(OTHER)
    brief = replace(claimed(0, 0.9), end=FRAMES // 4)
    assert set(kinds(one, [one, other], [brief, claimed(1, 0.6)]).values()) == {"match"}


def test_copies_are_matches_also_where_they_are_black_in_the_middle() -> None:
    one = [np.zeros_like(picture) if 18 <= frame < 30 else picture for frame, picture in enumerate(shot(ONE))]
    copy = mixed(one, one, 0.0)
    assert set(kinds(one, [one, copy], [claimed(0, 0.9), claimed(1, 0.6)]).values()) == {"match"}


def test_the_ground_of_a_large_inset_is_not_asked_where_it_is_hidden() -> None:
    one, other = shot(ONE), shot(OTHER)
    inset = np.array([[0.86, 0.0, 0.07], [0.0, 0.86, 0.04]])
    ground, hidden = claimed(0, 0.6), covered(inset, 90 / 160, SHAPE)
    ground = replace(ground, open_share=0.5, pose=replace(ground.pose, mask=ground.pose.mask & ~hidden))
    film = laid_over(one, other, inset)
    assert set(kinds(film, [one, other], [ground, claimed(1, 0.9, inset)]).values()) == {"match"}


def test_one_side_of_a_split_is_asked_where_it_shows() -> None:
    one, other = shot(ONE), shot(OTHER)
    film = [a.copy() for a in one]
    for picture, beside in zip(film, other, strict=True):
        picture[:, :40] = beside[:, :40]
    film = [np.clip(a + np.random.default_rng(3).normal(0, 40, SHAPE), 0, 255).astype(np.uint8) for a in film]
    shown = np.zeros(SHAPE, bool)
    shown[:, :40] = True
    narrow = claimed(1, 0.6)
    narrow = replace(narrow, open_share=0.6, pose=replace(narrow.pose, mask=shown))
    assert set(kinds(film, [one, other], [claimed(0, 0.9), narrow]).values()) == {"match"}


def test_pieces_that_were_followed_are_asked_where_each_lay() -> None:
    """Seen in two pieces, and joined: of a blend, it is needed in both."""
    one, other = shot(ONE), shot(OTHER)
    moves = {frame: np.array([[1.4, 0.0, -0.4 * frame / FRAMES], [0.0, 1.4, -0.1]]) for frame in range(FRAMES)}
    film = mixed(one, [warp(picture, moves[frame], SHAPE) for frame, picture in enumerate(other)], 0.5)
    pieces = [
        replace(
            claimed(1, score, moves[middle], {frame: moves[frame] for frame in range(first, end)}), first=first, end=end
        )
        for first, end, middle, score in ((0, 26, 2, 0.7), (28, FRAMES, 38, 0.6))
    ]
    better = replace(claimed(0, 0.9), first=12)
    assert set(kinds(film, [one, other], [better, *pieces]).values()) == {"match"}


@pytest.mark.parametrize("share", [0.3, 0.7])
@pytest.mark.parametrize("first", [0, 12])
def test_what_is_there_wins_over_what_resembles_it_and_scores_higher(share: float, first: int) -> None:
    """However alike the two are, and also where the other claims a part of its frames only."""
    one = shot(ONE)
    other = mixed(shot(OTHER), one, share)
    false = replace(claimed(1, 0.9), first=first)
    assert kinds(mixed(one, one, 0.0), [one, other], [claimed(0, 0.6), false]) == {"0": "match", "1": "related"}


@pytest.mark.parametrize("is_there", [True, False])
def test_a_match_beside_something_related_must_explain_more(is_there: bool) -> None:
    """Faint in a blend, what is there may be doubted, while something like it is not."""
    one, ground = shot(ONE), shot(OTHER)
    other = mixed(shot(OTHER + 5), one, 0.5)
    doubted = claimed(0, 0.6)
    doubted = replace(doubted, open_share=0.5, evidence=replace(doubted.evidence, hidden=True))
    film = mixed(ground, one if is_there else other, 0.3)
    assert kinds(film, [one, other], [doubted, claimed(1, 0.6)]) == {
        "0": "related",
        "1": "related" if is_there else "match",
    }
