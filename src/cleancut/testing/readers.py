"""What every reader of files and every cache must keep."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cleancut.errors import InputError
from cleancut.model.timing import Span
from cleancut.ports import Cache, Clips, Files, Sounds, Stills, Unreadable


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

    def test_returns_only_what_is_wanted(self, cache: Cache) -> None:
        cache.save("key", {"a": np.array(1), "b": np.array(2)})
        loaded = cache.load("key", ["b", "c"])
        assert loaded is not None
        assert list(loaded) == ["b"]

    def test_opens_what_was_saved(self, cache: Cache) -> None:
        chance = np.random.default_rng(1)
        saved = {
            "large": chance.integers(0, 256, (1500, 1001), np.uint8),
            "turned": np.asfortranarray(chance.random((700, 300), np.float32)),
            "word": np.array("word"),
        }
        assert cache.open("key") is None
        cache.save("key", saved)
        opened = cache.open("key")
        assert opened is not None
        assert set(opened) == set(saved)
        cache.save("key", {"large": np.zeros(9)})  # what is open stays as it was
        for name, array in saved.items():
            assert opened[name].dtype == array.dtype
            assert np.array_equal(opened[name], array)

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

    def test_frames_may_come_smaller_than_they_are(self, clips: Clips, film: Path) -> None:
        """No smaller than is needed, in the same shape, and as bright."""
        with clips.open(film) as reading:
            whole = next(iter(reading))
        width = whole.luma.shape[1]
        for wanted in (width, width // 2, width // 4, width // 4 - 1):
            with clips.open(film, wanted) as reading:
                frame = next(iter(reading))
                assert reading.info.width == width
            assert wanted <= frame.luma.shape[1] <= width
            assert frame.aspect == whole.aspect
            assert frame.luma.mean() == pytest.approx(whole.luma.mean(), abs=1.0)

    def test_some_frames_are_as_in_the_whole(self, clips: Clips, film: Path) -> None:
        with clips.open(film, 80) as reading:
            whole = list(reading)
        layout = clips.layout(film)
        assert layout is not None
        assert (layout.frames, layout.starts[0], layout.lost) == (len(whole), 0, "")
        spans = [Span(0, 1), Span(3, 5), Span(8, len(whole))]
        with clips.pick(film, spans, 80) as picking:
            picked = list(picking)
            assert not picking.losses
        assert [index for index, _ in picked] == [0, 3, 4, *range(8, len(whole))]
        for index, frame in picked:
            assert np.array_equal(frame.luma, whole[index].luma)
            assert frame.aspect == whole[index].aspect
            assert frame.seconds == pytest.approx(whole[index].seconds)

    def test_what_is_no_film_is_unreadable(self, clips: Clips, tmp_path: Path) -> None:
        noise = tmp_path / "noise.mp4"
        noise.write_bytes(bytes(range(256)) * 40)
        empty = tmp_path / "empty.mp4"
        empty.touch()
        for path in (noise, empty, tmp_path / "missing.mp4", tmp_path):
            with pytest.raises(Unreadable), clips.open(path):
                pass
            with pytest.raises(Unreadable):
                clips.layout(path)
            with pytest.raises(Unreadable), clips.pick(path, [Span(0, 1)]):
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


class SoundsContract:
    """Every reader of sound. Override `sounds`, and `film`: two seconds at 24 with one track, silent but for a click
    at the start of frame 12."""

    RATE = 16000

    @pytest.fixture
    def sounds(self) -> Sounds:
        raise NotImplementedError

    @pytest.fixture
    def film(self, tmp_path: Path) -> Path:
        raise NotImplementedError

    def test_samples_are_rows_of_channels_at_the_rate(self, sounds: Sounds, film: Path) -> None:
        with sounds.open(film, self.RATE) as hearing:
            (track,) = hearing.tracks
            blocks = [samples for _, samples in hearing]
            assert not hearing.losses
        assert {(block.dtype, block.shape[0]) for block in blocks} == {(np.dtype(np.float32), len(track.channels))}
        assert sum(block.shape[1] for block in blocks) == pytest.approx(2 * self.RATE, rel=0.1)

    def test_sound_is_where_the_picture_is(self, sounds: Sounds, film: Path) -> None:
        with sounds.open(film, self.RATE) as hearing:
            heard = np.concatenate([np.abs(samples).max(axis=0) for _, samples in hearing])
        assert int(heard.argmax()) / self.RATE == pytest.approx(12 / 24, abs=0.005)

    def test_any_rate_gives_the_same_length(self, sounds: Sounds, film: Path) -> None:
        lengths = []
        for rate in (8000, 16000, 44100):
            with sounds.open(film, rate) as hearing:
                lengths.append(sum(samples.shape[1] for _, samples in hearing) / rate)
        assert max(lengths) - min(lengths) < 0.01

    def test_a_file_without_sound_has_no_tracks(self, sounds: Sounds, tmp_path: Path) -> None:
        picture = tmp_path / "still.bmp"
        pixels = bytes(3 * 8 * 8)
        header = b"BM" + (54 + len(pixels)).to_bytes(4, "little") + bytes(4) + (54).to_bytes(4, "little")
        sizes = b"".join(
            number.to_bytes(4, "little") for number in (40, 8, 8, 1 | 24 << 16, 0, len(pixels), 0, 0, 0, 0)
        )
        picture.write_bytes(header + sizes + pixels)
        with sounds.open(picture, self.RATE) as hearing:
            assert hearing.tracks == ()
            assert list(hearing) == []

    def test_what_is_no_medium_is_unreadable(self, sounds: Sounds, tmp_path: Path) -> None:
        noise = tmp_path / "noise.wav"
        noise.write_bytes(bytes(range(256)) * 40)
        empty = tmp_path / "empty.wav"
        empty.touch()
        for path in (noise, empty, tmp_path / "missing.wav", tmp_path):
            with pytest.raises(Unreadable), sounds.open(path, self.RATE):
                pass
