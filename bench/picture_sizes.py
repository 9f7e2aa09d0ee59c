"""What one scan costs against registers of more and more materials, through the public use cases and the cache.

A register is grown with changed copies of its fingerprints: the sixteen fields of each descriptor change places and its
directions turn, the same way throughout a copy. So a grown register has the statistics of real pictures and none of it
is in the film. The copies are written to the cache as registering writes them, and each size is scanned in a process
of its own: once to sort what is new, and once as every later scan finds it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from measures import Memory, cost, spent

ROOM = 0.8  # share of the free disk that copies may take
CACHE_BYTES = 1 << 40


def sizes(folder: Path, wanted: list[int], command: list[str]) -> None:
    """Write `sizes.json`. `command` runs `size` for the number of materials that is added to it."""
    from picture import CleancutRun, scanned_files

    from cleancut.usecases.prints import Prints
    from cleancut.usecases.register import Register

    cache = _cache(folder)
    shutil.rmtree(cache, ignore_errors=True)
    made = CleancutRun(cache, cache_bytes=CACHE_BYTES)
    made.register(folder)
    film = next(p for p in scanned_files(folder) if p.name.startswith("master"))
    # Against nothing: a search goes on while the film is decoded, and could not be told from that.
    made.registered = Register(made.registered.engine, made.registered.sound_engine, (), Prints(made.app.scan.cache))
    since = spent()
    made.find(film)
    result: dict[str, Any] = {"film": film.name, "looking": cost(since), "rows": []}
    stored = [p.stat().st_size for p in cache.glob("picture-*")]
    for count in wanted:
        need, free = count * sum(stored) / len(stored), shutil.disk_usage(cache).free
        row: dict[str, Any] = {"materials": count, "bytes": round(need)}
        if need > ROOM * free:
            row["left_out"] = f"needs some {need / 2**30:.0f} GiB of disk, {free / 2**30:.0f} GiB are free"
        else:
            done = subprocess.run([*command, str(count)], capture_output=True, text=True, check=False)
            row |= json.loads(done.stdout) if done.returncode == 0 else {"left_out": done.stderr.strip()[-200:]}
        print(f"  register of {count}: {row}", flush=True)
        result["rows"].append(row)
        (folder / "sizes.json").write_text(json.dumps(result), encoding="utf-8")
    shutil.rmtree(cache, ignore_errors=True)


def size(folder: Path, count: int) -> None:
    """Print, as JSON, what a scan of the first film costs against so many materials."""
    from picture import CleancutRun, scanned_files

    from cleancut.model.material import Material
    from cleancut.usecases.prints import Prints
    from cleancut.usecases.register import Register

    made = CleancutRun(_cache(folder), cache_bytes=CACHE_BYTES)
    made.register(folder)
    film = next(p for p in scanned_files(folder) if p.name.startswith("master"))
    real, cache = made.registered, made.app.scan.cache
    pairs = [(m, e) for m, e in zip(real.materials, real.fingerprints.entries, strict=True) if isinstance(e, str)]
    chosen: list[tuple[Material, str]] = pairs[:count]
    for number in range(count - len(chosen)):
        material, entry = pairs[number % len(pairs)]
        key = f"picture-grown-{number}"
        if cache.load(key, ["engine"]) is None:
            cache.save(key, changed(cache.load(entry), np.random.default_rng(number)))
        name, digest = f"grown-{number}-{material.name}", f"{number:064x}"
        grown = Material(name, digest, material.kind, material.width, material.height, material.frames)
        chosen.append((grown, key))
    made.registered = Register(
        real.engine,
        real.sound_engine,
        tuple(material for material, _ in chosen),
        Prints(cache, [key for _, key in chosen]),
    )
    since = spent()
    made.find(film)
    sorted_ = made.stages().get("sort", cost(since))
    with Memory() as memory:
        since = spent()
        found = made.find(film)
        used = cost(since)
    row = {
        **used,
        "sort": sorted_,
        "stages": made.stages(),
        "false": sum(f["material"].startswith("grown-") and f["class"] == "match" for f in found),
        "own_bytes": memory.own,
        "mapped_bytes": memory.mapped,
        "volumes": sum(p.stat().st_size for p in _cache(folder).glob("volume-*")),
    }
    json.dump(row, sys.stdout)


def changed(arrays: Any, dice: np.random.Generator) -> dict[str, Any]:
    """A fingerprint that could be of another picture. Knows how the engine's fingerprints are laid out."""
    out = dict(arrays)
    cells = arrays["descriptors"].reshape(-1, 16, 8)
    moved = np.roll(cells[:, dice.permutation(16)], int(dice.integers(8)), axis=2)
    out["descriptors"] = np.ascontiguousarray(moved.reshape(-1, 128))
    return out


def _cache(folder: Path) -> Path:
    return folder / "sizes-cache"
