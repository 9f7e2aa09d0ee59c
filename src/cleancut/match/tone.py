"""High dynamic range as an ordinary screen would show it: PQ and HLG signals to the gamma the engines are used to.

One fixed curve, so that a master in HDR looks like its SDR sibling to an engine and to people. It is no grade: up to
diffuse white it keeps the light, above it rolls off, and from a thousand nits on everything is white.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Transfer = Literal["pq", "hlg"]
Signal = NDArray[np.float64]

_WHITE_NITS = 203.0  # diffuse white, as ITU-R BT.2408 places it
_PEAK_NITS = 1000.0
_KNEE = 0.6  # of diffuse white: below it light is kept
_SDR_GAMMA = 2.4  # of the screen in ITU-R BT.1886
_HLG_SYSTEM_GAMMA = 1.2  # at a peak of 1000 nits


def shown(signal: Signal, transfer: Transfer) -> Signal:
    """The SDR signal, 0 to 1, for an HDR signal, 0 to 1. Of luma, near enough: colours at the edge of the gamut come
    out somewhat dark."""
    return np.asarray(screened(light(signal, transfer)))


def light(signal: Signal, transfer: Transfer) -> Signal:
    """What an HDR screen of a thousand nits shows for the signal, in shares of diffuse white."""
    kept = np.clip(signal, 0.0, 1.0)
    nits = _pq_nits(kept) if transfer == "pq" else _PEAK_NITS * _hlg_scene(kept) ** _HLG_SYSTEM_GAMMA
    return np.asarray(nits / _WHITE_NITS)


def screened(shares: Signal) -> Signal:
    """The signal that makes an SDR screen show the light, rolled off above the knee to end at the peak."""
    peak = _PEAK_NITS / _WHITE_NITS
    over = np.clip((shares - _KNEE) / (peak - _KNEE), 0.0, 1.0)
    steep = (peak - _KNEE) / (1 - _KNEE)  # so that the roll-off leaves the knee without a corner
    rolled = _KNEE + (1 - _KNEE) * (over * steep) / (1 + over * (steep - 1))
    return np.asarray(np.where(shares <= _KNEE, np.maximum(shares, 0.0), rolled) ** (1 / _SDR_GAMMA))


def _pq_nits(signal: Signal) -> Signal:
    """SMPTE ST 2084."""
    root = signal ** (32 / 2523)
    return np.asarray(10000.0 * (np.maximum(root - 0.8359375, 0.0) / (18.8515625 - 18.6875 * root)) ** (8192 / 1305))


def _hlg_scene(signal: Signal) -> Signal:
    """ARIB STD-B67: the light of the scene, 0 to 1."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.asarray(np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12))
