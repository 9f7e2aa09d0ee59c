"""The luma of pictures that PyAV decoded: eight bits, alpha laid over mid-grey, HDR as an ordinary screen shows it."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.stream import VideoStream
from numpy.typing import NDArray

from cleancut.match.picture import Frame, Luma
from cleancut.match.tone import Transfer, shown

_LUMA_FIRST = ("yuv4", "yuvj4", "yuva4", "gray", "nv", "p0", "p2", "p4")  # pixel formats whose first plane is luma
_BITS_ON_TOP = ("p0", "p2", "p4")  # p010 and its like
_MID_GREY = 128
_LONGEST = 4  # width over height; of a strip longer than that too little would be left
_FULL_RANGE = 2  # AVColorRange
_TRANSFERS: dict[int, Transfer] = {
    16: "pq",
    18: "hlg",
}  # AVColorTransferCharacteristic, as ISO/IEC 23091-2 numbers them


def luma(frame: VideoFrame) -> Luma | None:
    """Luma as uint8 (height, width): a view of the first plane where that will do. None where the format has none.

    It keeps the range it was coded in; bits beyond eight are cut. What is transparent shows mid-grey; alpha is taken as
    not yet multiplied.
    """
    transfer = hdr(frame)
    try:
        if any(component.is_alpha for component in frame.format.components):
            return _over_grey(frame, transfer)
        if not _has_luma_first(frame):
            frame = frame.reformat(format="gray16le" if transfer else "gray")
        return _eight_bits(frame, 0, transfer)
    except (av.error.FFmpegError, ValueError):
        return None


def pictured(frame: VideoFrame, stream: VideoStream, seconds: float, width: int) -> Frame | None:
    """The frame upright, as it is shown at that time; halved as far as `width` allows, where it is not 0. None where
    its format has no luma."""
    picture = luma(frame)
    if picture is None:
        return None
    turns = round(frame.rotation / 90) % 4
    picture = np.rot90(picture, turns) if turns else picture
    aspect = _aspect(frame, stream.sample_aspect_ratio, turns)
    return Frame(halved(picture, width) if width else picture, aspect, seconds, bool(frame.is_corrupt))


def _aspect(frame: VideoFrame, pixel: Fraction | None, turns: int) -> float:
    """Height over width as shown, upright."""
    aspect = frame.height / (frame.width * float(pixel or 1))
    return 1 / aspect if turns % 2 else aspect


def halved(picture: Luma, width: int) -> Luma:
    """The picture at a half, a quarter and so on, each pixel the mean of four, while `width` pixels across are left.

    That costs next to nothing, where other ratios take longer than the frame took to decode.
    """
    while picture.shape[1] >= 2 * width and picture.shape[0] >= max(2, 2 * width // _LONGEST):
        half = (picture.shape[1] // 2, picture.shape[0] // 2)
        picture = np.asarray(cv2.resize(picture, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return picture


def hdr(frame: VideoFrame) -> Transfer | None:
    """Which HDR signal the frame is said to carry; None for all else, also where the file does not say."""
    return _TRANSFERS.get(int(frame.color_trc))


def _has_luma_first(frame: VideoFrame) -> bool:
    return frame.format.name.startswith(_LUMA_FIRST) and not frame.format.name.endswith("be")


def _over_grey(frame: VideoFrame, transfer: Transfer | None) -> Luma:
    if not frame.format.name.startswith("yuva") or not _has_luma_first(frame):
        frame = frame.reformat(format="yuva444p16le" if transfer else "yuva444p")
    picture, alpha = _eight_bits(frame, 0, transfer), _eight_bits(frame, 3, None)
    if alpha.min() == 255:
        return picture
    share = alpha.astype(np.uint16)
    laid: Luma = ((picture * share + _MID_GREY * (255 - share) + 127) // 255).astype(np.uint8)
    return laid


def _eight_bits(frame: VideoFrame, component: int, transfer: Transfer | None) -> Luma:
    depth = frame.format.components[component].bits
    words = _words(frame.planes[component], frame.height, frame.width, depth)
    if frame.format.name.startswith(_BITS_ON_TOP):
        words = words >> (16 - depth)
    if transfer:
        is_full = int(frame.color_range) == _FULL_RANGE or frame.format.name.startswith("gray")
        return np.asarray(np.take(_table(transfer, depth, is_full), words), dtype=np.uint8)
    return np.asarray(words if depth <= 8 else words >> (depth - 8), dtype=np.uint8)


def _words(plane: VideoPlane, height: int, width: int, depth: int) -> NDArray[Any]:
    kind, size = (np.uint8, 1) if depth <= 8 else (np.uint16, 2)
    rows = np.frombuffer(memoryview(plane), kind).reshape(-1, plane.line_size // size)
    return rows[:height, :width]


@lru_cache(maxsize=8)
def _table(transfer: Transfer, depth: int, is_full: bool) -> Luma:
    """Eight-bit luma, 16 to 235, for each HDR code word."""
    codes = np.arange(2**depth, dtype=np.float64)
    scale = 2.0 ** (depth - 8)
    signal = codes / (2**depth - 1) if is_full else (codes - 16 * scale) / (219 * scale)
    return np.asarray(np.round(16 + 219 * shown(signal, transfer)), dtype=np.uint8)
