"""Which materials the files of a folder are: stills, clips, sounds, and numbered stills that make a clip."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cleancut.model.findings import UnexaminedMaterial
from cleancut.model.material import page_name
from cleancut.model.timing import Rate
from cleancut.ports import Files, FoundFile, Progress, Stills, Unreadable
from cleancut.usecases.sequences import Declared, Run, runs

DOCUMENT_SUFFIXES = frozenset({".pdf", ".ai"})  # each page is a still
PAGED_SUFFIXES = DOCUMENT_SUFFIXES | {".tif", ".tiff"}  # only these are asked: of thousands of files, that takes time
STILL_SUFFIXES = DOCUMENT_SUFFIXES | frozenset(
    {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".avif", ".heic", ".heif", ".hif", ".psd", ".psb"}
    | {".jfif", ".jpe"}
    | {".exr", ".dpx", ".cin", ".hdr", ".tga", ".jp2", ".j2k"}
)
CLIP_SUFFIXES = frozenset(
    {".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".mxf", ".gif", ".mpg", ".mpeg", ".ts", ".m2ts", ".mts", ".wmv"}
    | {".qt", ".dv", ".gxf", ".m2v", ".vob", ".ogv", ".flv", ".f4v", ".3gp", ".asf", ".y4m", ".apng"}
)
SOUND_SUFFIXES = frozenset(
    {".wav", ".bwf", ".rf64", ".w64", ".aif", ".aiff", ".aifc", ".caf", ".flac", ".mp3", ".mp2", ".aac", ".m4a", ".m4b"}
    | {".ogg", ".oga", ".opus", ".mka", ".wma", ".ac3", ".ec3", ".eac3", ".dts", ".thd", ".wv", ".au", ".amr"}
)
UNREAD_SUFFIXES = frozenset(
    {".jxl", ".svg", ".eps", ".indd", ".r3d", ".braw", ".ari", ".crm", ".dng"}
    | {".blend", ".glb", ".gltf", ".fbx", ".obj", ".abc", ".usd", ".usdz", ".mid", ".midi"}
)

UNFINISHED_SUFFIXES = frozenset({".part", ".partial", ".filepart", ".crdownload", ".download"})

_UNREAD_HINT = "Put a copy as PNG, JPEG, MP4, MOV or WAV into the folder, and take this one out."


@dataclass(frozen=True)
class Item:
    """One material to be: a still, a file that moves or sounds or both, or the stills of a sequence in order. `page` is
    that of a still in a file of several, from 1; 0 for the whole file. `times` and `rate` are those of a `Run`."""

    files: tuple[FoundFile, ...]
    digest: str
    is_still: bool
    page: int = 0
    times: tuple[int, ...] = ()
    rate: Rate | None = None

    @property
    def name(self) -> str:
        return page_name(self.files[0].name, self.page)

    @property
    def is_sequence(self) -> bool:
        return len(self.files) > 1


def wanted(
    files: Files, found: Iterable[FoundFile], exclude: Collection[Path]
) -> tuple[list[FoundFile], list[str], list[UnexaminedMaterial]]:
    """The media among the files, without what is scanned, with what cannot be read of any kind, for a folder or media
    may be behind it; the names of what is no media; and media of kinds that nobody here can look for."""
    media, ignored, unread = [], [], []
    for file in found:
        suffix = Path(file.name).suffix.lower()
        if any(files.is_same(file.path, path) for path in exclude):
            ignored.append(file.name)
        elif file.problem or suffix in STILL_SUFFIXES | CLIP_SUFFIXES | SOUND_SUFFIXES:
            media.append(file)
        elif suffix in UNREAD_SUFFIXES:
            unread.append(UnexaminedMaterial(file.name, f"no reader for {suffix} files in this version", _UNREAD_HINT))
        elif suffix in UNFINISHED_SUFFIXES:
            unread.append(UnexaminedMaterial(file.name, "a copy that has not ended", "Wait for it, or take it out."))
        else:
            ignored.append(file.name)
    return media, ignored, unread


def digests(
    files: Files, media: Iterable[FoundFile], progress: Progress
) -> tuple[dict[str, str], list[UnexaminedMaterial]]:
    """The digest of each file that can be read, by name; and the others."""
    known: dict[str, str] = {}
    missing = []
    for file in media:
        try:
            if file.problem:
                raise Unreadable(file.problem, file.hint)
            known[file.name] = files.digest(file.path)
        except Unreadable as problem:
            missing.append(UnexaminedMaterial(file.name, problem.reason, problem.hint))
        progress.advance()
    return known, missing


def items(
    stills: Stills, files: list[FoundFile], digests: Mapping[str, str], declared: Sequence[Declared] = ()
) -> list[Item]:
    """Files as materials: stills that make a sequence are one, every other file, or page of it, is its own. Raises
    `InputError` for a declared sequence that is not there."""
    countable = [file for file in files if Path(file.name).suffix.lower() in STILL_SUFFIXES - DOCUMENT_SUFFIXES]
    sequences = runs(stills, countable, declared)
    within = {file.name for run in sequences for file in run.files}
    made = [_sequence_item(run, digests) for run in sequences]
    for file in (file for file in files if file.name not in within):
        if Path(file.name).suffix.lower() in STILL_SUFFIXES:
            made += _still_items(stills, file, digests[file.name])
        else:
            made.append(Item((file,), digests[file.name], is_still=False))
    return sorted(made, key=lambda item: (item.files[0].name, item.page))


def _still_items(stills: Stills, file: FoundFile, digest: str) -> list[Item]:
    """The file as one still, or each of its pages; where they cannot be counted, the file, which will say why."""
    try:
        pages = stills.pages(file.path) if Path(file.name).suffix.lower() in PAGED_SUFFIXES else ()
    except Unreadable:
        pages = ()
    if not pages:
        return [Item((file,), digest, is_still=True)]
    return [
        Item((file,), hashlib.sha256(f"{digest} page {page}".encode()).hexdigest(), is_still=True, page=page)
        for page in pages
    ]


def deduplicated(made: list[Item]) -> tuple[list[Item], dict[str, tuple[str, ...]]]:
    """One item for each content, the first by name; and the names of the others by the name of the first."""
    first: dict[str, Item] = {}
    also: dict[str, tuple[str, ...]] = {}
    for item in made:
        kept = first.setdefault(item.digest, item)
        if kept is not item:
            also[kept.name] = (*also.get(kept.name, ()), item.name)
    return list(first.values()), also


def _sequence_item(run: Run, digests: Mapping[str, str]) -> Item:
    placed = zip(run.files, run.times, strict=True)
    whole = hashlib.sha256("\n".join(f"{digests[file.name]} {time}" for file, time in placed).encode())
    return Item(run.files, whole.hexdigest(), is_still=False, times=run.times, rate=run.rate)
