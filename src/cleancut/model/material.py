"""Material: what was generated, and the register that holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MaterialKind = Literal["still", "clip", "sound"]
MarkState = Literal["none", "valid", "trusted", "invalid", "unreadable"]


@dataclass(frozen=True)
class Mark:
    """What a provenance reader found in one file. `none` says "no mark found", never "not AI".

    `trusted` adds to `valid` that the signer is on a trust list. `source_types` are the IPTC DigitalSourceType terms
    (bare names, such as `trainedAlgorithmicMedia`) that the mark states; `generator` is the software it names.
    """

    state: MarkState
    reader: str
    source_types: tuple[str, ...] = ()
    generator: str = ""
    signer: str = ""
    note: str = ""

    @property
    def says_generated(self) -> bool:
        """Whether the mark states that a generative model made or altered the file. An invalid mark still says so."""
        return bool(GENERATIVE_SOURCE_TYPES.intersection(self.source_types))


# IPTC NewsCodes "Digital Source Type" terms that state generative AI: cv.iptc.org/newscodes/digitalsourcetype
GENERATIVE_SOURCE_TYPES = frozenset(
    {"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic"}
)


_PAGE = "#page="


def page_name(file: str, page: int) -> str:
    """What a page of a file is called, as `posters/key-art.pdf#page=2`; page 0 is the file itself."""
    return f"{file}{_PAGE}{page}" if page else file


def file_and_page(name: str) -> tuple[str, int]:
    """Inverse of `page_name`."""
    file, _, page = name.rpartition(_PAGE)
    return (file, int(page)) if file and page.isdecimal() else (name, 0)


@dataclass(frozen=True)
class Material:
    """One registered file, or one page of it. `name` is its POSIX path relative to its folder, a page with its number;
    `also` names identical ones.

    `width`, `height` and `frames` are 0 where its picture is not looked for: sound alone, or a picture that cannot be
    examined. `sound_milliseconds` is the length of what is listened for, 0 for what has no sound, or none that can be
    examined. `rate` is the frames per second of a clip, as 24000/1001. `files` are the stills of a sequence in order,
    the first of which gives it its name; empty for what is one file.
    """

    name: str
    digest: str
    kind: MaterialKind
    width: int
    height: int
    frames: int
    also: tuple[str, ...] = ()
    mark: Mark | None = None
    sound_milliseconds: int = 0
    rate: str = ""
    files: tuple[str, ...] = ()

    @property
    def has_picture(self) -> bool:
        """Whether it is looked for in the picture."""
        return self.frames > 0

    @property
    def has_sound(self) -> bool:
        """Whether it is listened for."""
        return self.sound_milliseconds > 0
