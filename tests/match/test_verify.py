"""How much of what moves in a material moves in the master, whatever the grade."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from cleancut.match.agree import Hit
from cleancut.match.film import Film, Target
from cleancut.match.picture import Luma
from cleancut.match.verify import appearances
from cleancut.testing import texture

WIDTH, HEIGHT, RATE = 160, 90, 24.0
SKY = 45  # rows that something lies over
IN_PLACE = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def take(walker: int) -> list[Luma]:
    """A misty place that something of its own crosses in each take."""
    ground, thing = 82 + texture(40, WIDTH, HEIGHT) / 4, texture(60 + walker, 22, 28)
    shot = []
    for number in range(96):
        picture = np.asarray(ground, np.uint8)
        across = 4 + (number + 29 * walker) % (WIDTH - 30)
        picture[48:76, across : across + 22] = thing
        shot.append(picture)
    return shot


def under_a_bright_sky(picture: Luma) -> Luma:
    """In which there is so little that nobody can tell it from the mist."""
    clouds = np.random.default_rng(5).normal(0, 40, (SKY, WIDTH))
    return np.vstack([np.asarray(225 + cv2.GaussianBlur(clouds, (0, 0), 6), np.uint8), picture[SKY:]])


def follows(clip: list[Luma], shown: list[Luma]) -> float | None:
    """Of what moves in the clip, in a film that shows what it shows from its twentieth frame on."""
    film = Film([{"thumbs": np.stack(shown), "first": np.array(0)}], RATE)
    target = Target(np.stack(clip), np.arange(len(clip)) / RATE, HEIGHT / WIDTH, is_still=False)
    hits = [Hit(frame, 0, 20 + frame, IN_PLACE, 60, 0.4) for frame in range(0, len(shown), 12)]
    (seen,) = appearances(film, target, hits)
    return seen.evidence.follows


@pytest.mark.parametrize(("other", "low", "high"), [(1, 0.95, 1.05), (4, -0.05, 0.2)])
def test_what_lies_over_a_take_does_not_tell_its_grade(other: int, low: float, high: float) -> None:
    share = follows(take(1), [under_a_bright_sky(picture) for picture in take(other)[20:80]])
    assert share is not None
    assert low < share < high


def on_a_wall(deviation: float) -> list[Luma]:
    """Something that crosses a wall, on which there is next to nothing."""
    noise = np.random.default_rng(6)
    wall, thing = cv2.GaussianBlur(noise.normal(0, 1, (HEIGHT, WIDTH)), (0, 0), 3), texture(61, 22, 28)
    wall, shot = 170 + deviation * wall / wall.std(), []
    for number in range(96):
        picture = np.asarray(wall.round(), np.uint8)
        picture[48:76, 4 + number : 26 + number] = thing
        shot.append(picture)
    return shot


@pytest.mark.parametrize("deviation", [0.0, 1.9, 2.9])
def test_noise_on_a_wall_tells_no_grade(deviation: float) -> None:
    """An encoder has put its own in place of it."""
    noise = np.random.default_rng(7)
    film = [picture + noise.normal(0, 2, picture.shape) for picture in on_a_wall(0.0)[20:80]]
    share = follows(on_a_wall(deviation), [np.clip(picture, 0, 255).astype(np.uint8) for picture in film])
    assert share is not None
    assert 0.8 < share < 1.2


@pytest.mark.parametrize("gain", [0.3, 0.5])
def test_a_wall_that_shows_tells_the_grade(gain: float) -> None:
    clip = on_a_wall(2.9)
    share = follows(clip, [np.asarray(40 + gain * picture, np.uint8) for picture in clip[20:80]])
    assert share is not None
    assert 0.8 < share < 1.2
