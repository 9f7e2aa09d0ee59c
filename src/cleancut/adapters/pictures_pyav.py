"""Evidence pictures for people: frames of films by PyAV, stills as `stills_pillow` opens them; small JPEGs in colour.

Frames are numbered as findings number them: in decoded order, from 0. Only the frames asked for are decoded where the
file's own timestamps say exactly which they are; where they do not, the film is decoded through and counted. Colours
follow the file's matrix, else BT.601 below 720 lines and BT.709 from there; HDR is shown as on an ordinary screen.
"""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image, ImageOps

from cleancut.adapters.luma_pyav import hdr
from cleancut.adapters.stills_pillow import in_srgb, opened
from cleancut.match.tone import Transfer, light, screened
from cleancut.ports import Unreadable

_QUALITY = 78
_PROVEN_FRAMES = 12  # decoded from the start, these must come as the timestamps say before any seek is trusted
_CHECKER = (116, 140)
_CHECKER_CELLS = 24
_Errors = (av.error.FFmpegError, OSError, ValueError)


class PyavPictures:
    """Pictures as JPEG, upright, in the proportions they are shown in, at most as wide as asked and never enlarged
    beyond the source. What does not decode is left out."""

    def of_video(self, path: Path, frames: Sequence[int], width: int) -> dict[int, bytes]:
        """JPEG by frame number; frames that are not there, or do not decode, are missing from the answer."""
        wanted = sorted({frame for frame in frames if frame >= 0})
        if not wanted:
            return {}
        try:
            found = _sought(path, wanted, width)
            return _counted(path, wanted, width) if found is None else found
        except _Errors:
            return {}

    def of_still(self, path: Path, width: int, page: int = 0) -> bytes | None:
        """JPEG of a still, EXIF orientation applied, transparency over a grey checker; None where it does not open."""
        try:
            with opened(path, page) as image:
                image.draft("RGB", (2 * width, 2 * width))
                return _jpeg(_fitted(_opaque(ImageOps.exif_transpose(image)), width))
        except Unreadable:
            return None


# --- films: counted, or sought ----------------------------------------------------------------------------------------


def _counted(path: Path, wanted: list[int], width: int) -> dict[int, bytes]:
    """Decode from the start and count, passing over packets that do not decode, as the scan does."""
    found: dict[int, bytes] = {}
    left = set(wanted)
    with av.open(str(path), metadata_errors="ignore") as container:
        stream = _stream(container)
        for index, frame in enumerate(_decoded(container, stream)):
            if index in left:
                found[index] = _picture(frame, stream, width)
                left.discard(index)
            if not left:
                break
    return found


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.FFmpegError, OSError):
            return
        try:
            yield from packet.decode()
        except av.error.EOFError:
            return
        except (av.error.FFmpegError, OSError):
            continue


class _Inexact(Exception):
    """The timestamps do not say which frame is which."""


@dataclass(frozen=True)
class _Index:
    """Presentation times of all packets in order: frame i is the one at `times[i]`. `keys` are places in it."""

    times: list[int]
    keys: list[int]

    def place(self, time: int | None) -> int:
        at = bisect_right(self.times, time) - 1 if time is not None else -1
        if at < 0 or self.times[at] != time:
            raise _Inexact
        return at

    def key_before(self, frame: int) -> int:
        at = bisect_right(self.keys, frame) - 1
        if at < 0:
            raise _Inexact
        return self.keys[at]


def _sought(path: Path, wanted: list[int], width: int) -> dict[int, bytes] | None:
    """The frames by seeking, each run of frames checked against the index; None where anything does not add up."""
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            index = _index(container, _stream(container))
        with av.open(str(path), metadata_errors="ignore") as container:
            stream = _stream(container)
            _prove(index, _decoded_strictly(container, stream))
            return _seek_all(container, stream, index, wanted, width)
    except (_Inexact, *_Errors):
        return None


def _index(container: InputContainer, stream: VideoStream) -> _Index:
    """Read every packet, decode none."""
    shown: list[tuple[int, bool]] = []
    for packet in container.demux(stream):
        if packet.size == 0:
            continue
        if packet.pts is None or packet.is_corrupt:
            raise _Inexact
        if not packet.is_discard:
            shown.append((packet.pts, packet.is_keyframe))
    shown.sort()
    times = [time for time, _ in shown]
    if len(set(times)) != len(times):
        raise _Inexact
    return _Index(times, [at for at, (_, is_key) in enumerate(shown) if is_key])


def _prove(index: _Index, frames: Iterator[VideoFrame]) -> None:
    """The first frames must be frames 0, 1, 2 …: not so where a packet holds a field, or a picture never shown."""
    for expected in range(min(_PROVEN_FRAMES, len(index.times))):
        frame = next(frames, None)
        if frame is None or index.place(frame.pts) != expected:
            raise _Inexact


def _decoded_strictly(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    for frame in container.decode(stream):
        assert isinstance(frame, VideoFrame)
        if frame.is_corrupt:
            raise _Inexact
        yield frame


def _seek_all(
    container: InputContainer, stream: VideoStream, index: _Index, wanted: list[int], width: int
) -> dict[int, bytes]:
    """One pass in order, seeking only where a keyframe lies ahead: never more work than decoding through."""
    found: dict[int, bytes] = {}
    frames: Iterator[VideoFrame] = iter(())
    frame, at = None, -1
    for target in (number for number in wanted if number < len(index.times)):
        key = index.key_before(target)
        if frame is None or key > at:
            container.seek(index.times[key], stream=stream)
            frames, at = _from_key(container, stream, index, key), key - 1
        while at < target:
            frame = next(frames, None)
            if frame is None or index.place(frame.pts) != at + 1:
                raise _Inexact
            at += 1
        assert frame is not None
        found[target] = _picture(frame, stream, width)
    return found


def _from_key(container: InputContainer, stream: VideoStream, index: _Index, key: int) -> Iterator[VideoFrame]:
    """Frames from the keyframe on; a seek may land before it, and leading pictures come before it."""
    for frame in _decoded_strictly(container, stream):
        if index.place(frame.pts) >= key:
            yield frame


def _stream(container: InputContainer) -> VideoStream:
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            stream.thread_type = "AUTO"
            return stream
    raise ValueError("no moving pictures")


# --- pictures ---------------------------------------------------------------------------------------------------------


def _picture(frame: VideoFrame, stream: VideoStream, width: int) -> bytes:
    """The frame as shown: scaled to square pixels, turned upright."""
    turns = round(frame.rotation / 90) % 4
    pixel = stream.sample_aspect_ratio or Fraction(1)
    shown_width, shown_height = frame.width * pixel, Fraction(frame.height)
    across = shown_height if turns % 2 else shown_width
    scale = min(Fraction(1), width / across)
    is_hdr = hdr(frame)
    small = frame.reformat(
        width=max(2, round(shown_width * scale)),
        height=max(2, round(shown_height * scale)),
        format="rgb48le" if is_hdr else "rgba" if _has_alpha(frame) else "rgb24",
        src_colorspace=_matrix(frame),
        interpolation=Interpolation.AREA if scale < 1 else Interpolation.BICUBIC,
    ).to_ndarray()
    upright = np.rot90(_on_a_screen(small, is_hdr) if is_hdr else small, turns)
    return _jpeg(_opaque(Image.fromarray(np.ascontiguousarray(upright))))


def _has_alpha(frame: VideoFrame) -> bool:
    return any(component.is_alpha for component in frame.format.components)


def _on_a_screen(colours: NDArray[Any], transfer: Transfer) -> NDArray[np.uint8]:
    """HDR in BT.2020, uint16, as an SDR screen shows it, in BT.709."""
    shares = light(colours / 65535.0, transfer) @ _TO_BT709.T
    return np.asarray(np.round(255 * screened(shares)), dtype=np.uint8)


# ITU-R BT.2087: linear light in the primaries of BT.2020 to those of BT.709.
_TO_BT709 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])


def _matrix(frame: VideoFrame) -> Colorspace:
    """The matrix the file states, else the one customary for its size."""
    stated = _MATRICES.get(int(frame.colorspace))
    return stated or (Colorspace.ITU709 if frame.height >= 720 else Colorspace.ITU601)


# AVColorSpace, as ISO/IEC 23091-2 numbers matrix coefficients, to what the scaler calls them.
_MATRICES = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}


def _opaque(image: Image.Image) -> Image.Image:
    """RGB at eight bits; what is transparent shows a checker of two greys, which no photograph is taken for."""
    if image.mode.startswith(("I", "F")):
        return _eight_bits(image).convert("RGB")
    if image.mode == "CMYK":
        return in_srgb(image)
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    image = image.convert("RGBA")
    return Image.alpha_composite(_checker(image.size), image).convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    values = np.asarray(image, dtype=np.float64)
    low = 0.0 if image.mode.startswith("I") else float(values.min())
    high = max(float(values.max()), 255.0) if image.mode.startswith("I") else float(values.max())
    top = 65535.0 if image.mode.startswith("I") and high > 255 else high
    return Image.fromarray(((values - low) * (255.0 / max(top - low, 1e-9))).clip(0, 255).astype(np.uint8))


def _checker(size: tuple[int, int]) -> Image.Image:
    cell = max(1, max(size) // _CHECKER_CELLS)
    columns, rows = np.arange(size[0]) // cell, np.arange(size[1]) // cell
    greys = np.where((columns[None, :] + rows[:, None]) % 2, *_CHECKER).astype(np.uint8)
    return Image.fromarray(greys).convert("RGBA")


def _fitted(image: Image.Image, width: int) -> Image.Image:
    if image.width <= width:
        return image
    return image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.LANCZOS)


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()
