"""What is another since an earlier check: findings, uses, and what the two cannot be compared in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from cleancut.model.findings import Medium
from cleancut.model.record import plain

ChangeKind = Literal["new", "gone", "moved", "changed", "unsure"]
CaveatAbout = Literal["engine", "sound engine", "register", "rules", "rate", "scan"]


@dataclass(frozen=True)
class Place:
    """Where something was: frames of the master, half-open, and their timecodes in that master."""

    first_frame: int
    end_frame: int
    timecode_in: str
    timecode_out: str


@dataclass(frozen=True)
class Difference:
    """One thing that is another. Both sides as the records hold them."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class FindingChange:
    """One appearance of one material, then and now.

    `new`: not found then. `gone`: not found now, and all was examined by what found it then. `moved`: the same part, as
    long, elsewhere; `by_frames` later. `changed`: where it was, but otherwise. `unsure`: not found now, and it cannot
    be said that it is not there; `why` says so, and what else must be known of the others.
    """

    kind: ChangeKind
    material: str
    medium: Medium
    uses: tuple[str, ...]
    attribution: str
    before: Place | None = None
    after: Place | None = None
    by_frames: int = 0
    differences: tuple[Difference, ...] = ()
    why: str = ""

    @property
    def says(self) -> str:
        """The change in one line of words: what, where, how far, what else."""
        shown = self.after or self.before
        assert shown is not None
        parts = [f"{_SAID[self.kind]} {shown.timecode_in} to {shown.timecode_out}"]
        if self.kind == "moved" and self.before:
            way = "later" if self.by_frames > 0 else "earlier"
            count = abs(self.by_frames)
            parts.append(f"{count} frame{'s' if count != 1 else ''} {way}, was at {self.before.timecode_in}")
        parts += [_difference(item) for item in self.differences]
        return "; ".join([*parts, self.why] if self.why else parts)


_SAID: dict[ChangeKind, str] = {
    "new": "new at",
    "gone": "gone; was at",
    "moved": "moved to",
    "changed": "changed at",
    "unsure": "not found now, which is not to say gone; was at",
}


def _difference(item: Difference) -> str:
    return f"{item.field} {item.before or 'none'} then, {item.after or 'none'} now".replace("_", " ")


@dataclass(frozen=True)
class UseChange:
    """One declared use that is new, gone, or stands otherwise: `before` and `after` are its words, empty for none."""

    use: str
    name: str
    before: str
    after: str
    differences: tuple[Difference, ...] = ()

    @property
    def says(self) -> str:
        """The change in one line of words."""
        if not self.before or not self.after:
            return f"not declared {'now' if self.before else 'then'}; {self.before or self.after}"
        words = [f"{self.before} then, {self.after} now"] if self.before != self.after else []
        return "; ".join([*words, *map(_difference, self.differences)])


@dataclass(frozen=True)
class Caveat:
    """What makes the two checks less than comparable."""

    about: CaveatAbout
    says: str


@dataclass(frozen=True)
class Changes:
    """All that is another since an earlier check. `same` counts findings that are as they were.

    `since` is the day the earlier verdict was judged on, `before` and `after` are the two verdicts.
    """

    since: str
    before: str
    after: str
    same: int
    findings: tuple[FindingChange, ...]
    uses: tuple[UseChange, ...]
    caveats: tuple[Caveat, ...]

    @property
    def is_none(self) -> bool:
        """Nothing is another, and the two can be compared whole."""
        return not (self.findings or self.uses or self.caveats) and self.before == self.after

    def record(self) -> dict[str, Any]:
        """As changes.json holds it. The same two verdicts, the same record."""
        return {"schema": "cleancut/changes/1", **plain(self, whole=True)}
