"""The film strip of a report as plain geometry: where in the drawing each picture, tick, span and gap stands.

Picture first, then sound below it, each with one lane for every state it has: what sounds wrong is read as what looks
wrong is, and a finding in both has its number in both.

Drawing units, not pixels: the strip is WIDTH units long and scales with the page. A span is never drawn narrower than
NARROWEST, so that twelve frames of a two-hour film can still be seen and pointed at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cleancut.adapters.appearances_in_time import unheard
from cleancut.adapters.languages import Worded, worded
from cleancut.adapters.report_frames import strip_frames
from cleancut.model.findings import Corners, Scan, Unexamined
from cleancut.model.timing import Clock, Span, frames_of

State = Literal["hold", "incomplete", "ask", "clear", "related"]
STATES: tuple[State, ...] = ("hold", "incomplete", "ask", "clear", "related")

WIDTH = 1200
LABELS = 105  # room left of the strip for the names of lanes
NARROWEST = 7.0
ROW = 22
_BAR = 16
_AXIS = 30
_GAP = 8
_DIGIT = 7.0
_TALLEST_CELL, _LOWEST_CELL = 90.0, 18.0
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
_MOST_TICKS = 8


@dataclass(frozen=True)
class Bar:
    """One span drawn: its box, and what it stands for (`key`)."""

    x: float
    y: float
    width: float
    height: float
    key: int

    @property
    def has_room(self) -> bool:
        """Whether its number can be written in it."""
        return self.width >= 10 + _DIGIT * len(str(self.key))

    @property
    def beside(self) -> float:
        """Where its number goes otherwise: behind it, or before it at the end of the film."""
        room = 4 + _DIGIT * len(str(self.key))
        return round(self.x + self.width + 3 if self.x + self.width + room <= WIDTH else self.x - room, 2)

    @property
    def end(self) -> float:
        """Where the next bar of the same line may begin."""
        return self.x + self.width if self.has_room else max(self.x + self.width, self.beside + _DIGIT * 2)


@dataclass(frozen=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True)
class Lane:
    """One named row of bars, as many lines high as bars overlap."""

    name: str
    y: float
    height: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Strip:
    """The whole drawing. `cells` hold the pictures, `keys` of them are frames; keys of bars are the caller's."""

    height: float
    cells: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    axis_y: float
    lanes: Mapping[State, Lane]
    picture_gaps: Lane | None
    sound_y: float
    sound_lanes: Mapping[State, Lane]
    sound: Lane
    heard: tuple[Bar, ...]
    shades: tuple[Bar, ...]


Spans = Mapping[State, Sequence[tuple[int, Span]]]


def strip(scan: Scan, in_picture: Spans, in_sound: Spans) -> Strip:
    """Lay out the film: pictures, time, what was found in the picture, then in the sound, each by state and then what
    was not examined. `heard` are the stretches of sound that were examined."""
    film = _Film(scan)
    cells = film.cells() if scan.coverage.has_picture else ()
    axis_y = cells[0].height + _GAP if cells else 0
    lanes, y = film.lanes(in_picture, axis_y + _AXIS)
    gaps = None
    if unseen := scan.coverage.gaps("picture"):
        gaps = film.lane("picture", film.inside(unseen), y)
        y += gaps.height + _GAP
    sound_y = y + _GAP
    sound_lanes, y = film.lanes(in_sound, sound_y + ROW)
    sound = film.lane("sound", film.inside(unheard(scan)), y if sound_lanes else sound_y)
    heard = tuple(film.bar(place, span, sound_y) for place, span in enumerate(scan.coverage.sound))
    shades = tuple(Bar(bar.x, 0, bar.width, axis_y - _GAP, bar.key) for bar in gaps.bars) if gaps and cells else ()
    height = sound.y + (sound.height if sound.bars or not sound_lanes else 0)
    return Strip(height, cells, tuple(film.ticks()), axis_y, lanes, gaps, sound_y, sound_lanes, sound, heard, shades)


class _Film:
    """One master laid along the drawing. Frames that a container states but that never came count as length too."""

    def __init__(self, scan: Scan) -> None:
        ends = [gap.span.end for gap in scan.coverage.picture_missing]
        self.scan = scan
        self.frames = max([scan.master.frames, 1, *ends])

    def x(self, frame: float) -> float:
        return round(LABELS + (WIDTH - LABELS) * min(frame, self.frames) / self.frames, 2)

    def cells(self) -> tuple[Bar, ...]:
        master, numbers = self.scan.master, strip_frames(self.scan) or (0,)
        width = (self.x(master.frames) - LABELS) / len(numbers)
        height = round(min(_TALLEST_CELL, max(_LOWEST_CELL, width * master.height / max(1, master.width))), 2)
        at = [round(LABELS + i * width, 2) for i in range(len(numbers) + 1)]
        return tuple(Bar(at[i], 0, round(at[i + 1] - at[i], 2), height, n) for i, n in enumerate(numbers))

    def inside(self, gaps: Sequence[Unexamined]) -> list[tuple[int, Span]]:
        return [(place, gap.span) for place, gap in enumerate(gaps) if gap.span.first < self.frames]

    def lanes(self, spans: Spans, y: float) -> tuple[dict[State, Lane], float]:
        """One lane below the other from `y` on, and where the next begins."""
        made = {}
        for state in STATES:
            if spans.get(state):
                made[state] = self.lane(state, spans[state], y)
                y += made[state].height + _GAP
        return made, y

    def bar(self, key: int, span: Span, y: float) -> Bar:
        x = self.x(span.first)
        return Bar(x, y, max(1, round(self.x(span.end) - x, 2)), ROW, key)

    def lane(self, name: str, spans: Sequence[tuple[int, Span]], y: float) -> Lane:
        """Bars in time, each on the first line where it overlaps none."""
        ends: list[float] = []
        bars = []
        for key, span in sorted(spans, key=lambda item: (item[1], item[0])):
            x = self.x(span.first)
            width = max(NARROWEST, round(self.x(span.end) - x, 2))
            x = min(x, WIDTH - width)
            line = next((i for i, end in enumerate(ends) if end <= x), len(ends))
            bars.append(Bar(x, y + line * ROW + (ROW - _BAR) / 2, width, _BAR, key))
            ends[line : line + 1] = [bars[-1].end]
        return Lane(name, y, max(1, len(ends)) * ROW, tuple(bars))

    def ticks(self) -> Iterator[Tick]:
        """Round timecodes, as many as fit."""
        clock = self.scan.master.clock
        start = frames_of(clock.start, clock.rate)[0]
        first, long = start // clock.rate.nominal, self.frames // clock.rate.nominal
        step = next((step for step in _STEPS if long / step <= _MOST_TICKS), _STEPS[-1])
        for second in range(-(-first // step) * step, first + long + step, step):
            frame = _frame_at(second, clock) - start
            if 0 <= frame < self.frames and self.x(frame) < WIDTH - 70:
                yield Tick(self.x(frame), clock.label(frame))


def _frame_at(second: int, clock: Clock) -> int:
    """The frame, counted from 00:00:00:00, of the first label within a second of timecode; drop-frame skips some."""
    drop = frames_of(clock.start, clock.rate)[1]
    lost = clock.rate.nominal // 15 if drop else 0
    minutes = second // 60
    return (
        second * clock.rate.nominal
        - lost * (minutes - minutes // 10)
        + (lost if second % 60 == 0 and minutes % 10 else 0)
    )


# --- regions ----------------------------------------------------------------------------------------------------------


def outline(region: Corners) -> tuple[tuple[float, float], ...]:
    """The part of a region that lies in the frame, as a polygon in shares of it; empty where none does.

    Sutherland and Hodgman's clipping, one side of the frame after the other.
    """
    shape = [(float(x), float(y)) for x, y in region]
    for axis, limit, keeps_below in ((0, 0.0, False), (0, 1.0, True), (1, 0.0, False), (1, 1.0, True)):
        shape = _clipped(shape, axis, limit, keeps_below)
    return tuple((round(x, 4), round(y, 4)) for x, y in shape)


def _clipped(shape: list[tuple[float, float]], axis: int, limit: float, keeps_below: bool) -> list[tuple[float, float]]:
    def is_in(point: tuple[float, float]) -> bool:
        return point[axis] <= limit if keeps_below else point[axis] >= limit

    kept: list[tuple[float, float]] = []
    for before, point in zip([*shape[-1:], *shape[:-1]], shape, strict=True):
        if is_in(before) != is_in(point):
            share = (limit - before[axis]) / (point[axis] - before[axis])
            kept.append(
                (before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1])),
            )
        if is_in(point):
            kept.append(point)
    return kept


def area(shape: Sequence[tuple[float, float]]) -> float:
    """Share of the frame that a polygon covers (shoelace formula)."""
    turned = [*shape[1:], *shape[:1]]
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(shape, turned, strict=True))) / 2


def where(shape: Sequence[tuple[float, float]]) -> str:
    """A region in words, for those who do not see the outline."""
    covered = area(shape)
    if covered >= 0.97:
        return worded("fills the frame")
    if not shape or covered < 0.0005:
        return worded("outside the frame")
    x, y = (sum(point[axis] for point in shape) / len(shape) for axis in (0, 1))
    down = "upper " if y < 0.38 else "lower " if y > 0.62 else ""
    across = "left" if x < 0.38 else "right" if x > 0.62 else "middle"
    share = f"{covered * 100:.0f} %" if covered >= 0.01 else worded("under 1 %")
    return worded("{place}, {share} of the frame", place=_PLACES[down + across], share=share)


_PLACES = Worded(
    {
        "upper left": "upper left",
        "upper middle": "upper middle",
        "upper right": "upper right",
        "left": "left",
        "middle": "middle",
        "right": "right",
        "lower left": "lower left",
        "lower middle": "lower middle",
        "lower right": "lower right",
    }
)
