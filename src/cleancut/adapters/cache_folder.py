"""The folder of the cache: private, held to a size, purged; safe with several processes and threads at once.

A run that uses it holds a lease: a locked file that dies with its process, however that ends. What was used since the
oldest run began is never removed, so no run loses what it still needs; while one goes on the folder may therefore be
larger than its cap. An entry's time of access is when it was last used, its time of change when it was made.
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cleancut.errors import OutputError, OutsideError

SUFFIX = ".npz"
TAG = "CACHEDIR.TAG"  # bford.info/cachedir: programs that make backups leave such a folder out
_TAG_TEXT = b"Signature: 8a477f597d28d172789f06886806bc55\n# The cache of Cleancut. It may be purged at any time.\n"
_ASIDE, _LEASE, _LOCK = ".aside-", ".run-", ".lock"
_OURS = re.compile(rf"[\w.-]+\{SUFFIX}|{TAG}|\{_ASIDE}.*|\{_LEASE}.*|\{_LOCK}")
_SKEW_NS = 10 * 10**9  # file systems stamp by a coarser clock, and a lease is locked a moment after it is made
_LOW_WATER = 0.9  # of the cap, so that not every entry saved makes another one go
_LOOK_AGAIN = 0.05  # of the cap: after so many bytes saved it is measured again, with what other processes saved


@dataclass(frozen=True)
class CacheState:
    """What the folder holds. `runs` are the processes that use it now."""

    folder: Path
    entries: int
    size_bytes: int
    cap_bytes: int
    runs: tuple[int, ...] = ()


class _Entry(NamedTuple):
    used_ns: int
    size_bytes: int
    path: Path


class CacheFolder:
    """One process's use of the folder. Makes it, of mode 0700, when the first entry is saved."""

    def __init__(self, folder: Path, cap_bytes: int) -> None:
        self.folder, self.cap_bytes = folder, cap_bytes
        self._lock = threading.RLock()  # for what is done once
        self._own: Path | None = None  # this run's lease
        self._is_ready = self._is_checked = False
        self._saved_bytes = 0  # since it was last measured

    def path(self, key: str) -> Path:
        """Where an entry lies. A key cannot lead out of the folder."""
        if not key or not all(letter.isalnum() or letter in "-_." for letter in key):
            raise ValueError(f"not a key: {key!r}")
        return self.folder / f"{key}{SUFFIX}"

    def mark_used(self, path: Path) -> None:
        """Keep an entry for as long as this run goes on, and longest after it."""
        with suppress(OSError):  # gone, or in a folder that may only be read: then nothing removes it either
            os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))

    def check(self) -> None:
        """Before anything is read from it. Raises `OutputError` where the folder is not ours."""
        if self._is_checked or not self.folder.is_dir():
            return
        with self._lock:
            _refuse_foreign(self.folder)
            self._lease()
            self._is_checked = True

    def prepare(self) -> None:
        """Make the folder and see to its rights. Raises `OSError`, and `OutputError` where it is not ours."""
        if self._is_ready:
            return
        with self._lock:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.check()
            if stat.S_IMODE(self.folder.stat().st_mode) != 0o700:
                self.folder.chmod(0o700)
            if not (self.folder / TAG).exists():
                _write_private(self.folder / TAG, _TAG_TEXT)
            self._is_ready = True
            self._trim()

    @contextmanager
    def aside(self) -> Iterator[Path]:
        """A new file of mode 0600 to write an entry to before it is renamed; gone afterwards, whatever happens."""
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=_ASIDE)
        os.close(handle)
        try:
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)

    def saved(self, path: Path) -> None:
        """An entry was saved: make room where there are too many. May pass the cap by a twentieth before it does."""
        with suppress(OSError):
            size = path.stat().st_size
            with self._lock:
                self._saved_bytes += size
                if self._saved_bytes > _LOOK_AGAIN * self.cap_bytes:
                    self._trim()

    def state(self) -> CacheState:
        """Read-only. Raises `OutputError` where the folder is not ours."""
        if self.folder.is_dir():
            _refuse_foreign(self.folder)
        entries = list(self._entries())
        runs = tuple(sorted(run for run, _ in self._runs()))
        return CacheState(self.folder, len(entries), sum(entry.size_bytes for entry in entries), self.cap_bytes, runs)

    def purge(self) -> CacheState:
        """Remove every file of ours, and the folder where nothing else is in it. Returns what there was. Raises
        `OutputError` where the folder is not ours, `OutsideError` where a run uses it, or it cannot be removed."""
        was = self.state()
        if was.runs:
            raise OutsideError(
                f"the cache {self.folder} is in use by process {', '.join(map(str, was.runs))}",
                "wait until it has ended, or stop it",
            )
        try:
            for path in _ours(self.folder):
                path.unlink(missing_ok=True)
            if self.folder.is_dir() and not any(self.folder.iterdir()):
                self.folder.rmdir()
            self._own, self._is_ready, self._is_checked = None, False, False
        except OSError as error:
            said = (error.strerror or str(error)).lower()
            raise OutsideError(f"the cache {self.folder} cannot be removed: {said}", "check its rights") from error
        return was

    def _lease(self) -> None:
        """Show that this process uses the folder, from now on and until it ends."""
        if self._own is not None:
            return
        with suppress(OSError):
            handle, name = tempfile.mkstemp(dir=self.folder, prefix=f"{_LEASE}{os.getpid()}-")
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            began = time.time_ns() - _SKEW_NS
            os.utime(handle, ns=(began, began))
            self._own = Path(name)
            weakref.finalize(self, _end_lease, handle, self._own, os.getpid())

    def _entries(self) -> Iterator[_Entry]:
        for path in _ours(self.folder):
            if path.suffix == SUFFIX:
                with suppress(OSError):  # another process was quicker
                    seen = path.stat()
                    yield _Entry(max(seen.st_atime_ns, seen.st_mtime_ns), seen.st_size, path)

    def _runs(self) -> Iterator[tuple[int, int]]:
        """(process, when it began) of every other run that goes on. Leases of the dead are removed."""
        for path in _ours(self.folder):
            if not path.name.startswith(_LEASE) or path == self._own:
                continue
            with suppress(OSError), path.open("rb") as file:
                seen = os.fstat(file.fileno())
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    yield int(path.name.removeprefix(_LEASE).partition("-")[0]), seen.st_mtime_ns
                    continue
                if seen.st_ctime_ns < time.time_ns() - _SKEW_NS:
                    path.unlink(missing_ok=True)

    def _horizon(self) -> int:
        """When the oldest run that goes on began, this one included."""
        began = [began for _, began in self._runs()]
        with suppress(OSError):
            began += [self._own.stat().st_mtime_ns] if self._own else []
        return min(began, default=time.time_ns())

    def _trim(self) -> None:
        """Remove what was used longest ago until it fits, nothing that a run may need. One process at a time."""
        self._saved_bytes = 0
        with suppress(OSError), _locked(self.folder / _LOCK):
            horizon = self._horizon()
            for path in _ours(self.folder):
                if path.name.startswith(_ASIDE) and path.stat().st_mtime_ns < horizon:
                    path.unlink(missing_ok=True)  # of a process that was killed
            entries = sorted(self._entries())
            held = sum(entry.size_bytes for entry in entries)
            wanted = _LOW_WATER * self.cap_bytes if held > self.cap_bytes else held
            for entry in entries:
                if held <= wanted or entry.used_ns >= horizon:
                    return
                entry.path.unlink(missing_ok=True)
                held -= entry.size_bytes


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _ours(folder: Path) -> list[Path]:
    """The files in it that a cache writes, whoever's they are."""
    try:
        return [path for path in folder.iterdir() if _OURS.fullmatch(path.name)]
    except OSError:
        return []


def _refuse_foreign(folder: Path) -> None:
    """A folder that somebody else may write to could hide what was registered; one with other files in it is shared."""
    hint = "give a folder of its own, in CLEANCUT_CACHE"
    if os.geteuid() not in (0, folder.stat().st_uid):
        raise OutputError(f"the cache {folder} belongs to another user", hint)
    if (folder / TAG).exists():
        return
    foreign = next((path.name for path in folder.iterdir() if not _OURS.fullmatch(path.name)), "")
    if foreign:
        raise OutputError(f"the cache {folder} holds what is not of a cache: {foreign}", hint)


def _write_private(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write(content)


def _end_lease(handle: int, path: Path, process: int) -> None:
    if process == os.getpid():  # not in a process that was forked from the one that holds it
        path.unlink(missing_ok=True)
        with suppress(OSError):
            os.close(handle)
