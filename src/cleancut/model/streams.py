"""What a file states of its streams before anything is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class ClipInfo:
    """What the container states before anything is decoded. `frames_stated` is None where it does not say.

    `start_timecode` is the label of the first frame as written in the file, empty where there is none or it is invalid.
    `off_clock`, known when all was read, is by how many frames the file's own clock leaves their count, as where its
    rate varies; a frame more or less is none.
    """

    width: int
    height: int
    rate: Fraction
    frames_stated: int | None = None
    start_timecode: str = ""
    has_sound: bool = False
    off_clock: int = 0


@dataclass(frozen=True)
class Layout:
    """How a film is coded: `frames` of it, and the `starts` among them, from which on frames decode without any before;
    the first is 0. `frames_stated` is None where the container does not count; `lost` is what lacks at the end."""

    frames: int
    starts: tuple[int, ...]
    frames_stated: int | None = None
    lost: str = ""


@dataclass(frozen=True)
class TrackInfo:
    """One track of sound. `name` is how people call it, such as `track 2 (deu)`; `channels` are speakers in order, `L`,
    `R`, `C`, `LFE`, `Ls`, `Rs`, or numbers where the file does not say."""

    name: str
    channels: tuple[str, ...]
