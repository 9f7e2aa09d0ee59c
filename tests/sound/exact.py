"""A sound engine that is the definition: the samples themselves, compared at every place. Slow, and deaf to every edit
but level and what is laid over softly; what it finds, and where, is beyond doubt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import ceil

import numpy as np

from cleancut.match.fingerprint import Featureless, Registered, check_stamp, stamp
from cleancut.match.picture import Arrays
from cleancut.match.samples import Samples, SoundTrack
from cleancut.model.findings import Engine, Finding, Transform
from cleancut.model.material import Material
from cleancut.model.timing import Span
from cleancut.ports import Progress

NAME, VERSION = "exact", "1"
CHUNK = 1000  # samples compared at once: a quarter of a second
FINE = 100  # samples by which ends are found
ALIKE = 0.8  # correlation from which two chunks are one
FEWEST = 4  # chunks that agree


class ExactEngine:
    rate = 4000
    step = 250
    context = 500

    @property
    def identity(self) -> Engine:
        return Engine(NAME, VERSION, {"rate": self.rate})

    def fingerprints(self, blocks: Iterable[Samples]) -> tuple[Arrays, ...]:
        rows = list(blocks)
        if sum(block.shape[1] for block in rows) < self.rate:
            raise Featureless("is too short to be heard", "Register a longer piece.")
        samples = np.concatenate(rows, axis=1).mean(axis=0)
        steps = np.abs(samples[: len(samples) // FINE * FINE].reshape(-1, FINE)).max(axis=1)
        if (steps > 1e-3).sum() < self.rate // FINE:
            raise Featureless("is silent, or nearly", "Register what can be heard.")
        power = np.sort(np.abs(np.fft.rfft(samples)) ** 2)[::-1]
        if power[:12].sum() > 0.9 * power.sum():
            raise Featureless("is a tone", "Register what can be told from others.")
        return ({"samples": samples.astype(np.float32), **stamp(NAME, VERSION)},)

    def sketch(self, window: Samples) -> Arrays:
        return {"rows": window[:, self.context : window.shape[1] - self.context], **stamp(NAME, VERSION)}

    def volume(self, fingerprints: Iterable[Arrays]) -> Arrays:
        """Nothing: every material is compared as it is."""
        return {"count": np.array(len(list(fingerprints))), **stamp(NAME, VERSION)}

    def find(
        self,
        tracks: Sequence[SoundTrack],
        frames: int,
        rate: Fraction,
        register: Registered,
        progress: Progress,
        volumes: Sequence[Arrays] = (),
    ) -> tuple[Finding, ...]:
        for arrays in (*(a for _, a in register), *(part for track in tracks for part in track.parts)):
            check_stamp(arrays, NAME, VERSION)
        progress.stage("compare", len(register))
        found = []
        for material, arrays in register:
            runs = _joined(list(self._runs(tracks, arrays["samples"].astype(np.float64))))
            found += [self._finding(material, run, frames, rate) for run in runs]
            progress.advance()
        return tuple(sorted(found, key=lambda finding: (finding.span, finding.material)))

    def _runs(self, tracks: Sequence[SoundTrack], material: np.ndarray) -> Iterator[tuple[int, int, int, float, str]]:
        """(first, end, offset, likeness, where) of each stretch of a channel that is the material from `offset` on."""
        for track in tracks:
            rows = np.concatenate([part["rows"] for part in track.parts], axis=1).astype(np.float64)
            for name, row in zip(track.channels, rows, strict=True):
                for first, end, offset, alike in _alike(row, material):
                    yield first, end, offset, alike, f"{track.name}: {name}"

    def _finding(
        self, material: Material, run: tuple[int, int, int, float, tuple[str, ...]], frames: int, rate: Fraction
    ) -> Finding:
        first, end, offset, alike, where = run
        per_frame = self.rate / rate
        span = _span(first, end, per_frame)
        span = Span(min(span.first, frames - 1), max(min(span.first, frames - 1) + 1, min(span.end, frames)))
        own = _span(first - offset, end - offset, per_frame)
        return Finding(material.name, span, "sound", "match", alike, own, transform=Transform(1.0), channels=where)


def _span(first: int, end: int, per_frame: Fraction) -> Span:
    start = max(0, round(first / per_frame))
    return Span(start, max(start + 1, ceil(end / per_frame)))


def _alike(row: np.ndarray, material: np.ndarray) -> Iterator[tuple[int, int, int, float]]:
    size = 1 << (len(material) + CHUNK).bit_length()
    spectrum = np.fft.rfft(material, size)
    energy = np.concatenate([[0.0], np.cumsum(material**2)])
    local = np.sqrt(np.maximum(1e-12, energy[CHUNK:] - energy[:-CHUNK]))
    hits = []
    for first in range(0, len(row) - CHUNK + 1, CHUNK):
        chunk = row[first : first + CHUNK]
        norm = np.linalg.norm(chunk)
        if norm < 1e-2:
            continue
        product = np.fft.irfft(spectrum * np.conj(np.fft.rfft(chunk, size)), size)[: len(local)]
        likeness = product / (local * norm)
        best = int(likeness.argmax())
        if likeness[best] > ALIKE:
            hits.append((first, first - best, float(likeness[best])))
    runs: list[list[tuple[int, int, float]]] = []
    for hit in hits:
        for run in reversed(runs[-4:]):
            if abs(hit[1] - run[-1][1]) <= 20 and hit[0] - run[-1][0] <= 3 * CHUNK:
                run.append(hit)
                break
        else:
            runs.append([hit])
    for run in runs:
        if len(run) >= FEWEST:
            offset = run[0][1]
            first = _end(row, material, offset, run[0][0], -FINE)
            end = _end(row, material, offset, run[-1][0] + CHUNK, FINE)
            yield first, end, offset, min(1.0, float(np.mean([likeness for *_, likeness in run])))


def _end(row: np.ndarray, material: np.ndarray, offset: int, at: int, step: int) -> int:
    """How far from `at` the two go on alike."""
    while True:
        low, high = min(at, at + step), max(at, at + step)
        if low < 0 or high > len(row) or low - offset < 0 or high - offset > len(material):
            return at
        one, other = row[low:high], material[low - offset : high - offset]
        norm = np.linalg.norm(one) * np.linalg.norm(other)
        if norm < 1e-6 or one @ other / norm < ALIKE:
            return at
        at += step


def _joined(runs: list[tuple[int, int, int, float, str]]) -> list[tuple[int, int, int, float, tuple[str, ...]]]:
    """What is heard in several channels at once is heard once."""
    joined: list[tuple[int, int, int, float, tuple[str, ...]]] = []
    for first, end, offset, alike, where in sorted(runs):
        for number, (start, stop, other, best, names) in enumerate(joined):
            if abs(offset - other) <= 200 and first < stop and start < end:
                joined[number] = (min(first, start), max(end, stop), other, max(alike, best), (*names, where))
                break
        else:
            joined.append((first, end, offset, alike, (where,)))
    return joined
