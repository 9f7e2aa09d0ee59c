"""Contract kits: what every adapter and engine of a port must keep, as classes that its tests subclass.

A kit asks for the thing under test in a fixture and brings the tests. Needs pytest, which the product does not:
nothing else in the package imports this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from cleancut.errors import InputError, VersionMismatch
from cleancut.match.fingerprint import Featureless
from cleancut.match.picture import Arrays, Frame, Luma
from cleancut.model.findings import Finding
from cleancut.model.material import Material
from cleancut.ports import Cache, Clips, Files, PictureEngine, Stills, Unreadable

RATE = Fraction(24)


class Silence:
    """A `Progress` that shows nothing."""

    def stage(self, name: str, total: int | None = None) -> None: ...

    def advance(self, count: int = 1) -> None: ...


class MemoryCache:
    """A `Cache` in memory; `loads` and `saves` list the keys asked for."""

    def __init__(self) -> None:
        self.entries: dict[str, Arrays] = {}
        self.loads: list[str] = []
        self.saves: list[str] = []

    def load(self, key: str) -> Arrays | None:
        self.loads.append(key)
        return self.entries.get(key)

    def save(self, key: str, arrays: Arrays) -> None:
        self.saves.append(key)
        self.entries[key] = {name: np.array(array) for name, array in arrays.items()}


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


class CacheContract:
    """Every cache: what was saved or nothing. Override `cache`."""

    @pytest.fixture
    def cache(self) -> Cache:
        raise NotImplementedError

    def test_nothing_under_an_unknown_key(self, cache: Cache) -> None:
        assert cache.load("never-saved") is None

    def test_returns_what_was_saved(self, cache: Cache) -> None:
        saved = {"a": np.arange(6, dtype=np.int64).reshape(2, 3), "text": np.array("word"), "none": np.zeros((0, 2))}
        cache.save("key-1", saved)
        loaded = cache.load("key-1")
        assert loaded is not None
        assert set(loaded) == set(saved)
        for name, array in saved.items():
            assert loaded[name].dtype == array.dtype
            assert np.array_equal(loaded[name], array)

    def test_the_last_save_counts(self, cache: Cache) -> None:
        cache.save("key", {"a": np.array(1)})
        cache.save("key", {"b": np.array(2)})
        loaded = cache.load("key")
        assert loaded is not None
        assert list(loaded) == ["b"]


class ClipsContract:
    """Every reader of moving pictures. Override `clips`, and `film`: a path to twelve or more frames at 24."""

    @pytest.fixture
    def clips(self) -> Clips:
        raise NotImplementedError

    @pytest.fixture
    def film(self, tmp_path: Path) -> Path:
        raise NotImplementedError

    def test_frames_come_in_order(self, clips: Clips, film: Path) -> None:
        with clips.open(film) as reading:
            assert reading.info.rate == 24
            frames = list(reading)
            assert not reading.losses
        seconds = [frame.seconds for frame in frames]
        assert seconds[0] == 0.0
        assert np.allclose(np.diff(seconds), 1 / 24, atol=1e-3)
        assert len(frames) >= 12

    def test_frames_are_luma(self, clips: Clips, film: Path) -> None:
        with clips.open(film) as reading:
            frame = next(iter(reading))
        assert frame.luma.dtype == np.uint8
        assert frame.luma.ndim == 2
        assert frame.aspect == pytest.approx(frame.luma.shape[0] / frame.luma.shape[1])

    def test_what_is_no_film_is_unreadable(self, clips: Clips, tmp_path: Path) -> None:
        noise = tmp_path / "noise.mp4"
        noise.write_bytes(bytes(range(256)) * 40)
        empty = tmp_path / "empty.mp4"
        empty.touch()
        for path in (noise, empty, tmp_path / "missing.mp4", tmp_path):
            with pytest.raises(Unreadable), clips.open(path):
                pass


class StillsContract:
    """Every reader of stills. Override `stills`, and `picture`: a path to a picture 64 wide and 48 high."""

    @pytest.fixture
    def stills(self) -> Stills:
        raise NotImplementedError

    @pytest.fixture
    def picture(self, tmp_path: Path) -> Path:
        raise NotImplementedError

    def test_reads_luma(self, stills: Stills, picture: Path) -> None:
        frame = stills.read(picture)
        assert frame.luma.dtype == np.uint8
        assert frame.luma.shape == (48, 64)
        assert frame.aspect == pytest.approx(48 / 64)
        assert stills.size(picture) == (64, 48)

    def test_what_is_no_picture_is_unreadable(self, stills: Stills, tmp_path: Path) -> None:
        noise = tmp_path / "noise.png"
        noise.write_bytes(b"not a picture" * 9)
        empty = tmp_path / "empty.png"
        empty.touch()
        for path in (noise, empty, tmp_path / "missing.png", tmp_path):
            with pytest.raises(Unreadable):
                stills.read(path)
            with pytest.raises(Unreadable):
                stills.size(path)


class FilesContract:
    """Every way to files. Override `files`."""

    @pytest.fixture
    def files(self) -> Files:
        raise NotImplementedError

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        for name in ("b.png", "a.png", "sub/c.mp4", ".hidden.png", ".git/d.png"):
            path = tmp_path / "folder" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name, encoding="utf-8")
        return tmp_path / "folder"

    def test_lists_in_order_without_hidden_names(self, files: Files, folder: Path) -> None:
        listing = files.list(folder)
        assert [file.name for file in listing.files] == ["a.png", "b.png", "sub/c.mp4"]
        assert set(listing.ignored) == {".git", ".hidden.png"}

    def test_no_folder_is_an_input_error(self, files: Files, folder: Path) -> None:
        for path in (folder / "missing", folder / "a.png"):
            with pytest.raises(InputError):
                files.list(path)

    def test_a_digest_follows_from_the_content(self, files: Files, folder: Path) -> None:
        (folder / "copy.png").write_text("a.png", encoding="utf-8")
        assert files.digest(folder / "a.png") == files.digest(folder / "copy.png")
        assert files.digest(folder / "a.png") != files.digest(folder / "b.png")
        with pytest.raises(Unreadable):
            files.digest(folder / "missing.png")
        with pytest.raises(Unreadable):
            files.digest(folder)

    def test_same_means_one_file(self, files: Files, folder: Path) -> None:
        assert files.is_same(folder / "a.png", folder / "sub" / ".." / "a.png")
        assert not files.is_same(folder / "a.png", folder / "b.png")
        assert not files.is_same(folder / "a.png", folder / "missing.png")
