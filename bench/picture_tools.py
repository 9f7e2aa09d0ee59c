"""Small tools of the picture bench: frames in and out, and what a file is."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import cv2
import numpy as np
from PIL import Image, ImageOps

Picture = np.ndarray  # uint8 (height, width, 3), in the order blue, green, red
MOVING = {".mp4", ".webm", ".avi", ".ogv", ".ogm", ".mpg", ".mpeg", ".mov", ".mkv"}
STILL = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".ppm"}

Image.MAX_IMAGE_PIXELS = None


def frames(path: Path, widest: int = 1920) -> Iterator[Picture]:
    """Every frame in order, not wider than `widest`."""
    with av.open(str(path), metadata_errors="ignore") as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            picture = frame.to_ndarray(format="bgr24")
            yield picture if picture.shape[1] <= widest else sized(picture, widest)


def sized(picture: Picture, width: int) -> Picture:
    height = 2 * round(picture.shape[0] * width / picture.shape[1] / 2)
    how = cv2.INTER_AREA if width < picture.shape[1] else cv2.INTER_CUBIC
    return cv2.resize(picture, (width, height), interpolation=how)


def filled(picture: Picture, width: int, height: int) -> Picture:
    """Scaled to cover this size, and cut to it about the middle."""
    scale = max(width / picture.shape[1], height / picture.shape[0])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    size = max(width, round(picture.shape[1] * scale)), max(height, round(picture.shape[0] * scale))
    big = cv2.resize(picture, size, interpolation=how)
    x, y = (big.shape[1] - width) // 2, (big.shape[0] - height) // 2
    return big[y : y + height, x : x + width]


def photo(path: Path, widest: int = 5200) -> Picture:
    """A still; transparency over mid-grey."""
    with Image.open(path) as image:
        turned = ImageOps.exif_transpose(image)
        if "A" in turned.getbands() or "transparency" in turned.info:
            turned = turned.convert("RGBA")
            turned = Image.alpha_composite(Image.new("RGBA", turned.size, (127, 127, 127, 255)), turned)
        picture = np.asarray(turned.convert("RGB"))[:, :, ::-1]
    return np.ascontiguousarray(picture if picture.shape[1] <= widest else sized(picture, widest))


def saved(path: Path, picture: Picture, quality: int = 92) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    jpeg = path.suffix == ".jpg"
    cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, quality] if jpeg else [])


class Writer:
    """Encodes pictures to H.264. `count` says how many there are so far."""

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        rate: Fraction,
        crf: int = 20,
        preset: str = "veryfast",
        keys: int = 120,
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.count, self._size = 0, size
        command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{size[0]}x{size[1]}"]
        command += ["-r", str(rate), "-i", "-", "-c:v", "libx264", "-preset", preset, "-crf", str(crf), "-g", str(keys)]
        command += ["-threads", "1", "-pix_fmt", "yuv420p", "-bitexact", str(path)]
        self._encoder = subprocess.Popen(command, stdin=subprocess.PIPE)

    def __enter__(self) -> Writer:
        return self

    def add(self, picture: Picture) -> None:
        if (picture.shape[1], picture.shape[0]) != self._size:
            raise ValueError(f"{picture.shape} is not {self._size}")
        assert self._encoder.stdin is not None
        self._encoder.stdin.write(np.ascontiguousarray(picture).data)
        self.count += 1

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._encoder.stdin is not None
        self._encoder.stdin.close()
        if self._encoder.wait() and error is None:
            raise OSError("ffmpeg did not encode")


def shape(path: Path) -> tuple[int, int, Fraction, int]:
    """Width, height, rate and number of frames, as the container and its packets say."""
    done = subprocess.run(
        [
            *("ffprobe", "-v", "error", "-select_streams", "v:0", "-count_packets", "-of", "json", "-show_entries"),
            "stream=width,height,r_frame_rate,avg_frame_rate,nb_read_packets",
            str(path),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    seen = json.loads(done.stdout)["streams"][0]
    rate = Fraction(seen["r_frame_rate"])
    average = Fraction(seen["avg_frame_rate"]) if not seen["avg_frame_rate"].endswith("/0") else Fraction(0)
    rate = average if average and not 5 <= rate <= 61 else rate
    return seen["width"], seen["height"], rate, int(seen["nb_read_packets"])


def recoded(pictures: list[Picture], width: int, crf: int) -> list[Picture]:
    """Through H.264 at this width, and back at the size they had."""
    small = [sized(p, 2 * (width // 2)) for p in pictures]
    size = f"{small[0].shape[1]}x{small[0].shape[0]}"
    raw = ["-f", "rawvideo", "-pix_fmt", "bgr24", "-s", size]
    coded = subprocess.run(
        [
            *("ffmpeg", "-v", "error", *raw, "-r", "24", "-i", "-", "-c:v", "libx264", "-preset", "veryfast"),
            *("-threads", "1", "-crf", str(crf), "-pix_fmt", "yuv420p", "-f", "h264", "-"),
        ],
        input=np.stack(small).tobytes(),
        capture_output=True,
        check=True,
    ).stdout
    back = subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "h264", "-r", "24", "-i", "-", "-pix_fmt", "bgr24", "-f", "rawvideo", "-"],
        input=coded,
        capture_output=True,
        check=True,
    ).stdout
    out = np.frombuffer(back, np.uint8).reshape(-1, *small[0].shape)
    if len(out) != len(pictures):
        raise OSError(f"{len(pictures)} frames went in, {len(out)} came out")
    full = pictures[0].shape
    return [cv2.resize(p, (full[1], full[0]), interpolation=cv2.INTER_LINEAR) for p in out]
