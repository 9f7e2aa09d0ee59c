"""The picture as engines take it: one plane of luma, with the time and shape it is shown at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Luma = NDArray[np.uint8]

Arrays = Mapping[str, NDArray[Any]]
"""Fingerprints and sketches at rest: named arrays, opaque to all but the engine that made them, never of objects."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One decoded picture, upright.

    `luma` is uint8 of shape (height, width), perhaps smaller than the film; who keeps it keeps a picture in memory.
    `aspect` is height over width *as shown*, which differs from the shape where pixels are not square.
    `seconds` counts from the first frame. `is_damaged` is the decoder's word that it guessed part of this picture.
    """

    luma: Luma
    aspect: float
    seconds: float = 0.0
    is_damaged: bool = False
