"""Files on a local disk."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from cleancut.errors import InputError
from cleancut.ports import FoundFile, Listing, Unreadable


class LocalFiles:
    """Lists folders and digests files. Read-only. Hidden names are those that begin with a dot."""

    def list(self, folder: Path) -> Listing:
        if not folder.is_dir():
            what = "no folder" if folder.exists() else "no such folder"
            raise InputError(f"{folder}: {what}", "Give the folder that holds the generated material.")
        root = folder.resolve()
        files: list[FoundFile] = []
        ignored: list[str] = []
        for at, folders, names in os.walk(folder, followlinks=False, onerror=_note(folder, files)):
            here = Path(at)
            for name in list(folders):
                path = here / name
                if name.startswith(".") or path.is_symlink():
                    # What a link to a folder inside shows is listed at its own place; following it could loop.
                    folders.remove(name)
                    ignored.append(path.relative_to(folder).as_posix())
            for name in names:
                path = here / name
                if name.startswith(".") or (path.is_symlink() and not _leads_inside(path, root)):
                    ignored.append(path.relative_to(folder).as_posix())
                else:
                    files.append(FoundFile(path.relative_to(folder).as_posix(), path))
        return Listing(tuple(sorted(files, key=lambda file: file.name)), tuple(sorted(ignored)))

    def digest(self, path: Path) -> str:
        if path.is_dir():
            raise Unreadable("is a folder, not a file")
        try:
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            raise Unreadable("no such file", "Check the path.") from None
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise Unreadable(f"cannot be read: {reason}", "Check the rights of the file and its folder.") from error

    def is_same(self, one: Path, other: Path) -> bool:
        try:
            return one.samefile(other)
        except OSError:
            return False


def _leads_inside(link: Path, root: Path) -> bool:
    try:
        return link.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):  # a dead link, or one that loops
        return False


def _note(folder: Path, files: list[FoundFile]) -> Callable[[OSError], None]:
    """A folder that may not be listed becomes an entry with a problem: what lies in it is not examined."""

    def onerror(error: OSError) -> None:
        path = Path(error.filename)
        name = path.relative_to(folder).as_posix()
        files.append(FoundFile(name, path, f"cannot be listed: {(error.strerror or str(error)).lower()}"))

    return onerror
