"""Where nobody can hear whether a sound has begun: the silence of a material around the place where it was cut."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from sound_tools import decoded

SILENT = -60.0  # dB of full scale, in the registered file; the masters' room tone lies at -62
RATE = 16_000
BLOCK = RATE // 100


def with_rims(segments: list[dict[str, Any]], register: Path) -> list[dict[str, Any]]:
    """Segments with `start_rim` and `end_rim`: from how many seconds before to how many after that end the material is
    silent, [0, 0] where it sounds there. Nothing is decoded twice."""
    known = lru_cache(None)(lambda name: _silent(register / name))
    return [
        {
            **s,
            "start_rim": _around(known(s["material"]), s["material_first_seconds"], s["speed"]),
            "end_rim": _around(known(s["material"]), s["material_end_seconds"], s["speed"]),
        }
        for s in segments
    ]


def _silent(path: Path) -> np.ndarray:
    """Of each block of ten milliseconds, whether it is silent."""
    samples = decoded(path, RATE)
    blocks = samples[: len(samples) // BLOCK * BLOCK].reshape(-1, BLOCK * samples.shape[1])
    return np.square(blocks, dtype=np.float64).mean(axis=1) < 10 ** (SILENT / 10)


def _around(silent: np.ndarray, place: float, speed: float) -> list[float]:
    block = min(max(0, round(100 * place)), len(silent))
    before, after = silent[:block][::-1], silent[block:]
    return [-_run(before) / 100 / speed, _run(after) / 100 / speed]


def _run(silent: np.ndarray) -> int:
    """How many from the first on are silent."""
    return int(np.argmin(silent)) if len(silent) and not silent.all() else len(silent)
