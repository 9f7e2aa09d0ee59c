"""Files on a local disk."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from cleancut.errors import InputError
from cleancut.ports import FoundFile, Listing, Unreadable

_RIGHTS = "Give it back its rights, or remove it from the folder."
_COPY = "Put a copy of what it leads to into the folder, or take the link out."
_MOUNT = "Mount what it leads to, or take the link out."


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
            for name in (*folders, *names):
                path = Path(at) / name
                called = path.relative_to(folder).as_posix()
                problem, hint = _astray(path, root) if path.is_symlink() else ("", "")
                if name.startswith("."):
                    ignored.append(called)
                elif problem or path.is_file():
                    files.append(FoundFile(called, path, problem, hint))
                elif path.is_symlink():  # what a link to a folder inside shows is listed at its own place
                    ignored.append(called)
                elif not path.is_dir():
                    files.append(FoundFile(called, path, "is no ordinary file", "Take it out of the folder."))
            folders[:] = [name for name in folders if not name.startswith(".")]
        return Listing(tuple(sorted(files, key=lambda file: file.name)), tuple(sorted(ignored)))

    def digest(self, path: Path) -> str:
        if path.exists() and not path.is_file():
            raise Unreadable("is a folder, not a file" if path.is_dir() else "is no ordinary file")
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


def _astray(link: Path, root: Path) -> tuple[str, str]:
    """Why a link is not followed, and the way out; empty where it stays inside the folder."""
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):
        return "is a link that leads nowhere", _MOUNT
    if not target.is_relative_to(root):
        return "is a link that leads out of the folder", _COPY
    is_hidden = any(part.startswith(".") for part in target.relative_to(root).parts)
    return ("is a link to a hidden folder", _COPY) if is_hidden and target.is_dir() else ("", "")


def _note(folder: Path, files: list[FoundFile]) -> Callable[[OSError], None]:
    """A folder that may not be listed becomes an entry with a problem: what lies in it is not examined."""

    def onerror(error: OSError) -> None:
        path = Path(error.filename)
        name = path.relative_to(folder).as_posix()
        files.append(FoundFile(name, path, f"cannot be listed: {(error.strerror or str(error)).lower()}", _RIGHTS))

    return onerror
