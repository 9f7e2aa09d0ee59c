"""Material: what was generated, and the register that holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cleancut.model.marks import Mark

MaterialKind = Literal["still", "clip", "sound"]


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
    `marks` are every mark of its files, the most telling first; empty where none was looked for, never where none was
    found.
    """

    name: str
    digest: str
    kind: MaterialKind
    width: int
    height: int
    frames: int
    also: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    sound_milliseconds: int = 0
    rate: str = ""
    files: tuple[str, ...] = ()

    @property
    def mark(self) -> Mark | None:
        """Its most telling mark; None where marks were not read."""
        return self.marks[0] if self.marks else None

    @property
    def has_picture(self) -> bool:
        """Whether it is looked for in the picture."""
        return self.frames > 0

    @property
    def has_sound(self) -> bool:
        """Whether it is listened for."""
        return self.sound_milliseconds > 0
