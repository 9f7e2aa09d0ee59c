"""Readers in another process: what they give is what they give here, and what they suffer stays there."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from adapters.hostile import EARLY
from cleancut.adapters.apart_process import Entry, Limits, Workers
from cleancut.adapters.readers_apart import readers_apart
from cleancut.errors import InputError
from cleancut.match.picture import Frame
from cleancut.ports import Clips, ReaderLost, Readers, Sounds, Stills, Unreadable
from cleancut.readers import readers
from cleancut.testing import ClipsContract, SoundsContract, StillsContract, scene, texture
from scan import footage
from scan.recordings import piece, row, silence, sounded, wav

PATIENT, HASTY = 60, 1.5  # seconds: a busy machine is no hang, and a hang need not be waited for
MEMORY = 512 * 1024**2
HOSTILE = "adapters.hostile:hostile_readers"


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    made = Workers(Entry(HOSTILE), Limits(PATIENT, MEMORY))
    yield made
    made.end()


@pytest.fixture(scope="module")
def hasty() -> Iterator[Readers]:
    made = Workers(Entry(HOSTILE), Limits(HASTY, MEMORY))
    yield readers_apart(made)
    made.end()


@pytest.fixture
def there(workers: Workers) -> Readers:
    return readers_apart(workers)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return footage.write(tmp_path_factory.mktemp("film") / "film.mp4", scene(1, 30))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    Image.fromarray(texture(1, 64, 48)).save(path)
    return path


class TestApartClips(ClipsContract):
    @pytest.fixture
    def clips(self, there: Readers) -> Clips:
        return there.clips

    @pytest.fixture
    def film(self, film: Path) -> Path:
        return film


class TestApartStills(StillsContract):
    @pytest.fixture
    def stills(self, there: Readers) -> Stills:
        return there.stills

    @pytest.fixture
    def picture(self, picture: Path) -> Path:
        return picture


class TestApartSounds(SoundsContract):
    @pytest.fixture
    def sounds(self, there: Readers) -> Sounds:
        return there.sounds

    @pytest.fixture
    def film(self, tmp_path: Path, film: Path) -> Path:
        click = np.full((1, 480), 0.9, np.float32)
        return sounded(tmp_path / "film.mov", film, [row(silence(0.5), click, silence(1.49))])


# --- the same as here -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [0, 80])
def test_frames_are_the_same_bit_for_bit(there: Readers, film: Path, width: int) -> None:
    with there.clips.open(film, width) as apart, readers().clips.open(film, width) as here:
        assert apart.info == here.info
        for one, other in zip(apart, here, strict=True):
            assert np.array_equal(one.luma, other.luma)
            assert (one.aspect, one.seconds, one.is_damaged) == (other.aspect, other.seconds, other.is_damaged)
        assert (apart.info, list(apart.losses)) == (here.info, list(here.losses))


def test_samples_are_the_same_bit_for_bit(there: Readers, tmp_path: Path) -> None:
    path = wav(tmp_path / "piece.flac", piece(1, 12), "-c:a", "flac")
    path.write_bytes(path.read_bytes()[:-9000])
    with there.sounds.open(path, 16000) as apart, readers().sounds.open(path, 16000) as here:
        assert (apart.tracks, apart.seconds_stated, apart.start_seconds) == (
            here.tracks,
            here.seconds_stated,
            here.start_seconds,
        )
        for (track, samples), (other_track, other) in zip(apart, here, strict=True):
            assert track == other_track
            assert np.array_equal(samples, other)
        assert apart.losses
        assert list(apart.losses) == list(here.losses)


def test_stills_pictures_and_marks_are_the_same(there: Readers, film: Path, picture: Path) -> None:
    real = readers()
    assert np.array_equal(there.stills.read(picture).luma, real.stills.read(picture).luma)
    assert there.marks.read(picture) == real.marks.read(picture)
    assert there.pictures.of_video(film, [3, 12, 99], 160) == real.pictures.of_video(film, [3, 12, 99], 160)
    assert there.pictures.of_still(picture, 32) == real.pictures.of_still(picture, 32)
    assert there.pictures.of_still(film, 32) is None


def test_frames_may_be_kept_and_be_of_any_size(there: Readers, tmp_path: Path) -> None:
    for width, height in ((64, 48), (640, 360), (32, 24)):
        path = footage.write(tmp_path / f"{width}.mp4", scene(2, 40, width, height))
        with there.clips.open(path) as reading:
            kept = list(reading)
        with readers().clips.open(path) as here:
            assert all(np.array_equal(one.luma, other.luma) for one, other in zip(kept, here, strict=True))


def test_what_is_refused_says_the_same(there: Readers, tmp_path: Path) -> None:
    cases: list[tuple[str, Callable[[Readers, Path], object]]] = [
        ("noise.png", lambda made, path: made.stills.read(path)),
        ("noise.mp4", lambda made, path: made.clips.open(path).__enter__()),
        ("noise.wav", lambda made, path: made.sounds.open(path, 16000).__enter__()),
    ]
    for name, read in cases:
        (tmp_path / name).write_bytes(bytes(range(256)) * 9)
        said = []
        for made in (there, readers()):
            with pytest.raises(Unreadable) as refused:
                read(made, tmp_path / name)
            said.append((type(refused.value), refused.value.reason, refused.value.hint))
        assert said[0] == said[1]


def test_a_film_left_early_leaves_the_process_ready(workers: Workers, film: Path) -> None:
    there = readers_apart(workers)
    before = processes(workers)
    for wanted in (0, 1, 7):
        with there.clips.open(film) as reading:
            assert len([frame for _, frame in zip(range(wanted), reading, strict=False)]) == wanted
    with suppress(KeyError), there.clips.open(film) as reading:
        for _ in reading:
            raise KeyError
    assert processes(workers) == before


def test_several_at_once(there: Readers, film: Path) -> None:
    with there.clips.open(film) as one, there.clips.open(film) as other:
        for frame, again in zip(one, other, strict=True):
            assert np.array_equal(frame.luma, again.luma)
    counts: list[int] = []

    def read() -> None:
        with there.clips.open(film) as reading:
            counts.append(len(list(reading)))

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [30, 30, 30]


def test_relative_paths_and_names_that_are_no_text(
    there: Readers, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = os.fsencode(picture.with_name("odd-")) + b"\xff.png"
    shutil.copy(os.fsencode(picture), odd)
    assert there.stills.size(Path(os.fsdecode(odd))) == (64, 48)
    monkeypatch.chdir(picture.parent)
    assert there.stills.size(Path(picture.name)) == (64, 48)
    (picture.parent / "deeper").mkdir()
    monkeypatch.chdir(picture.parent / "deeper")
    assert there.stills.size(Path("..") / picture.name) == (64, 48)


# --- what happens over a file -----------------------------------------------------------------------------------------

SAYS = {
    "abort": "its reader crashed (aborted)",
    "segfault": "its reader crashed (segmentation fault)",
    "exit": "its reader crashed",
    "hang": "its reader made no progress for 1.5 seconds, and was ended",
    "spin": "its reader made no progress for 1.5 seconds, and was ended",
    "fill": "needs more memory than the 0.5 GiB that one file may take",
    "fail": "its reader failed: RuntimeError: a bug",
    "refuse": "will not do",
}


@pytest.mark.parametrize("what", SAYS)
def test_a_reader_that_is_lost_is_told_and_replaced(there: Readers, hasty: Readers, picture: Path, what: str) -> None:
    there = hasty if what in ("hang", "spin") else there
    path = picture.rename(picture.with_name(f"{what}-open.png"))
    with pytest.raises(Unreadable) as lost:
        there.stills.read(path)
    assert lost.value.reason == SAYS[what]
    assert lost.value.hint or what == "fail"
    assert isinstance(lost.value, ReaderLost) == (what not in ("fail", "refuse"))
    assert there.stills.size(path) == (64, 48)


@pytest.mark.parametrize("what", ["abort", "hang", "fill"])
def test_a_mark_whose_reader_is_lost_is_unreadable(there: Readers, hasty: Readers, picture: Path, what: str) -> None:
    there = hasty if what == "hang" else there
    path = picture.rename(picture.with_name(f"{what}-mark.png"))
    (mark,) = there.marks.read(path)
    assert (mark.state, mark.note) == ("unreadable", SAYS[what])


@pytest.mark.parametrize("what", ["abort", "fail"])
def test_evidence_whose_reader_is_lost_is_left_out(there: Readers, picture: Path, what: str) -> None:
    path = picture.rename(picture.with_name(f"{what}-open.png"))
    assert there.pictures.of_still(path, 32) is None
    assert there.pictures.of_video(path, [0], 32) == {}


@pytest.mark.parametrize("what", ["abort", "hang", "fill"])
def test_what_came_before_the_end_midway_stays_good(
    there: Readers, hasty: Readers, film: Path, tmp_path: Path, what: str
) -> None:
    there = hasty if what == "hang" else there
    path = tmp_path / f"{what}-midway.mp4"
    shutil.copy(film, path)
    frames: list[Frame] = []
    with pytest.raises(ReaderLost) as lost, there.clips.open(path) as reading:
        frames.extend(reading)
    assert lost.value.reason == SAYS[what]
    with readers().clips.open(path) as real:
        expected = [frame.luma for _, frame in zip(range(EARLY), real, strict=False)]
    assert len(frames) == EARLY
    assert all(np.array_equal(frame.luma, luma) for frame, luma in zip(frames, expected, strict=True))


def test_frames_over_the_cap_never_come_here(there: Readers, film: Path, tmp_path: Path) -> None:
    path = tmp_path / "wide-frames.mp4"
    shutil.copy(film, path)
    with pytest.raises(Unreadable, match="14000 x 12000 pixels, over the cap"), there.clips.open(path) as reading:
        next(iter(reading))


def test_a_slow_looker_is_no_hang(hasty: Readers, film: Path) -> None:
    with hasty.clips.open(film) as reading:
        frames = iter(reading)
        next(frames)
        time.sleep(1.2 * HASTY)
        assert len(list(frames)) == 29


def test_a_crash_that_only_an_old_process_suffers_is_not_held_against_the_file(
    workers: Workers, there: Readers, picture: Path
) -> None:
    assert there.stills.size(picture) == (64, 48)
    for process in processes(workers):
        os.kill(process, signal.SIGKILL)
    assert there.stills.size(picture) == (64, 48)


def test_settings_that_will_not_do_are_the_users_error(picture: Path) -> None:
    workers = Workers(Entry("cleancut.readers:readers", {"trust": "/nowhere.pem"}), Limits(20, MEMORY))
    with pytest.raises(InputError, match=r"nowhere\.pem") as caught:
        readers_apart(workers).marks.read(picture)
    assert caught.value.hint
    workers.end()


# --- no process stays -------------------------------------------------------------------------------------------------


def processes(workers: Workers) -> list[int]:
    return [worker.process for worker in workers._idle]


PARENT = """
import sys, time
from pathlib import Path
from cleancut.adapters.apart_process import Entry, Limits, Workers
from cleancut.adapters.readers_apart import readers_apart
workers = Workers(Entry("adapters.hostile:hostile_readers"), Limits(600, 2**31))
there = readers_apart(workers)
with workers.one() as worker:
    print(worker.process, flush=True)
    worker.is_ready = True
if sys.argv[1]:
    there.stills.read(Path(sys.argv[1]))
else:
    time.sleep(600)
"""


def is_there(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(
    ("ending", "what"), [(signal.SIGKILL, "hang"), (signal.SIGKILL, ""), (signal.SIGINT, "spin"), (signal.SIGTERM, "")]
)
def test_no_process_outlives_its_parent(tmp_path: Path, picture: Path, ending: signal.Signals, what: str) -> None:
    path = str(picture.rename(tmp_path / f"{what}-open.png")) if what else ""
    tests = Path(__file__).parents[1]
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, path],
        env={**os.environ, "PYTHONPATH": f"{tests.parent / 'src'}:{tests}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    time.sleep(0.7 if what else 0.1)
    assert is_there(child)
    parent.send_signal(ending)
    parent.communicate(timeout=10)
    until = time.monotonic() + 5
    while is_there(child) and time.monotonic() < until:
        time.sleep(0.02)
    assert not is_there(child)


def test_a_forked_child_starts_its_own(workers: Workers, there: Readers, picture: Path) -> None:
    assert there.stills.size(picture) == (64, 48)
    before = processes(workers)
    gc.collect()  # decoders that other tests left: freed in the child, they wait for threads that are not there
    child = os.fork()
    if child == 0:
        try:
            is_good = there.stills.size(picture) == (64, 48) and processes(workers) != before
            workers.end()
        finally:
            os._exit(0 if is_good else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert there.stills.size(picture) == (64, 48)
    assert processes(workers) == before


@pytest.mark.parametrize("way", ["-", "file without a guard"])
def test_works_from_anywhere(tmp_path: Path, picture: Path, way: str) -> None:
    """Where the main module is no file, cannot be imported again, or does its work when imported; and in a folder with
    a module that is called as one of ours."""
    code = (
        "from pathlib import Path; import sys; from cleancut.wiring import Settings, app\n"
        f"print(app(Settings(Path({str(tmp_path)!r}) / 'cache')).register.stills.size(Path({str(picture)!r})))\n"
    )
    (tmp_path / "bait").mkdir()
    for name in ("av.py", "json.py", "numpy.py"):
        (tmp_path / "bait" / name).write_text("raise SystemExit('bait')", encoding="utf-8")
    script = tmp_path / "script.py"
    script.write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-P", "-" if way == "-" else script],
        input=code if way == "-" else None,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")},
        cwd=tmp_path / "bait",
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.stdout.strip() == "(64, 48)", done.stderr
