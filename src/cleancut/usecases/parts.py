"""What was sketched of a master, part by part, as the cache keeps it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import overload

from cleancut.errors import OutsideError
from cleancut.match.picture import Arrays
from cleancut.ports import Cache


class Parts(Sequence[Arrays]):
    """A sketch as a sequence of parts, each loaded from the cache when read; a few stay in memory. `length` is set when
    it is known. A part that ends where a reader was lost is held in memory alone."""

    LOADED = 4

    def __init__(self, cache: Cache, key: str) -> None:
        self.length = 0
        self._cache, self._key = cache, key
        self._loaded: OrderedDict[int, Arrays] = OrderedDict()
        self._held: dict[int, Arrays] = {}

    def __len__(self) -> int:
        return self.length

    @overload
    def __getitem__(self, number: int) -> Arrays: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Arrays]: ...
    def __getitem__(self, number: int | slice) -> Arrays | Sequence[Arrays]:
        if isinstance(number, slice):
            return [self[index] for index in range(self.length)[number]]
        if not 0 <= number < self.length:
            raise IndexError(number)
        return self.read(number)

    def read(self, number: int) -> Arrays:
        """One that is there, before it is known how many there will be. Raises `OutsideError` where it is gone."""
        if number in self._held:
            return self._held[number]
        if number not in self._loaded:
            part = self._cache.open(f"{self._key}-{number}")
            if part is None:
                raise OutsideError("a part of the master's sketch is gone from the cache", "Run the scan again.")
            self._loaded[number] = part
            if len(self._loaded) > self.LOADED:
                self._loaded.popitem(last=False)
        self._loaded.move_to_end(number)
        return self._loaded[number]

    def has(self, number: int) -> bool:
        return self._cache.load(f"{self._key}-{number}") is not None

    def save(self, number: int, part: Arrays) -> None:
        self._cache.save(f"{self._key}-{number}", part)

    def hold(self, number: int, part: Arrays) -> None:
        """For this run only: another may get further in the file, and would take the cache's part for all of it."""
        self._held[number] = part

    def are_there(self, length: int) -> bool:
        """Whether the cache holds every part up to `length`."""
        return all(self.has(number) for number in range(length))
