"""Media made to harm whoever opens them, in the process that opens files: refused with a reason, and it lives."""

from __future__ import annotations

import struct
import subprocess
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cleancut.adapters.apart_process import Entry, Limits, Workers
from cleancut.adapters.readers_apart import readers_apart
from cleancut.ports import ReaderLost, Readers, Unreadable
from cleancut.testing import texture

SIDE = 20_000
MEMORY = 1024**3


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    made = Workers(Entry("cleancut.readers:readers"), Limits(30, MEMORY))
    yield made
    made.end()


@pytest.fixture
def there(workers: Workers) -> Readers:
    return readers_apart(workers)


def png(width: int, height: int, *chunks: tuple[bytes, bytes], depth: int = 8) -> bytes:
    head = (b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in (head, *chunks, (b"IEND", b""))
    )
    return b"\x89PNG\r\n\x1a\n" + body


def rows(width: int, height: int) -> bytes:
    """So many rows of black, packed a thousandfold."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(width + 1)) for _ in range(height)) + packer.flush()


def text_bomb() -> bytes:
    """A picture of a few pixels with a text of 64 MB."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(10**6)) for _ in range(64)) + packer.flush()
    return png(64, 48, (b"zTXt", b"parameters\0\0" + packed), (b"IDAT", rows(64, 48)))


def bmp(width: int, height: int) -> bytes:
    return b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)


def gif(width: int, height: int) -> bytes:
    frame = b"\x2c" + struct.pack("<HHHH", 0, 0, width, height) + b"\x00\x02\x02\x4c\x01\x00"
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\x00\x00" + bytes(6) + frame + b"\x3b"


def tiff(width: int, height: int) -> bytes:
    """One strip said to lie behind the end, over itself, of four thousand million bytes."""
    tags = [(256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8)]
    tags += [(277, 3, 1), (278, 4, height), (279, 4, 0xFFFFFFF0)]
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(tags)) + entries + struct.pack("<I", 8)


STILLS = {
    "more pixels than the cap.png": lambda: png(SIDE, SIDE, (b"IDAT", rows(SIDE, 10))),
    "as many pixels as a number holds.png": lambda: png(2**31 - 1, 2**31 - 1, (b"IDAT", b"")),
    "no pixels.png": lambda: png(0, 0, (b"IDAT", b"")),
    "no rows.png": lambda: png(64, 48, (b"IDAT", zlib.compress(b""))),
    "a text of 64 MB.png": text_bomb,
    "huge header.bmp": lambda: bmp(2**30, 2**30),
    "less than nothing.bmp": lambda: bmp(-5, -(2**31)),
    "huge canvas.gif": lambda: gif(65535, 65535),
    "loops in itself.tif": lambda: tiff(60000, 60000),
    "huge strip.tif": lambda: tiff(64, 48),
}


READ_ALL_THE_SAME = ("a text of 64 MB.png", "no rows.png", "huge strip.tif")  # as far as there is anything


def refused(act: Callable[[], object]) -> Unreadable | None:
    try:
        act()
    except Unreadable as refusal:
        return refusal
    return None


def read(opened: AbstractContextManager[Iterable[object]]) -> None:
    with opened as reading:
        deque(reading, maxlen=0)


@pytest.mark.parametrize("name", STILLS)
def test_a_still_made_to_harm_is_refused(there: Readers, workers: Workers, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(STILLS[name]())
    refusal = refused(lambda: there.stills.read(path))
    assert not isinstance(refusal, ReaderLost)
    assert refusal or name in READ_ALL_THE_SAME
    there.marks.read(path)
    there.pictures.of_still(path, 64)
    good = tmp_path / "good.png"
    Image.fromarray(texture(1, 64, 48)).save(good)
    assert there.stills.size(good) == (64, 48)


def test_pixels_under_the_cap_and_over_the_memory_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.png"
    path.write_bytes(png(13_000, 13_000, (b"IDAT", rows(13_000, 13_000))))
    workers = Workers(Entry("cleancut.readers:readers"), Limits(30, 250 * 1024**2))
    there = readers_apart(workers)
    with pytest.raises(ReaderLost, match=r"needs more memory than the 0\.2 GiB"):
        there.stills.read(path)
    assert there.stills.size(path) == (13_000, 13_000)
    workers.end()


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mxf", "avi", "ts", "mov"])
def test_a_film_with_noise_in_it_never_takes_the_reader_along(there: Readers, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"film.{suffix}"
    source = ["-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=1", "-f", "lavfi", "-i", "sine=r=48000:d=1"]
    codecs = ["-c:v", "mpeg2video", "-c:a", "pcm_s16le" if suffix in ("mxf", "mkv", "avi", "mov") else "mp2"]
    subprocess.run(["ffmpeg", "-v", "error", *source, *codecs, path], check=True)
    whole = path.read_bytes()
    chance = np.random.default_rng(len(whole))
    for _ in range(8):
        noisy = bytearray(whole)
        for place in chance.integers(0, len(whole), 40):
            noisy[place] = int(chance.integers(256))
        path.write_bytes(bytes(noisy))
        for opened in (there.clips.open(path), there.sounds.open(path, 16000)):
            refusal = refused(partial(read, opened))
            assert not isinstance(refusal, ReaderLost), refusal
