"""Every mark of one file: C2PA, XMP and generators' texts, in the file and in the sidecars beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cleancut.adapters.metadata_carried import Carriage, Text, decoded
from cleancut.adapters.metadata_file import carried
from cleancut.adapters.provenance_c2pa import C2paReader, sidecars
from cleancut.adapters.provenance_text import text_marks
from cleancut.adapters.provenance_xmp import SOURCE_TYPES, statements
from cleancut.model.marks import Mark, most_telling

READER = "metadata"
TEXT_SIDECARS = (".txt", ".json")
MOST_SIDECAR_BYTES = 4 << 20

_LOST = "its XMP names a manifest within the file, and there is none: some program took it away"


class FileMarks:
    """The port `Marks` on files. Reads headers and, for signatures, the bytes that they cover."""

    def __init__(self, trust_anchors: Path | None = None) -> None:
        self._c2pa = C2paReader(trust_anchors)

    def read(self, path: Path) -> tuple[Mark, ...]:
        """Every mark, the most telling first; one that says "no mark found" where there is none."""
        signed = self._c2pa.read(path)
        try:
            found = carried(path)
        except OSError as error:
            return most_telling([*signed, Mark("unreadable", READER, note=error.strerror or "cannot be opened")])
        return most_telling([*signed, *_in_headers(found, signed), *_beside(path)])


def _in_headers(found: Carriage, signed: tuple[Mark, ...]) -> list[Mark]:
    said = statements(found)
    marks = [*said.marks, *text_marks([*found.texts, *_properties(said.properties)])]
    has_signed = any(mark.state != "none" for mark in signed)
    if not has_signed and found.has_manifest:
        marks.append(Mark("unreadable", READER, note="holds a manifest that cannot be read", grade="signed"))
    elif not has_signed and any(address.startswith("self#jumbf") for address in said.provenance):
        marks.append(Mark("unreadable", READER, note=_LOST, grade="signed"))
    if found.problems:
        marks.append(Mark("unreadable", READER, note="; ".join(found.problems)))
    return marks


def _properties(properties: list[tuple[str, str, str]]) -> list[Text]:
    """Those that may hold a generator's note; source types have been read."""
    told = (prop for prop in properties if prop[1].lower() not in SOURCE_TYPES)
    return [Text(f"{where}, {name}", name, text) for where, name, text in told]


def _beside(path: Path) -> list[Mark]:
    """Marks of sidecars of XMP, and of the texts that generators leave beside a picture."""
    marks: list[Mark] = []
    for sidecar in sidecars(path, ".xmp"):
        found = Carriage()
        if (data := _bytes(sidecar)) is not None:
            found.packet("", data)
        else:
            found.problem("the sidecar cannot be read, or is too large")
        marks += [replace(mark, where=f"sidecar {sidecar.name}") for mark in _in_headers(found, (_SIGNED_ELSEWHERE,))]
    for suffix in TEXT_SIDECARS:
        for sidecar in sidecars(path, suffix):
            text = decoded(_bytes(sidecar) or b"")
            marks += text_marks([Text(f"sidecar {sidecar.name}", "", text)]) if text else []
    return marks


# What the XMP of a sidecar says of manifests is about the file, whose own reader has spoken.
_SIGNED_ELSEWHERE = Mark("valid", READER)


def _bytes(sidecar: Path) -> bytes | None:
    try:
        return sidecar.read_bytes() if sidecar.stat().st_size <= MOST_SIDECAR_BYTES else None
    except OSError:
        return None
