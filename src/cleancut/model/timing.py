"""Time of a film: integer frames, exact rates, SMPTE timecode.

Ranges are half-open. A rate is a `Fraction`; 23.976 kept as a float costs a frame an hour.
Drop-frame numbering follows SMPTE ST 12-1: labels 0 and 1 (0 to 3 at 59.94) are skipped at every minute that ten does
not divide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

_TIMECODE = re.compile(r"^(\d{2}):(\d{2}):(\d{2})([:;.])(\d{2,3})$")


@dataclass(frozen=True, order=True)
class Span:
    """A half-open range of frames `[first, end)`, counted in decoded order. Refuses empty and negative ranges."""

    first: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.first < self.end:
            raise ValueError(f"a span needs 0 <= first < end, not [{self.first}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.first

    def overlap(self, other: Span) -> int:
        """Frames in both."""
        return max(0, min(self.end, other.end) - max(self.first, other.first))


def join(spans: list[Span], gap: int = 0) -> list[Span]:
    """The same frames as disjoint spans in order; spans at most `gap` frames apart become one."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.first <= joined[-1].end + gap:
            joined[-1] = Span(joined[-1].first, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def missing(spans: list[Span], whole: Span) -> list[Span]:
    """The parts of `whole` that no span covers."""
    gaps, at = [], whole.first
    for span in join(spans):
        if span.first > at:
            gaps.append(Span(at, min(span.first, whole.end)))
        at = max(at, span.end)
        if at >= whole.end:
            break
    if at < whole.end:
        gaps.append(Span(at, whole.end))
    return gaps


@dataclass(frozen=True)
class Rate:
    """Frames a second, exact. `nominal` is the timecode's frame base: 24 for 24000/1001."""

    value: Fraction

    def __post_init__(self) -> None:
        if self.value <= 0:
            raise ValueError(f"a rate must be positive, not {self.value}")

    @classmethod
    def parse(cls, text: str) -> Rate:
        """Read `24/1`, `30000/1001` or `25`. Refuses decimals such as 23.976: they are not exact."""
        if not re.fullmatch(r"\d+(/[1-9]\d*)?", text):
            raise ValueError(f"a rate is written like 24/1 or 24000/1001, not {text!r}")
        return cls(Fraction(text))

    @property
    def nominal(self) -> int:
        return max(1, round(self.value))

    @property
    def can_drop(self) -> bool:
        return self.value.denominator == 1001 and self.nominal % 30 == 0

    def __str__(self) -> str:
        return f"{self.value.numerator}/{self.value.denominator}"


def _dropped_per_minute(rate: Rate) -> int:
    return rate.nominal // 15


def timecode(frame: int, rate: Rate, drop: bool = False) -> str:
    """The label of a frame counted from 00:00:00:00; wraps at 24 hours. `;` before the frames marks drop-frame."""
    base = rate.nominal
    if drop:
        if not rate.can_drop:
            raise ValueError(f"drop-frame timecode does not exist at {rate}")
        lost = _dropped_per_minute(rate)
        per_minute, per_ten = base * 60 - lost, base * 600 - 9 * lost
        tens, rest = divmod(frame, per_ten)
        frame += 9 * lost * tens
        if rest >= base * 60:
            frame += lost * ((rest - base * 60) // per_minute + 1)
    seconds, frames = divmod(frame, base)
    return f"{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{';' if drop else ':'}{frames:02d}"


def frames_of(label: str, rate: Rate) -> tuple[int, bool]:
    """Inverse of `timecode`: (frame count, drop-frame or not). Refuses labels that do not exist at this rate."""
    found = _TIMECODE.match(label)
    if not found:
        raise ValueError(f"not a timecode: {label!r}; write it like 01:00:00:00")
    hours, minutes, seconds, frames = (int(found[i]) for i in (1, 2, 3, 5))
    drop, base = found[4] in ";.", rate.nominal
    if hours > 23 or minutes > 59 or seconds > 59 or frames >= base:
        raise ValueError(f"no such timecode at {rate}: {label!r}")
    count = ((hours * 60 + minutes) * 60 + seconds) * base + frames
    if drop:
        if not rate.can_drop:
            raise ValueError(f"drop-frame timecode does not exist at {rate}: {label!r}")
        lost, total = _dropped_per_minute(rate), hours * 60 + minutes
        if seconds == 0 and frames < lost and minutes % 10:
            raise ValueError(f"drop-frame timecode skips this label: {label!r}")
        count -= lost * (total - total // 10)
    return count, drop


@dataclass(frozen=True)
class Clock:
    """How frames of one deliverable are labelled: its rate, its first timecode, drop-frame or not."""

    rate: Rate
    start: str = "00:00:00:00"

    def label(self, frame: int) -> str:
        """The timecode of a frame of the deliverable. Frame `end` of a span labels its exclusive out point."""
        first, drop = frames_of(self.start, self.rate)
        return timecode(first + frame, self.rate, drop)
