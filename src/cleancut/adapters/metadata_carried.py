"""What a file carries beside its media: packets of XMP and named texts, taken from headers alone and within bounds.

Every reader of a container fills one `Carriage`. What it could not take, it says there: nothing is dropped in silence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

MOST_BYTES = 8 << 20
"""A longer packet or text is named and not read. A large ComfyUI graph has 1 MB."""

MOST_ITEMS = 256
MOST_TOTAL_BYTES = 32 << 20
MOST_STEPS = 20_000
"""So many chunks, boxes or entries of one file are visited."""

BREAKS_OFF = "the file breaks off"


@dataclass(frozen=True)
class Packet:
    """A packet of XMP as it stands in the file."""

    where: str
    xml: bytes


@dataclass(frozen=True)
class Text:
    """A text under a name."""

    where: str
    key: str
    text: str


@dataclass
class Carriage:
    """What was taken from one file so far, and why anything was not. `has_manifest`: a C2PA store was passed on the
    way, which other libraries read."""

    packets: list[Packet] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    has_manifest: bool = False
    _bytes: int = 0

    def packet(self, where: str, xml: bytes) -> None:
        if self._has_room(where, len(xml)):
            self.packets.append(Packet(where, xml))

    def text(self, where: str, key: str, value: bytes | str) -> None:
        """A text, from UTF-8 or else Latin-1. An empty one says nothing."""
        text = (value if isinstance(value, str) else decoded(value)).strip("\0 \r\n\t")
        if text and self._has_room(where, len(text)):
            self.texts.append(Text(where, key, text))

    def problem(self, said: str) -> None:
        if said not in self.problems and len(self.problems) < MOST_ITEMS:
            self.problems.append(said)

    def takes(self, where: str, size: int) -> bool:
        """Whether something of this size is to be read at all; what is not is said."""
        if size <= MOST_BYTES:
            return True
        self.problem(f"{where} has {size} bytes, over the {MOST_BYTES} that are read")
        return False

    def _has_room(self, where: str, size: int) -> bool:
        if not self.takes(where, size):
            return False
        if len(self.packets) + len(self.texts) >= MOST_ITEMS or self._bytes + size > MOST_TOTAL_BYTES:
            self.problem(f"holds more metadata than is read, from {where} on")
            return False
        self._bytes += size
        return True


def decoded(data: bytes) -> str:
    """UTF-8, else Latin-1, in which any bytes are text."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def at(stream: BinaryIO, offset: int, count: int) -> bytes:
    """Bytes from a place in the file; fewer where it ends before."""
    stream.seek(offset)
    return stream.read(count)
