"""What a claim needs to be a match, and what makes it less."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleancut.match.sound.course import SECOND
from cleancut.match.sound.evidence import Line
from cleancut.match.sound.judge import Claim, Heard, judged, merged, unexplained


def claim(seconds: float = 10.0, **but: object) -> Claim:
    """Ten seconds that are heard as plainly as a clean copy is."""
    line = Line(0, 0.0, 500.0)
    end = round(seconds * SECOND)
    plain = Claim(line, 0, end, 500.0, 500.0 + end, 60.0, 0.9, 0.95, 0.0, 0.8, frozenset({Heard(0, 0)}))
    return replace(plain, **but)


def kind(of: Claim) -> str | None:
    rated = judged(of)
    return rated.kind if rated else None


CHANGED = {"line": Line(0, 0.0, 500.0, 1.0417, 2)}


@pytest.mark.parametrize(
    "but",
    [
        {"agreed": 0.35, "share": 0.7, "lacking": 0.02, "loud": 0.7, "strength": 30.0},  # under something louder
        {"agreed": 0.85, "share": 0.9, "lacking": 0.02, "loud": 0.35},  # through a limiter
    ],
)
def test_a_copy_that_lost_its_landmarks_or_its_levels_is_a_match(but: dict[str, object]) -> None:
    assert kind(claim(**but)) == "match"


def test_a_clean_copy_is_a_match() -> None:
    assert kind(claim()) == "match"
    assert kind(claim(1.0)) == "match"
    assert kind(claim(3.0, **CHANGED)) == "match"


@pytest.mark.parametrize(
    "but",
    [
        {"agreed": 0.14, "share": 0.6, "lacking": 0.14, "loud": 0.4},  # the same notes by other instruments
        {"agreed": 0.32, "share": 0.85, "lacking": 0.05, "loud": 0.35},  # also at the same times
        {"agreed": 0.44, "share": 0.73, "lacking": 0.06, "loud": 0.39, **CHANGED},
        {"agreed": 0.47, "share": 0.58, "lacking": 0.19, "loud": 0.4, **CHANGED},  # another pattern from a drum kit
        {"lacking": 0.3},
    ],
)
def test_what_lacks_the_rest_is_related(but: dict[str, object]) -> None:
    assert kind(claim(**but)) == "related"


@pytest.mark.parametrize("but", [{"agreed": 0.6, "share": 0.8}, CHANGED])
def test_a_moment_that_is_not_plain_is_nothing(but: dict[str, object]) -> None:
    assert kind(claim(1.5, **but)) is None


SHARES = st.floats(0.0, 1.0)


@given(SHARES, SHARES, SHARES, SHARES, st.floats(1.0, 30.0), st.booleans())
def test_more_that_is_lacking_is_never_better(
    agreed: float, share: float, one: float, other: float, seconds: float, is_changed: bool
) -> None:
    but = {"agreed": agreed, "share": share, **(CHANGED if is_changed else {})}
    less, more = (judged(claim(seconds, lacking=lacking, **but)) for lacking in sorted((one, other)))
    if more is not None and more.kind == "match":
        assert less is not None
        assert less.kind == "match"
        assert less.score >= more.score
        assert more.score >= 0.5
    elif more is not None:
        assert more.score <= 0.5


@given(SHARES, SHARES, SHARES, SHARES, SHARES, st.floats(1.0, 30.0), st.booleans())
def test_levels_of_its_own_never_speak_against_a_claim(
    agreed: float, share: float, lacking: float, one: float, other: float, seconds: float, is_changed: bool
) -> None:
    but = {"agreed": agreed, "share": share, "lacking": lacking, **(CHANGED if is_changed else {})}
    less, more = (judged(claim(seconds, loud=loud, **but)) for loud in sorted((one, other)))
    if less is not None and less.kind == "match":
        assert more is not None
        assert more.kind == "match"
        assert more.score >= less.score


def test_one_line_in_two_tracks_is_one_claim() -> None:
    (one,) = merged([claim(), claim(12.0, heard=frozenset({Heard(1, 0)}))])
    assert one.heard == {Heard(0, 0), Heard(1, 0)}
    assert len(one) == round(12 * SECOND)


def test_two_places_of_a_material_at_once_are_two_claims() -> None:
    assert len(merged([claim(), claim(line=Line(0, 0.0, 2000.0))])) == 2


def test_of_one_material_only_the_strongest_of_a_time_is_told() -> None:
    strong, weak = claim(strength=80.0), claim(strength=20.0, kind="related", line=Line(0, 0.0, 2000.0))
    assert unexplained([weak, strong], [], [], {0: "one"}) == [strong]
    elsewhere = replace(weak, first=strong.end, end=strong.end + 600)
    assert unexplained([elsewhere, strong], [], [], {0: "one"}) == [strong, elsewhere]


def test_what_its_channels_share_does_not_explain_what_tells_them_apart() -> None:
    fold, beside = claim(strength=80.0), claim(strength=20.0, line=Line(1, 0.0, 500.0))
    assert unexplained([beside, fold], [], [], {0: "one", 1: "one"}) == [fold, beside]


def test_one_instrument_alone_is_judged_more_strictly() -> None:
    other_rendering = {"agreed": 0.45, "share": 0.81, "lacking": 0.04, "strength": 20.0, "loud": 0.5}
    assert kind(claim(**other_rendering)) == "match"
    assert kind(claim(**other_rendering, is_beside=True)) != "match"
