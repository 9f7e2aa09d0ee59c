"""Texts and XMP of RIFF files: WebP, WAV (also RF64 and BW64) and AVI."""

from __future__ import annotations

import io
from typing import BinaryIO

from cleancut.adapters.metadata_carried import BREAKS_OFF, MOST_STEPS, Carriage, at
from cleancut.adapters.metadata_tiff import read_tiff

SIGNATURES = (b"RIFF", b"RF64", b"BW64")
_NAMES = {
    b"ICMT": "comment",
    b"ISFT": "software",
    b"INAM": "title",
    b"IART": "artist",
    b"ISBJ": "subject",
    b"IKEY": "keywords",
    b"IPRD": "product",
    b"ITCH": "technician",
    b"ISRC": "source",
    b"ICOP": "copyright",
}
_UNKNOWN = 0xFFFFFFFF


def read_riff(stream: BinaryIO, size: int, into: Carriage) -> None:
    """Reads chunk headers, and the chunks that hold text."""
    place, sizes = 12, {b"data": _UNKNOWN}
    for _ in range(MOST_STEPS):
        head = at(stream, place, 8)
        if len(head) < 8:
            return  # the size that the header states is often wrong; the end of the file is not
        kind, length = head[:4], int.from_bytes(head[4:], "little")
        if kind == b"ds64":
            sizes[b"data"] = int.from_bytes(at(stream, place + 16, 8), "little")
        if length == _UNKNOWN:
            length = sizes.get(kind, _UNKNOWN)
        if place + 8 + length > size:
            if kind.strip(b"\0"):  # padding of zeroes is no chunk
                into.problem(BREAKS_OFF)
            return
        _chunk(stream, kind, place + 8, length, into)
        place += 8 + length + length % 2
    into.problem(f"has more than {MOST_STEPS} chunks")


def _chunk(stream: BinaryIO, kind: bytes, place: int, length: int, into: Carriage) -> None:
    if kind == b"C2PA":
        into.has_manifest = True
    elif kind == b"LIST":
        if at(stream, place, 4) == b"INFO" and into.takes("RIFF list of information", length):
            _information(at(stream, place + 4, length - 4), into)
    elif kind in (b"EXIF", b"XMP ", b"_PMX", b"iXML", b"bext") and into.takes(f"RIFF chunk {kind.decode()}", length):
        data = at(stream, place, length)
        if kind == b"EXIF":
            data = data.removeprefix(b"Exif\0\0")
            read_tiff(io.BytesIO(data), len(data), into, "EXIF")
        elif kind in (b"XMP ", b"_PMX"):
            into.packet("XMP in RIFF", data)
        elif kind == b"iXML":
            into.text("iXML", "ixml", data)
        else:
            into.text("Broadcast Wave description", "description", data[:256])
            into.text("Broadcast Wave originator", "software", data[256:288])


def _information(data: bytes, into: Carriage) -> None:
    place = 0
    while place + 8 <= len(data):
        kind, length = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        if kind in _NAMES:
            into.text(f"RIFF {_NAMES[kind]}", _NAMES[kind], data[place + 8 : place + 8 + length])
        place += 8 + length + length % 2
