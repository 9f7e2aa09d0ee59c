#!/usr/bin/env python3
"""Measure the sound engine, and what others use, on masters with known truth. One command runs everything.

usage: sound.py --work FOLDER [--split report] [--hours 10] [--out bench/results] [...]

Collects the corpus, mixes the set unless it is there, then lets every system register the same folder and scan the same
files, each in a process of its own: Cleancut through its public use cases, chromaprint, landmark pairs, audfprint.
Writes `sound-<split>.md` and `sound-<split>.json`. Findings of every system stay in `FOLDER/<split>/found-*.json`;
`--score` scores those again without running anything.

How it is scored:

- a segment is found where the hull of all matches of its material that touch it shares half or more with it
  (intersection over union); intervals are Wilson's, 95 %;
- a false alarm is a match that touches no segment of its material, in masters and negatives alike; `related` findings
  are counted beside and never as found;
- recall at zero false alarms: only findings above the highest score of any false match anywhere. One bad false alarm
  costs much here, which is meant;
- ends, speed and pitch are judged on found segments, speed and pitch by the best finding. Ends are in whole frames of
  1/24 s in Cleancut, so 21 ms of error are rounding;
- times are wall clock and processor time of the process with its children, on files without pictures, beside ffmpeg
  that only decodes the same files in the same run.

Cleancut's Python needs nothing else; audfprint gets an environment of its own below FOLDER, where PyPI can be reached.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from measures import cost, machine, spent
from sound_rims import with_rims
from sound_score import score
from sound_sizes import size, sizes
from sound_tables import written

SYSTEMS = ["cleancut", "chromaprint", "landmarks", "audfprint"]
SIZES = [100, 1_000, 10_000]  # minutes of register

# --- running one system, in a process of its own ----------------------------------------------------------------------


def child(system: str, folder: Path, out: Path, only: list[str] | None) -> None:
    """Register, scan everything, and write what was found and what it cost."""
    made = {"cleancut": CleancutRun, "chromaprint": PeerRun, "landmarks": PeerRun, "audfprint": PeerRun}[system](system)
    since = spent()
    size = made.register(folder / "register")
    result: dict[str, Any] = {
        "system": system,
        "versions": made.versions(),
        "register": {**cost(since), **size},
        "files": {},
        "findings": [],
    }
    for path in scanned_files(folder):
        if only and path.name not in only:
            continue
        seconds, tracks, has_picture = shape(path)
        since = spent()
        found = made.find(path, tracks)
        result["files"][path.name] = {**cost(since), "seconds": seconds, "tracks": tracks, "has_picture": has_picture}
        result["findings"] += [{"master": path.name, **f} for f in found]
        print(f"  {system} {path.name}: {len(found)} findings, {result['files'][path.name]['wall']:.1f} s", flush=True)
        out.write_text(json.dumps(result), encoding="utf-8")
    result["peak_bytes"] = 1024 * max(
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    result.update(made.more())
    out.write_text(json.dumps(result), encoding="utf-8")


def scanned_files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.name.startswith(("master_", "negative_")))


def shape(path: Path) -> tuple[float, int, bool]:
    """Seconds, how many tracks of sound, whether there are pictures."""
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "stream=codec_type:format=duration", "-of", "json", str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    seen = json.loads(done.stdout)
    kinds = [stream["codec_type"] for stream in seen["streams"]]
    return float(seen["format"]["duration"]), kinds.count("audio"), "video" in kinds


class CleancutRun:
    """Through the public use cases, from an empty cache."""

    def __init__(self, system: str) -> None:
        from cleancut.wiring import Settings, app

        self._empty = tempfile.TemporaryDirectory()
        self._app = app(Settings(Path(self._empty.name)))
        self._register: Any = None

    def register(self, folder: Path) -> dict[str, Any]:
        from cleancut.usecases.register import register

        self._register = register(self._app.register, folder, progress=Quiet())
        size = sum(array.nbytes for prints in self._register.sounds for arrays in prints for array in arrays.values())
        minutes = sum(m.sound_milliseconds for m in self._register.materials) / 60_000
        missing = [f"{m.material}: {m.reason}" for m in self._register.missing]
        return {"bytes": size, "minutes": minutes, "materials": len(self._register.materials), "missing": missing}

    def find(self, path: Path, tracks: int) -> list[dict[str, Any]]:
        from cleancut.usecases.scan import scan

        seen = scan(self._app.scan, path, self._register, Quiet())
        rate = float(seen.master.clock.rate.value)
        return [
            {
                "material": f.material,
                "also": list(f.also),
                "class": f.kind,
                "first_seconds": f.span.first / rate,
                "end_seconds": f.span.end / rate,
                "score": f.score,
                "speed": f.transform.speed,
                "pitch": f.transform.pitch,
                "channels": list(f.channels),
            }
            for f in seen.findings
            if f.medium == "sound"
        ]

    def versions(self) -> dict[str, str]:
        engine = self._app.scan.sound_engine.identity
        return {"cleancut": importlib.metadata.version("cleancut"), "engine": f"{engine.name} {engine.version}"}

    def more(self) -> dict[str, Any]:
        return {}


class Quiet:
    """A `Progress` that says nothing."""

    def stage(self, name: str, total: int | None = None) -> None: ...

    def advance(self, count: int = 1) -> None: ...


class PeerRun:
    """Chromaprint, landmarks or audfprint."""

    def __init__(self, system: str) -> None:
        import sound_peers

        self._system = system
        self._peer = {
            "chromaprint": sound_peers.Chromaprint,
            "landmarks": sound_peers.Landmarks,
            "audfprint": sound_peers.Audfprint,
        }[system]()

    def register(self, folder: Path) -> dict[str, Any]:
        files = sorted(p for p in folder.iterdir() if p.is_file())
        size = sum(self._peer.register(path.name, path) for path in files)
        return {
            "bytes": size,
            "minutes": sum(shape(path)[0] for path in files) / 60,
            "materials": len(files),
            "missing": [],
        }

    def find(self, path: Path, tracks: int) -> list[dict[str, Any]]:
        return [
            {
                "material": f.material,
                "also": [],
                "class": "match",
                "first_seconds": float(f.first_seconds),
                "end_seconds": float(f.end_seconds),
                "score": float(f.score),
            }
            for track in range(tracks)
            for f in self._peer.find(path, track)
        ]

    def versions(self) -> dict[str, str]:
        if self._system == "chromaprint":
            return {
                "fpcalc": subprocess.run(
                    ["fpcalc", "-version"], capture_output=True, text=True, check=True
                ).stdout.strip()
            }
        return {"audfprint2": importlib.metadata.version("audfprint2")} if self._system == "audfprint" else {}

    def more(self) -> dict[str, Any]:
        return {}


def run(system: str, work: Path, folder: Path, only: list[str] | None) -> Path | None:
    """Run a system in a process of its own; None where it cannot be set up."""
    out, python = folder / f"found-{system}.json", sys.executable
    if system == "audfprint":
        place = work / "audfprint"
        if not (place / "bin" / "python").exists():
            subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
            got = subprocess.run([str(place / "bin" / "pip"), "install", "-q", "audfprint2==0.1.2"], check=False)
            if got.returncode:
                print("audfprint2 could not be installed: left out")
                return None
        python = str(place / "bin" / "python")
    command = [
        python,
        __file__,
        "--child",
        system,
        "--folder",
        str(folder),
        *[x for o in only or [] for x in ("--only", o)],
    ]
    return out if subprocess.run(command, check=False).returncode == 0 else None


def decode_only(folder: Path, only: list[str] | None) -> dict[str, dict[str, float]]:
    """ffmpeg decodes the sound of each file to nothing."""
    costs = {}
    for path in scanned_files(folder):
        if not only or path.name in only:
            since = spent()
            subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a", "-f", "null", "-"], check=True)
            costs[path.name] = cost(since)
    return costs


def costs(result: dict[str, Any]) -> dict[str, float]:
    plain = [f for f in result["files"].values() if not f["has_picture"]]
    seconds = sum(f["seconds"] for f in plain)
    return {
        "times_real_time": seconds / max(1e-9, sum(f["wall"] for f in plain)),
        "cpu_per_hour": 3600 * sum(f["cpu"] for f in plain) / max(1e-9, seconds),
        "register_times": 60 * result["register"]["minutes"] / max(1e-9, result["register"]["wall"]),
        "bytes_per_minute": result["register"]["bytes"] / max(1e-9, result["register"]["minutes"]),
        "peak_bytes": result.get("peak_bytes", 0),
    }


def versions(results: dict[str, dict[str, Any]]) -> dict[str, str]:
    out = {"numpy": np.__version__}
    for tool in (["ffmpeg", "-version"], ["rubberband", "--version"], ["sox", "--version"], ["espeak-ng", "--version"]):
        try:
            done = subprocess.run(tool, capture_output=True, text=True, check=False)
            out[tool[0]] = (done.stdout or done.stderr).splitlines()[0].split("Copyright")[0].strip()
        except (OSError, IndexError):
            out[tool[0]] = "not there"
    for result in results.values():
        out.update(result["versions"])
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=os.environ.get("CLEANCUT_BENCH_WORK"))
    parser.add_argument("--split", choices=["develop", "report"], default="report")
    parser.add_argument("--hours", type=float, default=10.0, help="of negatives, when the set is mixed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    parser.add_argument("--systems", default=",".join(SYSTEMS))
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="minutes of register; empty for none")
    parser.add_argument("--only", action="append", help="one file of the set; may be given again")
    parser.add_argument("--score", action="store_true", help="only score what was found before")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--size", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.size:
        print(json.dumps(size(given.folder, int(given.size[0]), Path(given.size[1]))))
        return 0
    if given.child:
        child(given.child, given.folder, given.folder / f"found-{given.child}.json", given.only)
        return 0
    if given.work is None:
        parser.error("name --work, or set CLEANCUT_BENCH_WORK")
    return measure(given)


def measure(given: argparse.Namespace) -> int:
    work, folder = Path(given.work), Path(given.work) / given.split
    if not (folder / "truth.json").exists():
        from sound_mix import EACH, build

        build(work, given.split, given.seed, EACH[given.split], given.hours)
    results: dict[str, dict[str, Any]] = {}
    decode = {} if given.score else decode_only(folder, given.only)
    for system in given.systems.split(","):
        path = folder / f"found-{system}.json" if given.score else run(system, work, folder, given.only)
        if path and path.exists():
            results[system] = json.loads(path.read_text(encoding="utf-8"))
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    truth["segments"] = with_rims(truth["segments"], folder / "register")
    if not results:
        print("no system ran")
        return 1
    kept = folder / "decode.json"
    if decode:
        kept.write_text(json.dumps(decode), encoding="utf-8")
    elif kept.exists():
        decode = json.loads(kept.read_text(encoding="utf-8"))
    first = next(iter(results.values()))
    all_: dict[str, Any] = {
        "split": given.split,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": versions(results),
        "truth": {"seed": truth["seed"], "distractors": len(truth["distractors"])},
        "register": first["register"],
        "scores": {name: score(result, truth) for name, result in results.items()},
        "costs": {name: costs(result) for name, result in results.items()},
    }
    if decode:
        plain = [(f["seconds"], decode[n]) for n, f in first["files"].items() if not f["has_picture"] and n in decode]
        seconds = sum(s for s, _ in plain)
        all_["costs"]["decode"] = {
            "times_real_time": seconds / max(1e-9, sum(c["wall"] for _, c in plain)),
            "cpu_per_hour": 3600 * sum(c["cpu"] for _, c in plain) / max(1e-9, seconds),
        }
    if "cleancut" in results and given.sizes and not given.score:
        command = [sys.executable, __file__, "--folder", str(folder), "--size"]
        all_["sizes"] = sizes(folder, [int(s) for s in given.sizes.split(",")], command)
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / f"sound-{given.split}.json").write_text(json.dumps(all_, indent=1), encoding="utf-8")
    text = written(all_)
    (given.out / f"sound-{given.split}.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
