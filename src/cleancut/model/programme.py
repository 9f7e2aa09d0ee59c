"""The programme in a master, and what lies around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from cleancut.model.timing import Clock, Span

StretchKind = Literal["bars", "slate", "black", "textless"]
ShownBy = Literal["given", "look", "nothing"]


@dataclass(frozen=True)
class Stretch:
    """Frames of a master that are not the programme. `slate` is whatever else stands before it, `textless` after it."""

    kind: StretchKind
    span: Span


@dataclass(frozen=True)
class Programme:
    """Where the programme lies in a master: all of it where nothing shows otherwise. It is told, and leaves nothing out
    of a scan. `shown_by` is what says so: somebody, or the look of the pictures around it."""

    span: Span
    shown_by: ShownBy = "nothing"
    around: tuple[Stretch, ...] = ()

    def record(self, clock: Clock) -> dict[str, Any]:
        return {
            **_placed(self.span, clock),
            "shown_by": self.shown_by,
            "around": [{"kind": stretch.kind, **_placed(stretch.span, clock)} for stretch in self.around],
        }


def _placed(span: Span, clock: Clock) -> dict[str, Any]:
    return {
        "first_frame": span.first,
        "end_frame": span.end,
        "timecode_in": clock.label(span.first),
        "timecode_out": clock.label(span.end),
    }
