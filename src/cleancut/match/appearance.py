"""One appearance of a clip, seen and heard: which findings of picture and sound belong together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from cleancut.model.findings import Appears, Finding, Medium
from cleancut.model.material import Material
from cleancut.model.timing import Rate

SLACK_SECONDS = 0.5  # that picture and sound of one clip may be apart and still be laid in together


def with_appearances(findings: Sequence[Finding], materials: Sequence[Material], rate: Fraction) -> tuple[Finding, ...]:
    """The findings in order of frame, each with the number of its appearance and what of it was found.

    A picture and a sound of one clip are one appearance where they overlap in the master at `rate`, run the same way,
    and show the same moment of the clip at the same time. Of a clip with both, one alone says that the other was
    replaced. Only matches join matches, and only they are `alone`.
    """
    by_name = {material.name: material for material in materials}
    ordered = sorted(findings, key=lambda f: (f.span, f.medium, f.material, f.kind, f.material_span or f.span))
    group = list(range(len(ordered)))
    for i, picture in enumerate(ordered):
        for j, sound in enumerate(ordered):
            if picture.medium == "picture" and sound.medium == "sound" and _are_one(picture, sound, by_name, rate):
                old, new = max(group[i], group[j]), min(group[i], group[j])
                group = [new if member == old else member for member in group]
    numbers = {member: number for number, member in enumerate(dict.fromkeys(group), 1)}
    media = {
        member: {f.medium for f, other in zip(ordered, group, strict=True) if other == member} for member in numbers
    }
    return tuple(
        replace(
            finding, appearance=numbers[member], appears=_appears(finding, media[member], by_name[finding.material])
        )
        for finding, member in zip(ordered, group, strict=True)
    )


def _appears(finding: Finding, media: set[Medium], material: Material) -> Appears:
    if len(media) == 2:
        return "picture_and_sound"
    has_other = material.has_sound if finding.medium == "picture" else material.has_picture
    if finding.kind == "match" and has_other:
        return "picture_alone" if finding.medium == "picture" else "sound_alone"
    return finding.medium


def _are_one(picture: Finding, sound: Finding, materials: Mapping[str, Material], rate: Fraction) -> bool:
    if picture.material != sound.material or not (picture.kind == sound.kind == "match"):
        return False
    if not picture.span.overlap(sound.span) or picture.transform.speed * sound.transform.speed <= 0:
        return False
    own = Rate.parse(materials[picture.material].rate).value if materials[picture.material].rate else rate
    middle = (max(picture.span.first, sound.span.first) + min(picture.span.end, sound.span.end)) / 2
    shown, heard = _moment(picture, middle, own, rate), _moment(sound, middle, rate, rate)
    return shown is not None and heard is not None and abs(shown - heard) <= SLACK_SECONDS


def _moment(finding: Finding, frame: float, own: Fraction, rate: Fraction) -> float | None:
    """Which second of the material is there in a frame of the master, by what the finding says of its ends."""
    span = finding.material_span
    if span is None:
        return None
    done = (frame - finding.span.first) / len(finding.span)
    first, end = (span.first, span.end) if finding.transform.speed > 0 else (span.end, span.first)
    return float((first + done * (end - first)) / own)
