"""Some frames of a film by PyAV: the same bits as in the whole, in every way a film is coded; else no layout."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from cleancut.adapters.frames_pyav import PyAVClips
from cleancut.model.timing import Span
from cleancut.ports import Unreadable
from cleancut.testing import scene
from scan.footage import write

FRAMES = 60
CLOSED = ["-c:v", "libx264", "-g", "12", "-bf", "3"]
KINDS: dict[str, list[str]] = {
    "closed.mp4": CLOSED,
    "closed.mkv": CLOSED,
    "open.mp4": [*CLOSED, "-x264-params", "open-gop=1"],
    "hevc.mp4": ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "keyint=12:log-level=error"],
    "interlaced.mp4": [*CLOSED, "-flags", "+ildct+ilme"],
    "mpeg2.mxf": ["-c:v", "mpeg2video", "-g", "12", "-bf", "2", "-b:v", "20M"],
    "prores.mov": ["-c:v", "prores_ks"],
    "motion.avi": ["-c:v", "mjpeg", "-q:v", "3"],
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    film = scene(1, 25) + scene(2, FRAMES - 25)
    return write(tmp_path_factory.mktemp("picks") / "source.mp4", film)


def coded(source: Path, name: str, options: list[str], *before: str) -> Path:
    path = source.with_name(name)
    subprocess.run(["ffmpeg", "-v", "error", "-y", *before, "-i", source, *options, path], check=True)
    return path


@pytest.mark.parametrize("name", KINDS)
def test_some_frames_are_as_in_the_whole(source: Path, name: str) -> None:
    path, clips = coded(source, name, KINDS[name]), PyAVClips()
    with clips.open(path) as reading:
        whole = [frame.luma.copy() for frame in reading]
    layout = clips.layout(path)
    assert layout is not None
    assert layout.frames == len(whole) == FRAMES
    assert layout.frames_stated in (None, FRAMES)
    starts = [Span(start, start + 1) for start in layout.starts]
    for spans in (starts, [Span(3, 9), Span(22, 31), Span(59, 60)], [Span(0, FRAMES)], [Span(58, 60)]):
        with clips.pick(path, spans) as picking:
            picked = list(picking)
            assert not picking.losses
        assert [index for index, _ in picked] == [f for span in spans for f in range(span.first, span.end)]
        assert all(np.array_equal(frame.luma, whole[index]) for index, frame in picked)


def test_every_frame_of_an_intra_only_film_is_a_start(source: Path) -> None:
    layout = PyAVClips().layout(coded(source, "starts.mov", ["-c:v", "prores_ks"]))
    assert layout is not None
    assert layout.starts == tuple(range(FRAMES))


def test_frames_are_numbered_behind_an_edit_list(source: Path) -> None:
    closed = coded(source, "closed.mp4", CLOSED)
    path, clips = coded(closed, "trimmed.mp4", ["-c", "copy"], "-ss", "0.7"), PyAVClips()
    with clips.open(path) as reading:
        whole = list(reading)
        stated = reading.info.frames_stated
    layout = clips.layout(path)
    assert layout is not None
    assert (layout.frames, layout.frames_stated, layout.starts[0]) == (len(whole), stated, 0)
    with clips.pick(path, [Span(0, 3), Span(20, 22)]) as picking:
        for index, frame in picking:
            assert np.array_equal(frame.luma, whole[index].luma)


@pytest.mark.parametrize("name", ["stream.ts", "stream.mpg", "bare.h264"])
def test_what_cannot_be_entered_midway_has_no_layout(source: Path, name: str) -> None:
    options = ["-c:v", "mpeg2video", "-g", "12"] if name.endswith("mpg") else CLOSED
    path, clips = coded(source, name, options), PyAVClips()
    assert clips.layout(path) is None
    with pytest.raises(Unreadable, match="tell its frames apart"), clips.pick(path, [Span(0, 1)]):
        pass


def test_a_cut_film_says_what_lacks(source: Path) -> None:
    closed = coded(source, "whole.mp4", [*CLOSED, "-movflags", "faststart"])
    cut = closed.with_name("cut.mp4")
    cut.write_bytes(closed.read_bytes()[: closed.stat().st_size // 2])
    layout = PyAVClips().layout(cut)
    assert layout is not None
    assert layout.frames < FRAMES
    assert layout.frames_stated == FRAMES
