"""The search of a master, begun while it is still decoded.

Decoding leaves some of the processors idle, and so does a search: side by side each takes what the other leaves
(`docs/adr/0032`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue

from cleancut.match.fingerprint import Volumes
from cleancut.match.picture import Arrays
from cleancut.ports import Hits, PictureEngine, Progress
from cleancut.usecases.parts import Parts
from cleancut.usecases.prints import Sought


class Ahead:
    """Searches each part of a sketch as soon as it is there, in a thread of its own, which ends with the context.

    `volumes` are asked for when it begins. While it goes on, nobody else may read the parts.
    """

    def __init__(
        self, engine: PictureEngine, sought: Sought, volumes: Callable[[], Volumes], progress: Progress
    ) -> None:
        self._engine, self._sought, self._volumes = engine, sought, volumes
        self._thread = ThreadPoolExecutor(1)
        self._numbers: SimpleQueue[int | None] = SimpleQueue()
        self._told = _Quietly(progress)
        self._found: Future[Hits] | None = None
        self._searched = 0

    def __enter__(self) -> Ahead:
        return self

    def __exit__(self, *raised: object) -> None:
        self._told.is_stopped = True
        self._numbers.put(None)
        self._thread.shutdown()

    def begin(self, parts: Parts) -> None:
        """Take these parts, each of which will have `arrived`, in order. Does not begin where nothing is sought."""
        if not self._sought:
            return
        search = self._engine.search
        self._found = self._thread.submit(search, self._coming(parts), self._sought, self._told, self._volumes())

    def arrived(self, number: int) -> None:
        """A part is there. Raises what searching those before it has raised."""
        if self._found is not None and self._found.done():
            self._found.result()
        self._numbers.put(number)

    def hits(self, parts: int) -> Hits | None:
        """What was found in so many parts; None where it never began, or others were searched: then nothing is known.
        Waits until all of them are searched. Raises what searching raised."""
        if self._found is None:
            return None
        self._numbers.put(None)
        self._told.aloud(parts)
        found = self._found.result()
        return found if self._searched == parts else None

    def _coming(self, parts: Parts) -> Iterator[Arrays]:
        while (number := self._numbers.get()) is not None:
            self._told.advance(0)
            yield parts.read(number)
            self._searched += 1
        self._told.advance(0)


class _Quietly:
    """The `Progress` of what goes on behind another job: counted, until that has ended and it may be told `aloud`.
    Raises `_Stopped` in the middle of it where nobody wants to know any more."""

    def __init__(self, progress: Progress) -> None:
        self.is_stopped = False
        self._progress, self._lock = progress, threading.Lock()
        self._done, self._is_aloud = 0, False

    def stage(self, name: str, total: int | None = None) -> None: ...

    def advance(self, count: int = 1) -> None:
        with self._lock:
            if self.is_stopped:
                raise _Stopped
            self._done += count
            if self._is_aloud:
                self._progress.advance(count)

    def aloud(self, total: int) -> None:
        with self._lock:
            self._progress.stage("search", total)
            self._progress.advance(self._done)
            self._is_aloud = True


class _Stopped(Exception):
    """Ends a search."""
