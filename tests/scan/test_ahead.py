"""A master is searched while it is still decoded: nothing left out, nothing twice, and no longer than wanted."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from cleancut.errors import OutsideError
from cleancut.match.agree import Hit
from cleancut.match.engine import ReferenceEngine
from cleancut.match.fingerprint import Registered, Volumes
from cleancut.match.picture import Arrays, Frame
from cleancut.model.timing import Span
from cleancut.ports import Progress
from cleancut.testing import MemoryCache
from cleancut.usecases import look
from cleancut.usecases.parts import Parts
from cleancut.usecases.register import Register
from scan import footage
from scan.conftest import Bench
from scan.progress import Counting, Interrupting

PARTS = [0, 25, 50, 75, 100]  # their first frames


class Noting(ReferenceEngine):
    """Notes which parts are searched. With `waits`, sketches none but the first before that is."""

    def __init__(self, *, waits: bool = False) -> None:
        super().__init__()
        self.searched: list[int] = []
        self._waits, self._is_begun = waits, threading.Event()

    def sketch(self, frames: Iterable[tuple[int, Frame]], first: int, rate: Fraction) -> Arrays:
        assert not self._waits or first == 0 or self._is_begun.wait(60)
        return super().sketch(frames, first, rate)

    def search(
        self, sketch: Iterable[Arrays], register: Registered, progress: Progress, volumes: Volumes = ()
    ) -> list[Hit]:
        return super().search(self._noted(sketch), register, progress, volumes)

    def _noted(self, sketch: Iterable[Arrays]) -> Iterator[Arrays]:
        for part in sketch:
            self.searched.append(int(part["first"]))
            self._is_begun.set()
            yield part


class Failing(ReferenceEngine):
    def search(
        self, sketch: Iterable[Arrays], register: Registered, progress: Progress, volumes: Volumes = ()
    ) -> list[Hit]:
        raise OutsideError("a part of the master's sketch is gone from the cache", "Run the scan again.")


class Hasty(ReferenceEngine):
    """Of parts that come one by one it takes the first for all."""

    def search(
        self, sketch: Iterable[Arrays], register: Registered, progress: Progress, volumes: Volumes = ()
    ) -> list[Hit]:
        some = sketch if isinstance(sketch, Parts) else [next(iter(sketch))]
        return super().search(some, register, progress, volumes)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("ahead")
    footage.production(root)
    return root


@pytest.fixture
def register(bench: Bench, root: Path) -> Register:
    return bench.register(root / "material")


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look, "PART_FRAMES", 25)


def test_each_part_is_searched_as_soon_as_it_is_there(root: Path, register: Register) -> None:
    engine = Noting(waits=True)
    found = Bench(MemoryCache(), engine=engine).scan(root / "master.mp4", register).findings
    assert [finding.span for finding in found] == [Span(40, 70)]
    assert engine.searched == PARTS


def test_a_known_master_is_searched_once(root: Path, register: Register) -> None:
    cache, again = MemoryCache(), Noting()
    first = Bench(cache).scan(root / "master.mp4", register)
    assert Bench(cache, engine=again).scan(root / "master.mp4", register) == first
    assert again.searched == PARTS


def test_what_an_interrupted_scan_had_sketched_is_searched_too(root: Path, register: Register) -> None:
    cache, engine = MemoryCache(), Noting()
    with pytest.raises(KeyboardInterrupt):
        Bench(cache).scan(root / "master.mp4", register, Interrupting("decode", 80))
    found = Bench(cache, engine=engine).scan(root / "master.mp4", register).findings
    assert [finding.span for finding in found] == [Span(40, 70)]
    assert engine.searched == PARTS


@pytest.mark.parametrize(("stage", "after"), [("decode", 60), ("search", 1), ("verify", 1)])
def test_no_search_outlives_its_scan(root: Path, register: Register, stage: str, after: int) -> None:
    threads = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        Bench(MemoryCache()).scan(root / "master.mp4", register, Interrupting(stage, after))
    assert threading.active_count() == threads


def test_what_a_search_raises_is_raised(root: Path, register: Register) -> None:
    with pytest.raises(OutsideError, match="gone from the cache"):
        Bench(MemoryCache(), engine=Failing()).scan(root / "master.mp4", register)


def test_what_a_search_did_not_read_is_searched_again(root: Path, register: Register) -> None:
    found = Bench(MemoryCache(), engine=Hasty()).scan(root / "master.mp4", register).findings
    assert [finding.span for finding in found] == [Span(40, 70)]


def test_the_search_is_told_when_the_film_is_decoded(root: Path, register: Register) -> None:
    told = Counting()
    Bench(MemoryCache()).scan(root / "master.mp4", register, told)
    assert [name for name in told.stages if name in ("sort", "decode", "search", "verify")] == [
        "sort",
        "decode",
        "search",
        "verify",
    ]
    assert (told.stages["decode"], told.stages["search"]) == (120, len(PARTS))
