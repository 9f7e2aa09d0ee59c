"""What an engine needs of a register to search it, in volumes that the cache keeps: a register grows by one more."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cleancut.match.fingerprint import Volumes
from cleancut.match.picture import Arrays
from cleancut.ports import Cache, PictureEngine, Progress
from cleancut.usecases.prints import Sought

MOST = 2048
"""Materials of a volume: making one takes some seconds and some hundred megabytes."""


@dataclass(frozen=True)
class Shelves:
    """Keeps volumes, and a list of them, by the keys of the fingerprints they were made from. What is in the cache only
    saves work: volumes differ in nothing but that, and findings not at all."""

    cache: Cache
    engine: PictureEngine

    def of(self, sought: Sought, progress: Progress) -> Volumes:
        """Volumes that hold these materials, each once and no other, with the numbers these have among them. Makes what
        the cache does not hold. Raises `OutsideError` where it cannot be written."""
        entries = sought.entries
        places = {entry: place for place, entry in enumerate(entries) if isinstance(entry, str)}
        known = self._known()
        opened = self._opened(known, places)
        missing = set(places).difference(*opened)
        for keys in sorted(opened, key=len):  # as one counts: a material is sorted anew a few times and not each time
            if len(keys) > len(missing) or len(keys) + len(missing) > MOST:
                break
            missing.update(keys)
            del opened[keys]
        volumes = [(arrays, _numbers(keys, places)) for keys, arrays in opened.items()]
        left = sorted(missing, key=places.__getitem__)
        progress.stage("sort", len(left))
        for start in range(0, len(left), MOST):
            keys = tuple(left[start : start + MOST])
            volumes.append((self._made(sought, keys, _numbers(keys, places), progress), _numbers(keys, places)))
            known.append(keys)
        if left:
            self._save(known)
        held = np.array([place for place, entry in enumerate(entries) if not isinstance(entry, str)], np.int64)
        if len(held):
            volumes.append((self.engine.volume(sought[place][1] for place in held.tolist()), held))
        return volumes

    def _made(self, sought: Sought, keys: tuple[str, ...], numbers: NDArray[np.int64], progress: Progress) -> Arrays:
        def fingerprints() -> Iterator[Arrays]:
            for number in numbers.tolist():
                yield sought[number][1]
                progress.advance()

        made, key = self.engine.volume(fingerprints()), self._key(keys)
        self.cache.save(key, made)
        return self.cache.open(key) or made

    def _opened(self, known: list[tuple[str, ...]], places: dict[str, int]) -> dict[tuple[str, ...], Arrays]:
        """Of the volumes that hold nothing else, the largest, as far as the cache still has them."""
        opened: dict[tuple[str, ...], Arrays] = {}
        covered: set[str] = set()
        for keys in sorted(known, key=len, reverse=True):
            if all(key in places and key not in covered for key in keys):
                arrays = self.cache.open(self._key(keys))
                if arrays is not None:
                    opened[keys] = arrays
                    covered.update(keys)
        return opened

    def _known(self) -> list[tuple[str, ...]]:
        """The keys that each volume was made from."""
        kept = self.cache.load(self._list)
        if kept is None:
            return []
        keys = [key.decode() for key in kept["keys"].tolist()]
        return [tuple(keys[first:end]) for first, end in pairwise([0, *kept["ends"].tolist()])]

    def _save(self, known: Sequence[tuple[str, ...]]) -> None:
        """Without those that are gone."""
        there = [keys for keys in dict.fromkeys(known) if self.cache.load(self._key(keys), ["engine"]) is not None]
        keys = np.array([key.encode() for keys in there for key in keys], np.bytes_)
        self.cache.save(self._list, {"keys": keys, "ends": np.cumsum([len(keys) for keys in there])})

    @property
    def _list(self) -> str:
        return f"volumes-{self.engine.identity.name}-{self.engine.identity.version}"

    def _key(self, keys: tuple[str, ...]) -> str:
        digest = hashlib.sha256("\n".join(keys).encode()).hexdigest()
        return f"volume-{digest}-{self.engine.identity.name}-{self.engine.identity.version}"


def _numbers(keys: tuple[str, ...], places: dict[str, int]) -> NDArray[np.int64]:
    return np.array([places[key] for key in keys], np.int64)
