"""A long register from outside: stopped in whatever way, it goes on where it was, and does nothing twice."""

import signal
import subprocess
import time
from pathlib import Path

import cv2
import pytest

from faces.production import command, drift, environment, run, texture, write_video

STILLS = 14


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Different stills, a copy, a flat one and one that is none; and a master beside them."""
    path = tmp_path_factory.mktemp("many")
    (path / "material").mkdir()
    for number in range(STILLS):
        cv2.imwrite(str(path / "material" / f"still {number} v1.png"), texture(number, 240, 136))
    cv2.imwrite(str(path / "material" / "copy.png"), texture(0, 240, 136))
    cv2.imwrite(str(path / "material" / "flat.png"), texture(0, 240, 136) * 0 + 90)
    (path / "material" / "none.png").write_bytes(b"none")
    write_video(path / "master.mp4", drift(99, 8))
    return path


def made(cache: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in cache.glob("picture-*.npz")}


def children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_goes_on_where_it_was_and_does_nothing_twice(folder, tmp_path, ending):
    cache, target = tmp_path / "cache", tmp_path / "found.json"
    scan = ("scan", folder / "master.mp4", "--for", folder / "material", "--json", target)
    process = subprocess.Popen(
        command(*scan), env=environment(cache), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while len(made(cache)) < 3:
        time.sleep(0.01)
        assert process.poll() is None
    readers = children(process.pid)
    assert readers
    process.send_signal(ending)
    assert process.wait(120) == (130 if ending == signal.SIGINT else -9)
    kept = made(cache)
    assert len(kept) < STILLS
    assert not target.exists()
    until = time.monotonic() + 5
    while any(Path(f"/proc/{reader}").exists() for reader in readers) and time.monotonic() < until:
        time.sleep(0.02)
    assert not any(Path(f"/proc/{reader}").exists() for reader in readers)
    done = run(cache, *scan, "--progress")
    assert done.returncode == 4, done.stderr
    assert f"register … {STILLS + 3}" in done.stderr
    entries = made(cache)
    assert len(entries) == STILLS + 1  # the flat one is remembered, what is none is tried again
    assert kept.items() <= entries.items()
    first = target.read_bytes()
    assert run(cache, *scan).returncode == 4
    assert made(cache) == entries
    assert target.read_bytes() == first
