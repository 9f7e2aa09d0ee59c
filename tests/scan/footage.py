"""Footage with known truth, made on the spot: shots from nothing, edits that film is put through, files of them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from cleancut.match.picture import Luma
from cleancut.testing import RATE, scene, texture

WIDTH, HEIGHT = 320, 180


def write(
    path: Path,
    pictures: Sequence[Luma],
    rate: Fraction = RATE,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    options: dict[str, str] | None = None,
    timecode: str = "",
    pixel_aspect: Fraction = Fraction(1),
) -> Path:
    """The pictures as a film. Luma comes back nearly as given: it is written to the luma plane as it is."""
    muxing = {"movflags": "faststart"} if path.suffix in (".mp4", ".mov") else {}
    with av.open(str(path), "w", options=muxing) as container:
        stream = container.add_stream(codec, rate=rate)
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width = pictures[0].shape
        stream.pix_fmt = pixels
        stream.options = options or ({"crf": "16", "preset": "veryfast"} if codec == "libx264" else {})
        stream.codec_context.sample_aspect_ratio = pixel_aspect
        if timecode:
            stream.metadata["timecode"] = timecode
        for picture in pictures:
            container.mux(stream.encode(frame_of(picture).reformat(format=pixels)))
        container.mux(stream.encode())
    return path


def production(root: Path) -> None:
    """`material/shot.mp4`, and `master.mp4` of 120 frames, of which `[40, 70)` show it from its frame 4 on."""
    (root / "material").mkdir()
    shot = scene(1, 40)
    write(root / "material" / "shot.mp4", shot)
    film = scene(2, 40) + shot[4:34] + scene(3, 50)
    write(root / "master.mp4", film, options={"crf": "18", "g": "12", "preset": "veryfast"})


def frame_of(picture: Luma) -> av.VideoFrame:
    """A planar frame whose luma plane is the picture; a grey one where an odd size has no half."""
    height, width = picture.shape
    if height % 2 or width % 2:
        return av.VideoFrame.from_ndarray(picture, format="gray")
    grey = np.full((height // 2, width), 128, np.uint8)
    return av.VideoFrame.from_ndarray(np.vstack([picture, grey]), format="yuv420p")


def still(path: Path, picture: Luma) -> Path:
    cv2.imwrite(str(path), picture)
    return path


# --- edits: a picture of the shot, and its place in the edit from 0 to 1, to a picture of the master ------------------


def cropped(picture: Luma) -> Luma:
    """To three quarters, off centre, blown up again."""
    height, width = (3 * side // 4 for side in picture.shape)
    part = picture[8 : 8 + height, 40 : 40 + width]
    return np.asarray(cv2.resize(part, picture.shape[::-1], interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def graded(picture: Luma) -> Luma:
    return np.asarray(255 * (picture / 255.0) ** 1.5 * 0.8 + 20, dtype=np.uint8)


def mirrored(picture: Luma) -> Luma:
    return np.ascontiguousarray(picture[:, ::-1])


def boxed(picture: Luma) -> Luma:
    """Under black bars above and below."""
    framed = picture.copy()
    framed[:24] = framed[-24:] = 16
    return framed


def blurred(picture: Luma) -> Luma:
    noise = np.random.default_rng(int(picture[::9, ::9].sum())).normal(0, 8, picture.shape)
    return np.clip(cv2.GaussianBlur(picture, (0, 0), 1.5) + noise, 0, 255).astype(np.uint8)


def titled(picture: Luma) -> Luma:
    written = picture.copy()
    for line, text in enumerate(("A FILM BY", "NOBODY AT ALL", "WITH WORDS")):
        cv2.putText(written, text, (30, 60 + 40 * line), cv2.FONT_HERSHEY_DUPLEX, 1.1, 235, 3)
    return written


def blended(picture: Luma) -> Luma:
    return np.asarray(cv2.addWeighted(picture, 0.65, texture(99), 0.35, 0), dtype=np.uint8)


def inset(picture: Luma) -> Luma:
    """A picture in the picture, at two fifths of the width."""
    ground = texture(98)
    small = cv2.resize(picture, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
    ground[90 : 90 + small.shape[0], 170 : 170 + small.shape[1]] = small
    return ground


def zoomed(picture: Luma, frames: int) -> list[Luma]:
    """A slow move into a still."""
    height, width = picture.shape
    move = []
    for index in range(frames):
        zoom = 1.0 + 0.4 * index / (frames - 1)
        affine = np.array([[zoom, 0, -(zoom - 1) * width * 0.3], [0, zoom, -(zoom - 1) * height * 0.6]])
        laid = cv2.warpAffine(picture, affine, (width, height), flags=cv2.INTER_AREA)
        move.append(np.asarray(cv2.resize(laid, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), dtype=np.uint8))
    return move
