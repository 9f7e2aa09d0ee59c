"""Sound from Debian packages: download, unpack, and say for each file what it is and which licence is stated."""

from __future__ import annotations

import fnmatch
import hashlib
import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

SOUNDS = {".ogg", ".oga", ".wav", ".mp3", ".flac", ".opus", ".g722"}
AMBIENT = re.compile(
    r"ambien|atmos|wind|rain|storm|forest|jungle|ocean|water|night|fire|river|crowd|nature|hum|engine", re.I
)
MUSICAL = re.compile(r"music|/ogg/|songs?/|tracks?/|soundtrack", re.I)


@dataclass(frozen=True)
class Sound:
    """One file of the corpus. `source` is what the splits must not share; `path` is below the work folder."""

    path: str
    split: str
    kind: str
    source: str
    package: str
    version: str
    licence: str
    digest: str
    title: str
    artist: str
    seconds: float
    rate: int
    channels: int


def unpacked(work: Path, package: str) -> tuple[Path, str]:
    """The folder that holds the package's files, and its version."""
    debs, folder = work / "corpus" / "debs", work / "corpus" / "packages" / package
    for parent in (debs, folder.parent):
        parent.mkdir(parents=True, exist_ok=True)
    if not folder.exists():
        if not list(debs.glob(f"{package}_*.deb")):
            subprocess.run(["apt-get", "download", package], cwd=debs, check=True, capture_output=True)
        subprocess.run(["dpkg-deb", "-x", str(next(debs.glob(f"{package}_*.deb"))), str(folder)], check=True)
    version = next(debs.glob(f"{package}_*.deb")).name.split("_")[1].replace("%3a", ":")
    return folder, version


def of_package(work: Path, package: str, split: str, kind: str | None) -> list[Sound]:
    folder, version = unpacked(work, package)
    licences = stated_licences(folder, package)
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SOUNDS and p.is_file() and not p.is_symlink())
    with ThreadPoolExecutor(2) as pool:
        facts = list(pool.map(probe, files))
    sounds = []
    for path, (seconds, rate, channels, title, artist) in zip(files, facts, strict=True):
        if seconds < 0.25:
            continue
        sounds.append(
            Sound(
                path=str(path.relative_to(work)),
                split=split,
                kind=kind or kind_of(path, seconds),
                source=package,
                package=package,
                version=version,
                licence=licence_of(path, licences),
                digest=hashlib.sha256(path.read_bytes()).hexdigest(),
                title=title,
                artist=artist,
                seconds=round(seconds, 3),
                rate=rate,
                channels=channels,
            )
        )
    return sounds


def kind_of(path: Path, seconds: float) -> str:
    """By name and length. A rough sort: nothing in the scores hangs on it but the mix of kinds."""
    inside = str(path).split("/corpus/packages/", 1)[-1]
    if AMBIENT.search(path.stem) and seconds >= 4 and not re.search(r"music", inside.split("/", 1)[-1], re.I):
        return "atmosphere"
    if seconds >= 20 or (MUSICAL.search(inside.split("/", 1)[-1]) and seconds >= 6):
        return "music"
    return "effect"


def probe(path: Path) -> tuple[float, int, int, str, str]:
    """Seconds, rate, channels, title, artist; zero seconds where ffprobe cannot read it."""
    if path.suffix == ".g722":
        return path.stat().st_size / 8000, 16000, 1, "", ""
    done = subprocess.run(
        [
            "ffprobe",
            "-v",
            "error",
            "-select_streams",
            "a:0",
            "-show_entries",
            "stream=sample_rate,channels,duration:format=duration:stream_tags:format_tags",
            "-of",
            "json",
            str(path),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        seen = json.loads(done.stdout)
        stream, form = seen["streams"][0], seen.get("format", {})
        tags = {k.lower(): v for k, v in {**form.get("tags", {}), **stream.get("tags", {})}.items()}
        seconds = float(stream.get("duration") or form["duration"])
        return (
            seconds,
            int(stream["sample_rate"]),
            int(stream["channels"]),
            tags.get("title", ""),
            tags.get("artist", ""),
        )
    except (ValueError, KeyError, IndexError):
        return 0.0, 0, 0, "", ""


def stated_licences(folder: Path, package: str) -> list[tuple[list[str], str]]:
    """Patterns and licence, in the order of the package's copyright file; the last that fits wins, as Debian has it."""
    path = folder / "usr/share/doc" / package / "copyright"
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8", errors="replace")
    stated = []
    for paragraph in re.split(r"\n\s*\n", text):
        files = re.search(r"^Files:\s*(.*(?:\n[ \t].*)*)", paragraph, re.M)
        licence = re.search(r"^License:\s*(\S.*)", paragraph, re.M)
        if files and licence:
            stated.append((files.group(1).split(), licence.group(1).strip()))
    if not stated:  # an older, free-form file: every licence it names
        names = re.findall(r"common-licenses/([A-Za-z0-9.-]+)|(CC[- ]BY(?:[- ]SA)?[- ][0-9.]+)", text)
        found = sorted({(a or b).rstrip(".") for a, b in names})
        stated.append((["*"], " or ".join(found) or "see its copyright file"))
    return stated


def licence_of(path: Path, licences: list[tuple[list[str], str]]) -> str:
    found = "see its copyright file"
    for patterns, licence in licences:
        for pattern in patterns:
            tail = pattern.rsplit("/", 1)[-1]
            if (
                pattern == "*"
                or (tail not in ("*", "") and fnmatch.fnmatch(path.name, tail))
                or (pattern.endswith("/*") and f"/{pattern[:-2].rsplit('/', 1)[-1]}/" in str(path))
            ):
                found = licence
    return found
