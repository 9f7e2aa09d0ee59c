"""Stills by Pillow: formats, orientation, alpha, depth, and the cap."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cleancut.adapters import stills_pillow
from cleancut.adapters.stills_pillow import PillowStills
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
