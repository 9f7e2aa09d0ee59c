"""Moving pictures by PyAV (ffmpeg)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from cleancut.match.picture import Frame, Luma
from cleancut.model.timing import Rate, frames_of
from cleancut.ports import ClipInfo, NoPicture, Reading, Unreadable

_NOT_FILM = ("image2", "tty")  # ffmpeg takes stills, and plain text, for films of one frame
_LUMA_FIRST = ("yuv4", "yuvj4", "yuva4", "gray", "nv", "p0")  # pixel formats whose first plane is luma
_DEFAULT_RATE = Fraction(24)
_LENGTH_TOLERANCE = Fraction(1, 4)  # seconds: what rounding and odd last frames come to; a cut-off file lacks more
_HINT = "Export it again as MP4 or MOV (H.264 or ProRes)."


class PyAVClips:
    """Opens anything ffmpeg decodes. Frames come upright, in presentation order, as a view of the luma plane.

    Decoding uses ffmpeg's own threads. Interlaced pictures are taken as they are. Luma keeps the range it was coded
    in; bits beyond eight are cut.
    """

    @contextmanager
    def open(self, path: Path) -> Iterator[Reading]:
        try:
            container = av.open(str(path), metadata_errors="ignore")
        except FileNotFoundError:
            raise Unreadable("no such file", "Check the path.") from None
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise Unreadable(f"does not open as a film: {said(error)}", _HINT) from error
        with container:
            stream = _picture_stream(container)
            stream.thread_type = "AUTO"
            yield _PyAVReading(container, stream)


class _PyAVReading:
    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._container, self._stream = container, stream
        self._losses: list[tuple[int, str]] = []
        self.info = _info(container, stream)

    @property
    def losses(self) -> Sequence[tuple[int, str]]:
        return self._losses

    def __iter__(self) -> Iterator[Frame]:
        rate, start, index = self.info.rate, None, 0
        shown = Fraction(0)
        for frame in self._decoded():
            if frame.pts is None or frame.time_base is None:
                seconds = Fraction(index) / rate
            else:
                seconds = frame.pts * frame.time_base
            start = seconds if start is None else start
            shown = max(shown, seconds - start + 1 / rate)
            luma = _luma(frame)
            if luma is None:
                self._note(index, f"pixel format {frame.format.name} has no luma to read")
                continue
            turns = round(frame.rotation / 90) % 4
            yield Frame(
                np.rot90(luma, turns) if turns else luma,
                _aspect(frame, self._stream.sample_aspect_ratio, turns),
                float(seconds - start),
                bool(frame.is_corrupt),
            )
            index += 1
            self._index = index
        self._account(shown)

    _index = 0
    _discarded = 0

    def _account(self, shown: Fraction) -> None:
        """At the end: take out what an edit list leaves out, and note an end that comes before the stated length."""
        if self.info.frames_stated is not None:
            self.info = replace(self.info, frames_stated=self.info.frames_stated - self._discarded)
            return
        stated = seconds_stated(self._container, self._stream)
        if stated is not None and shown < stated - _LENGTH_TOLERANCE:
            self._note(self._index, f"only {float(shown):.1f} of {float(stated):.1f} seconds are there")

    def _decoded(self) -> Iterator[VideoFrame]:
        """Frames of all packets that decode; what does not is noted, and the next packet tried."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except (av.error.FFmpegError, OSError) as error:
                self._note(self._index, said(error))
                return
            self._discarded += packet.is_discard
            try:
                yield from packet.decode()
            except av.error.EOFError:
                return
            except (av.error.FFmpegError, OSError) as error:
                self._note(self._index, said(error))

    def _note(self, index: int, said: str) -> None:
        if not self._losses or self._losses[-1] != (index, said):
            self._losses.append((index, said))


def _picture_stream(container: InputContainer) -> VideoStream:
    names = container.format.name.split(",")
    if any(name in _NOT_FILM or name.endswith("_pipe") for name in names):
        raise Unreadable("is not a film", _HINT)
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            return stream
    raise NoPicture("has no moving pictures", _HINT)


def _info(container: InputContainer, stream: VideoStream) -> ClipInfo:
    rate = stream.average_rate or stream.guessed_rate or stream.base_rate or _DEFAULT_RATE
    return ClipInfo(
        width=stream.codec_context.width,
        height=stream.codec_context.height,
        rate=Fraction(rate),
        frames_stated=stream.frames or None,
        start_timecode=_start(container, stream, Rate(Fraction(rate))),
        has_sound=bool(container.streams.audio),
    )


def seconds_stated(container: InputContainer, stream: VideoStream | AudioStream) -> Fraction | None:
    """The length a file states for a stream. Matroska states it as a tag; of the file's own length, where other streams
    may be longer, only a stream alone is held to it."""
    if stream.duration is not None and stream.time_base is not None:
        return stream.duration * stream.time_base
    tag = next((text for key, text in stream.metadata.items() if key.upper().startswith("DURATION")), "")
    try:
        hours, minutes, seconds = tag.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds)
    except ValueError:
        pass
    if container.duration is None or len(container.streams) > 1:
        return None
    return Fraction(container.duration, av.time_base)


def _start(container: InputContainer, stream: VideoStream, rate: Rate) -> str:
    """The first valid timecode written on the picture stream, on a timecode stream, or on the file."""
    holders = [stream, *container.streams, container]
    for label in [labelled(holder.metadata) for holder in holders]:
        try:
            if label and frames_of(label, rate):
                return label
        except ValueError:
            continue
    return ""


def labelled(metadata: Mapping[str, str]) -> str:
    """The timecode among the metadata; Matroska writes its keys in capitals."""
    return next((text for key, text in metadata.items() if key.lower() == "timecode"), "")


def _luma(frame: VideoFrame) -> Luma | None:
    """Luma as uint8 (height, width): a view of the first plane where that holds luma, else converted. None: neither."""
    name, depth = frame.format.name, frame.format.components[0].bits
    if not name.startswith(_LUMA_FIRST) or name.endswith("be"):
        try:
            return np.asarray(frame.to_ndarray(format="gray"), dtype=np.uint8)
        except (av.error.FFmpegError, ValueError):
            return None
    plane = frame.planes[0]
    if depth <= 8:
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        return rows[: frame.height, : frame.width]
    words = np.frombuffer(memoryview(plane), np.uint16).reshape(-1, plane.line_size // 2)
    shift = 8 if name.startswith("p0") else depth - 8  # p010 and its like keep their bits at the top
    return (words[: frame.height, : frame.width] >> shift).astype(np.uint8)


def _aspect(frame: VideoFrame, pixel: Fraction | None, turns: int) -> float:
    """Height over width as shown, upright."""
    aspect = frame.height / (frame.width * float(pixel or 1))
    return 1 / aspect if turns % 2 else aspect


def said(error: BaseException) -> str:
    """What ffmpeg or the system says, in small letters."""
    return str(getattr(error, "strerror", None) or error).lower()
