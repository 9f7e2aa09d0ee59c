"""Contract kits: what every adapter and engine of a port must keep, as classes that its tests subclass.

A kit asks for the thing under test in a fixture and brings the tests. Needs pytest, which the product does not:
nothing else in the package imports this one.
"""

from cleancut.testing.fakes import MemoryCache, Silence
from cleancut.testing.pictures import RATE, PictureEngineContract, are_alike, framed, scene, sketched, texture
from cleancut.testing.readers import CacheContract, ClipsContract, FilesContract, SoundsContract, StillsContract
from cleancut.testing.sounds import SoundEngineContract, music, sketched_sound

__all__ = [
    "RATE",
    "CacheContract",
    "ClipsContract",
    "FilesContract",
    "MemoryCache",
    "PictureEngineContract",
    "Silence",
    "SoundEngineContract",
    "SoundsContract",
    "StillsContract",
    "are_alike",
    "framed",
    "music",
    "scene",
    "sketched",
    "sketched_sound",
    "texture",
]
