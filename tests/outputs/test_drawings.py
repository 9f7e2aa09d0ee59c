"""Drawings of sound show what was heard, where and how high, from one pass over a file."""

from __future__ import annotations

import io
import re
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cleancut.adapters.drawings_numpy import (
    HIGHEST,
    LOWEST,
    OCTAVE_LABELS,
    RATE,
    WAVE_COLUMNS,
    WAVE_HEIGHT,
    Drawing,
    drawings,
)
from cleancut.adapters.report_sounds import Stretch
from cleancut.adapters.sound_pyav import PyAVSounds
from cleancut.match.samples import Samples
from cleancut.ports import Hearing, TrackInfo, Unreadable
from outputs import sounding

SIZE = (320, 120)


class Played:
    """`Sounds` of samples given, in blocks of odd lengths; `heard` counts the samples that were asked for."""

    def __init__(self, tracks: dict[TrackInfo, Samples], block: int = 7001) -> None:
        self._tracks, self._block = tracks, block
        self.opened, self.heard = 0, 0
        self.tracks, self.start_timecode, self.losses = tuple(tracks), "", ()

    @contextmanager
    def open(self, path: Path, rate: int) -> Iterator[Hearing]:
        assert rate == RATE
        self.opened += 1
        yield self  # type: ignore[misc]

    def __iter__(self) -> Iterator[tuple[int, Samples]]:
        longest = max(samples.shape[1] for samples in self._tracks.values())
        for at in range(0, longest, self._block):
            for number, samples in enumerate(self._tracks.values()):
                if len(block := samples[:, at : at + self._block]) and block.shape[1]:
                    self.heard += block.shape[1]
                    yield number, block


MONO = TrackInfo("track 1", ("mono",))


def tone(hertz: float, seconds: float, loud: float = 0.5) -> NDArray[np.float32]:
    return (loud * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def drawn(samples: NDArray[np.float32], stretch: Stretch, block: int = 7001) -> Drawing:
    return drawings(Played({MONO: samples[None, :]}, block), Path("x.wav"), {0: stretch}, SIZE)[0]


def ink(drawing: Drawing) -> NDArray[np.float64]:
    """How dark each place of the sonagram is, 0 to 1, from its top."""
    image = Image.open(io.BytesIO(drawing.sonagram))
    assert (image.mode, image.size) == ("L", SIZE)
    return 1 - np.asarray(image, np.float64) / 255


def hertz_of(row: int) -> float:
    return LOWEST * (HIGHEST / LOWEST) ** ((SIZE[1] - 1 - row) / (SIZE[1] - 1))


def heights(drawing: Drawing) -> list[int]:
    """The wave's height above the middle line, column by column."""
    points = re.findall(r"(\d+) (\d+)", drawing.wave)
    assert len(points) == 2 * WAVE_COLUMNS
    return [WAVE_HEIGHT - int(y) for _, y in points[:WAVE_COLUMNS]]


@pytest.mark.parametrize("hertz", [110, 440, 1000, 4000, 9000])
def test_a_tone_is_a_line_at_its_height(hertz: float) -> None:
    found = ink(drawn(tone(hertz, 4), Stretch(Fraction(0), Fraction(4))))
    row = int(found[:, 20:-20].mean(axis=1).argmax())
    assert hertz_of(row) == pytest.approx(hertz, rel=0.06)


def test_the_labels_are_at_their_heights() -> None:
    for share, label in OCTAVE_LABELS:
        number, unit = label.split()
        hertz = float(number) * (1000 if unit == "kHz" else 1)
        assert LOWEST * (HIGHEST / LOWEST) ** (1 - share) == pytest.approx(hertz)


def test_pitch_moves_it_up_as_heard_in_the_master() -> None:
    found = ink(drawn(tone(440, 4), Stretch(Fraction(0), Fraction(4), pitch=12)))
    assert hertz_of(int(found[:, 20:-20].mean(axis=1).argmax())) == pytest.approx(880, rel=0.06)


def test_time_runs_to_the_right_and_back_where_reversed() -> None:
    samples = np.concatenate([np.zeros(2 * RATE, np.float32), tone(700, 2)])
    for is_reversed, loud, quiet in ((False, slice(175, 310), slice(10, 145)), (True, slice(10, 145), slice(175, 310))):
        found = drawn(samples, Stretch(Fraction(0), Fraction(4), is_reversed=is_reversed))
        columns = ink(found).max(axis=0)
        assert columns[loud].min() > 0.6
        assert columns[quiet].max() < 0.2
        assert min(heights(found)[loud]) > 40
        assert set(heights(found)[quiet]) == {1}


def test_what_lies_outside_the_file_is_blank() -> None:
    found = drawn(tone(700, 2), Stretch(Fraction(-2), Fraction(6)))
    quarter = WAVE_COLUMNS // 4
    assert heights(found)[: quarter - 1] == [0] * (quarter - 1)
    assert heights(found)[2 * quarter + 1 :] == [0] * (2 * quarter - 1)
    assert min(heights(found)[quarter + 1 : 2 * quarter - 1]) > 40
    assert ink(found)[:, : quarter - 8].max() < 0.1


def test_silence_is_drawn_as_a_thin_line() -> None:
    found = drawn(np.zeros(3 * RATE, np.float32), Stretch(Fraction(0), Fraction(3)))
    assert set(heights(found)) == {1}
    assert ink(found).max() < 0.02


@pytest.mark.parametrize("block", [512, 7001, 10**9])
def test_blocks_of_any_length_give_the_same(block: int) -> None:
    samples = np.random.default_rng(1).normal(0, 0.1, 21 * RATE).astype(np.float32)
    stretch = Stretch(Fraction(3, 2), Fraction(39, 2))
    found, whole = drawn(samples, stretch, block), drawn(samples, stretch, 48_000)
    assert found.wave == whole.wave
    assert np.abs(ink(found) - ink(whole)).max() < 0.02


def test_a_short_sound_in_a_long_stretch_is_seen() -> None:
    """A click of one sample in ten minutes: the wave is of every sample."""
    samples = np.full(600 * RATE, 0.01, np.float32)
    samples[300 * RATE] = 1.0
    found = heights(drawn(samples, Stretch(Fraction(0), Fraction(600)), 1 << 20))
    assert found.index(max(found)) == WAVE_COLUMNS // 2
    assert max(found) > 40 > 10 > sorted(found)[-2]


def test_a_stretch_shorter_than_its_columns() -> None:
    assert max(heights(drawn(tone(400, 1), Stretch(Fraction(1, 2), Fraction(1, 2) + Fraction(1, 1000))))) > 30


# --- one pass, no more than wanted, the right channels ----------------------------------------------------------------


def test_the_file_is_read_once_and_no_further_than_wanted() -> None:
    sounds = Played({MONO: tone(300, 120)[None, :]})
    stretches = {i: Stretch(Fraction(2 * i), Fraction(2 * i + 3)) for i in range(6)}
    assert sorted(drawings(sounds, Path("x.wav"), stretches, SIZE)) == list(stretches)
    assert sounds.opened == 1
    assert sounds.heard < 30 * RATE


def test_the_channels_that_a_finding_names_are_drawn() -> None:
    first = TrackInfo("track 1 (eng)", ("L", "R"))
    second = TrackInfo("track 2 (deu)", ("L", "R", "C"))
    silent = np.zeros(3 * RATE, np.float32)
    tracks = {
        first: np.stack([tone(200, 3), silent]),
        second: np.stack([silent, tone(800, 3), tone(3000, 3)]),
    }
    named = {
        "track 1 (eng): L": 200,
        "track 1 (eng)": 200,
        "track 2 (deu): R": 800,
        "track 2 (deu): C": 3000,
        "a track nobody knows": 200,
        "mix.wav: L": 200,
    }
    stretches = {i: Stretch(Fraction(0), Fraction(3), (name,)) for i, name in enumerate(named)}
    found = drawings(Played(tracks), Path("x.wav"), stretches, SIZE)
    for i, hertz in enumerate(named.values()):
        assert hertz_of(int(ink(found[i])[:, 20:-20].mean(axis=1).argmax())) == pytest.approx(hertz, rel=0.06)


def test_channels_out_of_phase_do_not_cancel() -> None:
    track = TrackInfo("track 1", ("L", "R"))
    found = drawings(
        Played({track: np.stack([tone(500, 3), -tone(500, 3)])}),
        Path("x"),
        {0: Stretch(Fraction(0), Fraction(3))},
        SIZE,
    )
    assert min(heights(found[0])) > 40


def test_what_cannot_be_heard_is_left_out(tmp_path: Path) -> None:
    wanted = {0: Stretch(Fraction(0), Fraction(2)), 1: Stretch(Fraction(90), Fraction(92))}
    (tmp_path / "text.wav").write_text("no sound")
    assert drawings(PyAVSounds(), tmp_path / "missing.wav", wanted, SIZE) == {}
    assert drawings(PyAVSounds(), tmp_path / "text.wav", wanted, SIZE) == {}
    sounding.ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64:d=1", tmp_path / "mute.mp4")
    assert drawings(PyAVSounds(), tmp_path / "mute.mp4", wanted, SIZE) == {}
    assert sorted(drawings(Played({MONO: tone(300, 4)[None, :]}), tmp_path, wanted, SIZE)) == [0]
    assert drawings(Played({}), tmp_path, {}, SIZE) == {}


def test_a_real_file_is_drawn_the_same_twice_and_small(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 48_000, 0, "NONE", ""))
        out.writeframes((np.sin(np.arange(48_000 * 5) * 0.1) * 20_000).astype("<i2").tobytes())
    stretch = {0: Stretch(Fraction(1), Fraction(4))}
    one, two = (drawings(PyAVSounds(), path, stretch, (640, 128))[0] for _ in range(2))
    assert one == two
    assert len(one.sonagram) + len(one.wave) < 40_000
    with pytest.raises(Unreadable), PyAVSounds().open(tmp_path / "gone.wav", RATE):
        pass
