"""Moving pictures by PyAV: formats, depth, turning, timecode, damage."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.video.frame import PictureType
from hypothesis import given
from hypothesis import strategies as st

from cleancut.adapters.frames_pyav import PyAVClips
from cleancut.adapters.luma_pyav import halved, luma
from cleancut.ports import Clips, Unreadable
from cleancut.testing import ClipsContract, scene, texture
from scan.footage import write


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(scope="module")
def film(folder: Path) -> Path:
    return write(folder / "film.mp4", scene(1, 30))


class TestPyAVClips(ClipsContract):
    @pytest.fixture
    def clips(self) -> Clips:
        return PyAVClips()

    @pytest.fixture
    def film(self, film: Path) -> Path:
        return film


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [
        ("h264.mp4", "libx264", "yuv420p"),
        ("h264-10.mp4", "libx264", "yuv420p10le"),
        ("prores.mov", "prores_ks", "yuv422p10le"),
        ("dnxhr.mov", "dnxhd", "yuv422p"),
        ("mpeg4.avi", "mpeg4", "yuv420p"),
        ("ffv1.mkv", "ffv1", "yuv444p"),
    ],
)
def test_codecs_and_depths_give_one_luma(folder: Path, name: str, codec: str, pixels: str) -> None:
    shot = scene(1, 4)
    options = {"profile": "dnxhr_sq"} if codec == "dnxhd" else {"qscale": "2"} if codec == "mpeg4" else None
    write(folder / name, shot, codec=codec, pixels=pixels, options=options)
    with PyAVClips().open(folder / name) as reading:
        frames = list(reading)
    assert len(frames) == 4
    for frame, picture in zip(frames, shot, strict=True):
        assert np.abs(frame.luma.astype(int) - picture).mean() < 4


@pytest.mark.parametrize(
    ("profile", "pixels", "is_left_out"),
    [
        ("", "yuv422p10le", True),
        ("4444", "yuva444p10le", True),
        ("dnxhr_sq", "yuv422p", True),
        ("dnxhr_444", "gbrp10le", False),
    ],
)
def test_leaving_colour_out_changes_no_luma(
    folder: Path, film: Path, profile: str, pixels: str, is_left_out: bool
) -> None:
    codec = ["-vf", "scale=256:144", "-c:v", "dnxhd"] if profile.startswith("dnx") else ["-c:v", "prores_ks"]
    chosen = [*codec, *(["-profile:v", profile] if profile else []), "-pix_fmt", pixels, "-frames:v", "3"]
    path = ffmpeg(folder / f"colour-{pixels}.mov", "-i", film, *chosen)
    with PyAVClips().open(path) as reading, av.open(str(path)) as whole:
        for spared, frame in zip(reading, whole.decode(video=0), strict=True):
            assert np.array_equal(spared.luma, luma(frame))
    with PyAVClips()._opened(path, 800) as (_, stream):
        assert ("gray" in stream.codec_context.options.get("flags", "")) is is_left_out


def test_odd_sizes(folder: Path) -> None:
    write(folder / "odd.mkv", [texture(1, 322, 182)[:181, :321]] * 3, codec="ffv1", pixels="gray")
    with PyAVClips().open(folder / "odd.mkv") as reading:
        assert next(iter(reading)).luma.shape == (181, 321)


@pytest.mark.parametrize("text", ["24", "25", "24000/1001", "30000/1001"])
def test_rates_are_exact(folder: Path, text: str) -> None:
    path = write(folder / f"rate-{text.replace('/', '-')}.mp4", scene(1, 8), rate=Fraction(text))
    with PyAVClips().open(path) as reading:
        assert reading.info.rate == Fraction(text)
        assert reading.info.frames_stated == 8


@pytest.mark.parametrize(
    ("suffix", "label", "rate", "expected"),
    [
        ("mov", "01:00:00:00", "24", "01:00:00:00"),
        ("mp4", "09:59:50:12", "25", "09:59:50:12"),
        ("mov", "10:00:00;00", "30000/1001", "10:00:00;00"),
        ("mkv", "01:00:00:00", "24", "01:00:00:00"),
        ("mkv", "99:00:00:00", "24", ""),
        ("mov", "", "24", ""),
    ],
)
def test_start_timecode(folder: Path, suffix: str, label: str, rate: str, expected: str) -> None:
    path = write(folder / f"timecode.{suffix}", scene(1, 6), rate=Fraction(rate), timecode=label)
    with PyAVClips().open(path) as reading:
        assert reading.info.start_timecode == expected


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_turned_films_come_upright(folder: Path, film: Path, degrees: int) -> None:
    path = folder / f"turned-{degrees}.mp4"
    turn = ["-c", "copy", "-metadata:s:v:0", f"rotate={degrees}", path]
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", film, *turn], check=True)
    shown = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", path, "-frames:v", "1", "-f", "rawvideo", "-"], check=True, capture_output=True
    ).stdout
    with PyAVClips().open(path) as reading:
        turned = next(iter(reading))
    height, width = (320, 180) if degrees % 180 else (180, 320)
    upright = np.frombuffer(shown, np.uint8)[: height * width].reshape(height, width)
    assert np.array_equal(turned.luma, upright)
    assert turned.aspect == pytest.approx(height / width)


def test_pixels_need_not_be_square(folder: Path) -> None:
    path = write(folder / "anamorphic.mp4", scene(1, 4), pixel_aspect=Fraction(3, 4))
    with PyAVClips().open(path) as reading:
        assert next(iter(reading)).aspect == pytest.approx(3 / 4)


def test_a_cut_file_yields_its_beginning(folder: Path, film: Path) -> None:
    path = folder / "cut.mp4"
    path.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    with PyAVClips().open(path) as reading:
        frames = list(reading)
        assert 0 < len(frames) < 30
        assert reading.info.frames_stated == 30


def remuxed(path: Path, source: Path, *before: str) -> Path:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *before, "-i", source, "-c", "copy", path], check=True)
    return path


def test_a_cut_file_that_counts_no_frames_says_that_its_end_is_missing(folder: Path) -> None:
    whole = remuxed(folder / "whole.mkv", write(folder / "long.mp4", scene(1, 60)))
    cut = folder / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    for path, is_whole in ((whole, True), (cut, False)):
        with PyAVClips().open(path) as reading:
            frames = list(reading)
            assert reading.info.frames_stated is None
            assert (len(frames) == 60) == is_whole
            assert bool(reading.losses) != is_whole


def test_what_an_edit_list_leaves_out_is_not_missing(folder: Path) -> None:
    whole = write(folder / "gop.mp4", scene(1, 60), options={"g": "24", "preset": "veryfast"})
    with PyAVClips().open(remuxed(folder / "trimmed.mp4", whole, "-ss", "0.6")) as reading:
        frames = list(reading)
        assert reading.info.frames_stated == len(frames) < 60
        assert not reading.losses


def test_a_transport_stream_cut_within_a_packet_says_that_its_end_is_missing(folder: Path) -> None:
    """It states no length; only that tells."""
    whole = remuxed(folder / "whole.ts", write(folder / "broadcast.mp4", scene(1, 60)))
    cut = folder / "cut.ts"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 376 * 188 + 94])
    for path, said in ((whole, []), (cut, ["the file ends in the middle of a packet"])):
        with PyAVClips().open(path) as reading:
            count = sum(1 for _ in reading)
            assert [why for index, why in reading.losses if index == count] == said


def test_a_film_that_begins_late_by_its_own_clock_is_whole(folder: Path) -> None:
    whole = write(folder / "late.mp4", scene(1, 60))
    late = ffmpeg(folder / "late.mkv", "-itsoffset", "3600", "-i", whole, "-c", "copy", "-copyts")
    with PyAVClips().open(late) as reading:
        assert sum(1 for _ in reading) == 60
        assert not reading.losses


def test_what_follows_lost_frames_is_in_its_place(folder: Path) -> None:
    path = folder / "hole.mp4"
    options = {"crf": "16", "g": "12", "preset": "veryfast", "threads": "1"}
    content = bytearray(write(path, [*scene(1, 48), *scene(2, 48)], options=options).read_bytes())
    with PyAVClips().open(path) as reading:
        whole = list(reading)
    start, end = int(0.2 * len(content)), int(0.35 * len(content))
    content[start:end] = bytes(i * 7919 & 255 for i in range(start, end))
    path.write_bytes(content)
    with PyAVClips().open(path) as reading:
        frames = list(reading)
        assert reading.losses
    assert len(frames) == len(whole)
    assert [frame.seconds for frame in frames] == pytest.approx([frame.seconds for frame in whole])
    assert any(frame.is_damaged for frame in frames)
    assert all((a.luma == b.luma).all() for a, b in zip(frames[60:], whole[60:], strict=True))


def test_damage_is_told(folder: Path) -> None:
    path = write(folder / "damaged.mp4", scene(1, 60), options={"crf": "16", "g": "12", "preset": "veryfast"})
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 2000] = bytes(2000)
    path.write_bytes(bytes(content))
    with PyAVClips().open(path) as reading:
        frames = list(reading)
        assert 30 < len(frames) <= 60
        assert any(frame.is_damaged for frame in frames) or reading.losses or len(frames) < 60


@pytest.mark.parametrize("name", ["still.png", "still.jpg", "text.txt"])
def test_stills_and_text_are_no_films(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith("txt"):
        path.write_text("words\n" * 99, encoding="utf-8")
    else:
        cv2.imwrite(str(path), texture(1))
    with pytest.raises(Unreadable), PyAVClips().open(path):
        pass


def ffmpeg(path: Path, *arguments: str | Path) -> Path:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments, path], check=True)
    return path


@pytest.mark.parametrize("pixels", ["yuva444p10le", "argb"])
def test_what_is_transparent_shows_mid_grey(folder: Path, film: Path, pixels: str) -> None:
    """The left half is opaque, the right half transparent over a picture that nobody should look for."""
    half = "format=yuva444p10le,geq=lum=lum(X\\,Y):cb=512:cr=512:a=if(lt(X\\,160)\\,1023\\,0)"
    codec = ["-c:v", "qtrle"] if pixels == "argb" else ["-c:v", "prores_ks", "-profile:v", "4444"]
    path = ffmpeg(folder / f"{pixels}.mov", "-i", film, "-vf", half, *codec, "-pix_fmt", pixels, "-frames:v", "2")
    with PyAVClips().open(path) as reading, PyAVClips().open(film) as original:
        laid, plain = next(iter(reading)).luma.astype(int), next(iter(original)).luma
    assert np.abs(laid[:, :156] - plain[:, :156]).mean() < (12 if pixels == "argb" else 4)  # RGB has the full range
    assert np.abs(laid[:, 164:] - 128).max() <= 2


@pytest.mark.parametrize(("transfer", "nits"), [("smpte2084", 203), ("arib-std-b67", 203)])
@pytest.mark.parametrize("pixels", ["yuv420p10le", "gbrp12le"])
def test_hdr_looks_like_its_sdr_sibling(folder: Path, film: Path, transfer: str, nits: int, pixels: str) -> None:
    matrix = "gbr" if pixels.startswith("gbr") else "bt2020nc"
    light = f"zscale=tin=bt709:min=bt709:pin=bt709:rin=limited:t={transfer}:m={matrix}:p=bt2020:npl={nits}"
    flags = ["-color_primaries", "bt2020", "-color_trc", transfer, "-c:v", "ffv1", "-frames:v", "2"]
    path = ffmpeg(folder / f"{transfer}.mkv", "-i", film, "-vf", f"{light},format={pixels}", *flags)
    with PyAVClips().open(path) as reading, PyAVClips().open(film) as original:
        shown, plain = next(iter(reading)).luma.astype(int), next(iter(original)).luma
    untouched = np.corrcoef(shown.ravel(), plain.ravel())[0, 1]
    assert untouched > 0.99
    assert np.abs(shown - plain).mean() < 16


def test_rates_that_a_file_rounds_or_misstates_are_exact(folder: Path, film: Path) -> None:
    """Matroska rounds to nanoseconds; DV, as ffmpeg reads it, gives its clock for an average."""
    sixty = ffmpeg(folder / "sixty.mkv", "-r", "60000/1001", "-i", film)
    tape = ffmpeg(folder / "tape.dv", "-i", film, "-s", "720x576", "-pix_fmt", "yuv420p", "-r", "25")
    for path, rate in ((sixty, Fraction(60000, 1001)), (tape, Fraction(25))):
        with PyAVClips().open(path) as reading:
            assert reading.info.rate == rate


def test_what_others_are_made_from_is_decoded_to_the_last_bit(folder: Path) -> None:
    """Only in pictures that no other is made from are the edges of blocks left as they are."""
    path = write(folder / "references.mp4", scene(1, 60), options={"crf": "40", "g": "30", "bf": "3"})
    with av.open(str(path)) as container:
        whole = [(frame.pict_type, np.array(luma(frame))) for frame in container.decode(video=0)]
    with PyAVClips().open(path) as reading:
        seen = [frame.luma for frame in reading]
    assert len(seen) == len(whole) == 60
    off = [np.abs(one.astype(int) - other).mean() for one, (_, other) in zip(seen, whole, strict=True)]
    assert not any(value for value, (kind, _) in zip(off, whole, strict=True) if kind != PictureType.B)
    assert 0 < max(off) < 2


def test_large_jpeg_2000_is_decoded_smaller(folder: Path) -> None:
    still = write(folder / "large.mp4", [texture(1, 2048, 1080)] * 2)
    path = ffmpeg(folder / "large.mxf", "-i", still, "-c:v", "libopenjpeg", "-pix_fmt", "yuv422p10le")
    with PyAVClips().open(path) as reading:
        frame = next(iter(reading))
        assert (reading.info.width, reading.info.height) == (2048, 1080)
    assert frame.luma.shape == (540, 1024)
    assert frame.aspect == pytest.approx(1080 / 2048)
    with PyAVClips().open(path, 480) as reading:
        assert next(iter(reading)).luma.shape == (270, 512)


def test_motion_jpeg_is_decoded_smaller_where_less_is_needed(folder: Path) -> None:
    shot = [texture(1, 1280, 720)] * 2
    path = write(folder / "motion.mov", shot, codec="mjpeg", pixels="yuvj420p", options={"qscale": "2"})
    with PyAVClips().open(path) as reading, PyAVClips().open(path, 480) as lower:
        whole, small = next(iter(reading)).luma, next(iter(lower)).luma
        assert reading.info == lower.info
    assert (whole.shape, small.shape) == ((720, 1280), (360, 640))
    assert np.abs(small.astype(int) - halved(whole, 480)).mean() < 3


@given(st.integers(8, 300), st.integers(1, 300), st.integers(1, 64))
def test_halves_are_means_of_four_and_enough_is_left(width: int, height: int, enough: int) -> None:
    picture = np.random.default_rng(width * 1000 + height).integers(0, 256, (height, width), np.uint8)
    small = halved(picture, enough)
    assert small.shape[1] >= min(width, enough)
    if small.shape != picture.shape:
        assert width >= 2 * enough
        assert abs(float(small.mean()) - float(picture.mean())) < 12
    if (width, height) == (2 * small.shape[1], 2 * small.shape[0]):
        fours = picture.reshape(small.shape[0], 2, small.shape[1], 2).mean(axis=(1, 3))
        assert np.abs(small - fours).max() <= 0.5


def test_a_strip_keeps_its_height() -> None:
    assert halved(np.zeros((20, 4000), np.uint8), 640).shape == (20, 4000)
