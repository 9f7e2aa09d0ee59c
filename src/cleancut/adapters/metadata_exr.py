"""Texts of OpenEXR: the attributes of type string in its header."""

from __future__ import annotations

from typing import BinaryIO

from cleancut.adapters.metadata_carried import BREAKS_OFF, MOST_BYTES, MOST_STEPS, Carriage, at, decoded

SIGNATURE = b"\x76\x2f\x31\x01"


def read_exr(stream: BinaryIO, size: int, into: Carriage) -> None:
    """Reads attributes up to the empty name that ends the first header; in a deeper part the same stand again."""
    place = 8
    for _ in range(MOST_STEPS):
        head = at(stream, place, 512 + 4)
        name, found, rest = head.partition(b"\0")
        if found and not name:
            return
        kind, found, sized = rest.partition(b"\0")
        length = int.from_bytes(sized[:4], "little")
        value = place + len(name) + len(kind) + 2 + 4
        if not found or len(sized) < 4 or value + length > size:
            into.problem(BREAKS_OFF)
            return
        if kind == b"string" and length <= MOST_BYTES:
            data = at(stream, value, length)
            if decoded(name).lower() == "xmp":
                into.packet("XMP in EXR", data)
            else:
                into.text(f"EXR attribute {decoded(name)}", decoded(name), data)
        place = value + length
    into.problem(f"has more than {MOST_STEPS} attributes")
