#!/usr/bin/env python3
"""Measure the picture engine on a film with known truth.

usage: picture.py FOLDER [--cache DIR] [--out DIR]      (or FOLDER in CLEANCUT_BENCH)

FOLDER holds `master.mp4`, `truth.json`, `register/` and, if there is one, `negative.mp4`, in which nothing may be
found. `truth.json` has `segments`: each says which frames `[first_frame, end_frame)` of the master show which
`material`, and under which `family` and `strength` of edit. Prints what was found, how far the ends are off, false
alarms, times and peak memory. Without --cache everything is measured from nothing. --out keeps the scans as
`cleancut scan --json` has them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from cleancut.model.findings import Finding, Scan
from cleancut.usecases.register import Register, register
from cleancut.usecases.scan import scan
from cleancut.wiring import App, Settings, app

FOUND = 0.5  # intersection over union of frames


class Stopwatch:
    """A `Progress` that prints how long each stage took."""

    def __init__(self) -> None:
        self._name, self._since = "", 0.0

    def stage(self, name: str, total: int | None = None) -> None:
        self.stop()
        self._name, self._since = f"{name} ({total})", time.perf_counter()

    def advance(self, count: int = 1) -> None: ...

    def stop(self) -> None:
        if self._name:
            print(f"  {self._name}: {time.perf_counter() - self._since:.1f} s")
        self._name = ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get("CLEANCUT_BENCH"))
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    if given.folder is None:
        parser.error("name a FOLDER, or set CLEANCUT_BENCH")
    with tempfile.TemporaryDirectory() as empty:
        return measure(app(Settings(given.cache or Path(empty))), Path(given.folder), given.out)


def measure(application: App, folder: Path, out: Path | None) -> int:
    watch = Stopwatch()
    registered = register(application.register, folder / "register", progress=watch)
    watch.stop()
    print(f"{len(registered.materials)} materials, {len(registered.missing)} not examined")
    seen = scanned(application, folder / "master.mp4", registered, out)
    false = report(seen, json.loads((folder / "truth.json").read_text(encoding="utf-8"))["segments"])
    if (folder / "negative.mp4").exists():
        negative = scanned(application, folder / "negative.mp4", registered, out)
        false += len(matches(negative))
        print(f"on the negative: {len(matches(negative))} matches, {len(negative.findings)} findings")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")
    return 1 if false else 0


def scanned(application: App, master: Path, registered: Register, out: Path | None) -> Scan:
    watch, since = Stopwatch(), time.perf_counter()
    seen = scan(application.scan, master, registered, watch)
    watch.stop()
    seconds = float(seen.master.frames / seen.master.clock.rate.value)
    print(f"{master.name}: {seconds:.0f} s of film in {time.perf_counter() - since:.1f} s")
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{master.stem}.json").write_text(json.dumps(seen.record(), indent=1), encoding="utf-8")
    return seen


def matches(seen: Scan) -> list[Finding]:
    return [finding for finding in seen.findings if finding.kind == "match"]


def report(seen: Scan, segments: list[dict[str, Any]]) -> int:
    """Print what the scan is worth; the number of false alarms comes back."""
    families: Counter[str] = Counter()
    errors: list[int] = []
    missed = []
    for segment in segments:
        first, end = segment["first_frame"], segment["end_frame"]
        mine = [f for f in matches(seen) if f.material == segment["material"] and touches(f, segment)]
        low, high = min((f.span.first for f in mine), default=0), max((f.span.end for f in mine), default=0)
        shared, joined = min(high, end) - max(low, first), max(high, end) - min(low, first)
        if mine and shared / joined >= FOUND:
            families[segment["family"]] += 1
            errors += [abs(low - first), abs(high - end)]
        else:
            missed.append(f"{segment['family']} {segment['strength']} {segment['material']} [{first},{end})")
    false = [f for f in matches(seen) if not any(f.material == s["material"] and touches(f, s) for s in segments)]
    print(f"found {sum(families.values())} of {len(segments)}; false alarms {len(false)}")
    if errors:
        late = sorted(errors)[int(0.9 * (len(errors) - 1))]
        print(f"ends off by {statistics.median(errors)} frames in the median, {late} at the 90th percentile")
    print("  " + "  ".join(f"{name} {count}" for name, count in sorted(families.items())))
    print("  missed: " + ("; ".join(missed) or "none"))
    for finding in false:
        print(f"  false: {finding.material} [{finding.span.first},{finding.span.end}) score {finding.score:.2f}")
    return len(false)


def touches(finding: Finding, segment: dict[str, Any]) -> bool:
    return finding.span.first < segment["end_frame"] and segment["first_frame"] < finding.span.end


if __name__ == "__main__":
    sys.exit(main())
