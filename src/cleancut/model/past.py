"""A verdict as a later check reads it back from verdict.json: as much of it as can be compared.

Unknown keys are passed over: a later version may write more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cleancut.errors import FieldError
from cleancut.model.changes import Place
from cleancut.model.findings import Medium
from cleancut.model.timing import Span

T = TypeVar("T")
SCHEMA = "cleancut/verdict/1"
MEDIA: tuple[Medium, ...] = ("picture", "sound")


@dataclass(frozen=True)
class PastFinding:
    """One finding. `part` is the frames of the material, None for a still; `traits` are other properties as text."""

    material: str
    medium: Medium
    place: Place
    part: Span | None
    attribution: str
    uses: tuple[str, ...]
    traits: Mapping[str, str] = field(default_factory=dict)
    corners: tuple[tuple[float, float], ...] = ()

    @property
    def span(self) -> Span:
        return Span(self.place.first_frame, self.place.end_frame)


@dataclass(frozen=True)
class PastUse:
    """One declared use: its name, its word, and the outcome of each pack."""

    name: str
    word: str
    outcomes: Mapping[str, str]


@dataclass(frozen=True)
class PastVerdict:
    """`engines` and `packs` are as text, to be compared whole; `materials` is digest by name; `unseen` holds the gaps
    of each medium and `unlooked` the names of material that could not be looked for. `rate` is empty without a scan."""

    word: str
    on: str
    title: str
    rate: str
    engines: Mapping[str, str]
    packs: Mapping[str, str]
    materials: Mapping[str, str]
    findings: tuple[PastFinding, ...]
    uses: Mapping[str, PastUse]
    unseen: Mapping[Medium, tuple[Span, ...]]
    unlooked: frozenset[str]


def past_verdict(record: Any) -> PastVerdict:
    """Read a verdict's record. `FieldError` carries the path of what is missing or of another form."""
    whole = _Node(record, ())
    if whole.text("schema") != SCHEMA:
        raise FieldError(("schema",), f"expected {SCHEMA}", "give the verdict.json of an earlier check")
    uses = whole.items("uses")
    engines = {"engine": whole.maybe("engine"), "sound engine": whole.maybe("sound_engine")}
    master, coverage = whole.maybe("master"), whole.maybe("coverage")
    unlooked = coverage.node("material").items("not_examined") if coverage else []
    return PastVerdict(
        word=whole.text("verdict"),
        on=whole.text("on"),
        title=whole.node("title").text("id"),
        rate=master.text("rate") if master else "",
        engines={name: _engine(node) if node else "" for name, node in engines.items()},
        packs=dict(pair for use in uses for pair in map(_pack, use.items("decisions"))),
        materials={item.text("name"): item.text("digest") for item in whole.items("materials")},
        findings=tuple(map(_finding, whole.items("findings"))),
        uses={use.text("id"): _use(use) for use in uses},
        unseen={medium: _gaps(coverage.node(medium)) if coverage else () for medium in MEDIA},
        unlooked=frozenset(item.text("material") for item in unlooked),
    )


class _Node:
    """One mapping of a record, which knows where it is."""

    def __init__(self, data: Any, path: tuple[str | int, ...]) -> None:
        if not isinstance(data, Mapping):
            raise FieldError(path, "expected a mapping")
        self.data, self.path = data, path

    def get(self, key: str, kind: type[T] | tuple[type, ...], said: str) -> Any:
        value = self.data.get(key)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise FieldError((*self.path, key), f"expected {said}")
        return value

    def text(self, key: str) -> str:
        return str(self.get(key, str, "a text"))

    def whole(self, key: str) -> int:
        return int(self.get(key, int, "a whole number"))

    def number(self, key: str) -> float:
        return float(self.get(key, (int, float), "a number"))

    def node(self, key: str) -> _Node:
        return _Node(self.data.get(key), (*self.path, key))

    def maybe(self, key: str) -> _Node | None:
        return None if self.data.get(key) is None else self.node(key)

    def items(self, key: str) -> list[_Node]:
        values = self.get(key, list, "a list")
        return [_Node(value, (*self.path, key, place)) for place, value in enumerate(values)]

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.get(key, list, "a list")
        if not all(isinstance(value, str) for value in values):
            raise FieldError((*self.path, key), "expected a list of texts")
        return tuple(values)

    def span(self, first: str, end: str) -> Span:
        return self.made(lambda: Span(self.whole(first), self.whole(end)), first)

    def made(self, make: Callable[[], T], key: str) -> T:
        try:
            return make()
        except ValueError as error:
            raise FieldError((*self.path, key), str(error)) from None


def _engine(node: _Node) -> str:
    settings = ", ".join(f"{key} {value}" for key, value in sorted(node.node("settings").data.items(), key=str))
    return f"{node.text('name')} {node.text('version')}" + (f" ({settings})" if settings else "")


def _pack(decision: _Node) -> tuple[str, str]:
    pack = decision.node("pack")
    return pack.text("name"), f"{pack.text('version')} {pack.text('digest')}"


def _use(use: _Node) -> PastUse:
    outcomes = {decision.node("pack").text("name"): decision.text("outcome") for decision in use.items("decisions")}
    return PastUse(use.text("name"), use.text("verdict"), outcomes)


def _gaps(medium: _Node) -> tuple[Span, ...]:
    return tuple(gap.span("first_frame", "end_frame") for gap in medium.items("not_examined"))


def _finding(node: _Node) -> PastFinding:
    medium = node.text("medium")
    if medium not in MEDIA:
        raise FieldError((*node.path, "medium"), "expected picture or sound")
    span = node.span("first_frame", "end_frame")
    is_still = node.data.get("material_first_frame") is None
    return PastFinding(
        material=node.text("material"),
        medium=medium,
        place=Place(span.first, span.end, node.text("timecode_in"), node.text("timecode_out")),
        part=None if is_still else node.span("material_first_frame", "material_end_frame"),
        attribution=node.text("attribution"),
        uses=node.texts("uses"),
        traits=_traits(node, medium),
        corners=_corners(node) if medium == "picture" else (),
    )


def _traits(node: _Node, medium: Medium) -> dict[str, str]:
    """What else can be another, in the precision that two scans of one cut agree in."""
    change = node.node("transform")
    traits = {"class": node.text("class"), "speed": f"{change.number('speed'):.2f}"}
    if medium == "sound":
        return {**traits, "pitch": f"{change.number('pitch'):.1f}", "channels": ", ".join(node.texts("channels"))}
    return {**traits, "mirror": "yes" if change.data.get("mirror") else "no"}


def _corners(node: _Node) -> tuple[tuple[float, float], ...]:
    values = node.get("region", list, "a list of corners")
    for corner in values:
        if not (isinstance(corner, list) and len(corner) == 2 and all(isinstance(v, int | float) for v in corner)):
            raise FieldError((*node.path, "region"), "expected a list of corners")
    return tuple((float(x), float(y)) for x, y in values)
