"""What one scan of sound costs against registers of more and more minutes, through the public use cases and cache."""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from measures import Memory, cost, spent


def sizes(folder: Path, wanted: list[int], command: list[str]) -> list[dict[str, Any]]:
    """What a scan of two hours, decoding and all, costs against registers of so many minutes; each in a process of its
    own, twice: as the first that ever saw that register, and as one that finds its volumes made. `command` runs `size`
    for the minutes and the film that are added to it."""
    from cleancut.usecases.register import register
    from cleancut.wiring import Settings, app
    from sound import Quiet

    rows = []
    with tempfile.TemporaryDirectory() as empty:
        register(app(Settings(Path(empty) / "cache")).register, folder / "register", progress=Quiet())
        master = feature(folder, Path(empty))
        for minutes in wanted:
            again = Path(empty) / f"again-{minutes}.flac"
            label(master, again, str(minutes))
            for film in (label(master, Path(empty) / "first.flac", f"first {minutes}"), again):
                done = subprocess.run([*command, str(minutes), str(film)], capture_output=True, text=True, check=True)
                rows.append({"is_first": film != again, **json.loads(done.stdout)})
                print(f"  register of {minutes} minutes: {rows[-1]}", flush=True)
    return rows


def label(film: Path, path: Path, text: str) -> Path:
    """The same sound in a file of another digest, so that it is decoded again."""
    command = ["ffmpeg", "-v", "error", "-y", "-i", str(film), "-c", "copy", "-metadata", f"comment={text}", str(path)]
    subprocess.run(command, check=True)
    return path


def size(folder: Path, minutes: int, film: Path, seed: int = 1) -> dict[str, Any]:
    """One scan against the register of the set, grown with changed copies of its fingerprints: turned round in time,
    moved in pitch, a tenth of the landmarks new. So it has the statistics of real sound and none of it is in the film.
    """
    from cleancut.model.material import Material
    from cleancut.usecases.prints import Prints, SoundPrints, named_sound_prints
    from cleancut.usecases.register import Register, register
    from cleancut.usecases.scan import scan
    from cleancut.wiring import Settings, app
    from sound import Quiet, shape

    application = app(Settings(film.parent / "cache"))
    cache = application.scan.cache
    real: Register = register(application.register, folder / "register", progress=Quiet())
    dice = np.random.default_rng(seed)
    materials, entries = list(real.materials), list(real.sounds.entries)
    held = sum(a.nbytes for prints in real.sounds for arrays in prints for a in arrays.values())
    have, number = sum(m.sound_milliseconds for m in materials) / 60_000, 0
    while have < minutes:
        of = number % len(real.materials)
        like, name = real.materials[of], f"grown-{number}"
        named = Material(f"{name}-{like.name}", f"{number:064x}", like.kind, 0, 0, 0)
        materials.append(replace(named, sound_milliseconds=like.sound_milliseconds))
        made = [changed(arrays, dice) for arrays in real.sounds[of]]
        if cache.load(name, ["_facts"]) is None:
            cache.save(name, {**named_sound_prints(made), "_facts": np.zeros(1)})
        held += sum(a.nbytes for arrays in made for a in arrays.values())
        entries.append((name, len(made)))
        have += like.sound_milliseconds / 60_000
        number += 1
    whole = Register(
        real.engine,
        real.sound_engine,
        tuple(materials),
        Prints(cache, [None] * len(materials)),
        SoundPrints(cache, entries),
    )
    since = spent()
    with Memory() as memory:
        seen = scan(application.scan, film, whole, Quiet())
    return {
        "minutes": round(have),
        "materials": len(materials),
        "master_seconds": shape(film)[0],
        **cost(since),
        "bytes": held,
        "false": sum(f.material.startswith("grown-") and f.kind == "match" for f in seen.findings),
        "peak_bytes": memory.own,
        "peak_mapped_bytes": memory.mapped,
    }


def feature(folder: Path, place: Path, hours: float = 2.0) -> Path:
    """Negatives, one after the other, as a film of that length."""
    from sound import scanned_files, shape

    path = place / "feature.flac"
    parts = [p for p in scanned_files(folder) if p.name.startswith("negative_")]
    whole = [part.resolve() for part in parts * (1 + int(3600 * hours / sum(shape(p)[0] for p in parts)))]
    inputs = [argument for part in whole for argument in ("-i", str(part))]
    graph = "".join(f"[{i}:a:0]" for i in range(len(whole))) + f"concat=n={len(whole)}:v=0:a=1[a]"
    command = ["ffmpeg", "-v", "error", *inputs, "-filter_complex", graph, "-map", "[a]", "-t", str(3600 * hours)]
    subprocess.run([*command, "-ar", "48000", "-ac", "2", str(path)], check=True)
    return path


def changed(arrays: dict[str, Any], dice: np.random.Generator) -> dict[str, Any]:
    """A fingerprint that could be of other sound. Knows how the engine's fingerprints are laid out."""
    out = dict(arrays)
    rows, frames = len(arrays["bins"]), int(arrays["frames"])
    turn, step = int(dice.integers(rows)), int(dice.integers(1, 12)) * int(dice.choice([-1, 1]))
    bins = np.roll(arrays["bins"], turn, axis=0).astype(np.int64)
    moved = np.clip(bins + step, 0, 189)
    out["bins"] = np.where(bins == 255, 255, moved).astype(arrays["bins"].dtype)
    out["levels"] = np.roll(arrays["levels"], turn, axis=0)
    place = (arrays["landmark_frames"].astype(np.int64) + 2 * turn) % frames
    tone = np.clip(arrays["landmark_bins"].astype(np.int64) + step, 0, 189)
    new = dice.random(len(place)) < 0.1
    place[new], tone[new] = dice.integers(0, frames, new.sum()), dice.integers(0, 190, new.sum())
    order = np.lexsort((tone, place))
    out["landmark_frames"] = place[order].astype(arrays["landmark_frames"].dtype)
    out["landmark_bins"] = tone[order].astype(arrays["landmark_bins"].dtype)
    return out
