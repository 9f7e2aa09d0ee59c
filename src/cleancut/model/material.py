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


@dataclass(frozen=True)
class Material:
    """One registered file. `name` is its POSIX path relative to its folder; `also` names identical files.

    `width`, `height` and `frames` are 0 for sound alone; `sound_milliseconds` is the length of what can be heard of it,
    0 for what has no sound.
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
