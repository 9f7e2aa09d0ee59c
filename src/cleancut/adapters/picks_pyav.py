"""Some frames of a film by PyAV, without decoding the others: which can be had so, and how to get there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction

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
_LOST = "frames are lost here: the file cannot be read from any earlier frame on"


@dataclass(frozen=True, eq=False)
class Table:
    """The frames of a film as its packets have them: `times` of all, in order of presentation, and of those that decode
    by themselves (`starts`) the index and time. `left_out` counts packets that an edit list leaves out."""

    times: NDArray[np.int64]
    starts: NDArray[np.int64]
    start_times: NDArray[np.int64]
    left_out: int = 0

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
    """From all packets, none of which is decoded. None where they do not tell frames apart (without times, with times
    that come twice, with frames before the first that decodes by itself), or where it cannot be entered midway."""
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
    """The frames of some spans, each with its index in the table; who iterates gets them in order."""

    def __init__(
        self, container: InputContainer, stream: VideoStream, table: Table, spans: Sequence[Span], width: int
    ) -> None:
        self._container, self._stream, self._table = container, stream, table
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
        last = -_PASSED_OVER - 1
        packets: Iterator[Packet[VideoStream]] = iter(())
        for index in (index for span in self._spans for index in range(span.first, span.end)):
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
