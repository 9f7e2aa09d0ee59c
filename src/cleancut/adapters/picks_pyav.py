"""Some frames of a film by PyAV, without decoding the others: which can be had so, and how to get there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from io import BufferedReader
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from cleancut.adapters.luma_pyav import pictured
from cleancut.match.picture import Frame
from cleancut.model.timing import Span

_PASSED_OVER = 48  # packets that are rather read than sought past
_BACK = (0, 1, 4, 16)  # starts further back that are tried where seeking overshoots; then the beginning
_MEZZANINES = ("prores", "dnxhd", "mjpeg")  # each packet is a frame, and needs nothing but itself
_LOST = "frames are lost here: the file cannot be read from any earlier frame on"


@dataclass(frozen=True, eq=False)
class Table:
    """The frames of a film as its packets have them: `times` of all, in order of presentation, and of those that decode
    by themselves (`starts`) the index and time. `left_out` counts packets that an edit list leaves out. `places`, of a
    film that can be read without its container: where in the file each packet lies, and its bytes; of shape (n, 2)."""

    times: NDArray[np.int64]
    starts: NDArray[np.int64]
    start_times: NDArray[np.int64]
    left_out: int = 0
    places: NDArray[np.int64] | None = None

    @property
    def is_intra(self) -> bool:
        """Whether every frame decodes by itself."""
        return len(self.starts) == len(self.times)

    def index(self, time: int | None) -> int:
        """Of the frame at that time; -1 where there is none."""
        if time is None:
            return -1
        place = int(np.searchsorted(self.times, time))
        return place if place < len(self.times) and self.times[place] == time else -1


def table_of(container: InputContainer, stream: VideoStream) -> Table | None:
    """From the index at the head of the file, if that will do, else from all packets, none of which is decoded. None
    where they do not tell frames apart (without times, with times that come twice, with frames before the first that
    decodes by itself), or where it cannot be entered midway: of a palette, mostly, only the first packet knows."""
    if stream.codec_context.pix_fmt == "pal8":
        return None
    return _from_index(container, stream) or _from_packets(container, stream)


def _from_index(container: InputContainer, stream: VideoStream) -> Table | None:
    """Of a mezzanine in QuickTime or MP4, which is not read for it: an hour of ProRes fills a hundred gigabytes. None
    for others, where an edit list leaves frames out or some are not there, and where a few are not as the index says.
    """
    if "mov" not in container.format.name.split(",") or stream.codec_context.name not in _MEZZANINES:
        return None
    entries = list(stream.index_entries)
    if not entries or len(entries) != stream.frames or not all(e.is_keyframe and not e.is_discard for e in entries):
        return None
    times = np.array([entry.timestamp for entry in entries], np.int64)
    places = np.array([(entry.pos, entry.size) for entry in entries], np.int64)
    is_there = (places[:, 0] >= 0) & (places[:, 1] > 0) & (places[:, 0] <= container.size - places[:, 1])
    if not is_there.all() or (times[1:] <= times[:-1]).any():
        return None
    table = Table(times, np.arange(len(times)), times, places=places)
    return table if _is_as_told(table, Path(container.name), stream.index) else None


def _is_as_told(table: Table, path: Path, stream: int) -> bool:
    """Whether a few packets are what and where the index says. In a container of its own: who is asked stays where it
    is, and may have to read on from there."""
    assert table.places is not None
    with (
        suppress(av.error.FFmpegError, OSError),
        path.open("rb") as file,
        av.open(str(path), metadata_errors="ignore") as other,
    ):
        own = next((one for one in other.streams.video if one.index == stream), None)
        if own is None:
            return False
        for number in {0, len(table.times) // 2, len(table.times) - 1}:
            packet = next(packets_from(other, own, table, number), None)
            if packet is None or bytes(packet) != bytes(_read(file, table.places, number)):
                return False
        return True
    return False


def _read(file: BufferedReader, places: NDArray[np.int64], number: int) -> Packet[VideoStream]:
    """A packet from its place. In memory of ffmpeg's own, which it may drop in whichever thread. Raises `OSError`."""
    place, size = places[number].tolist()
    packet = cast("Packet[VideoStream]", Packet(size))
    file.seek(place)
    if file.readinto(packet) != size:
        raise OSError(_LOST)
    return packet


def _from_packets(container: InputContainer, stream: VideoStream) -> Table | None:
    times: list[int] = []
    start_times: list[int] = []
    left_out = 0
    with suppress(av.error.FFmpegError, OSError):
        for packet in container.demux(stream):
            if not packet.size:
                continue
            if packet.pts is None:
                return None
            if packet.is_keyframe:
                start_times.append(packet.pts)
            if packet.is_discard:
                left_out += 1
            else:
                times.append(packet.pts)
    ordered, keyed = np.unique(np.array(times, np.int64)), np.unique(np.array(start_times, np.int64))
    starts = np.searchsorted(ordered, keyed)
    if not len(keyed):
        return None
    last = np.append(starts[1:] > starts[:-1], True)  # of several before one frame, the nearest
    keyed, starts = keyed[last & (starts < len(ordered))], starts[last & (starts < len(ordered))]
    if len(ordered) != len(times) or not len(starts) or starts[0] > 0:
        return None
    table = Table(ordered, starts, keyed, left_out)
    ways = (packets_from(container, stream, table, number) for number in {0, len(starts) // 2, len(starts) - 1})
    return table if all(next(way, None) for way in ways) else None


def packets_from(
    container: InputContainer, stream: VideoStream, table: Table, number: int
) -> Iterator[Packet[VideoStream]]:
    """The packets from a start on; none where it cannot be reached. Not all files seek where they are told: each
    landing is looked at."""
    time = int(table.start_times[number])
    for back in (*_BACK, number):
        with suppress(av.error.FFmpegError, OSError):
            container.seek(int(table.start_times[max(0, number - back)]), stream=stream)
            packets = (packet for packet in container.demux(stream) if packet.size)
            for packet in packets:
                if packet.pts == time:
                    yield packet
                    yield from packets
                    return
                if packet.is_keyframe and packet.pts is not None and packet.pts > time:
                    break


class Picks:
    """The frames of some spans, each with its index in the table; who iterates gets them in order. `file` is that of
    the container, where packets may be read from their places in it."""

    def __init__(
        self,
        container: InputContainer,
        stream: VideoStream,
        table: Table,
        spans: Sequence[Span],
        width: int,
        file: BufferedReader | None = None,
    ) -> None:
        self._container, self._stream, self._table, self._file = container, stream, table, file
        self._spans, self._width = spans, width
        self.losses: list[tuple[int, str]] = []

    def __iter__(self) -> Iterator[tuple[int, Frame]]:
        found = self._alone() if self._table.is_intra else (item for span in self._spans for item in self._within(span))
        tick = self._stream.time_base or Fraction(1)
        for index, frame in found:
            seconds = (int(self._table.times[index]) - int(self._table.times[0])) * tick
            picture = pictured(frame, self._stream, float(seconds), self._width)
            if picture is None:
                self.losses.append((index, f"pixel format {frame.format.name} has no luma to read"))
            else:
                yield index, picture

    def _alone(self) -> Iterator[tuple[int, VideoFrame]]:
        """Of a film whose frames all decode by themselves: only their own packets are decoded, several at once."""
        wanted = (index for span in self._spans for index in range(span.first, span.end))
        if self._file is None or self._table.places is None:
            return self._sought(wanted)
        return self._placed(wanted, self._file, self._table.places)

    def _placed(
        self, wanted: Iterable[int], file: BufferedReader, places: NDArray[np.int64]
    ) -> Iterator[tuple[int, VideoFrame]]:
        """Nothing between is read, and the decoder need not stop, as it must where a container is entered anew."""
        last = 0
        for last in wanted:
            try:
                packet = _read(file, places, last)
            except OSError:
                self.losses.append((last, _LOST))
                continue
            packet.stream, packet.pts, packet.dts = self._stream, *[int(self._table.times[last])] * 2
            yield from self._numbered(self._decoded(packet, last))
        yield from self._numbered(self._decoded(None, last))

    def _sought(self, wanted: Iterable[int]) -> Iterator[tuple[int, VideoFrame]]:
        last = -_PASSED_OVER - 1
        packets: Iterator[Packet[VideoStream]] = iter(())
        for index in wanted:
            if index - last > _PASSED_OVER:
                if last >= 0:
                    yield from self._numbered(self._decoded(None, last))
                packets = packets_from(self._container, self._stream, self._table, index)
            time = int(self._table.times[index])
            packet = next((packet for packet in packets if packet.pts == time), None)
            if packet is not None:
                yield from self._numbered(self._decoded(packet, index))
            else:
                self.losses.append((index, _LOST))
            last = index
        yield from self._numbered(self._decoded(None, last))

    def _within(self, span: Span) -> Iterator[tuple[int, VideoFrame]]:
        """From the nearest start on; no packet is decoded that comes after all that the span needs."""
        number = int(np.searchsorted(self._table.starts, span.first, side="right")) - 1
        start = int(self._table.starts[number])
        missing, is_there = span.end - start, False
        for packet in packets_from(self._container, self._stream, self._table, number):
            is_there = True
            yield from self._inside(span, self._decoded(packet, span.first))
            missing -= start <= self._table.index(packet.pts) < span.end
            if not missing:
                break
        if not is_there:
            self.losses.append((span.first, _LOST))
            return
        yield from self._inside(span, self._decoded(None, span.first))

    def _inside(self, span: Span, frames: Iterator[VideoFrame]) -> Iterator[tuple[int, VideoFrame]]:
        return (item for item in self._numbered(frames) if span.first <= item[0] < span.end)

    def _numbered(self, frames: Iterator[VideoFrame]) -> Iterator[tuple[int, VideoFrame]]:
        return (item for frame in frames if (item := (self._table.index(frame.pts), frame))[0] >= 0)

    def _decoded(self, packet: Packet[VideoStream] | None, index: int) -> Iterator[VideoFrame]:
        """What comes of one packet, or still comes after the last."""
        try:
            yield from packet.decode() if packet else self._stream.codec_context.decode(None)
        except av.error.EOFError:
            return
        except (av.error.FFmpegError, OSError) as error:
            self.losses.append((index, str(error.strerror or error).lower()))
