"""Which frames a report wants to show: the film strip, and for each finding the master beside the material."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cleancut.adapters.appearances_in_time import appearances
from cleancut.model.findings import Finding, Scan
from cleancut.model.verdict import Verdict

STRIP_FRAMES = 12
MOST_PAIRS = 200
"""A report stays one file that a phone opens: beyond this many findings only the first in time get pictures."""

_WIDTHS = ((24, 480), (60, 360), (MOST_PAIRS, 240))


@dataclass(frozen=True)
class MaterialFrame:
    """A picture of a material: one frame of a clip, or a still (`frame` is None)."""

    material: str
    frame: int | None


@dataclass(frozen=True)
class FramesWanted:
    """Frames by their number in decoded order; `master` and `material` by the finding's place in the scan."""

    strip: tuple[int, ...] = ()
    master: Mapping[int, int] = field(default_factory=dict)
    material: Mapping[int, MaterialFrame] = field(default_factory=dict)
    width: int = _WIDTHS[0][1]

    @property
    def of_master(self) -> tuple[int, ...]:
        """Every frame of the master that is wanted, in order, each once: one pass over the file gets them all."""
        return tuple(sorted({*self.strip, *self.master.values()}))


def frames_wanted(verdict: Verdict) -> FramesWanted:
    """What to fetch for `report`. Nothing where no deliverable was examined."""
    scan = verdict.scan
    if scan is None:
        return FramesWanted()
    pairs = [place for appearance in appearances(verdict) for place, _ in appearance.pictures][:MOST_PAIRS]
    kinds = {material.name: material.kind for material in verdict.materials}
    return FramesWanted(
        strip=strip_frames(scan),
        master={i: _middle(scan, scan.findings[i]) for i in pairs},
        material={i: _material_frame(scan.findings[i], kinds.get(scan.findings[i].material)) for i in pairs},
        width=next((width for most, width in _WIDTHS if len(pairs) <= most), _WIDTHS[-1][1]),
    )


def strip_frames(scan: Scan) -> tuple[int, ...]:
    """The middle frames of equal parts of the master."""
    frames = scan.master.frames
    parts = min(STRIP_FRAMES, frames)
    return tuple((2 * part + 1) * frames // (2 * parts) for part in range(parts))


def _middle(scan: Scan, finding: Finding) -> int:
    return min((finding.span.first + finding.span.end) // 2, scan.master.frames - 1)


def _material_frame(finding: Finding, kind: str | None) -> MaterialFrame:
    """The material's frame that the middle of the finding shows; reversed clips run from their end."""
    span = finding.material_span
    if kind == "still" or span is None:
        return MaterialFrame(finding.material, None if kind != "clip" else 0)
    past = (finding.span.first + finding.span.end) // 2 - finding.span.first
    steps = min(len(span) - 1, len(span) * (2 * past + 1) // (2 * len(finding.span)))
    return MaterialFrame(finding.material, span.end - 1 - steps if finding.transform.speed < 0 else span.first + steps)
