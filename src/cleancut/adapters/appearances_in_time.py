"""Findings as people meet them: picture and sound of one clip found together are one appearance, under one number.

Every output takes its order and numbers from here, so that number 7 of the report is line 7 of the cue sheet.
"""

from __future__ import annotations

from dataclasses import dataclass

from cleancut.model.findings import Appears, Finding, Medium, Scan, Unexamined
from cleancut.model.timing import Span
from cleancut.model.verdict import Attributed, Attribution, Verdict

NOBODY_HEARD = "nobody looked for anything in the sound"

_HARSHEST: tuple[Attribution, ...] = ("undeclared", "declared_temporary", "declared_final", "related")


@dataclass(frozen=True)
class Appearance:
    """One appearance of one material. `number` counts in order of time, from 1.

    `pictures` and `sounds` are its findings as (place in the scan, finding), each in order of time; together never
    empty. `span` reaches over all of them.
    """

    number: int
    items: tuple[Attributed, ...]
    pictures: tuple[tuple[int, Finding], ...]
    sounds: tuple[tuple[int, Finding], ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Picture first."""
        return tuple(finding for _, finding in (*self.pictures, *self.sounds))

    @property
    def places(self) -> tuple[int, ...]:
        return tuple(place for place, _ in (*self.pictures, *self.sounds))

    @property
    def span(self) -> Span:
        spans = [finding.span for finding in self.findings]
        return Span(min(span.first for span in spans), max(span.end for span in spans))

    @property
    def material(self) -> str:
        return self.findings[0].material

    @property
    def also(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for finding in self.findings for name in finding.also))

    @property
    def media(self) -> tuple[Medium, ...]:
        return tuple(dict.fromkeys(finding.medium for finding in self.findings))

    @property
    def appears(self) -> Appears:
        return self.findings[0].appears

    @property
    def attribution(self) -> Attribution:
        """The harshest of its findings'."""
        return min((item.attribution for item in self.items), key=_HARSHEST.index)

    @property
    def uses(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(use for item in self.items for use in item.uses))


def appearances(verdict: Verdict) -> tuple[Appearance, ...]:
    """All of them in order of their first frame; none without a scan."""
    scan = verdict.scan
    if scan is None:
        return ()
    groups: dict[tuple[object, ...], list[Attributed]] = {}
    for item in sorted(verdict.attributed, key=lambda item: (scan.findings[item.finding].span, item.finding)):
        groups.setdefault(_shared(scan.findings[item.finding], item.finding), []).append(item)
    made = sorted((_appearance(scan, items) for items in groups.values()), key=lambda one: (one.span, one.places))
    return tuple(Appearance(number, one.items, one.pictures, one.sounds) for number, one in enumerate(made, 1))


def _shared(finding: Finding, place: int) -> tuple[object, ...]:
    """What findings of one appearance have in common; a finding of one medium alone stands for itself."""
    if finding.appears == "picture_and_sound":
        return finding.appearance, finding.material, finding.kind
    return (place,)


def _appearance(scan: Scan, items: list[Attributed]) -> Appearance:
    found = [(item.finding, scan.findings[item.finding]) for item in items]
    pictures = tuple(one for one in found if one[1].medium == "picture")
    sounds = tuple(one for one in found if one[1].medium == "sound")
    return Appearance(0, tuple(items), pictures, sounds)


def gaps(scan: Scan) -> tuple[tuple[Medium, Unexamined], ...]:
    """Every stretch that nobody examined, picture first. Not those of a medium that the deliverable does not have and
    nothing registered has either."""
    unseen: list[tuple[Medium, Unexamined]] = [("picture", gap) for gap in scan.coverage.gaps("picture")]
    return (*unseen, *(("sound", gap) for gap in unheard(scan)))


def unheard(scan: Scan) -> tuple[Unexamined, ...]:
    """The stretches of sound that nobody examined: all of it where no sound engine has run."""
    if scan.sound_engine:
        return scan.coverage.gaps("sound")
    return scan.coverage.sound_missing or (Unexamined(Span(0, max(1, scan.master.frames)), NOBODY_HEARD),)


def is_examined(scan: Scan, medium: Medium, span: Span) -> bool:
    """Whether nothing of that medium is said to be left out within the span."""
    return not any(gap.span.overlap(span) for missing, gap in gaps(scan) if missing == medium)
