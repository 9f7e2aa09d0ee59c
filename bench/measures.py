"""What both benches measure and print in the same way."""

from __future__ import annotations

import math
import os
import platform
import resource
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any


def spent() -> tuple[float, float]:
    """Seconds by the clock, and of processor time of this process with its children, those that still run among them:
    files are decoded in one, and the system counts it for us only when it has ended."""
    own, theirs = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    ended = own.ru_utime + own.ru_stime + theirs.ru_utime + theirs.ru_stime
    return time.perf_counter(), ended + sum(map(_ticks, _children())) / os.sysconf("SC_CLK_TCK")


def _children() -> list[str]:
    """Of all threads that have not just ended."""
    found: list[str] = []
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):
            found += (task / "children").read_text().split()
    return found


def _ticks(process: str) -> int:
    """Of a process, with those that it waited for; none of one that has just ended (proc(5))."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return 0
    return sum(map(int, stat.rpartition(")")[2].split()[11:15]))


def cost(since: tuple[float, float]) -> dict[str, float]:
    now = spent()
    return {"wall": round(now[0] - since[0], 3), "cpu": round(now[1] - since[1], 3)}


class Memory:
    """The most memory of this process and its children within a block, in bytes, seen twenty times a second: their
    `own`, and `mapped`, the pages of files that it has touched, which the system takes back when it needs room."""

    def __enter__(self) -> Memory:
        self.own = self.mapped = 0
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._stop.wait(0.05):
            own, mapped = _held("self")
            self.own = max(self.own, own + sum(_held(child)[0] for child in _children()))
            self.mapped = max(self.mapped, mapped)


def _held(process: str) -> tuple[int, int]:
    """Its own memory and the pages of files; none of one that has ended."""
    with suppress(OSError, KeyError):
        lines = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
        own, mapped = (1024 * int(lines[name].split()[0]) for name in ("RssAnon", "RssFile"))
        return own, mapped
    return 0, 0


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), platform.machine())
    return f"{model}, {os.cpu_count()} processors, Python {platform.python_version()}"


def wilson(found: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    if not of:
        return 0.0, 1.0
    z, p = 1.96, found / of
    middle, half = p + z * z / (2 * of), z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return max(0.0, (middle - half) / (1 + z * z / of)), min(1.0, (middle + half) / (1 + z * z / of))


def percent(value: float) -> str:
    return f"{100 * value:.1f}".removesuffix(".0") + " %"


def rate(recall: dict[str, Any]) -> str:
    """A recall with its interval."""
    return f"{percent(recall['recall'])} ({100 * recall['low']:.0f}–{100 * recall['high']:.0f})"


def found_of(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """How many of the segments are found, with the interval, and how many above all false alarms."""
    found = sum(r["found"] for r in rows)
    low, high = wilson(found, len(rows))
    return {
        "n": len(rows),
        "found": found,
        "recall": found / max(1, len(rows)),
        "low": low,
        "high": high,
        "recall_at_zero": sum(r["at_zero"] for r in rows) / max(1, len(rows)),
    }
