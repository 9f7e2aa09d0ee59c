"""Markers for DaVinci Resolve: a CMX 3600 list with one event a marker, and the marker line that Resolve writes itself
(Timelines > Export > Timeline Markers to EDL) and reads (Timelines > Import > Timeline Markers from EDL).

    001  001      V     C        01:00:05:00 01:00:05:01 01:00:05:00 01:00:05:01
    note |C:ResolveColorRed |M:name |D:72

An event is one frame long and stands on the marker's first frame; D is its length in frames. The note comes first
and never begins with a digit, else Resolve takes the line for an event. Events of sound stand on track V as well: that
is how Resolve writes every marker of a timeline, and what it does with other tracks is nowhere said; name and note say
that it is sound, and where. A drop-frame list is written only where the master's timecode is drop-frame. CMX 3600 ends
at 999 events and ASCII: longer lists and names beyond it are written all the same, for Resolve reads them.
"""

from __future__ import annotations

from cleancut.adapters import words_english as words
from cleancut.adapters.markers_in_time import Kind, Marker, markers, one_a_frame, starts_at
from cleancut.model.timing import Clock
from cleancut.model.verdict import Verdict

COLOURS: dict[Kind, str] = {
    "declared_final": "Green",
    "declared_temporary": "Red",
    "undeclared": "Fuchsia",
    "related": "Yellow",
    "not_examined": "Cream",
}
_TITLE_LENGTH = 70


def markers_edl(verdict: Verdict) -> str:
    """The list, CRLF line ends as Resolve writes them. Without a scanned deliverable it holds no event."""
    scan = verdict.scan
    drop = scan is not None and starts_at(scan.master.clock)[1]
    lines = [f"TITLE: {_plain(words.title(verdict))[:_TITLE_LENGTH]}", f"FCM: {'' if drop else 'NON-'}DROP FRAME", ""]
    if scan is not None:
        for number, marker in enumerate(one_a_frame(markers(verdict)), 1):
            lines += [*_event(number, marker, scan.master.clock), ""]
    return "\r\n".join(lines) + "\r\n"


def _event(number: int, marker: Marker, clock: Clock) -> list[str]:
    at, after = clock.label(marker.span.first), clock.label(marker.span.first + 1)
    return [
        f"{number:03d}  001      V     C        {at} {after} {at} {after}",
        f"{_note(marker.note)} |C:ResolveColor{COLOURS[marker.kind]} |M:{_plain(marker.name)} |D:{len(marker.span)}",
    ]


def _note(text: str) -> str:
    plain = _plain(text)
    return f"- {plain}" if plain[:1].isdecimal() or plain[:1] in "*|" else plain


def _plain(text: str) -> str:
    """One line without the bar, which separates the parts of a marker."""
    return words.one_line(text.replace("|", "/"))
