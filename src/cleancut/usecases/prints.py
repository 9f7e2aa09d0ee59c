"""The fingerprints of a register, where the cache keeps them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar, overload

from numpy.typing import NDArray

from cleancut.errors import OutsideError
from cleancut.match.picture import Arrays
from cleancut.model.material import Material
from cleancut.ports import Cache

_T = TypeVar("_T")


def _there(cache: Cache | None, key: str) -> Arrays:
    kept = cache.load(key) if cache else None
    if kept is None:
        raise OutsideError("the fingerprint of a material is gone from the cache", "Run it again.")
    return kept


class _Loading(Sequence[_T], ABC):
    """A sequence whose members are loaded when they are read."""

    @abstractmethod
    def _at(self, number: int) -> _T: ...

    @overload
    def __getitem__(self, number: int) -> _T: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[_T]: ...
    def __getitem__(self, number: int | slice) -> _T | Sequence[_T]:
        if isinstance(number, slice):
            return [self._at(place) for place in range(len(self))[number]]
        return self._at(number)


class Prints(_Loading[Arrays | None]):
    """Fingerprints as a sequence, each loaded from the cache when read; a few stay in memory, so that thousands of
    materials take little. An entry is a key of the cache, or what the cache does not keep; None stays None."""

    LOADED = 4

    def __init__(self, cache: Cache | None = None, entries: Sequence[str | Arrays | None] = ()) -> None:
        self.entries = tuple(entries)
        self._cache = cache
        self._of = lru_cache(self.LOADED)(self._loaded)

    def __len__(self) -> int:
        return len(self.entries)

    def _at(self, number: int) -> Arrays | None:
        entry = self.entries[number]
        return self._of(entry) if isinstance(entry, str) else entry

    def _loaded(self, key: str) -> Arrays:
        return {name: array for name, array in _there(self._cache, key).items() if not name.startswith("_")}


class Sought(_Loading[tuple[Material, Arrays]]):
    """The materials that have a fingerprint, each with it, loaded when read. `entries` are those of `Prints`."""

    def __init__(self, materials: Sequence[Material], prints: Prints) -> None:
        self._places = [place for place, entry in enumerate(prints.entries) if entry is not None]
        self._materials, self._prints = materials, prints

    @property
    def entries(self) -> list[str | Arrays | None]:
        return [self._prints.entries[place] for place in self._places]

    def __len__(self) -> int:
        return len(self._places)

    def _at(self, number: int) -> tuple[Material, Arrays]:
        place = self._places[number]
        arrays = self._prints[place]
        assert arrays is not None
        return self._materials[place], arrays


class SoundPrints(_Loading[tuple[Arrays, ...]]):
    """Fingerprints of sound as a sequence: those of each material, loaded from the cache when read. An entry is a key
    of the cache, or empty, and how many fingerprints the material has."""

    def __init__(self, cache: Cache | None = None, entries: Sequence[tuple[str, int]] = ()) -> None:
        self.entries = tuple(entries)
        self._cache = cache
        self._of = lru_cache(Prints.LOADED)(self._loaded)

    def __len__(self) -> int:
        return len(self.entries)

    def _at(self, number: int) -> tuple[Arrays, ...]:
        key, count = self.entries[number]
        return self._of(key, count) if count else ()

    def _loaded(self, key: str, count: int) -> tuple[Arrays, ...]:
        return sound_prints(_there(self._cache, key), count)


def named_sound_prints(prints: Sequence[Arrays]) -> Arrays:
    """Those of one material as one entry of the cache."""
    return {f"{number}.{name}": array for number, arrays in enumerate(prints) for name, array in arrays.items()}


def sound_prints(kept: Arrays, count: int) -> tuple[Arrays, ...]:
    """The other way."""
    prints: list[dict[str, NDArray[Any]]] = [{} for _ in range(count)]
    for key, array in kept.items():
        number, dot, name = key.partition(".")
        if dot:
            prints[int(number)][name] = array
    return tuple(prints)


class SoughtSounds(_Loading[tuple[Material, Arrays]]):
    """Every fingerprint of sound with its material, loaded when read. The second and later ones of a material come with
    it under another name: an engine has each as a material of its own."""

    def __init__(self, materials: Sequence[Material], prints: SoundPrints) -> None:
        self._places = [(place, number) for place, (_, count) in enumerate(prints.entries) for number in range(count)]
        self._materials, self._prints = materials, prints

    @property
    def entries(self) -> list[tuple[str, int]]:
        """Of each a name that tells it from all others, and how many milliseconds it is long."""
        return [
            (f"{self._prints.entries[place][0]}.{number}", self._materials[place].sound_milliseconds)
            for place, number in self._places
        ]

    def __len__(self) -> int:
        return len(self._places)

    def _at(self, number: int) -> tuple[Material, Arrays]:
        place, of = self._places[number]
        material = self._materials[place]
        named = replace(material, name=f"{material.name}{TRACK}{of}") if of else material
        return named, self._prints[place][of]


TRACK = "\0"
"""Between a material's name and the number of its fingerprint, in `SoughtSounds`."""
