"""Skim a master: look at the frames that decode by themselves, then closely where they show something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from cleancut.model.findings import LEFT_OUT, Finding, Unexamined
from cleancut.model.timing import Rate, Span, missing
from cleancut.ports import Cache, Clips, Layout, PictureEngine, Progress
from cleancut.usecases.closer import Closer, Tape, apart
from cleancut.usecases.look import Seen, end_missing
from cleancut.usecases.parts import Parts
from cleancut.usecases.prints import Sought
from cleancut.usecases.volumes import Shelves

GLIMPSE_FRAMES = 15  # those that are looked at singly are at least so far apart
GLIMPSE_SECONDS = Fraction(4, 5)  # the same, where all decode by themselves: as often at every rate
GLIMPSES = 64  # of them in one part of the sketch: what an interruption costs at most


@dataclass(frozen=True)
class Skimmer:
    """Looks at single frames of a film, and closely at stretches of it, each once."""

    clips: Clips
    cache: Cache
    engine: PictureEngine

    def skim(
        self, path: Path, digest: str, register: Sought, progress: Progress
    ) -> tuple[Seen, tuple[Finding, ...]] | None:
        """What was seen and found; None where the film does not tell its frames apart, or no frame decodes by itself:
        it has to be looked at as a whole. Raises `Unreadable`."""
        with self.clips.open(path) as reading:
            info = reading.info
        progress.stage("read the layout")
        layout = self.clips.layout(path)
        if layout is None:
            return None
        identity = self.engine.identity
        key = f"master-{digest}-{identity.name}-{identity.version}"
        is_intra = len(layout.starts) == layout.frames
        step = max(1, round(GLIMPSE_SECONDS * info.rate)) if is_intra else GLIMPSE_FRAMES
        chosen = apart(layout.starts, step)
        glimpses = self._glimpses(path, f"{key}-glimpses-{step}-{GLIMPSES}", chosen, progress)
        if not any(len(part["frames"]) for part in glimpses):
            return None
        parts = Parts(self.cache, f"{key}-closer")
        closer = Closer(self.clips, self.engine, path, layout, Rate(info.rate), parts, progress)
        volumes = Shelves(self.cache, self.engine).of(register, progress)
        found = self.engine.seek(glimpses, layout.frames, info.rate, register, closer.look, progress, volumes)
        return Seen(info, layout.frames, tuple(_not_examined(layout, closer)), None), found

    def _glimpses(self, path: Path, key: str, chosen: Sequence[int], progress: Progress) -> Parts:
        """Sketches of these frames, part by part, unless the cache holds them."""
        batches = [chosen[at : at + GLIMPSES] for at in range(0, len(chosen), GLIMPSES)]
        parts = Parts(self.cache, key)
        parts.length = len(batches)
        lacking = [number for number in range(len(batches)) if not parts.has(number)]
        spans = [Span(frame, frame + 1) for number in lacking for frame in batches[number]]
        if not spans:
            return parts
        progress.stage("skim", len(spans))
        with self.clips.pick(path, spans, self.engine.width) as picking:
            tape = Tape(iter(picking), 0, progress)
            for number in lacking:
                part = self.engine.glimpse(tape.of(Span(batches[number][0], batches[number][-1] + 1)))
                (parts.hold if tape.lost else parts.save)(number, part)
        return parts


def _not_examined(layout: Layout, closer: Closer) -> Iterator[Unexamined]:
    """What was left out, what does not decode, and the end that the container states but that is not there."""
    failures = closer.failures
    known = [*closer.examined, *(gap.span for gap in failures)]
    yield from (Unexamined(span, LEFT_OUT, was_left_out=True) for span in missing(known, Span(0, layout.frames)))
    yield from failures
    yield from end_missing(layout.frames, layout.frames_stated, [layout.lost] if layout.lost else [])
