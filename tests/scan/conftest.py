"""Ports for scans: real adapters, an engine for sound that is beyond doubt, a cache of its own for each test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cleancut.adapters.cache_disk import DiskCache
from cleancut.adapters.files_local import LocalFiles
from cleancut.adapters.frames_pyav import PyAVClips
from cleancut.adapters.sound_pyav import PyAVSounds
from cleancut.adapters.stills_pillow import PillowStills
from cleancut.match.engine import ReferenceEngine
from cleancut.model.findings import Scan
from cleancut.model.timing import Rate
from cleancut.ports import Cache, Clips, PictureEngine, Progress
from cleancut.testing import Silence
from cleancut.usecases.register import Register, RegisterPorts, register
from cleancut.usecases.scan import ScanPorts, scan
from cleancut.usecases.sequences import Declared
from sound.exact import ExactEngine


@dataclass(frozen=True)
class Bench:
    """The two use cases on one cache."""

    cache: Cache
    at_once: int = 1
    clips: Clips = field(default_factory=PyAVClips)
    engine: PictureEngine = field(default_factory=ReferenceEngine)

    def register(
        self,
        folder: Path,
        *exclude: Path,
        progress: Progress | None = None,
        sequences: Sequence[Declared] = (),
        rate: Rate | None = None,
    ) -> Register:
        readers = (LocalFiles(), self.clips, PillowStills(), PyAVSounds())
        ports = RegisterPorts(*readers, self.cache, self.engine, ExactEngine(), self.at_once)
        told = progress or Silence()
        return register(ports, folder, exclude=exclude, sequences=sequences, rate=rate, progress=told)

    def scan(
        self,
        master: Path,
        materials: Register,
        progress: Progress | None = None,
        sound: Sequence[Path] = (),
        rate: Rate | None = None,
        programme: tuple[str, str] | None = None,
        fast: bool = False,
    ) -> Scan:
        ports = ScanPorts(LocalFiles(), PyAVClips(), PyAVSounds(), self.cache, self.engine, ExactEngine())
        told = progress or Silence()
        return scan(ports, master, materials, told, sound=sound, rate=rate, programme=programme, fast=fast)


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """On a cache shared by the session: what one test fingerprints, others need not."""
    return Bench(DiskCache(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def fresh_bench() -> Callable[[Cache], Bench]:
    """On a cache of the test's own."""
    return Bench
