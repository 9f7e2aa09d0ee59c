"""Promises that someone else keeps: Protocols of two or three methods each, with what they do NOT promise."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from cleancut.errors import DossierError, FieldError
from cleancut.match.fingerprint import Registered, Volumes
from cleancut.match.picture import Arrays, Frame
from cleancut.model.changes import Changes
from cleancut.model.findings import Engine, Finding
from cleancut.model.marks import Mark
from cleancut.model.material import MaterialKind
from cleancut.model.past import PastVerdict
from cleancut.model.sheets import OutTable, Sheet
from cleancut.model.streams import ClipInfo as ClipInfo
from cleancut.model.streams import Layout as Layout
from cleancut.model.streams import TrackInfo as TrackInfo
from cleancut.model.timing import Span
from cleancut.model.verdict import Verdict
from cleancut.ports.sound import Hearing as Hearing
from cleancut.ports.sound import SoundEngine as SoundEngine
from cleancut.ports.sound import Sounds as Sounds
from cleancut.rules.catalogue import Catalogue
from cleancut.rules.pack import Pack

# --- scan: files, frames, stills, cache, engine, progress -------------------------------------------------------------


class Progress(Protocol):
    """Told how far a job has come, by one thread at a time. May raise KeyboardInterrupt at any call: every job keeps
    what it has finished."""

    def stage(self, name: str, total: int | None = None) -> None:
        """A new stage begins; `total` units are expected, None where nobody knows."""

    def advance(self, count: int = 1) -> None:
        """So many units are done. Promises nothing about reaching `total`."""


@dataclass(frozen=True)
class FoundFile:
    """One file of a folder. `name` is its POSIX path relative to the folder; `problem` says why it, or the folder of
    this name, cannot be read, and `hint` the way out."""

    name: str
    path: Path
    problem: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Listing:
    """A folder as `Files.list` saw it: files in order of name, and the names left out on purpose."""

    files: tuple[FoundFile, ...]
    ignored: tuple[str, ...] = ()


class Files(Protocol):
    """Names and bytes of files. Does not promise that a file listed is still there when read."""

    def list(self, folder: Path) -> Listing:
        """Every file below it. Hidden names are ignored, and links to folders inside, which are listed at their own
        place; links that lead out or nowhere are listed with a problem. Raises `InputError`: no folder."""

    def digest(self, path: Path) -> str:
        """SHA-256 of the content, in hex. Raises `Unreadable`."""

    def is_same(self, one: Path, other: Path) -> bool:
        """Whether both names lead to one file. False where either is missing."""


class Unreadable(Exception):
    """A file that cannot be read, or of which nothing decodes; says why, and the way out where there is one."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


class ReaderLost(Unreadable):
    """The reader itself was lost over a file: it crashed, hung or took too much memory.

    Readers that run in a process of their own raise it, also midway through a film or sound; what they gave before
    stays good. Another try may go otherwise: nothing is kept that a later run would take for the whole.
    """


class NoPicture(Unreadable):
    """A file that opens and holds no moving pictures: sound alone, perhaps under a cover."""


class Reading(Protocol):
    """One clip, open. Iterates once, in presentation order.

    Decoder errors end or thin the frames, and do not raise: `losses` lists them, complete only when the iteration has
    ended. Only `ReaderLost` may come out of it.
    """

    @property
    def info(self) -> ClipInfo: ...

    @property
    def losses(self) -> Sequence[tuple[int, str]]:
        """(index of the next decoded frame, what the decoder said) of each stretch that did not decode."""

    def __iter__(self) -> Iterator[Frame]: ...


class Picking(Protocol):
    """Some frames of a clip. Iterates once, in order: (number of the frame, frame). Decoder errors and a file that
    cannot be entered midway thin the frames, and do not raise: `losses` lists them as those of a `Reading`, complete
    only when the iteration has ended. Only `ReaderLost` may come out of it."""

    @property
    def losses(self) -> Sequence[tuple[int, str]]: ...

    def __iter__(self) -> Iterator[tuple[int, Frame]]: ...


class Clips(Protocol):
    """Moving pictures. Does not promise that two decoders give the same bits."""

    def layout(self, path: Path) -> Layout | None:
        """How the film is coded, without decoding any of it; None where only decoding would tell. Raises as `open`."""

    def pick(self, path: Path, spans: Sequence[Span], width: int = 0) -> AbstractContextManager[Picking]:
        """Some frames of a film that has a layout, those of disjoint spans in order: the same bits that `open` gives of
        them, and no more is decoded than it takes. Raises as `open`."""

    def open(self, path: Path, width: int = 0) -> AbstractContextManager[Reading]:
        """Frames of which at least `width` pixels across are needed may come smaller than they are stored, by the same
        steps whoever asks; all of them at their size where it is 0. Raises `Unreadable` where no stream of moving
        pictures can be opened; `NoPicture` where there is none."""


class Stills(Protocol):
    """Single pictures: a file, or one page of it. Page 0 is the file's picture, or its first page."""

    def pages(self, path: Path) -> tuple[int, ...]:
        """Numbers from 1 of the pages that hold pictures of their own; empty where the file is one picture. Raises
        `Unreadable`."""

    def size(self, path: Path, page: int = 0) -> tuple[int, int]:
        """Width and height, as stored; from the header where that will do. Raises `Unreadable`."""

    def read(self, path: Path, page: int = 0) -> Frame:
        """The picture, upright, alpha laid over mid-grey. Raises `Unreadable`, also for one over the stated cap."""


class Cache(Protocol):
    """Arrays kept between runs, by key. May forget at any time; never returns other arrays than those saved."""

    def load(self, key: str, only: Collection[str] = ()) -> Arrays | None:
        """None where there is nothing sound under this key. `only` names the arrays wanted, where not all are."""

    def open(self, key: str) -> Arrays | None:
        """As `load`; large arrays may be read as they are used, from where they lie: damage in them is not seen."""

    def save(self, key: str, arrays: Arrays) -> None:
        """Whole or not at all. Raises `OutsideError` where there is no room or no right to write."""


Hits = Sequence[Any]
"""Where something might be; opaque to all but the engine that says so."""


class PictureEngine(Protocol):
    """Finds material in a master by its picture.

    Promises: the same input gives the same findings bit for bit, whatever the number of threads, and however the master
    was split into parts. Does not promise that two engines, or versions, find the same.
    """

    @property
    def identity(self) -> Engine: ...

    @property
    def context(self) -> int:
        """How many frames before its first a part must be shown."""

    @property
    def width(self) -> int:
        """How many pixels across it looks at: frames that are wider serve it no better."""

    def fingerprint(self, frames: Iterable[Frame], kind: MaterialKind) -> Arrays:
        """Of one material. Raises `match.fingerprint.Featureless` where it could never be found."""

    def doubt(self, fingerprint: Arrays) -> str:
        """Why a material may be missed though it is looked for; empty where it is found as others are."""

    def sketch(self, frames: Iterable[tuple[int, Frame]], first: int, rate: Fraction) -> Arrays:
        """Of the part of a master that begins at frame `first`, from (index, frame) pairs in order, among them the
        `context` frames before `first` as far as there are any. Reads each frame before it asks for the next."""

    def glimpse(self, frames: Iterable[tuple[int, Frame]]) -> Arrays:
        """Of frames of a master that do not follow each other."""

    def seek(
        self,
        glimpses: Sequence[Arrays],
        frames: int,
        rate: Fraction,
        register: Registered,
        closer: Callable[[Sequence[Span]], Sequence[Arrays]],
        progress: Progress,
        volumes: Volumes = (),
    ) -> tuple[Finding, ...]:
        """Every appearance of which the glimpses of a master of so many frames show something, as `find` would give it
        but for a hair of place and score. `closer` looks at the frames of spans one by one, and returns the sketches of
        all that was looked at so, in order. Nothing is said of what was not."""

    def volume(self, fingerprints: Iterable[Arrays]) -> Arrays:
        """What searching needs of one or more materials, to be kept; each is read before the next is asked for."""

    def search(self, sketch: Iterable[Arrays], register: Registered, progress: Progress, volumes: Volumes = ()) -> Hits:
        """Where in a master each material might be. Reads each part once, in order, and may wait for the next;
        `progress` is told of parts, and of no stage. `volumes` hold the whole register; without any they are made.
        Raises `VersionMismatch` for others' arrays."""

    def find(
        self,
        sketch: Sequence[Arrays],
        rate: Fraction,
        register: Registered,
        progress: Progress,
        volumes: Volumes = (),
        hits: Hits | None = None,
    ) -> tuple[Finding, ...]:
        """Every appearance, in order of frame, from the `hits` that `search` gave of the same; left out, they are
        searched for. Parts of `sketch` and fingerprints may be loaded each time they are read. Raises
        `VersionMismatch` for others' arrays."""


# --- judge and check: dossiers, packs, marks, outputs -----------------------------------------------------------------


class Document(Protocol):
    """A text file read as plain data (dict, list, str), every part of which knows its place."""

    @property
    def name(self) -> str: ...

    @property
    def data(self) -> Any: ...

    def place(self, path: tuple[str | int, ...]) -> str:
        """Where a part stands, as file:line:column."""

    def located(self, error: FieldError) -> DossierError:
        """The same error with file, line, column and key in its message."""


class Documents(Protocol):
    """Dossiers and facts files. Promises that text stays as it was written: `yes` is no boolean."""

    def read(self, path: Path) -> Document:
        """Raises `DossierError`, naming file, line and column."""

    def exists(self, path: Path) -> bool:
        """Whether a file of that name can be read, and holds anything."""


class DossierFiles(Protocol):
    """Dossiers that are written. What is not changed stays as its author wrote it, comments included."""

    def change(self, path: Path, was: Any, data: Mapping[str, Any]) -> bytes:
        """The file with `data` in place of `was`; writes nothing. Raises `DossierError` where the file no longer holds
        `was`, or where its layout cannot be changed without loss."""

    def write(self, path: Path, content: bytes, was: bytes | None) -> None:
        """Put the content in place as a whole, or not at all. Raises `OutputError` where the file is no longer `was`,
        None for one that must not be there."""

    def new(self, data: Mapping[str, Any], head: str) -> bytes:
        """A new file of this data, under a comment."""

    def content(self, path: Path) -> bytes:
        """The file as it is. Raises `DossierError`."""


class Sheets(Protocol):
    """Spreadsheets. Promises bounded time and memory whatever a file claims; never computes a formula."""

    def read(self, path: Path) -> tuple[Sheet, ...]:
        """Every sheet of a file. Raises `SheetError`."""


class TableFiles(Protocol):
    """Tables for spreadsheet programs. Promises that none computes a cell, and that nothing is ever replaced."""

    def write(self, target: Path, tables: Sequence[OutTable]) -> None:
        """A workbook where the target ends with .xlsx, else a folder of CSV files; as a whole or not at all. Raises
        `OutputError`."""


class Packs(Protocol):
    """Rule packs by name."""

    @property
    def catalogue(self) -> Catalogue: ...

    def table(self, name: str) -> Mapping[str, Any]:
        """The plain data of a table that ships beside the packs: `columns`, `watch_list`."""

    def names(self) -> list[str]:
        """The shipped packs, in order."""

    def load(self, name: str) -> Pack:
        """Raises `UnknownId` or `PackError`."""


class Verdicts(Protocol):
    """Verdicts of earlier checks."""

    def read(self, path: Path) -> PastVerdict:
        """Raises `InputError` where it is none of ours."""


class Marks(Protocol):
    """Provenance marks. Never touches the network, and promises nothing from absence: `none` is "no mark found"."""

    def read(self, path: Path) -> tuple[Mark, ...]:
        """Every mark of the file and of sidecars beside it, the most telling first; never empty. Never raises for what
        is in a file."""


class Pictures(Protocol):
    """Evidence pictures for people. Leaves out what it cannot decode."""

    def of_video(self, path: Path, frames: Sequence[int], width: int) -> dict[int, bytes]:
        """JPEG by frame, counted in decoded order."""

    def of_still(self, path: Path, width: int, page: int = 0) -> bytes | None:
        """JPEG of a still, upright; None where it does not decode. Pages are numbered as `Stills` numbers them."""


@dataclass(frozen=True)
class Readers:
    """Everything that opens files others made."""

    clips: Clips
    stills: Stills
    sounds: Sounds
    marks: Marks
    pictures: Pictures


class Outputs(Protocol):
    """The folder that a check writes."""

    def refuse_foreign(self, folder: Path) -> None:
        """Raises `OutputError` where the folder holds what we did not write."""

    def write(self, folder: Path, files: Mapping[str, bytes]) -> None:
        """All of it or nothing: written aside, then renamed as a whole. Raises `OutputError` or `OutsideError`."""


@dataclass(frozen=True)
class RenderOptions:
    """What goes into the files that people read. `frames` are evidence: pictures, drawings and players of sound.
    `beside` is the folder the files will lie in, from which they name what they play; without it they play nothing.
    `sound` are the files delivered beside the master, in the order in which the scan names them. `changes` are those
    since an earlier check, where one was named. `language` is the code of one there is a catalogue of; the verdict's
    record and markers have none: programs read them."""

    frames: bool = True
    prompts: bool = True
    beside: Path | None = None
    sound: tuple[Path, ...] = ()
    changes: Changes | None = None
    language: str = "en"


class Renderer(Protocol):
    """Everything a check writes. The same verdict, pictures and options give the same bytes."""

    def render(
        self, verdict: Verdict, master: Path | None, material: Path | None, options: RenderOptions
    ) -> dict[str, bytes]:
        """File name to content; names may have one folder in them."""
