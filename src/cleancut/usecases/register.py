"""Register a folder of material: what was generated becomes fingerprints, and what cannot be looked for is named."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleancut.match.fingerprint import Featureless
from cleancut.match.picture import Arrays, Frame
from cleancut.model.findings import Engine, UnexaminedMaterial
from cleancut.model.material import Material
from cleancut.ports import Cache, Clips, Files, FoundFile, PictureEngine, Progress, Stills, Unreadable

STILL_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp"})
CLIP_SUFFIXES = frozenset(
    {".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".mxf", ".gif", ".mpg", ".mpeg", ".ts", ".m2ts", ".mts", ".wmv"}
)
SOUND_SUFFIXES = frozenset({".wav", ".mp3", ".aac", ".m4a", ".flac", ".ogg", ".opus", ".aif", ".aiff", ".wma"})
UNREAD_SUFFIXES = frozenset(
    {".exr", ".dpx", ".cin", ".psd", ".psb", ".heic", ".heif", ".avif", ".tga", ".jp2", ".j2k", ".jxl", ".hdr", ".svg"}
    | {".r3d", ".braw", ".ari", ".dng", ".ai", ".blend", ".glb", ".gltf", ".fbx", ".obj", ".abc", ".usd", ".usdz"}
)

SEQUENCE_MINIMUM = 8  # fewer numbered stills are variants of one picture more often than a shot
SEQUENCE_RATE = Fraction(24)
_NUMBERED = re.compile(r"^(?P<stem>.*[._-])(?P<number>\d+)(?P<suffix>\.[^.]+)$")

_CLIP_HINT = "Export it again as MP4 or MOV (H.264 or ProRes), or remove it from the folder."
_UNREAD_HINT = "Put a copy as PNG, JPEG, MP4 or MOV into the folder, and take this one out."
_STILL_HINT = "Export it again as PNG or JPEG, or remove it from the folder."


@dataclass(frozen=True, eq=False)
class Register:
    """Everything that can be looked for, with the fingerprints of one engine, in the order of `materials`."""

    engine: Engine
    materials: tuple[Material, ...]
    fingerprints: tuple[Arrays, ...]
    missing: tuple[UnexaminedMaterial, ...] = ()
    ignored: tuple[str, ...] = ()
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of each material: one, or those of a sequence


@dataclass(frozen=True)
class RegisterPorts:
    """What registering needs from outside."""

    files: Files
    clips: Clips
    stills: Stills
    cache: Cache
    engine: PictureEngine


@dataclass(frozen=True)
class _Item:
    """One material to be: a still, a clip, or the stills of a sequence in order."""

    files: tuple[FoundFile, ...]
    digest: str
    is_clip: bool

    @property
    def name(self) -> str:
        return self.files[0].name


@dataclass(frozen=True, eq=False)
class _Print:
    """A fingerprint with what the material's record needs."""

    arrays: Arrays
    width: int
    height: int
    frames: int
    lost: str = ""


def register(ports: RegisterPorts, folder: Path, *, exclude: Path | None = None, progress: Progress) -> Register:
    """Register every still and clip below `folder`; `exclude` names the master, which may lie there too.

    Nothing in a file stops the work: what cannot be examined is in `missing`. What is done is kept in the cache, so
    that registering again, or after an interruption, does none of it twice. Raises `InputError` where there is no
    folder, `OutsideError` where the cache cannot be written.
    """
    listing = ports.files.list(folder)
    wanted, ignored, unread = _wanted(ports.files, listing.files, exclude)
    progress.stage("register", len(wanted))
    digests, missing = _digests(ports.files, wanted)
    missing += unread
    items = _items(ports.stills, [file for file in wanted if file.name in digests], digests)
    unique, also = _deduplicated(items)
    progress.advance(len(wanted) - sum(len(item.files) for item in unique))
    materials, fingerprints = [], []
    for item in unique:
        try:
            made = _fingerprint(ports, item)
        except (Unreadable, Featureless) as problem:
            hint = problem.hint or (_CLIP_HINT if item.is_clip else _STILL_HINT)
            missing += [
                UnexaminedMaterial(name, problem.reason, hint) for name in (item.name, *also.get(item.name, ()))
            ]
        else:
            materials.append(_material(item, made, tuple(also.get(item.name, ()))))
            fingerprints.append(made.arrays)
            if made.lost:
                missing.append(UnexaminedMaterial(item.name, made.lost, _CLIP_HINT))
        progress.advance(len(item.files))
    return Register(
        ports.engine.identity,
        tuple(materials),
        tuple(fingerprints),
        tuple(sorted(missing, key=lambda entry: entry.material)),
        tuple(sorted((*listing.ignored, *ignored))),
        {item.name: tuple(file.name for file in item.files) for item in unique},
    )


def _wanted(
    files: Files, found: Iterable[FoundFile], exclude: Path | None
) -> tuple[list[FoundFile], list[str], list[UnexaminedMaterial]]:
    """The stills and clips among the files, without the master; the names of what is no media; and media of kinds that
    nobody here can look for."""
    wanted, ignored, unread = [], [], []
    for file in found:
        suffix = Path(file.name).suffix.lower()
        is_master = exclude is not None and files.is_same(file.path, exclude)
        if is_master:
            ignored.append(file.name)
        elif suffix in STILL_SUFFIXES | CLIP_SUFFIXES:
            wanted.append(file)
        elif suffix in SOUND_SUFFIXES:
            unread.append(UnexaminedMaterial(file.name, "no sound engine in this version", "Listen for it by ear."))
        elif suffix in UNREAD_SUFFIXES:
            unread.append(UnexaminedMaterial(file.name, f"no reader for {suffix} files in this version", _UNREAD_HINT))
        else:
            ignored.append(file.name)
    return wanted, ignored, unread


def _digests(files: Files, wanted: Iterable[FoundFile]) -> tuple[dict[str, str], list[UnexaminedMaterial]]:
    digests: dict[str, str] = {}
    missing = []
    for file in wanted:
        try:
            if file.problem:
                raise Unreadable(file.problem, "Give it back its rights, or remove it from the folder.")
            digests[file.name] = files.digest(file.path)
        except Unreadable as problem:
            missing.append(UnexaminedMaterial(file.name, problem.reason, problem.hint))
    return digests, missing


def _items(stills: Stills, files: list[FoundFile], digests: Mapping[str, str]) -> list[_Item]:
    """Files as materials: numbered stills that make a sequence are one, every other file is its own."""
    sequences = _sequences(stills, files)
    within = {file.name for sequence in sequences for file in sequence}
    items = [_sequence_item(sequence, digests) for sequence in sequences]
    for file in files:
        if file.name not in within:
            is_clip = Path(file.name).suffix.lower() in CLIP_SUFFIXES
            items.append(_Item((file,), digests[file.name], is_clip))
    return sorted(items, key=lambda item: item.name)


def _sequence_item(sequence: list[FoundFile], digests: Mapping[str, str]) -> _Item:
    whole = hashlib.sha256("\n".join(digests[file.name] for file in sequence).encode())
    return _Item(tuple(sequence), whole.hexdigest(), True)


def _sequences(stills: Stills, files: list[FoundFile]) -> list[list[FoundFile]]:
    """Runs of numbered stills that are contiguous, at least eight, of one size, under one stem with a separator."""
    series: dict[tuple[str, str], dict[int, FoundFile]] = {}
    for file in files:
        numbered = _NUMBERED.match(file.name)
        if numbered and numbered["suffix"].lower() in STILL_SUFFIXES:
            series.setdefault((numbered["stem"], numbered["suffix"]), {})[int(numbered["number"])] = file
    sequences = []
    for numbers in series.values():
        run = [numbers[number] for number in sorted(numbers)]
        is_contiguous = max(numbers) - min(numbers) + 1 == len(run)
        if is_contiguous and len(run) >= SEQUENCE_MINIMUM and _is_one_size(stills, run):
            sequences.append(run)
    return sequences


def _is_one_size(stills: Stills, files: list[FoundFile]) -> bool:
    try:
        return len({stills.size(file.path) for file in files}) == 1
    except Unreadable:
        return False


def _deduplicated(items: list[_Item]) -> tuple[list[_Item], dict[str, list[str]]]:
    """One item for each content, the first by name; and the names of the others by the name of the first."""
    first: dict[str, _Item] = {}
    also: dict[str, list[str]] = {}
    for item in items:
        if item.digest in first:
            also.setdefault(first[item.digest].name, []).append(item.name)
        else:
            first[item.digest] = item
    return list(first.values()), also


def _material(item: _Item, made: _Print, also: tuple[str, ...]) -> Material:
    kind = "clip" if item.is_clip else "still"
    return Material(item.name, item.digest, kind, made.width, made.height, made.frames, also)  # type: ignore[arg-type]


def _fingerprint(ports: RegisterPorts, item: _Item) -> _Print:
    """From the cache, or made and put there. Raises `Unreadable` or `Featureless`."""
    identity = ports.engine.identity
    key = f"material-{item.digest}-{identity.name}-{identity.version}"
    kept = ports.cache.load(key)
    if kept is not None:
        return _unpacked(kept)
    if not item.is_clip:
        made = _of_still(ports, item)
    elif len(item.files) > 1:
        made = _of_sequence(ports, item)
    else:
        made = _of_clip(ports, item)
    ports.cache.save(key, _packed(made))
    return made


def _of_still(ports: RegisterPorts, item: _Item) -> _Print:
    frame = ports.stills.read(item.files[0].path)
    height, width = frame.luma.shape
    return _Print(ports.engine.fingerprint([frame], "still"), width, height, 1)


def _of_sequence(ports: RegisterPorts, item: _Item) -> _Print:
    def frames() -> Iterator[Frame]:
        for index, file in enumerate(item.files):
            still = ports.stills.read(file.path)
            yield Frame(still.luma, still.aspect, float(index / SEQUENCE_RATE))

    width, height = ports.stills.size(item.files[0].path)
    return _Print(ports.engine.fingerprint(frames(), "clip"), width, height, len(item.files))


def _of_clip(ports: RegisterPorts, item: _Item) -> _Print:
    decoded = damaged = 0

    def counted(frames: Iterable[Frame]) -> Iterator[Frame]:
        nonlocal decoded, damaged
        for frame in frames:
            decoded += 1
            damaged += frame.is_damaged
            yield frame
        if not decoded:
            raise Unreadable("no frame of it decodes")

    with ports.clips.open(item.files[0].path) as reading:
        arrays = ports.engine.fingerprint(counted(reading), "clip")
        info, losses = reading.info, list(reading.losses)
    return _Print(arrays, info.width, info.height, decoded, _loss(decoded, damaged, info.frames_stated, losses))


def _loss(decoded: int, damaged: int, stated: int | None, losses: list[tuple[int, str]]) -> str:
    """Why a clip counts as only partly examined; empty where all of it was."""
    if stated is not None and decoded < stated:
        return f"only {decoded} of its {stated} frames decoded; these are looked for, the rest is not"
    if losses:
        return f"parts of it do not decode ({losses[0][1]}); {decoded} frames are looked for"
    if damaged:
        return f"{damaged} of its {decoded} frames are damaged"
    return ""


def _packed(made: _Print) -> dict[str, NDArray[Any]]:
    facts = np.array([made.width, made.height, made.frames], dtype=np.int64)
    return {**made.arrays, "_facts": facts, "_lost": np.array(made.lost)}


def _unpacked(kept: Arrays) -> _Print:
    arrays = {name: array for name, array in kept.items() if not name.startswith("_")}
    width, height, frames = (int(value) for value in kept["_facts"])
    return _Print(arrays, width, height, frames, str(kept["_lost"]))
