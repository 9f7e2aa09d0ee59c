"""Markers as CSV, for scripts, spreadsheets and every program that has an importer of its own.

One line a marker, none merged, in UTF-8 with the byte order mark that spreadsheets want, as the cue sheet. Frames count
from 0 at the master's first frame; the end is exclusive; timecodes are those of the master.
"""

from __future__ import annotations

import csv
import io

from cleancut.adapters.cue_sheet_csv import BYTE_ORDER_MARK, harmless
from cleancut.adapters.markers_edl import COLOURS
from cleancut.adapters.markers_in_time import Marker, markers
from cleancut.model.timing import Clock
from cleancut.model.verdict import Verdict

COLUMNS = ("Timecode in", "Timecode out", "First frame", "End frame", "Frames", "Name", "Note", "Kind", "Colour")


def markers_csv(verdict: Verdict) -> str:
    """The table, its header first; the header alone without a scanned deliverable."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    if verdict.scan is not None:
        writer.writerows(_row(marker, verdict.scan.master.clock) for marker in markers(verdict))
    return BYTE_ORDER_MARK + text.getvalue()


def _row(marker: Marker, clock: Clock) -> list[str | int]:
    span = marker.span
    said = (marker.name, marker.note, marker.kind.replace("_", " "), COLOURS[marker.kind])
    return [clock.label(span.first), clock.label(span.end), span.first, span.end, len(span), *map(harmless, said)]
