"""Scan a master for registered material: is anything from the register in there, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from cleancut.errors import InputError, MediaError, VersionMismatch
from cleancut.match.appearance import with_appearances
from cleancut.match.leader import around, recognised
from cleancut.model.findings import Coverage, Finding, Master, Medium, Scan, Unexamined
from cleancut.model.programme import Programme
from cleancut.model.timing import Clock, Rate, Span, frames_of, missing
from cleancut.ports import Cache, Clips, Files, NoPicture, PictureEngine, Progress, SoundEngine, Sounds, Unreadable
from cleancut.usecases.ahead import Ahead
from cleancut.usecases.find_sound import find_sound
from cleancut.usecases.listen import Listener, Opening
from cleancut.usecases.look import Looker, Seen
from cleancut.usecases.parts import Parts
from cleancut.usecases.prints import Sought
from cleancut.usecases.register import Register
from cleancut.usecases.skim import Skimmer
from cleancut.usecases.sources import Listened, digest_of, file_sources, listen, master_source, placed
from cleancut.usecases.volumes import Shelves

RATE_WITHOUT_PICTURE = Rate(Fraction(24))
NO_SOUND = "the master has no sound track"
NO_PICTURE = "no picture in this file"
_IN_MASTER = "Give the timecode of its first frame and of the first frame after it, as in the master."
_MASTER_HINT = "Give a film file with moving pictures, such as MP4, MOV or MXF, or a sound file, such as WAV."


@dataclass(frozen=True)
class ScanPorts:
    """What scanning needs from outside."""

    files: Files
    clips: Clips
    sounds: Sounds
    cache: Cache
    engine: PictureEngine
    sound_engine: SoundEngine


def scan(
    ports: ScanPorts,
    master: Path,
    register: Register,
    progress: Progress,
    *,
    sound: Sequence[Path] = (),
    rate: Rate | None = None,
    programme: tuple[str, str] | None = None,
    fast: bool = False,
) -> Scan:
    """Every appearance of the register's material in the master, and what was not looked at.

    `sound` are files delivered beside it. They begin with the master's first frame, or where their timecode says, if
    both have one and the two meet. A master without pictures is counted in frames of `rate`, 24 where left out.
    `programme` are the timecodes of its first frame and of the first after it; left out, what shows by its look is
    told. All of the master is scanned either way.

    With `fast`, only frames that decode by themselves are looked at, and closely what lies around those that show
    something: the rest of the picture is left out, and not examined. A film that does not tell its frames apart is
    scanned as a whole all the same.

    An interrupted scan goes on where it stopped; a scan of a known master against a grown register decodes nothing.
    Raises `MediaError` where a file yields nothing, `InputError` for a rate beside pictures, `VersionMismatch` for a
    register of other engines, `OutsideError` where the cache cannot be written.
    """
    _check_engines(ports, register)
    if programme:
        _refuse_misplaced(ports, master, programme)
    digest = digest_of(ports.files, master, _MASTER_HINT)
    listener = Listener(ports.sounds, ports.cache, ports.sound_engine)
    others = file_sources(ports.files, listener, sound)
    sought = Sought(register.materials, register.fingerprints)
    shelves = Shelves(ports.cache, ports.engine)
    with Ahead(ports.engine, sought, lambda: shelves.of(sought, progress), progress) as ahead:
        # (1) sketch the picture, part by part, unless the cache holds it; or skim it
        picture = _look(ports, master, digest, sought if fast else None, progress, ahead)
        seen = picture.seen
        if seen and rate:
            raise InputError(f"{master}: has pictures, {Rate(seen.info.rate)} a second", "leave the rate out")
        # (2) sketch the sound in the same way, each file from where it begins
        own = master_source(listener, master, digest, has_picture=seen is not None)
        clock = _clock(seen, own.opening, rate or RATE_WITHOUT_PICTURE)
        files = placed(others, clock, has_start=_states_start(seen, own.opening, clock.rate))
        listened = listen(listener, own, others, files, clock.rate, progress)
        frames = seen.frames if seen else max(1, listened.frames)
        # (3) find the register in both
        found = _find_picture(ports, picture, sought, shelves, ahead, progress)
    found += find_sound(ports.sound_engine, ports.cache, listened, frames, clock.rate.value, register, progress)
    # (4) say what was looked at
    width, height, off_clock = (seen.info.width, seen.info.height, seen.info.off_clock) if seen else (0, 0, 0)
    shown = _programme(master, seen, clock, programme)
    return Scan(
        Master(str(master), digest, clock, frames, width, height, files, shown, off_clock),
        ports.engine.identity,
        _coverage(frames, seen, listened, register),
        with_appearances(found, register.materials, clock.rate.value),
        ports.sound_engine.identity,
    )


def picture_rate(ports: ScanPorts, master: Path) -> Rate | None:
    """The rate of a master's pictures before anything is decoded; None where it has none, or does not open."""
    try:
        with ports.clips.open(master) as reading:
            return Rate(reading.info.rate)
    except Unreadable:
        return None


def _check_engines(ports: ScanPorts, register: Register) -> None:
    both = ((register.engine, ports.engine), (register.sound_engine, ports.sound_engine))
    for made_by, ours in ((made_by, engine.identity) for made_by, engine in both):
        if (made_by.name, made_by.version) != (ours.name, ours.version):
            raise VersionMismatch(
                f"the register was made by engine {made_by.name} {made_by.version}, this is {ours.name} {ours.version}",
                "Register the material again with this version.",
            )


@dataclass(frozen=True, eq=False)
class _Looked:
    """What was seen of a master's picture, None where it holds none, with its sketch; where it was skimmed, with what
    was `found` instead."""

    seen: Seen | None = None
    sketch: Parts | None = None
    found: tuple[Finding, ...] = ()


def _look(
    ports: ScanPorts,
    master: Path,
    digest: str,
    skim_for: Sought | None,
    progress: Progress,
    ahead: Ahead,
) -> _Looked:
    try:
        if skim_for is not None:
            skimmed = Skimmer(ports.clips, ports.cache, ports.engine).skim(master, digest, skim_for, progress)
            if skimmed:
                return _Looked(skimmed[0], found=skimmed[1])
        return _Looked(*Looker(ports.clips, ports.cache, ports.engine).look(master, digest, progress, ahead))
    except NoPicture:
        return _Looked()
    except Unreadable as problem:
        raise MediaError(f"{master}: {problem.reason}", problem.hint or _MASTER_HINT) from problem


def _clock(seen: Seen | None, opening: Opening, rate: Rate) -> Clock:
    """Without pictures, the timecode of the file where it exists at this rate, else counted from its time of day."""
    if seen:
        return Clock(Rate(seen.info.rate), seen.info.start_timecode or "00:00:00:00")
    try:
        if opening.start_timecode and frames_of(opening.start_timecode, rate):
            return Clock(rate, opening.start_timecode)
    except ValueError:
        pass
    return Clock(rate, Clock(rate).label(round((opening.start_seconds or 0) * rate.value)))


def _refuse_misplaced(ports: ScanPorts, master: Path, given: tuple[str, str]) -> None:
    """Before any long work. What does not open is told by looking at it."""
    try:
        with ports.clips.open(master) as reading:
            info = reading.info
    except Unreadable:
        return
    _given(master, Clock(Rate(info.rate), info.start_timecode or "00:00:00:00"), given)


def _given(master: Path, clock: Clock, given: tuple[str, str]) -> Span:
    """The frames between two timecodes. Raises `InputError` for what is none of the master's, or no stretch."""
    start = frames_of(clock.start, clock.rate)[0]
    try:
        return Span(*(frames_of(label, clock.rate)[0] - start for label in given))
    except ValueError as error:
        why = f"the programme cannot be from {given[0]} to {given[1]}: {error}"
        raise InputError(f"{master}: {why}", _IN_MASTER) from None


def _programme(master: Path, seen: Seen | None, clock: Clock, given: tuple[str, str] | None) -> Programme | None:
    """Where the programme lies; None where there are no pictures to tell it by. Raises `InputError` for timecodes that
    are not those of a stretch of the master."""
    if given is None:
        return _recognised(seen, clock) if seen else None
    span = _given(master, clock, given)
    if seen is None or span.end > seen.frames:
        last = clock.label(seen.frames if seen else 0)
        raise InputError(f"{master}: the programme cannot end at {given[1]}: the master ends at {last}", _IN_MASTER)
    return Programme(span, "given", around(seen.glances, span) if seen.glances is not None else ())


def _recognised(seen: Seen, clock: Clock) -> Programme:
    """All of it where not every frame was seen."""
    if seen.glances is None:
        return Programme(Span(0, seen.frames))
    return recognised(seen.glances, clock.rate.value, _next_hour(seen, clock))


def _next_hour(seen: Seen, clock: Clock) -> int | None:
    """The frame at which the timecode reaches the next full hour; None where it has none, or begins on one."""
    count, drop = frames_of(clock.start, clock.rate)
    hour = int(clock.start[:2])
    if not seen.info.start_timecode or clock.start[3:].strip(":;.0") == "" or hour > 22:
        return None
    return frames_of(f"{hour + 1:02d}:00:00{';' if drop else ':'}00", clock.rate)[0] - count


def _states_start(seen: Seen | None, opening: Opening, rate: Rate) -> bool:
    return bool(seen.info.start_timecode) if seen else opening.time_of_day(rate) is not None


def _find_picture(
    ports: ScanPorts, looked: _Looked, sought: Sought, shelves: Shelves, ahead: Ahead, progress: Progress
) -> tuple[Finding, ...]:
    if looked.seen is None or looked.sketch is None:
        return looked.found
    hits = ahead.hits(len(looked.sketch))
    volumes = shelves.of(sought, progress) if hits is None else ()
    return ports.engine.find(looked.sketch, looked.seen.info.rate, sought, progress, volumes, hits)


def _coverage(frames: int, seen: Seen | None, listened: Listened, register: Register) -> Coverage:
    whole = Span(0, frames)
    unseen = seen.missing if seen else (Unexamined(whole, NO_PICTURE),)
    unheard = _unheard(frames, listened) if listened.tracks else (Unexamined(whole, NO_SOUND),)
    lacking: list[Medium] = []
    if seen is None and any(material.has_picture for material in register.materials):
        lacking.append("picture")
    if not listened.tracks and any(material.has_sound for material in register.materials):
        lacking.append("sound")
    return Coverage(
        picture=_examined(unseen, whole),
        picture_missing=unseen,
        sound=_examined(unheard, whole),
        sound_missing=unheard,
        material=tuple(material.name for material in register.materials),
        material_missing=register.missing,
        ignored=register.ignored,
        tracks=listened.tracks,
        has_picture=seen is not None,
        lacking=tuple(lacking),
    )


def _examined(gaps: Sequence[Unexamined], whole: Span) -> tuple[Span, ...]:
    return tuple(missing([gap.span for gap in gaps if gap.span.first < whole.end], whole))


def _unheard(frames: int, listened: Listened) -> tuple[Unexamined, ...]:
    """The stretches of the sound that nobody can vouch for, in frames: one before the master counts as its first, and
    one that reaches over its end as far as its last."""
    gaps = []
    for first, end, why in listened.losses:
        first = max(0, first)
        end = max(first + 1, min(end, frames) if first < frames else end)
        gaps.append(Unexamined(Span(first, end), why))
    return tuple(sorted(gaps, key=lambda gap: (gap.span, gap.reason)))
