"""Scan a master for registered material: is anything from the register in there, and where."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from cleancut.errors import MediaError, OutsideError, VersionMismatch
from cleancut.match.picture import Arrays, Frame
from cleancut.model.findings import Coverage, Master, Scan, Unexamined
from cleancut.model.timing import Clock, Rate, Span, join, missing
from cleancut.ports import Cache, ClipInfo, Clips, Files, PictureEngine, Progress, Reading, Unreadable
from cleancut.usecases.register import Register

PART_FRAMES = 500  # what an interruption costs at most: about twenty seconds of film
NO_SOUND_ENGINE = "no sound engine in this version: picture only"
_MASTER_HINT = "Give a film file with moving pictures, such as MP4, MOV or MXF."


@dataclass(frozen=True)
class ScanPorts:
    """What scanning needs from outside."""

    files: Files
    clips: Clips
    cache: Cache
    engine: PictureEngine


@dataclass(frozen=True)
class _Seen:
    """What reading the master yielded: `frames` decoded, and the spans that did not decode or are damaged."""

    info: ClipInfo
    frames: int
    missing: tuple[Unexamined, ...]


def scan(ports: ScanPorts, master: Path, register: Register, progress: Progress) -> Scan:
    """Every appearance of the register's material in the master, and what was not looked at.

    An interrupted scan goes on where it stopped; a scan of a known master against a grown register decodes nothing.
    Raises `MediaError` where the master yields no frame, `VersionMismatch` for a register of another engine,
    `OutsideError` where the cache cannot be written.
    """
    identity = ports.engine.identity
    if (register.engine.name, register.engine.version) != (identity.name, identity.version):
        raise VersionMismatch(
            f"the register was made by engine {register.engine.name} {register.engine.version}, "
            f"this is {identity.name} {identity.version}",
            "Register the material again with this version.",
        )
    digest = _digest(ports.files, master)
    # (1) sketch the master, part by part, unless the cache holds it
    parts = _Parts(ports.cache, f"master-{digest}-{identity.name}-{identity.version}-{PART_FRAMES}")
    seen = parts.finished()
    if seen is None:
        seen = _sketch(ports, master, parts, progress)
        parts.finish(seen)
    # (2) find the register in the sketch
    clock = _clock(seen.info)
    pairs = list(zip(register.materials, register.fingerprints, strict=True))
    parts.length = _part_count(seen.frames)
    findings = ports.engine.find(parts, seen.info.rate, pairs, progress)
    # (3) say what was looked at
    whole = Master(str(master), digest, clock, seen.frames, seen.info.width, seen.info.height)
    return Scan(whole, identity, _coverage(seen, register), findings)


def _digest(files: Files, master: Path) -> str:
    try:
        return files.digest(master)
    except Unreadable as problem:
        raise MediaError(f"{master}: {problem.reason}", problem.hint or _MASTER_HINT) from problem


def _clock(info: ClipInfo) -> Clock:
    return Clock(Rate(info.rate), info.start_timecode or "00:00:00:00")


def _sketch(ports: ScanPorts, master: Path, parts: _Parts, progress: Progress) -> _Seen:
    """Decode the master once; parts that the cache holds are passed over, their frames only counted."""
    try:
        with ports.clips.open(master) as reading:
            progress.stage("decode", reading.info.frames_stated)
            frames, damaged = _sketch_parts(ports.engine, reading, parts, progress)
            info, losses = reading.info, list(reading.losses)
    except Unreadable as problem:
        raise MediaError(f"{master}: {problem.reason}", problem.hint or _MASTER_HINT) from problem
    if not frames:
        raise MediaError(f"{master}: no frame of it decodes", "Export it again, or check that the copy is whole.")
    return _Seen(info, frames, _not_examined(frames, info.frames_stated, damaged, losses))


def _sketch_parts(engine: PictureEngine, reading: Reading, parts: _Parts, progress: Progress) -> tuple[int, list[int]]:
    """Sketch what is not in the cache. Returns the number of frames, and the indices of damaged ones."""
    tape = _Tape(reading, engine.context, progress)
    number = 0
    while not tape.at_end():
        first = number * PART_FRAMES
        if parts.has(number):
            tape.skip(first + PART_FRAMES)
        else:
            parts.save(number, engine.sketch(tape.pairs(first + PART_FRAMES), first, reading.info.rate))
        number += 1
    return tape.position, tape.damaged


class _Tape:
    """Frames of a reading with their index and the few that came before."""

    def __init__(self, reading: Reading, context: int, progress: Progress) -> None:
        self.position = 0
        self.damaged: list[int] = []
        self._frames = iter(reading)
        self._next = next(self._frames, None)
        self._before: deque[tuple[int, Frame]] = deque(maxlen=context)
        self._progress = progress

    def at_end(self) -> bool:
        return self._next is None

    def pairs(self, end: int) -> Iterator[tuple[int, Frame]]:
        """The frames before the position that are remembered, then those from it up to `end`."""
        yield from list(self._before)
        while self._next is not None and self.position < end:
            yield self.position, self._next
            self._step()

    def skip(self, end: int) -> None:
        while self._next is not None and self.position < end:
            self._step()

    def _step(self) -> None:
        frame = self._next
        assert frame is not None
        self._before.append((self.position, frame))
        if frame.is_damaged:
            self.damaged.append(self.position)
        self.position += 1
        self._progress.advance()
        self._next = next(self._frames, None)


class _Parts(Sequence[Arrays]):
    """The sketch of a master as a sequence of parts, each loaded from the cache when read; a few stay in memory."""

    LOADED = 4

    def __init__(self, cache: Cache, key: str) -> None:
        self.length = 0
        self._cache, self._key = cache, key
        self._loaded: OrderedDict[int, Arrays] = OrderedDict()

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
        if number not in self._loaded:
            part = self._cache.load(f"{self._key}-{number}")
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

    def finished(self) -> _Seen | None:
        """What an earlier scan of the whole master saw, if every part of it is still there."""
        kept = self._cache.load(self._key)
        if kept is None:
            return None
        seen = _unpacked(kept)
        return seen if all(self.has(number) for number in range(_part_count(seen.frames))) else None

    def finish(self, seen: _Seen) -> None:
        self._cache.save(self._key, _packed(seen))


def _part_count(frames: int) -> int:
    return -(-frames // PART_FRAMES)


def _packed(seen: _Seen) -> dict[str, NDArray[Any]]:
    info = seen.info
    stated = -1 if info.frames_stated is None else info.frames_stated
    rate = (info.rate.numerator, info.rate.denominator)
    facts = [seen.frames, info.width, info.height, *rate, stated, int(info.has_sound)]
    return {
        "facts": np.array(facts, dtype=np.int64),
        "start": np.array(info.start_timecode),
        "spans": np.array([(gap.span.first, gap.span.end) for gap in seen.missing], dtype=np.int64).reshape(-1, 2),
        "reasons": np.array([gap.reason for gap in seen.missing], dtype=np.str_),
    }


def _unpacked(kept: Arrays) -> _Seen:
    frames, width, height, above, below, stated, sound = (int(value) for value in kept["facts"])
    rate = Fraction(above, below)
    info = ClipInfo(width, height, rate, None if stated < 0 else stated, str(kept["start"]), bool(sound))
    gaps = zip(kept["spans"], kept["reasons"], strict=True)
    return _Seen(info, frames, tuple(Unexamined(Span(int(a), int(b)), str(reason)) for (a, b), reason in gaps))


def _not_examined(
    frames: int, stated: int | None, damaged: list[int], losses: list[tuple[int, str]]
) -> tuple[Unexamined, ...]:
    """The stretches of a master nobody can vouch for: frames the decoder guessed, places where it dropped some, and
    the end that the container states but that never came."""
    spans = join([Span(index, index + 1) for index in damaged])
    gaps = [Unexamined(span, "damaged: the decoder guessed these frames") for span in spans]
    for index, said in losses:
        if index < frames:
            around = Span(max(0, index - 1), index + 1)
            gaps.append(Unexamined(around, f"frames are lost here: {said}"))
    if stated is not None and stated > frames:
        gaps.append(Unexamined(Span(frames, stated), f"only {frames} of {stated} frames decoded"))
    elif at_end := [said for index, said in losses if index >= frames]:
        gaps.append(Unexamined(Span(frames - 1, frames), f"the end is missing or does not decode: {at_end[-1]}"))
    return tuple(gaps)


def _coverage(seen: _Seen, register: Register) -> Coverage:
    whole = Span(0, seen.frames)
    examined = missing([gap.span for gap in seen.missing if gap.span.first < seen.frames], whole)
    return Coverage(
        picture=tuple(examined),
        picture_missing=seen.missing,
        sound_missing=(Unexamined(whole, NO_SOUND_ENGINE),),
        material=tuple(material.name for material in register.materials),
        material_missing=register.missing,
        ignored=register.ignored,
    )
