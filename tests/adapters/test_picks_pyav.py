"""Some frames of a film by PyAV: the same bits as in the whole, in every way a film is coded; else no layout."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BufferedReader
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

from cleancut.adapters import frames_pyav, picks_pyav
from cleancut.adapters.frames_pyav import PyAVClips
from cleancut.adapters.picks_pyav import Table, _from_packets, table_of
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
    "dnxhr.mov": ["-c:v", "dnxhd", "-profile:v", "dnxhr_lb", "-s", "640x360"],
    "motion.mov": ["-c:v", "mjpeg", "-q:v", "3"],
    "motion.mp4": ["-c:v", "mjpeg", "-q:v", "3", "-movflags", "faststart"],
}
MEZZANINES = ("prores.mov", "dnxhr.mov", "motion.mov", "motion.mp4")


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


@pytest.mark.parametrize("name", MEZZANINES)
def test_a_mezzanine_is_not_read_to_know_its_frames(source: Path, name: str) -> None:
    assert is_known_by_index(coded(source, name, KINDS[name]))


def test_an_index_that_is_not_as_its_packets_are_is_not_believed(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = coded(source, "moved.mov", KINDS["prores.mov"])

    def moved(file: BufferedReader, places: NDArray[np.int64], number: int) -> Packet[VideoStream]:
        return read_packet(file, np.add(places, [1, 0]), number)

    read_packet = picks_pyav._read
    monkeypatch.setattr(picks_pyav, "_read", moved)
    assert not is_known_by_index(path)


def test_a_mezzanine_behind_an_edit_list_is_read(source: Path) -> None:
    whole = coded(source, "whole.mov", KINDS["prores.mov"])
    path, clips = coded(whole, "trimmed.mov", ["-c", "copy"], "-ss", "0.7"), PyAVClips()
    assert not is_known_by_index(path)
    with clips.open(path) as reading:
        frames = [frame.luma.copy() for frame in reading]
    layout = clips.layout(path)
    assert layout is not None
    assert layout.frames == len(frames)
    with clips.pick(path, [Span(0, 1), Span(20, 22)]) as picking:
        picked = list(picking)
        assert not picking.losses
    assert [index for index, _ in picked] == [0, 20, 21]
    assert all(np.array_equal(frame.luma, frames[index]) for index, frame in picked)


@pytest.mark.parametrize("flags", ["faststart", "frag_keyframe+empty_moov"])
def test_a_mezzanine_that_is_cut_off_or_in_fragments_is_read(source: Path, flags: str) -> None:
    path = coded(source, "told.mov", [*KINDS["prores.mov"], "-movflags", flags])
    if flags == "faststart":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert not is_known_by_index(path)


def test_what_goes_while_it_is_read_is_said(source: Path) -> None:
    path, clips = coded(source, "short.mov", KINDS["prores.mov"]), PyAVClips()
    with clips.pick(path, [Span(0, 2), Span(50, 52)]) as picking:
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size // 2)
        assert [index for index, _ in picking] == [0, 1]
        assert [index for index, _ in picking.losses] == [50, 51]


def test_another_file_in_its_place_is_not_read_by_its_index(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, clips = coded(source, "first.mov", KINDS["prores.mov"]), PyAVClips()
    other = coded(source, "other.mov", ["-vf", "vflip", *KINDS["prores.mov"]])
    with clips.open(path) as reading:
        whole = [frame.luma.copy() for frame in reading]
    opened = frames_pyav._read_beside

    def replaced(path: Path) -> AbstractContextManager[BufferedReader | None]:
        other.replace(path)
        return opened(path)

    monkeypatch.setattr(frames_pyav, "_read_beside", replaced)
    with clips.pick(path, [Span(3, 5)]) as picking:
        picked = list(picking)
    assert [index for index, _ in picked] == [3, 4]
    assert all(np.array_equal(frame.luma, whole[index]) for index, frame in picked)


def test_who_leaves_early_is_let_go(source: Path) -> None:
    """Frames of a size that several threads still decode when nobody wants them any more."""
    path, clips = coded(source, "large.mov", ["-s", "3840x2160", "-frames:v", "10", *KINDS["prores.mov"]]), PyAVClips()
    for wanted in range(1, 5):
        with clips.pick(path, [Span(0, 10)]) as picking:
            assert len(list(islice(picking, wanted))) == wanted


def is_known_by_index(path: Path) -> bool:
    """Whether the index says where its frames are; either way that is what its packets say."""
    told, read = (table_by(way, path) for way in (table_of, _from_packets))
    for name in ("times", "starts", "start_times"):
        assert np.array_equal(getattr(told, name), getattr(read, name))
    return told.places is not None


def table_by(way: Callable[[InputContainer, VideoStream], Table | None], path: Path) -> Table:
    with av.open(str(path)) as container:
        table = way(container, container.streams.video[0])
    assert table is not None
    return table


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


PALETTE = ["-c:v", "rawvideo", "-pix_fmt", "pal8"]  # which comes with the first packet alone


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("stream.ts", CLOSED),
        ("stream.mpg", ["-c:v", "mpeg2video", "-g", "12"]),
        ("bare.h264", CLOSED),
        ("palette.mov", PALETTE),
        ("palette.avi", PALETTE),
    ],
)
def test_what_cannot_be_entered_midway_has_no_layout(source: Path, name: str, options: list[str]) -> None:
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
