"""Markers as OpenTimelineIO (.otio): a timeline as long as the master with the markers on it.

The one clip is the master by name, without an address: whoever imports it links it, or copies the markers. Markers lie
on the stack of tracks and count from its beginning; `global_start_time` holds the master's timecode. OpenTimelineIO
knows no drop-frame, so `metadata.cleancut` says it. Resolve reads a note from `Resolve_OTIO`, where it writes its own,
others from `comment`. Clip.1 and not Clip.2: Resolve 18 knows no newer one, and every reader knows this.
"""

from __future__ import annotations

import json
from typing import Any

from cleancut.adapters.markers_in_time import (
    Kind,
    Marker,
    markers,
    master_name,
    one_a_frame,
    starts_at,
    timeline_frames,
    timeline_name,
)
from cleancut.model.findings import Scan
from cleancut.model.timing import Rate
from cleancut.model.verdict import Verdict

COLOURS: dict[Kind, str] = {
    "declared_final": "GREEN",
    "declared_temporary": "RED",
    "undeclared": "MAGENTA",
    "related": "YELLOW",
    "not_examined": "WHITE",
}


def markers_otio(verdict: Verdict) -> str:
    """The timeline as JSON; without a scanned deliverable it is empty."""
    scan = verdict.scan
    timeline: dict[str, Any] = {
        "OTIO_SCHEMA": "Timeline.1",
        "metadata": {},
        "name": timeline_name(verdict),
        "global_start_time": None,
        "tracks": _item("Stack.1", "tracks", children=[]),
    }
    if scan is not None:
        shown = one_a_frame(markers(verdict))
        frames, clock = timeline_frames(scan, shown), scan.master.clock
        first, drop = starts_at(clock)
        said = {"start_timecode": clock.start, "rate": str(clock.rate), "drop_frame": drop}
        timeline["metadata"] = {"cleancut": said}
        timeline["global_start_time"] = _time(first, clock.rate)
        timeline["tracks"]["children"] = [_track(scan, frames)]
        timeline["tracks"]["markers"] = [_marker(marker, clock.rate) for marker in shown]
    return json.dumps(timeline, indent=1, ensure_ascii=False) + "\n"


def _track(scan: Scan, frames: int) -> dict[str, Any]:
    whole = _range(0, frames, scan.master.clock.rate)
    offline = {"OTIO_SCHEMA": "MissingReference.1", "metadata": {}, "name": "", "available_range": whole}
    clip = _item("Clip.1", master_name(scan), source_range=whole, media_reference=offline)
    has_picture = scan.coverage.has_picture
    return _item("Track.1", "V1" if has_picture else "A1", children=[clip], kind="Video" if has_picture else "Audio")


def _marker(marker: Marker, rate: Rate) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": "Marker.2",
        "metadata": {"Resolve_OTIO": {"Keywords": [], "Note": marker.note}, "cleancut": {"kind": marker.kind}},
        "name": marker.name,
        "color": COLOURS[marker.kind],
        "marked_range": _range(marker.span.first, len(marker.span), rate),
        "comment": marker.note,
    }


def _item(schema: str, name: str, **more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "OTIO_SCHEMA": schema,
        "metadata": {},
        "name": name,
        "source_range": None,
        "effects": [],
        "markers": [],
    }
    return {**given, "enabled": True, **more}


def _range(first: int, frames: int, rate: Rate) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": _time(first, rate), "duration": _time(frames, rate)}


def _time(frame: int, rate: Rate) -> dict[str, Any]:
    """The format holds a rate as a float; a frame is a whole number at that rate, so none is lost."""
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": float(rate.value), "value": float(frame)}
