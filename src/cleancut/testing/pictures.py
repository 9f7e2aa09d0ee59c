"""Pictures with known truth, and what every picture engine must keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import islice

import numpy as np
import pytest

from cleancut.errors import VersionMismatch
from cleancut.match.fingerprint import Featureless
from cleancut.match.picture import Arrays, Frame, Luma
from cleancut.model.findings import Finding
from cleancut.model.material import Material
from cleancut.model.timing import Span
from cleancut.ports import PictureEngine
from cleancut.testing.fakes import Silence

RATE = Fraction(24)


def texture(seed: int, width: int = 320, height: int = 180) -> Luma:
    """A picture rich in corners, of its own for each seed: overlapping rectangles over soft noise."""
    chance = np.random.default_rng(seed)
    soft = chance.normal(0.0, 12.0, (height // 8 + 2, width // 8 + 2)).repeat(8, axis=0).repeat(8, axis=1)
    picture = 110.0 + soft[:height, :width]
    for _ in range(160):
        x, y = int(chance.integers(-20, width)), int(chance.integers(-20, height))
        w, h = (int(side) for side in chance.integers(6, max(8, width // 6), 2))
        picture[max(0, y) : max(0, y + h), max(0, x) : max(0, x + w)] = chance.integers(20, 236)
    return np.clip(picture, 16, 235).astype(np.uint8)


def scene(seed: int, frames: int, width: int = 320, height: int = 180) -> list[Luma]:
    """A moving shot: a slow pan over a texture, and smaller things that cross it."""
    ground = texture(seed, width + frames, height + frames // 4 + 1)
    things = [texture(seed * 31 + number + 1, width // 5, height // 4) for number in range(3)]
    shot = []
    for index in range(frames):
        picture = ground[index // 4 : index // 4 + height, index : index + width].copy()
        for number, thing in enumerate(things):
            x = (number * width // 3 + (number + 2) * index) % (width - thing.shape[1])
            y = (number + 1) * height // 5
            picture[y : y + thing.shape[0], x : x + thing.shape[1]] = thing
        shot.append(picture)
    return shot


def framed(pictures: Sequence[Luma], rate: Fraction = RATE) -> list[Frame]:
    """Pictures as frames of square pixels at this rate."""
    return [
        Frame(picture, picture.shape[0] / picture.shape[1], float(index / rate))
        for index, picture in enumerate(pictures)
    ]


def are_alike(some: Sequence[Finding], others: Sequence[Finding]) -> bool:
    """Whether these are the same findings at the same frames, but for a hair of their place, scale and score."""
    return len(some) == len(others) and all(
        replace(one, score=other.score, region=other.region, transform=other.transform) == other
        and abs(one.score - other.score) < 0.02
        and one.transform.speed == other.transform.speed
        and one.transform.mirror == other.transform.mirror
        and one.transform.scale == pytest.approx(other.transform.scale, rel=1e-2)
        and np.allclose(one.region, other.region, atol=5e-3)
        for one, other in zip(some, others, strict=True)
    )


class PictureEngineContract:
    """Every picture engine: finds what is there at the right frames, nothing else, and the same however it is asked.

    Override `engine`.
    """

    @pytest.fixture
    def engine(self) -> PictureEngine:
        raise NotImplementedError

    @pytest.fixture
    def shot(self) -> list[Luma]:
        return scene(1, 48)

    @pytest.fixture
    def film(self, shot: list[Luma]) -> list[Luma]:
        """Ninety frames, of which [30, 60) are frames 10 to 40 of the shot."""
        return scene(2, 30) + shot[10:40] + scene(3, 30)

    def test_finds_a_shot_at_its_frames(self, engine: PictureEngine, shot: list[Luma], film: list[Luma]) -> None:
        (found,) = _found(engine, film, {"shot": shot})
        assert (found.kind, found.medium, found.material) == ("match", "picture", "shot")
        assert (found.span.first, found.span.end) == (30, 60)
        assert found.material_span is not None
        assert abs(found.material_span.first - 10) <= 1
        assert abs(found.material_span.end - 40) <= 1
        assert 0.0 < found.score <= 1.0

    def test_finds_nothing_where_nothing_is(self, engine: PictureEngine, film: list[Luma]) -> None:
        assert _found(engine, film, {"other": scene(4, 48)}) == ()

    def test_an_empty_register_finds_nothing(self, engine: PictureEngine, film: list[Luma]) -> None:
        assert _found(engine, film, {}) == ()

    @pytest.mark.parametrize("part", [7, 31, 90])
    def test_parts_do_not_matter(self, engine: PictureEngine, shot: list[Luma], film: list[Luma], part: int) -> None:
        assert _found(engine, film, {"shot": shot}, part) == _found(engine, film, {"shot": shot}, 50)

    def test_hits_may_be_searched_for_before(self, engine: PictureEngine, shot: list[Luma], film: list[Luma]) -> None:
        """Of parts that come one by one."""
        register = [(_material("shot", len(shot)), engine.fingerprint(framed(shot), "clip"))]
        sketch = sketched(engine, framed(film), 25)
        found = engine.find(sketch, RATE, register, Silence())
        hits = engine.search(iter(sketch), register, Silence())
        assert found
        assert engine.find(sketch, RATE, register, Silence(), hits=hits) == found
        assert not engine.search(iter(sketch), [], Silence())

    def test_seeking_finds_what_looking_at_all_finds(
        self, engine: PictureEngine, shot: list[Luma], film: list[Luma]
    ) -> None:
        """But for a hair of its place and score; and what it did not ask to look at closely, it says nothing of."""
        register = [(_material("shot", len(shot)), engine.fingerprint(framed(shot), "clip"))]
        frames, parts, asked = framed(film), sketched(engine, framed(film), 15), set[int]()
        singly = [(index, frames[index]) for index in range(0, 90, 15)]

        def closer(spans: Sequence[Span]) -> list[Arrays]:
            asked.update(number for span in spans for number in range(span.first // 15, (span.end - 1) // 15 + 1))
            return [parts[number] for number in sorted(asked)]

        found = engine.seek([engine.glimpse(singly)], 90, RATE, register, closer, Silence())
        assert are_alike(found, engine.find(parts, RATE, register, Silence()))
        assert {2, 3} <= asked
        asked.clear()
        others = [(_material("other", 48), engine.fingerprint(framed(scene(4, 48)), "clip"))]
        assert engine.seek([engine.glimpse(singly)], 90, RATE, others, closer, Silence()) == ()
        assert not asked

    def test_volumes_do_not_matter(self, engine: PictureEngine, shot: list[Luma], film: list[Luma]) -> None:
        shots = {"other": scene(4, 48), "second": shot[::2], "shot": shot}
        prints = [engine.fingerprint(framed(some), "clip") for some in shots.values()]
        register = [(_material(name, 48), arrays) for name, arrays in zip(shots, prints, strict=True)]
        sketch = sketched(engine, framed(film), 50)
        found = engine.find(sketch, RATE, register, Silence())
        assert any(finding.material == "shot" for finding in found)
        apart = [(engine.volume([prints[2]]), np.array([2])), (engine.volume(prints[1::-1]), np.array([1, 0]))]
        assert engine.find(sketch, RATE, register, Silence(), apart) == found

    def test_flat_pictures_are_refused(self, engine: PictureEngine) -> None:
        with pytest.raises(Featureless):
            engine.fingerprint(framed([np.full((180, 320), 90, np.uint8)]), "still")

    def test_arrays_hold_no_objects(self, engine: PictureEngine, shot: list[Luma]) -> None:
        arrays = engine.fingerprint(framed(shot), "clip")
        assert not any(array.dtype.hasobject for array in arrays.values())

    def test_foreign_fingerprints_are_refused(self, engine: PictureEngine, shot: list[Luma], film: list[Luma]) -> None:
        unstamped = {"thumbs": np.zeros((1, 90, 160), np.uint8)}
        with pytest.raises(VersionMismatch):
            engine.find(
                sketched(engine, framed(film), 50), RATE, [(_material("shot", len(shot)), unstamped)], Silence()
            )


def sketched(engine: PictureEngine, frames: Sequence[Frame], part: int, rate: Fraction = RATE) -> list[Arrays]:
    """A master's sketch made in parts of this many frames, each shown its context."""
    parts = []
    for first in range(0, len(frames), part):
        start = max(0, first - engine.context)
        pairs = islice(enumerate(frames), start, first + part)
        parts.append(engine.sketch(pairs, first, rate))
    return parts


def _found(
    engine: PictureEngine, film: Sequence[Luma], shots: dict[str, list[Luma]], part: int = 50
) -> tuple[Finding, ...]:
    register = [(_material(name, len(shot)), engine.fingerprint(framed(shot), "clip")) for name, shot in shots.items()]
    return engine.find(sketched(engine, framed(film), part), RATE, register, Silence())


def _material(name: str, frames: int) -> Material:
    return Material(name, name, "clip", 320, 180, frames)
