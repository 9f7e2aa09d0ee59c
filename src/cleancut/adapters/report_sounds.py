"""Which stretches of sound a report wants to draw and play: for each finding in the sound the master's and the
material's, over the same time, so that the eye can lay one on the other.

The material is taken at the speed and pitch found. A few seconds of both sides are drawn too; what lies before a file
begins or after it ends is no silence, and is marked as nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from cleancut.adapters.appearances_in_time import appearances
from cleancut.model.findings import Finding, Scan, names_apart
from cleancut.model.verdict import Verdict

MOST_DRAWN = 200
"""As with frames: beyond this many findings only the first in time are drawn. All can be played."""

_LEAST_CONTEXT, _MOST_CONTEXT = Fraction(1), Fraction(5)
_SIZES = ((24, (640, 128)), (60, (480, 104)), (MOST_DRAWN, (320, 80)))

Seconds = tuple[Fraction, Fraction]
Part = tuple[float, float]


@dataclass(frozen=True)
class Stretch:
    """Sound of one file, in seconds of that file: `first` may lie before its beginning, `end` after its end.

    `channels` names what to draw as findings do, all of the first track where empty. Drawn `pitch` semitones higher
    than it is, and from its end where it `is_reversed`.
    """

    first: Fraction
    end: Fraction
    channels: tuple[str, ...] = ()
    pitch: float = 0.0
    is_reversed: bool = False


MASTER_ITSELF = -1


@dataclass(frozen=True)
class SoundPair:
    """What to draw and play of one finding. `heard` and `matched` are the found stretches alone, to play.

    `file` is the place in the master's `sound` of the file it is heard in, MASTER_ITSELF, or None where two files could
    be meant; times of `master` and `heard` are that file's. `span` is their part of both drawings, `nothing` the parts
    of each where its file has no sound, all as (from, to) in shares of the width.
    """

    file: int | None
    material_name: str
    master: Stretch
    material: Stretch
    heard: Seconds
    matched: Seconds
    span: Part
    nothing_in_master: tuple[Part, ...] = ()
    nothing_in_material: tuple[Part, ...] = ()


@dataclass(frozen=True)
class SoundsWanted:
    """Pairs by the finding's place in the scan, in order of time; `drawn` are the places of those to draw."""

    pairs: Mapping[int, SoundPair]
    drawn: tuple[int, ...]
    size: tuple[int, int]


def sounds_wanted(verdict: Verdict) -> SoundsWanted:
    """Nothing where no deliverable was examined."""
    scan = verdict.scan
    if scan is None:
        return SoundsWanted({}, (), _SIZES[0][1])
    lengths = {item.name: Fraction(item.sound_milliseconds, 1000) for item in verdict.materials}
    found = [item for appearance in appearances(verdict) for item in appearance.sounds]
    pairs = {place: _pair(scan, finding, lengths.get(finding.material)) for place, finding in found}
    drawn = tuple(pairs)[:MOST_DRAWN]
    return SoundsWanted(pairs, drawn, next(size for most, size in _SIZES if len(drawn) <= most))


def _pair(scan: Scan, finding: Finding, material_length: Fraction | None) -> SoundPair:
    rate = scan.master.clock.rate.value
    file, channels = _heard_in(scan, finding)
    begins = scan.master.sound[file].first_frame if file is not None and file != MASTER_ITSELF else 0
    heard = ((finding.span.first - begins) / rate, (finding.span.end - begins) / rate)
    matched = matched_seconds(finding, rate)
    context = min(_MOST_CONTEXT, max(_LEAST_CONTEXT, (heard[1] - heard[0]) / 4))
    master = Stretch(heard[0] - context, heard[1] + context, channels)
    besides = context * (matched[1] - matched[0]) / (heard[1] - heard[0])
    material = Stretch(
        matched[0] - besides,
        matched[1] + besides,
        pitch=finding.transform.pitch,
        is_reversed=finding.transform.speed < 0,
    )
    lead = float(context / (master.end - master.first))
    return SoundPair(
        file=file,
        material_name=finding.material,
        master=master,
        material=material,
        heard=heard,
        matched=matched,
        span=(lead, 1 - lead),
        nothing_in_master=_nothing(master, scan.master.frames / rate if file == MASTER_ITSELF else None),
        nothing_in_material=_nothing(material, material_length),
    )


def _heard_in(scan: Scan, finding: Finding) -> tuple[int | None, tuple[str, ...]]:
    """The file that the first of the finding's channels is in, and the names of those of that file's channels.

    A scan names the tracks of a file beside the master by the file, and only then by the track, where it has several.
    """
    names = names_apart([file.path for file in scan.master.sound])
    short = [name.rpartition("/")[2] for name in names]  # as scans once named them, whether or not that told them apart
    found = [_named(names, short, channel) for channel in finding.channels]
    if not found:
        return MASTER_ITSELF, ()
    file = found[0][0]
    return file, tuple(channel for of, channel in found if of == file)


def _named(names: Sequence[str], short: Sequence[str], channel: str) -> tuple[int | None, str]:
    files = names
    owners = [i for i, name in enumerate(names) if channel == name or channel.startswith((f"{name}: ", f"{name}, "))]
    if not owners:
        files = short
        owners = [i for i, name in enumerate(short) if channel.startswith((f"{name}: ", f"{name}, "))]
    if not owners:
        return MASTER_ITSELF, channel
    if len(owners) > 1:
        return None, channel
    return owners[0], channel.removeprefix(f"{files[owners[0]]}, ")


def matched_seconds(finding: Finding, rate: Fraction) -> Seconds:
    """The stretch of the material that was found, in its own seconds."""
    if finding.material_span:
        return finding.material_span.first / rate, finding.material_span.end / rate
    return Fraction(0), len(finding.span) / rate * (abs(Fraction(finding.transform.speed)) or 1)


def _nothing(stretch: Stretch, length: Fraction | None) -> tuple[Part, ...]:
    """Where a stretch reaches over its file; `length` None or 0: nobody knows how long that is."""
    long = stretch.end - stretch.first
    parts = [(Fraction(0), -stretch.first / long)]
    if length:
        parts.append(((length - stretch.first) / long, Fraction(1)))
    if stretch.is_reversed:
        parts = [(1 - end, 1 - begin) for begin, end in reversed(parts)]
    inside = [(max(Fraction(0), begin), min(Fraction(1), end)) for begin, end in parts]
    return tuple((round(float(begin), 4), round(float(end), 4)) for begin, end in inside if end - begin > 0)
