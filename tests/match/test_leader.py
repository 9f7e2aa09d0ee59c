"""Bars, slate, black and textless tail are known by their look, and a film without them is all programme."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from fractions import Fraction

import cv2
import numpy as np
import pytest

from cleancut.match.leader import around, glance, recognised
from cleancut.match.picture import Luma
from cleancut.model.programme import Programme
from cleancut.model.timing import Span
from cleancut.testing import scene, texture

RATE = Fraction(24)
BLACK = np.full((90, 160), 16, np.uint8)


def bars(kind: str) -> Luma:
    """Luma of colour bars as ffmpeg draws them."""
    source = ["-f", "lavfi", "-i", f"{kind}=s=160x90", "-frames:v", "1", "-pix_fmt", "yuv420p", "-f", "rawvideo", "-"]
    made = subprocess.run(["ffmpeg", "-v", "error", *source], check=True, capture_output=True).stdout
    return np.frombuffer(made, np.uint8)[: 160 * 90].reshape(90, 160)


def small(pictures: Sequence[Luma]) -> list[Luma]:
    return [np.asarray(cv2.resize(picture, (160, 90), interpolation=cv2.INTER_AREA)) for picture in pictures]


def film(seconds: int, seed: int = 1) -> list[Luma]:
    """Two-second shots."""
    return [picture for shot in range(seconds // 2) for picture in small(scene(seed + shot, 48))]


def titled(pictures: Sequence[Luma]) -> list[Luma]:
    written = [picture.copy() for picture in pictures]
    for picture in written:
        cv2.putText(picture, "A TITLE", (30, 60), cv2.FONT_HERSHEY_DUPLEX, 0.8, 235, 2)
    return written


def seen(pictures: Sequence[Luma], hour: int | None = None) -> Programme:
    return recognised(np.stack([glance(picture) for picture in pictures]), RATE, hour)


def told(programme: Programme) -> list[tuple[str, int, int]]:
    return [(stretch.kind, stretch.span.first, stretch.span.end) for stretch in programme.around]


@pytest.mark.parametrize("kind", ["smptebars", "smptehdbars", "pal75bars", "pal100bars"])
def test_bars_slate_and_black_before_it(kind: str) -> None:
    slate = small([texture(7)])
    programme = seen([bars(kind)] * 72 + [BLACK] * 24 + slate * 48 + [BLACK] * 48 + film(12))
    assert programme.shown_by == "look"
    assert (programme.span.first, programme.span.end) == (192, 192 + 288)
    assert told(programme) == [("bars", 0, 72), ("black", 72, 96), ("slate", 96, 144), ("black", 144, 192)]


def test_bars_alone() -> None:
    assert seen([bars("smptebars")] * 72 + film(8)).span.first == 72
    assert seen([bars("smptebars")] * 72 + [BLACK] * 24 + film(8)).span.first == 96


def test_the_hour_of_the_timecode_decides_where_black_leads_up_to_it() -> None:
    """A programme that fades in from black begins on the hour all the same; one whose hour is in mid-shot does not."""
    opening = small([texture(7)]) * 48 + [BLACK] * 96
    assert seen(opening + film(8), hour=120).span.first == 120
    assert seen(film(8), hour=60).shown_by == "nothing"
    assert seen(small([texture(7)]) * 48 + [BLACK] * 24 + film(8)).shown_by == "nothing"  # a card that a film opens on


def test_a_textless_tail() -> None:
    body = film(12)
    tail = [*titled(body[48:96]), *titled(body[192:240])]
    cut = body[:48] + tail[:48] + body[96:192] + tail[48:] + body[240:]
    textless = body[48:96] + [BLACK] * 30 + body[192:240]
    programme = seen(cut + [BLACK] * 48 + textless + [BLACK] * 36)
    assert (programme.span.first, programme.span.end) == (0, 288)
    assert told(programme) == [
        ("black", 288, 336),
        ("textless", 336, 384),
        ("black", 384, 414),
        ("textless", 414, 462),
        ("black", 462, 498),
    ]


def test_other_footage_after_black_is_programme() -> None:
    programme = seen(film(10) + [BLACK] * 48 + film(6, seed=50))
    assert programme == Programme(Span(0, 240 + 48 + 144))


def test_black_at_both_ends() -> None:
    programme = seen([BLACK] * 36 + film(8) + [BLACK] * 36)
    assert (programme.span.first, programme.span.end) == (36, 36 + 192)


@pytest.mark.parametrize("pictures", [[BLACK] * 30, [BLACK], small([texture(1)]), [bars("smptebars")] * 48])
def test_what_is_nothing_else_is_all_programme(pictures: list[Luma]) -> None:
    assert seen(pictures) == Programme(Span(0, len(pictures)))


def test_around_a_given_programme() -> None:
    glances = np.stack([glance(picture) for picture in [bars("smptebars")] * 10 + film(2) + [BLACK] * 6])
    stretches = around(glances, Span(14, 50))
    assert [(stretch.kind, stretch.span.first, stretch.span.end) for stretch in stretches] == [
        ("bars", 0, 10),
        ("slate", 10, 14),
        ("textless", 50, 58),
        ("black", 58, 64),
    ]
