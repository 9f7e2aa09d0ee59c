"""Where the programme lies is told, given or by its look; what lies around it is scanned like the rest."""

from __future__ import annotations

import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from cleancut.errors import InputError
from cleancut.faces.terminal import scan_lines
from cleancut.match.picture import Luma
from cleancut.testing import scene
from scan import footage
from scan.conftest import Bench
from scan.progress import Counting


def small(pictures: list[Luma]) -> list[Luma]:
    return [np.asarray(cv2.resize(picture, (160, 90), interpolation=cv2.INTER_AREA)) for picture in pictures]


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bars, black, the programme on the hour, black, and one shot of it again."""
    root = tmp_path_factory.mktemp("leader")
    black = [np.full((90, 160), 16, np.uint8)] * 24
    shot = small(scene(90, 60))
    pictures = footage.write(root / "pictures.mp4", black + shot + small(scene(91, 60)) + black + shot)
    bars = ["-f", "lavfi", "-i", "smptehdbars=s=160x90:r=24:d=2", "-i", pictures]
    joined = "[0:v]format=yuv420p[a];[a][1:v]concat=n=2"
    timed = ["-filter_complex", joined, "-timecode", "00:59:57:00", root / "master.mov"]
    subprocess.run(["ffmpeg", "-v", "error", *bars, *timed], check=True)
    return root / "master.mov"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("material")
    footage.write(folder / "shot.mp4", scene(90, 60))
    return folder


def test_it_is_told_and_nothing_is_left_out(bench: Bench, master: Path, folder: Path) -> None:
    scan = bench.scan(master, bench.register(folder))
    record = scan.record()["master"]["programme"]
    assert (record["timecode_in"], record["timecode_out"], record["shown_by"]) == ("01:00:00:00", "01:00:05:00", "look")
    assert [part["kind"] for part in record["around"]] == ["bars", "black", "black", "textless"]
    assert [(f.span.first, f.span.end) for f in scan.findings] == [(72, 132), (216, 276)]
    assert scan.coverage.is_complete
    assert not scan.coverage.picture_missing
    said = "\n".join(scan_lines(scan))
    assert "programme from 01:00:00:00 to 01:00:05:00, by the look" in said
    assert "textless from 01:00:06:00 to 01:00:08:12" in said


def test_what_is_given_counts(bench: Bench, master: Path, folder: Path) -> None:
    scan = bench.scan(master, bench.register(folder), programme=("00:59:59:00", "01:00:06:00"))
    record = scan.record()["master"]["programme"]
    assert (record["first_frame"], record["end_frame"], record["shown_by"]) == (48, 216, "given")
    assert [part["kind"] for part in record["around"]] == ["bars", "textless"]
    assert len(scan.findings) == 2


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (("01:00:05:00", "01:00:00:00"), "cannot be from"),
        (("00:00:00:00", "01:00:00:00"), "cannot be from"),
        (("01:00:00:00", "02:00:00:00"), "the master ends at"),
        (("one", "two"), "not a timecode"),
    ],
)
def test_a_programme_that_is_not_in_the_master(
    bench: Bench, master: Path, folder: Path, given: tuple[str, str], reason: str
) -> None:
    progress = Counting()
    with pytest.raises(InputError, match=reason) as caught:
        bench.scan(master, bench.register(folder), programme=given, progress=progress)
    assert caught.value.hint
    assert not progress.stages or "ends at" in reason  # only its end takes decoding to know
