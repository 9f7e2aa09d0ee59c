"""Texts of the containers that FFmpeg knows: Matroska, WebM, Ogg, FLAC, MP3, MXF and others. No frame is decoded."""

from __future__ import annotations

from typing import BinaryIO

import av

from cleancut.adapters.metadata_carried import Carriage

_PROBE = {"probesize": "2000000", "analyzeduration": "0"}


def read_tags(stream: BinaryIO, into: Carriage) -> None:
    """The tags of the file and of its tracks. A file that does not open has none that can be read."""
    try:
        stream.seek(0)
        with av.open(stream, options=_PROBE, metadata_errors="replace") as container:
            _take("tag", container.metadata, into)
            for track in container.streams:
                _take(f"tag of track {track.index + 1}", track.metadata, into)
    except (av.FFmpegError, OSError, ValueError) as error:
        into.problem(f"its tags cannot be read: {getattr(error, 'strerror', None) or error}")


def _take(where: str, tags: dict[str, str], into: Carriage) -> None:
    for key, text in tags.items():
        if key.lower() in ("xmp", "xmp_"):
            into.packet(f"XMP in {where} {key}", text.encode())
        else:
            into.text(f"{where} {key}", key.rpartition(".")[2], text)
