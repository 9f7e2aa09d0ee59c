"""Register the sound of one material: a fingerprint of each track that differs, from the cache or made."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleancut.match.fingerprint import Featureless
from cleancut.match.picture import Arrays
from cleancut.match.samples import Samples
from cleancut.ports import Cache, SoundEngine, Sounds
from cleancut.usecases.at_once import GoOn
from cleancut.usecases.items import Item
from cleancut.usecases.prints import named_sound_prints

QUIET = 10 ** (-70 / 20)  # of full scale: a track whose loudest sample is below holds nothing that anybody would hear


@dataclass(frozen=True, eq=False)
class SoundPrint:
    """What can be listened for: how many fingerprints, one or more of each track that is heard and differs from those
    before it, and the key under which the cache has them.

    `problem` says why what can be heard is not, or not wholly, listened for, `hint` the way out where there is one.
    Silence, and no sound at all, are none; `has_tracks` tells the two apart.
    """

    key: str = ""
    count: int = 0
    milliseconds: int = 0
    problem: str = ""
    hint: str = ""
    has_tracks: bool = False


@dataclass(frozen=True)
class SoundPrinter:
    """Makes fingerprints of sound, each once. The engine is given all channels of a track together; where there are
    more than two, which may hold different things, each by itself as well. `go_on` is called at every block, and raises
    once nobody waits."""

    sounds: Sounds
    cache: Cache
    engine: SoundEngine
    go_on: GoOn

    def of(self, item: Item) -> SoundPrint:
        """From the cache, or made and put there. Raises `Unreadable` where the file does not open."""
        identity = self.engine.identity
        key = f"sound-{item.digest}-{identity.name}-{identity.version}"
        kept = self.cache.load(key, _RECORD)
        if kept is not None:
            return _unpacked(key, kept)
        arrays, made = self._made(item)
        self.cache.save(key, {**named_sound_prints(arrays), **_record(made)})
        return replace(made, key=key)

    def _made(self, item: Item) -> tuple[list[Arrays], SoundPrint]:
        """One pass for each fingerprint: a material is short, and no track need wait in memory for another."""
        with self.sounds.open(item.files[0].path, self.engine.rate) as hearing:
            tracks = hearing.tracks
        arrays: list[Arrays] = []
        problems, hints, longest = [], [], 0
        for number, track in enumerate(tracks):
            made, samples, (problem, hint) = self._of_track(item, number, slice(None))
            several = range(len(track.channels)) if len(track.channels) > 2 else ()
            singly = [self._of_track(item, number, slice(channel, channel + 1))[0] for channel in several]
            if problem:
                problems.append(f"{track.name}: {problem}" if len(tracks) > 1 else problem)
                hints.append(hint)
            for one in chain(made, *singly):
                if not any(_is_same(one, other) for other in arrays):
                    longest = max(longest, samples)
                    arrays.append(one)
        milliseconds = max(1, 1000 * longest // self.engine.rate) if arrays else 0
        problem, hint = "; ".join(problems), next(iter(hints), "")
        return arrays, SoundPrint("", len(arrays), milliseconds, problem, hint, bool(tracks))

    def _of_track(self, item: Item, number: int, channels: slice) -> tuple[tuple[Arrays, ...], int, tuple[str, str]]:
        """The fingerprints of some channels of a track, its samples, and what is wrong, with the way out; none and
        nothing where they are silent."""
        with self.sounds.open(item.files[0].path, self.engine.rate) as hearing:
            heard = _Heard((samples[channels] for track, samples in hearing if track == number), self.go_on)
            made: tuple[Arrays, ...] = ()
            problem = "", ""
            try:
                made = self.engine.fingerprints(heard)
            except Featureless as refusal:
                problem = refusal.reason, refusal.hint
            deque(heard, maxlen=0)  # to the end: only then is it known how loud it is, and what was lost
            losses = [loss for loss in hearing.losses if loss[0] == number]
        if heard.peak < QUIET:
            made, problem = (), ("", "")
        if losses:
            _, first, end, why = losses[0]
            rate = self.engine.rate
            problem = f"not all of it decodes ({first / rate:.1f} to {end / rate:.1f} seconds: {why})", ""
        return made, heard.samples, problem


class _Heard:
    """Blocks of one track as they pass, with their number of samples and the loudest of them."""

    def __init__(self, blocks: Iterable[Samples], go_on: GoOn) -> None:
        self.samples, self.peak = 0, 0.0
        self._blocks, self._go_on = iter(blocks), go_on

    def __iter__(self) -> Iterator[Samples]:
        for block in self._blocks:
            self._go_on()
            self.samples += block.shape[1]
            self.peak = max(self.peak, float(np.abs(block).max(initial=0.0)))
            yield block


def _is_same(one: Arrays, other: Arrays) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


_RECORD = ("_facts", "_problem")


def _record(made: SoundPrint) -> dict[str, NDArray[Any]]:
    facts = np.array([made.count, made.milliseconds, made.has_tracks], dtype=np.int64)
    return {"_facts": facts, "_problem": np.array([made.problem, made.hint])}


def _unpacked(key: str, kept: Arrays) -> SoundPrint:
    count, milliseconds, has_tracks = (int(value) for value in kept["_facts"])
    problem, hint = (str(text) for text in kept["_problem"])
    return SoundPrint(key, count, milliseconds, problem, hint, bool(has_tracks))
