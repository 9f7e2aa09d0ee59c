"""Texts and XMP of MP4, MOV and their kin, box by box: headers only, so a film of any size takes milliseconds.

XMP stands in a `uuid` box or in `XMP_` of the user data; texts in the user data as QuickTime or iTunes write them, or
under keys of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cleancut.adapters.metadata_carried import BREAKS_OFF, MOST_STEPS, Carriage, at, decoded

DEEPEST = 8
_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_MANIFEST = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_HOLD_BOXES = frozenset({b"moov", b"trak", b"udta", b"meta", b"moof", b"traf"})
_NAMES = {
    b"\xa9cmt": "comment",
    b"\xa9nam": "title",
    b"\xa9too": "encoder",
    b"\xa9swr": "software",
    b"\xa9des": "description",
    b"\xa9inf": "information",
    b"\xa9enc": "encoder",
    b"\xa9ART": "artist",
    b"\xa9gen": "genre",
    b"\xa9lyr": "lyrics",
    b"desc": "description",
    b"ldes": "description",
    b"\xa9dsc": "description",
    b"\xa9prd": "producer",
    b"AIGC": "aigc",
}
BRANDS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp", b"uuid")
"""The first box of any file of the family."""


@dataclass(frozen=True)
class Box:
    """A box by its four letters, and where what it holds stands."""

    kind: bytes
    start: int
    end: int


@dataclass
class Walk:
    """A way through the boxes of one file, of so many steps in all; what it meets goes into the carriage."""

    stream: BinaryIO
    into: Carriage
    steps: int = 0
    has_header: bool = False

    def boxes(self, start: int, end: int) -> Iterator[Box]:
        """The boxes of a stretch. One that does not fit into it ends the walk, and is said."""
        place = start
        while place + 8 <= end:
            self.steps += 1
            if self.steps > MOST_STEPS:
                self.into.problem(f"has more than {MOST_STEPS} boxes")
                return
            head = at(self.stream, place, 16)
            length, kind, content = int.from_bytes(head[:4], "big"), head[4:8], place + 8
            if length == 1:
                length, content = int.from_bytes(head[8:16], "big"), place + 16
            elif length == 0:
                length = end - place
            if place + length < content or place + length > end:
                if any(head) and not self.has_header:  # what follows the header of a film is often padding or junk
                    self.into.problem(f"{BREAKS_OFF} in box {decoded(kind)!r}")
                return
            yield Box(kind, content, place + length)
            place += length

    def walk(self, start: int, end: int, depth: int = 0) -> None:
        for box in self.boxes(start, end):
            if box.kind == b"uuid":
                self._uuid(box)
            elif box.kind == b"XMP_":
                self._packet("XMP in the user data", box.start, box.end)
            elif box.kind == b"meta":
                self._meta(box, depth)
            elif box.kind in _NAMES:
                self._quicktime(box)
            elif box.kind in _HOLD_BOXES:
                self._inside(box, depth)
                self.has_header = self.has_header or box.kind == b"moov"

    def _inside(self, box: Box, depth: int) -> None:
        if depth >= DEEPEST:
            self.into.problem("its boxes nest deeper than is read")
        else:
            self.walk(box.start, box.end, depth + 1)

    def _uuid(self, box: Box) -> None:
        name = at(self.stream, box.start, 16)
        if name == _XMP:
            self._packet("XMP in a uuid box", box.start + 16, box.end)
        elif name == _MANIFEST:
            self.into.has_manifest = True

    def _packet(self, where: str, start: int, end: int) -> None:
        if self.into.takes(where, end - start):
            self.into.packet(where, at(self.stream, start, end - start))

    def _quicktime(self, box: Box) -> None:
        """A text with its length and language before it, as QuickTime writes it; or, of other writers, bare."""
        if not self.into.takes("user data", box.end - box.start):
            return
        data = at(self.stream, box.start, box.end - box.start)
        length = int.from_bytes(data[:2], "big")
        text = data[4 : 4 + length] if 0 < length <= len(data) - 4 else data
        self.into.text(f"user data {_NAMES[box.kind]}", _NAMES[box.kind], text)

    def _meta(self, box: Box, depth: int) -> None:
        """Pairs under iTunes' names, or under keys. QuickTime's `meta` begins with a box, MPEG's with four zeroes."""
        start = box.start if at(self.stream, box.start + 4, 4) in (b"hdlr", b"keys", b"ilst") else box.start + 4
        inside = list(self.boxes(start, box.end))
        keys = next((self._keys(part) for part in inside if part.kind == b"keys"), [])
        for part in inside:
            if part.kind == b"ilst":
                for item in self.boxes(part.start, part.end):
                    self._item(item, keys)
            elif part.kind == b"uuid":
                self._uuid(part)
            elif part.kind == b"udta":
                self._inside(part, depth)

    def _keys(self, box: Box) -> list[str]:
        if not self.into.takes("keys", box.end - box.start):
            return []
        data, names, place = at(self.stream, box.start, box.end - box.start), list[str](), 8
        while place + 8 <= len(data):
            length = int.from_bytes(data[place : place + 4], "big")
            if length < 8:
                break
            names.append(decoded(data[place + 8 : place + length]).rpartition(".")[2])
            place += length
        return names

    def _item(self, item: Box, keys: list[str]) -> None:
        """The values of one pair. Its name is iTunes' own, the place of a key, or stated within."""
        number = int.from_bytes(item.kind, "big")
        name = keys[number - 1] if 0 < number <= len(keys) else _NAMES.get(item.kind, "")
        for part in self.boxes(item.start, item.end):
            if part.kind == b"name" and part.end - part.start < 1_000:
                name = decoded(at(self.stream, part.start + 4, part.end - part.start - 4))
            elif part.kind == b"data" and name and self.into.takes(f"item {name}", part.end - part.start):
                data = at(self.stream, part.start, part.end - part.start)
                if int.from_bytes(data[:4], "big") & 0xFFFFFF in (0, 1, 2):  # text, or nobody says what
                    self.into.text(f"MP4 item {name}", name, _of_kind(data))


def _of_kind(data: bytes) -> bytes | str:
    is_utf16 = int.from_bytes(data[:4], "big") & 0xFFFFFF == 2
    return data[8:].decode("utf-16-be", "replace") if is_utf16 else data[8:]


def read_boxes(stream: BinaryIO, size: int, into: Carriage) -> None:
    """Walks the boxes of a file."""
    Walk(stream, into).walk(0, size)
