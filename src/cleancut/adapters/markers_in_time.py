"""Markers for editors, before any format: what stands where, in words short enough for every program's marker window.

No editor states how long a name or a note may be, so free texts are cut here, each by itself: a name that somebody
typed never pushes out what must happen next. The report and the cue sheet hold them whole.

DaVinci Resolve drops a second marker on a frame that has one, and of the others none is known to keep it: `one_a_frame`
makes one of those that begin together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath
from typing import Literal

from cleancut.adapters import words_english as words
from cleancut.adapters.appearances_in_time import Appearance, appearances, gaps
from cleancut.model.findings import Finding, Scan
from cleancut.model.timing import Clock, Span, frames_of
from cleancut.model.verdict import Verdict

Kind = Literal["undeclared", "declared_temporary", "not_examined", "declared_final", "related"]

# The gravest first: a marker made of several has the colour of the gravest. What nobody examined outweighs what is in
# order.
KINDS: tuple[Kind, ...] = ("undeclared", "declared_temporary", "not_examined", "declared_final", "related")

_NAME_LENGTH, _TEXT_LENGTH, _NOTE_LENGTH = 80, 120, 1000


@dataclass(frozen=True)
class Marker:
    """One marker. `span` is in frames of the master; `name` and `note` are one line of printable text each."""

    span: Span
    kind: Kind
    name: str
    note: str


def markers(verdict: Verdict) -> tuple[Marker, ...]:
    """One for each appearance and each stretch that nobody examined, in order of time; none without a scan."""
    if verdict.scan is None:
        return ()
    found = [_found(verdict, verdict.scan, appearance) for appearance in appearances(verdict)]
    return tuple(sorted([*found, *_unseen(verdict.scan)], key=lambda marker: (marker.span, KINDS.index(marker.kind))))


def one_a_frame(given: Iterable[Marker]) -> tuple[Marker, ...]:
    """The same markers, those that begin on one frame made one, as long as the longest. Its note gives each its length,
    the gravest first."""
    by_frame = groupby(sorted(given, key=lambda marker: marker.span.first), key=lambda marker: marker.span.first)
    return tuple(_merged(sorted(group, key=lambda marker: KINDS.index(marker.kind))) for _, group in by_frame)


def _merged(together: list[Marker]) -> Marker:
    if len(together) == 1:
        return together[0]
    span = max((marker.span for marker in together), key=len)
    name = short(f"{len(together)} markers: {' + '.join(marker.name for marker in together)}", _NAME_LENGTH)
    room = max(_TEXT_LENGTH, _NOTE_LENGTH // len(together))
    notes = (f"{short(marker.note, room)} ({words.count(len(marker.span), 'frame')})" for marker in together)
    return Marker(span, together[0].kind, name, short("; ".join(notes), _NOTE_LENGTH))


def short(text: str, most: int) -> str:
    """The text on one line of at most so many characters, an ellipsis last where it was longer."""
    line = words.one_line(text)
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def timeline_name(verdict: Verdict) -> str:
    """What a sequence made only to carry the markers is called."""
    return short(f"{words.title(verdict)}: Cleancut markers", _NAME_LENGTH)


def master_name(scan: Scan) -> str:
    """The master's file name, for an editor to know it by; never its folder."""
    return short(PurePosixPath(scan.master.path.replace("\\", "/")).name, _NAME_LENGTH)


def starts_at(clock: Clock) -> tuple[int, bool]:
    """The first frame as counted from 00:00:00:00 by its timecode, and whether that is drop-frame."""
    return frames_of(clock.start, clock.rate)


def timeline_frames(scan: Scan, shown: Iterable[Marker]) -> int:
    """How long a sequence must be: the master's frames, and any stretch behind them that should have been there."""
    return max([1, scan.master.frames, *(marker.span.end for marker in shown)])


def _found(verdict: Verdict, scan: Scan, appearance: Appearance) -> Marker:
    names = {use.id: use.name for use in verdict.dossier.uses}
    attribution = words.ATTRIBUTION_NAMES[appearance.attribution]
    what = " + ".join(short(names[use], _TEXT_LENGTH) for use in appearance.uses) or appearance.material
    places = set(appearance.places)
    steps = [i for i, step in enumerate(verdict.steps, 1) if places.intersection(step.findings)]
    todo = f", see step {', '.join(map(str, steps))}" if steps else ""
    changes = ", ".join(dict.fromkeys(_change(finding) for finding in appearance.findings))
    alone = f". {words.appears(appearance, scan)}" if len(appearance.media) == 1 else ""
    material = short(appearance.material, _TEXT_LENGTH)
    note = f"{attribution}: {short(what, 2 * _TEXT_LENGTH)}, material {material}, {changes}{todo}{alone.rstrip(' .')}"
    heard = words.media(appearance.media) if appearance.sounds else ""
    uses = short(", ".join(appearance.uses), _NAME_LENGTH // 2)
    name = " ".join(part for part in (uses, attribution, heard) if part)
    return Marker(appearance.span, appearance.attribution, short(name, _NAME_LENGTH), short(note, _NOTE_LENGTH))


def _change(finding: Finding) -> str:
    if finding.medium == "picture":
        return words.transform(finding)
    where = f" in {', '.join(finding.channels)}" if finding.channels else ""
    return f"sound{where}, {words.sound_change(finding)}"


def _unseen(scan: Scan) -> Iterator[Marker]:
    for medium, gap in gaps(scan):
        said = "not examined" if medium == "picture" else "sound not examined"
        yield Marker(gap.span, "not_examined", said, short(f"{said}: {gap.reason}", _NOTE_LENGTH))
