"""`cleancut cache` from outside."""

import subprocess

import pytest

from cleancut.errors import InputError
from cleancut.wiring import Settings
from faces.production import command, environment, run


def test_shows_and_purges_what_a_run_kept(production, tmp_path):
    dossier, _ = production
    cache = tmp_path / "cache"
    assert run(cache, "cache", "show").stdout.startswith(f"{cache}\n0 entries")
    run(cache, "scan", dossier.with_name("master.mp4"), "--for", dossier.with_name("material"))
    shown = run(cache, "cache", "show").stdout
    assert "KiB of 20.0 GiB" in shown or "MiB of 20.0 GiB" in shown
    assert "in use" not in shown
    done = run(cache, "cache", "purge")
    assert (done.returncode, cache.exists()) == (0, False)
    assert "removed" in done.stdout
    assert run(cache, "cache", "purge").returncode == 0


def test_a_purge_waits_for_nobody_and_takes_from_nobody(production, tmp_path):
    cache = tmp_path / "cache"
    code = (
        "import sys, numpy as np; from pathlib import Path; from cleancut.adapters.cache_disk import DiskCache;"
        "cache = DiskCache(Path(sys.argv[1])); cache.save('key', {'a': np.zeros(9)}); print('saved', flush=True);"
        "sys.stdin.read()"
    )
    user = subprocess.Popen(
        [command()[0], "-c", code, cache], env=environment(cache), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert user.stdout.readline() == b"saved\n"
    assert f"in use by process {user.pid}" in run(cache, "cache", "show").stdout
    done = run(cache, "cache", "purge")
    assert (done.returncode, f"in use by process {user.pid}" in done.stderr) == (3, True)
    assert (cache / "key.npz").exists()
    user.communicate(b"")
    assert run(cache, "cache", "purge").returncode == 0


@pytest.mark.parametrize("text", ["much", "0", "-1", "1.5G", "20 gallons", "9" * 30])
def test_a_size_that_is_none_is_refused(text):
    with pytest.raises(InputError, match="CLEANCUT_CACHE_SIZE") as caught:
        Settings.of_environment({"CLEANCUT_CACHE_SIZE": text})
    assert "20G" in caught.value.hint


@pytest.mark.parametrize(("text", "size"), [("500M", 500 * 2**20), ("20g", 20 * 2**30), ("3GiB", 3 * 2**30), ("7", 7)])
def test_a_size_is_what_it_says(text, size):
    assert Settings.of_environment({"CLEANCUT_CACHE_SIZE": text}).cache_bytes == size
