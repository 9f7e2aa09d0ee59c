"""Evidence pictures are of the frames asked for, to the frame, upright and in the right proportions."""

from __future__ import annotations

import io
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cleancut.adapters import pictures_pyav
from cleancut.adapters.frames_pyav import PyAVClips
from cleancut.adapters.pictures_pyav import PyavPictures

WIDTH, HEIGHT, BITS = 160, 96, 8


def coded(number: int) -> NDArray[np.uint8]:
    """A picture that says its own number: eight vertical bars, black or white, behind a moving grey."""
    picture = np.full((HEIGHT, WIDTH, 3), 90 + number % 7 * 8, np.uint8)
    for bit in range(BITS):
        picture[: HEIGHT // 2, bit * 20 : bit * 20 + 20] = 235 if number >> bit & 1 else 20
    return picture


def number_in(jpeg: bytes) -> int:
    picture = np.asarray(Image.open(io.BytesIO(jpeg)).convert("L"))
    row = picture[: picture.shape[0] // 3]
    wide = row.shape[1] / BITS
    means = [row[:, int(bit * wide + wide * 0.3) : int(bit * wide + wide * 0.7)].mean() for bit in range(BITS)]
    return sum(1 << bit for bit, mean in enumerate(means) if mean > 128)


def film(path: Path, frames: int, codec: str = "libx264", times: list[int] | None = None, **options: str) -> Path:
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=Fraction(24), options=options)
        stream.width, stream.height = WIDTH, HEIGHT
        stream.pix_fmt = "yuv422p10le" if codec == "prores_ks" else "yuv420p"
        if times:
            stream.codec_context.time_base = Fraction(1, 240)
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(coded(number), format="rgb24")
            if times:
                frame.pts, frame.time_base = times[number], Fraction(1, 240)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


B_FRAMES = {"g": "48", "bf": "3", "x264-params": "b-pyramid=normal:open-gop=0", "crf": "14"}
OPEN_GOP = {"g": "24", "bf": "3", "x264-params": "open-gop=1:scenecut=0", "crf": "14"}
FILMS = [
    ("closed.mp4", "libx264", B_FRAMES),
    ("open.mp4", "libx264", OPEN_GOP),
    ("open.mkv", "libx264", OPEN_GOP),
    ("plain.ts", "libx264", B_FRAMES),
    ("intra.mov", "prores_ks", {}),
    ("old.avi", "mpeg4", {"g": "12", "qscale": "2", "flags": "qscale"}),
]


@pytest.mark.parametrize(("name", "codec", "options"), FILMS, ids=[name for name, _, _ in FILMS])
def test_frames_are_exact(tmp_path: Path, name: str, codec: str, options: dict[str, str]) -> None:
    path = film(tmp_path / name, 200, codec, **options)
    wanted = [199, 0, 1, 47, 48, 49, 95, 96, 120, 150]
    found = PyavPictures().of_video(path, wanted, WIDTH)
    assert {frame: number_in(jpeg) for frame, jpeg in found.items()} == {frame: frame for frame in wanted}


@pytest.mark.parametrize("name", ["closed.mp4", "intra.mov"])
def test_seeking_and_counting_agree(tmp_path: Path, name: str) -> None:
    """And seeking is really what happens where timestamps are sound."""
    codec, options = next((codec, options) for film_name, codec, options in FILMS if film_name == name)
    path = film(tmp_path / name, 120, codec, **options)
    sought = pictures_pyav._sought(path, [3, 60, 119], WIDTH)
    assert sought == pictures_pyav._counted(path, [3, 60, 119], WIDTH)


def test_uneven_times_are_counted_by_frame(tmp_path: Path) -> None:
    times = [number * 10 + (number % 3) * 3 for number in range(60)]
    path = film(tmp_path / "vfr.mkv", 60, times=times, **B_FRAMES)
    found = PyavPictures().of_video(path, [0, 20, 41, 59], WIDTH)
    assert {frame: number_in(jpeg) for frame, jpeg in found.items()} == {0: 0, 20: 20, 41: 41, 59: 59}


def test_damage_is_counted_as_the_scan_counts(tmp_path: Path) -> None:
    """Whatever decodes after damage has the number that the scan gives it, for findings are numbered so."""
    path = film(tmp_path / "damaged.ts", 200, **B_FRAMES)
    data = bytearray(path.read_bytes())
    data[len(data) // 3 : len(data) // 3 + 4000] = b"\x55" * 4000
    path.write_bytes(bytes(data))
    with PyAVClips().open(path) as reading:
        seen = [number_in_luma(frame.luma) for frame in reading]
    wanted = list(range(0, len(seen), 9))
    found = PyavPictures().of_video(path, wanted, WIDTH)
    assert {frame: number_in(jpeg) for frame, jpeg in found.items()} == {frame: seen[frame] for frame in wanted}


def number_in_luma(luma: NDArray[np.uint8]) -> int:
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(luma)).save(out, "PNG")
    return number_in(out.getvalue())


def test_what_is_not_there_is_left_out(tmp_path: Path) -> None:
    path = film(tmp_path / "short.mp4", 10)
    assert sorted(PyavPictures().of_video(path, [-1, 9, 10, 500], WIDTH)) == [9]
    (tmp_path / "not.mp4").write_text("no film")
    assert PyavPictures().of_video(tmp_path / "not.mp4", [0], WIDTH) == {}
    assert PyavPictures().of_video(tmp_path / "missing.mp4", [0], WIDTH) == {}
    assert PyavPictures().of_video(path, [], WIDTH) == {}


def test_a_truncated_film_gives_what_it_has(tmp_path: Path) -> None:
    path = film(tmp_path / "cut.ts", 120, **B_FRAMES)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found = PyavPictures().of_video(path, [0, 10, 119], WIDTH)
    assert number_in(found[10]) == 10
    assert 119 not in found


def size_of(jpeg: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(jpeg)).size


def test_pictures_keep_the_proportions_they_are_shown_in(tmp_path: Path) -> None:
    path = tmp_path / "anamorphic.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(2, 1)
        out.mux(stream.encode(av.VideoFrame.from_ndarray(coded(0), format="rgb24")))
        out.mux(stream.encode(None))
    assert size_of(PyavPictures().of_video(path, [0], 80)[0]) == (80, 24)


def test_pictures_are_never_enlarged(tmp_path: Path) -> None:
    assert size_of(PyavPictures().of_video(film(tmp_path / "a.mp4", 2), [0], 4000)[0]) == (WIDTH, HEIGHT)


def test_colours_survive(tmp_path: Path) -> None:
    """A strong red, green and blue come back as such: the matrix and the range are not mixed up."""
    path, colours = tmp_path / "colour.mp4", [(200, 40, 40), (40, 180, 60), (40, 60, 200)]
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=24, options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv444p"
        for colour in colours:
            picture = np.full((HEIGHT, WIDTH, 3), colour, np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))
    found = PyavPictures().of_video(path, [0, 1, 2], WIDTH)
    for frame, colour in enumerate(colours):
        seen = np.asarray(Image.open(io.BytesIO(found[frame])))[HEIGHT // 2, WIDTH // 2]
        assert np.abs(seen.astype(int) - colour).max() < 14


# --- stills -----------------------------------------------------------------------------------------------------------


def test_a_still_is_turned_as_its_camera_says(tmp_path: Path) -> None:
    picture = Image.new("RGB", (60, 30), "blue")
    picture.paste("red", (0, 0, 30, 30))
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(tmp_path / "turned.jpg", exif=exif, quality=95)
    jpeg = PyavPictures().of_still(tmp_path / "turned.jpg", 400)
    assert jpeg is not None
    upright = Image.open(io.BytesIO(jpeg))
    assert upright.size == (30, 60)
    top = upright.convert("RGB").getpixel((15, 10))
    assert isinstance(top, tuple)
    assert top[0] > 200 > 100 > top[2]


def test_transparency_shows_a_checker(tmp_path: Path) -> None:
    Image.new("RGBA", (240, 240), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    jpeg = PyavPictures().of_still(tmp_path / "clear.png", 240)
    assert jpeg is not None
    values = np.asarray(Image.open(io.BytesIO(jpeg)).convert("L"))
    assert 100 < values.min() < 125 < 132 < values.max() < 150


PIXELS = [("1", 1), ("L", 90), ("P", 3), ("LA", (9, 9)), ("CMYK", (9, 9, 9, 9)), ("I;16", 60000), ("F", 0.5)]


@pytest.mark.parametrize(("mode", "colour"), PIXELS)
def test_every_kind_of_pixel(tmp_path: Path, mode: str, colour: object) -> None:
    path = tmp_path / ("still.tif" if mode in ("CMYK", "F") else "still.png")
    Image.new(mode, (40, 20), colour).save(path)  # type: ignore[arg-type]
    jpeg = PyavPictures().of_still(path, 20)
    assert jpeg is not None
    assert size_of(jpeg) == (20, 10)


def test_what_is_no_still_has_no_picture(tmp_path: Path) -> None:
    (tmp_path / "not.png").write_text("no picture")
    (tmp_path / "empty.png").touch()
    assert PyavPictures().of_still(tmp_path / "not.png", 100) is None
    assert PyavPictures().of_still(tmp_path / "empty.png", 100) is None
    assert PyavPictures().of_still(tmp_path / "missing.png", 100) is None


def test_same_file_same_bytes(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", 60, **B_FRAMES)
    one, two = (PyavPictures().of_video(path, [5, 31, 59], 120) for _ in range(2))
    assert one == two


def test_a_film_is_turned_upright(tmp_path: Path) -> None:
    path = film(tmp_path / "turned.mp4", 3)
    data = bytearray(path.read_bytes())
    matrix = data.index(b"tkhd") + 4 + 40  # ISO/IEC 14496-12, 8.3.2: version 0 has forty bytes before the matrix
    data[matrix : matrix + 36] = np.array([0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30], ">i4").tobytes()
    path.write_bytes(bytes(data))
    with PyAVClips().open(path) as reading:
        assert next(iter(reading)).luma.shape == (WIDTH, HEIGHT)
    jpeg = PyavPictures().of_video(path, [2], WIDTH)[2]
    assert size_of(jpeg) == (HEIGHT, WIDTH)
    pixels = np.asarray(Image.open(io.BytesIO(jpeg)).convert("L"))
    assert 60 < pixels[:, 4].mean() < 160, "clockwise: what was at the bottom is now on the left"


def test_hdr_is_shown_as_on_an_ordinary_screen(tmp_path: Path) -> None:
    plain, hdr = film(tmp_path / "plain.mp4", 3, crf="12"), tmp_path / "hdr.mkv"
    light = "zscale=tin=bt709:min=170m:pin=bt709:rin=limited:t=smpte2084:m=bt2020nc:p=bt2020:npl=203,format=yuv420p10le"
    flags = ["-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc", "-c:v", "ffv1"]
    subprocess.run(["ffmpeg", "-v", "error", "-i", plain, "-vf", light, *flags, hdr], check=True)
    shown, original = (
        np.asarray(Image.open(io.BytesIO(PyavPictures().of_video(path, [1], WIDTH)[1]))).astype(int)
        for path in (hdr, plain)
    )
    assert np.abs(shown - original).mean() < 12
