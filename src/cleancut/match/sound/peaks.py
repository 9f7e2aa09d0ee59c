"""What stands out in a spectrum: landmarks, which propose where to look, and maxima of each frame, which decide.

A landmark is the highest level of its neighbourhood in time and pitch. Material keeps few, each likely to be heard in
any mix; a master keeps many, since under dialogue a sound's own peaks are only small ones.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from cleancut.match.sound.spectrum import Levels

MAXIMUM_RELIEF = 2.0  # dB above the surroundings, as all of these
_SPARSE = (6, 6, 6.0)  # frames and bins on either side, dB
_DENSE = (2, 3, 4.0)
REACH = 6  # frames on either side that decide whether there is a peak
_LEAST_CHANGE = 0.5  # dB within its neighbourhood in time: what sounds on and on has no landmark


def sparse(relief: Levels, level: Levels) -> NDArray[np.bool_]:
    """The landmarks that material is known by: about fifty a second."""
    return _highest(relief, *_SPARSE) & _changes(level)


def dense(relief: Levels, level: Levels) -> NDArray[np.bool_]:
    """The landmarks that a master is searched with: two to three times as many."""
    return _highest(relief, *_DENSE) & _changes(level)


def maxima(relief: Levels) -> NDArray[np.bool_]:
    """Where a level is the highest of its own frame within two bins on either side."""
    return _highest(relief, 0, 2, MAXIMUM_RELIEF)


def _highest(relief: Levels, frames: int, bins: int, least: float) -> NDArray[np.bool_]:
    around = cv2.dilate(relief, np.ones((2 * frames + 1, 2 * bins + 1), np.uint8))
    return np.asarray((relief >= around) & (relief > least))


def _changes(level: Levels) -> NDArray[np.bool_]:
    lowest = cv2.erode(level, np.ones((2 * REACH + 1, 1), np.uint8))
    return np.asarray(level - lowest > _LEAST_CHANGE)
