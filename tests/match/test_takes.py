"""What moves tells a copy from another take under a locked camera; lettering alone tells nothing."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from cleancut.match.engine import ReferenceEngine
from cleancut.match.picture import Luma
from cleancut.model.findings import Finding
from cleancut.model.material import Material, MaterialKind
from cleancut.testing import RATE, Silence, framed, scene, texture

WIDTH, HEIGHT = 320, 180


def take(walker: int, frames: int = 96, speed: int = 2) -> list[Luma]:
    """One place under a locked camera, crossed by something of its own for each take."""
    ground, thing = texture(40, WIDTH, HEIGHT), texture(60 + walker, 44, 56)
    shot = []
    for index in range(frames):
        picture = ground.copy()
        x, y = 10 + (speed * index + 57 * walker) % (WIDTH - 60), 30 + 41 * walker % 80
        picture[y : y + 56, x : x + 44] = thing
        shot.append(picture)
    return shot


def found(film: Sequence[Luma], material: Sequence[Luma], kind: MaterialKind = "clip") -> list[Finding]:
    """What is found of the material in a film that shows something else before and after."""
    engine = ReferenceEngine()
    whole = [*scene(2, 40), *film, *scene(3, 40)]
    sketch = [engine.sketch(list(enumerate(framed(whole))), 0, RATE)]
    registered = Material("material", "0" * 64, kind, len(material), WIDTH, HEIGHT)
    return list(engine.find(sketch, RATE, [(registered, engine.fingerprint(framed(material), kind))], Silence()))


def test_the_same_take_is_a_match() -> None:
    (seen,) = found(take(1)[20:80], take(1))
    assert seen.kind == "match"
    assert abs(seen.span.first - 40) <= 1
    assert abs(seen.span.end - 100) <= 1


@pytest.mark.parametrize("other", [2, 3, 5])
def test_another_take_is_none(other: int) -> None:
    assert all(seen.kind == "related" for seen in found(take(other)[20:80], take(1)))


def test_a_glimpse_of_another_take_is_shown_as_related() -> None:
    """So like it that a person has to look, however short."""
    assert [seen.kind for seen in found(take(2)[50:58], take(1))] == ["related"]


def test_the_empty_place_is_no_match_for_a_take() -> None:
    assert all(seen.kind == "related" for seen in found([texture(40, WIDTH, HEIGHT)] * 60, take(1)))


def test_a_take_is_no_match_for_the_empty_place() -> None:
    assert all(seen.kind == "related" for seen in found(take(1)[20:80], [texture(40, WIDTH, HEIGHT)] * 96))


def blocked(thing: Luma, frames: int = 72) -> list[Luma]:
    """The place crossed by this thing, from the same mark at the same pace."""
    shot = [texture(40, WIDTH, HEIGHT) for _ in range(frames)]
    for index, picture in enumerate(shot):
        picture[60 : 60 + thing.shape[0], 10 + 3 * index : 10 + 3 * index + thing.shape[1]] = thing
    return shot


@pytest.mark.parametrize("size", [(44, 56), (70, 90)])
@pytest.mark.parametrize("shade", [0, 60])
def test_another_take_with_the_same_blocking_is_none(size: tuple[int, int], shade: int) -> None:
    """Someone else walks from mark to mark in time with the first: only what is seen within the outline differs."""
    one, other = (np.clip(texture(seed, *size).astype(int) // 2 + shade, 0, 255).astype(np.uint8) for seed in (81, 82))
    assert [seen.kind for seen in found(blocked(one)[5:65], blocked(one))] == ["match"]
    assert [seen.kind for seen in found(blocked(other)[5:65], blocked(one))] == ["related"]


def entered(walker: int, empty: int, frames: int) -> list[Luma]:
    """A place that lies empty at first, and is crossed then."""
    return [texture(40, WIDTH, HEIGHT)] * empty + take(walker, frames)


@pytest.mark.parametrize("empty", [24, 40])
@pytest.mark.parametrize("length", [60, 90])
def test_the_empty_place_held_longer_than_in_a_take_is_no_match_for_it(empty: int, length: int) -> None:
    """Slowed down it would be in the material, and in any other take as well."""
    film = [texture(40, WIDTH, HEIGHT)] * length
    assert [seen.kind for seen in found(film, entered(1, empty, 60))] == ["related"]


def test_another_take_that_lies_empty_for_longer_is_none() -> None:
    assert [seen.kind for seen in found(entered(2, 60, 30), entered(1, 30, 60))] == ["related"]


def test_a_place_that_lies_empty_as_long_as_in_the_material_is_a_match() -> None:
    assert [seen.kind for seen in found(entered(1, 40, 50)[:38], entered(1, 40, 50))] == ["match"]


@pytest.mark.parametrize("held", [0, 24, 96])
def test_the_last_frame_of_a_pan_held_longer_than_in_the_material_is_a_match(held: int) -> None:
    """Nothing moves in either there, but another take would have had to stop at the same place."""
    wide = texture(91, 2 * WIDTH, HEIGHT)
    pan = [wide[:, 2 * index : 2 * index + WIDTH].copy() for index in range(60)]
    assert [seen.kind for seen in found([pan[-1]] * 120, [*pan, *[pan[-1]] * held])] == ["match"]


def test_a_frozen_frame_is_a_match() -> None:
    (seen,) = found([take(1)[50]] * 48, take(1))
    assert seen.kind == "match"
    assert abs(seen.span.first - 40) <= 1
    assert abs(seen.span.end - 88) <= 1


@pytest.mark.parametrize("speed", [0.5, 2.0, -1.0, -1.5])
def test_the_speed_is_told_by_what_moves(speed: float) -> None:
    """All but a walker stays, and looks the same at any moment."""
    whole = take(1)
    start = 10 if speed > 0 else 90
    (seen,) = found([whole[int(start + speed * index)] for index in range(42)], whole)
    assert seen.kind == "match"
    assert seen.transform.speed == pytest.approx(speed, abs=0.05)
    assert abs(seen.span.first - 40) <= 1
    assert abs(seen.span.end - 82) <= 1


@pytest.mark.parametrize("speed", [0.6, 1.75, 2.5, -0.7])
def test_a_long_stretch_runs_at_a_speed_between(speed: float) -> None:
    """Of several seconds a common speed is right for a moment only."""
    whole = scene(7, 300)
    start = 5 if speed > 0 else 295
    (seen,) = found([whole[int(start + speed * index)] for index in range(114)], whole)
    assert seen.kind == "match"
    assert seen.transform.speed == pytest.approx(speed, rel=0.01)
    assert abs(seen.span.first - 40) <= 1
    assert abs(seen.span.end - 154) <= 1


def test_a_few_frames_are_a_match() -> None:
    (seen,) = found(take(1)[50:59], take(1))
    assert seen.kind == "match"
    assert (seen.span.first, seen.span.end) == (40, 49)


def test_a_take_under_a_moving_foreground_is_a_match() -> None:
    thing = texture(90, 60, 120)
    film = [picture.copy() for picture in take(1, speed=1)[20:80]]
    for index, picture in enumerate(film):
        picture[50:170, 250 - 2 * index : 310 - 2 * index] = thing
    assert [seen.kind for seen in found(film, take(1, speed=1))] == ["match"]


def crossed(seed: int) -> list[Luma]:
    """A place of its own, and one thing that crosses all of it."""
    ground, thing = texture(seed, WIDTH, HEIGHT), texture(seed * 31 + 1, 64, 45)
    shot = [ground.copy() for _ in range(60)]
    for index, picture in enumerate(shot):
        picture[70:115, 10 + 3 * index : 74 + 3 * index] = thing
    return shot


def covered(film: Sequence[Luma], share: float, ground: int = 40) -> list[Luma]:
    """The right of it under what is bright where the place is dark: over the whole frame, they look like opposites."""
    cover = cv2.GaussianBlur(255 - texture(ground, WIDTH, HEIGHT), (0, 0), 6)
    first = WIDTH - int(share * WIDTH)
    return [np.concatenate([picture[:, :first], cover[:, first:]], axis=1) for picture in film]


@pytest.mark.parametrize("share", [0.2, 0.3, 0.4])
def test_what_covers_a_take_tells_nothing_of_it(share: float) -> None:
    (seen,) = found(covered(take(1)[20:80], share), take(1))
    assert seen.kind == "match"
    assert abs(seen.span.first - 40) <= 1
    assert abs(seen.span.end - 100) <= 1


@pytest.mark.parametrize(("ground", "share"), [(300, 0.6), *((ground, 0.7) for ground in range(301, 306))])
def test_a_clip_is_found_by_the_little_that_lies_open(ground: int, share: float) -> None:
    """Of the ground 300 too few features lie open, where seven tenths are covered."""
    (seen,) = found(covered(crossed(ground), share, ground), crossed(ground))
    assert seen.kind == "match"
    assert abs(seen.span.first - 40) <= 1
    assert abs(seen.span.end - 100) <= 1


@pytest.mark.parametrize("share", [0.2, 0.3, 0.4, 0.5])
@pytest.mark.parametrize("other", [2, 3, 5])
def test_a_covered_take_is_no_other(other: int, share: float) -> None:
    assert all(seen.kind == "related" for seen in found(covered(take(other)[20:80], share), take(1)))


def card(words: str, level: int) -> Luma:
    picture = np.full((HEIGHT, WIDTH), level, np.uint8)
    cv2.putText(picture, words, (110, 95), cv2.FONT_HERSHEY_DUPLEX, 1.0, 235, 2)
    cv2.putText(picture, "A FILM IN FIVE PARTS", (108, 120), cv2.FONT_HERSHEY_DUPLEX, 0.35, 220, 1)
    return picture


@pytest.mark.parametrize("words", ["NIGHT", "SIGNAL"])
def test_lettering_on_another_ground_is_no_match(words: str) -> None:
    assert all(seen.kind == "related" for seen in found([card(words, 60)] * 48, [card("NIGHT", 90)], "still"))


@pytest.mark.parametrize("share", [0.45, 0.55])
def test_a_take_in_a_blend_is_a_match(share: float) -> None:
    """What shines through it moves, too."""
    other = [np.roll(texture(90, 2 * WIDTH, HEIGHT), -5 * index, axis=1)[:, :WIDTH] for index in range(60)]
    blend = [
        np.asarray(np.rint(share * one.astype(float) + (1 - share) * two), np.uint8)
        for one, two in zip(take(1)[20:80], other, strict=True)
    ]
    assert [seen.kind for seen in found(blend, take(1))] == ["match"]


def lit(seed: int, ahead: int) -> list[Luma]:
    """A soft, dark place under a locked camera, crossed by something bright."""
    ground = np.rint(20 + 0.25 * cv2.GaussianBlur(texture(41, WIDTH, HEIGHT), (0, 0), 5).astype(float)).astype(np.uint8)
    thing = np.clip(np.rint(10 + 0.8 * texture(seed, 60, 60)), 0, 255).astype(np.uint8)
    shot = [ground.copy() for _ in range(60)]
    for index, picture in enumerate(shot):
        picture[60:120, 20 + ahead + 2 * index : 80 + ahead + 2 * index] = thing
    return shot


@pytest.mark.parametrize("ahead", [0, 12, 25])
def test_something_else_as_bright_in_the_same_place_is_another_take(ahead: int) -> None:
    assert [seen.kind for seen in found(lit(70, 0), lit(70, 0))] == ["match"]
    assert all(seen.kind == "related" for seen in found(lit(71, ahead), lit(70, 0)))
