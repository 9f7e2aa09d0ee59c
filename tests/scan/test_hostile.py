"""Files that crash their reader, hang it or fill the memory: not examined, with the reason, and all else is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.hostile import EARLY
from cleancut.adapters.apart_process import Entry, Limits, Workers
from cleancut.adapters.files_local import LocalFiles
from cleancut.adapters.readers_apart import readers_apart
from cleancut.match.engine import ReferenceEngine
from cleancut.model.findings import Scan
from cleancut.model.timing import Span
from cleancut.ports import Readers
from cleancut.testing import MemoryCache, Silence, scene, texture
from cleancut.usecases.register import Register, RegisterPorts, register
from cleancut.usecases.scan import ScanPorts, scan
from scan import footage
from scan.recordings import piece, sounded, wav
from sound.exact import ExactEngine

FRAMES = 96


@pytest.fixture(scope="module")
def there() -> Iterator[Readers]:
    workers = Workers(Entry("adapters.hostile:hostile_readers"), Limits(3, 512 * 1024**2))
    yield readers_apart(workers)
    workers.end()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("film")
    picture = footage.write(folder / "picture.mp4", scene(1, FRAMES))
    return sounded(folder / "film.mov", picture, [piece(3, 4)])


def registered(there: Readers, cache: MemoryCache, folder: Path) -> Register:
    ports = RegisterPorts(
        LocalFiles(), there.clips, there.stills, there.sounds, cache, ReferenceEngine(), ExactEngine()
    )
    return register(ports, folder, progress=Silence())


def scanned(there: Readers, cache: MemoryCache, master: Path, materials: Register) -> Scan:
    ports = ScanPorts(LocalFiles(), there.clips, there.sounds, cache, ReferenceEngine(), ExactEngine())
    return scan(ports, master, materials, Silence())


def test_the_register_goes_on(there: Readers, film: Path, tmp_path: Path) -> None:
    footage.still(tmp_path / "good.png", texture(1))
    for number, name in enumerate(("abort-open.png", "hang-open.png", "fill-open.png", "fail-open.png")):
        footage.still(tmp_path / name, texture(2 + number))
    for number, name in enumerate(("segfault-open.mov", "abort-midway.mov", "fine.mov")):
        (tmp_path / name).write_bytes(film.read_bytes() + bytes([0, 0, 0, 9]) + b"free" + bytes([number]))
    cache = MemoryCache()
    made = registered(there, cache, tmp_path)
    assert [material.name for material in made.materials] == ["fine.mov", "good.png"]
    assert {missing.material: missing.reason for missing in made.missing} == {
        "abort-midway.mov": "its reader crashed (aborted)",
        "abort-open.png": "its reader crashed (aborted)",
        "fail-open.png": "its reader failed: RuntimeError: a bug",
        "fill-open.png": "needs more memory than the 0.5 GiB that one file may take",
        "hang-open.png": "its reader made no progress for 3 seconds, and was ended",
        "segfault-open.mov": "its reader crashed (segmentation fault)",
    }
    assert all(missing.hint for missing in made.missing)
    assert len(cache.saves) == 3  # of what was lost nothing is kept: another run tries again


def test_a_master_lost_midway_is_examined_as_far_as_that_and_tried_again(
    there: Readers, film: Path, tmp_path: Path
) -> None:
    (tmp_path / "material").mkdir()
    shutil.copy(film, tmp_path / "material" / "clip.mov")
    cache = MemoryCache()
    materials = registered(there, cache, tmp_path / "material")
    master = tmp_path / "abort-midway.mov"
    shutil.copy(film, master)
    found = scanned(there, cache, master, materials)
    assert found.coverage.picture == (Span(0, EARLY),)
    (gap,) = found.coverage.picture_missing
    assert (gap.span, gap.reason) == (
        Span(EARLY, FRAMES),
        f"only {EARLY} of {FRAMES} frames decoded: its reader crashed (aborted)",
    )
    (deaf,) = found.coverage.sound_missing
    assert deaf.reason == "track 1: its reader crashed (aborted)"
    assert deaf.span.end == FRAMES
    assert not found.coverage.is_complete
    again = scanned(there, cache, master.rename(tmp_path / "well.mov"), materials)
    assert again.coverage.is_complete
    assert again.coverage.picture == (Span(0, FRAMES),)
    (whole,) = (finding for finding in again.findings if finding.medium == "picture")
    assert len(whole.span) >= FRAMES - 2


def test_a_sound_lost_midway_is_heard_as_far_as_that_and_tried_again(there: Readers, tmp_path: Path) -> None:
    (tmp_path / "material").mkdir()
    wav(tmp_path / "material" / "piece.wav", piece(3, 8))
    cache = MemoryCache()
    materials = registered(there, cache, tmp_path / "material")
    master = wav(tmp_path / "hang-midway.wav", piece(3, 8))
    found = scanned(there, cache, master, materials)
    assert not found.coverage.is_complete
    (gap,) = found.coverage.sound_missing
    assert gap.reason == "track 1: its reader made no progress for 3 seconds, and was ended"
    assert 0 < gap.span.first < gap.span.end
    again = scanned(there, cache, master.rename(tmp_path / "well.wav"), materials)
    assert again.coverage.is_complete
    (whole,) = again.findings
    assert len(whole.span) > 7 * 24
