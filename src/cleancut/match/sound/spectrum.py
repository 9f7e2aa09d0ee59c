"""The spectrum of sound, on a scale where pitch is a shift: levels in dB by frame of time and bin of log frequency.

Every number depends on the samples around its own frame alone, and is rounded so that sums of it are exact: however a
track is cut into parts, the same frames come out, bit for bit.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

RATE = 16000
WINDOW = 2048  # 128 ms: two notes a semitone apart are told from each other above 270 Hz
HOP = 256  # 16 ms
BINS_PER_OCTAVE = 36
LOWEST_HERTZ = 180.0
BINS = 190  # up to 6.9 kHz, which low-rate codecs still carry
FLOOR = 1e-9  # of full scale: what is weaker than -90 dB is silence
_STEPS_PER_DB = 32
_AROUND_FRAMES = 125  # two seconds
REACH = _AROUND_FRAMES // 2  # frames on either side that a frame's relief depends on

Spectra = NDArray[np.float32]
"""Shape (frames, WINDOW): of each line its real and imaginary part in turn, as OpenCV packs them. Adds like samples."""

Levels = NDArray[np.float32]
"""Shape (frames, BINS), dB."""


def spectra(samples: NDArray[np.float32]) -> Spectra:
    """The spectra of a row of samples, one every HOP. Frame `i` sees samples `i * HOP` to `i * HOP + WINDOW`."""
    windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    return np.asarray(cv2.dft(windows * _hann(), flags=cv2.DFT_ROWS), dtype=np.float32)


def levels(spectrum: Spectra) -> Levels:
    """Power in bins of log frequency, in dB above FLOOR, to 1/32 dB."""
    power = np.zeros((len(spectrum), WINDOW // 2))
    power[:, 1:] = spectrum[:, 1:-1:2].astype(np.float64) ** 2 + spectrum[:, 2::2].astype(np.float64) ** 2
    low, weight, edges, end = _filters()
    narrow = power[:, low] * (1 - weight) + power[:, low + 1] * weight
    wide = np.add.reduceat(power[:, :end], edges, axis=1)
    level = 10 * np.log10(np.maximum(np.concatenate([narrow, wide], axis=1), FLOOR) / FLOOR)
    return np.asarray(np.rint(level * _STEPS_PER_DB) / _STEPS_PER_DB, dtype=np.float32)


def relief(level: Levels) -> Levels:
    """How far each level stands above its surroundings: two seconds and an octave. Knows nothing of volume, equaliser
    and slow compression."""
    size = (BINS_PER_OCTAVE + 1, _AROUND_FRAMES)
    return np.asarray(level - cv2.blur(level, size, borderType=cv2.BORDER_REPLICATE), dtype=np.float32)


@cache
def _hann() -> NDArray[np.float32]:
    window = np.hanning(WINDOW + 1)[:-1]
    return np.asarray(window / window.sum() * 2, dtype=np.float32)  # a sine of full scale has power 1


@cache
def _filters() -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], int]:
    """Which lines of the spectrum make a bin. Bins narrower than a line and a half lie between line `low` and the next,
    by `weight`; wider ones sum the lines from `edges` on, the last of them up to `end`."""
    spacing = RATE / WINDOW
    centres = LOWEST_HERTZ * 2 ** (np.arange(BINS) / BINS_PER_OCTAVE)
    is_narrow = centres * (2 ** (1 / BINS_PER_OCTAVE) - 1) < 1.5 * spacing
    place = centres[is_narrow] / spacing
    low = np.floor(place).astype(np.int64)
    bounds = np.append(centres[~is_narrow], centres[-1] * 2 ** (1 / BINS_PER_OCTAVE)) * 2 ** (-0.5 / BINS_PER_OCTAVE)
    edges = np.ceil(bounds / spacing).astype(np.int64)
    return low, place - low, edges[:-1], int(edges[-1])
