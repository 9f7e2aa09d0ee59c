"""A cache of arrays in a folder of .npz files, private to the user."""

from __future__ import annotations

import os
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleancut.errors import OutsideError
from cleancut.match.picture import Arrays


class DiskCache:
    """Keeps arrays under their key as `<key>.npz` in a folder of mode 0700, files of mode 0600.

    Entries are written aside and renamed, so a reader sees whole entries or none. Holds pictures small enough to
    recognise: purging it is deleting the folder. Does not limit its size.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, key: str) -> Arrays | None:
        try:
            with self._path(key).open("rb") as file, np.load(file, allow_pickle=False) as entry:
                return {name: entry[name] for name in entry.files}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None  # missing, cut short or foreign: all of them mean "make it again"

    def save(self, key: str, arrays: Arrays) -> None:
        named: dict[str, NDArray[Any]] = dict(arrays)
        if any(array.dtype.hasobject for array in named.values()):
            raise TypeError("arrays of objects are never stored: they would need pickle")
        aside: Path | None = None
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder, prefix=".aside-")  # mkstemp gives mode 0600
            aside = Path(name)
            with os.fdopen(handle, "wb") as file:
                np.savez(file, allow_pickle=False, **named)
            aside.replace(self._path(key))
        except OSError as error:
            raise OutsideError(
                f"the cache {self._folder} cannot be written: {(error.strerror or str(error)).lower()}",
                "Make room or give the right to write there, or choose another cache folder; what is kept stays good.",
            ) from error
        finally:
            if aside is not None:
                aside.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if not key or not all(letter.isalnum() or letter in "-_." for letter in key):
            raise ValueError(f"not a key: {key!r}")
        return self._folder / f"{key}.npz"
