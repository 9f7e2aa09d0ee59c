"""Ports kept in memory."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from cleancut.match.picture import Arrays


class Silence:
    """A `Progress` that shows nothing."""

    def stage(self, name: str, total: int | None = None) -> None: ...

    def advance(self, count: int = 1) -> None: ...


class MemoryCache:
    """A `Cache` in memory; `loads` and `saves` list the keys asked for."""

    def __init__(self) -> None:
        self.entries: dict[str, Arrays] = {}
        self.loads: list[str] = []
        self.saves: list[str] = []

    def load(self, key: str, only: Collection[str] = ()) -> Arrays | None:
        self.loads.append(key)
        entry = self.entries.get(key)
        return {name: entry[name] for name in entry if not only or name in only} if entry is not None else None

    def open(self, key: str) -> Arrays | None:
        return self.load(key)

    def save(self, key: str, arrays: Arrays) -> None:
        self.saves.append(key)
        self.entries[key] = {name: np.array(array) for name, array in arrays.items()}
