"""The sound engine: landmarks propose, spectral maxima decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np

from cleancut.match.fingerprint import Registered, check_stamp, stamp
from cleancut.match.picture import Arrays
from cleancut.match.samples import Samples, SoundTrack
from cleancut.match.sound import judge, propose, trace
from cleancut.match.sound import sketch as sketches
from cleancut.match.sound.catalogue import Catalogue, Volume
from cleancut.match.sound.course import SECOND, Seen, course
from cleancut.match.sound.evidence import Line, View
from cleancut.match.sound.judge import Claim
from cleancut.match.sound.spectrum import BINS_PER_OCTAVE, RATE
from cleancut.model.findings import Engine, Finding, Transform
from cleancut.model.material import Material
from cleancut.model.timing import Span

NAME, VERSION = "landmarks-and-maxima", "4"
_HOP = trace.STRETCH // 2  # stretches overlap by half, for what plays as it was made
_SAME_LINE = 40.0  # frames; a guess this close to a trace is that trace
_LEAST_STRETCH = 30
_SECOND_TRIES = 3
_MOST_THREADS = 2  # more wait for memory, not for each other


class _Progress(Protocol):
    def stage(self, name: str, total: int | None = None) -> None: ...
    def advance(self, count: int = 1) -> None: ...


class LandmarkEngine:
    """Hears what the channels of a material share, and what tells two of them apart, in pairs and single channels of a
    master, from 180 Hz to 6.9 kHz.

    Finds tempo from 0.48 to 2.1, pitch within six semitones, each also with the other. Does not find: less than about
    0.7 seconds, less than 2.5 seconds at another tempo or pitch, sound played backwards, a lone tone, what nothing
    happens in.
    """

    rate = RATE
    step = sketches.STEP
    context = sketches.CONTEXT

    def __init__(self, threads: int = _MOST_THREADS) -> None:
        self._threads = min(threads, _MOST_THREADS)

    @property
    def identity(self) -> Engine:
        return Engine(NAME, VERSION, {"rate": RATE, "bins_per_octave": BINS_PER_OCTAVE})

    def fingerprints(self, blocks: Iterable[Samples]) -> tuple[Arrays, ...]:
        return tuple({**made, **stamp(NAME, VERSION)} for made in sketches.fingerprints(blocks))

    def sketch(self, window: Samples) -> Arrays:
        return {**sketches.sketch(window), **stamp(NAME, VERSION)}

    def volume(self, fingerprints: Iterable[Arrays]) -> Arrays:
        return {**Volume.of(map(_ours, fingerprints)).packed(), **stamp(NAME, VERSION)}

    def find(
        self,
        tracks: Sequence[SoundTrack],
        frames: int,
        rate: Fraction,
        register: Registered,
        progress: _Progress,
        volumes: Sequence[Arrays] = (),
    ) -> tuple[Finding, ...]:
        if not register:
            return ()
        catalogue = _catalogue(register, volumes)
        views = [_views(track) for track in tracks]
        progress.stage("search sound", sum(_stretches(view.frames) for of in views for view in of))
        claims: dict[int, list[Claim]] = {}
        for number, of in enumerate(views):
            for material, claimed in _claimed(catalogue, of, number, progress, self._threads):
                claims.setdefault(material, []).extend(claimed)
        rated: list[Claim] = []
        for number, own in sorted(claims.items()):
            judged = [claim for one in judge.merged(own) if (claim := judge.judged(one)) is not None]
            rated += judge.prolonged(judged, views, catalogue.targets[number])
        owners = {number: register[number][0].digest for number in {claim.line.material for claim in rated}}
        kept = judge.unexplained(rated, views, catalogue.targets, owners)
        clock = _Clock(frames, rate)
        found = [_finding(claim, register[claim.line.material][0], tracks, clock) for claim in kept]
        return tuple(sorted((f for f in found if f is not None), key=lambda f: (f.span, f.material)))


def _ours(arrays: Arrays) -> Arrays:
    check_stamp(arrays, NAME, VERSION)
    return arrays


def _catalogue(register: Registered, volumes: Sequence[Arrays]) -> Catalogue:
    made = [Volume.unpacked(_ours(arrays)) for arrays in volumes]
    made = made or [Volume.of(_ours(arrays) for _, arrays in register)]
    return Catalogue.of(made, lambda number: _ours(register[number][1]))


def _views(track: SoundTrack) -> list[View]:
    return [View.of(track.parts, number) for number in range(len(sketches.views(len(track.channels))))]


def _claimed(
    catalogue: Catalogue, views: Sequence[View], number: int, progress: _Progress, threads: int
) -> Iterator[tuple[int, list[Claim]]]:
    """What each material claims of track `number`, which `views` are of."""
    for material, seen in sorted(_traced(catalogue, views, progress, threads).items()):
        target = catalogue.targets[material]
        runs = course(views, target, seen)
        measured = [claim for run in runs if (claim := judge.measured(views[run.view], target, run, number))]
        yield material, judge.joined(views, target, measured)


def _stretches(frames: int) -> int:
    return -(-frames // _HOP)


def _traced(catalogue: Catalogue, views: Sequence[View], progress: _Progress, threads: int) -> dict[int, list[Seen]]:
    """Every trace in the views of one track, by material. Views are independent of each other: as many as `threads`
    are searched at once."""
    found: dict[int, list[Seen]] = {}
    wanted = _Wanted()
    with ThreadPoolExecutor(threads) as pool:
        searches = [pool.submit(_traced_view, catalogue, view, progress, wanted) for view in views]
        try:
            for number, search in enumerate(searches):
                for material, of in search.result().items():
                    found.setdefault(material, []).extend(Seen(one, number) for one in of)
        finally:
            wanted.still = False  # an interruption does not wait for searches that nobody will read
    return found


@dataclass
class _Wanted:
    """Whether anybody still waits for a search."""

    still: bool = True


def _traced_view(
    catalogue: Catalogue, view: View, progress: _Progress, wanted: _Wanted
) -> dict[int, list[trace.Trace]]:
    traces: dict[int, list[trace.Trace]] = {}
    for stretch in range(_stretches(view.frames)):
        if not wanted.still:
            break
        first, end = stretch * _HOP, min(stretch * _HOP + trace.STRETCH, view.frames)
        if end - first >= _LEAST_STRETCH:
            _trace_stretch(catalogue, view, first, end, traces, is_changed=stretch % 2 == 0)
        progress.advance()
    return traces


def _trace_stretch(
    catalogue: Catalogue, view: View, first: int, end: int, traces: dict[int, list[trace.Trace]], *, is_changed: bool
) -> None:
    """Follow what is guessed of a stretch and lies on no trace yet."""
    plain = propose.unchanged(catalogue, view.dense, first, end)
    guesses = [(guess, False) for guess in plain]
    if is_changed:
        guesses += [(guess, True) for guess in propose.changed(catalogue, view.dense, view.sparse, first, end)]
    guesses += [(guess, True) for guess in plain[:_SECOND_TRIES]]  # played a little faster, pairs still vote for it
    if not guesses:
        return
    materials = catalogue.material_at(np.array([guess.place for guess, _ in guesses], dtype=np.int64))
    middle = (first + end) / 2
    for (guess, at_any_speed), material in zip(guesses, materials, strict=True):
        number = int(material)
        target, known = catalogue.targets[number], traces.setdefault(number, [])
        line = Line(number, guess.frame, guess.place - target.start, guess.speed, guess.pitch)
        if any(_is_on(one, line, middle, _SAME_LINE) for one in known):
            continue
        agreed = trace.refined(view, target, line, first, end, at_any_speed)
        if agreed.agreement < trace.LEAST_AGREEMENT:
            continue
        if not any(_is_on(one, agreed.line, middle, _SAME_LINE / 3) for one in known):
            known.append(trace.follow(view, target, agreed))


def _is_on(one: trace.Trace, line: Line, frame: float, near: float) -> bool:
    return one.first <= frame <= one.end and abs(one.line.at(frame) - line.at(frame)) < near


@dataclass(frozen=True)
class _Clock:
    """From frames of the engine to those of the master."""

    frames: int
    rate: Fraction

    def span(self, first: float, end: float) -> Span | None:
        """The frames of the master that are nearest; None where all of it lies beyond the last."""
        a, b = self._frame(first), self._frame(end)
        a = min(max(a, 0), self.frames - 1)
        b = min(max(b, a + 1), self.frames)
        return Span(a, b) if first < self.frames / self.rate * SECOND else None

    def material(self, low: float, high: float) -> Span:
        a = max(0, self._frame(low))
        return Span(a, max(a + 1, self._frame(high)))

    def _frame(self, frame: float) -> int:
        return round(float(frame / SECOND * self.rate))


def _finding(claim: Claim, material: Material, tracks: Sequence[SoundTrack], clock: _Clock) -> Finding | None:
    span = clock.span(claim.first, claim.end)
    if span is None:
        return None
    return Finding(
        material=material.name,
        span=span,
        medium="sound",
        kind=claim.kind,
        score=claim.score,
        material_span=clock.material(claim.low, claim.high),
        transform=Transform(claim.line.speed, pitch=_semitones(claim.line)),
        also=material.also,
        channels=_channels(claim, tracks),
        appears="sound",
    )


def _semitones(line: Line) -> float:
    """Of a line whose pitch rose with its speed, as that says; else of its bins."""
    with_speed = 12 * float(np.log2(line.speed))
    of_bins = line.pitch * 12 / BINS_PER_OCTAVE
    is_resampled = line.pitch != 0 and abs(with_speed - of_bins) < 12 / BINS_PER_OCTAVE
    return with_speed if is_resampled else of_bins


def _channels(claim: Claim, tracks: Sequence[SoundTrack]) -> tuple[str, ...]:
    """The names of tracks and their channels, in order."""
    heard = {}
    for track, view in sorted(claim.heard):
        of = tracks[track]
        channels = sketches.views(len(of.channels))[view]
        heard[track, channels] = f"{of.name}: {' '.join(of.channels[channel] for channel in channels)}"
    return tuple(heard.values())
