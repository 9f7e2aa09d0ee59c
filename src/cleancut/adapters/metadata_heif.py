"""EXIF of HEIC and AVIF: an item of the file, in the pieces that its `meta` box tells (ISO/IEC 14496-12, 8.11)."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from cleancut.adapters.metadata_boxes import Box, Walk
from cleancut.adapters.metadata_carried import BREAKS_OFF, MOST_BYTES, MOST_STEPS, Carriage, at
from cleancut.adapters.metadata_tiff import read_tiff

_IN_FILE, _IN_BOX = 0, 1
_WIDTHS = (0, 4, 8)


@dataclass(frozen=True)
class _Pieces:
    """Where an item stands: in the file itself, or in the `idat` box; and each piece's place and length."""

    stands_in: int
    pieces: list[tuple[int, int]]


@dataclass
class _Numbers:
    """Big-endian numbers from the start of a box on. Raises `struct.error` where it ends."""

    data: bytes
    place: int = field(default=0)

    def next(self, width: int) -> int:
        if not width:
            return 0
        self.place += width
        part = self.data[self.place - width : self.place]
        if len(part) < width:
            raise struct.error("breaks off")
        return int.from_bytes(part, "big")


def read_exif(stream: BinaryIO, size: int, into: Carriage) -> None:
    """The texts and XMP in every item of EXIF."""
    walk = Walk(stream, into)
    for meta in (box for box in walk.boxes(0, size) if box.kind == b"meta"):
        inside = {box.kind: box for box in walk.boxes(meta.start + 4, meta.end)}
        if b"iinf" not in inside or b"iloc" not in inside:
            continue
        try:
            numbers = set(_of_kind(walk, inside[b"iinf"], b"Exif"))
            if numbers and into.takes("the places of items", inside[b"iloc"].end - inside[b"iloc"].start):
                for number, pieces in _places(stream, inside[b"iloc"]):
                    if number in numbers:
                        _read(stream, pieces, inside.get(b"idat"), into)
        except struct.error:
            into.problem(f"{BREAKS_OFF} in the places of its items")


def _of_kind(walk: Walk, listed: Box, kind: bytes) -> Iterator[int]:
    """The numbers of the items of a kind."""
    is_short = at(walk.stream, listed.start, 1) == b"\0"
    for box in walk.boxes(listed.start + (6 if is_short else 8), listed.end):
        head = _Numbers(at(walk.stream, box.start, 14))
        version = head.next(1)
        head.next(3)
        number = head.next(4 if version >= 3 else 2)
        head.next(2)
        if box.kind == b"infe" and version >= 2 and head.data[head.place : head.place + 4] == kind:
            yield number


def _places(stream: BinaryIO, located: Box) -> Iterator[tuple[int, _Pieces]]:
    """Every item's number, and where its pieces stand."""
    told = _Numbers(at(stream, located.start, located.end - located.start))
    version = told.next(1)
    told.next(3)
    widths = told.next(2)
    offset, length, base, index = (widths >> shift & 15 for shift in (12, 8, 4, 0))
    if not {offset, length, base} <= set(_WIDTHS):
        raise struct.error("no such width")
    steps = 0
    for _ in range(min(told.next(4 if version == 2 else 2), MOST_STEPS)):
        number = told.next(4 if version == 2 else 2)
        stands_in = told.next(2) & 15 if version else _IN_FILE
        told.next(2)  # of another file: never so in a picture
        start, pieces = told.next(base), list[tuple[int, int]]()
        count = told.next(2)
        steps += count  # pieces of no width take no room in the file, and could be told without end
        if steps > MOST_STEPS:
            raise struct.error("more pieces than are read")
        for _ in range(count):
            told.next(index if version else 0)
            pieces.append((start + told.next(offset), told.next(length)))
        yield number, _Pieces(stands_in, pieces)


def _read(stream: BinaryIO, item: _Pieces, data: Box | None, into: Carriage) -> None:
    """EXIF begins with the distance to its first byte."""
    if item.stands_in not in (_IN_FILE, _IN_BOX) or (item.stands_in == _IN_BOX and data is None):
        into.problem("its EXIF stands where it is not read")
        return
    start = data.start if item.stands_in == _IN_BOX and data is not None else 0
    if not into.takes("EXIF", sum(length for _, length in item.pieces)):
        return
    whole = b"".join(at(stream, start + place, min(length, MOST_BYTES)) for place, length in item.pieces)
    exif = whole[4 + int.from_bytes(whole[:4], "big") :]
    read_tiff(io.BytesIO(exif), len(exif), into, "EXIF")
