"""Stills by Pillow: formats, orientation, alpha, depth, and the cap."""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import OpenImageIO
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin

from cleancut.adapters import stills_pillow
from cleancut.adapters.stills_pillow import PillowStills
from cleancut.match.picture import Luma
from cleancut.ports import Stills, Unreadable
from cleancut.testing import StillsContract, texture


def picture() -> Image.Image:
    return Image.fromarray(texture(1, 64, 48))


class TestPillowStills(StillsContract):
    @pytest.fixture
    def stills(self) -> Stills:
        return PillowStills()

    @pytest.fixture
    def picture(self, tmp_path: Path) -> Path:
        path = tmp_path / "picture.png"
        picture().save(path)
        return path


@pytest.mark.parametrize(
    ("mode", "suffix"),
    [("RGB", "jpg"), ("CMYK", "jpg"), ("P", "png"), ("L", "tif"), ("RGB", "webp"), ("RGBA", "png"), ("I;16", "png")],
)
def test_every_kind_gives_the_same_luma(tmp_path: Path, mode: str, suffix: str) -> None:
    path, original = tmp_path / f"still.{suffix}", np.asarray(picture())
    if mode == "I;16":
        Image.fromarray(original.astype(np.uint16) * 257).save(path)
    else:
        picture().convert(mode).save(path, **({} if suffix in ("png", "tif") else {"quality": 98}))
    read = PillowStills().read(path).luma
    assert np.abs(read.astype(int) - original).mean() < 3


def test_orientation_is_applied(tmp_path: Path) -> None:
    path, exif = tmp_path / "turned.jpg", Image.Exif()
    exif[0x0112] = 6  # to be shown turned a quarter clockwise
    picture().save(path, exif=exif, quality=98)
    read = PillowStills().read(path)
    upright = np.rot90(np.asarray(picture()), -1)
    assert read.luma.shape == (64, 48)
    assert read.aspect == pytest.approx(64 / 48)
    assert np.abs(read.luma.astype(int) - upright).mean() < 3


def test_alpha_lies_over_mid_grey(tmp_path: Path) -> None:
    path = tmp_path / "alpha.png"
    layered = picture().convert("RGBA")
    layered.putalpha(Image.fromarray(np.repeat([[255] * 32 + [0] * 32], 48, axis=0).astype(np.uint8)))
    layered.save(path)
    read = PillowStills().read(path).luma
    assert np.array_equal(read[:, :32], np.asarray(picture())[:, :32])
    assert set(np.unique(read[:, 32:])) <= {127, 128}


def test_a_still_over_the_cap_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.png"
    picture().save(path)
    monkeypatch.setattr(stills_pillow, "PIXELS_CAP", 64 * 48 - 1)
    with pytest.raises(Unreadable, match="64 x 48 pixels, over the cap") as caught:
        PillowStills().read(path)
    assert caught.value.hint


def test_a_cut_file_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "cut.jpg"
    picture().save(path, quality=98)
    path.write_bytes(path.read_bytes()[:600])
    with pytest.raises(Unreadable, match="does not decode"):
        PillowStills().read(path)


# --- kinds that Pillow alone does not read ----------------------------------------------------------------------------


def ffmpeg(path: Path, *arguments: str) -> Path:
    """The picture as ffmpeg writes it."""
    source = path.with_name("source.png")
    Image.fromarray(texture(1, 64, 48)).convert("RGB").save(source)
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", source, *arguments, path], check=True)
    return path


def heic(path: Path) -> Path:
    pillow_heif.from_pillow(picture().convert("RGB")).save(path, quality=95)
    return path


def psd(path: Path, depth: int = 8) -> Path:
    """Photoshop's file without layers: a header, three empty sections, and the flattened picture, plane by plane."""
    luma = np.asarray(picture())
    plane = luma.tobytes() if depth == 8 else (luma.astype(">u2") * 257).tobytes()
    header = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, *luma.shape, depth, 3)
    path.write_bytes(header + bytes(12) + bytes(2) + 3 * plane)
    return path


def tiff(path: Path, kind: str) -> Path:
    luma = np.asarray(picture())
    colours = np.dstack([luma] * 3)
    cv2.imwrite(
        str(path), (colours / 255.0).astype(np.float32) ** 2.4 if kind == "float" else colours.astype(np.uint16) * 257
    )
    return path


@pytest.mark.parametrize(
    ("name", "make", "near"),
    [
        ("phone.heic", heic, 4),
        ("still.avif", lambda path: ffmpeg(path, "-c:v", "libaom-av1", "-still-picture", "1", "-crf", "10"), 14),
        ("scan.dpx", lambda path: ffmpeg(path, "-pix_fmt", "gbrp10be"), 2),
        ("plate.exr", lambda path: light(path, np.asarray(picture())), 2),
        ("art.psd", psd, 1),
        ("art-16.psd", lambda path: psd(path, 16), 1),
        ("deep.tif", lambda path: tiff(path, "deep"), 1),
        ("float.tif", lambda path: tiff(path, "float"), 32),
        ("old.jp2", lambda path: save(path), 1),
        ("old.tga", lambda path: save(path), 1),
    ],
)
def test_what_other_programs_write(tmp_path: Path, name: str, make: Callable[[Path], Path], near: int) -> None:
    path = make(tmp_path / name)
    read = PillowStills().read(path)
    assert PillowStills().size(path) == (64, 48)
    assert PillowStills().pages(path) == ()
    assert np.abs(read.luma.astype(int) - np.asarray(picture())).mean() < near
    assert np.corrcoef(read.luma.ravel(), np.asarray(picture()).ravel())[0, 1] > 0.97


def save(path: Path) -> Path:
    picture().convert("RGB").save(path)
    return path


def light(path: Path, luma: Luma, **channels: NDArray[np.float32]) -> Path:
    """An EXR whose light the fixed view shows as this luma, up to its knee; of these channels beside it."""
    linear = ((luma / 255.0) ** 2.4).astype(np.float32)
    named = {"R": linear, "G": linear, "B": linear, **channels}
    spec = OpenImageIO.ImageSpec(luma.shape[1], luma.shape[0], len(named), OpenImageIO.HALF)
    spec.channelnames = tuple(named)
    out = OpenImageIO.ImageOutput.create(str(path))
    out.open(str(path), spec)
    out.write_image(np.dstack(list(named.values())).astype(np.float32))
    out.close()
    return path


def test_light_beyond_white_rolls_off(tmp_path: Path) -> None:
    path = light(tmp_path / "bright.exr", np.full((48, 64), 100, np.uint8))
    assert abs(int(PillowStills().read(path).luma[0, 0]) - 100) <= 1
    bright = PillowStills().read(light(tmp_path / "sun.exr", np.full((48, 64), 100, np.uint8) * 5)).luma[0, 0]
    assert 200 < bright <= 255


def test_an_exr_with_alpha_lies_over_mid_grey(tmp_path: Path) -> None:
    clear = np.zeros((48, 64), np.float32)
    path = light(tmp_path / "cut-out.exr", np.zeros((48, 64), np.uint8), A=clear)
    assert set(np.unique(PillowStills().read(path).luma)) <= {127, 128}


def test_an_exr_of_depth_alone_holds_no_picture(tmp_path: Path) -> None:
    spec = OpenImageIO.ImageSpec(64, 48, 1, OpenImageIO.FLOAT)
    spec.channelnames = ("Z",)
    out = OpenImageIO.ImageOutput.create(str(tmp_path / "depth.exr"))
    out.open(str(tmp_path / "depth.exr"), spec)
    out.write_image(np.ones((48, 64, 1), np.float32))
    out.close()
    with pytest.raises(Unreadable, match="no channels of a picture") as caught:
        PillowStills().read(tmp_path / "depth.exr")
    assert caught.value.hint


def test_pages_of_a_document(tmp_path: Path) -> None:
    pages = [Image.fromarray(texture(seed, 64, 48)).convert("RGB") for seed in (1, 2)]
    pages[0].save(tmp_path / "art.pdf", save_all=True, append_images=pages[1:])
    pages[0].save(tmp_path / "poster.pdf")
    assert PillowStills().pages(tmp_path / "art.pdf") == (1, 2)
    assert PillowStills().pages(tmp_path / "poster.pdf") == ()
    for page, original in enumerate(pages, 1):
        read = PillowStills().read(tmp_path / "art.pdf", page)
        small = Image.fromarray(read.luma).resize((64, 48), Image.Resampling.BOX)
        assert max(read.luma.shape) == 1600
        assert np.corrcoef(np.asarray(small).ravel(), np.asarray(original.convert("L")).ravel())[0, 1] > 0.97
    with pytest.raises(Unreadable, match="no page 3"):
        PillowStills().read(tmp_path / "art.pdf", 3)


def test_pages_of_a_tiff_without_their_smaller_copies(tmp_path: Path) -> None:
    pages = [Image.fromarray(texture(seed, 64, 48)) for seed in (1, 2, 3)]
    reduced = TiffImagePlugin.ImageFileDirectory_v2()
    reduced[254] = 1
    small = Image.fromarray(texture(1, 32, 24))
    small.encoderinfo = {"tiffinfo": reduced}
    pages[0].save(tmp_path / "pages.tif", save_all=True, append_images=[*pages[1:], small])
    assert PillowStills().pages(tmp_path / "pages.tif") == (1, 2, 3)
    assert np.array_equal(PillowStills().read(tmp_path / "pages.tif", 3).luma, texture(3, 64, 48))


def test_what_moves_is_no_still(tmp_path: Path) -> None:
    frames = [Image.fromarray(texture(seed, 64, 48)) for seed in (1, 2)]
    for suffix in ("png", "webp", "avif"):
        frames[0].save(tmp_path / f"moves.{suffix}", save_all=True, append_images=frames[1:])
        with pytest.raises(Unreadable, match="more than one picture") as caught:
            PillowStills().read(tmp_path / f"moves.{suffix}")
        assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "module", "extra"),
    [("a.heic", "pillow_heif", "heic"), ("a.pdf", "pypdfium2", "pdf"), ("a.exr", "OpenImageIO", "vfx")],
)
def test_a_missing_extra_is_named_with_the_line_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, module: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    (tmp_path / name).write_bytes(b"not empty")
    with pytest.raises(Unreadable, match=r"no reader for .* is installed") as caught:
        PillowStills().read(tmp_path / name)
    assert f"'cleancut[{extra}]'" in caught.value.hint


@pytest.mark.parametrize("suffix", ["exr", "dpx", "hdr", "psd", "psb", "pdf", "heic", "avif", "tif", "jp2", "ai"])
def test_noise_is_unreadable(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"noise.{suffix}"
    path.write_bytes(bytes(range(256)) * 8)
    with pytest.raises(Unreadable):
        PillowStills().read(path)


def grey_inks() -> bytes:
    """An ICC profile of a press that knows one ink, a dark grey: a table of its sixteen corners."""
    lightness = [76 if corner & 1 else 255 for corner in range(16)]  # the last ink varies fastest
    corners = bytes(value for light in lightness for value in (light, 128, 128))
    identity = bytes(range(256))
    matrix = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 16)
    table = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + matrix + 4 * identity + corners + 3 * identity
    table += bytes(-len(table) % 4)
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    text = b"desc" + bytes(4) + struct.pack(">I", 5) + b"inks\0" + bytes(78)
    text += bytes(-len(text) % 4)
    tags, at, body = b"", 128 + 4 + 12 * 3, b""
    for name, content in ((b"A2B0", table), (b"wtpt", white), (b"desc", text)):
        tags += name + struct.pack(">II", at + len(body), len(content))
        body += content
    head = struct.pack(">I4sI4s4s4s", at + len(body), bytes(4), 0x02400000, b"prtr", b"CMYK", b"Lab ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head + bytes(128 - len(head)) + struct.pack(">I", 3) + tags + body


def test_inks_go_by_their_own_profile(tmp_path: Path) -> None:
    inks = Image.new("CMYK", (64, 48), (0, 0, 0, 128))
    inks.save(tmp_path / "plain.tif")
    inks.save(tmp_path / "profiled.tif", icc_profile=grey_inks())
    inks.save(tmp_path / "broken.tif", icc_profile=grey_inks()[:99])
    plain, profiled, broken = (
        float(PillowStills().read(tmp_path / f"{name}.tif").luma.mean()) for name in ("plain", "profiled", "broken")
    )
    assert plain == broken == pytest.approx(127, abs=1)
    assert profiled > plain + 15
