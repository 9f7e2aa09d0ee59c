"""Texts and XMP of TIFF, and of EXIF, which is a TIFF without a picture."""

from __future__ import annotations

import struct
from typing import BinaryIO

from cleancut.adapters.metadata_carried import BREAKS_OFF, Carriage, at
from cleancut.adapters.metadata_iptc import read_iim, read_resources

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

MOST_ENTRIES = 1_000
MOST_DIRECTORIES = 8
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_TEXTS = {
    0x010E: "ImageDescription",
    0x010F: "Make",
    0x0110: "Model",
    0x0131: "Software",
    0x013B: "Artist",
    0x927C: "MakerNote",
    0x9286: "UserComment",
    0x9C9B: "XPTitle",
    0x9C9C: "XPComment",
    0x9C9F: "XPSubject",
}
_XMP, _IIM, _RESOURCES, _EXIF, _MANIFEST = 0x02BC, 0x83BB, 0x8649, 0x8769, 0xCD41


def read_tiff(stream: BinaryIO, size: int, into: Carriage, where: str = "TIFF") -> None:
    """Reads the first directories and the tags that hold text."""
    order = "<" if at(stream, 0, 2) == b"II" else ">"
    is_big = at(stream, 2, 2) in (b"+\0", b"\0+")
    word = "Q" if is_big else "I"
    try:
        (first,) = struct.unpack(order + word, at(stream, 8 if is_big else 4, struct.calcsize(word)))
        todo, seen = [first], set[int]()
        while todo and len(seen) < MOST_DIRECTORIES:
            place = todo.pop(0)
            if place and place not in seen and place < size:
                seen.add(place)
                todo += _directory(stream, size, order, is_big, place, into, where)
    except struct.error:
        into.problem(f"{BREAKS_OFF} in its {where}")


def _directory(
    stream: BinaryIO, size: int, order: str, is_big: bool, place: int, into: Carriage, where: str
) -> list[int]:
    """Takes what the tags of one directory hold; the places of those that follow."""
    head, entry, inline = ("Q", "HHQ", 8) if is_big else ("H", "HHI", 4)
    (count,) = struct.unpack(order + head, at(stream, place, struct.calcsize(head)))
    place += struct.calcsize(head)
    word = order + ("Q" if is_big else "I")
    step, more = struct.calcsize("=" + entry) + inline, []
    for index in range(min(count, MOST_ENTRIES)):
        raw = at(stream, place + index * step, step)
        tag, kind, many = struct.unpack(order + entry, raw[: step - inline])
        value, length = raw[step - inline :], many * _SIZES.get(kind, 1)
        if tag == _EXIF and len(value) == inline:
            more += [struct.unpack(word, value)[0]] if length >= 4 else []
        elif tag == _MANIFEST:
            into.has_manifest = True
        elif tag in _TEXTS or tag in (_XMP, _IIM, _RESOURCES):
            if length > inline:
                (offset,) = struct.unpack(word, value)
                value = at(stream, offset, length) if into.takes(f"{where} tag {tag}", length) else b""
            _tag(tag, value[:length], order, into, where)
    (following,) = struct.unpack(word, at(stream, place + count * step, inline)) if count <= MOST_ENTRIES else (0,)
    return [*more, following]


def _tag(tag: int, value: bytes, order: str, into: Carriage, where: str) -> None:
    if tag == _XMP:
        into.packet(f"XMP in {where}", value)
    elif tag == _IIM:
        read_iim(value, into)
    elif tag == _RESOURCES:
        read_resources(value, into)
    else:
        into.text(f"{where} {_TEXTS[tag]}", _TEXTS[tag], _text(_TEXTS[tag], value, order))


def _text(name: str, value: bytes, order: str) -> bytes | str:
    """The text of a tag; of a comment, in the code that its first eight bytes name."""
    if name.startswith("XP"):
        return value.decode("utf-16-le", "replace")
    if name != "UserComment":
        return value
    code, text = value[:8], value[8:]
    if code.startswith(b"UNICODE"):
        return _utf16(text, order)
    return text if code.startswith((b"ASCII", b"JIS", b"\0\0\0\0")) else value


def _utf16(text: bytes, order: str) -> str:
    """Some programs write it in the order of the file, some always big-endian, and some write UTF-8: whichever has its
    Latin letters in the right half."""
    big, little = text[0::2].count(0), text[1::2].count(0)
    if not big and not little and b"\0" not in text:
        try:
            return text.decode("utf-8")
        except UnicodeDecodeError:
            pass
    if big == little:
        return text.decode("utf-16-le" if order == "<" else "utf-16-be", "replace")
    return text.decode("utf-16-be" if big > little else "utf-16-le", "replace")
