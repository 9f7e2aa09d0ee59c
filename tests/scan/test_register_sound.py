"""Registering sound: each medium of a file for itself, silence apart from what cannot be examined."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from cleancut.testing import MemoryCache, scene
from scan import footage
from scan.conftest import Bench
from scan.progress import Interrupting
from scan.recordings import ffmpeg, part, piece, silence, sounded, wav


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return footage.write(tmp_path_factory.mktemp("silent") / "silent.mp4", scene(1, 48))


@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("flat") / "flat.mp4"
    return footage.write(path, [np.full((90, 160), 16, np.uint8)] * 48)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "material"
    path.mkdir()
    return path


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("song.wav", "pcm_s24le"),
        ("song.aiff", "pcm_s16be"),
        ("song.flac", "flac"),
        ("song.mp3", "libmp3lame"),
        ("song.m4a", "aac"),
        ("song.mp4", "aac"),
        ("song.mov", "pcm_s16le"),
        ("song.opus", "libopus"),
        ("song.mka", "flac"),
    ],
)
def test_sound_alone_is_sound_whatever_its_container(bench: Bench, folder: Path, name: str, codec: str) -> None:
    wav(folder / name, piece(1, 4), "-c:a", codec)
    registered = bench.register(folder)
    (material,) = registered.materials
    assert (material.name, material.kind) == (name, "sound")
    assert (material.width, material.height, material.frames, material.rate) == (0, 0, 0, "")
    assert material.sound_milliseconds == pytest.approx(4000, abs=60)
    assert list(registered.fingerprints) == [None]
    assert len(registered.sounds[0]) == 1
    assert registered.missing == ()


def test_a_cover_makes_no_picture(bench: Bench, folder: Path, tmp_path: Path) -> None:
    cover = footage.still(tmp_path / "cover.png", scene(1, 1)[0])
    song = wav(tmp_path / "song.wav", piece(1, 3))
    as_cover = ["-map", "0:a", "-map", "1:v", "-c:v", "copy", "-disposition:v:0", "attached_pic"]
    ffmpeg("-i", song, "-i", cover, *as_cover, "-c:a", "aac", folder / "song.m4a")
    registered = bench.register(folder)
    assert [(m.kind, m.frames) for m in registered.materials] == [("sound", 0)]
    assert registered.missing == ()


def test_a_clip_has_both(bench: Bench, folder: Path, silent: Path) -> None:
    sounded(folder / "clip.mp4", silent, [piece(1, 2)], "aac")
    registered = bench.register(folder)
    (material,) = registered.materials
    assert (material.kind, material.frames) == ("clip", 48)
    assert material.has_picture
    assert material.has_sound
    assert registered.fingerprints[0] is not None
    assert registered.sounds[0]


@pytest.mark.parametrize("loudness", [0.0, 1e-4])
def test_a_silent_track_of_a_clip_is_nothing_to_listen_for(
    bench: Bench, folder: Path, silent: Path, loudness: float
) -> None:
    sounded(folder / "clip.mov", silent, [piece(1, 2) * np.float32(loudness)])
    registered = bench.register(folder)
    assert [(m.kind, m.has_sound) for m in registered.materials] == [("clip", False)]
    assert [*registered.sounds] == [()]
    assert registered.missing == ()


def test_sound_that_cannot_be_told_from_others_is_not_examined(bench: Bench, folder: Path, silent: Path) -> None:
    """The picture is still looked for."""
    tone = 0.5 * np.sin(np.arange(2 * 48000) * 2 * np.pi * 440 / 48000)[np.newaxis].astype(np.float32)
    sounded(folder / "clip.mov", silent, [tone])
    registered = bench.register(folder)
    assert [(m.kind, m.has_picture, m.has_sound) for m in registered.materials] == [("clip", True, False)]
    (missing,) = registered.missing
    assert (missing.material, missing.reason) == ("clip.mov", "its sound: is a tone")
    assert missing.hint == "Register what can be told from others."


def test_a_picture_that_cannot_be_told_from_others_leaves_its_sound(bench: Bench, folder: Path, flat: Path) -> None:
    sounded(folder / "clip.mov", flat, [piece(1, 2)])
    registered = bench.register(folder)
    assert [(m.kind, m.has_picture, m.has_sound) for m in registered.materials] == [("clip", False, True)]
    (missing,) = registered.missing
    assert missing.reason.startswith("its picture: has too little texture")


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("silent", "is silent"),
        ("short", "too short"),
        ("empty", "does not open"),
        ("noise", "does not open"),
        ("nothing", "no moving pictures"),
    ],
)
def test_sound_files_that_cannot_be_examined_are_named(bench: Bench, folder: Path, case: str, reason: str) -> None:
    path = folder / "bad.wav"
    if case == "silent":
        wav(path, silence(3))
    elif case == "short":
        wav(path, part(piece(1, 3), 0, 0.3))
    elif case == "empty":
        path.touch()
    elif case == "noise":
        path.write_bytes(bytes(range(256)) * 99)
    else:
        (folder / "words.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nwords\n", encoding="utf-8")
        path = folder / "bad.mp4"
        ffmpeg("-i", folder / "words.srt", "-c:s", "mov_text", path)
    wav(folder / "good.wav", piece(2, 3))
    registered = bench.register(folder)
    assert [m.name for m in registered.materials] == ["good.wav"]
    (missing,) = registered.missing
    assert missing.material == path.name
    assert reason in missing.reason
    assert missing.hint


def test_a_cut_sound_is_registered_and_told(bench: Bench, folder: Path) -> None:
    path = wav(folder / "cut.wav", piece(1, 8))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    registered = bench.register(folder)
    assert registered.materials[0].sound_milliseconds == pytest.approx(4000, abs=50)
    (missing,) = registered.missing
    assert "only 4.0 of 8.0 seconds" in missing.reason


def test_tracks_that_differ_are_all_listened_for(bench: Bench, folder: Path, silent: Path, tmp_path: Path) -> None:
    """The same track twice is one; a silent one is none."""
    one, other = piece(1, 2), piece(2, 2)
    sounded(folder / "clip.mkv", silent, [one, other, silence(2), one], "flac")
    registered = bench.register(folder)
    assert [len(prints) for prints in registered.sounds] == [2]
    assert registered.missing == ()
    film = footage.write(tmp_path / "film.mp4", scene(9, 96))
    master = sounded(tmp_path / "master.mov", film, [np.concatenate([silence(2), other], axis=1)])
    scanned = bench.scan(master, registered)
    (found,) = scanned.findings
    assert (found.material, found.medium) == ("clip.mkv", "sound")
    both = sounded(
        tmp_path / "both.mov", film, [np.concatenate([one, other], axis=1), np.concatenate([other, other], 1)]
    )
    assert {f.material for f in bench.scan(both, registered).findings} == {"clip.mkv"}


def test_identical_sounds_are_one_material(bench: Bench, folder: Path) -> None:
    wav(folder / "b.wav", piece(1, 3))
    shutil.copy(folder / "b.wav", folder / "a.wav")
    (material,) = bench.register(folder).materials
    assert (material.name, material.also) == ("a.wav", ("b.wav",))


def test_registering_again_decodes_nothing(folder: Path, silent: Path) -> None:
    sounded(folder / "clip.mov", silent, [piece(1, 2)])
    shutil.copy(silent, folder / "silent.mp4")
    wav(folder / "silence.wav", silence(2))
    cache = MemoryCache()
    first = Bench(cache).register(folder)
    saved = list(cache.saves)
    again = Bench(cache).register(folder)
    assert cache.saves == saved
    assert (again.materials, again.missing) == (first.materials, first.missing)
    assert [len(prints) for prints in again.sounds] == [len(prints) for prints in first.sounds] == [1, 0]


def test_an_interruption_keeps_what_is_done(folder: Path) -> None:
    for number in range(3):
        wav(folder / f"{number}.wav", piece(number, 2))
    cache = MemoryCache()
    with pytest.raises(KeyboardInterrupt):
        Bench(cache).register(folder, progress=Interrupting("register", 2))
    assert len(cache.saves) == 2
    Bench(cache).register(folder)
    assert len(set(cache.saves)) == len(cache.saves) == 3
