"""Sound by PyAV (ffmpeg): every track of a film or sound file, at one rate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard, Disposition

from cleancut.adapters.frames_pyav import can_decode, labelled, said, seconds_stated, torn
from cleancut.match.samples import Samples
from cleancut.ports import Hearing, TrackInfo, Unreadable

_JITTER = Fraction(1, 100)  # seconds by which timestamps may miss the samples counted before something is missing
# In Vorbis a frame between blocks of two lengths may be late by a quarter of their difference; the next is right.
_VORBIS_STUMBLE = (8192 - 64) // 4  # samples
_LENGTH_TOLERANCE = Fraction(1, 4)  # seconds: what rounding and a codec's padding come to; a cut-off file lacks more
_LEAD_TOLERANCE = 1  # seconds of sound before the first picture that pass without a word: encoders run in
_LONGEST_GAP = 4 * 3600  # seconds: a timestamp further on than this is a broken clock, not silence
_LONGEST_TRACK = 24 * 3600  # seconds: what a track of unknown length is held to be, where none of it decodes
_SILENCE_SECONDS = 10  # at a time
_BLOCKS_A_SECOND = 2
_PICTURE_PACKETS = 300  # tried for a first picture before the container's word is taken
_HINT = "Export it again as WAV or FLAC, or as MP4 or MOV with PCM or AAC sound."

# Containers that go on after damage without a word: there a gap in the timestamps may be what is lost.
_SILENT_AFTER_DAMAGE = frozenset({"flac", "matroska", "webm", "ogg", "mpegts", "mpeg"})
# Containers that state no length: what ffmpeg gives for one is guessed from the size of the file.
_LENGTH_GUESSED = frozenset({"aac", "ac3", "eac3", "dts", "mlp", "truehd", "mpegts", "mpeg", "loas", "ogg"})

# ffmpeg's names of speakers and those of the trade. `BL` and `BR` are the surrounds where there are no others.
_FRONT = {"FL": "L", "FR": "R", "FC": "C", "FLC": "Lc", "FRC": "Rc"}
_SIDE = {"SL": "Ls", "SR": "Rs", "BC": "Cs"}
_BACK = {"BL": "Lrs", "BR": "Rrs"}
_SURROUND = {"BL": "Ls", "BR": "Rs"}
_TOP = {"DL": "Lt", "DR": "Rt", "TFL": "Ltf", "TFR": "Rtf", "TBL": "Ltr", "TBR": "Rtr", "TSL": "Lts", "TSR": "Rts"}


class PyAVSounds:
    """Opens anything ffmpeg decodes, in one pass over the file for all tracks together.

    Tracks come with all their channels, never mixed. A file that is cut short is told from the length it states; raw
    AAC, AC-3 and DTS, MP3 without a Xing header, Ogg and transport streams state none. Nothing tells that PCM was
    changed. After damage in raw AAC and MP3, which have no timestamps, what follows comes too early. Dolby E and AC-3
    in PCM tracks sound as what they are not: noise.
    """

    @contextmanager
    def open(self, path: Path, rate: int) -> Iterator[Hearing]:
        with _opened(path) as container:
            yield _PyAVHearing(container, path, rate)


@contextmanager
def _opened(path: Path) -> Iterator[InputContainer]:
    try:
        container = av.open(str(path), metadata_errors="ignore")
    except FileNotFoundError:
        raise Unreadable("no such file", "Check the path.") from None
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise Unreadable(f"does not open as sound: {said(error)}", _HINT) from error
    with container:
        yield container


class _PyAVHearing:
    def __init__(self, container: InputContainer, path: Path, rate: int) -> None:
        self._container = container
        self._losses: list[tuple[int, int, int, str]] = []
        for stream in container.streams:
            stream.discard = Discard.default if stream.type == "audio" else Discard.all
        streams = list(container.streams.audio)
        for stream in filter(can_decode, streams):
            if stream.codec_context.name == "flac":  # it knows its damage, and passes over it unless asked
                stream.codec_context.options = {"err_detect": "crccheck+explode"}
        self.tracks = tuple(_info(stream, number) for number, stream in enumerate(streams, 1))
        origin = _first_picture(path) if streams and _has_picture(container) else None
        self._tracks = [_Track(number, stream, rate, origin) for number, stream in enumerate(streams)]
        if origin is None:
            self._start_together(streams)
        silent = not _SILENT_AFTER_DAMAGE.isdisjoint(container.format.name.split(","))
        for track, stream in zip(self._tracks, streams, strict=True):
            track.losses = self._losses
            track.tells_gaps = silent
            track.stated = _stated(container, stream, path, track.origin)
        self._decoding = {track.stream.index: track for track in self._tracks if can_decode(track.stream)}

    @property
    def start_timecode(self) -> str:
        holders = [*self._container.streams, self._container]
        return next((label for label in (labelled(holder.metadata) for holder in holders) if label), "")

    @property
    def start_seconds(self) -> Fraction | None:
        count = self._container.metadata.get("time_reference", "")
        rates = [stream.sample_rate for stream in self._container.streams.audio if can_decode(stream)]
        return Fraction(int(count), rates[0]) if count.isdecimal() and rates and rates[0] else None

    @property
    def seconds_stated(self) -> Fraction | None:
        known = [track.stated for track in self._tracks if track.stated is not None]
        return max(known, default=None)

    @property
    def losses(self) -> Sequence[tuple[int, int, int, str]]:
        return self._losses

    def __iter__(self) -> Iterator[tuple[int, Samples]]:
        for packet in self._packets():
            track = self._decoding[packet.stream.index]
            for frame in _decoded(packet, track):
                for block in track.take(frame):
                    yield track.number, block
        if why := torn(self._container):
            for track in self._tracks:
                track.fail(why)
        for track in self._tracks:
            for block in track.end():
                yield track.number, block

    def _start_together(self, streams: list[AudioStream]) -> None:
        """Without pictures, the track that begins first begins at sample 0."""
        known = [s.start_time * s.time_base for s in streams if s.start_time is not None and s.time_base is not None]
        for track in self._tracks:
            track.origin = min(known, default=None)

    def _packets(self) -> Iterator[Packet[AudioStream]]:
        """Packets as far as the file can be read; where it cannot, every track knows why it ended."""
        if not self._decoding:
            return
        packets = self._container.demux(tuple(track.stream for track in self._decoding.values()))
        while True:
            try:
                yield next(packets)
            except StopIteration:
                return
            except (av.error.FFmpegError, OSError) as error:
                for track in self._decoding.values():
                    track.fail(said(error))
                return


def _decoded(packet: Packet[AudioStream], track: _Track) -> Iterator[AudioFrame]:
    """The frames of a packet; what does not decode is remembered until it is known how long it was."""
    try:
        yield from packet.decode()
    except av.error.EOFError:
        return
    except (av.error.FFmpegError, OSError, ValueError) as error:
        length = packet.duration * packet.time_base if packet.duration and packet.time_base else Fraction(0)
        track.fail(said(error), length)


class _Run:
    """Samples that follow each other in one form, on their way to another rate. Counts in whole ticks and samples."""

    def __init__(self, frame: AudioFrame, heard: Fraction, rate: int, stumble: int) -> None:
        """`stumble`: by how many samples one frame alone may be stated late or early."""
        self.form = _form(frame)
        self.resampler = AudioResampler(format="flt", rate=rate, frame_size=max(1, rate // _BLOCKS_A_SECOND))
        self._heard, self._rate, self._fed = heard, rate, 0
        self._first = frame.pts
        base = frame.time_base or Fraction(1, frame.sample_rate)
        self._ticks, self._samples = base.numerator * frame.sample_rate, base.denominator
        self._jitter = int(_JITTER * frame.sample_rate * base.denominator)
        self._stumble, self._has_stumbled = stumble * base.denominator, False

    def goes_on(self, frame: AudioFrame) -> bool:
        """Whether a frame is the next of this run. One without a timestamp is."""
        if _form(frame) != self.form:
            return False
        off = self._off(frame)
        return off <= self._jitter or (off <= self._stumble and not self._has_stumbled)

    def _off(self, frame: AudioFrame) -> int:
        """By how much its timestamp misses the samples counted; 0 without one."""
        if frame.pts is None or self._first is None:
            return 0
        return abs((frame.pts - self._first) * self._ticks - self._fed * self._samples)

    def take(self, frame: AudioFrame) -> list[AudioFrame]:
        self._has_stumbled = self._off(frame) > self._jitter
        self._fed += frame.samples
        return self.resampler.resample(frame)

    @property
    def due(self) -> Fraction:
        """Seconds at which the next sample is heard."""
        return self._heard + Fraction(self._fed, self.form[2])


def _form(frame: AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


class _Track:
    """The samples of one stream on the file's own clock: gaps become silence, and what overlaps is left out."""

    def __init__(self, number: int, stream: AudioStream, rate: int, origin: Fraction | None) -> None:
        self.number, self.stream, self.origin = number, stream, origin
        self.stated: Fraction | None = None
        self.losses: list[tuple[int, int, int, str]] = []
        self.tells_gaps = False
        self._rate = rate
        self._rows = stream.layout.nb_channels if can_decode(stream) else 1
        self._at = self._left_out = 0
        self._run: _Run | None = None
        self._failed, self._failed_seconds = "", Fraction(0)

    def fail(self, why: str, seconds: Fraction = Fraction(0)) -> None:
        """Something did not decode; how long it was shows when the next frame does, or is `seconds` at least."""
        self._failed, self._failed_seconds = why, self._failed_seconds + seconds

    def take(self, frame: AudioFrame) -> Iterator[Samples]:
        if self._run is None or not self._run.goes_on(frame):
            heard = self._seconds(frame)
            is_first = self._run is None
            yield from self._flush()
            yield from self._begin(heard, is_first)
            stumble = _VORBIS_STUMBLE if self.stream.codec_context.name == "vorbis" else 0
            self._run = _Run(frame, heard, self._rate, stumble)
        if frame.is_corrupt:
            now = self._now()
            self._note(now, now + frame.samples * self._rate // frame.sample_rate, "damaged")
        if self._failed:  # nothing is missing by the clock, yet something did not decode
            self._note_failure(self._now())
        try:
            blocks = self._run.take(frame)
        except (av.error.FFmpegError, ValueError) as error:  # a form that no resampler takes
            self._run = None
            self.fail(f"in a form that cannot be resampled: {said(error)}", Fraction(frame.samples, frame.sample_rate))
            return
        for block in blocks:
            yield from self._placed(block)

    def end(self) -> Iterator[Samples]:
        """What is still held back; then an end that comes before the stated length is noted."""
        yield from self._flush()
        stated = self.stated
        if not can_decode(self.stream):
            self._note(0, round((stated or _LONGEST_TRACK) * self._rate), "there is no decoder for it")
        elif stated is not None and Fraction(self._at, self._rate) < stated - _LENGTH_TOLERANCE:
            shown = f"only {self._at / self._rate:.1f} of {float(stated):.1f} seconds are there"
            self._note(self._at, round(stated * self._rate), f"{shown}: {self._failed}" if self._failed else shown)
        elif self._failed:
            self._note_failure(self._at)

    def _now(self) -> int:
        return max(0, round(self._run.due * self._rate)) if self._run else self._at

    def _seconds(self, frame: AudioFrame) -> Fraction:
        """When a frame is heard; one without a timestamp follows the last."""
        due = self._run.due if self._run else Fraction(self._at, self._rate)
        if frame.pts is None or frame.time_base is None:
            return due
        heard = frame.pts * frame.time_base
        if self.origin is None:
            self.origin = heard
        if abs(heard - self.origin - due) > _LONGEST_GAP:
            self._note(self._now(), self._now() + 1, "the timestamps jump")
            self.origin = heard - due
        return heard - self.origin

    def _begin(self, heard: Fraction, is_first: bool) -> Iterator[Samples]:
        """Silence up to a new run of samples, or the number of its samples that come too late to be heard."""
        first = round(heard * self._rate)
        if is_first and first < -_LEAD_TOLERANCE * self._rate:
            self._note(0, 1, f"{float(-heard):.1f} seconds of it come before the first picture")
        if first > self._at and (self._failed or (self.tells_gaps and not is_first)):
            self._note(self._at, first, self._failed or "the timestamps leave a gap")
            self._failed, self._failed_seconds = "", Fraction(0)
        self._left_out = max(0, self._at - first)
        while self._at < first:
            length = min(first - self._at, _SILENCE_SECONDS * self._rate)
            self._at += length
            yield np.zeros((self._rows, length), np.float32)

    def _flush(self) -> Iterator[Samples]:
        if self._run is not None:
            for block in self._run.resampler.resample(None):
                yield from self._placed(block)

    def _placed(self, frame: AudioFrame) -> Iterator[Samples]:
        samples: Samples = np.asarray(frame.to_ndarray(), np.float32).reshape(-1, frame.layout.nb_channels).T
        left_out = min(self._left_out, samples.shape[1])
        self._left_out -= left_out
        samples = _in_rows(samples[:, left_out:], self._rows)
        if not samples.size:
            return
        if not np.isfinite(samples).all():
            self._note(self._at, self._at + samples.shape[1], "samples that are no numbers")
            samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
        self._at += samples.shape[1]
        yield np.ascontiguousarray(samples)

    def _note_failure(self, first: int) -> None:
        self._note(first, first + round(self._failed_seconds * self._rate), self._failed)
        self._failed, self._failed_seconds = "", Fraction(0)

    def _note(self, first: int, end: int, why: str) -> None:
        """A stretch that is not as it should be. Stretches that meet, for one reason, are one."""
        last = self.losses[-1] if self.losses else None
        if last and last[0] == self.number and last[2] >= first and last[3] == why:
            self.losses[-1] = (self.number, last[1], max(last[2], end), why)
        else:
            self.losses.append((self.number, first, max(end, first + 1), why))


def _in_rows(samples: Samples, rows: int) -> Samples:
    """Where the number of channels changes on the way: all that is there, mixed, in every channel that was."""
    if samples.shape[0] == rows:
        return samples
    return np.repeat(samples.mean(axis=0, keepdims=True), rows, axis=0)


def _has_picture(container: InputContainer) -> bool:
    return any(not stream.disposition & Disposition.attached_pic for stream in container.streams.video)


def _first_picture(path: Path) -> Fraction | None:
    """When the first picture that decodes is shown, by the file's own clock: where frame 0 is. Reads the file a second
    time as far as that."""
    with _opened(path) as container:
        stream = next(s for s in container.streams.video if not s.disposition & Disposition.attached_pic)
        packets = container.demux(stream)
        with suppress(av.error.FFmpegError, OSError, StopIteration):
            for _ in range(_PICTURE_PACKETS):
                packet = next(packets)
                with suppress(av.error.InvalidDataError):
                    for frame in packet.decode():
                        if frame.pts is not None and frame.time_base is not None:
                            return frame.pts * frame.time_base
        if stream.start_time is not None and stream.time_base is not None:
            return stream.start_time * stream.time_base
    return None


def _stated(container: InputContainer, stream: AudioStream, path: Path, origin: Fraction | None) -> Fraction | None:
    """How many seconds after sample 0 a track ends by the file's own word; None where it says nothing."""
    names = set(container.format.name.split(","))
    if names & _LENGTH_GUESSED or ("mp3" in names and not _counts_frames(path)):
        return None
    seconds = seconds_stated(container, stream)
    if seconds is None:
        return None
    if names & {"matroska", "webm"}:  # Matroska states when a track ends, others how long it is
        return seconds - (origin or 0)
    start = stream.start_time * stream.time_base if stream.start_time is not None and stream.time_base else Fraction(0)
    return start + seconds + _cut_seconds(stream, path) - (origin if origin is not None else start)


def _cut_seconds(stream: AudioStream, path: Path) -> Fraction:
    """How much a RIFF file lacks of the length in its first bytes; ffmpeg passes over that."""
    with path.open("rb") as file:
        head = file.read(8)
    if head[:4] != b"RIFF" or head[4:] in (b"\xff\xff\xff\xff", bytes(4)):  # those: written to a pipe
        return Fraction(0)
    bits = stream.codec_context.bit_rate if can_decode(stream) else 0
    lacking = int.from_bytes(head[4:], "little") + 8 - path.stat().st_size
    return Fraction(8 * lacking, bits) if bits and lacking > 0 else Fraction(0)


def _counts_frames(path: Path) -> bool:
    """Whether an MP3 begins with the header that counts its frames."""
    with path.open("rb") as file:
        head = file.read(10)
        tag = 0
        if head[:3] == b"ID3":
            tag = 10 + sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=False))
        file.seek(tag)
        start = file.read(4096)
    return any(mark in start for mark in (b"Xing", b"Info", b"VBRI"))


def _info(stream: AudioStream, number: int) -> TrackInfo:
    known = {key.lower(): text for key, text in stream.metadata.items()}
    language = known.get("language", "")
    said_of_it = [text for text in (language if language != "und" else "", known.get("title", "")) if text]
    name = f"track {number}" + (f" ({', '.join(said_of_it)})" if said_of_it else "")
    return TrackInfo(name, _channels(stream) if can_decode(stream) else ("1",))


def _channels(stream: AudioStream) -> tuple[str, ...]:
    given = [channel.name for channel in stream.layout.channels]
    if given == ["FC"] or len(given) == 1:
        return ("mono",)
    back = _BACK if {"SL", "SR"} & set(given) else _SURROUND
    names = {**_FRONT, **_SIDE, **back, **_TOP}
    if any(name in ("NONE", "") for name in given) or len(set(given)) < len(given):
        return tuple(str(number) for number in range(1, stream.layout.nb_channels + 1))
    return tuple(names.get(name, name) for name in given)
