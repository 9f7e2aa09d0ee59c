"""Markers for Avid Media Composer: the text that its Markers window exports and imports, one marker a line.

    name TAB timecode TAB track TAB colour TAB comment TAB length in frames

Six columns and no header, as Media Composer's own exports hold them: a length over 1 is a spanned marker, which it
knows since version 7; version 2024.6 writes two columns more, for colours that older ones lack. The colours here are
the eight that all know. `;` in a timecode is drop-frame. A tab or a line end would begin another field, so names hold
neither. A track holds one marker a frame. Markers stand on V1, or on A1 where the master has no picture, since a
sequence of it has no V1; name and comment say what is sound. Avid states no encoding: this is UTF-8, and how its window
shows what lies beyond ASCII is not known to us.
"""

from __future__ import annotations

from cleancut.adapters.markers_in_time import Kind, Marker, markers, one_a_frame
from cleancut.model.findings import Scan
from cleancut.model.verdict import Verdict

COLOURS: dict[Kind, str] = {
    "declared_final": "green",
    "declared_temporary": "red",
    "undeclared": "magenta",
    "related": "yellow",
    "not_examined": "white",
}


def markers_avid(verdict: Verdict) -> str:
    """The lines, each ending in a line feed; empty without a scanned deliverable."""
    if verdict.scan is None:
        return ""
    return "".join(_line(marker, verdict.scan) for marker in one_a_frame(markers(verdict)))


def _line(marker: Marker, scan: Scan) -> str:
    track = "V1" if scan.coverage.has_picture else "A1"
    at = scan.master.clock.label(marker.span.first)
    return "\t".join((marker.name, at, track, COLOURS[marker.kind], marker.note, str(len(marker.span)))) + "\n"
