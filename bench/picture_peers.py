"""What others use to find pictures again, as finders of material in whole films.

`PerFrame` hashes every frame, with PDQ (`pdqhash`) or a perceptual hash of 256 bits (`ImageHash`), and takes frames for
equal at a distance of 31 or less, as vPDQ does. `Orb` matches local features of frames two a second, as image
retrieval does: votes from a binary index, then an affine map by RANSAC. `mpeg7` is ffmpeg's `signature` filter.

Each gets what it needs to say where: runs of frames that match one material, joined over half a second. As vPDQ
demands, 80 % of a run's frames must match. Runs in an environment of its own, which has nothing of Cleancut.
"""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from picture_tools import MOVING, STILL, Picture, frames, photo, shape, sized

EQUAL = 31  # bits of 256
QUALITY = 50  # of PDQ's hashes, below which vPDQ leaves a frame out
SHARE = 0.8  # of the frames of a run that must match
GAP_SECONDS, SHORTEST = 0.5, 5  # between runs; frames
NEIGHBOURS = 8
FEATURES, WIDTH, INLIERS = 500, 640, 12
PACKAGES = ["av>=18,<19", "numpy", "opencv-python-headless", "Pillow", "faiss-cpu", "ImageHash", "pdqhash"]


@dataclass(frozen=True)
class Heard:
    material: str
    first_frame: int
    end_frame: int
    score: float
    corners: list[list[float]] | None = None


def pictures(path: Path, step: float | None = None) -> tuple[float, list[int], Any]:
    """Rate, the frames' numbers and the pictures, of a clip or a still; every `step` seconds where given."""
    if path.suffix.lower() in STILL:
        return 1.0, [0], iter([photo(path, 1280)])
    _, _, rate, count = shape(path)
    every = max(1, round(step * float(rate))) if step else 1
    numbers = list(range(0, count, every))
    return float(rate), numbers, (p for n, p in enumerate(frames(path, 1280)) if n % every == 0)


class PerFrame:
    """Hashes of all frames of the register in one exact index."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._names: list[str] = []
        self._owners: list[np.ndarray] = []
        self._hashes: list[np.ndarray] = []

    def versions(self) -> dict[str, str]:
        name = "pdqhash" if self._kind == "pdq" else "ImageHash"
        return {n: importlib.metadata.version(n) for n in (name, "faiss-cpu")}

    def register(self, name: str, path: Path) -> int:
        _, _, seen = pictures(path)
        hashed = [h for p in seen if (h := self._hash(p)) is not None]
        if hashed:
            self._owners.append(np.full(len(hashed), len(self._names)))
            self._hashes.append(np.stack(hashed))
            self._names.append(name)
        return 32 * len(hashed)

    def _hash(self, picture: Picture) -> np.ndarray | None:
        if self._kind == "pdq":
            import pdqhash

            bits, quality = pdqhash.compute(cv2.resize(picture, (512, 512), interpolation=cv2.INTER_AREA)[:, :, ::-1])
            return np.packbits(bits) if quality >= QUALITY else None
        import imagehash
        from PIL import Image

        grey = cv2.cvtColor(cv2.resize(picture, (128, 128), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
        return np.packbits(imagehash.phash(Image.fromarray(grey), hash_size=16).hash.ravel())

    def find(self, path: Path) -> list[Heard]:
        import faiss

        index = faiss.IndexBinaryFlat(256)
        index.add(np.concatenate(self._hashes))
        owners = np.concatenate(self._owners)
        rate, numbers, seen = pictures(path)
        likes: dict[int, dict[int, float]] = defaultdict(dict)
        batch: list[tuple[int, np.ndarray]] = []

        def ask() -> None:
            if not batch:
                return
            limits, distances, rows = index.range_search(np.stack([h for _, h in batch]), EQUAL + 1)
            for place, (frame, _) in enumerate(batch):
                for at in range(int(limits[place]), int(limits[place + 1])):
                    like, mine = 1 - float(distances[at]) / 256, likes[int(owners[rows[at]])]
                    mine[frame] = max(mine.get(frame, 0.0), like)
            batch.clear()

        for number, picture in zip(numbers, seen, strict=False):
            hashed = self._hash(picture)
            if hashed is not None:
                batch.append((number, hashed))
            if len(batch) == 512:
                ask()
        ask()
        return [
            h for owner, of in sorted(likes.items()) for h in runs(self._names[owner], of, 1, round(GAP_SECONDS * rate))
        ]


def runs(name: str, likes: dict[int, float], step: int, gap: int) -> list[Heard]:
    """Runs of frames that match; the score is how alike they are times the share of them that match, and counts
    short runs for less."""
    found = []
    order = sorted(likes)
    start = 0
    for place in range(1, len(order) + 1):
        if place < len(order) and order[place] - order[place - 1] <= gap:
            continue
        run, start = order[start:place], place
        length = (run[-1] - run[0]) // step + 1
        if len(run) >= SHARE * length and (step > 1 or len(run) >= SHORTEST):
            alike = float(np.mean([likes[n] for n in run]))
            found.append(Heard(name, run[0], run[-1] + step, alike * len(run) / length * min(1.0, length * step / 24)))
    return found


class Orb:
    """ORB features in a binary inverted file, votes, and an affine map."""

    def __init__(self) -> None:
        self._orb = cv2.ORB_create(FEATURES)
        self._names: list[str] = []
        self._owners: list[np.ndarray] = []
        self._points: list[np.ndarray] = []
        self._features: list[np.ndarray] = []
        self._index: Any = None

    def versions(self) -> dict[str, str]:
        return {n: importlib.metadata.version(n) for n in ("opencv-python-headless", "faiss-cpu")}

    def register(self, name: str, path: Path) -> int:
        _, _, seen = pictures(path, 1.0)
        size = 0
        for picture in seen:
            points, features = self._seen(picture)
            if features is not None:
                self._points.append(points)
                self._features.append(features)
                self._owners.append(np.full(len(points), len(self._names)))
                size += features.nbytes + points.nbytes
        self._names.append(name)
        return size

    def _seen(self, picture: Picture) -> tuple[np.ndarray, np.ndarray | None]:
        small = cv2.cvtColor(sized(picture, WIDTH), cv2.COLOR_BGR2GRAY)
        keys, features = self._orb.detectAndCompute(small, None)
        return np.array([k.pt for k in keys], np.float32).reshape(-1, 2), features

    def find(self, path: Path) -> list[Heard]:
        import faiss

        if self._index is None:
            known = np.concatenate(self._features)
            lists = max(1, min(1024, len(known) // 200))
            self._index = faiss.IndexBinaryIVF(faiss.IndexBinaryFlat(256), 256, lists)
            self._index.train(known[:: max(1, len(known) // (40 * lists))])
            self._index.add(known)
            self._index.nprobe = max(8, lists // 32)
            self._owner, self._place = np.concatenate(self._owners), np.concatenate(self._points)
        rate, numbers, seen = pictures(path, 0.5)
        step = round(0.5 * rate)
        likes: dict[int, dict[int, float]] = defaultdict(dict)
        for number, picture in zip(numbers, seen, strict=False):
            points, features = self._seen(picture)
            if features is None or len(points) < INLIERS:
                continue
            distances, rows = self._index.search(features, NEIGHBOURS)
            for owner, inliers in self._voted(points, distances, rows):
                likes[owner][number] = inliers / FEATURES
        return [h for owner, of in sorted(likes.items()) for h in runs(self._names[owner], of, step, 2 * step)]

    def _voted(self, points: np.ndarray, distances: np.ndarray, rows: np.ndarray) -> list[tuple[int, int]]:
        """Materials whose features agree on one map."""
        lines, places = np.nonzero((distances < 64) & (rows >= 0))
        owners = self._owner[rows[lines, places]]
        numbers, counts = np.unique(owners, return_counts=True)
        found = []
        for owner in numbers[np.argsort(-counts)][:5]:
            mine = owners == owner
            if mine.sum() < INLIERS:
                continue
            source, target = self._place[rows[lines[mine], places[mine]]], points[lines[mine]]
            affine, inside = cv2.estimateAffine2D(source, target, ransacReprojThreshold=5.0, maxIters=800)
            inliers = 0 if affine is None else len(np.unique(np.rint(target[inside.ravel() > 0]), axis=0))
            if inliers >= INLIERS:
                found.append((int(owner), inliers))
        return found


def mpeg7(films: list[Path], materials: list[tuple[str, Path]]) -> list[tuple[str, Heard]]:
    """ffmpeg's `signature` on one film and a few materials; it compares all with all and keeps no register."""
    found = []
    for film in films:
        rate = float(shape(film)[2])
        inputs = [x for path in (film, *(p for _, p in materials)) for x in ("-i", str(path))]
        pads = "".join(f"[{n}:v]" for n in range(len(materials) + 1))
        graph = f"{pads}signature=nb_inputs={len(materials) + 1}:detectmode=full"
        done = subprocess.run(
            ["ffmpeg", "-hide_banner", "-nostats", *inputs, "-filter_complex", graph, "-f", "null", "-"],
            capture_output=True,
            text=True,
            check=False,
        )
        told = re.compile(r"matching of video (\d+) at ([\d.]+) and (\d+) at ([\d.]+), (\d+) frames matching")
        for one, at, other, _, count in told.findall(done.stderr):
            if one == "0":
                first = round(float(at) * rate)
                name = materials[int(other) - 1][0]
                found.append((film.name, Heard(name, first, first + int(count), int(count))))
    return found


__all__ = ["MOVING", "Heard", "Orb", "PerFrame", "mpeg7"]
