"""Picture and sound of one clip, found together or apart."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from cleancut.match.appearance import with_appearances
from cleancut.model.findings import Finding, Transform
from cleancut.model.material import Material
from cleancut.model.timing import Span

RATE = Fraction(24)
CLIP = Material("clip", "d", "clip", 320, 180, 300, sound_milliseconds=10_000, rate="30/1")
SILENT = replace(CLIP, name="silent", sound_milliseconds=0)
SONG = Material("song", "d", "sound", 0, 0, 0, sound_milliseconds=10_000)
STILL = Material("still", "d", "still", 320, 180, 1)
MATERIALS = (CLIP, SILENT, SONG, STILL)


def picture(first: int, end: int, own: tuple[int, int], material: str = "clip", speed: float = 1.0) -> Finding:
    """`own` in frames of the clip, 30 a second."""
    return Finding(material, Span(first, end), "picture", "match", 0.9, Span(*own), transform=Transform(speed))


def sound(first: int, end: int, own: tuple[int, int], material: str = "clip", speed: float = 1.0) -> Finding:
    """`own` in frames of the master, 24 a second."""
    return Finding(material, Span(first, end), "sound", "match", 0.9, Span(*own), transform=Transform(speed))


def told(*findings: Finding) -> list[tuple[str, int, str]]:
    return [(f.medium, f.appearance, f.appears) for f in with_appearances(findings, MATERIALS, RATE)]


def test_together_they_are_one() -> None:
    both = [("picture", 1, "picture_and_sound"), ("sound", 1, "picture_and_sound")]
    assert told(picture(48, 96, (30, 90)), sound(48, 96, (24, 72))) == both
    assert told(sound(40, 120, (16, 96)), picture(48, 96, (30, 90)))[0][1:] == (1, "picture_and_sound")


@pytest.mark.parametrize(("late", "expected"), [(11, 1), (13, 2)])
def test_half_a_second_apart_is_still_together(late: int, expected: int) -> None:
    last = told(picture(48, 96, (30, 90)), sound(48, 96, (24 + late, 72 + late)))[-1]
    assert last == ("sound", expected, "picture_and_sound" if expected == 1 else "sound_alone")


def test_without_overlap_they_are_apart() -> None:
    assert told(picture(0, 24, (0, 30)), sound(24, 48, (24, 48))) == [
        ("picture", 1, "picture_alone"),
        ("sound", 2, "sound_alone"),
    ]


def test_one_sound_under_a_picture_cut_in_two_is_one_appearance() -> None:
    shots = picture(0, 24, (0, 30)), picture(48, 72, (60, 90))
    assert told(*shots, sound(0, 72, (0, 72))) == [
        ("picture", 1, "picture_and_sound"),
        ("sound", 1, "picture_and_sound"),
        ("picture", 1, "picture_and_sound"),
    ]


def test_each_time_it_is_used_is_an_appearance() -> None:
    twice = [picture(0, 24, (0, 30)), sound(0, 24, (0, 24)), picture(48, 72, (0, 30)), sound(48, 72, (0, 24))]
    assert [number for _, number, _ in told(*twice)] == [1, 1, 2, 2]


@pytest.mark.parametrize(("speed", "expected"), [(2.0, 1), (-1.0, 1)])
def test_both_run_the_same_way(speed: float, expected: int) -> None:
    length = round(24 * abs(speed))
    pair = picture(0, 24, (0, round(length * 30 / 24)), speed=speed), sound(0, 24, (0, length), speed=speed)
    assert [number for _, number, _ in told(*pair)] == [expected, expected]
    turned = replace(pair[1], transform=Transform(-speed))
    assert [number for _, number, _ in told(pair[0], turned)] == [1, 2]


def test_materials_with_one_medium_are_never_alone() -> None:
    still = Finding("still", Span(0, 24), "picture", "match", 0.9, transform=Transform(0.0))
    found = told(still, picture(24, 48, (0, 30), "silent"), sound(48, 72, (0, 24), "song"))
    assert found == [("picture", 1, "picture"), ("picture", 2, "picture"), ("sound", 3, "sound")]


def test_what_is_only_related_joins_nothing_and_is_not_alone() -> None:
    related = replace(picture(48, 96, (30, 90)), kind="related")
    assert told(related, sound(48, 96, (24, 72))) == [("picture", 1, "picture"), ("sound", 2, "sound_alone")]


def test_other_materials_do_not_join() -> None:
    assert told(picture(0, 24, (0, 30)), sound(0, 24, (0, 24), "song"))[1] == ("sound", 2, "sound")


def test_the_order_given_does_not_matter() -> None:
    findings = [picture(48, 96, (30, 90)), sound(48, 96, (24, 72)), sound(10, 30, (0, 20), "song")]
    assert with_appearances(findings, MATERIALS, RATE) == with_appearances(findings[::-1], MATERIALS, RATE)
