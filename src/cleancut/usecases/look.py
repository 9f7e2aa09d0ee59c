"""Look at a master: its picture, decoded once and sketched in parts."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleancut.errors import MediaError
from cleancut.match.leader import Glances, glance
from cleancut.match.picture import Arrays, Frame, Luma
from cleancut.model.findings import Unexamined
from cleancut.model.timing import Span, join
from cleancut.ports import Cache, ClipInfo, Clips, PictureEngine, Progress, ReaderLost, Reading
from cleancut.usecases.ahead import Ahead
from cleancut.usecases.parts import Parts

DAMAGED = "damaged: the decoder guessed these frames"
PART_FRAMES = 500  # what an interruption costs at most: about twenty seconds of film


@dataclass(frozen=True)
class Seen:
    """What reading the master yielded: `frames` decoded, the spans that did not decode or are damaged, and a glance at
    each frame, uint8 (frames, rows, columns); None where not every frame was decoded."""

    info: ClipInfo
    frames: int
    missing: tuple[Unexamined, ...]
    glances: Glances | None


@dataclass(frozen=True)
class Looker:
    """Sketches pictures, each part of a film once."""

    clips: Clips
    cache: Cache
    engine: PictureEngine

    def look(self, path: Path, digest: str, progress: Progress, ahead: Ahead | None = None) -> tuple[Seen, Parts]:
        """What was seen and its sketch, of which the cache may hold some or all. Where any of it has to be decoded, all
        of it is searched by `ahead`. Raises `Unreadable`, `MediaError` where no frame decodes, and what that does."""
        identity = self.engine.identity
        key = f"master-{digest}-{identity.name}-{identity.version}-{PART_FRAMES}"
        parts = Parts(self.cache, key)
        kept = self.cache.load(f"{key}-seen")
        seen = _unpacked(kept) if kept is not None else None
        if seen is None or not parts.are_there(_part_count(seen.frames)):
            seen, is_final = self._sketch(path, parts, progress, ahead)
            if is_final:
                self.cache.save(f"{key}-seen", _packed(seen))
        parts.length = _part_count(seen.frames)
        return seen, parts

    def _sketch(self, path: Path, parts: Parts, progress: Progress, ahead: Ahead | None) -> tuple[Seen, bool]:
        """Decode the master once; parts that the cache holds are passed over, their frames only counted. False where
        the reader was lost on the way, so that another run may see more."""
        with self.clips.open(path, self.engine.width) as reading:
            if ahead:
                ahead.begin(parts)
            progress.stage("decode", reading.info.frames_stated)
            tape = _Tape(reading, self.engine.context, progress)
            for number in _sketch_parts(self.engine, tape, parts, reading.info.rate):
                if ahead:
                    ahead.arrived(number)
            info, losses, lost = reading.info, list(reading.losses), tape.lost
        if lost:
            losses.append((tape.position, lost.reason))
        if not tape.position:
            hint = "Export it again, or check that the copy is whole."
            raise MediaError(f"{path}: no frame of it decodes" + (f": {lost.reason}" if lost else ""), hint)
        missing = _not_examined(tape.position, info.frames_stated, tape.damaged, losses)
        return Seen(info, tape.position, missing, np.stack(tape.glances)), not lost


def _sketch_parts(engine: PictureEngine, tape: _Tape, parts: Parts, rate: Fraction) -> Iterator[int]:
    """Sketch what is not in the cache, and tell the number of each part that is there now."""
    number = 0
    while not tape.at_end():
        first = number * PART_FRAMES
        if parts.has(number):
            tape.skip(first + PART_FRAMES)
        else:
            part = engine.sketch(tape.pairs(first + PART_FRAMES), first, rate)
            if tape.lost:
                parts.hold(number, part)
            else:
                parts.save(number, part)
        yield number
        number += 1


class _Tape:
    """Frames of a reading with their index and the few that came before. They end where the reader is `lost`."""

    def __init__(self, reading: Reading, context: int, progress: Progress) -> None:
        self.position = 0
        self.damaged: list[int] = []
        self.glances: list[Luma] = []
        self.lost: ReaderLost | None = None
        self._frames = iter(reading)
        self._next = self._following()
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
        self.glances.append(glance(frame.luma))
        if frame.is_damaged:
            self.damaged.append(self.position)
        self.position += 1
        self._progress.advance()
        self._next = self._following()

    def _following(self) -> Frame | None:
        try:
            return next(self._frames, None)
        except ReaderLost as lost:
            self.lost = lost
            return None


def _part_count(frames: int) -> int:
    return -(-frames // PART_FRAMES)


def _packed(seen: Seen) -> dict[str, NDArray[Any]]:
    info, glances = seen.info, seen.glances
    assert glances is not None
    stated = -1 if info.frames_stated is None else info.frames_stated
    rate = (info.rate.numerator, info.rate.denominator)
    facts = [seen.frames, info.width, info.height, *rate, stated, int(info.has_sound)]
    return {
        "facts": np.array(facts, dtype=np.int64),
        "start": np.array(info.start_timecode),
        "spans": np.array([(gap.span.first, gap.span.end) for gap in seen.missing], dtype=np.int64).reshape(-1, 2),
        "reasons": np.array([gap.reason for gap in seen.missing], dtype=np.str_),
        "glances": glances,
        "off_clock": np.array(info.off_clock),
    }


def _unpacked(kept: Arrays) -> Seen:
    frames, width, height, above, below, stated, sound = (int(value) for value in kept["facts"])
    rate = Fraction(above, below)
    info = ClipInfo(
        width, height, rate, None if stated < 0 else stated, str(kept["start"]), bool(sound), int(kept["off_clock"])
    )
    gaps = zip(kept["spans"], kept["reasons"], strict=True)
    missing = tuple(Unexamined(Span(int(a), int(b)), str(reason)) for (a, b), reason in gaps)
    return Seen(info, frames, missing, np.asarray(kept["glances"], dtype=np.uint8))


def _not_examined(
    frames: int, stated: int | None, damaged: list[int], losses: list[tuple[int, str]]
) -> tuple[Unexamined, ...]:
    """The stretches of a master nobody can vouch for: frames the decoder guessed, places where it dropped some, and
    the end that the container states but that never came."""
    spans = join([Span(index, index + 1) for index in damaged])
    gaps = [Unexamined(span, DAMAGED) for span in spans]
    for index, said in losses:
        if index < frames:
            around = Span(max(0, index - 1), index + 1)
            gaps.append(Unexamined(around, f"frames are lost here: {said}"))
    return (*gaps, *end_missing(frames, stated, [said for index, said in losses if index >= frames]))


def end_missing(frames: int, stated: int | None, said: Sequence[str]) -> Iterator[Unexamined]:
    """The end of a master that the container states, or of which the reader said something, but that never came."""
    if stated is not None and stated > frames:
        why = f": {said[-1]}" if said else ""
        yield Unexamined(Span(frames, stated), f"only {frames} of {stated} frames decoded{why}")
    elif said:
        yield Unexamined(Span(frames - 1, frames), f"the end is missing or does not decode: {said[-1]}")
