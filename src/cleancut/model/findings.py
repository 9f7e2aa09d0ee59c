"""What a scan saw and did not see: findings, coverage, marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from cleancut.model.programme import Programme
from cleancut.model.timing import Clock, Span

Medium = Literal["picture", "sound"]
Appears = Literal["picture", "sound", "picture_and_sound", "picture_alone", "sound_alone"]
FindingClass = Literal["match", "related"]
Corners = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]

WHOLE_FRAME: Corners = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


@dataclass(frozen=True)
class Transform:
    """How the material was changed: `speed` in material seconds per master second (negative: reversed, 0: a still),
    `scale` in master widths per material width, `pitch` in semitones up (of sound; 0 where it is kept)."""

    speed: float
    mirror: bool = False
    scale: float = 1.0
    pitch: float = 0.0


@dataclass(frozen=True)
class Finding:
    """One continuous appearance of one material in the master.

    `related` is a sibling generation or another take: shown to people, never counted as found.
    `material_span` is in frames of the material, None for a still; of sound, in frames at the master's rate. `region`
    holds the corners of the material's picture in the master, clockwise from its top left, in shares of the frame.
    `score` is 0 to 1. `channels` names where in the sound it was heard. `appearance` numbers what is one appearance:
    picture and sound of one clip found together share it, and `appears` says which of the two were found, `alone` where
    the material has the other as well.
    """

    material: str
    span: Span
    medium: Medium
    kind: FindingClass
    score: float
    material_span: Span | None = None
    region: Corners = WHOLE_FRAME
    transform: Transform = field(default_factory=lambda: Transform(1.0))
    also: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    appearance: int = 0
    appears: Appears = "picture"

    def record(self, clock: Clock) -> dict[str, Any]:
        """The finding as `scan --json` and `verdict.json` write it."""
        return {
            "material": self.material,
            "also": list(self.also),
            "medium": self.medium,
            "class": self.kind,
            "first_frame": self.span.first,
            "end_frame": self.span.end,
            "timecode_in": clock.label(self.span.first),
            "timecode_out": clock.label(self.span.end),
            "material_first_frame": self.material_span.first if self.material_span else None,
            "material_end_frame": self.material_span.end if self.material_span else None,
            "score": round(self.score, 4),
            "region": [[round(x, 4), round(y, 4)] for x, y in self.region] if self.medium == "picture" else None,
            "transform": self._transform(),
            "channels": list(self.channels),
            "appearance": self.appearance,
            "appears": self.appears,
        }

    def _transform(self) -> dict[str, Any]:
        change = self.transform
        if self.medium == "sound":
            return {"speed": round(change.speed, 4), "pitch": round(change.pitch, 2)}
        return {"speed": round(change.speed, 4), "mirror": change.mirror, "scale": round(change.scale, 4)}


@dataclass(frozen=True)
class Unexamined:
    """A stretch of the master nobody looked at, and why. `was_left_out`: on purpose, by a fast scan."""

    span: Span
    reason: str
    was_left_out: bool = False


LEFT_OUT = "the fast scan left these frames out"


@dataclass(frozen=True)
class UnexaminedMaterial:
    """A file of the register that could not be looked for, or not surely, why, and the way out. `medium` is that of it
    which is meant, its picture or its sound; None where it may be both."""

    material: str
    reason: str
    hint: str = ""
    medium: Medium | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Coverage:
    """What was and was not examined.

    `sound` is empty until a sound engine has run; then `tracks` names what was heard, and is empty where the
    deliverable has no sound at all. `lacking` are media that registered material has and the deliverable has none of.
    """

    picture: tuple[Span, ...] = ()
    picture_missing: tuple[Unexamined, ...] = ()
    sound: tuple[Span, ...] = ()
    sound_missing: tuple[Unexamined, ...] = ()
    material: tuple[str, ...] = ()
    material_missing: tuple[UnexaminedMaterial, ...] = ()
    ignored: tuple[str, ...] = ()
    tracks: tuple[str, ...] = ()
    has_picture: bool = True
    lacking: tuple[Medium, ...] = ()

    def has(self, medium: Medium) -> bool:
        """Whether the deliverable has anything of it that could be examined."""
        return self.has_picture if medium == "picture" else bool(self.tracks)

    def gaps(self, medium: Medium) -> tuple[Unexamined, ...]:
        """What stands against a clear answer. That a deliverable has no sound, or no picture, does not where nothing
        registered has any either. All that a fast scan left out is one."""
        missing = self.picture_missing if medium == "picture" else self.sound_missing
        return _told(missing) if self.has(medium) or medium in self.lacking else ()

    def is_whole(self, medium: Medium) -> bool:
        """Whether all of it was examined, and there was something to examine."""
        seen, missing = (
            (self.picture, self.picture_missing) if medium == "picture" else (self.sound, self.sound_missing)
        )
        return bool(seen) and not missing

    @property
    def is_complete(self) -> bool:
        """Everything was looked at in which registered material could be, and every material was looked for."""
        return not (self.gaps("picture") or self.gaps("sound") or self.material_missing)

    def record(self) -> dict[str, Any]:
        def medium(seen: tuple[Span, ...], unseen: tuple[Unexamined, ...]) -> dict[str, Any]:
            return {
                "examined": [[s.first, s.end] for s in seen],
                "not_examined": [
                    {"first_frame": u.span.first, "end_frame": u.span.end, "reason": u.reason} for u in unseen
                ],
            }

        return {
            "picture": medium(self.picture, self.picture_missing),
            "sound": {"tracks": list(self.tracks), **medium(self.sound, self.sound_missing)},
            "material": {
                "examined": list(self.material),
                "not_examined": [
                    {"material": m.material, "reason": m.reason, "hint": m.hint} for m in self.material_missing
                ],
                "ignored": list(self.ignored),
            },
            "lacking": list(self.lacking),
        }


def _told(missing: Sequence[Unexamined]) -> tuple[Unexamined, ...]:
    left_out = [gap.span for gap in missing if gap.was_left_out]
    if not left_out:
        return tuple(missing)
    around = Span(min(span.first for span in left_out), max(span.end for span in left_out))
    reason = f"the fast scan left out {sum(map(len, left_out))} of these {len(around)} frames"
    return (Unexamined(around, reason, was_left_out=True), *(gap for gap in missing if not gap.was_left_out))


@dataclass(frozen=True)
class SoundFile:
    """A file of sound delivered beside the master. `first_frame` is where in the master it begins, below 0 where it
    reaches back before it. `placed_by` says what shows that: its timecode, or nothing, and then both begin together.
    """

    path: str
    digest: str
    first_frame: int = 0
    placed_by: Literal["start", "timecode"] = "start"


def names_apart(paths: Sequence[str]) -> tuple[str, ...]:
    """What to call files: by their base names, and by as many of the folders before as it takes to tell them apart."""
    parts = [tuple(part for part in path.split("/") if part not in ("", ".")) for path in paths]
    names = []
    for mine in parts:
        count = 1
        while count < len(mine) and sum(other[-count:] == mine[-count:] for other in parts) > 1:
            count += 1
        names.append("/".join(mine[-count:]))
    return tuple(names)


@dataclass(frozen=True)
class Master:
    """The deliverable as it was read: `frames` counts decoded frames. `width` and `height` are 0 where it has no
    picture, and its rate is then the one that was asked for; `programme` is None then. `off_clock` is that of its
    `ClipInfo`."""

    path: str
    digest: str
    clock: Clock
    frames: int
    width: int
    height: int
    sound: tuple[SoundFile, ...] = ()
    programme: Programme | None = None
    off_clock: int = 0


@dataclass(frozen=True)
class Engine:
    """Which engine looked: fingerprints and findings of two versions are never mixed."""

    name: str
    version: str
    settings: dict[str, Any]

    def record(self) -> dict[str, Any]:
        return {"name": self.name, "version": self.version, "settings": self.settings}


@dataclass(frozen=True)
class Scan:
    """Everything one scan saw. `sound_engine` is None where none has run."""

    master: Master
    engine: Engine
    coverage: Coverage
    findings: tuple[Finding, ...]
    sound_engine: Engine | None = None

    def record(self) -> dict[str, Any]:
        """The whole scan as `scan --json` writes it; same scan, same record."""
        master = self.master
        return {
            "schema": "cleancut/scan/1",
            "master": {
                "path": master.path,
                "digest": master.digest,
                "rate": str(master.clock.rate),
                "frames": master.frames,
                "start_timecode": master.clock.start,
                "off_clock": master.off_clock,
                "sound": [vars(file) for file in master.sound],
                "programme": master.programme.record(master.clock) if master.programme else None,
            },
            "engine": self.engine.record(),
            "sound_engine": self.sound_engine.record() if self.sound_engine else None,
            "coverage": self.coverage.record(),
            "findings": [finding.record(master.clock) for finding in self.findings],
        }
