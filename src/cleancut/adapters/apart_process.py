"""Processes of our own that open what others made, as their parent sees them: started, watched, ended, replaced."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

import cleancut
from cleancut.adapters import apart_service
from cleancut.adapters.apart_memory import Reader, new_memory
from cleancut.errors import OutsideError
from cleancut.ports import ReaderLost

_LOOK_SECONDS = 0.2  # how often one that says nothing is looked at
_LONGEST_MESSAGE = 256 * 1024 * 1024
_READ_AGAIN = 4  # times its size: who reads more of a file, and says nothing, goes round in it
_WORN_SHARE = 4  # one that keeps more than this part of its memory between two files is replaced
_STOP_SECONDS = 5.0
_START_SECONDS = 120.0
_START_HINT = "Run it again when the machine is less busy; see that Cleancut is installed whole."
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
NONSENSE = "its reader said what makes no sense"
_AGAIN = "Export it again with another program, or take it out."
_SLOW = "Run it again when the machine is less busy; else export it again, or take it out."


@dataclass(frozen=True)
class Limits:
    """What one file may take: `seconds` without any progress, and `memory_bytes` in all."""

    seconds: float
    memory_bytes: int


@dataclass(frozen=True)
class Entry:
    """Which readers the process has: `readers` is `module:function`, called there with `arguments`, plain data."""

    readers: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


class Workers:
    """As many processes as are needed at once, each kept for the next file. Safe with threads, and after a fork."""

    def __init__(self, entry: Entry, limits: Limits) -> None:
        self.entry, self.limits = entry, limits
        self._lock, self._idle, self._process = threading.Lock(), list[Worker](), os.getpid()

    @contextmanager
    def one(self, *, is_new: bool = False) -> Iterator[Worker]:
        """A process for one file. It ends here where it was not left ready for the next."""
        worker = None if is_new else self._taken()
        if worker is None:
            worker = Worker(self.entry, self.limits)
        try:
            yield worker
        finally:
            if worker.is_ready and not worker.is_worn:
                with self._lock:
                    self._idle.append(worker)
            else:
                worker.end()

    def warm(self) -> None:
        """Start a process now that will be needed soon, and go on."""
        with self.one() as worker:
            worker.is_ready = True

    def end(self) -> None:
        """End all that are idle."""
        while worker := self._taken():
            worker.end()

    def _taken(self) -> Worker | None:
        with self._lock:
            if self._process != os.getpid():  # forked: they answer the parent
                self._idle, self._process = [], os.getpid()
            return self._idle.pop() if self._idle else None


class Worker:
    """One process. `is_ready` between two files; whoever asks must make it so again."""

    def __init__(self, entry: Entry, limits: Limits) -> None:
        self._limits, self._memory_handle = limits, new_memory()
        ours, theirs = socket.socketpair()
        life, self._life = os.pipe()
        try:
            self._process = subprocess.Popen(
                apart_service.arguments(theirs.fileno(), self._memory_handle, life),
                pass_fds=(theirs.fileno(), self._memory_handle, life),
                env={**os.environ, "PYTHONPATH": _path(), "OPENBLAS_NUM_THREADS": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for us, who end it
            )
        except OSError as error:
            raise OutsideError(f"no process that reads files can be started: {error}", "free some memory") from error
        finally:
            theirs.close()
            os.close(life)
        self._line, self._memory = Connection(ours.detach()), Reader(self._memory_handle)
        self.files, self._path = 0, ""
        self.is_ready = self.has_crashed = self._has_begun = False
        self.end = weakref.finalize(self, _end, self._process, self._line, self._life, self._memory_handle, os.getpid())
        self.say(readers=entry.readers, arguments=dict(entry.arguments), memory_bytes=limits.memory_bytes)

    @property
    def process(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def is_worn(self) -> bool:
        """Whether it has grown so much that the next file might not find the memory that is its due."""
        return self._resident_bytes() > self._limits.memory_bytes // _WORN_SHARE

    def ask(self, ask: str, path: Path, **more: Any) -> dict[str, Any]:
        """The first answer about a file. Raises `ReaderLost`, and `OutsideError` where the process does not start."""
        self.is_ready = False
        if not self._has_begun and "refused" in (told := self._begun()):
            return told
        self._path, self.files = str(path), self.files + 1
        folder = "" if path.is_absolute() else str(Path.cwd())
        self.say(ask=ask, path=str(path), folder=folder, **more)
        return self.hear()

    def _begun(self) -> dict[str, Any]:
        """Its word that it is ready. That takes a second, and longer on a busy machine; no file is to blame for it."""
        try:
            told = self.hear(_START_SECONDS)
        except ReaderLost as lost:
            raise OutsideError(f"the process that reads files does not start: {lost.reason}", _START_HINT) from None
        self._has_begun = True
        return told

    def say(self, **message: Any) -> None:
        """Raises nothing: that it is gone shows when it is heard."""
        with suppress(OSError):
            self._line.send_bytes(json.dumps(message).encode())

    def hear(self, seconds: float = 0) -> dict[str, Any]:
        """What it says next. Raises `ReaderLost` where it ended, hung or said what nobody understands."""
        try:
            self._wait(seconds or self._limits.seconds)
            answer = json.loads(self._line.recv_bytes(_LONGEST_MESSAGE))
            if not isinstance(answer, dict):
                raise ValueError
        except (EOFError, ConnectionError):
            raise self._lost() from None
        except (OSError, ValueError):
            raise ReaderLost(NONSENSE, _AGAIN) from None
        if answer.get("refused") == "memory":
            raise self._too_large()
        return answer

    def array(self, place: Any) -> NDArray[Any]:
        """A copy of an array it has made. Raises `ReaderLost`."""
        try:
            offset, shape, kind = place
            return self._memory.copy(int(offset), tuple(int(side) for side in shape), str(kind))
        except (ValueError, TypeError):
            raise ReaderLost(NONSENSE, _AGAIN) from None

    def stop(self) -> dict[str, Any]:
        """Tell it that no more is wanted of this file; returns its last word. Raises `ReaderLost`."""
        self.say(ask="stop")
        until = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < until and self._line.poll(_STOP_SECONDS):
            if "end" in (answer := self.hear()) or "refused" in answer:
                return answer
        raise ReaderLost("its reader did not stop")

    def _wait(self, seconds: float) -> None:
        """Until it says something, or ends. Time counts only while it makes no progress: says and reads nothing."""
        if self._line.poll(_LOOK_SECONDS):
            return
        since, done = time.monotonic() - _LOOK_SECONDS, self._read_bytes()
        budget = done + self._most_to_read()
        while not self._line.poll(_LOOK_SECONDS):
            if self._resident_bytes() > self._limits.memory_bytes:
                raise self._too_large()
            now = self._read_bytes()
            if done < now < budget:
                since, done = time.monotonic(), now
            if time.monotonic() - since > seconds and not self._line.poll(0):
                raise ReaderLost(f"its reader made no progress for {seconds:g} seconds, and was ended", _SLOW)

    def _most_to_read(self) -> int:
        with suppress(OSError):
            return _READ_AGAIN * Path(self._path).stat().st_size if self._path else 0
        return 0

    def _read_bytes(self) -> int:
        with suppress(OSError, ValueError, IndexError):
            return int(Path(f"/proc/{self._process.pid}/io").read_bytes().split()[1])
        return 0

    def _resident_bytes(self) -> int:
        with suppress(OSError, ValueError, IndexError):
            return int(Path(f"/proc/{self._process.pid}/statm").read_bytes().split()[1]) * _PAGE_BYTES
        return 0

    def _lost(self) -> ReaderLost:
        self.has_crashed = True
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_SECONDS)
        code = self._process.returncode
        how = signal.strsignal(-code) if code is not None and code < 0 else None
        return ReaderLost("its reader crashed" + (f" ({how.lower()})" if how else ""), _AGAIN)

    def _too_large(self) -> ReaderLost:
        size = f"{self._limits.memory_bytes / 1024**3:.1f} GiB"
        return ReaderLost(f"needs more memory than the {size} that one file may take", _AGAIN)


def _path() -> str:
    """Where modules are found here, they are found there; but not in whatever folder it runs in."""
    own = str(Path(cleancut.__file__).parents[1])
    return os.pathsep.join(dict.fromkeys(name for name in (*sys.path, own) if name))


def _end(process: subprocess.Popen[bytes], line: Connection, life: int, memory: int, owner: int) -> None:
    with suppress(OSError):
        line.close()
    for handle in (life, memory):
        with suppress(OSError):
            os.close(handle)
    if owner == os.getpid():
        process.kill()
        with suppress(subprocess.TimeoutExpired):  # it waits for a disk that does not answer
            process.wait(_STOP_SECONDS)
