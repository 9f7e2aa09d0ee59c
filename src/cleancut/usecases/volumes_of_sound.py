"""What an engine needs of a register to search it for sound, in volumes that the cache keeps.

A volume holds materials that follow each other. Where one ends is written in the materials themselves: a register that
grows or shrinks somewhere has most of its volumes as before, and every register its own, however it came to be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cleancut.match.picture import Arrays
from cleancut.ports import Cache, Progress, SoundEngine
from cleancut.usecases.prints import SoughtSounds

MEAN, MOST = 2000 * 60_000, 3000 * 60_000
"""Milliseconds of a volume: making the longest takes eight seconds and some hundred megabytes."""


@dataclass(frozen=True)
class SoundShelves:
    """Keeps volumes by the keys of the fingerprints they were made from. What is in the cache only saves work."""

    cache: Cache
    engine: SoundEngine

    def of(self, sought: SoughtSounds, progress: Progress) -> tuple[Arrays, ...]:
        """Volumes that hold all of it in order. Makes what the cache does not hold. Raises `OutsideError` where it
        cannot be written."""
        progress.stage("sort sound", len(sought))
        return tuple(self._of(sought, first, end, is_whole, progress) for first, end, is_whole in _runs(sought.entries))

    def _of(self, sought: SoughtSounds, first: int, end: int, is_whole: bool, progress: Progress) -> Arrays:
        """The last of a register, which the next material belongs to, is not worth keeping."""

        def fingerprints() -> Iterator[Arrays]:
            for number in range(first, end):
                yield sought[number][1]
                progress.advance()

        if not is_whole:
            return self.engine.volume(fingerprints())
        key = self._key(sought.entries[first:end])
        kept = self.cache.open(key)
        if kept is not None:
            progress.advance(end - first)
            return kept
        made = self.engine.volume(fingerprints())
        self.cache.save(key, made)
        return self.cache.open(key) or made

    def _key(self, entries: Sequence[tuple[str, int]]) -> str:
        digest = hashlib.sha256("\n".join(name for name, _ in entries).encode()).hexdigest()
        return f"sounds-{digest}-{self.engine.identity.name}-{self.engine.identity.version}"


def _runs(entries: Sequence[tuple[str, int]]) -> Iterator[tuple[int, int, bool]]:
    """(first, end, whether it is whole) of each volume: one ends with a material whose name, by its digest, is drawn,
    the more likely the longer it is."""
    first = length = 0
    for number, (name, milliseconds) in enumerate(entries):
        length += milliseconds
        drawn = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
        if drawn * MEAN < milliseconds << 64 or length >= MOST:
            yield first, number + 1, True
            first, length = number + 1, 0
    if first < len(entries):
        yield first, len(entries), False
