"""Markers for editors: a CMX 3600 list with one event an appearance, and the marker line that DaVinci Resolve writes
itself (Timelines > Export > Timeline Markers to EDL) and reads (Timelines > Import > Timeline Markers from EDL).

    001  001      V     C        01:00:05:00 01:00:05:01 01:00:05:00 01:00:05:01
    note |C:ResolveColorRed |M:name |D:72

An event is one frame long and stands on the appearance's first frame; D is its length in frames. The note comes first
and never begins with a digit, else Resolve takes the line for an event. Events of sound stand on track V as well: that
is how Resolve writes every marker of a timeline, and what it does with other tracks is nowhere said; name and note say
that it is sound, and where. A drop-frame list is written only where
the master's timecode is drop-frame. CMX 3600 ends at 999 events and ASCII: longer lists and names beyond it are written
all the same, for Resolve reads them. Stretches that nobody examined are markers too, of picture and of sound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cleancut.adapters import words_english as words
from cleancut.adapters.appearances_in_time import Appearance, appearances, gaps
from cleancut.model.findings import Finding, Scan
from cleancut.model.timing import Span
from cleancut.model.verdict import Attribution, Verdict

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
    found = [_found(verdict, scan, appearance) for appearance in appearances(verdict)]
    return sorted([*found, *_unseen(scan)], key=lambda marker: marker.span)


def _found(verdict: Verdict, scan: Scan, appearance: Appearance) -> _Marker:
    names = {use.id: use.name for use in verdict.dossier.uses}
    attribution = words.ATTRIBUTION_NAMES[appearance.attribution]
    what = " + ".join(names[use] for use in appearance.uses) or appearance.material
    places = set(appearance.places)
    steps = [i for i, step in enumerate(verdict.steps, 1) if places.intersection(step.findings)]
    todo = f", see step {', '.join(map(str, steps))}" if steps else ""
    changes = ", ".join(dict.fromkeys(_change(finding) for finding in appearance.findings))
    alone = f". {words.appears(appearance, scan)}" if len(appearance.media) == 1 else ""
    note = f"{attribution}: {what}, material {appearance.material}, {changes}{todo}{alone.rstrip(' .')}"
    heard = words.media(appearance.media) if appearance.sounds else ""
    name = " ".join(part for part in (", ".join(appearance.uses), attribution, heard) if part)
    return _Marker(appearance.span, name, note, COLOURS[appearance.attribution])


def _change(finding: Finding) -> str:
    if finding.medium == "picture":
        return words.transform(finding)
    where = f" in {', '.join(finding.channels)}" if finding.channels else ""
    return f"sound{where}, {words.sound_change(finding)}"


def _unseen(scan: Scan) -> Iterator[_Marker]:
    for medium, gap in gaps(scan):
        said = "not examined" if medium == "picture" else "sound not examined"
        yield _Marker(gap.span, said, f"{said}: {gap.reason}", NOT_EXAMINED_COLOUR)


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
