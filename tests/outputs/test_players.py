"""What a report plays is named from where the report lies, whatever it is called, and never a moment too short."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote_to_bytes, urldefrag, urljoin

import pytest

from cleancut.adapters.players_html import Player, player, players
from cleancut.adapters.report_sounds import MASTER_ITSELF, sounds_wanted
from outputs import sounding

SECONDS = (Fraction(5), Fraction(15, 2))

NAMES = [
    b"plain.wav",
    b"two words.wav",
    b"q\"u'o<t>e.wav",
    b"a#b.wav",
    b"what?.wav",
    b"100%25.wav",
    b"new\nline.wav",
    b"not-utf-8-\xe9.wav",
    "港の夜明け.wav".encode(),
    b"a:b.wav",
    b"javascript:alert(1).wav",
    b"back\\slash.wav",
    b"&amp;.wav",
]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_leads_to_its_file(name: bytes) -> None:
    """A browser resolves the address against that of the report, and decodes it: the bytes of the name come back."""
    path, beside = Path(os.fsdecode(b"/films/a/" + name)), Path("/films/report out")
    made = player(path, SECONDS, beside)
    address, times = urldefrag(urljoin((beside / "report.html").as_uri(), made.source))
    assert unquote_to_bytes(address.removeprefix("file://")) == b"/films/a/" + name
    assert times == "t=5.000,7.500"
    assert made.source.isascii()
    assert not set(made.source) & set("\"'<>&?\\ \n")


def test_a_file_elsewhere_is_reached_upwards(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert player(Path("film/m.mp4"), SECONDS, Path("out")).source == "../film/m.mp4#t=5.000,7.500"
    assert player(tmp_path / "m.mp4", SECONDS, Path("a/b")).source == "../../m.mp4#t=5.000,7.500"


def test_a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    """A browser takes `..` from the text of the address, so the address is made of the text of the paths."""
    (tmp_path / "far" / "away").mkdir(parents=True)
    (tmp_path / "out").symlink_to(tmp_path / "far" / "away")
    assert player(tmp_path / "m.wav", SECONDS, tmp_path / "out").source == "../m.wav#t=5.000,7.500"


def test_times_are_rounded_outwards() -> None:
    thirds = (Fraction(1, 3), Fraction(2, 3))
    assert player(Path("/m.wav"), thirds, Path("/")).source.endswith("#t=0.333,0.667")
    assert player(Path("/m.wav"), (Fraction(-1), Fraction(3723)), Path("/")).source.endswith("#t=0.000,3723.000")


@pytest.mark.parametrize(
    ("name", "why"), [("m.MXF", "no browser plays MXF files"), ("m", "no browser plays such files")]
)
def test_what_no_browser_plays_has_no_address(name: str, why: str) -> None:
    assert player(Path("/films") / name, SECONDS, Path("/out")) == Player(why=why)


def test_another_track_than_the_first_is_not_played() -> None:
    verdict = sounding.in_second_track()
    made = players(sounds_wanted(verdict), {MASTER_ITSELF: Path("/f/m.mp4")}, Path("/f/material"), Path("/f/out"))
    assert made[0].master == Player(why="a browser plays the first track of a file, and this is in track 2 (deu): L R")
    assert made[0].material.source.startswith("../material/music/tune.wav#t=")
    assert players(sounds_wanted(sounding.production()), {MASTER_ITSELF: Path("/f/m.mp4")}, Path("/f"), Path("/f"))[
        1
    ].master.source


def test_sound_in_a_file_beside_the_master_is_played_from_it() -> None:
    """In that file's own time: it begins two seconds into the master. Of two files of one name, told by that alone,
    neither is taken."""
    files = {
        MASTER_ITSELF: Path("/f/m.mp4"),
        0: Path("/f/mix.wav"),
        1: Path("/f/dub/deu.wav"),
        2: Path("/f/old/deu.wav"),
    }
    verdict = sounding.with_sound_files(
        *(("mix.wav: L R",), ("mix.wav, track 2: L",), ("deu.wav: L R",), ("track 1: L R", "mix.wav: L R")),
        ("old/deu.wav: L R",),
    )
    wanted = sounds_wanted(verdict)
    made = [pair.master for pair in players(wanted, files, Path("/f/material"), Path("/f/out")).values()]
    assert made[0].source == "../mix.wav#t=6.000,8.000"
    assert made[1].why == "a browser plays the first track of a file, and this is in track 2: L"
    assert made[2] == Player(why="nobody can tell which file is meant")
    assert made[3].source == "../m.mp4#t=8.000,10.000"
    assert made[4].source.startswith("../old/deu.wav#t=")
    assert [pair.file for pair in wanted.pairs.values()] == [0, 0, None, MASTER_ITSELF, 2]
    assert wanted.pairs[3].master.channels == ("track 1: L R",)
