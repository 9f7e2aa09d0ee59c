"""What any file carries: the reader of its container is chosen by its first bytes, never by its name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO

from cleancut.adapters.metadata_boxes import BRANDS, read_boxes
from cleancut.adapters.metadata_carried import Carriage, at
from cleancut.adapters.metadata_exr import SIGNATURE as EXR
from cleancut.adapters.metadata_exr import read_exr
from cleancut.adapters.metadata_heif import read_exif
from cleancut.adapters.metadata_jpeg import PSD_SIGNATURE as PSD
from cleancut.adapters.metadata_jpeg import SIGNATURE as JPEG
from cleancut.adapters.metadata_jpeg import read_jpeg, read_psd
from cleancut.adapters.metadata_png import SIGNATURE as PNG
from cleancut.adapters.metadata_png import read_png
from cleancut.adapters.metadata_pyav import read_tags
from cleancut.adapters.metadata_riff import SIGNATURES as RIFF
from cleancut.adapters.metadata_riff import read_riff
from cleancut.adapters.metadata_tiff import SIGNATURES as TIFF
from cleancut.adapters.metadata_tiff import read_tiff

MOST_SCANNED_BYTES = 4 << 20
"""So much of either end of a file is searched for XMP where no reader knows its container."""

_OPENS = re.compile(rb"<x:xmpmeta\b|<rdf:RDF\b")
_TAGGED = (
    *(b"\x1a\x45\xdf\xa3", b"OggS", b"fLaC", b"ID3", b"FORM", b"caff", b"\x30\x26\xb2\x75", b"\x06\x0e\x2b\x34"),
    *(b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xf1", b"\xff\xf9"),
)


def carried(path: Path) -> Carriage:
    """Everything that the headers of a file hold. Raises `OSError` where it cannot be opened, and for nothing else."""
    with path.open("rb") as stream:
        return carried_in(stream)


def carried_in(stream: BinaryIO) -> Carriage:
    """The same of a file that is open."""
    into, size = Carriage(), stream.seek(0, 2)
    head = at(stream, 0, 16)
    if head.startswith(PNG):
        read_png(stream, size, into)
    elif head.startswith(JPEG):
        read_jpeg(stream, size, into)
    elif head.startswith(PSD):
        read_psd(stream, size, into)
    elif head.startswith(RIFF):
        read_riff(stream, size, into)
    elif head.startswith(TIFF):
        read_tiff(stream, size, into)
    elif head.startswith(EXR):
        read_exr(stream, size, into)
    elif head[4:8] in BRANDS:
        read_boxes(stream, size, into)
        if head[4:8] == b"ftyp" and head[8:12] in _STILL_BRANDS:
            read_exif(stream, size, into)
            _search(stream, size, into)
    else:
        if head.startswith(_TAGGED):
            read_tags(stream, into)
        _search(stream, size, into)
    return into


_STILL_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1")


def _search(stream: BinaryIO, size: int, into: Carriage) -> None:
    """XMP wherever it stands in either end of the file: it is made to be found so."""
    parts = [(0, min(size, MOST_SCANNED_BYTES))]
    if size > MOST_SCANNED_BYTES:
        start = max(MOST_SCANNED_BYTES, size - MOST_SCANNED_BYTES)
        parts.append((start, size - start))
    for start, length in parts:
        data, place, unclosed = at(stream, start, length), 0, set[bytes]()
        while found := _OPENS.search(data, place):
            closes = b"</" + found.group()[1:] + b">"
            end = -1 if closes in unclosed else data.find(closes, found.end())
            place = found.end() if end < 0 else end + len(closes)
            if end < 0:
                unclosed.add(closes)  # nor is any later one of this name: it is not looked for again
            else:
                into.packet("XMP in the file", data[found.start() : place])
