"""What a report shows of each finding: one card an appearance, with its picture, its sound, or both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cleancut.adapters import words_english as words
from cleancut.adapters.appearances_in_time import Appearance, appearances
from cleancut.adapters.languages import Worded, worded
from cleancut.adapters.report_frames import FramesWanted, frames_wanted
from cleancut.adapters.report_sounds import SoundPair, matched_seconds, sounds_wanted
from cleancut.adapters.report_strip import STATES, State, outline, where
from cleancut.model.findings import Finding, Medium, Scan
from cleancut.model.marks import Mark
from cleancut.model.programme import Stretch, StretchKind
from cleancut.model.timing import Span
from cleancut.model.verdict import Verdict


@dataclass(frozen=True)
class Link:
    """A place in the report."""

    anchor: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class PictureView:
    """One finding in the picture. `polygon` is empty where there is nothing to outline."""

    index: int
    finding: Finding
    transform: str
    polygon: str
    where: str
    master_label: str
    material_label: str


@dataclass(frozen=True)
class SoundView:
    """One finding in the sound. `pair` lays the drawings out; `matched` is the material's time in and out."""

    index: int
    finding: Finding
    change: str
    channels: str
    timecode_in: str
    timecode_out: str
    matched: tuple[str, str]
    pair: SoundPair


@dataclass(frozen=True)
class FindingView:
    """One appearance. `number` counts in order of time; `media` says picture, sound, or both, `appears` more than that
    where there is more to say. `around` names what of the master's head and tail it lies in: bars, slate, black,
    textless; `is_outside` where none of it is in the programme."""

    number: int
    state: State
    span: Span
    timecode_in: str
    timecode_out: str
    duration: str
    material: str
    also: tuple[str, ...]
    attribution: str
    says: str
    uses: tuple[Link, ...]
    steps: tuple[int, ...]
    marks: tuple[Mark, ...]
    media: str
    appears: str
    around: tuple[StretchKind, ...]
    is_outside: bool
    pictures: tuple[PictureView, ...]
    sounds: tuple[SoundView, ...]

    @property
    def anchor(self) -> str:
        return f"finding-{self.number}"

    @property
    def title(self) -> str:
        names = " + ".join(use.text for use in self.uses) or self.material
        times = worded("{first} to {end}", first=self.timecode_in, end=self.timecode_out)
        return f"{self.number}: {names}, {self.media}, {times}, {self.attribution}"

    @property
    def views(self) -> tuple[PictureView | SoundView, ...]:
        return (*self.pictures, *self.sounds)

    @property
    def frames(self) -> tuple[tuple[str, Span], ...]:
        """Its frames, named; apart for picture and sound where they are not the same."""
        found = [view.finding for view in self.views]
        if all(finding.span == self.span for finding in found):
            return ((worded("Frames"), self.span),)
        return tuple((_FRAMES_OF[finding.medium], finding.span) for finding in found)

    @property
    def indices(self) -> tuple[int, ...]:
        """The places of its findings in the scan."""
        return tuple(view.index for view in self.views)


_FRAMES_OF: Worded[Medium] = Worded({"picture": "Frames of the picture", "sound": "Frames of the sound"})


def finding_views(verdict: Verdict, anchors: dict[str, str]) -> Iterator[FindingView]:
    """In order of time; `anchors` are the places of uses."""
    if verdict.scan is None:
        return
    frames, pairs = frames_wanted(verdict), sounds_wanted(verdict).pairs
    for appearance in appearances(verdict):
        pictures = tuple(_picture(verdict.scan, place, finding, frames) for place, finding in appearance.pictures)
        sounds = tuple(_sound(verdict.scan, place, finding, pairs[place]) for place, finding in appearance.sounds)
        yield _finding(verdict, verdict.scan, appearance, anchors, pictures, sounds)


def _finding(
    verdict: Verdict,
    scan: Scan,
    appearance: Appearance,
    anchors: dict[str, str],
    pictures: tuple[PictureView, ...],
    sounds: tuple[SoundView, ...],
) -> FindingView:
    clock, span = scan.master.clock, appearance.span
    names = {use.id: use.name for use in verdict.dossier.uses}
    return FindingView(
        number=appearance.number,
        state=state_of(verdict, appearance),
        span=span,
        timecode_in=clock.label(span.first),
        timecode_out=clock.label(span.end),
        duration=words.seconds(len(span), clock.rate.value),
        material=appearance.material,
        also=appearance.also,
        attribution=words.ATTRIBUTION_NAMES[appearance.attribution],
        says=words.ATTRIBUTION_SAYS[appearance.attribution],
        uses=tuple(Link(anchors[use], names[use], use) for use in appearance.uses),
        steps=tuple(i for i, step in enumerate(verdict.steps, 1) if set(appearance.places).intersection(step.findings)),
        marks=tuple(
            m for material in verdict.materials if material.name == appearance.material for m in material.marks
        ),
        media=words.media(appearance.media),
        appears=words.appears(appearance, scan),
        around=tuple(dict.fromkeys(s.kind for s in _around(scan) if s.span.overlap(span))),
        is_outside=sum(s.span.overlap(span) for s in _around(scan)) == len(span),
        pictures=pictures,
        sounds=sounds,
    )


def _around(scan: Scan) -> tuple[Stretch, ...]:
    """What lies around the programme."""
    return scan.master.programme.around if scan.master.programme else ()


def state_of(verdict: Verdict, appearance: Appearance) -> State:
    """The harshest word of the steps about an appearance and of the uses it belongs to."""
    if appearance.attribution == "related":
        return "related"
    places = set(appearance.places)
    said: list[State] = [step.word for step in verdict.steps if places.intersection(step.findings)]
    said += [standing.word for standing in verdict.standings if standing.use.id in appearance.uses]
    return min(said, key=STATES.index, default="hold")


def _picture(scan: Scan, place: int, finding: Finding, wanted: FramesWanted) -> PictureView:
    shape = outline(finding.region)
    return PictureView(
        index=place,
        finding=finding,
        transform=words.transform(finding),
        polygon=" ".join(f"{x:g},{y:g}" for x, y in shape),
        where=where(shape),
        master_label=_master_label(scan, wanted, place),
        material_label=_material_label(wanted, place),
    )


def _master_label(scan: Scan, wanted: FramesWanted, place: int) -> str:
    frame = wanted.master.get(place)
    return (
        ""
        if frame is None
        else worded("{timecode} (frame {frame})", timecode=scan.master.clock.label(frame), frame=frame)
    )


def _material_label(wanted: FramesWanted, place: int) -> str:
    picture = wanted.material.get(place)
    if picture is None:
        return ""
    return worded("still") if picture.frame is None else worded("frame {frame}", frame=picture.frame)


def _sound(scan: Scan, place: int, finding: Finding, pair: SoundPair) -> SoundView:
    clock = scan.master.clock
    first, end = matched_seconds(finding, clock.rate.value)
    return SoundView(
        index=place,
        finding=finding,
        change=words.sound_change(finding),
        channels=", ".join(finding.channels),
        timecode_in=clock.label(finding.span.first),
        timecode_out=clock.label(finding.span.end),
        matched=(words.moment(first), words.moment(end)),
        pair=pair,
    )


def by_state(findings: Sequence[FindingView], medium: str) -> dict[State, list[tuple[int, Span]]]:
    """Spans of the findings in one medium under the numbers of their cards."""
    spans: dict[State, list[tuple[int, Span]]] = {}
    for view in findings:
        found: Sequence[PictureView | SoundView] = view.sounds if medium == "sound" else view.pictures
        spans.setdefault(view.state, []).extend((view.number, one.finding.span) for one in found)
    return spans
