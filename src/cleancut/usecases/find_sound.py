"""Find the register in sound: what an engine finds in the tracks, in frames of the master."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from cleancut.model.findings import Finding
from cleancut.model.timing import Span
from cleancut.ports import Cache, Progress, SoundEngine
from cleancut.usecases.prints import TRACK, SoughtSounds
from cleancut.usecases.register import Register
from cleancut.usecases.sources import Listened
from cleancut.usecases.volumes_of_sound import SoundShelves


def find_sound(
    engine: SoundEngine,
    cache: Cache,
    listened: Listened,
    frames: int,
    rate: Fraction,
    register: Register,
    progress: Progress,
) -> tuple[Finding, ...]:
    """Every appearance of a registered sound, clamped to the master's frames: what is heard before the first picture or
    after the last is found in that frame. A material of several tracks that differ is looked for by each."""
    sought = SoughtSounds(register.materials, register.sounds)
    if not sought or not listened.sketched:
        return ()
    whole = max(listened.lead + frames, -int(-(listened.samples * rate) // engine.rate))
    volumes = SoundShelves(cache, engine).of(sought, progress)
    found = engine.find(listened.sketched, whole, rate, sought, progress, volumes)
    return tuple(_clamped(finding, listened.lead, frames) for finding in _once(found))


def _once(found: Sequence[Finding]) -> list[Finding]:
    """Findings under the materials' own names. Two tracks of one material that are heard at once are one finding, that
    of the better."""
    kept: list[Finding] = []
    for finding in sorted(found, key=lambda f: (f.kind != "match", -f.score, f.span)):
        name, _, track = finding.material.partition(TRACK)
        named = replace(finding, material=name)
        same = [i for i, other in enumerate(kept) if other.material == name and other.span.overlap(finding.span)]
        is_several = track or any(other.material.startswith(name + TRACK) for other in found)
        if not (same and is_several):
            kept.append(named)
        elif kept[same[0]].kind == finding.kind:
            kept[same[0]] = _both(kept[same[0]], named)
    return kept


def _both(better: Finding, other: Finding) -> Finding:
    channels = (*better.channels, *(name for name in other.channels if name not in better.channels))
    if other.span.first >= better.span.first and other.span.end <= better.span.end:
        return replace(better, channels=channels)
    span = Span(min(better.span.first, other.span.first), max(better.span.end, other.span.end))
    own = better.material_span
    if own is not None:
        own = _part(own, better.transform.speed, better.span, span)
    return replace(better, span=span, material_span=own, channels=channels)


def _clamped(finding: Finding, lead: int, frames: int) -> Finding:
    first = min(max(0, finding.span.first - lead), frames - 1)
    span = Span(first, max(first + 1, min(frames, finding.span.end - lead)))
    own = finding.material_span
    if own is not None and len(span) != len(finding.span):
        own = _part(own, finding.transform.speed, finding.span, Span(span.first + lead, span.end + lead))
    return replace(finding, span=span, material_span=own)


def _part(own: Span, speed: float, was: Span, now: Span) -> Span:
    """The stretch of a material that is heard in `now`, where `own` is heard in `was`."""
    early, late = round((now.first - was.first) * speed), round((now.end - was.end) * speed)
    first, end = (own.first + early, own.end + late) if speed >= 0 else (own.first + late, own.end + early)
    first = max(0, first)
    return Span(first, max(first + 1, end))
