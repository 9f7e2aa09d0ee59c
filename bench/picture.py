#!/usr/bin/env python3
"""Measure the picture engine, and what others use, on films with known truth. One command runs everything.

usage: picture.py --work FOLDER [--split report] [--dev FOLDER] [--out bench/results] [...]
       picture.py --folder FOLDER      a folder with `master.mp4`, `truth.json`, `register/`: Cleancut alone, no tables

Collects the corpus, cuts the films unless they are there, then lets every system register the same folder and scan the
same files, each in a process of its own: Cleancut through its public use cases, all of each film and with `fast`; PDQ
and a perceptual hash of every frame with vPDQ's rule; ORB with RANSAC; ffmpeg's MPEG-7 signature on a few. Writes
`picture-<split>.md` and `.json`.
Findings of every system stay in `FOLDER/<split>/found-*.json`; `--score` scores those again without running anything.
The others take longer than all else: with `--beside` they may find what they find beside other work, and are not timed;
with `--timed master_01.mp4` they run once more on that file, for their costs.

How it is scored:

- a segment is found where the hull of all matches of its material that touch it shares half or more with it
  (intersection over union of frames); intervals are Wilson's, 95 %;
- a false alarm is a match that touches no segment of its material, in masters and negatives alike; `related` findings
  are counted beside and never as found;
- recall at zero false alarms: only findings above the highest score of any false match anywhere;
- ends count as exact where both are within one frame; where material fades in or out, anywhere in the fade counts. The
  region is right where its worst corner is within 5 % of the frame, in the middle of the finding;
- times are wall clock and processor time, beside ffmpeg that only decodes the same files in the same run. On a busy
  machine the ratio of processor times is the one to look at.

Cleancut's Python needs nothing else; the others get an environment of their own below FOLDER.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from measures import cost, machine, spent
from picture_cost import long, productions
from picture_masters import masters
from picture_pieces import pieces
from picture_score import score
from picture_sizes import size, sizes
from picture_stock import set_folder
from picture_tools import MOVING, STILL, shape

PEERS = ["pdq", "phash", "orb"]  # with an environment of their own
SYSTEMS = ["cleancut", "cleancut-fast", *PEERS, "mpeg7"]
SIZES = [100, 1_000, 5_000, 20_000]  # materials in the register
EXTRAS = "stages", "pieces", "production", "masters", "long", "sizes"
FEW = 16  # materials that MPEG-7 signatures are compared with, in one film
ENVIRONMENT = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # as the command line sets it for itself

# --- running one system, in a process of its own ----------------------------------------------------------------------


def child(system: str, folder: Path, out: Path, only: list[str] | None, *, beside: bool = False) -> None:
    """Register, scan everything, and write what was found and what it cost; `beside` other work, that is not told."""
    cache = folder / "cache"  # stages read it afterwards
    if system == "cleancut":
        shutil.rmtree(cache, ignore_errors=True)
    made: Any
    if system.startswith("cleancut"):
        made = CleancutRun(cache) if system == "cleancut" else CleancutRun(fast=True)
    else:
        made = PeerRun(system)
    since = spent()
    size = made.register(folder)
    result: dict[str, Any] = {
        "system": system,
        "beside": beside,
        "versions": made.versions(),
        "register": {**cost(since), **size},
        "files": {},
        "findings": [],
    }
    for path in scanned_files(folder, only):
        since = spent()
        found = made.find(path)
        width, height, rate, count = shape(path)
        facts = {"seconds": float(count / rate), "frames": count, "width": width, "height": height}
        result["files"][path.name] = {**cost(since), **facts, "stages": made.stages(), "left_out": made.left_out}
        result["findings"] += [{"film": path.name, **f} for f in found]
        print(f"  {system} {path.name}: {len(found)} findings, {result['files'][path.name]['wall']:.1f} s", flush=True)
        out.write_text(json.dumps(result), encoding="utf-8")
    result["peak_bytes"] = 1024 * max(
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    out.write_text(json.dumps(result), encoding="utf-8")


def scanned_files(folder: Path, only: list[str] | None = None) -> list[Path]:
    names = sorted(
        p for p in folder.glob("*.mp4") if p.name.startswith(("master", "negative")) and ".part." not in p.name
    )
    return [p for p in names if not only or p.name in only]


def registered_files(folder: Path) -> list[tuple[str, Path]]:
    root = folder / "register"
    files = sorted(p for p in root.rglob("*") if p.suffix.lower() in MOVING | STILL and p.is_file())
    return [(p.relative_to(root).as_posix(), p) for p in files]


class Stopwatch:
    """A `Progress` that keeps what each stage cost, all its turns together."""

    def __init__(self) -> None:
        self.costs: dict[str, dict[str, float]] = {}
        self._name, self._since = "", spent()

    def stage(self, name: str, total: int | None = None) -> None:
        self.stop()
        self._name, self._since = name, spent()

    def advance(self, count: int = 1) -> None: ...

    def stop(self) -> dict[str, dict[str, float]]:
        if self._name:
            before, more = self.costs.get(self._name, {"wall": 0.0, "cpu": 0.0}), cost(self._since)
            self.costs[self._name] = {key: round(before[key] + more[key], 3) for key in more}
        self._name = ""
        return self.costs


class CleancutRun:
    """Through the public use cases, from an empty cache."""

    def __init__(self, cache: Path | None = None, *, fast: bool = False, cache_bytes: int | None = None) -> None:
        from cleancut.wiring import Settings, app

        self._fast = fast
        self.left_out = 0
        self._empty = tempfile.TemporaryDirectory()
        settings = Settings(cache or Path(self._empty.name))
        self.app = app(replace(settings, cache_bytes=cache_bytes) if cache_bytes else settings)
        self.registered: Any = None
        self._watch = Stopwatch()

    def register(self, folder: Path) -> dict[str, Any]:
        from cleancut.usecases.register import register

        self.registered = made = register(self.app.register, folder / "register", progress=Stopwatch())
        size = sum(a.nbytes for arrays in made.fingerprints if arrays is not None for a in arrays.values())
        missing = [f"{m.material}: {m.reason}" for m in made.missing]
        unsure = {m.material for m in made.missing}
        doubted = [name for m in made.materials if m.name in unsure for name in (m.name, *m.also)]
        stills = sum(m.kind == "still" for m in made.materials)
        return {
            "bytes": size,
            "materials": len(made.materials),
            "stills": stills,
            "missing": missing,
            "doubted": doubted,
        }

    def find(self, path: Path) -> list[dict[str, Any]]:
        from cleancut.usecases.scan import scan

        self._watch = Stopwatch()
        seen = scan(self.app.scan, path, self.registered, self._watch, fast=self._fast)
        self.left_out = sum(len(gap.span) for gap in seen.coverage.picture_missing)
        return [
            {
                "material": f.material,
                "also": list(f.also),
                "class": f.kind,
                "first_frame": f.span.first,
                "end_frame": f.span.end,
                "moment": f.material_span.first if f.material_span else None,
                "score": round(f.score, 4),
                "speed": f.transform.speed,
                "corners": [[round(x, 4), round(y, 4)] for x, y in f.region],
            }
            for f in seen.findings
            if f.medium == "picture"
        ]

    def stages(self) -> dict[str, Any]:
        return self._watch.stop()

    def versions(self) -> dict[str, str]:
        engine = self.app.scan.engine.identity
        names = ("cleancut", "av", "opencv-python-headless", "numpy")
        return {**{n: importlib.metadata.version(n) for n in names}, "engine": f"{engine.name} {engine.version}"}


class PeerRun:
    """PDQ, perceptual hash or ORB; MPEG-7 signatures of a few."""

    left_out = 0

    def __init__(self, system: str) -> None:
        import picture_peers

        made = {"pdq": lambda: picture_peers.PerFrame("pdq"), "phash": lambda: picture_peers.PerFrame("phash")}
        self._peer: Any = made.get(system, picture_peers.Orb)()

    def register(self, folder: Path) -> dict[str, Any]:
        files = registered_files(folder)
        size = sum(self._peer.register(name, path) for name, path in files)
        return {"bytes": size, "materials": len(files), "missing": []}

    def find(self, path: Path) -> list[dict[str, Any]]:
        return [_plain(heard) for heard in self._peer.find(path)]

    def stages(self) -> dict[str, Any]:
        return {}

    def versions(self) -> dict[str, str]:
        versions: dict[str, str] = self._peer.versions()
        return versions


def _plain(heard: Any) -> dict[str, Any]:
    return {
        "material": heard.material,
        "also": [],
        "class": "match",
        "first_frame": heard.first_frame,
        "end_frame": heard.end_frame,
        "score": float(heard.score),
        "corners": heard.corners,
    }


def few(folder: Path, out: Path) -> None:
    """MPEG-7 signatures: the first clips that one film shows, with that film alone."""
    from picture_peers import mpeg7

    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    film = scanned_files(folder)[0]
    shown = [
        s["material"] for s in truth["segments"] if s["film"] == film.name and s["material_first_frame"] is not None
    ]
    paths = dict(registered_files(folder))
    materials = [(name, paths[name]) for name in list(dict.fromkeys(shown))[:FEW]]
    since = spent()
    found = mpeg7([film], materials)
    _, _, rate, count = shape(film)
    peak = 1024 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    version = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=True).stdout.split("\n")[0]
    result = {
        "system": "mpeg7",
        "versions": {"signature": version.split(" Copyright")[0]},
        "register": {
            "materials": len(materials),
            "bytes": 0,
            "wall": 0.0,
            "cpu": 0.0,
            "names": [n for n, _ in materials],
        },
        "files": {film.name: {**cost(since), "seconds": float(count / rate), "frames": count, "stages": {}}},
        "findings": [{"film": name, **_plain(heard)} for name, heard in found],
        "peak_bytes": peak,
    }
    out.write_text(json.dumps(result), encoding="utf-8")


def run(
    system: str, work: Path, folder: Path, only: list[str] | None, what: str = "found", *, beside: bool = False
) -> Path | None:
    """Run a system in a process of its own, and write `<what>-<system>.json`; None where it cannot be set up or
    fails."""
    out, python = folder / f"{what}-{system}.json", sys.executable
    if system in PEERS:
        place = work / "peers"
        python = str(place / "bin" / "python")
        if not Path(python).exists():
            from picture_peers import PACKAGES

            subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
            if subprocess.run([str(place / "bin" / "pip"), "install", "-q", *PACKAGES], check=False).returncode:
                print(f"what {system} needs could not be installed: left out")
                return None
    which = [x for name in only or [] for x in ("--only", name)] + (["--beside"] if beside else [])
    command = [python, __file__, "--child", system, "--folder", str(folder), "--what", what, *which]
    return out if subprocess.run(command, check=False, env=ENVIRONMENT).returncode == 0 else None


def decode_only(folder: Path, only: list[str] | None) -> dict[str, dict[str, float]]:
    """ffmpeg decodes each file to nothing."""
    costs = {}
    for path in scanned_files(folder, only):
        since = spent()
        subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v", "-f", "null", "-"], check=True)
        costs[path.name] = cost(since)
    return costs


# --- everything together ----------------------------------------------------------------------------------------------


def costs(result: dict[str, Any], decode: dict[str, dict[str, float]]) -> dict[str, Any]:
    """What scanning cost, in times of only decoding the same files; all of them, and by how much is found in them."""
    names = [name for name in result["files"] if name in decode]
    files = [result["files"][name] for name in names]
    found = Counter(f["film"] for f in result["findings"])
    full = [name for name in names if not name.startswith("negative")]
    out: dict[str, Any] = {
        **_ratios(result, decode, names),
        "apart": {
            kind: {
                **_ratios(result, decode, some),
                "findings_a_minute": sum(found[n] for n in some) / _minutes(result, some),
            }
            for kind, some in (("films", full), ("nothing registered", [n for n in names if n not in full]))
            if some
        },
        "peak_bytes": result.get("peak_bytes", 0),
        "left_out": sum(f.get("left_out", 0) for f in files) / max(1, sum(f["frames"] for f in files)),
        "register_bytes": result["register"]["bytes"] / max(1, result["register"]["materials"]),
        "register_wall": result["register"]["wall"],
        "register_cpu": result["register"]["cpu"],
    }
    stages: dict[str, dict[str, float]] = {}
    for f in files:
        for name, spent_there in f["stages"].items():
            stage = stages.setdefault(name, {"wall": 0.0, "cpu": 0.0})
            for key in stage:
                stage[key] += spent_there[key]
    whole = sum(f["cpu"] for f in files)
    out["stages"] = {name: {**s, "share": s["cpu"] / max(1e-9, whole)} for name, s in stages.items()}
    return out


def _minutes(result: dict[str, Any], names: list[str]) -> float:
    seconds: float = sum(result["files"][name]["seconds"] for name in names)
    return seconds / 60


def _ratios(result: dict[str, Any], decode: dict[str, dict[str, float]], names: list[str]) -> dict[str, float]:
    files = [result["files"][name] for name in names]
    return {
        "times_real_time": sum(f["seconds"] for f in files) / max(1e-9, sum(f["wall"] for f in files)),
        **{
            key: sum(f[key] for f in files) / max(1e-9, sum(decode[name][key] for name in names))
            for key in ("wall", "cpu")
        },
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=os.environ.get("CLEANCUT_BENCH_WORK"))
    parser.add_argument("--dev", type=Path, default=os.environ.get("CLEANCUT_BENCH"), help="a folder with known truth")
    parser.add_argument("--split", choices=["develop", "soft", "sharp", "report"], default="report")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    parser.add_argument("--systems", default=",".join(SYSTEMS))
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="of registers; empty for none")
    parser.add_argument("--no-stages", action="store_true", help="do not ask which stage lost what was missed")
    parser.add_argument("--no-pieces", action="store_true", help="leave out what is found of clips that were cut")
    parser.add_argument("--no-production", action="store_true", help="leave out what productions' films cost")
    parser.add_argument("--no-masters", action="store_true", help="leave out other kinds of master")
    parser.add_argument(
        "--long", action="store_true", help="scan two hours as well, which takes as long as all the rest"
    )
    parser.add_argument("--part", type=float, default=1.0, help="make so much of the set, to see whether it is made")
    parser.add_argument("--only", action="append", help="one file of the set; may be given again")
    parser.add_argument("--score", action="store_true", help="only score what was found before")
    parser.add_argument("--beside", action="store_true", help="other work goes on: times of the others are not told")
    parser.add_argument("--timed", help="one file of the set, on which alone the others' times are taken")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--what", default="found", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.child is not None:
        return _child(given)
    if given.folder:
        return alone(given.folder)
    if given.work is None:
        parser.error("name --work, or set CLEANCUT_BENCH_WORK")
    return measure(given)


def _child(given: argparse.Namespace) -> int:
    folder, out = given.folder, given.folder / f"{given.what}-{given.child}.json"
    if given.child == "mpeg7":
        few(folder, out)
    elif given.child == "sizes":
        command = [sys.executable, __file__, "--child", "size", "--folder", str(folder), "--sizes"]
        sizes(folder, [int(s) for s in given.sizes.split(",")], command)
    elif given.child == "production":
        productions(folder, given.seed)
    elif given.child == "pieces":
        pieces(folder)
    elif given.child == "masters":
        masters(folder)
    elif given.child == "long":
        long(folder, given.seed)
    elif given.child == "size":
        size(folder, int(given.sizes))
    elif given.child == "stages":
        from picture_stages import stages

        stages(folder, CleancutRun(folder / "cache"), given.only)
    else:
        child(given.child, folder, out, given.only, beside=given.beside)
    return 0


def alone(folder: Path) -> int:
    """Cleancut on a folder with known truth; what was found of each family, and what was not."""
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "found.json"
        child("cleancut", folder, out, None)
        result = json.loads(out.read_text(encoding="utf-8"))
    scored = score(result, _older(json.loads((folder / "truth.json").read_text(encoding="utf-8"))))
    alarm = scored["alarms"]
    print(f"found {scored['all']['found']} of {scored['all']['n']}; at zero {scored['all']['recall_at_zero']:.1%}")
    print(f"false alarms: {alarm['master']['match']} in the master, {alarm['negative']['match']} in the negative")
    print("  " + "  ".join(f"{name} {row['found']}/{row['n']}" for name, row in scored["families"].items()))
    for miss in scored["missed"]:
        print(
            f"  missed: {miss['family']} {miss['strength']} {miss['material']} "
            f"[{miss['first_frame']},{miss['end_frame']})"
        )
    for f in scored["false"]:
        print(f"  false: {f['film']} {f['material']} [{f['first_frame']},{f['end_frame']}) {f['score']:.2f}")
    return 1 if scored["false"] else 0


def _older(truth: dict[str, Any]) -> dict[str, Any]:
    """Truth with regions as x, y, width, height, of a single film."""
    segments = []
    for s in truth["segments"]:
        x, y, w, h = s.get("region") or (0.0, 0.0, 1.0, 1.0)
        corners = [[[x, y], [x + w, y], [x + w, y + h], [x, y + h]]]
        extra = {"film": truth.get("master", "master.mp4"), "group": "A", "soft": 0, "corners": corners}
        segments.append({"material_first_frame": None, **s, **extra})
    return {"segments": segments, "near": []}


def measure(given: argparse.Namespace) -> int:
    work, folder = Path(given.work), set_folder(Path(given.work), given.split, given.part)
    if not (folder / "truth.json").exists():
        from picture_cut import build

        build(work, given.split, given.dev.resolve() if given.dev else None, given.seed, given.part)
    if given.timed and not (folder / given.timed).exists():
        print(f"--timed: there is no {given.timed} in {folder}")
        return 2
    results: dict[str, dict[str, Any]] = {}
    kept = folder / "decode.json"
    if not given.score:
        for name in (*EXTRAS, *(f"timed-{system}" for system in PEERS)):  # of an earlier run
            (folder / f"{name}.json").unlink(missing_ok=True)
        kept.write_text(json.dumps(decode_only(folder, given.only)), encoding="utf-8")
    decode = json.loads(kept.read_text(encoding="utf-8"))
    for system in filter(None, given.systems.split(",")):
        path: Path | None = folder / f"found-{system}.json"
        if not given.score:
            path = run(system, work, folder, given.only, beside=given.beside and system in PEERS)
        if path and path.exists():
            results[system] = json.loads(path.read_text(encoding="utf-8"))
    if not results:
        print("no system ran")
        return 1
    for system in PEERS if given.timed and not given.score else ():
        if system in results:
            run(system, work, folder, [given.timed], "timed")
    if "cleancut" in results and not given.score:
        extras = [["stages"]] if not given.no_stages else []
        extras += [["pieces"]] if not given.no_pieces else []
        extras += [["production", "--seed", str(given.seed)]] if not given.no_production else []
        extras += [["masters"]] if not given.no_masters else []
        extras += [["long", "--seed", str(given.seed)]] if given.long else []
        extras += [["sizes", "--sizes", given.sizes]] if given.sizes else []
        for name, *more in extras:
            command = [sys.executable, __file__, "--child", name, "--folder", str(folder), *more]
            subprocess.run(command, check=False, env=ENVIRONMENT)
    _report(given, folder, results, decode)
    return 0


def _report(
    given: argparse.Namespace, folder: Path, results: dict[str, dict[str, Any]], decode: dict[str, dict[str, float]]
) -> None:
    from picture_tables import written

    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    seconds = {name: f["seconds"] for r in results.values() for name, f in r["files"].items()}
    timed = {
        system: json.loads(path.read_text(encoding="utf-8"))
        for system in results
        if (path := folder / f"timed-{system}.json").exists()
    }
    all_: dict[str, Any] = {
        "split": given.split,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "load": round(os.getloadavg()[2], 1),
        "seed": truth["seed"],
        "versions": {k: v for r in results.values() for k, v in r["versions"].items()},
        "register": results[next(iter(results))]["register"],
        "files": next(iter(results.values()))["files"],
        "scores": {name: score(result, _asked(result, truth)) for name, result in results.items()},
        "costs": {
            name: costs(timed.get(name, result), decode)
            for name, result in results.items()
            if name in timed or not result.get("beside")
        },
        "timed": {system: list(result["files"]) for system, result in timed.items()},
        "decode": {
            "times_real_time": sum(seconds[n] for n in decode if n in seconds)
            / max(1e-9, sum(d["wall"] for d in decode.values()))
        },
    }
    for name in EXTRAS:
        if (folder / f"{name}.json").exists():
            all_[name] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / f"picture-{given.split}.json").write_text(json.dumps(all_, indent=1), encoding="utf-8")
    text = written(all_)
    (given.out / f"picture-{given.split}.md").write_text(text, encoding="utf-8")
    print(text)


def _asked(result: dict[str, Any], truth: dict[str, Any]) -> dict[str, Any]:
    """The truth as far as this system was asked: MPEG-7 signatures are only of a few materials."""
    names = result["register"].get("names")
    if names is None:
        return truth
    return {**truth, "near": [], "segments": [s for s in truth["segments"] if s["material"] in names]}


if __name__ == "__main__":
    sys.exit(main())
