"""Markers for Premiere Pro, which reads them from a Final Cut Pro 7 sequence alone (.xml, xmeml 4): File > Import, then
copy the sequence's markers, or lay the master into it.

The sequence holds no media, so nothing must be linked. Its frames count from 0; `timecode` holds the master's. A rate
is a whole timebase, and `ntsc` where it runs 1000/1001 as fast. `out` is exclusive, -1 for a marker of one frame, as
Premiere writes a point. The colour is Premiere's own number; green is the one it gives to a marker without.
"""

from __future__ import annotations

from collections.abc import Iterator

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

COLOURS: dict[Kind, int | None] = {
    "declared_final": None,
    "declared_temporary": 4281740498,  # red
    "undeclared": 4289825711,  # purple
    "related": 4281049552,  # yellow
    "not_examined": 4294967295,  # white
}
RATE_WITHOUT_SCAN = Rate.parse("24/1")


def markers_fcp7(verdict: Verdict) -> str:
    """The sequence; without a scanned deliverable it is empty, and 24 frames a second."""
    return document("xmeml", element("xmeml", [element("sequence", _sequence(verdict))], {"version": "4"}))


def _sequence(verdict: Verdict) -> Iterator[str]:
    scan, shown = verdict.scan, one_a_frame(markers(verdict))
    rate = scan.master.clock.rate if scan else RATE_WITHOUT_SCAN
    yield element("name", timeline_name(verdict))
    yield element("duration", timeline_frames(scan, shown) if scan else 0)
    yield _rate(rate)
    if scan:
        yield _timecode(scan)
    yield element("media", [element("video", [*_format(scan, rate), element("track")])])
    yield from (_marker(marker) for marker in shown)


def _rate(rate: Rate) -> str:
    ntsc = "TRUE" if rate.value.denominator == 1001 else "FALSE"
    return element("rate", [element("timebase", rate.nominal), element("ntsc", ntsc)])


def _timecode(scan: Scan) -> str:
    clock = scan.master.clock
    first, drop = starts_at(clock)
    return element(
        "timecode",
        [
            _rate(clock.rate),
            element("string", clock.label(0)),
            element("frame", first),
            element("displayformat", "DF" if drop else "NDF"),
        ],
    )


def _format(scan: Scan | None, rate: Rate) -> Iterator[str]:
    if scan and scan.coverage.has_picture:
        size = [element("width", scan.master.width), element("height", scan.master.height)]
        yield element("format", [element("samplecharacteristics", [*size, _rate(rate)])])


def _marker(marker: Marker) -> str:
    colour = COLOURS[marker.kind]
    parts = [
        element("comment", marker.note),
        element("name", marker.name),
        element("in", marker.span.first),
        element("out", marker.span.end if len(marker.span) > 1 else -1),
    ]
    return element("marker", [*parts, *([element("pproColor", colour)] if colour is not None else [])])
