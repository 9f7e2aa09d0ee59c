"""A fast scan: what it looks at closely it finds as the scan of the whole does; the rest is never called examined."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cleancut.adapters.frames_pyav import PyAVClips
from cleancut.match.picture import Luma
from cleancut.model.findings import Scan
from cleancut.model.streams import Layout
from cleancut.model.timing import Span, join
from cleancut.ports import ReaderLost
from cleancut.testing import MemoryCache, are_alike, scene
from cleancut.usecases import closer, skim
from cleancut.usecases.closer import apart, stretches
from cleancut.usecases.register import Register
from scan import footage
from scan.conftest import Bench
from scan.progress import Counting, Interrupting

SHORT_GOPS = {"crf": "18", "g": "24", "preset": "veryfast"}


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("material")
    footage.write(folder / "one.mp4", scene(1, 60))
    footage.write(folder / "two.mp4", scene(2, 40))
    return folder


@pytest.fixture
def register(bench: Bench, material: Path) -> Register:
    return bench.register(material)


def shots() -> list[Luma]:
    """Two hundred and forty frames, with material in [120, 145)."""
    return scene(11, 120) + scene(1, 60)[15:40] + scene(12, 95)


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return footage.write(tmp_path_factory.mktemp("fast") / "master.mp4", shots(), options=SHORT_GOPS)


@pytest.fixture
def whole(bench: Bench, master: Path, register: Register) -> Scan:
    return bench.scan(master, register)


@pytest.fixture
def fast(bench: Bench, master: Path, register: Register) -> Scan:
    return bench.scan(master, register, fast=True)


def test_it_finds_the_same_and_leaves_the_rest_out(whole: Scan, fast: Scan) -> None:
    assert [finding.span for finding in fast.findings] == [Span(120, 145)]
    assert are_alike(fast.findings, whole.findings)
    seen = fast.coverage.picture
    assert any(span.first <= 120 and span.end >= 145 for span in seen)
    assert sum(map(len, seen)) < 200


def test_what_was_left_out_is_not_examined(fast: Scan) -> None:
    coverage = fast.coverage
    assert not coverage.is_complete
    left_out = [gap.span for gap in coverage.picture_missing]
    assert all(gap.was_left_out for gap in coverage.picture_missing)
    assert join([*coverage.picture, *left_out]) == [Span(0, 240)]
    assert not any(gap.overlap(span) for gap in left_out for span in coverage.picture)
    (told,) = coverage.gaps("picture")
    assert told.span == Span(0, 240)
    assert told.reason == f"the fast scan left out {sum(map(len, left_out))} of these 240 frames"
    record = fast.record()["coverage"]["picture"]
    assert record["examined"] == [[span.first, span.end] for span in coverage.picture]
    assert [(gap["first_frame"], gap["end_frame"]) for gap in record["not_examined"]] == [
        (span.first, span.end) for span in left_out
    ]


def test_a_film_that_holds_nothing_is_hardly_decoded(bench: Bench, tmp_path: Path, register: Register) -> None:
    path = footage.write(tmp_path / "other.mp4", scene(21, 96), options=SHORT_GOPS)
    counted = Counting()
    found = bench.scan(path, register, counted, fast=True)
    assert (found.findings, found.coverage.picture) == ((), ())
    assert counted.stages["skim"] == 4
    assert "decode" not in counted.stages
    assert "look closely" not in counted.stages


def test_no_key_frame_of_short_groups_is_passed_over(bench: Bench, tmp_path: Path, register: Register) -> None:
    path = footage.write(tmp_path / "broadcast.mp4", scene(21, 96), options={**SHORT_GOPS, "g": "15"})
    counted = Counting()
    bench.scan(path, register, counted, fast=True)
    assert counted.stages["skim"] == -(-96 // 15)


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [("mjpeg.mov", "mjpeg", "yuvj420p"), ("prores.mov", "prores_ks", "yuv422p10le")],
)
def test_of_intra_only_films_a_frame_every_four_fifths_of_a_second_is_looked_at(
    bench: Bench, tmp_path: Path, register: Register, name: str, codec: str, pixels: str
) -> None:
    options = {"qscale": "2"} if codec == "mjpeg" else None
    path = footage.write(tmp_path / name, shots(), codec=codec, pixels=pixels, options=options)
    counted = Counting()
    found = bench.scan(path, register, counted, fast=True)
    assert counted.stages["skim"] == -(-240 // 19)
    assert found.findings
    assert are_alike(found.findings, bench.scan(path, register).findings)
    assert sum(map(len, found.coverage.picture)) < 200


def test_a_film_that_does_not_tell_its_frames_apart_is_scanned_as_a_whole(
    bench: Bench, tmp_path: Path, register: Register
) -> None:
    path = footage.write(tmp_path / "stream.ts", shots(), options=SHORT_GOPS)
    found = bench.scan(path, register, fast=True)
    assert found == bench.scan(path, register)
    assert found.coverage.is_complete


# --- partition, interruption, damage ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("glimpses", "stretch"), [(3, 24), (64, 48)])
def test_parts_do_not_matter(
    master: Path, register: Register, fast: Scan, glimpses: int, stretch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(skim, "GLIMPSES", glimpses)
    monkeypatch.setattr(closer, "STRETCH_FRAMES", stretch)
    again = Bench(MemoryCache()).scan(master, register, fast=True)
    assert are_alike(again.findings, fast.findings)
    if stretch == 24:
        assert again == fast


@pytest.mark.parametrize(("stage", "after"), [("skim", 3), ("look closely", 40), ("verify", 1)])
def test_an_interrupted_scan_goes_on(master: Path, register: Register, fast: Scan, stage: str, after: int) -> None:
    cache = MemoryCache()
    with pytest.raises(KeyboardInterrupt):
        Bench(cache).scan(master, register, Interrupting(stage, after), fast=True)
    assert Bench(cache).scan(master, register, fast=True) == fast
    assert len(set(cache.saves)) == len(cache.saves)


def test_a_second_scan_decodes_nothing(bench: Bench, master: Path, register: Register, fast: Scan) -> None:
    counted = Counting()
    assert bench.scan(master, register, counted, fast=True) == fast
    assert not {"skim", "look closely", "decode"}.intersection(counted.stages)


def test_what_a_whole_scan_left_in_the_cache_does_not_matter(master: Path, register: Register, fast: Scan) -> None:
    cache = MemoryCache()
    Bench(cache).scan(master, register)
    assert Bench(cache).scan(master, register, fast=True) == fast


def test_what_does_not_decode_is_told_beside_what_was_left_out(
    bench: Bench, tmp_path: Path, master: Path, register: Register
) -> None:
    content = bytearray(master.read_bytes())
    at = len(content) * 52 // 100
    content[at : at + 1500] = bytes(1500)
    hurt = tmp_path / "hurt.mp4"
    hurt.write_bytes(bytes(content))
    coverage = bench.scan(hurt, register, fast=True).coverage
    assert [gap for gap in coverage.picture_missing if not gap.was_left_out]
    assert join([*coverage.picture, *(gap.span for gap in coverage.picture_missing)]) == [Span(0, 240)]
    assert not any(gap.span.overlap(span) for gap in coverage.picture_missing for span in coverage.picture)
    assert len(coverage.gaps("picture")) == 1 + sum(not gap.was_left_out for gap in coverage.picture_missing)


def test_a_reader_that_is_lost_leaves_its_stretches_unexamined(
    master: Path, register: Register, fast: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Lost(PyAVClips):
        def pick(self, path, spans, width=0):  # type: ignore[no-untyped-def]
            return _Breaking(super().pick(path, spans, width), 30 if len(spans[0]) > 1 else 10**9)

    cache = MemoryCache()
    monkeypatch.setattr("scan.conftest.PyAVClips", Lost)
    found = Bench(cache).scan(master, register, fast=True)
    assert any("frames are lost here: it broke" in gap.reason for gap in found.coverage.picture_missing)
    assert all(seen.kind == "related" for seen in found.findings)  # the few frames before it broke
    monkeypatch.undo()
    assert Bench(cache).scan(master, register, fast=True) == fast


class _Breaking:
    def __init__(self, real, after: int) -> None:  # type: ignore[no-untyped-def]
        self._real, self._after, self.losses = real, after, ()

    def __enter__(self):  # type: ignore[no-untyped-def]
        self._picking = self._real.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._real.__exit__(*error)

    def __iter__(self):  # type: ignore[no-untyped-def]
        for number, item in enumerate(self._picking):
            if number == self._after:
                raise ReaderLost("it broke")
            yield item


def test_a_cut_master_says_that_its_end_is_missing(
    bench: Bench, tmp_path: Path, master: Path, register: Register
) -> None:
    content = master.read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(content[: len(content) * 4 // 5])
    found = bench.scan(cut, register, fast=True)
    last = found.coverage.picture_missing[-1]
    assert last.span == Span(found.master.frames, 240)
    assert f"only {found.master.frames} of 240 frames" in last.reason


# --- the same findings as in a look at the whole ----------------------------------------------------------------------


@settings(max_examples=4, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.integers(30, 70), st.integers(1, 2), st.integers(0, 12), st.integers(14, 28)),
        min_size=1,
        max_size=2,
    ),
    st.sampled_from([12, 24, 250]),
)
def test_what_was_looked_at_closely_is_found_as_in_the_whole(
    tmp_path_factory: pytest.TempPathFactory, bench: Bench, register: Register, inserts: list, gop: int
) -> None:
    film: list[Luma] = []
    for number, (before, which, first, length) in enumerate(inserts):
        film += scene(40 + number, before) + scene(which, 60 if which == 1 else 40)[first : first + length]
    film += scene(60, 70)
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    footage.write(path, film, options={**SHORT_GOPS, "g": str(gop)})
    found, every = bench.scan(path, register, fast=True), bench.scan(path, register)
    seen = found.coverage.picture
    inside = [f for f in every.findings if any(s.first <= f.span.first and f.span.end <= s.end for s in seen)]
    assert are_alike([replace(f, appearance=0) for f in found.findings], [replace(f, appearance=0) for f in inside])


# --- stretches --------------------------------------------------------------------------------------------------------


@given(st.sets(st.integers(1, 400), max_size=40), st.integers(0, 200), st.integers(0, 6))
def test_stretches_are_the_film_and_begin_after_their_context(starts: set[int], more: int, context: int) -> None:
    frames = max([0, *starts]) + 1 + more
    made = stretches(Layout(frames, (0, *sorted(starts))), context)
    assert [span.first for _, span in made] == [0, *(span.end for _, span in made[:-1])]
    assert made[-1][1].end == frames
    assert made[0][0] == 0
    assert all(start in starts and span.first == start + context for start, span in made[1:])


@given(st.sets(st.integers(0, 300), min_size=1), st.integers(1, 50))
def test_what_is_kept_lies_apart(starts: set[int], frames: int) -> None:
    ordered = sorted(starts)
    kept = apart(ordered, frames)
    assert kept[0] == ordered[0]
    assert all(np.diff(kept) >= frames)
    assert all(any(0 <= start - one < frames for one in kept) for start in ordered)
