"""Photoshop's image resources, in JPEG, TIFF and PSD, and in them the fields of IPTC as they were before XMP (IIM)."""

from __future__ import annotations

from cleancut.adapters.metadata_carried import MOST_STEPS, Carriage

_FIELDS = {
    5: "title",
    40: "instructions",
    65: "originating program",
    80: "byline",
    110: "credit",
    115: "source",
    116: "copyright",
    120: "caption",
}
_IIM, _XMP = 1028, 1060


def read_resources(data: bytes, into: Carriage) -> None:
    """Resources one after the other, until one does not begin as it must."""
    place = 0
    for _ in range(MOST_STEPS):
        if data[place : place + 4] != b"8BIM":
            return
        number = int.from_bytes(data[place + 4 : place + 6], "big")
        name = 1 + int.from_bytes(data[place + 6 : place + 7], "big")
        start = place + 6 + name + name % 2
        length = int.from_bytes(data[start : start + 4], "big")
        content = data[start + 4 : start + 4 + length]
        if number == _IIM:
            read_iim(content, into)
        elif number == _XMP:
            into.packet("XMP in Photoshop's resources", content)
        place = start + 4 + length + length % 2


def read_iim(data: bytes, into: Carriage) -> None:
    """Datasets of record 2, the one about the content."""
    place = 0
    for _ in range(MOST_STEPS):
        if data[place : place + 1] != b"\x1c" or len(data) < place + 5:
            return
        record, number = data[place + 1], data[place + 2]
        length = int.from_bytes(data[place + 3 : place + 5], "big")
        if length & 0x8000:
            return  # longer than 32 KB: no field that is read here
        if record == 2 and number in _FIELDS:
            into.text(f"IPTC {_FIELDS[number]}", _FIELDS[number], data[place + 5 : place + 5 + length])
        place += 5 + length
