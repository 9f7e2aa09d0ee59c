"""Dossiers written to disk: changed in place, and put in place as a whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cleancut.adapters.text_yaml import parse_document
from cleancut.adapters.text_yaml_edit import edited, written
from cleancut.errors import DossierError, OutputError, OutsideError

_MARK = "\ufeff"


class YamlDossiers:
    """Dossiers as YAML files, in UTF-8."""

    def change(self, path: Path, was: Any, data: Mapping[str, Any]) -> bytes:
        text = self.content(path).decode("utf-8")
        mark, text = (_MARK, text[1:]) if text.startswith(_MARK) else ("", text)
        if parse_document(text, str(path)).data != was:
            raise DossierError(f"{path}: was changed meanwhile; nothing was written", "run it again")
        return (mark + edited(text, data, str(path))).encode("utf-8")

    def new(self, data: Mapping[str, Any], head: str) -> bytes:
        """A new file of this data, under a comment."""
        comment = "".join(f"# {line}".rstrip() + "\n" for line in head.splitlines())
        return (comment + ("\n" if comment else "") + written(data)).encode("utf-8")

    def content(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            hint = "check the path and that you may read it"
            raise DossierError(f"{path}: {error.strerror or error}", hint) from error

    def write(self, path: Path, content: bytes, was: bytes | None) -> None:
        target = path.resolve()
        if was is None and target.exists():
            raise OutputError(f"{path}: is there already", "choose another name")
        if was is not None and self.content(path) != was:
            raise OutputError(f"{path}: was changed meanwhile; nothing was written", "run it again")
        try:
            handle, aside = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        except OSError as error:
            raise _failed(path, error) from error
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(aside).chmod(target.stat().st_mode & 0o777 if was is not None else 0o644)
            Path(aside).replace(target)
        except OSError as error:
            raise _failed(path, error) from error
        finally:
            Path(aside).unlink(missing_ok=True)


def _failed(path: Path, error: OSError) -> OutsideError:
    reason = (error.strerror or str(error)).lower()
    return OutsideError(f"{path}: cannot be written: {reason}; nothing was changed", "make room, or check the rights")
