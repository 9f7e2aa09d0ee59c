"""Sound by PyAV: codecs, containers, layouts, where it begins, damage."""

from __future__ import annotations

import struct
import subprocess
import time
import wave
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import pytest

from cleancut.adapters.sound_pyav import PyAVSounds
from cleancut.match.samples import Samples
from cleancut.ports import Sounds
from cleancut.testing import SoundsContract, scene
from scan.footage import frame_of, write

RATE = 16000
CLICK_FRAME = 12


def ffmpeg(*arguments: object) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True)


class Heard(NamedTuple):
    """Everything one file gave."""

    names: list[str]
    channels: list[tuple[str, ...]]
    tracks: list[Samples]
    losses: Sequence[tuple[int, int, int, str]]


def hear(path: Path, rate: int = RATE) -> Heard:
    with PyAVSounds().open(path, rate) as hearing:
        blocks: list[list[Samples]] = [[] for _ in hearing.tracks]
        for track, samples in hearing:
            blocks[track].append(samples)
        tracks = [
            np.concatenate([*parts, np.zeros((len(info.channels), 0), np.float32)], axis=1)
            for parts, info in zip(blocks, hearing.tracks, strict=True)
        ]
        names, channels = [t.name for t in hearing.tracks], [t.channels for t in hearing.tracks]
        return Heard(names, channels, tracks, list(hearing.losses))


def seconds_of_click(samples: Samples) -> float:
    return int(np.abs(samples).max(axis=0).argmax()) / RATE


def wav(path: Path, samples: np.ndarray, rate: int = 48000) -> Path:
    """16-bit samples of shape (channels, samples)."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[0])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples.T * 32767).astype("<i2").tobytes())
    return path


def click(seconds: float = 2.0, at: float = CLICK_FRAME / 24) -> np.ndarray:
    samples = np.zeros((1, int(seconds * 48000)))
    first = int(at * 48000)
    samples[0, first : first + 24] = np.hanning(24) * 0.9
    return samples


def noise(seconds: float, channels: int = 1, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.3, 0.3, (channels, int(seconds * 48000)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sound")


@pytest.fixture(scope="module")
def picture(folder: Path) -> Path:
    """Two seconds, with B-frames, so that the first picture is not at time 0 in every container."""
    return write(folder / "picture.mp4", scene(1, 48), options={"bf": "2", "crf": "20"})


@pytest.fixture(scope="module")
def clicked(folder: Path) -> Path:
    return wav(folder / "click.wav", click())


class TestPyAVSounds(SoundsContract):
    @pytest.fixture
    def sounds(self) -> Sounds:
        return PyAVSounds()

    @pytest.fixture
    def film(self, folder: Path, picture: Path, clicked: Path) -> Path:
        path = folder / "contract.mov"
        ffmpeg("-i", picture, "-i", clicked, "-c:v", "copy", "-c:a", "pcm_s24le", path)
        return path


# --- what can be heard ------------------------------------------------------------------------------------------------

FILES = {
    "pcm16.wav": ("pcm_s16le",),
    "pcm24.wav": ("pcm_s24le",),
    "pcm32.wav": ("pcm_s32le",),
    "float.wav": ("pcm_f32le",),
    "double.wav": ("pcm_f64le",),
    "rf64.wav": ("pcm_s24le", "-rf64", "always"),
    "wave.w64": ("pcm_s24le",),
    "apple.aiff": ("pcm_s24be",),
    "free.flac": ("flac",),
    "apple.m4a": ("alac",),
    "mpeg.mp3": ("libmp3lame",),
    "advanced.m4a": ("aac",),
    "raw.aac": ("aac",),
    "opus.opus": ("libopus",),
    "opus.webm": ("libopus",),
    "vorbis.ogg": ("libvorbis", "-ac", "2"),
    "dolby.ac3": ("ac3",),
    "dolby.eac3": ("eac3",),
    "sound.mov": ("pcm_s24le",),
    "sound.mkv": ("pcm_s24le",),
}


@pytest.mark.parametrize("name", FILES)
def test_codecs_and_containers(folder: Path, clicked: Path, name: str) -> None:
    """The click is where it was, in everything that people deliver sound in."""
    ffmpeg("-i", clicked, "-c:a", *FILES[name], folder / name)
    heard = hear(folder / name)
    assert heard.names == ["track 1"]
    assert heard.losses == []
    assert np.abs(heard.tracks[0]).max() > 0.1
    states_no_priming = name in ("raw.aac", "dolby.ac3", "dolby.eac3")
    assert seconds_of_click(heard.tracks[0]) == pytest.approx(0.5, abs=0.05 if states_no_priming else 0.005)
    assert heard.tracks[0].shape[1] / RATE == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("aac.mp4", "aac"),
        ("aac.mov", "aac"),
        ("pcm.mov", "pcm_s24le"),
        ("aac.mkv", "aac"),
        ("ac3.mp4", "ac3"),
        ("ac3.ts", "ac3"),
        ("aac.ts", "aac"),
        ("pcm.mxf", "pcm_s24le"),
    ],
)
@pytest.mark.parametrize("shift", [0.0, 0.25, -0.25])
def test_sound_is_where_the_picture_is(
    folder: Path, picture: Path, clicked: Path, name: str, codec: str, shift: float
) -> None:
    """However the container says when each begins: edit lists, priming, timestamps that do not begin at 0."""
    if name.endswith("mxf"):
        shift = 0.0  # MXF by ffmpeg begins both at once
    path = folder / f"{shift}-{name}"
    video = ("-c:v", "mpeg2video") if name.endswith("mxf") else ("-c:v", "copy")
    ffmpeg("-i", picture, "-itsoffset", shift, "-i", clicked, "-map", "0:v", "-map", "1:a", *video, "-c:a", codec, path)
    heard = hear(path)
    assert seconds_of_click(heard.tracks[0]) == pytest.approx(0.5 + shift, abs=0.005)
    assert heard.losses == []


def test_opus_in_matroska_is_where_the_picture_is(folder: Path) -> None:
    """By PyAV's own ffmpeg: older ones write Opus 7 ms early beside a picture."""
    path = folder / "opus.mkv"
    with av.open(str(path), "w") as container:
        pictures, sound = container.add_stream("libx264", rate=24), container.add_stream("libopus", rate=48000)
        pictures.width, pictures.height, pictures.pix_fmt = 320, 180, "yuv420p"
        for picture in scene(1, 48):
            container.mux(pictures.encode(frame_of(picture)))
        frame = av.AudioFrame.from_ndarray(click().astype(np.float32), format="flt", layout="mono")
        frame.sample_rate, frame.pts = 48000, 0
        for packets in (sound.encode(frame), sound.encode(), pictures.encode()):
            container.mux(packets)
    assert seconds_of_click(hear(path).tracks[0]) == pytest.approx(0.5, abs=0.005)


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ("mono", ("mono",)),
        ("stereo", ("L", "R")),
        ("5.1", ("L", "R", "C", "LFE", "Ls", "Rs")),
        ("5.1(side)", ("L", "R", "C", "LFE", "Ls", "Rs")),
        ("7.1", ("L", "R", "C", "LFE", "Lrs", "Rrs", "Ls", "Rs")),
    ],
)
def test_speakers_have_their_names(folder: Path, layout: str, expected: tuple[str, ...]) -> None:
    """Each channel is itself: a click of its own in each."""
    count = len(expected)
    samples = np.concatenate([click(at=0.2 + 0.2 * channel) for channel in range(count)])
    source = wav(folder / f"channels-{count}.wav", samples)
    path = folder / f"layout-{layout}.wav"
    mapped = f"pan={layout}|" + "|".join(f"c{channel}=c{channel}" for channel in range(count))
    ffmpeg("-i", source, "-af", mapped, "-c:a", "pcm_s24le", path)
    heard = hear(path)
    assert heard.channels == [expected]
    places = [int(np.abs(row).argmax()) / RATE for row in heard.tracks[0]]
    assert places == pytest.approx([0.2 + 0.2 * channel for channel in range(count)], abs=0.005)


@pytest.mark.parametrize("count", [3, 10, 16, 40])
def test_channels_without_speakers_have_numbers(folder: Path, count: int) -> None:
    heard = hear(wav(folder / f"plain-{count}.wav", noise(0.5, count)))
    assert heard.channels == [tuple(str(number) for number in range(1, count + 1))]
    assert heard.tracks[0].shape == (count, RATE // 2)
    assert not np.array_equal(heard.tracks[0][0], heard.tracks[0][count - 1])


def test_every_track_in_one_pass(folder: Path, picture: Path) -> None:
    one, other = wav(folder / "one.wav", click(at=0.5)), wav(folder / "other.wav", click(at=1.0))
    path = folder / "languages.mkv"
    named = ["-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=deu", "-metadata:s:a:1", "title=Dub"]
    maps = ["-map", "0:v", "-map", "1:a", "-map", "2:a"]
    ffmpeg("-i", picture, "-i", one, "-i", other, *maps, *named, "-c:v", "copy", "-c:a", "aac", path)
    heard = hear(path)
    assert heard.names == ["track 1 (eng)", "track 2 (deu, Dub)"]
    assert [seconds_of_click(samples) for samples in heard.tracks] == pytest.approx([0.5, 1.0], abs=0.005)


def test_a_film_without_sound_has_no_tracks(picture: Path) -> None:
    assert hear(picture).tracks == []


def test_a_cover_is_no_picture(folder: Path, clicked: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "testsrc=d=1:r=1:s=64x64", "-frames:v", "1", folder / "cover.png")
    path = folder / "cover.m4a"
    cover = ["-map", "0:a", "-map", "1:v", "-c:a", "aac", "-c:v", "copy", "-disposition:v:0", "attached_pic"]
    ffmpeg("-i", clicked, "-i", folder / "cover.png", *cover, path)
    assert seconds_of_click(hear(path).tracks[0]) == pytest.approx(0.5, abs=0.005)


# --- when it begins ---------------------------------------------------------------------------------------------------


def test_broadcast_wave_says_its_time_of_day(folder: Path, clicked: Path) -> None:
    path = folder / "bwf.wav"
    ffmpeg("-i", clicked, "-write_bext", "1", "-metadata", f"time_reference={3600 * 48000 + 24000}", path)
    with PyAVSounds().open(path, RATE) as hearing:
        assert hearing.start_seconds == Fraction(7201, 2)
        assert hearing.seconds_stated == 2
    with PyAVSounds().open(clicked, RATE) as hearing:
        assert (hearing.start_seconds, hearing.start_timecode) == (None, "")


def test_a_gap_in_the_timestamps_is_silence_of_its_length(folder: Path, picture: Path) -> None:
    path = folder / "gap.mov"
    late = wav(folder / "late.wav", noise(1.0))
    select = "[1:a]asetpts='if(lt(N,24),PTS,PTS+0.5/TB)'[a]"
    ffmpeg("-i", picture, "-i", late, "-filter_complex", select, "-map", "0:v", "-map", "[a]", "-c:a", "aac", path)
    heard = hear(path)
    loud = np.flatnonzero(np.abs(heard.tracks[0][0]) > 0.01)
    assert heard.tracks[0].shape[1] / RATE == pytest.approx(1.5, abs=0.05)
    assert np.diff(loud).max() / RATE == pytest.approx(0.5, abs=0.05)
    assert heard.losses == []


def test_overlaps_are_left_out(folder: Path) -> None:
    """Timestamps that go back: what would be heard twice is heard once."""
    path = folder / "overlap.mkv"
    source = wav(folder / "overlap.wav", noise(2.0))
    ffmpeg("-i", source, "-af", "asetpts='if(lt(N,40),PTS,PTS-0.3/TB)'", "-c:a", "pcm_s16le", "-f", "matroska", path)
    assert hear(path).tracks[0].shape[1] / RATE == pytest.approx(1.7, abs=0.05)


def clicks() -> np.ndarray:
    """They make an encoder of Vorbis change the length of its blocks, and timestamps stumble there."""
    return np.where(np.arange(6 * 48000) % 9000 < 300, 2.5, 0.01) * noise(6.0)


def test_what_vorbis_says_of_its_short_blocks_is_no_gap(folder: Path) -> None:
    source, path = wav(folder / "clicks.wav", clicks()), folder / "clicks.ogg"
    ffmpeg("-i", source, "-c:a", "libvorbis", "-ar", "44100", path)
    heard, plain = hear(path), hear(source)
    assert heard.losses == []
    assert heard.tracks[0].shape[1] / RATE == pytest.approx(6.0, abs=0.01)
    one, other = (np.unique(np.flatnonzero(np.abs(of.tracks[0][0]) > 0.15) // 100) for of in (heard, plain))
    assert len(other) > 30
    assert np.abs(one[:, None] - other).min(axis=1).max() <= 1


def test_a_packet_of_vorbis_that_is_lost_is_told(folder: Path) -> None:
    """Shorter than a stumble may be, but nothing takes it back."""
    source, whole, path = wav(folder / "lossy.wav", clicks()), folder / "lossy-whole.mkv", folder / "lossy.mkv"
    ffmpeg("-i", source, "-c:a", "libvorbis", "-ar", "44100", whole)
    with av.open(whole) as given, av.open(path, "w") as lossy:
        into = lossy.add_stream_from_template(given.streams.audio[0])
        for number, packet in enumerate(given.demux(given.streams.audio[0])):
            if packet.dts is not None and number != 100:
                packet.stream = into
                lossy.mux(packet)
    assert hear(whole).losses == []
    (loss,) = hear(path).losses
    assert "gap" in str(loss)


# --- damage -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["pcm16.wav", "rf64.wav", "apple.aiff", "free.flac", "mpeg.mp3", "advanced.m4a", "sound.mov", "sound.mkv"]
)
def test_a_cut_file_says_that_its_end_is_missing(folder: Path, name: str) -> None:
    source, path = wav(folder / "long.wav", noise(8.0)), folder / f"cut-{name}"
    moov_first = ["-movflags", "faststart"] if name.endswith(("m4a", "mov")) else []
    ffmpeg("-i", source, "-c:a", *FILES[name], *moov_first, path)
    assert hear(path).losses == []
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    heard = hear(path)
    (track, first, end, why), *_ = heard.losses[-1:]
    assert track == 0
    assert first / RATE == pytest.approx(4.0, abs=0.6)
    assert end / RATE == pytest.approx(8.0, abs=0.1)
    assert "of 8.0 seconds are there" in why
    assert heard.tracks[0].shape[1] == first


@pytest.mark.parametrize("name", ["free.flac", "mpeg.mp3", "advanced.m4a", "opus.webm", "vorbis.ogg"])
def test_damage_is_told_and_what_follows_is_in_its_place(folder: Path, name: str) -> None:
    whole = noise(8.0)
    whole[0, 6 * 48000 : 6 * 48000 + 48] = 0.99
    source, path = wav(folder / "marked.wav", whole), folder / f"hurt-{name}"
    ffmpeg("-i", source, "-c:a", *FILES[name], path)
    content = bytearray(path.read_bytes())
    third = len(content) * 2 // 5
    content[third : third + len(content) // 12] = b"\x55" * (len(content) // 12)
    path.write_bytes(bytes(content))
    heard = hear(path)
    assert heard.losses
    assert all(0 <= first < end for _, first, end, _ in heard.losses)
    assert min(first for _, first, _, _ in heard.losses) < 5 * RATE
    if name != "mpeg.mp3":  # it has no timestamps: what is lost, nobody can count
        loudest = int(np.abs(heard.tracks[0][0, 5 * RATE :]).argmax()) / RATE + 5
        assert loudest == pytest.approx(6.0, abs=0.06)


def test_what_has_no_decoder_is_all_lost(folder: Path, picture: Path, clicked: Path) -> None:
    path = folder / "strange.mov"
    ffmpeg("-i", picture, "-i", clicked, "-c:v", "copy", "-c:a", "pcm_s16le", path)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"sowt", b"zzzz"))
    heard = hear(path)
    assert heard.names == ["track 1"]
    ((_, first, end, why),) = heard.losses
    assert (first, why) == (0, "there is no decoder for it")
    assert end / RATE == pytest.approx(2.0, abs=0.1)


def test_samples_that_are_no_numbers_are_silence(folder: Path) -> None:
    samples = noise(1.0)[0].astype("<f4")
    samples[24000:24010] = np.nan
    samples[30000] = np.inf
    head = struct.pack(
        "<4sI4s4sIHHIIHH", b"RIFF", 36 + samples.nbytes, b"WAVE", b"fmt ", 16, 3, 1, 48000, 192000, 4, 32
    )
    path = folder / "nan.wav"
    path.write_bytes(head + struct.pack("<4sI", b"data", samples.nbytes) + samples.tobytes())
    heard = hear(path)
    assert np.isfinite(heard.tracks[0]).all()
    assert {why for *_, why in heard.losses} == {"samples that are no numbers"}


def test_it_is_fast(folder: Path) -> None:
    """A feature in a minute. The floor is low: other work runs beside the tests."""
    path = folder / "minutes.m4a"
    ffmpeg("-i", wav(folder / "minutes.wav", noise(120.0, 2)), "-c:a", "aac", path)
    begun = time.process_time()
    hear(path)
    assert 120 / (time.process_time() - begun) > 60
