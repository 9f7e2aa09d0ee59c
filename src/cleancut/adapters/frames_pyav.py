"""Moving pictures by PyAV (ffmpeg)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from io import BufferedReader
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from cleancut.adapters.luma_pyav import pictured
from cleancut.adapters.picks_pyav import Picks, Table, table_of
from cleancut.match.picture import Frame
from cleancut.model.timing import Rate, Span, frames_of
from cleancut.ports import ClipInfo, Layout, NoPicture, Picking, Reading, Unreadable

_NOT_FILM = ("image2", "tty")  # ffmpeg takes stills, and plain text, for films of one frame
_DEFAULT_RATE = Fraction(24)
_MOST_RATE = 1000  # frames a second; above, it is the clock of the file that was taken for a rate
_ROUNDING = Fraction(1, 4000)  # a quarter of what lies between 24 and 24000/1001
_CUSTOMARY = (
    *(Fraction(rate) for rate in (24, 25, 30, 48, 50, 60, 96, 100, 120)),
    *(Fraction(rate * 1000, 1001) for rate in (24, 30, 48, 60, 96, 120)),
)
_HALVABLE = ("jpeg2000", "mjpeg")  # codecs that decode at half the size, or a quarter, for less work
_COLOUR_APART = {"prores": "yuv", "dnxhd": "yuv422"}
"""Codecs whose decoders leave colour out, in pixel formats that begin so: DNxHR 444 may turn to RGB in mid-stream."""
_WIDTH_ENOUGH = 960  # pixels across that are decoded of these, where nobody says what is needed
_MOST_HALVINGS = 3
_SMALL = 1024 * 576  # pixels up to which threads take a fifth more work and save no time: what looks on takes longer
_LENGTH_TOLERANCE = Fraction(1, 4)  # seconds: what rounding and odd last frames come to; a cut-off file lacks more
_MOST_LOST_SECONDS = 600
_STATES_ENDS = {"matroska", "webm"}  # when a track ends, where others state how long it is
_TS_PACKETS = 188, 192, 204  # bytes: plain, with time stamps, with error correction
_HINT = "Export it again as MP4 or MOV (H.264 or ProRes)."


class PyAVClips:
    """Opens anything ffmpeg decodes. Frames come upright, in presentation order; `luma_pyav` says what of them.

    Decoding uses `threads` of ffmpeg's own, 0 for as many as it likes, but one for small pictures. Interlaced pictures
    are taken as they are: two fields are one frame. Pictures over twice the size that is needed are halved, by the
    decoder where it can: JPEG 2000 takes a fraction of the time then.
    """

    def __init__(self, threads: int = 0) -> None:
        self._threads = threads
        self._known: tuple[object, Table | None] = (None, None)

    @contextmanager
    def open(self, path: Path, width: int = 0) -> Iterator[Reading]:
        with self._opened(path, width) as (container, stream):
            yield _PyAVReading(container, stream, width)

    def layout(self, path: Path) -> Layout | None:
        with self._opened(path, 0) as (container, stream):
            table = self._table(path, container, stream)
            if table is None:
                return None
            stated = stream.frames - table.left_out if stream.frames else None
            shown = (int(table.times[-1]) - int(table.times[0])) * (stream.time_base or 1) + 1 / rate_of(stream)
            length = seconds_stated(container, stream) if stated is None else None
            lost = _shortfall(shown, length)
            return Layout(len(table.times), tuple(table.starts.tolist()), stated, lost)

    @contextmanager
    def pick(self, path: Path, spans: Sequence[Span], width: int = 0) -> Iterator[Picking]:
        with self._opened(path, width) as (container, stream):
            table = self._table(path, container, stream)
            if table is None:
                raise Unreadable("does not tell its frames apart", _HINT)
            with _read_beside(path) as file:
                is_known = file is not None and self._known[0] == _identity(path, os.fstat(file.fileno()))
                yield Picks(container, stream, table, spans, width, file if is_known else None)

    def _table(self, path: Path, container: InputContainer, stream: VideoStream) -> Table | None:
        """Kept for the file that was asked for last: it may take reading all of it."""
        key = _identity(path, path.stat())
        if self._known[0] != key:
            self._known = (key, table_of(container, stream))
        return self._known[1]

    @contextmanager
    def _opened(self, path: Path, width: int) -> Iterator[tuple[InputContainer, VideoStream]]:
        try:
            container = av.open(str(path), metadata_errors="ignore")
        except FileNotFoundError:
            raise Unreadable("no such file", "Check the path.") from None
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise Unreadable(f"does not open as a film: {said(error)}", _HINT) from error
        with container:
            stream = _picture_stream(container)
            stream.thread_type = "AUTO"
            is_small = stream.codec_context.width * stream.codec_context.height <= _SMALL
            stream.codec_context.thread_count = self._threads or int(is_small)
            _spare(stream, width or _WIDTH_ENOUGH)
            yield container, stream


class _PyAVReading:
    def __init__(self, container: InputContainer, stream: VideoStream, width: int) -> None:
        self._container, self._stream, self._width = container, stream, width
        self._losses: list[tuple[int, str]] = []
        self.info = _info(container, stream)

    @property
    def losses(self) -> Sequence[tuple[int, str]]:
        return self._losses

    def __iter__(self) -> Iterator[Frame]:
        rate, start, last = self.info.rate, None, None
        shown, is_regular = Fraction(0), True
        for frame in self._decoded():
            if frame.pts is None or frame.time_base is None:
                seconds = Fraction(self._index) / rate
            else:
                seconds = frame.pts * frame.time_base
            start = seconds if start is None else start
            shown = max(shown, seconds - start + 1 / rate)
            picture = pictured(frame, self._stream, float(seconds - start), self._width)
            if picture is None:
                self._note(self._index, f"pixel format {frame.format.name} has no luma to read")
                continue
            place = round((seconds - start) * rate)
            if self._losses and is_regular and last is not None and place - self._index < _MOST_LOST_SECONDS * rate:
                while self._index < place:  # what follows keeps its place; nobody can vouch for what stands here
                    yield replace(last, seconds=float(self._index / rate), is_damaged=True)
                    self._index += 1
            is_regular = is_regular and place == self._index
            self._off_clock = max(self._off_clock, abs(place - self._index))
            last = picture
            self._index += 1
            yield picture
        self._account(shown + (start or 0) if _STATES_ENDS & set(self._container.format.name.split(",")) else shown)

    _index = 0
    _discarded = 0
    _off_clock = 0

    def _account(self, shown: Fraction) -> None:
        """At the end: take out what an edit list leaves out, note an end that comes before the stated length, and say
        how far the clock left the count."""
        self.info = replace(self.info, off_clock=self._off_clock if self._off_clock > 1 else 0)
        if self.info.frames_stated is not None:
            self.info = replace(self.info, frames_stated=self.info.frames_stated - self._discarded)
            return
        lost = torn(self._container) or _shortfall(shown, seconds_stated(self._container, self._stream))
        if lost:
            self._note(self._index, lost)

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


def _identity(path: Path, stat: os.stat_result) -> object:
    """What tells a file from others, and from itself before it was written anew."""
    return path.absolute(), stat.st_ino, stat.st_mtime_ns, stat.st_size


@contextmanager
def _read_beside(path: Path) -> Iterator[BufferedReader | None]:
    """The file of a container, to read from; None where it is gone."""
    try:
        file = path.open("rb")
    except OSError:
        yield None
        return
    with file:
        yield file


def _picture_stream(container: InputContainer) -> VideoStream:
    names = container.format.name.split(",")
    if any(name in _NOT_FILM or name.endswith("_pipe") for name in names):
        raise Unreadable("is not a film", _HINT)
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            if not can_decode(stream):
                raise Unreadable("there is no decoder for its pictures", _HINT)
            return stream
    raise NoPicture("has no moving pictures", _HINT)


def can_decode(stream: VideoStream | AudioStream) -> bool:
    """PyAV's types do not say so, but a stream whose codec ffmpeg lacks has no context."""
    return stream.codec_context is not None


def _info(container: InputContainer, stream: VideoStream) -> ClipInfo:
    rate = rate_of(stream)
    return ClipInfo(
        width=stream.codec_context.width,
        height=stream.codec_context.height,
        rate=rate,
        frames_stated=stream.frames or None,
        start_timecode=_start(container, stream, Rate(rate)),
        has_sound=bool(container.streams.audio),
    )


def rate_of(stream: VideoStream) -> Fraction:
    """Frames a second. Exact where the file rounds: Matroska keeps whole nanoseconds or milliseconds. Where the average
    is none of the customary rates, or odd, the one on which the frames lie; files of variable rate have such a grid."""
    average = _customary(stream.average_rate)
    grids = {
        _customary(rate) for rate in (stream.guessed_rate, stream.base_rate, stream.codec_context.framerate) if rate
    }
    grid = grids.pop() if len(grids) == 1 else None
    if grid and grid in _CUSTOMARY:
        return grid
    found = average or grid or _customary(stream.guessed_rate or stream.base_rate)
    return found if found and found <= _MOST_RATE else _DEFAULT_RATE


def _customary(rate: Fraction | None) -> Fraction | None:
    """The customary rate that this is but for rounding, else the same."""
    return next((exact for exact in _CUSTOMARY if rate and abs(rate - exact) < _ROUNDING * exact), rate)


def _spare(stream: VideoStream, enough: int) -> None:
    """Let the decoder halve the pictures of codecs that hold smaller sizes of themselves, while enough is left, make no
    colour where it can leave it out, and not smooth the edges of blocks in pictures of H.264 that no other is made from
    (`docs/adr/0025`)."""
    sparing = {"skip_loop_filter": "noref"} if stream.codec_context.name == "h264" else {}
    apart = _COLOUR_APART.get(stream.codec_context.name)
    if apart and (stream.codec_context.pix_fmt or "").startswith(apart):
        sparing["flags"] = "+gray"
    if stream.codec_context.name in _HALVABLE:
        halvings = max(0, (stream.codec_context.width // enough).bit_length() - 1)
        sparing["lowres"] = str(min(halvings, _MOST_HALVINGS))
    stream.codec_context.options = {**stream.codec_context.options, **sparing}


def torn(container: InputContainer) -> str:
    """What shows that the copy of a transport stream was cut off, for it states no length; empty where nothing does."""
    is_whole = any(container.size % packet == 0 for packet in _TS_PACKETS)
    return "" if container.format.name != "mpegts" or is_whole else "the file ends in the middle of a packet"


def _shortfall(shown: Fraction, stated: Fraction | None) -> str:
    """What lacks of the stated length; empty where nothing does."""
    if stated is None or shown >= stated - _LENGTH_TOLERANCE:
        return ""
    return f"only {float(shown):.1f} of {float(stated):.1f} seconds are there"


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


def said(error: BaseException) -> str:
    """What ffmpeg or the system says, in small letters."""
    return str(getattr(error, "strerror", None) or error).lower()
