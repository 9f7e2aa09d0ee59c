"""A cache of arrays in a folder of .npz files, private to the user."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleancut.adapters.cache_folder import CacheFolder, CacheState
from cleancut.errors import OutsideError
from cleancut.match.picture import Arrays

CAP_BYTES = 20 * 1024**3

# What numpy and zipfile raise for entries that are not what they were; fuzzing them showed which.
_DAMAGED = (ValueError, KeyError, EOFError, RuntimeError, struct.error, zipfile.BadZipFile, zlib.error)

_ALONE = Lock()  # numpy reads headers by `ast.parse`, in which CPython 3.11 fails where two threads are at it

_Read = Callable[[Any, str], NDArray[Any]]

_NAME_LENGTHS = 26  # where the header of a member of a zip says how long its name and what follows are
LARGE_BYTES = 1024**2  # from here on an array is left on the disk when an entry is opened


class DiskCache:
    """Keeps arrays under their key as `<key>.npz` in a folder of mode 0700, files of mode 0600.

    Entries are written aside and renamed, so a reader sees whole entries or none; one that is found damaged is removed.
    Holds pictures small enough to recognise. Past `cap_bytes` the entries used longest ago go, but none that a run
    still needs. Raises `OutputError` for a folder of another user, or one that holds other files.
    """

    def __init__(self, folder: Path, cap_bytes: int = CAP_BYTES) -> None:
        self._folder = CacheFolder(folder, cap_bytes)

    def load(self, key: str, only: Collection[str] = ()) -> Arrays | None:
        return self._read(key, lambda entry, name: entry[name], only)

    def open(self, key: str) -> Arrays | None:
        return self._read(key, _mapped)

    def _read(self, key: str, read: _Read, only: Collection[str] = ()) -> Arrays | None:
        path = self._folder.path(key)
        try:
            self._folder.check()
            with _ALONE, path.open("rb") as file, np.load(file, allow_pickle=False) as entry:
                arrays = {name: read(entry, name) for name in entry.files if not only or name in only}
        except OSError:
            return None  # missing, or not to be read: "make it again"
        except _DAMAGED:
            with suppress(OSError):  # else a part of it that is sound goes on saying that all of it is there
                path.unlink()
            return None
        self._folder.mark_used(path)
        return arrays

    def save(self, key: str, arrays: Arrays) -> None:
        named: dict[str, NDArray[Any]] = dict(arrays)
        if any(array.dtype.hasobject for array in named.values()):
            raise TypeError("arrays of objects are never stored: they would need pickle")
        path = self._folder.path(key)
        try:
            self._folder.prepare()
            with self._folder.aside() as aside:
                with aside.open("wb") as file:
                    np.savez(file, allow_pickle=False, **named)
                aside.replace(path)
        except OSError as error:
            raise OutsideError(
                f"the cache {self._folder.folder} cannot be written: {(error.strerror or str(error)).lower()}",
                "Make room or give the right to write there, or choose another cache folder; what is kept stays good.",
            ) from error
        self._folder.saved(path)

    def state(self) -> CacheState:
        """What it holds. Read-only."""
        return self._folder.state()

    def purge(self) -> CacheState:
        """Remove all of it; returns what there was. Raises `OutsideError` where another run uses it."""
        return self._folder.purge()


def _mapped(entry: Any, name: str) -> NDArray[Any]:
    """One array of an open entry, as a view of the file where it is large: entries are never compressed, so an array
    lies in one piece behind the header of its member and its own."""
    archive: zipfile.ZipFile = entry.zip
    member = archive.getinfo(f"{name}.npy")
    if member.file_size < LARGE_BYTES or member.compress_type != zipfile.ZIP_STORED:
        return np.asarray(entry[name])
    with archive.open(member) as stream:
        version = np.lib.format.read_magic(stream)
        header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, is_fortran, dtype = header(stream)
        before = stream.tell()
    file = archive.fp
    assert file is not None
    file.seek(member.header_offset + _NAME_LENGTHS)
    lengths = sum(struct.unpack("<HH", file.read(4)))
    start = member.header_offset + _NAME_LENGTHS + 4 + lengths + before
    view = np.memmap(file, dtype, "r", start, shape, "F" if is_fortran else "C")  # ValueError where it is cut short
    return np.asarray(view)  # a plain array: each piece of the other kind is slow to take
