"""Register a folder of material: what was generated becomes fingerprints, and what cannot be looked for is named."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TypeVar

from cleancut.match.fingerprint import Featureless
from cleancut.model.findings import Engine, Medium, UnexaminedMaterial
from cleancut.model.material import Material, MaterialKind
from cleancut.model.timing import Rate
from cleancut.ports import (
    Cache,
    Clips,
    Files,
    NoPicture,
    PictureEngine,
    Progress,
    SoundEngine,
    Sounds,
    Stills,
    Unreadable,
)
from cleancut.usecases.at_once import GoOn, at_once
from cleancut.usecases.items import Item, deduplicated, digests, items, wanted
from cleancut.usecases.prints import Prints, SoundPrints
from cleancut.usecases.register_picture import SEQUENCE_RATE, PicturePrint, PicturePrinter
from cleancut.usecases.register_sound import SoundPrint, SoundPrinter
from cleancut.usecases.sequences import Declared

_CLIP_HINT = "Export it again as MP4 or MOV (H.264 or ProRes), or remove it from the folder."
_STILL_HINT = "Export it again as PNG or JPEG, or remove it from the folder."
_SOUND_HINT = "Export it again as WAV or FLAC, or as MP4 or MOV, or remove it from the folder."
_EYE_HINT = "Look for it by eye; if it is not there, put that on record under `looked` in the dossier."
_SILENT = "is silent: there is nothing to listen for"
_SILENT_HINT = "Put in the file that can be heard, or remove this one from the folder."

_P = TypeVar("_P")
_Problem = tuple[str, str, Medium | None]
"""Why something is not, or not surely, looked for, the way out, and in which medium."""


@dataclass(frozen=True, eq=False)
class Register:
    """Everything that can be looked for, with the fingerprints of one engine for each medium, in the order of
    `materials`: None where the picture of a material is not looked for, none where its sound is not."""

    engine: Engine
    sound_engine: Engine
    materials: tuple[Material, ...] = ()
    fingerprints: Prints = field(default_factory=Prints)
    sounds: SoundPrints = field(default_factory=SoundPrints)
    missing: tuple[UnexaminedMaterial, ...] = ()
    ignored: tuple[str, ...] = ()
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of each material: one, or those of a sequence


@dataclass(frozen=True)
class RegisterPorts:
    """What registering needs from outside. `at_once` materials are examined side by side."""

    files: Files
    clips: Clips
    stills: Stills
    sounds: Sounds
    cache: Cache
    engine: PictureEngine
    sound_engine: SoundEngine
    at_once: int = 1


@dataclass(frozen=True, eq=False)
class _Examined:
    """What one material came to: its picture, its sound, and why one of them is not looked for, with the way out."""

    kind: MaterialKind
    picture: PicturePrint | None = None
    sound: SoundPrint | None = None
    problems: tuple[_Problem, ...] = ()


def register(
    ports: RegisterPorts,
    folder: Path,
    *,
    exclude: Collection[Path] = (),
    sequences: Sequence[Declared] = (),
    rate: Rate | None = None,
    progress: Progress,
) -> Register:
    """Register every still, clip and sound below `folder`; `exclude` names what is scanned, which may lie there too.

    `sequences` are declared; they, and those that show themselves, run at `rate`, the master's, unless declared at
    another.

    Nothing in a file stops the work: what cannot be examined is in `missing`, and a clip of which only the picture can
    be, or only the sound, is looked for by that. What is done is kept in the cache, so that registering again, or after
    an interruption, does none of it twice. Raises `InputError` where there is no folder or no such sequence,
    `OutsideError` where the cache cannot be written.
    """
    listing = ports.files.list(folder)
    media, ignored, missing = wanted(ports.files, listing.files, exclude)
    progress.stage("digest", len(media))
    known, unread = digests(ports.files, media, progress)
    missing += unread
    progress.stage("sort", None)
    readable = [file for file in media if file.name in known]
    unique, also = deduplicated(items(ports.stills, readable, known, sequences))
    progress.stage("register", len(media))
    done = _Done(progress, {file.name for item in unique for file in item.files})
    progress.advance(len(media) - len(done.left))
    registered: list[tuple[Material, _Examined]] = []

    def examined(item: Item, go_on: GoOn) -> _Examined:
        return _examined(ports, item, rate or SEQUENCE_RATE, done, go_on)

    with closing(at_once(examined, unique, ports.at_once)) as all_examined:
        for item, made in zip(unique, all_examined, strict=True):
            others = also.get(item.name, ())
            is_registered = made.picture is not None or made.sound is not None
            if is_registered:
                registered.append((_material(item, made, others), made))
            for name in (item.name,) if is_registered else (item.name, *others):
                missing += [UnexaminedMaterial(name, *problem) for problem in made.problems]
            for file in item.files:
                done(file.name)
    return Register(
        ports.engine.identity,
        ports.sound_engine.identity,
        tuple(material for material, _ in registered),
        Prints(ports.cache, [made.picture.arrays if made.picture else None for _, made in registered]),
        SoundPrints(
            ports.cache, [(made.sound.key, made.sound.count) if made.sound else ("", 0) for _, made in registered]
        ),
        tuple(sorted(missing, key=lambda entry: entry.material)),
        tuple(sorted((*listing.ignored, *ignored))),
        {item.name: tuple(file.name for file in item.files) for item in unique},
    )


class _Done:
    """Counts every file once: one of several pages comes back for each, and a still of a sequence with the whole."""

    def __init__(self, progress: Progress, left: set[str]) -> None:
        self.left, self._progress, self._lock = left, progress, Lock()

    def __call__(self, name: str) -> None:
        with self._lock:
            if name in self.left:
                self.left.remove(name)
                self._progress.advance()


def _material(item: Item, made: _Examined, also: tuple[str, ...]) -> Material:
    picture = made.picture or PicturePrint({}, 0, 0, 0)
    return Material(
        item.name,
        item.digest,
        made.kind,
        picture.width,
        picture.height,
        picture.frames,
        also,
        sound_milliseconds=made.sound.milliseconds if made.sound else 0,
        rate=picture.rate,
        files=tuple(file.name for file in item.files) if item.is_sequence else (),
    )


def _examined(ports: RegisterPorts, item: Item, rate: Rate, told: Callable[[str], None], go_on: GoOn) -> _Examined:
    pictures = PicturePrinter(ports.clips, ports.stills, ports.cache, ports.engine, rate, told, go_on)
    picture, refusal = _tried(pictures.of, item)
    if item.is_still or item.is_sequence:
        kind: MaterialKind = "still" if item.is_still else "clip"
        return _Examined(kind, picture, problems=_of_picture(picture, refusal, _STILL_HINT))
    sound, sound_refusal = _tried(SoundPrinter(ports.sounds, ports.cache, ports.sound_engine, go_on).of, item)
    kept = sound if sound and sound.count else None
    if isinstance(refusal, NoPicture):
        return _Examined("sound", sound=kept, problems=_of_sound_alone(refusal, sound, sound_refusal))
    medium: Medium | None = None if isinstance(refusal, Unreadable) and not kept else "picture"
    problems = _of_picture(picture, refusal, _CLIP_HINT, medium, beside="its picture: " if kept else "")
    if sound and sound.problem:
        problems = (*problems, (f"its sound: {sound.problem}", sound.hint or _SOUND_HINT, "sound"))
    elif sound_refusal and not isinstance(refusal, Unreadable):  # where neither opens, one reason is enough
        problems = (*problems, (f"its sound: {sound_refusal.reason}", sound_refusal.hint or _SOUND_HINT, "sound"))
    return _Examined("clip", picture, kept, problems)


def _tried(make: Callable[[Item], _P], item: Item) -> tuple[_P | None, Unreadable | Featureless | None]:
    try:
        return make(item), None
    except (Unreadable, Featureless) as refusal:
        return None, refusal


def _of_picture(
    picture: PicturePrint | None,
    refusal: Unreadable | Featureless | None,
    hint: str,
    medium: Medium | None = "picture",
    beside: str = "",
) -> tuple[_Problem, ...]:
    """Why a picture is not, not wholly, or not surely looked for. `medium` is that of a
    refusal; `beside` says which is meant, where sound is looked for."""
    if refusal:
        own = _EYE_HINT if isinstance(refusal, Featureless) else hint
        return ((beside + refusal.reason, refusal.hint or own, medium),)
    lost: tuple[_Problem, ...] = ((picture.lost, hint, "picture"),) if picture and picture.lost else ()
    doubt: tuple[_Problem, ...] = ((beside + picture.doubt, _EYE_HINT, "picture"),) if picture and picture.doubt else ()
    return (*lost, *doubt)


def _of_sound_alone(
    no_picture: NoPicture, sound: SoundPrint | None, refusal: Unreadable | Featureless | None
) -> tuple[_Problem, ...]:
    """Why a file without pictures is not, or not wholly, listened for."""
    if refusal:
        return ((refusal.reason, refusal.hint or _SOUND_HINT, "sound"),)
    if sound is None or not sound.has_tracks:
        return ((no_picture.reason, no_picture.hint or _CLIP_HINT, None),)
    if sound.problem:
        return ((sound.problem, sound.hint or _SOUND_HINT, "sound"),)
    return () if sound.count else ((_SILENT, _SILENT_HINT, "sound"),)
