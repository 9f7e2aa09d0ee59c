"""Texts and XMP of JPEG: EXIF, XMP and its extension, Photoshop's resources, comments. Of PSD the resources."""

from __future__ import annotations

import io
from typing import BinaryIO

from cleancut.adapters.metadata_carried import BREAKS_OFF, MOST_BYTES, MOST_STEPS, Carriage, at
from cleancut.adapters.metadata_iptc import read_resources
from cleancut.adapters.metadata_tiff import read_tiff

SIGNATURE = b"\xff\xd8\xff"
PSD_SIGNATURE = b"8BPS"

_EXIF = b"Exif\0\0"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_SCAN, _END = 0xDA, 0xD9


def read_jpeg(stream: BinaryIO, size: int, into: Carriage) -> None:
    """Reads every segment before the picture."""
    place, extensions = 2, dict[bytes, list[tuple[int, bytes]]]()
    for _ in range(MOST_STEPS):
        head = at(stream, place, 4)
        if len(head) < 4 or head[0] != 0xFF:
            into.problem(BREAKS_OFF)
            break
        marker = head[1]
        if marker in (_SCAN, _END):
            break
        if marker in _ALONE or marker == 0xFF:
            place += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(head[2:], "big")
        if length < 2 or place + 2 + length > size:
            into.problem(BREAKS_OFF)
            break
        if marker in (0xE1, 0xEB, 0xED, 0xFE):
            _segment(marker, at(stream, place + 4, length - 2), into, extensions)
        place += 2 + length
    for parts in extensions.values():
        _extended(parts, into)


def _segment(marker: int, data: bytes, into: Carriage, extensions: dict[bytes, list[tuple[int, bytes]]]) -> None:
    if marker == 0xFE:
        into.text("JPEG comment", "comment", data)
    elif marker == 0xEB and b"jumb" in data[:32]:
        into.has_manifest = True
    elif marker == 0xED and data.startswith(_PHOTOSHOP):
        read_resources(data[len(_PHOTOSHOP) :], into)
    elif marker == 0xE1 and data.startswith(_EXIF):
        read_tiff(io.BytesIO(data[len(_EXIF) :]), len(data) - len(_EXIF), into, "EXIF")
    elif marker == 0xE1 and data.startswith(_XMP):
        into.packet("XMP in JPEG", data[len(_XMP) :])
    elif marker == 0xE1 and data.startswith(_EXTENSION):
        part = data[len(_EXTENSION) :]
        extensions.setdefault(part[:32], []).append((int.from_bytes(part[36:40], "big"), part[40:]))


def _extended(parts: list[tuple[int, bytes]], into: Carriage) -> None:
    """XMP too long for one segment, put together by the place each part states."""
    whole = b""
    for place, data in sorted(parts):
        if place != len(whole) or len(whole) + len(data) > MOST_BYTES:
            into.problem("the parts of its extended XMP do not fit together")
            return
        whole += data
    into.packet("extended XMP in JPEG", whole)


def read_psd(stream: BinaryIO, size: int, into: Carriage) -> None:
    """The resources of a PSD or PSB, which lie before its layers."""
    colours = int.from_bytes(at(stream, 26, 4), "big")
    length = int.from_bytes(at(stream, 30 + colours, 4), "big")
    if 34 + colours + length > size:
        into.problem(BREAKS_OFF)
    elif into.takes("its resources", length):
        read_resources(at(stream, 34 + colours, length), into)
