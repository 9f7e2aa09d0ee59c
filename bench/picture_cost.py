"""What a scan costs on films like those that productions deliver, and what registering costs.

The films of the other tables hold a finding every other second, so that every family fits into half an hour. These are
1920x1080 with grain, at the rates of a screener and of a mezzanine, and show something registered once in fifteen
seconds: still more than most productions do.
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
from measures import cost, spent
from picture_score import judged, touches
from picture_stock import Item
from picture_tools import MOVING, STILL, Picture, Writer, filled, frames

SIZE, RATE = (1920, 1080), Fraction(24)
SECONDS = 240
MEZZANINE_SECONDS = 60  # of it, as ProRes 422 HQ
EVERY, SHOWN = 360, 60  # frames: one segment in so many, so long
GRAIN = 4.0  # grey levels
CRF = 21


def productions(folder: Path, seed: int) -> None:
    """Write `production.json`. Makes the films unless they are there."""
    place = folder / "production"
    truth = _made(folder, place, seed)
    result: dict[str, Any] = {"films": [], "registering": _registering(folder)}
    for name, seconds in (("master.mp4", SECONDS), ("mezzanine.mov", MEZZANINE_SECONDS)):
        path = place / name
        since = spent()
        subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v", "-f", "null", "-"], check=True)
        row: dict[str, Any] = {"film": name, "seconds": seconds, "bits": 8 * path.stat().st_size / seconds}
        row["decode"] = cost(since)
        shown = [{**s, "film": name, "soft": 0} for s in truth if s["end_frame"] <= seconds * RATE]
        row |= {way: _scanned(folder, path, shown, fast=way == "fast") for way in ("whole", "fast")}
        row["segments"] = len(shown)
        print(f"  {name}: {row}", flush=True)
        result["films"].append(row)
    (folder / "production.json").write_text(json.dumps(result), encoding="utf-8")


def _made(folder: Path, place: Path, seed: int) -> list[dict[str, Any]]:
    listing = place / "truth.json"
    if listing.exists():
        truth: list[dict[str, Any]] = json.loads(listing.read_text(encoding="utf-8"))
        return truth
    stock = [Item(**e) for e in json.loads((folder / "stock.json").read_text(encoding="utf-8"))]
    hosts = [i.path for i in stock if i.role == "host"]
    clips = [i.path for i in stock if i.role == "register" and i.kind == "clip" and i.seconds > 3.5 and not i.group]
    dice = np.random.default_rng(seed)
    shown, truth = iter(cycle(dice.permutation(clips).tolist())), []
    others = _shots(folder, cycle(dice.permutation(hosts).tolist()))
    with Writer(place / "master.part.mp4", SIZE, RATE, crf=CRF, keys=48) as film:
        while film.count < SECONDS * RATE:
            if film.count % EVERY == EVERY // 2:
                name = next(shown)
                truth.append({"material": name.removeprefix("register/"), "first_frame": film.count})
                pictures = list(islice(frames(folder / name), SHOWN))
                truth[-1]["end_frame"] = film.count + len(pictures)
            else:
                pictures = [next(others)]
            for picture in pictures:
                film.add(_grained(filled(picture, *SIZE), dice))
    (place / "master.part.mp4").rename(place / "master.mp4")
    mezzanine = ["-t", str(MEZZANINE_SECONDS), "-c:v", "prores_ks", "-profile:v", "hq", "-an"]
    command = ["ffmpeg", "-v", "error", "-y", "-i", str(place / "master.mp4"), *mezzanine]
    subprocess.run([*command, str(place / "mezzanine.mov")], check=True)
    listing.write_text(json.dumps(truth), encoding="utf-8")
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


def _scanned(folder: Path, path: Path, shown: list[dict[str, Any]], *, fast: bool) -> dict[str, Any]:
    """What a scan from nothing cost, against the whole register; how many of the segments it found, how many matches
    are of nothing shown, and how many frames it left out."""
    from picture import CleancutRun

    made = CleancutRun(fast=fast)
    made.register(folder)
    since = spent()
    found = [{"film": path.name, **f, "corners": None} for f in made.find(path) if f["class"] == "match"]
    used = cost(since)
    return {
        **used,
        "stages": made.stages(),
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
