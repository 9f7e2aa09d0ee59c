"""Drawings of sound for people: the wave and the sonagram of a stretch, from the samples of one pass over a file.

A sonagram is dark where it is loud: time to the right, pitch upwards, every octave equally high, LOWEST to HIGHEST
hertz. A stretch of any length is drawn from a bounded number of short windows over all of it, so memory and time stay
the same for two seconds and for two hours; the wave is of every sample. Both are scaled to their own loudest part: they
show what is heard when, not how loud.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cleancut.adapters.report_sounds import Stretch
from cleancut.match.samples import Samples
from cleancut.ports import Hearing, Sounds, TrackInfo, Unreadable

RATE = 24_000
LOWEST, HIGHEST = 60.0, 11_000.0
WAVE_COLUMNS, WAVE_HEIGHT = 320, 50

OCTAVE_LABELS = tuple(
    (1 - math.log(hertz / LOWEST) / math.log(HIGHEST / LOWEST), label)
    for hertz, label in ((100, "100 Hz"), (1_000, "1 kHz"), (5_000, "5 kHz"))
)
"""Heights from the top, in shares, of what a reader finds the others by."""

_WINDOW = 2048
_MOST_WINDOWS = 4  # for each column
_PIECE = 8 * RATE
_RANGE_DB = 58.0
_OCTAVE_DB = 3.0  # music and speech fall by about as much an octave; without it nothing high would show
_QUALITY = 62
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Drawing:
    """`wave` is the outline of an SVG path, WAVE_COLUMNS wide and twice WAVE_HEIGHT high; `sonagram` a JPEG."""

    wave: str
    sonagram: bytes


def drawings(sounds: Sounds, path: Path, stretches: Mapping[int, Stretch], size: tuple[int, int]) -> dict[int, Drawing]:
    """A drawing for each stretch, the file decoded once and no further than the last of them.

    Those of a file that does not open, of a file without sound, and of stretches without a sample are left out.
    """
    if not stretches:
        return {}
    try:
        with sounds.open(path, RATE) as hearing:
            canvases = _listen(hearing, stretches, size)
    except Unreadable:
        return {}
    return {key: canvas.drawing() for key, canvas in canvases.items() if canvas.has_sound}


def _listen(hearing: Hearing, stretches: Mapping[int, Stretch], size: tuple[int, int]) -> dict[int, _Canvas]:
    canvases = {key: _Canvas(stretch, size, hearing.tracks) for key, stretch in stretches.items() if hearing.tracks}
    ends: dict[int, int] = {}
    for canvas in canvases.values():
        ends[canvas.track] = max(ends.get(canvas.track, 0), canvas.end)
    for track, piece in _pieces(hearing, ends):
        for canvas in canvases.values():
            if canvas.track == track:
                canvas.take(piece)
    return canvases


@dataclass(frozen=True, eq=False)
class _Piece:
    """Samples from place `at` of a track on; `padding` counts those at the end that are behind its last."""

    at: int
    samples: Samples
    padding: int = 0


def _pieces(hearing: Hearing, ends: Mapping[int, int]) -> Iterator[tuple[int, _Piece]]:
    """Each track's pieces in order, which overlap by one window, with a window of silence at both ends, until the last
    sample that each is wanted for."""
    kept: dict[int, list[Samples]] = {}
    long: dict[int, int] = {}
    at = dict.fromkeys(ends, -_WINDOW)
    for track, block in hearing:
        if track not in ends:
            continue
        kept.setdefault(track, [np.zeros((block.shape[0], _WINDOW), np.float32)]).append(block)
        long[track] = long.get(track, _WINDOW) + block.shape[1]
        if long[track] < _PIECE:
            continue
        piece = np.concatenate(kept[track], axis=1)
        yield track, _Piece(at[track], piece)
        at[track] += long[track] - _WINDOW
        kept[track], long[track] = [piece[:, -_WINDOW:]], _WINDOW
        if all(at[one] >= end for one, end in ends.items()):
            return
    for track, parts in kept.items():
        tail = np.zeros((parts[0].shape[0], _WINDOW), np.float32)
        yield track, _Piece(at[track], np.concatenate([*parts, tail], axis=1), _WINDOW)


class _Canvas:
    """One stretch as it is drawn, piece by piece."""

    def __init__(self, stretch: Stretch, size: tuple[int, int], tracks: Sequence[TrackInfo]) -> None:
        self.stretch = stretch
        self.track, self.channels = _chosen(stretch.channels, tracks)
        self.first = int(stretch.first * RATE // 1)
        self.end = max(self.first + 1, int(stretch.end * RATE // 1))
        columns, rows = size
        windows = columns * max(1, min(_MOST_WINDOWS, (self.end - self.first) // (columns * _WINDOW // 2)))
        long = self.end - self.first
        self._starts = self.first + (2 * np.arange(windows, dtype=np.int64) + 1) * long // (2 * windows) - _WINDOW // 2
        self._power = np.zeros((columns, rows), np.float64)
        self._edges = self.first + np.arange(WAVE_COLUMNS + 1, dtype=np.int64) * long // WAVE_COLUMNS
        self._peaks = np.full(WAVE_COLUMNS, -1, np.float32)  # below 0: nothing heard, not even silence
        self._rows = _rows(rows, stretch.pitch)
        self.has_sound = False

    def take(self, piece: _Piece) -> None:
        """Draw what of the piece is new: windows that end in it, and its samples behind the overlap."""
        at, samples = piece.at, piece.samples
        end = at + samples.shape[1]
        if at >= self.end + _WINDOW or end <= self.first - _WINDOW:
            return
        heard = samples if self.channels is None else samples[list(self.channels)]
        new = heard[:, _WINDOW : samples.shape[1] - piece.padding]
        self._take_peaks(np.abs(new).max(axis=0), at + _WINDOW)
        ends = self._starts + _WINDOW
        (ready,) = np.nonzero((ends > at + _WINDOW) & (ends <= end))
        for some in np.array_split(ready, max(1, len(ready) // 512)):
            self._take_windows(some, heard, at)

    def _take_peaks(self, loud: Floats, at: int) -> None:
        first, last = max(self.first, at), min(self.end, at + len(loud))
        if last <= first:
            return
        self.has_sound = True
        begin, end = (int(np.searchsorted(self._edges, place, "right")) - 1 for place in (first, last - 1))
        cuts = np.maximum(self._edges[begin : end + 1], first) - at
        kept = np.append(np.diff(cuts) > 0, True)  # a column narrower than a sample has none of its own
        found = np.maximum.reduceat(loud[: last - at], cuts[kept])
        columns = np.arange(begin, end + 1)[kept]
        self._peaks[columns] = np.maximum(self._peaks[columns], found)

    def _take_windows(self, some: NDArray[np.intp], heard: Samples, at: int) -> None:
        if not len(some):
            return
        reach = (self._starts[some] - at)[:, None] + np.arange(_WINDOW)
        power = np.zeros((len(some), _WINDOW // 2 + 1), np.float32)
        for channel in heard:
            power += np.abs(np.fft.rfft(channel[reach] * _TAPER, axis=1)).astype(np.float32) ** 2
        columns = some * len(self._power) // len(self._starts)
        np.add.at(self._power, columns, (power @ self._rows).astype(np.float64))

    def drawing(self) -> Drawing:
        loud, power = self._peaks / max(float(self._peaks.max()), 1e-9), self._power
        if self.stretch.is_reversed:
            loud, power = loud[::-1], power[::-1]
        return Drawing(_outline(loud), _sonagram(power))


_TAPER: Floats = np.hanning(_WINDOW).astype(np.float32)


def _chosen(named: Sequence[str], tracks: Sequence[TrackInfo]) -> tuple[int, tuple[int, ...] | None]:
    """The first track that a finding names and its channels in it (None: all). The first track where it names none: of
    a file with one track it may name the file instead."""
    for name in named:
        for place, track in enumerate(tracks):
            if name == track.name or name.startswith(f"{track.name}: "):
                return place, _channels(name.removeprefix(track.name), track)
    return 0, _channels(named[0], tracks[0]) if named else None


def _channels(name: str, track: TrackInfo) -> tuple[int, ...] | None:
    spoken = name.rpartition(": ")[2].split()
    return tuple(i for i, channel in enumerate(track.channels) if channel in spoken) or None


def _rows(rows: int, pitch: float) -> Floats:
    """Weights from the bins of a spectrum to rows of equal parts of an octave, lowest first: (bins, rows)."""
    step = (HIGHEST / LOWEST) ** (1 / (rows - 1))
    centres = LOWEST * step ** np.arange(rows) / 2 ** (pitch / 12)
    bins = np.arange(_WINDOW // 2 + 1) * (RATE / _WINDOW)
    wide = np.maximum(centres * (step - 1), RATE / _WINDOW)
    weights = np.maximum(0.0, 1 - np.abs(bins[:, None] - centres) / wide)
    even: Floats = (weights / np.maximum(weights.sum(axis=0), 1e-9)).astype(np.float32)
    return even


def _outline(loud: Floats) -> str:
    """The peaks above and below the middle line, in whole units; silence is a thin line."""
    high = np.where(loud < 0, 0, np.maximum(1, np.rint(loud * (WAVE_HEIGHT - 1)))).astype(int)
    above = [f"{x} {WAVE_HEIGHT - y}" for x, y in enumerate(high)]
    below = [f"{x} {WAVE_HEIGHT + y}" for x, y in reversed(list(enumerate(high)))]
    return "M" + "L".join(above) + "L" + "L".join(below) + "z"


def _sonagram(power: NDArray[np.float64]) -> bytes:
    octaves = np.linspace(0, np.log2(HIGHEST / LOWEST), power.shape[1])
    loudness = 10 * np.log10(power + 1e-12) + _OCTAVE_DB * octaves
    top = float(np.percentile(loudness[power.max(axis=1) > 1e-9], 99.7)) if power.max() > 1e-9 else np.inf
    ink = np.clip((loudness - (top - _RANGE_DB)) / _RANGE_DB, 0, 1) ** 1.6
    image = Image.fromarray(np.ascontiguousarray((255 - 255 * ink).astype(np.uint8).T[::-1]))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()
