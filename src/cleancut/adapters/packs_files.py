"""Rule packs read from folders: the shipped ones inside the package, and a production's own by path.

A pack is `pack.yaml`, `examples.yaml` and `source.md`. Its digest is that of its parsed rules, so a comment or a
moved line changes nothing, and a changed word does.
"""

from __future__ import annotations

import os
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from cleancut.adapters.text_yaml import read_document
from cleancut.errors import DossierError, FieldError, PackError, UnknownId
from cleancut.model.digest import digest_of
from cleancut.rules.catalogue import Catalogue, catalogue_of
from cleancut.rules.pack import Pack, pack_of

SHIPPED = Path(str(resources.files("cleancut") / "packs"))


class PackFiles:
    """The packs a name can mean: a shipped one, or a folder (a name with a path separator in it).

    A pack is read once: what changes on disk after that is seen by the next process.
    """

    def __init__(self) -> None:
        self._loaded: dict[str, Pack] = {}

    @property
    def catalogue(self) -> Catalogue:
        return _catalogue()

    def table(self, name: str) -> dict[str, Any]:
        """The plain data of a table that ships beside the packs."""
        return _table(name)

    def names(self) -> list[str]:
        """The shipped packs, in order of name."""
        return sorted(path.parent.name for path in SHIPPED.glob("*/pack.yaml"))

    def load(self, name: str) -> Pack:
        """The pack of that name or folder. UnknownId where there is none, PackError where it does not load."""
        if name not in self._loaded:
            self._loaded[name] = self._read(name)
        return self._loaded[name]

    def _read(self, name: str) -> Pack:
        folder = self._folder(name)
        data = read_document(folder / "pack.yaml").data
        try:
            return pack_of(data, digest_of(data), self.catalogue)
        except (KeyError, AttributeError, TypeError) as error:
            raise PackError(
                f"{folder / 'pack.yaml'}: not a rule pack ({error!r})", "see docs/reference/packs.md"
            ) from error

    def examples(self, name: str) -> dict[str, Any]:
        """The plain data of the pack's examples.yaml."""
        data = read_document(self._folder(name) / "examples.yaml").data
        if not isinstance(data, dict):
            raise PackError(f"{name}: examples.yaml holds no examples")
        return data

    def source(self, name: str) -> str:
        """The pack's source.md: title, address and date read of what it was authored from."""
        return (self._folder(name) / "source.md").read_text(encoding="utf-8")

    def _folder(self, name: str) -> Path:
        if os.sep in name or name in (".", ".."):
            return Path(name)
        if name not in self.names():
            raise UnknownId(
                f"there is no rule pack {name!r}", f"packs: {', '.join(self.names())}; or give a folder as ./NAME"
            )
        return SHIPPED / name


@cache
def _table(name: str) -> dict[str, Any]:
    return dict(read_document(SHIPPED / f"{name}.yaml").data)


@cache
def _catalogue() -> Catalogue:
    try:
        return catalogue_of(read_document(SHIPPED / "facts.yaml").data)
    except (FieldError, DossierError) as error:
        raise PackError(error.message, error.hint) from error
