"""Sound from outside: `scan` of a film, of sound files beside it and of a sound file alone, and `check` with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from faces.production import DOSSIER, drift, run, write_video
from scan.recordings import broadcast, part, piece, row, silence, wav
from test_schemas import problems


class Place(NamedTuple):
    """A folder with a silent film, its sound in a file, and material."""

    film: Path
    mix: Path
    material: Path
    cache: Path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The mix has seconds 5 to 11 of the song from second 2 on."""
    root = tmp_path_factory.mktemp("place")
    material = root / "material"
    material.mkdir()
    song = piece(1, 20)
    wav(material / "song.mp3", song, "-c:a", "libmp3lame")
    film = write_video(root / "film.mp4", drift(3, 240))
    under = piece(2, 10) * np.float32(0.3)
    mix = wav(root / "mix.wav", under + row(silence(2), part(song, 5, 11) * np.float32(0.6), silence(2)))
    return Place(film, mix, material, root / "cache")


def scanned(place: Place, *arguments: object, code: int = 0) -> dict:
    done = run(place.cache, "scan", *arguments, "--for", place.material, "--json", "-")
    assert done.returncode == code, done.stderr
    record = json.loads(done.stdout)
    assert list(problems("scan.schema.json", record)) == []
    return record


def test_a_song_in_a_sound_file_beside_the_film(place):
    record = scanned(place, place.film, "--sound", place.mix)
    (found,) = record["findings"]
    assert (found["material"], found["medium"], found["class"], found["appears"]) == (
        "song.mp3",
        "sound",
        "match",
        "sound",
    )
    assert abs(found["first_frame"] - 48) <= 3
    assert abs(found["end_frame"] - 192) <= 3
    assert found["region"] is None
    assert set(found["transform"]) == {"speed", "pitch"}
    assert found["channels"]
    assert record["sound_engine"]["name"] == "landmarks-and-maxima"
    assert record["coverage"]["sound"] == {"tracks": ["mix.wav"], "examined": [[0, 240]], "not_examined": []}
    assert record["master"]["sound"][0]["placed_by"] == "start"


def test_a_film_without_its_sound_is_exit_4(place):
    record = scanned(place, place.film, code=4)
    assert record["coverage"]["lacking"] == ["sound"]
    words = run(place.cache, "scan", place.film, "--for", place.material).stdout
    assert "sound not examined: frames 0 to 239: the master has no sound track" in words


def test_a_sound_file_alone_is_counted_in_frames(place):
    assert scanned(place, place.mix)["master"]["rate"] == "24/1"
    record = scanned(place, place.mix, "--rate", "25")
    assert (record["master"]["rate"], record["master"]["frames"]) == ("25/1", 250)
    assert abs(record["findings"][0]["first_frame"] - 50) <= 3
    words = run(place.cache, "scan", place.mix, "--for", place.material).stdout
    assert "240 frames at 24/1 (no picture: sound counted in frames of that rate)" in words
    assert "song.mp3" in words


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--rate", "23.976"], "written like 24/1"),
        (["--rate", "25"], "has pictures, 24/1 a second"),
        (["--sound", "nowhere.wav"], "nowhere.wav: no such file"),
    ],
)
def test_what_will_not_do_is_exit_2(place, arguments, says):
    done = run(place.cache, "scan", place.film, "--for", place.material, *arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def dossier(place: Place, name: str, *changes: tuple[str, str]) -> Path:
    text = DOSSIER.replace("material: [board.png]", "material: [song.mp3]").replace(
        "medium: [image]", "medium: [music]"
    )
    text = text[: text.index("  - id: temp")].replace("master.mp4", "film.mp4\nsound: [mix.wav]")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = place.film.with_name(name)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_temporary_song_in_the_mix_holds_delivery(place, tmp_path):
    done = run(place.cache, "check", dossier(place, "d.yaml"), "--on", "2026-11-20", "--out", tmp_path / "out")
    assert done.returncode == 1, done.stdout + done.stderr
    verdict = json.loads((tmp_path / "out" / "verdict.json").read_text())
    assert list(problems("verdict.schema.json", verdict)) == []
    assert verdict["verdict"] == "hold"
    assert [file["path"] for file in verdict["master"]["sound"]] == ["mix.wav"]
    assert verdict["findings"][0]["attribution"] == "declared_temporary"
    assert verdict["materials"][0]["kind"] == "sound"
    assert not any("Picture only" in limit for limit in verdict["limits"])


def test_music_that_is_not_there_is_asked_about_not_incomplete(place, tmp_path):
    other = broadcast(place.film.with_name("other.wav"), piece(7, 10), 3600)
    changed = dossier(place, "o.yaml", ("mix.wav", other.name))
    done = run(place.cache, "check", changed, "--on", "2026-11-20", "--out", tmp_path / "out")
    verdict = json.loads((tmp_path / "out" / "verdict.json").read_text())
    assert (done.returncode, verdict["verdict"]) == (1, "ask")
    assert verdict["uses"][0]["not_examined"] == []


def test_a_film_without_its_sound_is_incomplete(place, tmp_path):
    changed = dossier(place, "s.yaml", ("\nsound: [mix.wav]", ""))
    done = run(place.cache, "check", changed, "--on", "2026-11-20", "--out", tmp_path / "out")
    assert done.returncode == 4
    assert "no sound track, so music could not be looked for" in done.stdout


def test_a_sound_file_is_a_deliverable_at_the_rate_the_dossier_states(place, tmp_path):
    changed = dossier(place, "r.yaml", ("film.mp4\nsound: [mix.wav]", "mix.wav\nrate: 25"))
    done = run(place.cache, "check", changed, "--on", "2026-11-20", "--out", tmp_path / "out")
    assert done.returncode == 1, done.stdout + done.stderr
    assert json.loads((tmp_path / "out" / "verdict.json").read_text())["master"]["rate"] == "25/1"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("sound: [mix.wav]", "sound: [lost.wav]"), "lost.wav: no such file"),
        (("sound: [mix.wav]", "rate: 23.976"), "rate: a rate is written like 24/1"),
        (("deliverable: film.mp4\n", ""), "sound: sound files lie beside a master"),
    ],
)
def test_a_dossier_that_will_not_do_is_refused(place, tmp_path, change, says):
    done = run(place.cache, "check", dossier(place, "x.yaml", change), "--out", tmp_path / "out")
    assert done.returncode == 2
    assert says in done.stderr
    assert not (tmp_path / "out").exists()
