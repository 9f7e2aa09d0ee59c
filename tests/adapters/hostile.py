"""Readers that do what a hostile file makes a real one do. What a file is called says what happens over it; all others
are read by the real readers. Runs in the process that opens files."""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from cleancut.match.picture import Frame
from cleancut.model.marks import Mark
from cleancut.ports import Hearing, Readers, Reading, Unreadable
from cleancut.readers import readers

WIDE = (12_000, 14_000)
EARLY = 5  # frames and blocks before what happens midway


def befall(path: Path, where: str) -> None:
    what, _, place = path.stem.partition("-")
    if place != where:
        return
    if what == "abort":
        os.abort()
    elif what == "segfault":
        ctypes.string_at(0)
    elif what == "exit":
        os._exit(3)
    elif what == "hang":  # in native code that gives nobody else a turn
        ctypes.PyDLL(None).sleep(600)
    elif what == "spin":
        while True:
            time.sleep(0)
    elif what == "fill":
        bytearray(64 * 1024**3)
    elif what == "fail":
        raise RuntimeError("a bug")
    elif what == "refuse":
        raise Unreadable("will not do", "Give another.")


class HostileClips:
    def __init__(self, real: Readers) -> None:
        self._real = real.clips

    @contextmanager
    def open(self, path: Path, width: int = 0) -> Iterator[Reading]:
        befall(path, "open")
        with self._real.open(path, width) as reading:
            yield _Reading(reading, path)

    def layout(self, path: Path):
        befall(path, "layout")
        return self._real.layout(path)

    @contextmanager
    def pick(self, path: Path, spans, width: int = 0):
        befall(path, "pick")
        with self._real.pick(path, spans, width) as picking:
            yield _Hearing(picking, path)


class _Reading:
    def __init__(self, real: Reading, path: Path) -> None:
        self._real, self._path = real, path

    @property
    def info(self):
        return self._real.info

    @property
    def losses(self):
        return self._real.losses

    def __iter__(self) -> Iterator[Frame]:
        for number, frame in enumerate(self._real):
            if number == EARLY:
                befall(self._path, "midway")
            yield Frame(np.broadcast_to(np.uint8(0), WIDE), 1.0) if self._path.stem == "wide-frames" else frame


class HostileSounds:
    def __init__(self, real: Readers) -> None:
        self._real = real.sounds

    @contextmanager
    def open(self, path: Path, rate: int) -> Iterator[Hearing]:
        befall(path, "open")
        with self._real.open(path, rate) as hearing:
            yield _Hearing(hearing, path)


class _Hearing:
    def __init__(self, real: Hearing, path: Path) -> None:
        self._real, self._path = real, path

    def __getattr__(self, name):
        return getattr(self._real, name)

    def __iter__(self):
        for number, block in enumerate(self._real):
            if number == EARLY:
                befall(self._path, "midway")
            yield block


class HostileStills:
    def __init__(self, real: Readers) -> None:
        self._real = real.stills

    def pages(self, path: Path) -> tuple[int, ...]:
        befall(path, "pages")
        return self._real.pages(path)

    def size(self, path: Path, page: int = 0) -> tuple[int, int]:
        befall(path, "size")
        return self._real.size(path, page)

    def read(self, path: Path, page: int = 0) -> Frame:
        befall(path, "open")
        return self._real.read(path, page)


class HostileMarks:
    def __init__(self, real: Readers) -> None:
        self._real = real.marks

    def read(self, path: Path) -> tuple[Mark, ...]:
        befall(path, "mark")
        return self._real.read(path)


class HostilePictures:
    def __init__(self, real: Readers) -> None:
        self._real = real.pictures

    def of_video(self, path, frames, width):
        befall(path, "open")
        return self._real.of_video(path, frames, width)

    def of_still(self, path, width, page=0):
        befall(path, "open")
        return self._real.of_still(path, width, page)


def hostile_readers(trust: str = "") -> Readers:
    real = readers(trust)
    return Readers(
        HostileClips(real), HostileStills(real), HostileSounds(real), HostileMarks(real), HostilePictures(real)
    )
