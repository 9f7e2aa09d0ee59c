"""One picture registered in several sizes and formats: each copy is found, for each may belong to another use."""

from pathlib import Path

import cv2
import pytest

import cleancut
from faces.production import drift, texture, write_video


def test_every_copy_of_a_picture_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANCUT_CACHE", str(tmp_path / "cache"))
    picture, material = texture(5, 960, 540), tmp_path / "material"
    material.mkdir()
    small = cv2.resize(picture, (480, 270), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(material / "board.png"), picture)
    cv2.imwrite(str(material / "board.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 80])
    cv2.imwrite(str(material / "small.tif"), small)
    cv2.imwrite(str(material / "another.png"), texture(6, 960, 540))
    write_video(tmp_path / "master.mp4", [*drift(3, 40), *[small] * 40, *drift(4, 40)])
    found = cleancut.scan(tmp_path / "master.mp4", material).findings
    assert {(seen.material, seen.kind, seen.span.first, seen.span.end) for seen in found} == {
        (name, "match", 40, 80) for name in ("board.png", "board.jpg", "small.tif")
    }
