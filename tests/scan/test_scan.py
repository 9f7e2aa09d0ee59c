"""Scanning a master: what was examined is told exactly, and no work is done twice."""

from __future__ import annotations

import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import pytest

from cleancut.adapters.cache_disk import DiskCache
from cleancut.adapters.frames_pyav import PyAVClips
from cleancut.errors import MediaError, VersionMismatch
from cleancut.model.findings import Engine, Scan
from cleancut.model.timing import Span
from cleancut.testing import MemoryCache, scene, texture
from cleancut.usecases import look as scanning
from cleancut.usecases.register import Register
from scan import footage
from scan.conftest import Bench
from scan.progress import Counting, Interrupting


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("scan")
    footage.production(root)
    return root


@pytest.fixture
def register(bench: Bench, root: Path) -> Register:
    return bench.register(root / "material")


@pytest.fixture
def master(root: Path) -> Path:
    return root / "master.mp4"


@pytest.fixture
def whole(bench: Bench, master: Path, register: Register) -> Scan:
    return bench.scan(master, register)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "PART_FRAMES", 25)


def test_the_scan_says_what_it_read(whole: Scan, master: Path) -> None:
    assert (whole.master.frames, str(whole.master.clock.rate)) == (120, "24/1")
    assert (whole.master.width, whole.master.height) == (320, 180)
    assert whole.master.path == str(master)
    assert whole.coverage.picture == (Span(0, 120),)
    assert [finding.span for finding in whole.findings] == [Span(40, 70)]


def test_an_interrupted_scan_goes_on(master: Path, register: Register, whole: Scan, small_parts: None) -> None:
    cache = MemoryCache()
    with pytest.raises(KeyboardInterrupt):
        Bench(cache).scan(master, register, Interrupting("decode", 60))
    done = list(cache.saves)
    assert len([key for key in done if key.startswith("master-")]) == 2  # of parts of 25 frames
    assert Bench(cache).scan(master, register).findings == whole.findings
    assert len(set(cache.saves)) == len(cache.saves)
    assert cache.saves[: len(done)] == done


@pytest.mark.parametrize("stage", ["search", "verify"])
def test_an_interruption_later_costs_no_decoding(master: Path, register: Register, whole: Scan, stage: str) -> None:
    cache = MemoryCache()
    with pytest.raises(KeyboardInterrupt):
        Bench(cache).scan(master, register, Interrupting(stage, 1))
    counted = Counting()
    assert Bench(cache).scan(master, register, counted).findings == whole.findings
    assert "decode" not in counted.stages


def test_a_grown_register_decodes_nothing(
    bench: Bench, tmp_path: Path, root: Path, master: Path, whole: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "material"
    shutil.copytree(root / "material", folder)
    footage.still(folder / "more.png", texture(50))
    grown = bench.register(folder)
    monkeypatch.setattr(PyAVClips, "open", None)
    found = bench.scan(master, grown).findings
    assert [(f.material, f.span, f.kind) for f in found] == [(f.material, f.span, f.kind) for f in whole.findings]


@pytest.mark.parametrize("part", [1, 17, 40, 119, 120, 121])
def test_parts_do_not_matter(
    master: Path, register: Register, whole: Scan, part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "PART_FRAMES", part)
    again = Bench(MemoryCache()).scan(master, register)
    assert again == whole


def test_threads_do_not_matter(master: Path, register: Register, whole: Scan) -> None:
    before = cv2.getNumThreads()
    try:
        cv2.setNumThreads(1)
        assert Bench(MemoryCache()).scan(master, register) == whole
    finally:
        cv2.setNumThreads(before)


def test_a_corrupt_cache_is_made_again(tmp_path: Path, master: Path, register: Register, whole: Scan) -> None:
    bench = Bench(DiskCache(tmp_path))
    bench.scan(master, register)
    for path in tmp_path.glob("master-*-0.npz"):
        path.write_bytes(path.read_bytes()[:999])
    counted = Counting()
    assert bench.scan(master, register, counted) == whole
    assert counted.stages["decode"] == 120


def test_a_cut_master_is_examined_as_far_as_it_goes(
    bench: Bench, tmp_path: Path, master: Path, register: Register
) -> None:
    content = master.read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(content[: len(content) * 4 // 5])
    scanned = bench.scan(cut, register)
    frames = scanned.master.frames
    assert 70 < frames < 120
    assert not scanned.coverage.is_complete
    assert scanned.coverage.picture[-1].end <= frames
    assert scanned.coverage.picture_missing[-1].span == Span(frames, 120)
    assert f"only {frames} of 120 frames" in scanned.coverage.picture_missing[-1].reason
    assert [finding.span for finding in scanned.findings] == [Span(40, 70)]


def test_damage_in_the_middle_is_not_called_examined(
    bench: Bench, tmp_path: Path, master: Path, register: Register
) -> None:
    content = bytearray(master.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3000] = bytes(3000)
    hurt = tmp_path / "hurt.mp4"
    hurt.write_bytes(bytes(content))
    scanned = bench.scan(hurt, register)
    assert not scanned.coverage.is_complete
    assert sum(map(len, scanned.coverage.picture)) < 120
    for gap in scanned.coverage.picture_missing:
        assert not any(gap.span.overlap(span) for span in scanned.coverage.picture)
        assert gap.reason


def test_what_was_missing_stays_missing_from_the_cache(
    bench: Bench, tmp_path: Path, master: Path, register: Register
) -> None:
    content = master.read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(content[: len(content) // 2])
    assert bench.scan(cut, register) == bench.scan(cut, register)
    assert not bench.scan(cut, register).coverage.is_complete


@pytest.mark.parametrize("case", ["missing", "folder", "empty", "noise", "picture", "no frame"])
def test_what_is_no_film_is_an_input_error(
    bench: Bench, tmp_path: Path, master: Path, register: Register, case: str
) -> None:
    path = tmp_path / "given.mp4"
    if case == "folder":
        path.mkdir()
    elif case == "empty":
        path.touch()
    elif case == "noise":
        path.write_bytes(bytes(range(256)) * 99)
    elif case == "picture":
        cv2.imwrite(str(tmp_path / "given.png"), texture(1))
        path = tmp_path / "given.png"
    elif case == "no frame":
        path.write_bytes(master.read_bytes()[:6000])
    with pytest.raises(MediaError) as caught:
        bench.scan(path, register)
    assert str(path) in caught.value.message
    assert caught.value.hint
    assert caught.value.exit_code == 2


def test_drop_frame_and_start_are_kept(bench: Bench, tmp_path: Path, register: Register) -> None:
    rate = Fraction(30000, 1001)
    master = footage.write(tmp_path / "ntsc.mov", scene(9, 12), rate=rate, timecode="00:59:59;28")
    record = bench.scan(master, register).record()
    assert record["master"]["rate"] == "30000/1001"
    assert record["master"]["start_timecode"] == "00:59:59;28"


def test_an_empty_register_is_scanned(bench: Bench, tmp_path: Path, master: Path) -> None:
    scanned = bench.scan(master, bench.register(tmp_path))
    assert scanned.findings == ()
    assert scanned.coverage.is_complete


def test_engines_are_not_mixed(bench: Bench, master: Path, register: Register) -> None:
    foreign = replace(register, engine=Engine("other", "1", {}))
    with pytest.raises(VersionMismatch):
        bench.scan(master, foreign)


def test_the_coverage_of_the_register_is_carried(bench: Bench, tmp_path: Path, root: Path, master: Path) -> None:
    folder = tmp_path / "material"
    shutil.copytree(root / "material", folder)
    (folder / "bad.png").write_bytes(b"noise")
    (folder / "notes.txt").write_text("x", encoding="utf-8")
    coverage = bench.scan(master, bench.register(folder)).coverage
    assert coverage.material == ("shot.mp4",)
    assert [missing.material for missing in coverage.material_missing] == ["bad.png"]
    assert coverage.ignored == ("notes.txt",)
    assert not coverage.is_complete
