"""Markers for editors: a CMX 3600 list with one event a finding, and the marker line that DaVinci Resolve writes itself
(Timelines > Export > Timeline Markers to EDL) and reads back (Timelines > Import > Timeline Markers from EDL).

    001  001      V     C        01:00:05:00 01:00:05:01 01:00:05:00 01:00:05:01
    note |C:ResolveColorRed |M:name |D:72

An event is one frame long and stands on the finding's first frame; D is the finding's length in frames. The note comes
first and never begins with a digit, else Resolve takes the line for an event. A drop-frame list is written only where
the master's timecode is drop-frame. CMX 3600 ends at 999 events and ASCII: longer lists and names beyond it are written
all the same, for Resolve reads them. Stretches that nobody examined are markers too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cleancut.adapters import words_english as words
from cleancut.adapters.cue_sheet_rows import in_time
from cleancut.model.findings import Scan
from cleancut.model.timing import Span
from cleancut.model.verdict import Attributed, Attribution, Verdict

COLOURS: dict[Attribution, str] = {
    "declared_final": "Green",
    "declared_temporary": "Red",
    "undeclared": "Fuchsia",
    "related": "Yellow",
}
NOT_EXAMINED_COLOUR = "Cream"
_TITLE_LENGTH = 70


@dataclass(frozen=True)
class _Marker:
    span: Span
    name: str
    note: str
    colour: str


def markers(verdict: Verdict) -> str:
    """The list, CRLF line ends as Resolve writes them. Without a scanned deliverable it holds no event."""
    scan = verdict.scan
    drop = scan is not None and _is_drop(scan)
    lines = [f"TITLE: {_plain(words.title(verdict))[:_TITLE_LENGTH]}", f"FCM: {'' if drop else 'NON-'}DROP FRAME", ""]
    if scan is not None:
        for number, marker in enumerate(_markers(verdict, scan), 1):
            lines += [*_event(number, marker, scan), ""]
    return "\r\n".join(lines) + "\r\n"


def _is_drop(scan: Scan) -> bool:
    start = scan.master.clock.start
    return ";" in start or "." in start


def _markers(verdict: Verdict, scan: Scan) -> list[_Marker]:
    found = [_finding(verdict, scan, item) for item in in_time(verdict)]
    return sorted([*found, *_unseen(scan)], key=lambda marker: marker.span)


def _finding(verdict: Verdict, scan: Scan, item: Attributed) -> _Marker:
    finding = scan.findings[item.finding]
    names = {use.id: use.name for use in verdict.dossier.uses}
    attribution = words.ATTRIBUTION_NAMES[item.attribution]
    what = " + ".join(names[use] for use in item.uses) or finding.material
    steps = [i for i, step in enumerate(verdict.steps, 1) if item.finding in step.findings]
    todo = f", see step {', '.join(map(str, steps))}" if steps else ""
    note = f"{attribution}: {what}, material {finding.material}, {words.transform(finding)}{todo}"
    name = f"{', '.join(item.uses)} {attribution}".strip()
    return _Marker(finding.span, name, note, COLOURS[item.attribution])


def _unseen(scan: Scan) -> Iterator[_Marker]:
    for gap in scan.coverage.picture_missing:
        yield _Marker(gap.span, "not examined", f"not examined: {gap.reason}", NOT_EXAMINED_COLOUR)


def _event(number: int, marker: _Marker, scan: Scan) -> list[str]:
    clock = scan.master.clock
    at, after = clock.label(marker.span.first), clock.label(marker.span.first + 1)
    return [
        f"{number:03d}  001      V     C        {at} {after} {at} {after}",
        f"{_note(marker.note)} |C:ResolveColor{marker.colour} |M:{_plain(marker.name)} |D:{len(marker.span)}",
    ]


def _note(text: str) -> str:
    plain = _plain(text)
    return f"- {plain}" if plain[:1].isdecimal() or plain[:1] in "*|" else plain


def _plain(text: str) -> str:
    """One line without the bar, which separates the parts of a marker."""
    return words.one_line(text.replace("|", "/"))
