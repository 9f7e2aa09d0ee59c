"""The readers of what others made, chosen in one place: the process that opens files imports nothing above it."""

from __future__ import annotations

from pathlib import Path

from cleancut.adapters.frames_pyav import PyAVClips
from cleancut.adapters.pictures_pyav import PyavPictures
from cleancut.adapters.provenance_file import FileMarks
from cleancut.adapters.sound_pyav import PyAVSounds
from cleancut.adapters.stills_pillow import PillowStills
from cleancut.ports import Readers


def readers(trust: str = "", threads: int = 0) -> Readers:
    """Readers that open files in the process that calls this. `trust` is a PEM file of root certificates; `threads`
    decode pictures, 0 for as many as the decoder likes. Raises `InputError` where `trust` cannot be used."""
    marks = FileMarks(Path(trust) if trust else None)
    return Readers(PyAVClips(threads), PillowStills(), PyAVSounds(), marks, PyavPictures())
