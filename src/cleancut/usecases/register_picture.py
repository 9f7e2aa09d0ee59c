"""Register the picture of one material: its fingerprint, from the cache or made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleancut.match.fingerprint import Featureless
from cleancut.match.picture import Arrays, Frame
from cleancut.model.timing import Rate
from cleancut.ports import Cache, Clips, PictureEngine, ReaderLost, Stills, Unreadable
from cleancut.usecases.at_once import GoOn
from cleancut.usecases.items import Item

SEQUENCE_RATE = Rate(Fraction(24))
"""Of stills in sequence where neither their declaration nor a master says otherwise."""


@dataclass(frozen=True, eq=False)
class PicturePrint:
    """A fingerprint, or the key under which the cache has it, with what the material's record needs. `lost` says why
    only part of it is looked for; where a reader was lost over it, that is not final, and another run tries again.
    `doubt` says why it may be missed."""

    arrays: Arrays | str
    width: int
    height: int
    frames: int
    rate: str = ""
    lost: str = ""
    is_final: bool = True
    doubt: str = ""


@dataclass(frozen=True)
class PicturePrinter:
    """Makes fingerprints of pictures, each once. Stills in sequence run at `rate` unless declared at another; `told`
    hears the name of each as soon as it is read. `go_on` is called at every frame, and raises once nobody waits."""

    clips: Clips
    stills: Stills
    cache: Cache
    engine: PictureEngine
    rate: Rate
    told: Callable[[str], None]
    go_on: GoOn

    def of(self, item: Item) -> PicturePrint:
        """From the cache, or made and put there; that there is nothing to look for is kept too. Raises `Unreadable` or
        `Featureless`."""
        identity = self.engine.identity
        key = f"picture-{item.digest}-{identity.name}-{identity.version}"
        if item.is_sequence:
            key += "-at-" + str(item.rate or self.rate).replace("/", "-")
        kept = self.cache.load(key, _RECORD)
        if kept is not None:
            return _unpacked(key, kept)
        try:
            made = self._made(item)
        except Featureless as refusal:
            self.cache.save(key, {"_refused": np.array([refusal.reason, refusal.hint])})
            raise
        made = replace(made, doubt=self.engine.doubt(_arrays(made)))
        if not made.is_final:
            return made
        self.cache.save(key, _packed(made))
        return replace(made, arrays=key)

    def _made(self, item: Item) -> PicturePrint:
        if item.is_still:
            return self._of_still(item)
        return self._of_sequence(item) if item.is_sequence else self._of_clip(item)

    def _of_still(self, item: Item) -> PicturePrint:
        frame = self.stills.read(item.files[0].path, item.page)
        height, width = frame.luma.shape
        return PicturePrint(self.engine.fingerprint([frame], "still"), width, height, 1)

    def _of_sequence(self, item: Item) -> PicturePrint:
        rate = item.rate or self.rate
        losses: list[tuple[int, str]] = []
        decoded, shape, is_final = 0, (0, 0), True

        def frames() -> Iterator[Frame]:
            nonlocal decoded, shape, is_final
            for file, time in zip(item.files, item.times, strict=True):
                self.told(file.name)
                self.go_on()
                try:
                    still = self.stills.read(file.path)
                except Unreadable as problem:
                    losses.append((decoded, f"{file.name}: {problem.reason}"))
                    if isinstance(problem, ReaderLost):  # it may take a minute each time
                        is_final = False
                        break
                    continue
                decoded, shape = decoded + 1, still.luma.shape
                yield Frame(still.luma, still.aspect, float(time / rate.value))
            if not decoded:
                raise Unreadable(f"none of its stills decodes: {losses[0][1]}")

        try:
            arrays = self.engine.fingerprint(frames(), "clip")
        except Featureless:
            if is_final:
                raise
            raise ReaderLost(losses[-1][1]) from None
        lost = _loss(decoded, 0, None, losses)
        return PicturePrint(arrays, shape[1], shape[0], decoded, str(rate), lost, is_final)

    def _of_clip(self, item: Item) -> PicturePrint:
        decoded = damaged = 0

        def counted(frames: Iterable[Frame]) -> Iterator[Frame]:
            nonlocal decoded, damaged
            for frame in frames:
                self.go_on()
                decoded += 1
                damaged += frame.is_damaged
                yield frame
            if not decoded:
                raise Unreadable("no frame of it decodes")

        with self.clips.open(item.files[0].path, self.engine.width) as reading:
            arrays = self.engine.fingerprint(counted(reading), "clip")
            info, losses = reading.info, list(reading.losses)
        lost = _loss(decoded, damaged, info.frames_stated, losses)
        return PicturePrint(arrays, info.width, info.height, decoded, str(Rate(info.rate)), lost)


def _loss(decoded: int, damaged: int, stated: int | None, losses: list[tuple[int, str]]) -> str:
    """Why a clip counts as only partly examined; empty where all of it was."""
    if stated is not None and decoded < stated:
        return f"only {decoded} of its {stated} frames decoded; these are looked for, the rest is not"
    if losses:
        return f"parts of it do not decode ({losses[0][1]}); {decoded} frames are looked for"
    if damaged:
        return f"{damaged} of its {decoded} frames are damaged"
    return ""


_RECORD = ("_refused", "_facts", "_rate", "_lost", "_doubt")


def _arrays(made: PicturePrint) -> Arrays:
    assert not isinstance(made.arrays, str)
    return made.arrays


def _packed(made: PicturePrint) -> dict[str, NDArray[Any]]:
    texts = {"_rate": made.rate, "_lost": made.lost, "_doubt": made.doubt}
    facts = np.array([made.width, made.height, made.frames], dtype=np.int64)
    return {**_arrays(made), "_facts": facts, **{name: np.array(text) for name, text in texts.items()}}


def _unpacked(key: str, kept: Arrays) -> PicturePrint:
    if "_refused" in kept:
        raise Featureless(*(str(text) for text in kept["_refused"]))
    width, height, frames = (int(value) for value in kept["_facts"])
    rate, lost, doubt = (str(kept[name]) for name in ("_rate", "_lost", "_doubt"))
    return PicturePrint(key, width, height, frames, rate, lost, doubt=doubt)
