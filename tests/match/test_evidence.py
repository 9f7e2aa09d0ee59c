"""What speaks for an appearance is weighed: each kind of support counts, and none makes up for another take."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleancut.match.align import Line
from cleancut.match.evidence import FOLLOWS, Evidence, is_another_take, known, moves_together, score
from cleancut.match.judge import MATCH_SCORE

SHARES = st.floats(-0.5, 1.2)


@st.composite
def evidences(draw: st.DrawFn) -> Evidence:
    share = st.floats(0.0, 1.0)
    return Evidence(
        core=draw(share),
        fine=draw(share),
        follows=draw(st.none() | SHARES),
        accounted=draw(st.none() | SHARES),
        area=draw(share),
        detail=draw(share),
        texture=draw(st.floats(0.0, 60.0)),
        inliers=draw(st.integers(0, 300)),
        spread=draw(share),
        keys=draw(st.integers(0, 20)),
        weight=draw(st.floats(0.0, 500.0)),
        hidden=draw(st.booleans()),
        moves_alike=draw(st.none() | st.floats(-1.0, 1.0)),
    )


LINES = st.sampled_from([None, Line(1.0, 0.0), Line(0.25, 0.0), Line(-1.0, 0.0)])


@given(evidences(), LINES)
def test_a_score_is_a_share(evidence: Evidence, line: Line | None) -> None:
    assert 0.0 <= score(evidence, line) <= 1.0


@given(
    evidences(),
    LINES,
    st.sampled_from(["core", "fine", "follows", "accounted", "inliers", "texture"]),
    st.floats(0, 1),
)
def test_more_of_anything_never_lowers_it(evidence: Evidence, line: Line | None, name: str, more: float) -> None:
    value = getattr(evidence, name)
    raised = replace(evidence, **{name: (value or 0) + (int(50 * more) if name == "inliers" else more)})
    assert score(raised, line) >= score(evidence, line) - 1e-9


def test_moves_speak_for_a_copy_at_its_own_speed_only() -> None:
    """Of a soft sibling under a moving camera, much follows somewhere along a slow line."""
    sibling = Evidence(0.76, 0.59, 0.99, 0.66, 0.98, 0.79, 17.8, 8, 0.5, 5, 40.0, hidden=False)
    assert score(sibling, Line(1.0, 0.0)) > score(sibling, Line(0.25, 0.0))
    assert score(sibling, Line(0.25, 0.0)) == score(replace(sibling, follows=0.0), Line(0.25, 0.0))


@given(evidences())
def test_features_alone_make_nothing_known(evidence: Evidence) -> None:
    """Another take has the features of the ground, and nothing of what moves."""
    assert known(replace(evidence, follows=None)) == 0.0
    assert known(replace(evidence, follows=0.3)) == 0.0
    assert known(replace(evidence, accounted=0.3)) == 0.0


@given(evidences(), LINES)
def test_what_moves_together_is_no_other_take(evidence: Evidence, line: Line | None) -> None:
    if moves_together(evidence):
        assert not is_another_take(evidence, line)


@pytest.mark.parametrize("speed", [0.5, 2.0, -1.0])
def test_another_speed_has_to_account_for_what_moves(speed: float) -> None:
    evidence = Evidence(0.9, 0.9, FOLLOWS, 0.2, 1.0, 0.9, 30.0, 90, 0.5, 4, 90.0, hidden=False)
    assert is_another_take(evidence, Line(speed, 0.0))
    assert not is_another_take(evidence, Line(1.0, 0.0))


def test_where_hardly_anything_follows_it_is_another_take_whatever_is_accounted_for() -> None:
    """As measured of another take of a set-up that a shaken copy of its sibling was taken for, with fields left in."""
    evidence = Evidence(0.77, 0.52, 0.28, 0.66, 0.88, 0.77, 18.1, 34, 0.32, 4, 113.0, hidden=False)
    assert score(evidence, Line(1.0, 0.0)) >= MATCH_SCORE
    assert is_another_take(evidence, Line(1.0, 0.0))
    assert not is_another_take(replace(evidence, follows=0.4), Line(1.0, 0.0))


@given(evidences(), LINES)
def test_something_else_within_the_same_outline_is_another_take(evidence: Evidence, line: Line | None) -> None:
    """However much follows, and of whatever is accounted for."""
    moving = replace(evidence, follows=1.0, accounted=1.0, fine=max(0.1, evidence.fine))
    assert is_another_take(replace(moving, moves_alike=0.3 * moving.fine), line)
    assert not is_another_take(replace(moving, moves_alike=0.4 * moving.fine), line)
    assert not is_another_take(replace(moving, moves_alike=None), line)


@pytest.mark.parametrize(("alike", "is_other"), [(0.9, False), (0.8, True), (None, True)])
def test_what_is_surely_alike_need_not_be_all_that_moves(alike: float | None, is_other: bool) -> None:
    """As measured of a blend, in which the other picture moves as much; at the original speed alone."""
    blend = Evidence(0.68, 0.62, 0.46, 0.4, 0.59, 0.85, 30.0, 35, 0.5, 4, 115.0, hidden=False, moves_alike=alike)
    assert is_another_take(blend, Line(1.0, 0.0)) == is_other
    assert is_another_take(blend, Line(0.5, 0.0))
    assert is_another_take(replace(blend, follows=0.3), Line(1.0, 0.0))
