"""The cache on disk: private, whole or nothing, and honest about a full disk."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import numpy as np
import pytest

from cleancut.adapters.cache_disk import DiskCache
from cleancut.errors import OutsideError
from cleancut.ports import Cache
from cleancut.testing import CacheContract


class TestDiskCache(CacheContract):
    @pytest.fixture
    def cache(self, tmp_path: Path) -> Cache:
        return DiskCache(tmp_path / "deep" / "cache")


def test_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    DiskCache(folder).save("key", {"a": np.zeros(3)})
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600]


@pytest.mark.parametrize("damage", ["cut", "foreign", "empty"])
def test_a_damaged_entry_is_no_entry(tmp_path: Path, damage: str) -> None:
    cache = DiskCache(tmp_path)
    cache.save("key", {"a": np.arange(1000)})
    path = tmp_path / "key.npz"
    whole = path.read_bytes()
    path.write_bytes({"cut": whole[: len(whole) // 2], "foreign": b"text" * 9, "empty": b""}[damage])
    assert cache.load("key") is None


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
    assert [path.name for path in tmp_path.iterdir()] == ["key.npz"]


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
