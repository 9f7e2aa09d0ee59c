"""Registering a folder: nothing in it stops the work, and everything in it is accounted for."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PIL import Image

from cleancut.adapters.frames_pyav import PyAVClips
from cleancut.adapters.stills_pillow import PillowStills
from cleancut.errors import InputError
from cleancut.match.picture import Frame, Luma
from cleancut.model.timing import Rate
from cleancut.ports import Reading
from cleancut.testing import MemoryCache, scene, texture
from cleancut.usecases.sequences import Declared
from scan import footage
from scan.conftest import Bench
from scan.progress import Counting, Interrupting


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return footage.write(tmp_path_factory.mktemp("clip") / "clip.mp4", scene(1, 30), options={"crf": "16", "g": "6"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "material"
    path.mkdir()
    footage.still(path / "good.png", texture(1))
    return path


def picture() -> Luma:
    return texture(2)


def test_names_are_relative_posix_paths(bench: Bench, folder: Path, clip: Path) -> None:
    (folder / "sub" / "deep").mkdir(parents=True)
    shutil.copy(clip, folder / "sub" / "deep" / "shot.mp4")
    registered = bench.register(folder)
    assert [(m.name, m.kind, m.frames) for m in registered.materials] == [
        ("good.png", "still", 1),
        ("sub/deep/shot.mp4", "clip", 30),
    ]
    assert (registered.materials[1].width, registered.materials[1].height) == (320, 180)


def test_what_is_no_picture_is_ignored_by_name(bench: Bench, folder: Path) -> None:
    for name in ("notes.txt", "dossier.yaml", ".hidden.png"):
        (folder / name).write_text("x", encoding="utf-8")
    registered = bench.register(folder)
    assert registered.ignored == (".hidden.png", "dossier.yaml", "notes.txt")
    assert registered.missing == ()


def test_media_that_nobody_here_can_look_for_are_not_examined(bench: Bench, folder: Path) -> None:
    for name in ("score.mid", "plate.R3D", "art.svg"):
        (folder / name).write_text("x", encoding="utf-8")
    registered = bench.register(folder)
    assert {item.material for item in registered.missing} >= {"score.mid", "plate.R3D", "art.svg"}
    assert registered.ignored == ()


def test_each_page_of_a_document_is_a_still(bench: Bench, folder: Path) -> None:
    pages = [Image.fromarray(texture(seed)) for seed in (11, 12, 13)]
    pages[0].save(folder / "art.pdf", save_all=True, append_images=pages[1:])
    pages[0].save(folder / "poster.pdf")
    progress = Counting()
    registered = bench.register(folder, progress=progress)
    named = [material.name for material in registered.materials]
    assert named == ["art.pdf#page=1", "art.pdf#page=2", "art.pdf#page=3", "good.png", "poster.pdf"]
    assert {material.kind for material in registered.materials} == {"still"}
    assert registered.files["art.pdf#page=2"] == ("art.pdf",)
    assert len({material.digest for material in registered.materials}) == 5
    assert progress.stages["register"] == 3
    shutil.copy(folder / "art.pdf", folder / "copy.pdf")
    assert bench.register(folder).materials[1].also == ("copy.pdf#page=2",)


def test_without_its_extra_a_file_is_not_examined(bench: Bench, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.pdf", "b.exr", "c.heic"):
        (folder / name).write_text(name, encoding="utf-8")
    for module in ("pypdfium2", "OpenImageIO", "pillow_heif"):
        monkeypatch.setitem(sys.modules, module, None)
    registered = bench.register(folder)
    assert [(item.material, item.hint) for item in registered.missing] == [
        ("a.pdf", "Install it with: pip install 'cleancut[pdf]'"),
        ("b.exr", "Install it with: pip install 'cleancut[vfx]'"),
        ("c.heic", "Install it with: pip install 'cleancut[heic]'"),
    ]


def test_the_master_is_left_out(bench: Bench, folder: Path, clip: Path) -> None:
    shutil.copy(clip, folder / "master.mp4")
    (folder.parent / "link.mp4").symlink_to(folder / "master.mp4")
    for name in (folder / "master.mp4", folder / ".." / "material" / "master.mp4", folder.parent / "link.mp4"):
        registered = bench.register(folder, name)
        assert [m.name for m in registered.materials] == ["good.png"]
        assert registered.ignored == ("master.mp4",)


def test_identical_files_are_one_material(bench: Bench, folder: Path) -> None:
    (folder / "a").mkdir()
    shutil.copy(folder / "good.png", folder / "a" / "copy.png")
    shutil.copy(folder / "good.png", folder / "z.png")
    (material,) = bench.register(folder).materials
    assert (material.name, material.also) == ("a/copy.png", ("good.png", "z.png"))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("empty.png", "is empty"),
        ("noise.png", "not a picture"),
        ("cut.jpg", "does not decode"),
        ("dot.png", "too small"),
        ("flat.png", "too little texture"),
        ("empty.mp4", "does not open"),
        ("noise.mov", "does not open"),
        ("flat.mp4", "too little texture"),
        ("still.mp4", "not a film"),
    ],
)
def test_bad_files_are_not_examined(bench: Bench, folder: Path, name: str, reason: str) -> None:
    path = folder / name
    if name.startswith("empty"):
        path.touch()
    elif name.startswith("noise"):
        path.write_bytes(bytes(range(256)) * 9)
    elif name == "cut.jpg":
        Image.fromarray(picture()).save(path)
        path.write_bytes(path.read_bytes()[:2000])
    elif name == "dot.png":
        Image.new("L", (1, 1)).save(path)
    elif name == "flat.png":
        footage.still(path, np.full((90, 160), 120, np.uint8))
    elif name == "flat.mp4":
        footage.write(path, [np.full((90, 160), 120, np.uint8)] * 6)
    else:
        footage.still(folder / "named.png", picture()).rename(path)
    registered = bench.register(folder)
    assert [m.name for m in registered.materials] == ["good.png"]
    (missing,) = registered.missing
    assert missing.material == name
    assert reason in missing.reason
    assert missing.hint


def test_a_cut_clip_is_registered_and_told(bench: Bench, folder: Path, clip: Path) -> None:
    content = clip.read_bytes()
    (folder / "cut.mp4").write_bytes(content[: len(content) * 2 // 3])
    registered = bench.register(folder)
    material = registered.materials[0]
    assert material.name == "cut.mp4"
    assert 0 < material.frames < 30
    (missing,) = registered.missing
    assert missing.material == "cut.mp4"
    assert f"only {material.frames} of its 30 frames" in missing.reason


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_a_file_without_rights_is_not_examined(bench: Bench, folder: Path) -> None:
    footage.still(folder / "shut.png", picture())
    (folder / "shut.png").chmod(0)
    (missing,) = bench.register(folder).missing
    assert "permission denied" in missing.reason


def test_a_copy_that_has_not_ended_is_not_examined(bench: Bench, folder: Path) -> None:
    (folder / "shot.mov.part").write_bytes(b"moov")
    (missing,) = bench.register(folder).missing
    assert (missing.material, missing.reason) == ("shot.mov.part", "a copy that has not ended")


def test_links_that_lead_out_are_not_examined(bench: Bench, folder: Path, clip: Path) -> None:
    (folder / "out.mp4").symlink_to(clip)
    (folder / "loop").symlink_to(folder)
    registered = bench.register(folder)
    assert [m.name for m in registered.materials] == ["good.png"]
    assert registered.ignored == ("loop",)
    assert [(m.material, m.reason) for m in registered.missing] == [
        ("out.mp4", "is a link that leads out of the folder")
    ]


def test_no_folder(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        bench.register(tmp_path / "missing")


def test_an_empty_folder(bench: Bench, tmp_path: Path) -> None:
    assert bench.register(tmp_path).materials == ()


def numbered(folder: Path, stem: str, numbers: range, size: tuple[int, int] = (320, 180)) -> None:
    for number, frame in zip(numbers, scene(5, len(numbers), *size), strict=True):
        footage.still(folder / f"{stem}{number:04d}.png", frame)


def test_numbered_stills_are_a_clip(bench: Bench, folder: Path) -> None:
    numbered(folder, "shot_", range(12, 20))
    registered = bench.register(folder)
    assert [(m.name, m.kind, m.frames) for m in registered.materials] == [
        ("good.png", "still", 1),
        ("shot_0012.png", "clip", 8),
    ]
    assert registered.missing == ()


@pytest.mark.parametrize("case", ["seven", "gap", "no separator", "two sizes"])
def test_other_numbered_stills_are_stills(bench: Bench, folder: Path, case: str) -> None:
    numbered(folder, "shot" if case == "no separator" else "shot_", range(1, 8 if case == "seven" else 9))
    if case == "gap":
        (folder / "shot_0003.png").unlink()
        numbered(folder, "shot_", range(9, 10))
    if case == "two sizes":
        footage.still(folder / "shot_0004.png", texture(7, 300, 200))
    registered = bench.register(folder)
    assert {m.kind for m in registered.materials} == {"still"}


def test_declared_stills_are_a_clip_with_their_gaps(bench: Bench, folder: Path) -> None:
    numbered(folder, "shot", range(1, 7))  # too few, no separator, and one of them gone
    (folder / "shot0003.png").unlink()
    sequences = [Declared("shot*.png", Rate.parse("25"))]
    registered = bench.register(folder, sequences=sequences)
    (clip,) = (material for material in registered.materials if material.kind == "clip")
    assert (clip.name, clip.frames, clip.rate) == ("shot0001.png", 5, "25/1")
    assert clip.files == tuple(f"shot000{number}.png" for number in (1, 2, 4, 5, 6))
    fingerprint = registered.fingerprints[registered.materials.index(clip)]
    assert fingerprint is not None
    assert fingerprint["seconds"] == pytest.approx([0, 1 / 25, 3 / 25, 4 / 25, 5 / 25])


def test_sequences_run_at_the_rate_of_the_master(bench: Bench, folder: Path) -> None:
    numbered(folder, "shot_", range(1, 9))
    for rate, expected in ((None, "24/1"), (Rate.parse("30000/1001"), "30000/1001"), (Rate.parse("25"), "25/1")):
        registered = bench.register(folder, rate=rate)
        (clip,) = (material for material in registered.materials if material.kind == "clip")
        assert clip.rate == expected


@pytest.mark.parametrize("pattern", ["absent*.png", "good.png"])
def test_a_declared_sequence_that_is_not_there_is_an_error(bench: Bench, folder: Path, pattern: str) -> None:
    with pytest.raises(InputError, match=re.escape(pattern)) as caught:
        bench.register(folder, sequences=[Declared(pattern)])
    assert caught.value.hint


def test_a_still_that_does_not_decode_thins_its_sequence(bench: Bench, folder: Path) -> None:
    numbered(folder, "shot_", range(1, 13))
    broken = folder / "shot_0004.png"
    broken.write_bytes(broken.read_bytes()[:2000])  # its header is whole, so it belongs
    registered = bench.register(folder)
    (clip,) = (material for material in registered.materials if material.kind == "clip")
    assert (clip.frames, len(clip.files)) == (11, 12)
    (missing,) = registered.missing
    assert missing.material == "shot_0001.png"
    assert "shot_0004.png" in missing.reason


def test_registering_again_decodes_nothing(folder: Path, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(clip, folder / "shot.mp4")
    cache = MemoryCache()
    first = Bench(cache).register(folder)
    saved = list(cache.saves)
    shutil.move(folder / "shot.mp4", folder / "renamed.mp4")
    again = Bench(cache).register(folder)
    assert cache.saves == saved
    assert [m.digest for m in again.materials] == [m.digest for m in first.materials]
    assert [m.name for m in again.materials] == ["good.png", "renamed.mp4"]


def test_an_interruption_keeps_what_is_done(folder: Path, clip: Path) -> None:
    shutil.copy(clip, folder / "shot.mp4")
    cache = MemoryCache()
    with pytest.raises(KeyboardInterrupt):
        Bench(cache).register(folder, progress=Interrupting("register", 2))
    kept = list(cache.saves)
    assert kept
    Bench(cache).register(folder)
    assert len(set(cache.saves)) == len(cache.saves) == 3  # the picture of both, the sound of one


class SlowClips(PyAVClips):
    """Shows the first frame of a clip for as long as somebody waits, and for twenty seconds at most."""

    def __init__(self) -> None:
        super().__init__()
        self.shown, self.ended = Event(), Event()

    @contextmanager
    def open(self, path: Path, width: int = 0) -> Iterator[Reading]:
        with super().open(path, width) as reading:
            try:
                yield _Slow(self, reading)
            finally:
                self.ended.set()


class _Slow:
    def __init__(self, clips: SlowClips, reading: Reading) -> None:
        self._clips, self._first = clips, next(iter(reading))
        self.info, self.losses = reading.info, reading.losses

    def __iter__(self) -> Iterator[Frame]:
        for _ in range(200):
            yield self._first
            self._clips.shown.set()
            time.sleep(0.1)


class InterruptingAt(Counting):
    """Interrupts when the first material is done and something happens elsewhere."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self._event = event

    def advance(self, count: int = 1) -> None:
        super().advance(count)
        if count and self._current == "register":
            assert self._event.wait(20)
            raise KeyboardInterrupt


def test_an_interruption_stops_what_is_examined_beside_it(folder: Path, clip: Path) -> None:
    shutil.copy(clip, folder / "shot.mp4")
    cache, clips = MemoryCache(), SlowClips()
    with pytest.raises(KeyboardInterrupt):
        Bench(cache, 2, clips).register(folder, progress=InterruptingAt(clips.shown))
    assert clips.ended.wait(2)
    assert len(cache.saves) == 1


def test_materials_examined_at_once_are_what_they_are_one_by_one(folder: Path, clip: Path) -> None:
    shutil.copy(clip, folder / "shot.mp4")
    numbered(folder, "shot_", range(1, 13))
    (folder / "bad.png").write_bytes(b"noise")
    for number in range(4):
        footage.still(folder / f"{number}.png", texture(10 + number))
    one, many = (Bench(MemoryCache(), count).register(folder) for count in (1, 4))
    assert one.materials == many.materials
    assert one.missing == many.missing
    for here, there in zip(one.fingerprints, many.fingerprints, strict=True):
        assert here is not None
        assert there is not None
        assert all(np.array_equal(here[name], there[name]) for name in here)


def test_copies_of_a_bad_file_are_all_named(bench: Bench, folder: Path) -> None:
    (folder / "a.png").write_bytes(b"noise")
    (folder / "b.png").write_bytes(b"noise")
    assert [missing.material for missing in bench.register(folder).missing] == ["a.png", "b.png"]


def test_what_has_nothing_to_look_for_is_not_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    footage.still(folder / "flat.png", np.full((90, 160), 120, np.uint8))
    cache = MemoryCache()
    (first,) = Bench(cache).register(folder).missing
    monkeypatch.setattr(PillowStills, "read", None)
    (again,) = Bench(cache).register(folder).missing
    assert again == first
    assert "too little texture" in again.reason


def test_progress_counts_every_file_once(bench: Bench, folder: Path, clip: Path) -> None:
    shutil.copy(clip, folder / "shot.mp4")
    shutil.copy(folder / "good.png", folder / "copy.png")
    (folder / "bad.png").write_bytes(b"noise")
    (folder / "notes.txt").write_text("x", encoding="utf-8")
    numbered(folder, "shot_", range(1, 13))
    counting = Counting()
    bench.register(folder, progress=counting)
    assert counting.stages == {"digest": 16, "sort": 0, "register": 16}


def test_a_sequence_may_be_interrupted_within(folder: Path) -> None:
    numbered(folder, "shot_", range(1, 13))
    with pytest.raises(KeyboardInterrupt):
        Bench(MemoryCache()).register(folder, progress=Interrupting("register", 7))
