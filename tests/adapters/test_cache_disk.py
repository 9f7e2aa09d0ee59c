"""The cache on disk: private, whole or nothing, and honest about a full disk."""

from __future__ import annotations

import ast
import fcntl
import os
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from cleancut.adapters.cache_disk import DiskCache
from cleancut.errors import OutputError, OutsideError
from cleancut.ports import Cache
from cleancut.testing import CacheContract


class TestDiskCache(CacheContract):
    @pytest.fixture
    def cache(self, tmp_path: Path) -> Cache:
        return DiskCache(tmp_path / "deep" / "cache")


def entries(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.npz")}


def of_size(kibibytes: int) -> dict[str, np.ndarray]:
    return {"a": np.zeros(1024 * kibibytes - 264, np.uint8)}  # 264: what the container takes


def long_ago(folder: Path, *keys: str) -> None:
    """As if other runs had used these entries, one after the other, and ended."""
    for hours, key in enumerate(reversed(keys), 1):
        then = time.time_ns() - hours * 3600 * 10**9
        os.utime(folder / f"{key}.npz", ns=(then, then))


def test_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    DiskCache(folder).save("key", {"a": np.zeros(3)})
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("damage", ["cut", "foreign", "empty"])
def test_a_damaged_entry_is_no_entry(tmp_path: Path, damage: str) -> None:
    cache = DiskCache(tmp_path)
    cache.save("key", {"a": np.arange(1000)})
    path = tmp_path / "key.npz"
    whole = path.read_bytes()
    path.write_bytes({"cut": whole[: len(whole) // 2], "foreign": b"text" * 9, "empty": b""}[damage])
    assert cache.load("key") is None


def test_damage_in_a_part_is_made_good_by_the_next_run(tmp_path: Path) -> None:
    """What only asks for the sound part learns that all has to be made again, once somebody has met the damage."""
    cache = DiskCache(tmp_path)
    cache.save("key", {"a": np.arange(1000), "_facts": np.array(7)})
    path = tmp_path / "key.npz"
    whole = bytearray(path.read_bytes())
    whole[whole.index(np.arange(500, 600).tobytes())] ^= 1
    path.write_bytes(whole)
    assert cache.load("key", ["_facts"]) is not None
    assert cache.load("key") is None
    assert cache.load("key", ["_facts"]) is None


def test_a_full_disk_leaves_the_old_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = DiskCache(tmp_path)
    cache.save("key", {"a": np.array(1)})

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OutsideError, match="no space left") as caught:
        cache.save("key", {"a": np.array(2)})
    assert caught.value.hint
    loaded = cache.load("key")
    assert loaded is not None
    assert loaded["a"] == 1
    assert entries(tmp_path) == {"key"}
    assert not list(tmp_path.glob(".aside-*"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_rights_is_an_outside_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutsideError):
        DiskCache(tmp_path / "cache").save("key", {"a": np.array(1)})
    tmp_path.chmod(0o700)


def test_objects_are_never_stored(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        DiskCache(tmp_path).save("key", {"a": np.array([object()])})


def test_a_key_cannot_leave_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a key"):
        DiskCache(tmp_path).save("../key", {"a": np.array(1)})


# --- the folder -------------------------------------------------------------------------------------------------------


def test_a_folder_open_to_others_is_shut(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    DiskCache(tmp_path).save("key", {"a": np.array(1)})
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_says_to_backups_that_it_is_a_cache(tmp_path: Path) -> None:
    DiskCache(tmp_path).save("key", {"a": np.array(1)})
    assert (tmp_path / "CACHEDIR.TAG").read_bytes().startswith(b"Signature: 8a477f597d28d172789f06886806bc55")


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "mine.npz").write_bytes(b"mine")
    tmp_path.chmod(0o755)
    for act in (
        lambda: DiskCache(tmp_path).save("key", {"a": np.array(1)}),
        lambda: DiskCache(tmp_path).load("mine"),
        DiskCache(tmp_path).state,
        DiskCache(tmp_path).purge,
    ):
        with pytest.raises(OutputError, match=r"holds what is not of a cache: letter\.txt"):
            act()
    assert {path.name for path in tmp_path.iterdir()} == {"letter.txt", "mine.npz"}
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    DiskCache(tmp_path).save("key", {"a": np.array(1)})
    for path in tmp_path.iterdir():
        os.chown(path, 65534, 65534)
    os.chown(tmp_path, 65534, 65534)
    with monkeypatch.context() as patch:
        patch.setattr(os, "geteuid", lambda: 1000)
        for act in (lambda: DiskCache(tmp_path).load("key"), lambda: DiskCache(tmp_path).save("key", {})):
            with pytest.raises(OutputError, match="belongs to another user"):
                act()


# --- its size ---------------------------------------------------------------------------------------------------------


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    for key in "abcdefgh":
        DiskCache(tmp_path).save(key, of_size(10))
    long_ago(tmp_path, *"abcdefgh")
    DiskCache(tmp_path).load("b")  # used by a run that has ended; so it stays, and the older ones go
    long_ago(tmp_path, "b")
    cache = DiskCache(tmp_path, cap_bytes=50 * 1024)
    cache.save("new", of_size(10))
    assert "new" in entries(tmp_path)
    assert "a" not in entries(tmp_path)
    assert {"b", "h"} <= entries(tmp_path)
    assert cache.state().size_bytes <= 50 * 1024


def test_nothing_that_this_run_used_goes(tmp_path: Path) -> None:
    DiskCache(tmp_path).save("loaded", of_size(10))
    long_ago(tmp_path, "loaded")
    cache = DiskCache(tmp_path, cap_bytes=30 * 1024)
    assert cache.load("loaded") is not None
    for number in range(20):
        cache.save(f"own-{number}", of_size(10))
    assert entries(tmp_path) == {"loaded", *(f"own-{number}" for number in range(20))}


def test_the_next_run_brings_it_under_its_cap(tmp_path: Path) -> None:
    DiskCache(tmp_path).save("one", of_size(10))
    for number in range(20):
        DiskCache(tmp_path).save(f"was-{number}", of_size(10))
    long_ago(tmp_path, "one", *(f"was-{number}" for number in range(20)))
    cache = DiskCache(tmp_path, cap_bytes=60 * 1024)
    cache.save("new", of_size(1))
    assert cache.state().size_bytes <= 60 * 1024
    assert "new" in entries(tmp_path)


USER = """
import sys, time
from pathlib import Path
import numpy as np
from cleancut.adapters.cache_disk import DiskCache
folder, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
cache = DiskCache(folder, cap_bytes=100 * 1024)
for number in range(count):
    cache.save(f"{name}-{number}", {"a": np.full(10_000, number)})
    for earlier in range(number + 1):
        kept = cache.load(f"{name}-{earlier}")
        assert kept is not None and kept["a"][0] == earlier, (name, earlier)
print("done", flush=True)
sys.stdin.read()
"""


def run_apart(code: str, *arguments: object) -> subprocess.Popen[str]:
    source = Path(__file__).parents[2] / "src"
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(source)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_processes_take_nothing_from_each_other(tmp_path: Path) -> None:
    users = [run_apart(USER, tmp_path, name, 12) for name in ("one", "other")]
    for user in users:
        assert user.stdout is not None
        assert user.stdout.readline() == "done\n"
    assert len(entries(tmp_path)) == 24
    with pytest.raises(OutsideError, match="in use by process") as caught:
        DiskCache(tmp_path).purge()
    assert str(users[0].pid) in caught.value.message
    users[0].kill()
    users[1].communicate("")
    users[0].communicate()
    assert DiskCache(tmp_path).state().runs == ()  # the lease of the one that was killed counts no more
    DiskCache(tmp_path, cap_bytes=100 * 1024).purge()
    assert not tmp_path.exists()


def test_what_a_killed_process_left_is_cleared_away(tmp_path: Path) -> None:
    DiskCache(tmp_path).save("key", {"a": np.array(1)})
    left = [tmp_path / ".aside-left", tmp_path / ".run-99999999-left"]
    for path in left:
        path.write_bytes(b"half")
        os.utime(path, ns=(0, 0))
    with (tmp_path / ".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)  # of a run killed while it made room only a lock is left, and that ends
    DiskCache(tmp_path).save("other", {"a": np.array(1)})
    assert not left[0].exists()
    assert DiskCache(tmp_path).state().runs == ()


# --- purging ----------------------------------------------------------------------------------------------------------


def test_a_purge_leaves_nothing_and_the_cache_goes_on(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path / "cache")
    cache.save("key", of_size(10))
    assert (cache.purge().entries, (tmp_path / "cache").exists()) == (1, False)
    assert cache.load("key") is None
    cache.save("key", of_size(10))
    assert cache.load("key") is not None


def test_a_purge_leaves_what_others_put_there(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path)
    cache.save("key", of_size(10))
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    cache.purge()
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_file_for_a_folder_is_an_outside_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert DiskCache(tmp_path / "file").load("key") is None
    with pytest.raises(OutsideError):
        DiskCache(tmp_path / "file").save("key", {"a": np.array(1)})


def test_headers_are_parsed_by_one_thread_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CPython 3.11 fails now and then where two are at it, each with a cache of its own, too."""
    DiskCache(tmp_path / "cache").save("entry", {f"array-{number}": np.arange(number) for number in range(4)})
    parse, inside, most = ast.literal_eval, list[None](), list[int]()

    def watched(text: str) -> object:
        inside.append(None)
        most.append(len(inside))
        time.sleep(0.002)
        inside.pop()
        return parse(text)

    monkeypatch.setattr(ast, "literal_eval", watched)
    with ThreadPoolExecutor(4) as threads:
        loaded = list(threads.map(lambda _: DiskCache(tmp_path / "cache").load("entry"), range(12)))
    assert all(arrays is not None and len(arrays) == 4 for arrays in loaded)
    assert len(most) == 48
    assert max(most) == 1
