"""Markers for Final Cut Pro (.fcpxml, version 1.9): a project whose one gap, as long as the master, carries them.

Final Cut Pro hangs markers on items, and a gap needs no media. Its `start` is its `offset`, so that a marker's time is
the same on the timeline and in the gap. Times are exact fractions of a second on whole frames of the project. Colour is
no field here: what must be dealt with is a to-do (`completed="0"`, red), the rest a plain marker. Final Cut Pro itself
knows no project of 48 frames a second; others that read the format do.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from cleancut.adapters.markers_in_time import (
    Kind,
    Marker,
    markers,
    one_a_frame,
    starts_at,
    timeline_frames,
    timeline_name,
)
from cleancut.adapters.xml_text import document, element
from cleancut.model.findings import Scan
from cleancut.model.timing import Rate
from cleancut.model.verdict import Verdict

TO_DO: frozenset[Kind] = frozenset({"undeclared", "declared_temporary", "not_examined"})
_EVENT = "Cleancut"


def markers_fcpxml(verdict: Verdict) -> str:
    """The project; without a scanned deliverable there is none, and the event is empty."""
    resources, projects = [], []
    if verdict.scan is not None:
        resources = [_format(verdict.scan)]
        projects = [element("project", [_sequence(verdict, verdict.scan)], {"name": timeline_name(verdict)})]
    event = element("event", projects, {"name": _EVENT})
    parts = [element("resources", resources), element("library", [event])]
    return document("fcpxml", element("fcpxml", parts, {"version": "1.9"}))


def _format(scan: Scan) -> str:
    rate = scan.master.clock.rate
    size = {"width": str(scan.master.width), "height": str(scan.master.height)} if scan.coverage.has_picture else {}
    return element("format", "", {"id": "r1", "frameDuration": _seconds(1, rate), **size})


def _sequence(verdict: Verdict, scan: Scan) -> str:
    shown, rate = one_a_frame(markers(verdict)), scan.master.clock.rate
    first, drop = starts_at(scan.master.clock)
    start, duration = _seconds(first, rate), _seconds(timeline_frames(scan, shown), rate)
    inside = _markers(shown, first, rate)
    gap = element("gap", inside, {"name": "Gap", "offset": start, "start": start, "duration": duration})
    timing = {"duration": duration, "tcStart": start, "tcFormat": "DF" if drop else "NDF"}
    return element("sequence", [element("spine", [gap])], {"format": "r1", **timing})


def _markers(shown: tuple[Marker, ...], first: int, rate: Rate) -> Iterator[str]:
    for marker in shown:
        times = {"start": _seconds(first + marker.span.first, rate), "duration": _seconds(len(marker.span), rate)}
        to_do = {"completed": "0"} if marker.kind in TO_DO else {}
        yield element("marker", "", {**times, "value": marker.name, **to_do, "note": marker.note})


def _seconds(frames: int, rate: Rate) -> str:
    """Frames as seconds: `86486400/24000s`, whole frames of the rate in its own units."""
    time = Fraction(frames) / rate.value
    if time.denominator == 1:
        return f"{time.numerator}s"
    return f"{frames * rate.value.denominator}/{rate.value.numerator}s"
