"""Sound, end to end on real media: what is in any track is found at its frames, and what nobody heard is told."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cleancut.adapters.cache_disk import DiskCache
from cleancut.adapters.frames_pyav import PyAVClips
from cleancut.adapters.sound_pyav import PyAVSounds
from cleancut.errors import InputError, MediaError
from cleancut.model.findings import Finding, Scan
from cleancut.model.timing import Rate, Span
from cleancut.testing import MemoryCache, scene
from cleancut.usecases import listen as listening
from cleancut.usecases.register import Register
from scan import footage
from scan.conftest import Bench
from scan.progress import Counting, Interrupting
from scan.recordings import broadcast, ffmpeg, part, piece, row, silence, sounded, wav

SECONDS = 12


@dataclass(frozen=True)
class World:
    """Material, a film of twelve seconds with some of it, and where."""

    folder: Path
    picture: Path
    master: Path
    scan: Scan

    def found(self, name: str) -> list[Finding]:
        return [finding for finding in self.scan.findings if finding.material == name]


@pytest.fixture(scope="module")
def world(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two language tracks. Under the dialogue of the first: a song from 3 s to 9 s. In the second, another."""
    root = tmp_path_factory.mktemp("sound")
    folder = root / "material"
    folder.mkdir()
    song, dub = piece(1, 20), piece(2, 10)
    wav(folder / "song.mp3", song, "-c:a", "libmp3lame", "-b:a", "192k")
    wav(folder / "dub.wav", dub)
    wav(folder / "absent.wav", piece(3, 10))
    picture = footage.write(root / "picture.mp4", scene(70, SECONDS * 24))
    dialogue = piece(4, SECONDS) * np.float32(0.1)
    english = dialogue + row(silence(3), part(song, 5, 11) * np.float32(0.7), silence(3))
    german = dialogue[:, : 4 * 48000]
    german = row(german, part(dub, 2, 7), part(dialogue, 9, 12))
    names = ["-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=deu"]
    master = sounded(root / "master.mp4", picture, [english, german], "aac", "-b:a", "192k", *names)
    return World(folder, picture, master, bench.scan(master, bench.register(folder)))


def near(span: Span | None, first: float, end: float, rate: float = 24, slack: int = 3) -> bool:
    return span is not None and abs(span.first - first * rate) <= slack and abs(span.end - end * rate) <= slack


def test_a_song_under_dialogue_is_found_at_its_frames(world: World) -> None:
    (song,) = world.found("song.mp3")
    assert (song.medium, song.kind, song.appears) == ("sound", "match", "sound")
    assert near(song.span, 3, 9)
    assert near(song.material_span, 5, 11)
    assert song.channels == ("track 1 (eng): mono",)


def test_every_track_is_heard(world: World) -> None:
    (dub,) = world.found("dub.wav")
    assert near(dub.span, 4, 9)
    assert dub.channels == ("track 2 (deu): mono",)
    assert world.scan.coverage.tracks == ("track 1 (eng)", "track 2 (deu)")


def test_nothing_else_is_found(world: World) -> None:
    assert [finding.material for finding in world.scan.findings] == ["song.mp3", "dub.wav"]
    assert [finding.appearance for finding in world.scan.findings] == [1, 2]


def test_all_was_examined(world: World) -> None:
    coverage = world.scan.coverage
    assert coverage.is_complete
    assert coverage.sound == (Span(0, SECONDS * 24),)
    assert coverage.sound_missing == ()
    assert world.scan.sound_engine is not None


def test_the_center_of_a_5_1_mix_is_heard(bench: Bench, tmp_path: Path, world: World) -> None:
    others = [piece(10 + channel, SECONDS) * np.float32(0.4) for channel in range(6)]
    others[2] = row(silence(2), part(piece(2, 10), 1, 6), silence(5))
    mix = wav(tmp_path / "six.wav", np.concatenate(others))
    master = tmp_path / "six.mov"
    mapped = "pan=5.1|" + "|".join(f"c{channel}=c{channel}" for channel in range(6))
    ffmpeg("-i", world.picture, "-i", mix, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-af", mapped, master)
    (dub,) = bench.scan(master, bench.register(world.folder)).findings
    assert near(dub.span, 2, 7)
    assert dub.channels == ("track 1: C",)


# --- picture and sound of one clip ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one clip of five seconds at 30, seen and heard."""
    folder = tmp_path_factory.mktemp("clip") / "material"
    folder.mkdir()
    silent = footage.write(folder.parent / "silent.mp4", scene(80, 150), rate=Fraction(30))
    sounded(folder / "clip.mp4", silent, [piece(5, 5)], "aac", "-b:a", "192k")
    return folder


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("together", [("picture", "picture_and_sound", 1), ("sound", "picture_and_sound", 1)]),
        ("sound late", [("picture", "picture_alone", 1), ("sound", "sound_alone", 2)]),
        ("sound replaced", [("picture", "picture_alone", 1)]),
        ("picture replaced", [("sound", "sound_alone", 1)]),
    ],
)
def test_picture_and_sound_of_a_clip(
    bench: Bench, tmp_path: Path, clip: Path, case: str, expected: list[tuple[str, str, int]]
) -> None:
    """Of the clip's seconds 1 to 4, in a master at 24 from second 2 on; late is a second too late."""
    shot = scene(80, 150)
    shown = [shot[30 + int(frame * 30 / 24)] for frame in range(72)]
    pictures = scene(81, 48) + (scene(82, 72) if case == "picture replaced" else shown) + scene(83, 48)
    inside = part(piece(6, 9), 0, 3) if case == "sound replaced" else part(piece(5, 5), 1, 4)
    late = 1 if case == "sound late" else 0
    sound = row(part(piece(7, 9), 0, 2 + late), inside, part(piece(8, 9), 0, 2 - late))
    silent = footage.write(tmp_path / "silent.mp4", pictures)
    scanned = bench.scan(sounded(tmp_path / "master.mov", silent, [sound]), bench.register(clip))
    assert [(f.medium, f.appears, f.appearance) for f in scanned.findings] == expected
    assert all(f.kind == "match" for f in scanned.findings)


def test_the_material_says_what_it_has(bench: Bench, clip: Path) -> None:
    (material,) = bench.register(clip).materials
    assert (material.kind, material.frames, material.rate) == ("clip", 150, "30/1")
    assert material.sound_milliseconds == pytest.approx(5000, abs=60)


# --- parts, interruptions, the cache ----------------------------------------------------------------------------------


@pytest.fixture
def registered(bench: Bench, world: World) -> Register:
    return bench.register(world.folder)


@pytest.fixture(scope="module")
def alone(world: World) -> Path:
    """The first track of the film, as a file of its own."""
    path = world.picture.with_name("alone.wav")
    ffmpeg("-i", world.master, "-map", "0:a:0", path)
    return path


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0.1, SECONDS + 1))
@example(SECONDS / 2)
@example(SECONDS)
def test_parts_do_not_matter(alone: Path, registered: Register, seconds: float) -> None:
    whole = Bench(MemoryCache()).scan(alone, registered)
    assert whole.findings
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(listening, "PART_SECONDS", seconds)
        assert Bench(MemoryCache()).scan(alone, registered) == whole


def test_an_interrupted_scan_goes_on(world: World, registered: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "PART_SECONDS", 2)
    cache = MemoryCache()
    with pytest.raises(KeyboardInterrupt):
        Bench(cache).scan(world.master, registered, Interrupting("listen", 5))
    done = list(cache.saves)
    assert sum(key.startswith("heard-") for key in done) == 5
    assert Bench(cache).scan(world.master, registered).findings == world.scan.findings
    assert len(set(cache.saves)) == len(cache.saves)
    assert cache.saves[: len(done)] == done


def test_progress_is_honest(world: World, registered: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "PART_SECONDS", 2)

    class Totals(Counting):
        totals: dict[str, int | None] = {}

        def stage(self, name: str, total: int | None = None) -> None:
            super().stage(name, total)
            self.totals[name] = total

    counted = Totals()
    Bench(MemoryCache()).scan(world.master, registered, counted)
    total = counted.totals["listen"]
    assert total is not None
    assert abs(counted.stages["listen"] - total) <= 2  # a codec's padding may begin one more of each track


def test_a_second_scan_decodes_nothing(
    bench: Bench, world: World, registered: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PyAVClips, "open", None)
    monkeypatch.setattr(PyAVSounds, "open", None)
    counted = Counting()
    assert bench.scan(world.master, registered, counted) == world.scan
    assert not {"decode", "listen"} & set(counted.stages)


def test_a_corrupt_cache_is_made_again(tmp_path: Path, world: World, registered: Register) -> None:
    bench = Bench(DiskCache(tmp_path))
    bench.scan(world.master, registered)
    for path in tmp_path.glob("heard-*-1-0.npz"):
        path.write_bytes(path.read_bytes()[:999])
    counted = Counting()
    assert bench.scan(world.master, registered, counted) == world.scan
    assert "listen" in counted.stages


# --- what the deliverable has and has not -----------------------------------------------------------------------------


def test_a_master_without_sound_lacks_it_where_sound_is_registered(bench: Bench, tmp_path: Path, world: World) -> None:
    scanned = bench.scan(world.picture, bench.register(world.folder))
    assert [gap.reason for gap in scanned.coverage.sound_missing] == ["the master has no sound track"]
    assert scanned.coverage.lacking == ("sound",)
    assert not scanned.coverage.is_complete
    nothing_to_hear = bench.scan(world.picture, bench.register(tmp_path))
    assert nothing_to_hear.coverage.sound_missing
    assert nothing_to_hear.coverage.is_complete


def test_a_sound_file_is_a_master(bench: Bench, tmp_path: Path, world: World) -> None:
    mix = broadcast(tmp_path / "mix.wav", row(silence(2), part(piece(2, 10), 1, 6), silence(1.01)), 3600)
    scanned = bench.scan(mix, bench.register(world.folder))
    (dub,) = scanned.findings
    assert near(dub.span, 2, 7)
    assert (str(scanned.master.clock.rate), scanned.master.clock.start) == ("24/1", "01:00:00:00")
    assert (scanned.master.frames, scanned.master.width) == (193, 0)
    assert dub.record(scanned.master.clock)["timecode_in"].startswith("01:00:0")
    assert [gap.reason for gap in scanned.coverage.picture_missing] == ["no picture in this file"]
    assert scanned.coverage.is_complete
    assert scanned.coverage.sound == (Span(0, 193),)


@pytest.mark.parametrize(("text", "start"), [("25", "01:00:00:00"), ("24000/1001", "00:59:56:10")])
def test_the_rate_of_a_sound_file_is_stated(bench: Bench, tmp_path: Path, world: World, text: str, start: str) -> None:
    """The time of day in a Broadcast Wave file is real time: at 24000/1001 an hour has fewer frames than labels."""
    mix = broadcast(tmp_path / "mix.wav", row(silence(2), part(piece(2, 10), 1, 6), silence(1)), 3600)
    rate = Rate.parse(text)
    scanned = bench.scan(mix, bench.register(world.folder), rate=rate)
    assert scanned.master.clock.rate == rate
    assert near(scanned.findings[0].span, 2, 7, float(rate.value))
    assert scanned.master.clock.start == start


def test_a_sound_file_cannot_answer_for_pictures(bench: Bench, tmp_path: Path, clip: Path) -> None:
    mix = wav(tmp_path / "mix.wav", row(silence(1), part(piece(5, 5), 0, 4)))
    scanned = bench.scan(mix, bench.register(clip))
    assert [finding.appears for finding in scanned.findings] == ["sound_alone"]
    assert scanned.coverage.lacking == ("picture",)
    assert not scanned.coverage.is_complete


def test_a_rate_beside_pictures_is_refused(bench: Bench, tmp_path: Path, world: World) -> None:
    with pytest.raises(InputError, match="has pictures, 24/1 a second"):
        bench.scan(world.picture, bench.register(tmp_path), rate=Rate.parse("25"))


def test_sound_after_the_last_picture_is_found_in_the_last_frame(bench: Bench, tmp_path: Path, world: World) -> None:
    sound = row(silence(SECONDS + 1), part(piece(2, 10), 1, 6))
    scanned = bench.scan(sounded(tmp_path / "long.mov", world.picture, [sound]), bench.register(world.folder))
    (dub,) = scanned.findings
    assert dub.span == Span(SECONDS * 24 - 1, SECONDS * 24)


# --- sound in files of its own ----------------------------------------------------------------------------------------


def test_sound_files_begin_with_the_master(bench: Bench, tmp_path: Path, world: World) -> None:
    """A stem shorter than the film is no gap."""
    stem = wav(tmp_path / "stem.wav", row(silence(2), part(piece(2, 10), 1, 6)))
    other = wav(tmp_path / "other.flac", piece(9, SECONDS), "-c:a", "flac")
    scanned = bench.scan(world.picture, bench.register(world.folder), sound=[stem, other])
    (dub,) = scanned.findings
    assert near(dub.span, 2, 7)
    assert dub.channels == ("stem.wav: mono",)
    assert scanned.coverage.tracks == ("stem.wav", "other.flac")
    assert scanned.coverage.is_complete
    assert [file.placed_by for file in scanned.master.sound] == ["start", "start"]


@pytest.fixture(scope="module")
def at_ten(world: World) -> Path:
    """The film, from 10:00:00:00 on, without sound."""
    path = world.picture.with_name("at-ten.mov")
    ffmpeg("-i", world.picture, "-c", "copy", "-timecode", "10:00:00:00", path)
    return path


@pytest.mark.parametrize(
    ("begins", "first_frame", "placed_by"),
    [
        (36000.0, 0, "timecode"),
        (35998.0, -48, "timecode"),
        (36001.5, 36, "timecode"),
        (0.0, 0, "start"),  # nobody gave it a time
        (35000.0, 0, "start"),  # ends before the film begins
        (72000.0, 0, "start"),
    ],
)
def test_sound_files_begin_where_their_timecode_says(
    bench: Bench, tmp_path: Path, world: World, at_ten: Path, begins: float, first_frame: int, placed_by: str
) -> None:
    mix = broadcast(tmp_path / "mix.wav", row(silence(3), part(piece(2, 10), 1, 6), silence(1)), begins)
    scanned = bench.scan(at_ten, bench.register(world.folder), sound=[mix])
    (file,) = scanned.master.sound
    assert (file.first_frame, file.placed_by) == (first_frame, placed_by)
    (dub,) = scanned.findings
    assert near(dub.span, 3 + first_frame / 24, 8 + first_frame / 24)
    assert scanned.coverage.is_complete


def test_what_a_sound_file_holds_before_the_film_is_heard(
    bench: Bench, tmp_path: Path, world: World, at_ten: Path
) -> None:
    mix = broadcast(tmp_path / "mix.wav", row(part(piece(2, 10), 1, 6), silence(4)), 36000 - 6)
    (dub,) = bench.scan(at_ten, bench.register(world.folder), sound=[mix]).findings
    assert dub.span == Span(0, 1)


def test_a_cut_sound_file_is_a_gap(bench: Bench, tmp_path: Path, world: World) -> None:
    whole = wav(tmp_path / "whole.wav", piece(9, SECONDS))
    cut = tmp_path / "cut.wav"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    coverage = bench.scan(world.picture, bench.register(world.folder), sound=[cut]).coverage
    (gap,) = coverage.sound_missing
    assert (gap.span.first, gap.span.end) == (SECONDS * 12 - 1, SECONDS * 24)  # the header is a part of the half
    assert gap.reason.startswith("cut.wav: only 6.0 of 12.0 seconds")
    assert coverage.sound == (Span(0, SECONDS * 12 - 1),)
    assert not coverage.is_complete


def test_a_cut_sound_master_is_a_gap_after_its_end(bench: Bench, tmp_path: Path, world: World) -> None:
    whole = wav(tmp_path / "whole.wav", piece(9, SECONDS))
    cut = tmp_path / "cut.wav"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    scanned = bench.scan(cut, bench.register(world.folder))
    assert scanned.coverage.sound_missing[-1].span.end >= scanned.master.frames
    assert not scanned.coverage.is_complete


def test_a_track_without_a_decoder_is_a_gap(bench: Bench, tmp_path: Path, world: World) -> None:
    path = sounded(tmp_path / "strange.mov", world.picture, [piece(9, SECONDS)])
    path.write_bytes(path.read_bytes().replace(b"sowt", b"zzzz"))
    coverage = bench.scan(path, bench.register(world.folder)).coverage
    (gap,) = coverage.sound_missing
    assert (gap.span, gap.reason) == (Span(0, SECONDS * 24), "track 1: there is no decoder for it")
    assert coverage.tracks == ("track 1",)
    assert not coverage.is_complete


@pytest.mark.parametrize("case", ["missing", "noise", "silent film"])
def test_a_sound_file_without_sound_is_an_input_error(bench: Bench, tmp_path: Path, world: World, case: str) -> None:
    path = world.picture if case == "silent film" else tmp_path / "given.wav"
    if case == "noise":
        path.write_bytes(bytes(range(256)) * 40)
    with pytest.raises(MediaError) as caught:
        bench.scan(world.picture, bench.register(world.folder), sound=[path])
    assert str(path) in caught.value.message
    assert caught.value.hint


def test_what_is_scanned_is_no_material(bench: Bench, tmp_path: Path) -> None:
    stem = wav(tmp_path / "stem.wav", piece(1, 3))
    wav(tmp_path / "song.wav", piece(2, 3))
    registered = bench.register(tmp_path, tmp_path / "master.mov", stem)
    assert [material.name for material in registered.materials] == ["song.wav"]
    assert registered.ignored == ("stem.wav",)
