"""Markers land on the very frame, at every rate, drop-frame or not, whatever names are in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

import pytest

from cleancut.adapters.markers_edl import markers_edl as markers
from cleancut.model.dossier import Dossier
from cleancut.model.findings import Unexamined
from cleancut.model.timing import Span
from cleancut.model.verdict import Verdict
from outputs import sample, sounding

EVENT = re.compile(r"(\d{3,})  001      V     C        " + r" ".join([r"(\d\d:\d\d:\d\d[:;]\d\d\d?)"] * 4))
MARKER = re.compile(r"([^|]*) \|C:ResolveColor([A-Z][a-z]+) \|M:([^|]*) \|D:(\d+)")


@dataclass(frozen=True)
class Read:
    """A marker as a program other than the writer's reads it."""

    number: int
    at: str
    after: str
    note: str
    colour: str
    name: str
    frames: int


def read(text: str) -> tuple[str, str, list[Read]]:
    """Title, frame code mode and markers of a list; refuses every line of another form."""
    lines = text.split("\r\n")
    assert "\n" not in "".join(lines)
    assert lines[0].startswith("TITLE: ")
    assert lines[1].startswith("FCM: ")
    found, rest = [], [line for line in lines[2:] if line]
    for event_line, marker_line in zip(rest[::2], rest[1::2], strict=True):
        event, marker = EVENT.fullmatch(event_line), MARKER.fullmatch(marker_line)
        assert event, event_line
        assert marker, marker_line
        assert event[2] == event[4]
        assert event[3] == event[5]
        found.append(Read(int(event[1]), event[2], event[3], marker[1], marker[2], marker[3], int(marker[4])))
    return lines[0].removeprefix("TITLE: "), lines[1].removeprefix("FCM: "), found


def frame_of(label: str, rate: Fraction) -> int:
    """The frame a timecode names, counted label by label: slow, and nothing of the product's own arithmetic in it."""
    base, drop = round(rate), ";" in label
    wanted = tuple(int(part) for part in re.split("[:;]", label))
    frames, (hours, minutes, seconds, rest) = 0, wanted
    for minute in range(hours * 60 + minutes):
        frames += base * 60 - (2 * base // 30 if drop and minute % 10 else 0)
    skipped = 2 * base // 30 if drop and minutes % 10 else 0
    return frames + seconds * base + rest - skipped


def at_rate(rate: Fraction, start: str, spans: list[Span]) -> Verdict:
    material = sample.material("a.png", "still")
    declared = (sample.use("u", "Use", sample.FINAL, material=("a.png",)),)
    dossier = Dossier("cleancut/dossier/1", sample.title(), declared, tools=sample.TOOLS)
    found = [sample.finding("a.png", span.first, span.end, material_span=None) for span in spans]
    scan = sample.scan_of(*found, frames=300_000, rate=rate, start=start, hears=True)
    return sample.judged(dossier, (material,), scan)


SPANS = [Span(0, 1), Span(1799, 1805), Span(17_981, 17_990), Span(107_892, 107_900), Span(250_000, 250_048)]


@pytest.mark.parametrize(
    ("rate", "start"),
    [
        (Fraction(24), "00:00:00:00"),
        (Fraction(24), "01:00:00:00"),
        (Fraction(25), "10:00:00:00"),
        (Fraction(24000, 1001), "00:59:58:00"),
        (Fraction(30000, 1001), "01:00:00:00"),
        (Fraction(30000, 1001), "01:00:00;00"),
        (Fraction(60000, 1001), "00:58:00;04"),
        (Fraction(50), "01:00:00:00"),
    ],
    ids=str,
)
def test_markers_are_frame_exact(rate: Fraction, start: str) -> None:
    _, mode, found = read(markers(at_rate(rate, start, SPANS)))
    assert mode == ("DROP FRAME" if ";" in start else "NON-DROP FRAME")
    first = frame_of(start, rate)
    assert [frame_of(marker.at, rate) - first for marker in found] == [span.first for span in SPANS]
    assert [frame_of(marker.after, rate) - first for marker in found] == [span.first + 1 for span in SPANS]
    assert [marker.frames for marker in found] == [len(span) for span in SPANS]


def test_one_marker_a_finding_and_one_a_gap_in_order() -> None:
    title, _, found = read(markers(sample.production()))
    assert title == "The Harbour, season 2"
    assert [marker.number for marker in found] == list(range(1, 12))
    assert [marker.at for marker in found] == sorted(marker.at for marker in found)
    assert (found[-1].name, found[-1].frames) == ("not examined", 30)
    assert (found[0].name, found[0].frames) == ("sound not examined", 1500)


def test_a_marker_names_what_it_is_and_what_to_do() -> None:
    found = {marker.name: marker for marker in read(markers(sample.production()))[2]}
    temporary = found["temp declared temporary"]
    assert temporary.colour == "Red"
    assert temporary.note.startswith("declared temporary: Temp shot of the storm, material temp/storm.mp4")
    assert "see step" in temporary.note
    assert found["undeclared"].colour == "Fuchsia"


def test_picture_and_sound_of_one_clip_are_one_marker() -> None:
    _, _, found = read(markers(sounding.production()))
    assert [marker.name for marker in found] == [
        "boat declared temporary picture and sound",
        "tune declared final sound",
        "boat declared temporary sound",
        "boat declared temporary",
        "hits declared final sound",
        "voice declared final sound",
        "sound not examined",
    ]
    assert "sound in track 1: L R, sped up 4.2 %, pitch raised 0.7 semitones" in found[1].note
    assert found[2].note.endswith("Sound alone: the picture was replaced, its own was not found")
    assert found[3].note.endswith("Picture alone: its sound was not found in the mix")
    assert (found[-1].at, found[-1].frames, found[-1].colour) == ("01:00:57:00", 48, "Cream")


def test_hostile_names_stay_one_line_and_one_marker() -> None:
    verdict = sample.hostile()
    assert verdict.scan is not None
    title, _, found = read(markers(verdict))
    assert len(title) <= 70
    assert len(found) == len(verdict.scan.findings) + 1  # and two gaps, one of which begins with a finding
    assert {marker.colour for marker in found} <= {"Green", "Red", "Fuchsia", "Yellow", "Cream"}
    markers(verdict).encode()


def test_a_note_never_begins_like_an_event() -> None:
    assert not any(marker.note[:1].isdigit() for marker in read(markers(sample.hostile()))[2])


def test_a_gap_past_the_last_frame_is_marked_too() -> None:
    lost = Unexamined(Span(1500, 1600), "only 1500 of 1600 frames decoded")
    scan = sample.scan_of(picture_missing=(lost,), hears=True)
    verdict = sample.judged(Dossier("cleancut/dossier/1", sample.title(), ()), (), scan)
    assert [(marker.at, marker.frames) for marker in read(markers(verdict))[2]] == [("01:01:02:12", 100)]


def test_without_a_deliverable_there_is_no_event() -> None:
    assert read(markers(sample.nothing()))[2] == []


def test_same_verdict_same_bytes() -> None:
    assert markers(sample.hostile()) == markers(sample.hostile())
