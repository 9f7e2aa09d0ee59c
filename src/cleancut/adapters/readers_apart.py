"""Readers that open files in another process: a file that crashes its reader, or makes it hang or fill the memory,
costs that process and nothing else. They give what the readers there give, bit for bit.

This keeps work going; it is no prison. Whoever takes over the other process by a file may do what the user may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from cleancut.adapters.apart_messages import unpacked
from cleancut.adapters.apart_process import NONSENSE, Worker, Workers
from cleancut.errors import InputError, OutsideError
from cleancut.match.picture import Frame
from cleancut.match.samples import Samples
from cleancut.model.marks import Mark
from cleancut.model.timing import Span
from cleancut.ports import (
    ClipInfo,
    Hearing,
    Layout,
    NoPicture,
    Picking,
    ReaderLost,
    Readers,
    Reading,
    TrackInfo,
    Unreadable,
)

R = TypeVar("R")
Loss = tuple[int, str]
SoundLoss = tuple[int, int, int, str]
_About = tuple[tuple[TrackInfo, ...], str, Fraction | None, Fraction | None]


def readers_apart(workers: Workers) -> Readers:
    """All of them, on the same processes."""
    return Readers(
        ApartClips(workers), ApartStills(workers), ApartSounds(workers), ApartMarks(workers), ApartPictures(workers)
    )


class ApartStills:
    """Stills, each read in the other process."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    def pages(self, path: Path) -> tuple[int, ...]:
        def taken(worker: Worker, told: Mapping[str, Any]) -> tuple[int, ...]:
            numbers: tuple[int, ...] = _made(tuple[int, ...], told["done"])
            return numbers

        return _asked(self._workers, "pages", path, taken)

    def size(self, path: Path, page: int = 0) -> tuple[int, int]:
        def taken(worker: Worker, told: Mapping[str, Any]) -> tuple[int, int]:
            width, height = _made(tuple[int, int], told["done"])
            return width, height

        return _asked(self._workers, "size", path, taken, page=page)

    def read(self, path: Path, page: int = 0) -> Frame:
        def taken(worker: Worker, told: Mapping[str, Any]) -> Frame:
            return _frame(worker.array(told.get("array")), told["done"])

        return _asked(self._workers, "still", path, taken, page=page)


class ApartMarks:
    """Marks, each file's read in the other process. A reader that is lost leaves an unreadable mark."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    def read(self, path: Path) -> tuple[Mark, ...]:
        def taken(worker: Worker, told: Mapping[str, Any]) -> tuple[Mark, ...]:
            marks: tuple[Mark, ...] = _made(tuple[Mark, ...], told["done"])
            return marks

        try:
            return _asked(self._workers, "mark", path, taken)
        except Unreadable as problem:
            return (Mark("unreadable", "nobody", note=problem.reason),)


class ApartPictures:
    """Evidence pictures, made in the other process; what it is lost over is left out."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    def of_video(self, path: Path, frames: Sequence[int], width: int) -> dict[int, bytes]:
        def taken(worker: Worker, told: Mapping[str, Any]) -> dict[int, bytes]:
            made: dict[int, bytes] = _made(dict[int, bytes], told["done"])
            return made

        try:
            return _asked(self._workers, "frames", path, taken, frames=list(frames), width=width)
        except Unreadable:
            return {}

    def of_still(self, path: Path, width: int, page: int = 0) -> bytes | None:
        def taken(worker: Worker, told: Mapping[str, Any]) -> bytes | None:
            return None if told["done"] is None else _made(bytes, told["done"])

        try:
            return _asked(self._workers, "picture", path, taken, width=width, page=page)
        except Unreadable:
            return None


class ApartClips:
    """Moving pictures, decoded in the other process a few frames ahead of whoever looks at them."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    @contextmanager
    def open(self, path: Path, width: int = 0) -> Iterator[Reading]:
        with _opened(self._workers, "clip", path, width=width) as (worker, told):
            reading = _ApartReading(worker, _made(ClipInfo, told["done"]))
            with reading.left_ready():
                yield reading

    def layout(self, path: Path) -> Layout | None:
        def taken(worker: Worker, told: Mapping[str, Any]) -> Layout | None:
            made: Layout | None = _made(Layout | None, told["done"])
            return made

        return _asked(self._workers, "layout", path, taken)

    @contextmanager
    def pick(self, path: Path, spans: Sequence[Span], width: int = 0) -> Iterator[Picking]:
        ends = [(span.first, span.end) for span in spans]
        with _opened(self._workers, "pick", path, spans=ends, width=width) as (worker, _):
            picking = _ApartPicking(worker)
            with picking.left_ready():
                yield picking


class ApartSounds:
    """Sound, decoded in the other process."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    @contextmanager
    def open(self, path: Path, rate: int) -> Iterator[Hearing]:
        with _opened(self._workers, "sound", path, rate=rate) as (worker, told):
            hearing = _ApartHearing(worker, _made(_About, told["done"]))
            with hearing.left_ready():
                yield hearing


class _Stream:
    """Arrays that the other process sends one after the other. It goes on making them while these are looked at."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._is_begun = self._is_over = False

    @contextmanager
    def left_ready(self) -> Iterator[None]:
        """The process is ready for another file afterwards, unless it is lost, or the work was interrupted."""
        try:
            yield
        except Exception:
            self._leave()
            raise
        self._leave()

    def _items(self) -> Iterator[tuple[Any, Any]]:
        if self._is_begun:
            return
        self._is_begun = True
        self._worker.say(ask="go")
        taken = 0
        while "item" in (told := self._heard(self._worker.hear)) or "waits" in told:
            item = None
            if "item" in told:
                item = told["item"], self._heard(lambda: self._worker.array(told.get("array")))
                taken += 1
            if told.get("waits"):
                self._worker.say(ask="more", taken=taken)
                taken = 0
            if item:
                yield item
        self._close(told)

    def _leave(self) -> None:
        if not self._is_over:
            with suppress(Unreadable):  # then it is replaced; what was wanted of the file is there
                self._close(self._heard(self._worker.stop))

    def _heard(self, say: Callable[[], R]) -> R:
        try:
            return say()
        except ReaderLost:
            self._is_over = True
            raise

    def _close(self, told: Mapping[str, Any]) -> None:
        """The last word about the file: its end, or why the reader gave up."""
        self._is_over = True
        if "end" not in told:
            self._worker.is_ready = "refused" in told
            raise ReaderLost(str(told.get("reason", NONSENSE)), str(told.get("hint", "")))
        self._end(told["end"])
        self._worker.is_ready = True

    def _end(self, told: Mapping[str, Any]) -> None:
        raise NotImplementedError


class _ApartReading(_Stream):
    def __init__(self, worker: Worker, info: ClipInfo) -> None:
        super().__init__(worker)
        self.info = info
        self.losses: Sequence[Loss] = ()

    def __iter__(self) -> Iterator[Frame]:
        return (_frame(array, about) for about, array in self._items())

    def _end(self, told: Mapping[str, Any]) -> None:
        self.info = _made(ClipInfo, told["info"])
        self.losses = _made(tuple[Loss, ...], told["losses"])


class _ApartPicking(_Stream):
    def __init__(self, worker: Worker) -> None:
        super().__init__(worker)
        self.losses: Sequence[Loss] = ()

    def __iter__(self) -> Iterator[tuple[int, Frame]]:
        return ((_made(int, about["index"]), _frame(array, about)) for about, array in self._items())

    def _end(self, told: Mapping[str, Any]) -> None:
        self.losses = _made(tuple[Loss, ...], told["losses"])


class _ApartHearing(_Stream):
    def __init__(self, worker: Worker, about: _About) -> None:
        super().__init__(worker)
        self.tracks, self.start_timecode, self.start_seconds, self.seconds_stated = about
        self.losses: Sequence[SoundLoss] = ()

    def __iter__(self) -> Iterator[tuple[int, Samples]]:
        return ((_made(int, track), samples) for track, samples in self._items())

    def _end(self, told: Mapping[str, Any]) -> None:
        self.losses = _made(tuple[SoundLoss, ...], told["losses"])


def _asked(workers: Workers, ask: str, path: Path, taken: Callable[[Worker, Mapping[str, Any]], R], **more: Any) -> R:
    with _opened(workers, ask, path, **more) as (worker, told):
        made = taken(worker, told)
        worker.is_ready = True
        return made


@contextmanager
def _opened(workers: Workers, ask: str, path: Path, **more: Any) -> Iterator[tuple[Worker, Mapping[str, Any]]]:
    """A process with its first answer about a file. One that crashed over it may have been harmed by a file before:
    only what a new one crashes over too is held against this file."""
    with workers.one() as worker:
        was_new = worker.files == 0
        try:
            told = worker.ask(ask, path, **more)
        except ReaderLost:
            if was_new or not worker.has_crashed:
                raise
            told = None
        if told is not None:
            _refuse(worker, told)
            yield worker, told
            return
    with workers.one(is_new=True) as worker:
        told = worker.ask(ask, path, **more)
        _refuse(worker, told)
        yield worker, told


def _refuse(worker: Worker, told: Mapping[str, Any]) -> None:
    kind = told.get("refused")
    if kind is None:
        return
    worker.is_ready = True
    reason, hint = str(told.get("reason", "")), str(told.get("hint", ""))
    if kind == "no picture":
        raise NoPicture(reason, hint)
    if kind == "error":
        raise InputError(reason, hint) if told.get("is_input") else OutsideError(reason, hint)
    raise Unreadable(reason, hint)


def _made(kind: Any, data: Any) -> Any:
    try:
        return unpacked(kind, data)
    except ValueError:
        raise ReaderLost(NONSENSE) from None


def _frame(luma: Any, about: Any) -> Frame:
    try:
        return Frame(luma, float(about["aspect"]), float(about["seconds"]), bool(about["is_damaged"]))
    except (TypeError, KeyError, ValueError):
        raise ReaderLost(NONSENSE) from None
