#!/usr/bin/env python3
"""Count how often a piece played by other instruments passes for the registered rendering of it.

usage: sound_siblings.py develop|report --work FOLDER      (or CLEANCUT_BENCH_WORK)

Scores are rendered with one soundfont and registered; the same scores with other soundfonts, some at another tempo, are
laid into masters in excerpts of 10 to 24 seconds, with nothing over them: nothing hides what tells them apart, and
nothing else is in the masters. Any match is false. Both splits use the same soundfonts and no score of each other.
Writes `FOLDER/siblings/<split>/found.json` and prints the counts.

Needs on PATH: apt-get, dpkg-deb, ffmpeg, timidity.
"""

from __future__ import annotations

import argparse
import json
import os
import struct
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from sound_cast import excerpt, heard
from sound_edits import Dice
from sound_makers import NOTES, rendered
from sound_mix import DELIVERIES, delivered
from sound_packages import unpacked
from sound_tools import RATE, at_level

from sound import CleancutRun

WADS = {"develop": ["freedoom", "freedm"], "report": []}  # games whose archives hold scores
REGISTERED = "fluid-soundfont-gm"
OTHERS = [  # soundfont, and tempo in percent
    ("timgm6mb-soundfont", 100),
    ("timgm6mb-soundfont", 107),
    ("csound-soundfont", 100),
    ("csound-soundfont", 94),
    ("opl3-soundfont", 100),
]
_LEAST_BYTES = 6_000  # of a score in an archive: what is shorter is a jingle
_SEED = 5
_LEAST_SECONDS, _SECONDS, _MASTER_SECONDS = 30, 100, 600


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("split", choices=["develop", "report"])
    parser.add_argument("--work", type=Path, default=os.environ.get("CLEANCUT_BENCH_WORK"))
    given = parser.parse_args()
    if given.work is None:
        parser.error("name --work, or set CLEANCUT_BENCH_WORK")
    folder = Path(given.work) / "siblings" / given.split
    if not (folder / "truth.json").exists():
        build(Path(given.work), given.split, folder, Dice(f"{_SEED} {given.split} siblings"))
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    found = scanned(folder)
    (folder / "found.json").write_text(json.dumps(found, indent=0), encoding="utf-8")
    print("\n".join(counted(truth, found)))
    return 0


def scores(work: Path, split: str) -> list[Path]:
    """Every score of a split, those of archives written beside it."""
    found = []
    for package in NOTES[split]:
        folder, _ = unpacked(work, package)
        found += [p for p in folder.rglob("*") if p.suffix.lower() in (".mid", ".midi") and p.is_file()]
    out = work / "siblings" / split / "scores"
    out.mkdir(parents=True, exist_ok=True)
    known: set[bytes] = set()
    for package in WADS[split]:
        folder, _ = unpacked(work, package)
        for archive in sorted(folder.rglob("*.wad")):
            for name, lump in lumps(archive):
                if lump.startswith(b"MThd") and len(lump) > _LEAST_BYTES and lump not in known:
                    known.add(lump)
                    found.append(out / f"{archive.stem}-{name}.mid")
                    found[-1].write_bytes(lump)
    return sorted(found)


def lumps(archive: Path) -> Iterator[tuple[str, bytes]]:
    """The named parts of a WAD: its head says how many there are and where they are listed."""
    data = archive.read_bytes()
    count, listed = struct.unpack_from("<ii", data, 4)
    for number in range(count):
        start, size, name = struct.unpack_from("<ii8s", data, listed + 16 * number)
        yield name.rstrip(b"\0").decode("ascii", "replace"), data[start : start + size]


def build(work: Path, split: str, folder: Path, dice: Dice) -> None:
    """`register/`, `master_*` and, last, `truth.json`."""
    fonts = {name: _font(work, name) for name in {REGISTERED, *(name for name, _ in OTHERS)}}
    jobs = []
    for score in scores(work, split):
        jobs.append((score, fonts[REGISTERED], 100, folder / "register" / f"{score.stem}.flac"))
        for font, tempo in OTHERS:
            jobs.append((score, fonts[font], tempo, folder / "played" / f"{score.stem}~{font}~{tempo}.flac"))
    with ThreadPoolExecutor(2) as pool:
        made = [path for path in pool.map(_played, jobs) if path]
    registered = {path.stem for path in made if path.parent.name == "register"}
    played = [path for path in made if path.parent.name == "played" and path.stem.split("~")[0] in registered]
    others = [path for path in played for _ in range(2)]
    dice.shuffle(others)
    truth: list[dict[str, Any]] = []
    parts: list[np.ndarray] = []
    for place, path in enumerate(others):
        span = excerpt(path, (10, 24), dice)
        if span:
            first, count = span
            gap = np.zeros((int(dice.uniform(1.5, 3) * RATE), 2), np.float32)
            piece = at_level(heard(path)[first : first + count], -23)
            at = sum(map(len, parts)) + len(gap)
            parts += [gap, piece * np.float32(min(1.0, 0.95 / max(1e-6, float(np.abs(piece).max()))))]
            like, font, tempo = path.stem.split("~")
            seconds = {"first_seconds": at / RATE, "end_seconds": (at + count) / RATE}
            truth.append({"like": f"{like}.flac", "how": f"{font} at {tempo} %", **seconds})
        if parts and (sum(map(len, parts)) > _MASTER_SECONDS * RATE or place == len(others) - 1):
            number = len({t["master"] for t in truth if "master" in t})
            suffix, options = DELIVERIES[number % len(DELIVERIES)]
            master = delivered(folder / f"master_{number:02}.{suffix}", [np.concatenate(parts)], options)
            truth = [{"master": master.name, **t} for t in truth]  # those of an earlier master keep its name
            parts = []
            print(master.name, flush=True)
    (folder / "truth.json").write_text(json.dumps(truth, indent=0), encoding="utf-8")


def _font(work: Path, package: str) -> Path:
    files = [p for p in unpacked(work, package)[0].rglob("*.sf2") if p.is_file() and not p.is_symlink()]
    return max(files, key=lambda p: p.stat().st_size)


def _played(job: tuple[Path, Path, int, Path]) -> Path | None:
    """None where little comes of a score."""
    score, font, tempo, out = job
    out.parent.mkdir(parents=True, exist_ok=True)
    if not out.exists():
        part = out.parent.parent / f"part-{out.parent.name}-{out.name}"  # not where an interrupted one is registered
        rendered(score, font, tempo, part, _SECONDS)
        part.rename(out)
    if len(heard(out)) > _LEAST_SECONDS * RATE:
        return out
    out.unlink()
    return None


def scanned(folder: Path) -> list[dict[str, Any]]:
    made, found = CleancutRun("cleancut"), []
    made.register(folder / "register")
    for path in sorted(folder.glob("master_*")):
        found += [{"master": path.name, **f} for f in made.find(path, 1)]
    return found


def counted(truth: list[dict[str, Any]], found: list[dict[str, Any]]) -> list[str]:
    """A table: of each way to be a sibling, how many there are, how many a match touches, and a related finding."""
    asked, hit = Counter(t["how"] for t in truth), Counter[str]()
    for t in truth:
        kinds = {f["class"] for f in found if f["master"] == t["master"] and _touches(f, t)}
        hit.update(f"{t['how']} {kind}" for kind in kinds)
    false = sorted((f["score"] for f in found if f["class"] == "match"), reverse=True)
    lines = ["| | excerpts | match | related |", "|---|---|---|---|"]
    lines += [f"| {how} | {n} | {hit[f'{how} match']} | {hit[f'{how} related']} |" for how, n in sorted(asked.items())]
    pieces = len({t["like"] for t in truth})
    scores_ = ", ".join(f"{score:.2f}" for score in false) or "none"
    return [*lines, "", f"{pieces} pieces; scores of matches: {scores_}"]


def _touches(finding: dict[str, Any], t: dict[str, Any]) -> bool:
    return bool(finding["first_seconds"] < t["end_seconds"] and t["first_seconds"] < finding["end_seconds"])


if __name__ == "__main__":
    sys.exit(main())
