"""What a scan costs on films like those that productions deliver, and what registering costs.

The films of the other tables hold a finding every other second, so that every family fits into half an hour. These are
1920x1080 with grain, at the rates of a screener and of a mezzanine, and show something registered, frame for frame, for
two and a half seconds four times a minute, or once; the last over and over, two hours long.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import av
import numpy as np
from measures import Memory, cost, spent
from picture_score import judged, touches
from picture_stock import Item
from picture_tools import MOVING, STILL, Picture, Writer, filled, frames

SIZE, RATE = (1920, 1080), Fraction(24)
SECONDS = 240
LONG_SECONDS = 7200
MEZZANINE_SECONDS = 60  # as ProRes 422 HQ
EVERY = {"dense": 15, "sparse": 60}  # seconds from one segment to the next
SHOWN = 60  # frames
GRAIN = 4.0  # grey levels
CRF = 21


def productions(folder: Path, seed: int) -> None:
    """Write `production.json`. Makes the films unless they are there."""
    place = folder / "production"
    result: dict[str, Any] = {"registering": _registering(folder), "films": []}
    kept = place / "cache"
    shutil.rmtree(kept, ignore_errors=True)
    for name in (*EVERY, "mezzanine"):
        path, truth = _made(folder, place, name, seed)
        since = spent()
        subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v", "-f", "null", "-"], check=True)
        row: dict[str, Any] = {"film": name, "decode": cost(since), "segments": len(truth)}
        row["seconds"] = SECONDS if name in EVERY else MEZZANINE_SECONDS
        row["bits"] = 8 * path.stat().st_size / row["seconds"]
        row |= {way: _scanned(folder, kept, path, truth, fast=way == "fast") for way in ("whole", "fast")}
        print(f"  {name}: {row}", flush=True)
        result["films"].append(row)
    (folder / "production.json").write_text(json.dumps(result), encoding="utf-8")


def long(folder: Path, seed: int) -> None:
    """Write `long.json`: what a scan of two hours costs, of the sparse film over and over, in a process of its own."""
    place = folder / "production"
    once, segments = _made(folder, place, "sparse", seed)
    path, listing = place / "long.mp4", place / "long.txt"
    times = LONG_SECONDS // SECONDS
    if not path.exists():
        listing.write_text(f"file '{once.name}'\n" * times, encoding="utf-8")
        joined = ["-f", "concat", "-i", str(listing), "-c", "copy", str(path.with_stem("long.part"))]
        subprocess.run(["ffmpeg", "-v", "error", "-y", *joined], check=True)
        path.with_stem("long.part").rename(path)
    frames = round(SECONDS * RATE)
    truth = [
        {**s, "film": path.name, **{key: s[key] + n * frames for key in ("first_frame", "end_frame")}}
        for s in segments
        for n in range(times)
    ]
    since = spent()
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v", "-f", "null", "-"], check=True)
    decode = cost(since)
    kept = place / "cache"
    shutil.rmtree(kept, ignore_errors=True)
    with Memory() as memory:
        seen = _scanned(folder, kept, path, truth, fast=False)
    told = {"seconds": times * SECONDS, "segments": len(truth), "decode": decode, **seen, "own_bytes": memory.own}
    print(f"  two hours: {told}", flush=True)
    (folder / "long.json").write_text(json.dumps(told), encoding="utf-8")


def _made(folder: Path, place: Path, name: str, seed: int) -> tuple[Path, list[dict[str, Any]]]:
    """A film, and its segments. The mezzanine is the beginning of the sparse one."""
    listing, film = place / f"{name}.json", place / (f"{name}.mp4" if name in EVERY else f"{name}.mov")
    if not listing.exists():
        part = film.with_stem(f"{name}.part")
        if name in EVERY:
            truth = _cut(folder, part, EVERY[name] * RATE, seed)
        else:
            master, segments = _made(folder, place, "sparse", seed)
            truth = [s for s in segments if s["end_frame"] <= MEZZANINE_SECONDS * RATE]
            coded = ["-t", str(MEZZANINE_SECONDS), "-c:v", "prores_ks", "-profile:v", "hq", "-an"]
            subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", str(master), *coded, str(part)], check=True)
        part.rename(film)
        listing.write_text(json.dumps([{**s, "film": film.name, "soft": 0} for s in truth]), encoding="utf-8")
    told: list[dict[str, Any]] = json.loads(listing.read_text(encoding="utf-8"))
    return film, told


def _cut(folder: Path, path: Path, every: Fraction, seed: int) -> list[dict[str, Any]]:
    """Cut a film in which a registered clip is shown once in so many frames, and say where."""
    stock = [Item(**e) for e in json.loads((folder / "stock.json").read_text(encoding="utf-8"))]
    hosts = [i.path for i in stock if i.role == "host"]
    clips = [i.path for i in stock if i.role == "register" and i.kind == "clip" and i.seconds > 3.5 and not i.group]
    dice = np.random.default_rng(seed)
    shown, truth = iter(cycle(dice.permutation(clips).tolist())), []
    others = _shots(folder, cycle(dice.permutation(hosts).tolist()))
    with Writer(path, SIZE, RATE, crf=CRF, keys=48) as film:
        while film.count < SECONDS * RATE:
            pictures = [next(others)]
            if film.count % every == every // 2:
                name = next(shown)
                pictures = list(islice(frames(folder / name), SHOWN))
                span = {"first_frame": film.count, "end_frame": film.count + len(pictures)}
                truth.append({"material": name.removeprefix("register/"), **span})
            for picture in pictures:
                film.add(_grained(filled(picture, *SIZE), dice))
    return truth


def _shots(folder: Path, names: Iterator[str]) -> Iterator[Picture]:
    for name in names:
        yield from frames(folder / name)


def _grained(picture: Picture, dice: np.random.Generator) -> Picture:
    moved = np.roll(_grain(), dice.integers(SIZE).tolist(), axis=(1, 0))
    return np.clip(picture.astype(np.int16) + moved, 0, 255).astype(np.uint8)


@cache
def _grain() -> np.ndarray:
    """Drawn once, and moved about from frame to frame: to an encoder it is new."""
    return np.rint(np.random.default_rng(0).normal(0, GRAIN, (SIZE[1], SIZE[0], 1))).astype(np.int16)


def _scanned(folder: Path, kept: Path, path: Path, shown: list[dict[str, Any]], *, fast: bool) -> dict[str, Any]:
    """What a scan cost, against the whole register, of a film of which nothing is kept, without sorting the
    register, which is done once; how many of the segments it found, how many matches are of nothing shown, and how many
    frames it left out."""
    from picture import CleancutRun

    made = CleancutRun(kept, fast=fast)
    made.register(folder)
    since = spent()
    found = [{"film": path.name, **f, "corners": None} for f in made.find(path) if f["class"] == "match"]
    used, stages = cost(since), made.stages()
    return {
        **{key: value - stages["sort"][key] for key, value in used.items()},
        "stages": stages,
        "found": sum(judged(s, found, [], -1.0)["found"] for s in shown),
        "others": sum(not any(touches(f, s) for s in shown) for f in found),
        "left_out": made.left_out,
    }


def _registering(folder: Path) -> dict[str, Any]:
    """Clips beside decoding them, and stills; then the same again, and with one clip more."""
    from picture import CleancutRun

    files = sorted(p for p in (folder / "register").rglob("*") if p.is_file())
    clips = [p for p in files if p.suffix.lower() in MOVING]
    stills = [p for p in files if p.suffix.lower() in STILL]
    since = spent()
    for path in clips[1:]:
        _decode(path)
    out: dict[str, Any] = {"clips": len(clips) - 1, "stills": len(stills), "decode": cost(since)}
    with tempfile.TemporaryDirectory() as place:
        for name, some in (("clips", clips[1:]), ("stills", stills)):
            apart = Path(place) / name
            for path in some:
                _laid_into(apart, path)
            made = CleancutRun()
            out[f"{name}_cost"] = _registered(made, apart)
            if name == "clips":
                out["open"] = _registered(made, apart)
                _laid_into(apart, clips[0])
                out["more"] = _registered(made, apart)
    return out


def _decode(path: Path) -> None:
    with av.open(str(path), metadata_errors="ignore") as container:
        container.streams.video[0].thread_type = "AUTO"
        for _ in container.decode(video=0):
            pass


def _laid_into(folder: Path, path: Path) -> None:
    (folder / "register").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, folder / "register" / f"{path.parent.name}-{path.name}")


def _registered(made: Any, folder: Path) -> dict[str, float]:
    since = spent()
    made.register(folder)
    return cost(since)
