"""Sound as engines take it: samples of one rate, a row for each channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleancut.match.picture import Arrays

Samples = NDArray[np.float32]
"""Shape (channels, samples), full scale at -1 and 1."""


@dataclass(frozen=True, eq=False)
class SoundTrack:
    """One track of a master as an engine has sketched it: its name for people, its channels in order, its parts."""

    name: str
    channels: tuple[str, ...]
    parts: Sequence[Arrays]
