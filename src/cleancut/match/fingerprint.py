"""Fingerprints at rest: which engine made them, and when there is none to make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleancut.errors import VersionMismatch
from cleancut.match.picture import Arrays
from cleancut.model.material import Material

_STAMP = "engine"

Registered = Sequence[tuple[Material, Arrays]]
"""Materials with their fingerprints."""

Volumes = Sequence[tuple[Arrays, NDArray[np.int64]]]
"""What an engine made of several materials at once, with the places of these in a register."""


class Featureless(Exception):
    """A picture without enough texture to be told from others; says why, and the way out."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


def stamp(name: str, version: str) -> dict[str, NDArray[Any]]:
    """The entry that ties arrays to the engine that made them."""
    return {_STAMP: np.array([name, version])}


def check_stamp(arrays: Arrays, name: str, version: str) -> None:
    """Raise `VersionMismatch` unless this engine made the arrays."""
    made_by = [str(value) for value in arrays[_STAMP]] if _STAMP in arrays else ["unknown", ""]
    if made_by != [name, version]:
        raise VersionMismatch(
            f"a fingerprint was made by engine {' '.join(made_by).strip()}, this is {name} {version}",
            "Register the material again with this version; fingerprints of two versions are never mixed.",
        )
