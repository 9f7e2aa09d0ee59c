"""Look closely at stretches of a film as they are asked for, each once.

A stretch begins `context` frames after a frame that decodes by itself. So the engine sees as much before it as in a
look at the whole film, and nothing is decoded for that alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from pathlib import Path
from typing import overload

import numpy as np

from cleancut.match.picture import Arrays, Frame
from cleancut.model.findings import Unexamined
from cleancut.model.timing import Rate, Span, join, missing
from cleancut.ports import Clips, Layout, PictureEngine, Progress, ReaderLost
from cleancut.usecases.look import DAMAGED
from cleancut.usecases.parts import Parts

STRETCH_FRAMES = 24  # it is at least so long
_DAMAGED = "_damaged"


def apart(starts: Sequence[int], frames: int) -> list[int]:
    """The first, and every next that lies at least so many frames behind the last."""
    chosen: list[int] = []
    for start in starts:
        if not chosen or start >= chosen[-1] + frames:
            chosen.append(start)
    return chosen


def stretches(layout: Layout, context: int) -> list[tuple[int, Span]]:
    """All stretches of a film in order, each with the frame at which its decoding begins."""
    starts = [0, *(s for s in apart(layout.starts, STRETCH_FRAMES)[1:] if s + context < layout.frames)]
    bounds = [0, *(start + context for start in starts[1:]), layout.frames]
    return [(start, Span(*ends)) for start, ends in zip(starts, pairwise(bounds), strict=True)]


class Tape:
    """Numbered frames of a film, with the few that came before. They end where the reader is `lost`."""

    def __init__(self, frames: Iterator[tuple[int, Frame]], context: int, progress: Progress) -> None:
        self.lost: ReaderLost | None = None
        self.damaged: list[int] = []
        self.passed = 0
        self._frames, self._progress, self._context = frames, progress, context
        self._before: deque[tuple[int, Frame]] = deque(maxlen=max(1, context))
        self._next = self._following()

    def of(self, span: Span) -> Iterator[tuple[int, Frame]]:
        """The frames of a span, and those before it that are there for context."""
        self.passed, self.damaged = 0, []
        yield from [item for item in self._before if span.first - self._context <= item[0] < span.first]
        while self._next is not None and self._next[0] < span.end:
            index, frame = item = self._next
            if index >= span.first:
                self.passed += 1
                self.damaged += [index] if frame.is_damaged else []
            if index >= span.first - self._context:
                self._before.append(item)
                yield item
            self._progress.advance()
            self._next = self._following()

    def _following(self) -> tuple[int, Frame] | None:
        try:
            return next(self._frames, None)
        except ReaderLost as lost:
            self.lost = lost
            return None


class Closer:
    """What was asked for of one film so far."""

    def __init__(
        self, clips: Clips, engine: PictureEngine, path: Path, layout: Layout, rate: Rate, parts: Parts, told: Progress
    ) -> None:
        self._clips, self._engine, self._path, self._rate, self._told = clips, engine, path, rate, told
        self._stretches = stretches(layout, engine.context)
        self._firsts = [span.first for _, span in self._stretches]
        self._parts = parts
        parts.length = len(self._stretches)
        self._asked: set[int] = set()
        self._failed: dict[int, str] = {}

    @property
    def examined(self) -> list[Span]:
        """What was looked at, without the frames of which the decoder guessed a part."""
        hurt = [gap.span for gap in self.failures]
        seen = join([self._stretches[number][1] for number in self._seen()])
        return [rest for span in seen for rest in missing([one for one in hurt if one.overlap(span)], span)]

    @property
    def failures(self) -> list[Unexamined]:
        """What was to be looked at and does not decode, or not wholly."""
        hurt = [int(frame) for number in self._seen() for frame in self._parts[number][_DAMAGED]]
        damaged = [Unexamined(span, DAMAGED) for span in join([Span(frame, frame + 1) for frame in hurt])]
        return damaged + [Unexamined(self._stretches[number][1], why) for number, why in sorted(self._failed.items())]

    def look(self, wanted: Sequence[Span]) -> Sequence[Arrays]:
        """Sketches of every stretch that was asked for so far and decodes, in order."""
        new = {number for span in wanted for number in self._touched(span)} - self._asked
        self._asked |= new
        self._sketch(sorted(number for number in new if not self._parts.has(number)))
        return _Some(self._parts, self._seen())

    def _touched(self, span: Span) -> range:
        low, high = (int(np.searchsorted(self._firsts, frame, side="right")) for frame in (span.first, span.end - 1))
        return range(low - 1, high)

    def _seen(self) -> list[int]:
        return sorted(self._asked - set(self._failed))

    def _sketch(self, numbers: Sequence[int]) -> None:
        if not numbers:
            return
        runs = [[number for _, number in run] for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])]
        spans = [Span(self._stretches[run[0]][0], self._stretches[run[-1]][1].end) for run in runs]
        self._told.stage("look closely", sum(map(len, spans)))
        with self._clips.pick(self._path, spans, self._engine.width) as picking:
            tape = Tape(iter(picking), self._engine.context, self._told)
            for number in numbers:
                span = self._stretches[number][1]
                part = self._engine.sketch(tape.of(span), span.first, self._rate.value)
                if tape.passed == len(span):
                    self._parts.save(number, {**part, _DAMAGED: np.array(tape.damaged, np.int64)})
                else:
                    said = tape.lost.reason if tape.lost else next((why for _, why in reversed(picking.losses)), "")
                    self._failed[number] = f"frames are lost here: {said or 'they do not decode'}"


class _Some(Sequence[Arrays]):
    """Some of the parts."""

    def __init__(self, parts: Parts, numbers: Sequence[int]) -> None:
        self._parts, self._numbers = parts, numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> Arrays: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Arrays]: ...
    def __getitem__(self, place: int | slice) -> Arrays | Sequence[Arrays]:
        if isinstance(place, slice):
            return _Some(self._parts, self._numbers[place])
        return self._parts[self._numbers[place]]
