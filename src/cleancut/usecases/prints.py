"""The fingerprints of a register, where the cache keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import overload

from cleancut.errors import OutsideError
from cleancut.match.picture import Arrays
from cleancut.model.material import Material
from cleancut.ports import Cache


class Prints(Sequence[Arrays | None]):
    """Fingerprints as a sequence, each loaded from the cache when read; a few stay in memory, so that thousands of
    materials take little. An entry is a key of the cache, or what the cache does not keep; None stays None."""

    LOADED = 4

    def __init__(self, cache: Cache | None = None, entries: Sequence[str | Arrays | None] = ()) -> None:
        self.entries = tuple(entries)
        self._cache = cache
        self._of = lru_cache(self.LOADED)(self._loaded)

    def __len__(self) -> int:
        return len(self.entries)

    @overload
    def __getitem__(self, number: int) -> Arrays | None: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Arrays | None]: ...
    def __getitem__(self, number: int | slice) -> Arrays | Sequence[Arrays | None] | None:
        if isinstance(number, slice):
            return Prints(self._cache, self.entries[number])
        entry = self.entries[number]
        return self._of(entry) if isinstance(entry, str) else entry

    def _loaded(self, key: str) -> Arrays:
        kept = self._cache.load(key) if self._cache else None
        if kept is None:
            raise OutsideError("the fingerprint of a material is gone from the cache", "Run it again.")
        return {name: array for name, array in kept.items() if not name.startswith("_")}


class Sought(Sequence[tuple[Material, Arrays]]):
    """The materials that have a fingerprint, each with it, loaded when read. `entries` are those of `Prints`."""

    def __init__(self, materials: Sequence[Material], prints: Prints) -> None:
        self._places = [place for place, entry in enumerate(prints.entries) if entry is not None]
        self._materials, self._prints = materials, prints

    @property
    def entries(self) -> list[str | Arrays | None]:
        return [self._prints.entries[place] for place in self._places]

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, number: int) -> tuple[Material, Arrays]: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[tuple[Material, Arrays]]: ...
    def __getitem__(self, number: int | slice) -> tuple[Material, Arrays] | Sequence[tuple[Material, Arrays]]:
        if isinstance(number, slice):
            return [self[place] for place in range(len(self))[number]]
        place = self._places[number]
        arrays = self._prints[place]
        assert arrays is not None
        return self._materials[place], arrays
