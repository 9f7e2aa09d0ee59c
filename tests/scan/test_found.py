"""End to end: what is in a master is found at the right frames, whatever the edit; what is not, is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from cleancut.match.judge import MATCH_SCORE
from cleancut.match.picture import Luma
from cleancut.model.findings import Finding, Scan
from cleancut.testing import scene, texture
from scan import footage
from scan.conftest import Bench

LENGTH = 40  # frames of each appearance
FILLER = 18  # frames of other footage between

EDITS: dict[str, Callable[[Luma], Luma]] = {
    "plain": lambda picture: picture,
    "cropped": footage.cropped,
    "graded": footage.graded,
    "mirrored": footage.mirrored,
    "boxed": footage.boxed,
    "blurred": footage.blurred,
    "titled": footage.titled,
    "blended": footage.blended,
    "inset": footage.inset,
}
SPEEDS = {"doubled": 2.0, "halved": 0.5, "reversed": -1.0}
STILLS = ("zoomed",)


@dataclass(frozen=True)
class World:
    """A scan of a master with one appearance of each edit, at known frames."""

    scan: Scan
    truth: dict[str, tuple[int, int]]

    def found(self, name: str) -> list[Finding]:
        return [finding for finding in self.scan.findings if Path(finding.material).stem == name]


def retimed(shot: list[Luma], speed: float) -> list[Luma]:
    order = [int(index * abs(speed)) for index in range(LENGTH) if index * abs(speed) < len(shot)]
    pictures = [shot[index] for index in order]
    return pictures if speed > 0 else pictures[::-1]


@pytest.fixture(scope="module")
def world(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> World:
    root = tmp_path_factory.mktemp("world")
    folder = root / "material"
    folder.mkdir()
    film, truth = scene(500, FILLER), {}
    for number, name in enumerate([*EDITS, *SPEEDS, *STILLS]):
        if name in STILLS:
            picture = texture(number + 1, 640, 360)
            footage.still(folder / f"{name}.png", picture)
            appearance = footage.zoomed(picture, LENGTH)
        else:
            shot = scene(number + 1, 90)
            footage.write(folder / f"{name}.mp4", shot)
            if name in SPEEDS:
                appearance = retimed(shot, SPEEDS[name])
            else:
                appearance = [EDITS[name](picture) for picture in shot[20 : 20 + LENGTH]]
        truth[name] = (len(film), len(film) + len(appearance))
        film += appearance + scene(501 + number, FILLER)
    for number in range(3):  # in the register, not in the master
        footage.write(folder / f"absent-{number}.mp4", scene(900 + number, 40))
    master = footage.write(root / "master.mp4", film, options={"crf": "23", "preset": "veryfast"})
    return World(bench.scan(master, bench.register(folder)), truth)


@pytest.mark.parametrize("name", [*EDITS, *SPEEDS, *STILLS])
def test_found_at_its_frames(world: World, name: str) -> None:
    (finding,) = world.found(name)
    assert finding.kind == "match"
    first, end = world.truth[name]
    assert abs(finding.span.first - first) <= 2
    assert abs(finding.span.end - end) <= 2


def test_nothing_else_is_found(world: World) -> None:
    assert {Path(finding.material).stem for finding in world.scan.findings} == set(world.truth)


def test_mirrored_is_said(world: World) -> None:
    said = {name: world.found(name)[0].transform.mirror for name in world.truth}
    assert said == {name: name == "mirrored" for name in world.truth}


@pytest.mark.parametrize(("name", "speed"), [("plain", 1.0), *SPEEDS.items(), ("zoomed", 0.0)])
def test_speed_is_said(world: World, name: str, speed: float) -> None:
    assert world.found(name)[0].transform.speed == pytest.approx(speed, abs=0.05)


def test_which_frames_of_the_material(world: World) -> None:
    span = world.found("plain")[0].material_span
    assert span is not None
    assert abs(span.first - 20) <= 1
    assert abs(span.end - (20 + LENGTH)) <= 1
    assert world.found("zoomed")[0].material_span is None


def test_where_in_the_frame(world: World) -> None:
    inset = np.array(world.found("inset")[0].region)
    assert inset == pytest.approx(
        np.array([[170, 90], [298, 90], [298, 162], [170, 162]]) / np.array([320, 180]), abs=0.02
    )
    assert world.found("inset")[0].transform.scale == pytest.approx(0.4, abs=0.02)
    boxed = np.array(world.found("boxed")[0].region)
    assert boxed[:, 1].min() == pytest.approx(24 / 180, abs=0.03)


def test_everything_was_examined(world: World) -> None:
    coverage = world.scan.coverage
    assert coverage.is_complete
    assert [(span.first, span.end) for span in coverage.picture] == [(0, world.scan.master.frames)]
    assert coverage.sound == ()
    assert [gap.reason for gap in coverage.sound_missing] == ["the master has no sound track"]
    assert len(coverage.material) == len(world.truth) + 3


@pytest.mark.parametrize("text", ["24", "25", "24000/1001", "60"])
def test_every_rate(bench: Bench, tmp_path: Path, text: str) -> None:
    """A clip at 24 in a master at another rate, conformed frame by frame or by time alike."""
    folder = tmp_path / "material"
    folder.mkdir()
    shot = scene(40, 60)
    footage.write(folder / "shot.mov", shot)
    rate = Fraction(text)
    shown = [shot[min(59, int(index * 24 / rate))] for index in range(int(50 * rate / 24))]
    film = scene(41, 25) + shown + scene(42, 25)
    master = footage.write(tmp_path / "master.mov", film, rate=rate, timecode="01:00:00:00")
    scanned = bench.scan(master, bench.register(folder))
    (finding,) = scanned.findings
    assert scanned.master.clock.rate.value == rate
    assert abs(finding.span.first - 25) <= 1
    assert abs(finding.span.end - (25 + len(shown))) <= 1
    assert finding.record(scanned.master.clock)["timecode_in"].startswith("01:00:0")
    assert finding.transform.speed == pytest.approx(1.0, abs=0.01)


def take(ground: int, things: int, frames: int = 48) -> list[Luma]:
    """A locked-off shot: the same room for each `ground`, other people for each `things`."""
    room, shot = texture(ground), []
    people = [texture(things * 77 + number, 70, 110) for number in range(3)]
    for index in range(frames):
        picture = room.copy()
        for number, person in enumerate(people):
            x = (number * 110 + (things % 5 + 2 + number) * index * (-1) ** things) % 250
            picture[60:170, x : x + 70] = person
        shot.append(picture)
    return shot


def test_another_take_is_related_and_hides_nothing(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "material"
    folder.mkdir()
    footage.write(folder / "take-1.mp4", take(70, 1))
    footage.write(folder / "take-2.mp4", take(70, 2))
    footage.write(folder / "take-3.mp4", take(70, 3))
    film = scene(71, 20) + take(70, 1)[5:45] + scene(72, 20)
    scanned = bench.scan(footage.write(tmp_path / "master.mp4", film), bench.register(folder))
    matches = [finding for finding in scanned.findings if finding.kind == "match"]
    assert [finding.material for finding in matches] == ["take-1.mp4"]
    assert abs(matches[0].span.first - 20) <= 1
    assert abs(matches[0].span.end - 60) <= 1


def test_only_another_take_there_is_no_match(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "material"
    folder.mkdir()
    footage.write(folder / "take-2.mp4", take(70, 2))
    film = scene(71, 20) + take(70, 1)[5:45] + scene(72, 20)
    scanned = bench.scan(footage.write(tmp_path / "master.mp4", film), bench.register(folder))
    assert [finding.kind for finding in scanned.findings] == ["related"]
    assert scanned.findings[0].score <= MATCH_SCORE


def test_of_two_versions_the_better_wins(bench: Bench, tmp_path: Path) -> None:
    """The same pixels cannot be two clips."""
    folder = tmp_path / "material"
    folder.mkdir()
    shot = scene(80, 50)
    footage.write(folder / "a-small.mp4", [cv2.GaussianBlur(picture, (0, 0), 2.5) for picture in shot])
    footage.write(folder / "b-full.mp4", shot)
    film = scene(81, 20) + shot[5:45] + scene(82, 20)
    scanned = bench.scan(footage.write(tmp_path / "master.mp4", film), bench.register(folder))
    assert {finding.material: finding.kind for finding in scanned.findings} == {
        "a-small.mp4": "related",
        "b-full.mp4": "match",
    }


def test_a_blend_of_two_is_two(bench: Bench, tmp_path: Path) -> None:
    """Pixels of both are there: neither explains the other."""
    folder = tmp_path / "material"
    folder.mkdir()
    one, other = scene(90, 60), scene(91, 60)
    footage.write(folder / "one.mp4", one)
    footage.write(folder / "other.mp4", other)
    mixed = [cv2.addWeighted(a, 0.5, b, 0.5, 0) for a, b in zip(one, other, strict=True)]
    film = scene(92, 20) + mixed + scene(93, 20)
    scanned = bench.scan(footage.write(tmp_path / "master.mp4", film), bench.register(folder))
    assert {finding.material: finding.kind for finding in scanned.findings} == {
        "one.mp4": "match",
        "other.mp4": "match",
    }
