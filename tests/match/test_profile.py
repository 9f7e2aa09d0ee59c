"""Along which line in time a clip runs, where its own camera moves."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from cleancut.match import profile
from cleancut.match.agree import Hit
from cleancut.match.align import Line
from cleancut.match.film import Film, Target
from cleancut.match.geometry import Affine
from cleancut.match.picture import Luma
from cleancut.match.pose import Pose, correlation, mask_at
from cleancut.testing import texture

WIDTH, HEIGHT, RATE = 160, 90, 24.0
ASPECT = HEIGHT / WIDTH
GROWTH = 0.0012  # of each frame over the one before
FRAMES, FIRST = 84, 12  # of the clip; the first that the film shows
ENLARGED = 1.03  # how much larger the film shows it
SLOWER = 0.8


def zoom() -> list[Luma]:
    ground = texture(11, 2 * WIDTH, 2 * HEIGHT)
    return [shown(ground, 0.55 * (1 + GROWTH) ** number) for number in range(FRAMES)]


def pan() -> list[Luma]:
    ground = texture(12, WIDTH + FRAMES, HEIGHT)
    return [ground[:, number : number + WIDTH] for number in range(FRAMES)]


def shown(picture: Luma, scale: float) -> Luma:
    """Its middle, so much larger, as a thumbnail."""
    height, width = picture.shape
    turned = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), 0, scale)
    turned[:, 2] += (WIDTH - width) / 2, (HEIGHT - height) / 2
    return np.asarray(cv2.warpAffine(picture, turned, (WIDTH, HEIGHT), flags=cv2.INTER_AREA), dtype=np.uint8)


def enlarged(scale: float) -> Affine:
    """About the middle of the picture."""
    return np.array([[scale, 0.0, (1 - scale) / 2], [0.0, scale, (1 - scale) / 2 * ASPECT]])


def at(frame: int, speed: float) -> int:
    """Which frame of the clip the film shows."""
    return round(FIRST + speed * frame)


def crossed(ground: Luma, thing: Luma, number: int) -> Luma:
    """A place that stays, and something that crosses it again and again, another thing each time."""
    picture = ground[:, :WIDTH].copy()
    picture[30:60, 3 * (number % 40) : 3 * (number % 40) + 40] = thing
    return picture


@pytest.mark.parametrize("camera", [zoom, pan])
@pytest.mark.parametrize("speed", [1.0, SLOWER])
def test_a_clip_stays_in_its_place_along_the_line_it_runs(
    camera: Callable[[], list[Luma]], speed: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slower line is taken for the best of all, which it is half of the time."""
    slower = Line(SLOWER, (FIRST + 36 * (speed - SLOWER)) / RATE)  # crosses the true one in the middle of the film
    monkeypatch.setattr(profile.Lines, "best", property(lambda lines: lines._judge.best([slower])))
    clip = camera()
    thumbs = np.stack([shown(clip[at(frame, speed)], ENLARGED) for frame in range(72)])
    film = Film([{"thumbs": thumbs, "first": np.array(0)}], RATE)
    target = Target(np.stack(clip), np.arange(FRAMES) / RATE, ASPECT, is_still=False)
    mask = mask_at(film, 36, enlarged(ENLARGED), ASPECT)
    assert mask is not None
    value = correlation(film.thumb(36), target.thumbs[at(36, speed)], enlarged(ENLARGED), mask)
    pose = Pose(enlarged(ENLARGED), mask, value, 36, at(36, speed))
    hits = [Hit(frame, 0, at(frame, speed), enlarged(ENLARGED), 200, 0.4) for frame in (0, 24, 48, 71)]
    seen, _ = profile.profile_of(film, target, pose, hits)
    assert seen.line is not None
    assert seen.line.speed == speed


def test_a_long_stretch_of_a_long_clip_runs_as_it_was_made() -> None:
    """Of which no more than some frames about one place are compared with the master."""
    rate, first, length = 50.0, 1500, 1200
    ground = texture(13, 4 * WIDTH, HEIGHT)
    things = [texture(14 + number, 40, 30) for number in range(80)]
    clip = np.stack([crossed(ground, things[number // 40], number) for number in range(first + length + 200)])
    film = Film([{"thumbs": clip[first : first + length], "first": np.array(0)}], rate)
    target = Target(clip, np.arange(len(clip)) / rate, ASPECT, is_still=False)
    mask = mask_at(film, 100, enlarged(1.0), ASPECT)
    assert mask is not None
    hits = [Hit(frame, 0, first + frame, enlarged(1.0), 100, 0.4) for frame in range(0, length, round(rate / 2))]
    seen, _ = profile.profile_of(film, target, Pose(enlarged(1.0), mask, 1.0, 100, first + 100), hits)
    assert seen.line is not None
    assert seen.line.speed == 1.0
    assert seen.run(0.9, 100) == (0, length)


def test_the_moment_is_found_though_features_lead_to_another() -> None:
    """Of a camera that sways, whose every picture holds most of what every other holds."""
    frames, first, length, elsewhere = 168, 96, 60, 20
    ground = texture(15, 2 * WIDTH, 2 * HEIGHT)
    places = [(70 + 24 * np.sin(number / 11), 40 + 12 * np.cos(number / 17)) for number in range(frames)]
    clip = [
        np.asarray(cv2.warpAffine(ground, np.array([[1, 0, -x], [0, 1, -y]]), (WIDTH, HEIGHT)), np.uint8)
        for x, y in places
    ]
    film = Film([{"thumbs": np.stack(clip[first : first + length]), "first": np.array(0)}], RATE)
    target = Target(np.stack(clip), np.arange(frames) / RATE, ASPECT, is_still=False)

    def beside(frame: int) -> Affine:
        """Where the picture of another moment lies in this frame of the film."""
        shift = (np.array(places[elsewhere]) - places[first + frame]) / WIDTH
        return np.array([[1.0, 0.0, shift[0]], [0.0, 1.0, shift[1]]])

    hits = [Hit(frame, 0, elsewhere, beside(frame), 100, 0.4) for frame in range(0, length, 12)]
    mask = mask_at(film, 24, beside(24), ASPECT)
    assert mask is not None
    value = correlation(film.thumb(24), target.thumbs[elsewhere], beside(24), mask)
    seen, speaking = profile.profile_of(film, target, Pose(beside(24), mask, value, 24, elsewhere), hits)
    assert seen.line is not None
    assert seen.line.speed == 1.0
    assert abs(seen.line.offset - first / RATE) < 1 / RATE
    assert seen.run(0.9, 24) == (0, length)
    assert len(speaking) == len(hits)
