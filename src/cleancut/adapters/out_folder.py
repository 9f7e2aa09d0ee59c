"""The output folder: written aside in full, then renamed into place, so that it is never half of anything.

A folder is ours where it holds a verdict.json of our schema and only files such as a check writes, or nothing. Any
other is refused, so that no file of the production's is ever replaced.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from cleancut.errors import OutputError, OutsideError

_WRITTEN = re.compile(r"((verdict|changes)\.json|report\.html|cue-sheet\.\w+|markers\.\w+|notices/[^/]+\.(eml|txt))")


class OutFolder:
    """Writes a set of files as one folder."""

    def refuse_foreign(self, folder: Path) -> None:
        """Raises `OutputError` unless the folder is missing, empty, or one that a check wrote."""
        hint = "choose another folder with --out"
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise OutputError(f"{folder}: not a folder", hint)
        if not os.access(_nearest_folder(folder.absolute()), os.W_OK | os.X_OK):
            raise OutputError(f"{folder}: no right to write there", hint)
        if folder.exists() and any(folder.iterdir()) and not _is_ours(folder):
            raise OutputError(f"{folder}: holds files that no check wrote; nothing was changed", hint)

    def write(self, folder: Path, files: Mapping[str, bytes]) -> None:
        """Replace the folder by these files, as a whole. A failure leaves what was there before."""
        self.refuse_foreign(folder)
        folder = folder.absolute()
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        except OSError as error:
            raise _failed(folder, error) from error
        try:
            for name, content in files.items():
                _write_file(aside / name, content)
            aside.chmod(0o755)
            _swap(aside, folder)
        except OSError as error:
            raise _failed(folder, error) from error
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def _write_file(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _swap(aside: Path, folder: Path) -> None:
    """Rename into place. Two renames, since a folder cannot be renamed over one that is not empty."""
    if not folder.exists():
        aside.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
    try:
        folder.rename(old / "was")
        try:
            aside.rename(folder)
        except BaseException:
            (old / "was").rename(folder)
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    """Whether a check wrote it, and nobody put a file of another kind beside what it wrote."""
    try:
        schema = json.loads((folder / "verdict.json").read_bytes())["schema"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())
    return isinstance(schema, str) and schema.startswith("cleancut/verdict/") and all(map(_WRITTEN.fullmatch, names))


def _nearest_folder(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path if path.is_dir() else path.parent


def _failed(folder: Path, error: OSError) -> OutsideError:
    reason = (error.strerror or str(error)).lower()
    return OutsideError(
        f"{folder}: cannot be written: {reason}", "make room or choose another folder with --out; nothing was changed"
    )
