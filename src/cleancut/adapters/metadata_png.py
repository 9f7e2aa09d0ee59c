"""Texts and XMP of PNG: the chunks tEXt, zTXt, iTXt and eXIf, before and after the picture."""

from __future__ import annotations

import io
import zlib
from typing import BinaryIO

from cleancut.adapters.metadata_carried import BREAKS_OFF, MOST_BYTES, MOST_STEPS, Carriage, at, decoded
from cleancut.adapters.metadata_tiff import read_tiff

SIGNATURE = b"\x89PNG\r\n\x1a\n"
XMP_KEYWORD = "XML:com.adobe.xmp"
_READ = (b"tEXt", b"zTXt", b"iTXt", b"eXIf")


def read_png(stream: BinaryIO, size: int, into: Carriage) -> None:
    """Reads chunk headers, and the chunks that hold text."""
    place = len(SIGNATURE)
    for _ in range(MOST_STEPS):
        head = at(stream, place, 8)
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind == b"IEND":
            return
        if len(head) < 8 or place + 12 + length > size:
            into.problem(BREAKS_OFF)
            return
        if kind == b"caBX":
            into.has_manifest = True
        if kind in _READ and into.takes(f"PNG chunk {kind.decode()}", length):
            _chunk(kind, at(stream, place + 8, length), into)
        place += 12 + length
    into.problem(f"has more than {MOST_STEPS} chunks")


def _chunk(kind: bytes, data: bytes, into: Carriage) -> None:
    if kind == b"eXIf":
        read_tiff(io.BytesIO(data), len(data), into, "EXIF")
        return
    keyword, _, rest = data.partition(b"\0")
    key = decoded(keyword)
    where = f"PNG text {key}"
    if kind == b"zTXt":
        rest = _inflated(rest[1:], where, into)
    elif kind == b"iTXt":
        is_compressed, after = rest[:1] == b"\1", rest[2:]
        rest = after.partition(b"\0")[2].partition(b"\0")[2]
        rest = _inflated(rest, where, into) if is_compressed else rest
    if key == XMP_KEYWORD:
        into.packet("XMP in PNG", rest)
    else:
        into.text(where, key, rest)


def _inflated(data: bytes, where: str, into: Carriage) -> bytes:
    """Decompressed as far as is read: a small chunk may hold gigabytes."""
    inflate = zlib.decompressobj()
    try:
        text = inflate.decompress(data, MOST_BYTES)
    except zlib.error:
        into.problem(f"{where} does not decompress")
        return b""
    if inflate.unconsumed_tail:
        into.problem(f"{where} decompresses to more than the {MOST_BYTES} bytes that are read")
    return text
