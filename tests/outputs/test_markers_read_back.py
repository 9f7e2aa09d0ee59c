"""Markers read back by programs that are not ours: on the right frame and as long, at every rate, in every format."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any

import opentimelineio as otio
import pycmx
import pytest

from cleancut.adapters.markers_avid import markers_avid
from cleancut.adapters.markers_csv import markers_csv
from cleancut.adapters.markers_edl import markers_edl
from cleancut.adapters.markers_fcp7 import markers_fcp7
from cleancut.adapters.markers_fcpxml import markers_fcpxml
from cleancut.adapters.markers_in_time import KINDS, markers, one_a_frame
from cleancut.adapters.markers_otio import markers_otio
from cleancut.model.dossier import Dossier
from cleancut.model.findings import Unexamined
from cleancut.model.timing import Clock, Rate, Span
from cleancut.model.verdict import Verdict
from outputs import sample, sounding

RATES = [
    (Fraction(24000, 1001), "00:59:58:00"),
    (Fraction(24), "01:00:00:00"),
    (Fraction(25), "10:00:00:00"),
    (Fraction(30000, 1001), "01:00:00:00"),
    (Fraction(30000, 1001), "00:58:59;28"),
    (Fraction(30), "00:00:00:00"),
    (Fraction(48), "01:00:00:00"),
    (Fraction(50), "09:59:50:49"),
    (Fraction(60000, 1001), "01:00:00:00"),
    (Fraction(60000, 1001), "00:58:59;58"),
    (Fraction(60), "01:00:00:00"),
]
FRAMES = 300_000
# Over minutes that drop labels and one that does not, a lone frame, two that begin together, and the last frame.
SPANS = [
    *(Span(0, 1), Span(1797, 1805), Span(3595, 3600), Span(17_981, 17_990), Span(107_892, 107_900)),
    *(Span(107_892, 107_950), Span(250_000, 250_048), Span(FRAMES - 1, FRAMES)),
]
MERGED = [(span.first, len(span)) for span in SPANS if span != Span(107_892, 107_900)]


@dataclass(frozen=True)
class Read:
    """A marker as somebody else's program reads it: the frame counted from the first of the timeline."""

    first: int
    frames: int
    name: str
    note: str


@cache
def at_rate(rate: Fraction, start: str) -> Verdict:
    """A master of that rate with a finding on each span, each of a material of its own."""
    names = [f"m{i}.png" for i in range(len(SPANS))]
    uses = tuple(sample.use(f"u{i}", f"Use {i}", sample.FINAL, material=(name,)) for i, name in enumerate(names))
    found = [
        sample.finding(name, span.first, span.end, material_span=None) for name, span in zip(names, SPANS, strict=True)
    ]
    scan = sample.scan_of(*found, frames=FRAMES, rate=rate, start=start, hears=True)
    dossier = Dossier("cleancut/dossier/1", sample.title(), uses, tools=sample.TOOLS)
    return sample.judged(dossier, tuple(sample.material(name, "still") for name in names), scan)


def frame(label: str, rate: Fraction) -> int:
    """The frame that a timecode names, as OpenTimelineIO counts."""
    return int(otio.opentime.from_timecode(label, float(rate)).value)


# --- one reader for each format ---------------------------------------------------------------------------------------


def by_edl(text: str, rate: Fraction, start: str) -> list[Read]:
    """Events by pycmx; Resolve's own line, which no library reads, by its form."""
    lines = re.findall(r"^(.*) \|C:ResolveColor\w+ \|M:(.*) \|D:(\d+)\r$", text, re.MULTILINE)
    events = [edit for event in pycmx.parse_cmx3600(io.StringIO(text)).events for edit in event.edits]
    assert all(frame(e.record_out, rate) - frame(e.record_in, rate) == 1 for e in events)
    assert [e.source_in for e in events] == [e.record_in for e in events]
    return [
        Read(frame(event.record_in, rate) - frame(start, rate), int(frames), name, note)
        for event, (note, name, frames) in zip(events, lines, strict=True)
    ]


def by_fcp7(text: str, rate: Fraction, start: str) -> list[Read]:
    timeline = otio.adapters.read_from_string(text, "fcp_xml")
    assert timeline.global_start_time == otio.opentime.RationalTime(frame(start, rate), float(rate))
    assert int(ET.fromstring(text).findtext("sequence/timecode/frame", "")) == frame(start, rate)
    return [
        Read(int(m.marked_range.start_time.value), max(1, int(m.marked_range.duration.value)), m.name, note_of(m))
        for m in timeline.tracks.markers
        if m.marked_range.start_time.rate == float(rate)
    ]


def note_of(marker: Any) -> str:
    return str(marker.metadata["fcp_xml"].get("comment") or "")


def by_fcpxml(text: str, rate: Fraction, start: str) -> list[Read]:
    """By the format's own definition, in fractions: a marker's time is its gap's, which begins at `start` and lies at
    `offset`. (OpenTimelineIO's reader holds rates as whole numbers; `test_final_cut_markers_by_another_reader`.)"""
    root = ET.fromstring(text)
    sequence = root.find("library/event/project/sequence")
    assert sequence is not None
    (gap,) = sequence.findall("spine/gap")
    (shape,) = root.findall("resources/format")
    assert seconds(shape.get("frameDuration", "")) == 1 / rate
    assert seconds(sequence.get("tcStart", "")) * rate == frame(start, rate)
    assert sequence.get("tcFormat") == ("DF" if ";" in start else "NDF")
    assert seconds(sequence.get("duration", "")) * rate == seconds(gap.get("duration", "")) * rate == FRAMES
    into_timeline = (
        seconds(gap.get("offset", "")) - seconds(gap.get("start", "")) - seconds(sequence.get("tcStart", ""))
    )
    return [
        Read(
            whole((seconds(marker.get("start", "")) + into_timeline) * rate),
            whole(seconds(marker.get("duration", "")) * rate),
            marker.get("value", ""),
            marker.get("note", ""),
        )
        for marker in gap
    ]


def seconds(text: str) -> Fraction:
    found = re.fullmatch(r"(\d+(?:/[1-9]\d*)?)s", text)
    assert found, text
    return Fraction(found[1])


def whole(frames: Fraction) -> int:
    assert frames.denominator == 1
    return int(frames)


def by_otio(text: str, rate: Fraction, start: str) -> list[Read]:
    timeline = otio.adapters.read_from_string(text, "otio_json")
    assert timeline.global_start_time == otio.opentime.RationalTime(frame(start, rate), float(rate))
    assert timeline.duration() == otio.opentime.RationalTime(FRAMES, float(rate))
    assert timeline.metadata["cleancut"]["drop_frame"] == (";" in start)
    assert [m.metadata["Resolve_OTIO"]["Note"] for m in timeline.tracks.markers] == [
        m.comment for m in timeline.tracks.markers
    ]
    return [
        Read(int(m.marked_range.start_time.value), int(m.marked_range.duration.value), m.name, m.comment)
        for m in timeline.tracks.markers
    ]


# As lists that Media Composer exports have been read by others: no field holds a tab, the colour is a word of its own.
AVID = re.compile(
    r"(?P<name>[^\t]+)\t(?P<at>[\d:;]{11})\t(?P<track>[VA]1)\t(?P<colour>red|green|blue|cyan|magenta|yellow|black|white)"
    r"\t(?P<note>[^\t]*)\t(?P<frames>[1-9]\d*)"
)


def by_avid(text: str, rate: Fraction, start: str) -> list[Read]:
    found = [AVID.fullmatch(line) for line in text.removesuffix("\n").split("\n")]
    return [Read(frame(m["at"], rate) - frame(start, rate), int(m["frames"]), m["name"], m["note"]) for m in found if m]


def by_csv(text: str, rate: Fraction, start: str) -> list[Read]:
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))
    for row in rows:
        assert frame(row["Timecode in"], rate) - frame(start, rate) == int(row["First frame"])
        assert frame(row["Timecode out"], rate) - frame(start, rate) == int(row["End frame"])
    return [Read(int(row["First frame"]), int(row["Frames"]), row["Name"], row["Note"]) for row in rows]


Write = Callable[[Verdict], str]
Reader = Callable[[str, Fraction, str], list[Read]]
FORMATS: dict[str, tuple[Write, Reader]] = {
    "edl": (markers_edl, by_edl),
    "xml": (markers_fcp7, by_fcp7),
    "fcpxml": (markers_fcpxml, by_fcpxml),
    "otio": (markers_otio, by_otio),
    "txt": (markers_avid, by_avid),
    "csv": (markers_csv, by_csv),
}
each_format = pytest.mark.parametrize("ending", FORMATS)


# --- what they read ---------------------------------------------------------------------------------------------------


@each_format
@pytest.mark.parametrize(("rate", "start"), RATES, ids=lambda value: str(value))
def test_every_marker_is_on_its_frame_and_as_long(ending: str, rate: Fraction, start: str) -> None:
    write, reader = FORMATS[ending]
    found = reader(write(at_rate(rate, start)), rate, start)
    wanted = MERGED if ending != "csv" else [(span.first, len(span)) for span in sorted(SPANS)]
    assert [(marker.first, marker.frames) for marker in found] == wanted
    assert found[1].name == "u1 declared final"
    assert found[1].note.startswith("declared final: Use 1, material m1.png")


@each_format
def test_two_on_one_frame_lose_nothing_in_becoming_one(ending: str) -> None:
    rate, start = RATES[1]
    write, reader = FORMATS[ending]
    together = [marker for marker in reader(write(at_rate(rate, start)), rate, start) if marker.first == 107_892]
    said = " ".join(marker.name + marker.note for marker in together)
    for text in ("u4 declared final", "u5 declared final", "material m4.png", "material m5.png"):
        assert text in said
    if ending != "csv":
        (merged,) = together
        assert "(8 frames)" in merged.note
        assert "(58 frames)" in merged.note


@pytest.mark.parametrize("make", [sample.production, sample.hostile, sounding.production], ids=lambda m: m.__name__)
@each_format
def test_whatever_is_named_stays_one_marker_each(ending: str, make: Callable[[], Verdict]) -> None:
    verdict = make()
    assert verdict.scan is not None
    write, reader = FORMATS[ending]
    text = write(verdict)
    rate, start = verdict.scan.master.clock.rate.value, verdict.scan.master.clock.start
    text.encode()
    if ending in ("xml", "fcpxml"):
        names = [m.get("value", "") or m.findtext("name", "") for m in ET.fromstring(text).iter("marker")]
    elif ending == "otio":
        names = [m.name for m in otio.adapters.read_from_string(text, "otio_json").tracks.markers]
    else:
        names = [marker.name for marker in reader(text, rate, start)]
    shown = markers(verdict) if ending == "csv" else one_a_frame(markers(verdict))
    plain = [marker.name.replace("|", "/") if ending == "edl" else marker.name for marker in shown]
    assert [name.removeprefix("'") for name in names] == plain
    assert write(verdict) == text


@each_format
def test_names_that_never_end_do_not_hide_what_must_happen(ending: str) -> None:
    long = "a very long name " * 60
    use = sample.use("temp", long, sample.BENIGN, material=("temp.mp4",))
    dossier = Dossier("cleancut/dossier/1", replace(sample.title(), name=long), (use,), tools=sample.TOOLS)
    scan = sample.scan_of(sample.finding("temp.mp4", 10, 20), hears=True)
    write, _ = FORMATS[ending]
    text = write(sample.judged(dossier, (sample.material("temp.mp4"),), scan))
    assert "see step 1" in text
    assert max(len(line) for line in text.splitlines()) < 1200


def test_a_marker_made_of_several_has_the_gravest_colour() -> None:
    verdict = at_rate(*RATES[1])
    assert verdict.scan is not None
    deaf = Unexamined(Span(250_000, 250_100), "damaged")
    scan = replace(verdict.scan, coverage=replace(verdict.scan.coverage, sound_missing=(deaf,)))
    merged = next(m for m in one_a_frame(markers(replace(verdict, scan=scan))) if m.span.first == 250_000)
    assert (merged.kind, len(merged.span)) == ("not_examined", 100)
    assert merged.name == "2 markers: sound not examined + u6 declared final"
    assert merged.note.startswith("sound not examined: damaged (100 frames); declared final: Use 6")
    assert KINDS[:2] == ("undeclared", "declared_temporary")


def test_final_cut_markers_by_another_reader() -> None:
    """OpenTimelineIO passes over markers of gaps; as a clip of an offline file the gap is the same in every time."""
    rate, start = RATES[1]
    text = markers_fcpxml(at_rate(rate, start)).replace("</gap>", "</asset-clip>")
    text = text.replace("<gap ", '<asset-clip ref="r2" ')
    text = text.replace("</resources>", '<asset id="r2" format="r1" hasVideo="1"/></resources>')
    (timeline,) = otio.adapters.read_from_string(text, "fcpx_xml")
    (clip,) = timeline.find_clips()
    first = int(clip.source_range.start_time.value)
    assert first == frame(start, rate)
    assert [
        (int(m.marked_range.start_time.value) - first, int(m.marked_range.duration.value)) for m in clip.markers
    ] == (MERGED)


def test_to_do_in_final_cut_is_what_must_be_dealt_with() -> None:
    to_do = {
        marker.get("value"): marker.get("completed")
        for marker in ET.fromstring(markers_fcpxml(sample.production())).iter("marker")
    }
    assert to_do["temp declared temporary"] == "0"
    assert to_do["undeclared"] == "0"
    assert to_do["not examined"] == "0"
    assert to_do["poster declared final"] is None


def test_premiere_gets_its_own_colours() -> None:
    colours = {
        marker.findtext("name"): marker.findtext("pproColor")
        for marker in ET.fromstring(markers_fcp7(sample.production())).iter("marker")
    }
    assert colours["temp declared temporary"] == "4281740498"
    assert colours["poster declared final"] is None


@pytest.mark.parametrize("ending", ["xml", "fcpxml", "otio", "txt"])
def test_a_master_without_picture_has_markers_too(ending: str) -> None:
    verdict = sounding.production()
    assert verdict.scan is not None
    heard = replace(verdict.scan.coverage, has_picture=False)
    master = replace(verdict.scan.master, width=0, height=0, clock=Clock(Rate(Fraction(25)), "10:00:00:00"))
    text = FORMATS[ending][0](replace(verdict, scan=replace(verdict.scan, coverage=heard, master=master)))
    if ending == "txt":
        assert {line.split("\t")[2] for line in text.splitlines()} == {"A1"}
    elif ending == "otio":
        (track,) = otio.adapters.read_from_string(text, "otio_json").tracks
        assert track.kind == "Audio"
    else:
        assert "width" not in text


@each_format
def test_without_a_deliverable_the_file_is_there_and_empty(ending: str) -> None:
    text = FORMATS[ending][0](sample.nothing())
    if ending in ("xml", "fcpxml"):
        assert list(ET.fromstring(text).iter("marker")) == []
    elif ending == "otio":
        assert list(otio.adapters.read_from_string(text, "otio_json").tracks.markers) == []
        json.loads(text)
    else:
        assert len(text.splitlines()) == {"edl": 3, "txt": 0, "csv": 1}[ending]


def test_what_xml_cannot_hold_is_written_as_an_escape() -> None:
    use = sample.use("u", "broken \ufffe\uffff name", sample.FINAL, material=("a.png",))
    dossier = Dossier("cleancut/dossier/1", sample.title(), (use,), tools=sample.TOOLS)
    scan = sample.scan_of(sample.finding("a.png", 1, 3, material_span=None), hears=True)
    verdict = sample.judged(dossier, (sample.material("a.png", "still"),), scan)
    for write in (markers_fcp7, markers_fcpxml):
        assert "broken \\ufffe\\uffff name" in write(verdict)
        ET.fromstring(write(verdict))
