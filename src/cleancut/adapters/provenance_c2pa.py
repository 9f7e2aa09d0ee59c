"""Marks by C2PA: the manifest that a signer embedded in a file, or left in a sidecar. The network is never used.

Absence proves nothing: any transcode or remux removes the manifest silently, and MXF, EXR, DPX and Matroska cannot
carry one. A manifest kept elsewhere is named and not fetched: put beside the file, as a sidecar, it is read.
"""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import c2pa

from cleancut.adapters.provenance_manifest import READER, mark_of
from cleancut.errors import InputError
from cleancut.model.marks import NO_MARK, Mark

SIDECAR_SUFFIX = ".c2pa"
MOST_SIDECAR_BYTES = 64 << 20

_OFFLINE = {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True}
_STORE = "application/c2pa"
_NOT_TIED = "nothing can tie its signature to a file of this kind"
_REMOTE = "must fetch remote manifests from url "
_PEM_HINT = "Give a PEM file with the root certificates of the signers you trust."

# First bytes, at an offset, of what can carry a manifest; for files whose suffix says something else, and for sidecars.
_TYPES = (
    *((0, b"\xff\xd8\xff", "image/jpeg"), (0, b"\x89PNG\r\n\x1a\n", "image/png"), (8, b"WEBP", "image/webp")),
    *(
        (0, b"II*\0", "image/tiff"),
        (0, b"MM\0*", "image/tiff"),
        (0, b"GIF8", "image/gif"),
        (0, b"%PDF", "application/pdf"),
    ),
    *((8, b"WAVE", "audio/wav"), (8, b"AVI ", "video/avi"), (0, b"ID3", "audio/mpeg"), (0, b"\xff\xfb", "audio/mpeg")),
    *((0, b"fLaC", "audio/flac"), (8, b"avif", "image/avif"), (8, b"heic", "image/heic"), (8, b"mif1", "image/heif")),
    *((8, b"qt  ", "video/quicktime"), (4, b"ftyp", "video/mp4"), (4, b"moov", "video/quicktime")),
    *((4, b"wide", "video/quicktime"), (4, b"mdat", "video/quicktime")),
)


class C2paReader:
    """Reads one file and its sidecars a call. `trust_anchors` is a PEM file of root certificates; without it nobody is
    trusted, and trust is said to be not checked.

    Whether a certificate is in date is judged by the library at the time of the signature's own time-stamp, and by this
    machine's clock where it has none.
    """

    def __init__(self, trust_anchors: Path | None = None) -> None:
        settings: dict[str, Any] = {"verify": _OFFLINE}
        self._has_anchors = trust_anchors is not None
        if trust_anchors is not None:
            settings["trust"] = {"trust_anchors": _anchors(trust_anchors)}
        try:
            self._context = c2pa.Context.from_dict(settings)
        except Exception as error:  # the library names no narrower one
            raise InputError(f"{trust_anchors}: holds no certificates that can be used: {error}", _PEM_HINT) from error

    def read(self, path: Path) -> tuple[Mark, ...]:
        """The mark within the file, and that of each sidecar. Never raises: whatever the library makes of a file
        becomes a state with a note. A remote manifest is no longer missing where a sidecar holds for the file."""
        embedded = self._embedded(path)
        beside = tuple(self._beside(path, sidecar) for sidecar in sidecars(path, SIDECAR_SUFFIX))
        if embedded.remote and any(mark.state in ("valid", "trusted") for mark in beside):
            return beside
        return (embedded, *beside)

    def _embedded(self, path: Path) -> Mark:
        try:
            path.open("rb").close()  # so that a file which does not open is an OSError, and its reason a plain one
            return self._read(path, None) or Mark("none", READER, note=NO_MARK)
        except Exception as error:
            return _unreadable(error)

    def _beside(self, path: Path, sidecar: Path) -> Mark:
        where = f"sidecar {sidecar.name}"
        try:
            if sidecar.stat().st_size > MOST_SIDECAR_BYTES:
                return Mark("unreadable", READER, note="the sidecar is too large", grade="signed", where=where)
            found = self._read(path, sidecar.read_bytes(), where)
            return found or Mark("unreadable", READER, note="holds no manifest", grade="signed", where=where)
        except Exception as error:
            return _unreadable(error, where)

    def _read(self, path: Path, manifest: bytes | None, where: str = "") -> Mark | None:
        """None where there is no manifest, or no reader for such files."""
        if manifest is None:
            try:
                reader = c2pa.Reader.try_create(str(path), context=self._context)
            except c2pa.C2paError.NotSupported:
                reader = None
            if reader is not None:
                return self._mark(reader, where)
        kind = _kind(path)
        if kind:
            with path.open("rb") as stream:
                try:
                    reader = c2pa.Reader.try_create(kind, stream, manifest, context=self._context)
                    return self._mark(reader, where) if reader is not None else None
                except c2pa.C2paError.NotSupported:
                    pass
        return None if manifest is None else self._alone(manifest, where)

    def _alone(self, manifest: bytes, where: str) -> Mark | None:
        """The manifest beside a file of a kind that the library cannot tie it to: what it states, as if unsigned."""
        reader = c2pa.Reader.try_create(_STORE, io.BytesIO(manifest), context=self._context)
        if reader is None:
            return None
        mark = self._mark(reader, where)
        return replace(mark, state="unsigned", grade="embedded", note=_NOT_TIED, codes=())

    def _mark(self, reader: c2pa.Reader, where: str) -> Mark:
        with reader:
            return mark_of(str(reader.get_validation_state()), json.loads(reader.json()), self._has_anchors, where)


def sidecars(path: Path, suffix: str) -> list[Path]:
    """Files beside this one that are about it: `shot.png.c2pa` before `shot.c2pa`."""
    named = (path.with_name(path.name + suffix), path.with_suffix(suffix))
    return [found for found in dict.fromkeys(named) if found != path and found.is_file()]


def _kind(path: Path) -> str:
    with path.open("rb") as stream:
        head = stream.read(16)
    return next((kind for place, sign, kind in _TYPES if head[place : place + len(sign)] == sign), "")


def _anchors(path: Path) -> str:
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: the trust anchors cannot be read: {error}", _PEM_HINT) from error
    if "-----BEGIN CERTIFICATE-----" not in text:
        raise InputError(f"{path}: holds no certificate", _PEM_HINT)
    return text


def _unreadable(error: Exception, where: str = "") -> Mark:
    """With what the library said, without the name of its error class, and without this machine's paths."""
    if isinstance(error, OSError):
        return Mark("unreadable", READER, note=error.strerror or "cannot be opened", where=where)
    message = str(error)
    _, found, address = message.partition(_REMOTE)
    if found:
        note = f"remote manifest named, not fetched: {address}"
        return Mark("unreadable", READER, note=note, grade="signed", where=where, remote=address)
    note = message.partition(": ")[2] or message or "the reader failed without a word"
    return Mark("unreadable", READER, note=note, where=where)
