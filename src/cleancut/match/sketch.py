"""Sketches: what is kept of pictures. A thumbnail of every frame, and local features of some.

Which frames of a master get features follows from the frame's number and the few frames before it, never from where
a part begins: any partition of a master gives the same sketch.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cleancut.match.features import Features, extract, shrunk
from cleancut.match.fingerprint import Featureless
from cleancut.match.picture import Arrays, Frame, Luma
from cleancut.model.material import MaterialKind

Thumbs = NDArray[np.uint8]

THUMB_WIDTH = 160
STILL_WIDTH = 480  # a still is seen through a moving window: its thumbnail needs room to zoom into
KEY_WIDTH = 800
MASTER_FEATURES, MATERIAL_FEATURES = 800, 600  # a material may be small in the master: then few of these are its own
MATERIAL_COARSE = 150

KEY_SECONDS = Fraction(1, 2)  # twelve frames at 24
AFTER_CUT = 3  # frames: past the blend that encoders leave at a cut
CONTEXT = AFTER_CUT + 1
CUT_LEVEL = 14.0  # mean grey levels between neighbours; only decides where to look, never what is found
CUT_RATIO = 2.0  # to the change after it: what changes at every frame is motion or grain

CLIP_KEY_SECONDS = 0.5
CLIP_KEY_SECONDS_STILL = 3.0
STEADY_LEVEL = 1.5  # mean grey levels: below this a later key would repeat the features of the last

MINIMUM_SIDE = 16
MINIMUM_FEATURES = 12
SURE_FEATURES = 100  # of a key frame; of what has fewer, 22 of 58 appearances in developed films are found (0020)
SURE_WORTH = 80.0  # distinct ones, so to speak, of a key frame; of what has fewer, 46 of 99 (0031)
FAINT_WORTH = 1 / 8  # of a distinct feature: a cloudy sky has dozens of faint ones, and is told from no other by them
MINIMUM_TEXTURE = 2.0  # grey levels


@dataclass(frozen=True, eq=False)
class Keys:
    """Features of some frames: of the frame `frames[i]` those in `[ends[i - 1], ends[i])`. `part` are the first and the
    end of the frames that were looked at for them, all that lie between; None where these are frames by themselves."""

    frames: NDArray[np.int64]
    ends: NDArray[np.int64]
    features: Features
    part: tuple[int, int] | None = None

    @classmethod
    def of(cls, features: list[tuple[int, Features]]) -> Keys:
        ends = np.cumsum([len(of_one) for _, of_one in features], dtype=np.int64)
        points = [of_one.points for _, of_one in features]
        descriptors = [of_one.descriptors for _, of_one in features]
        return cls(
            np.array([frame for frame, _ in features], np.int64),
            ends,
            Features(
                np.concatenate([np.zeros((0, 2), np.float32), *points]),
                np.concatenate([np.zeros((0, 128), np.uint8), *descriptors]),
            ),
        )

    @classmethod
    def unpacked(cls, arrays: Arrays) -> Keys:
        part = (int(arrays["first"]), int(arrays["first"]) + len(arrays["thumbs"])) if "first" in arrays else None
        return cls(arrays["keys"], arrays["ends"], Features(arrays["points"], arrays["descriptors"]), part)

    def spans(self) -> Iterator[tuple[int, int, int]]:
        """Of each frame its number, and the first and end of its features."""
        ends = self.ends.tolist()
        return zip(self.frames.tolist(), [0, *ends], ends, strict=False)

    def packed(self) -> dict[str, NDArray[Any]]:
        return {
            "keys": self.frames,
            "ends": self.ends,
            "points": self.features.points,
            "descriptors": self.features.descriptors,
        }


class _Extraction:
    """Features of frames, found while further frames are read."""

    def __init__(self, threads: int, count: int, coarse: int = 0) -> None:
        self._count, self._coarse = count, coarse
        self._threads, self._most = ThreadPoolExecutor(threads), 2 * threads
        self._waiting: list[tuple[int, Future[Features]]] = []

    def __enter__(self) -> _Extraction:
        return self

    def __exit__(self, *raised: object) -> None:
        self._threads.shutdown(cancel_futures=True)

    def add(self, index: int, frame: Frame) -> None:
        picture = shrunk(frame, KEY_WIDTH)
        if len(self._waiting) >= self._most:  # what is read waits here for what is looked at, not in memory
            self._waiting[-self._most][1].result()
        self._waiting.append((index, self._threads.submit(extract, picture, self._count, self._coarse)))

    def features(self) -> list[tuple[int, Features]]:
        return [(index, found.result()) for index, found in self._waiting]


def sketch_part(
    frames: Iterable[tuple[int, Frame]], first: int, rate: Fraction, threads: int = 1
) -> dict[str, NDArray[Any]]:
    """The part of a master from frame `first`: `thumbs` uint8 (n, h, w), `first`, and the keys.

    `frames` are (index, frame) pairs; those before `first` serve only to see cuts.
    """
    step = max(1, round(KEY_SECONDS * rate))
    recent: deque[Luma] = deque(maxlen=CONTEXT + 1)
    thumbs: list[Luma] = []
    with _Extraction(threads, MASTER_FEATURES) as extraction:
        for index, frame in frames:
            recent.append(shrunk(frame, THUMB_WIDTH))
            if index < first:
                continue
            thumbs.append(recent[-1])
            if index % step == 0 or _follows_cut(recent):
                extraction.add(index, frame)
        features = extraction.features()
    stack = np.stack(_one_shape(thumbs)) if thumbs else np.zeros((0, 1, THUMB_WIDTH), np.uint8)
    return {"thumbs": stack, "first": np.array(first), **Keys.of(features).packed()}


def sketch_singly(frames: Iterable[tuple[int, Frame]], threads: int = 1) -> dict[str, NDArray[Any]]:
    """Of frames of a master that do not follow each other, each with features: `frames` int64 (n), `thumbs` uint8
    (n, h, w), and the keys. One of them is enough for a hit, and none says what lies between."""
    numbers: list[int] = []
    thumbs: list[Luma] = []
    with _Extraction(threads, MASTER_FEATURES) as extraction:
        for index, frame in frames:
            numbers.append(index)
            thumbs.append(shrunk(frame, THUMB_WIDTH))
            extraction.add(index, frame)
        features = extraction.features()
    stack = np.stack(_one_shape(thumbs)) if thumbs else np.zeros((0, 1, THUMB_WIDTH), np.uint8)
    return {"thumbs": stack, "frames": np.array(numbers, np.int64), **Keys.of(features).packed()}


def _follows_cut(recent: deque[Luma]) -> bool:
    """Whether the newest picture lies `AFTER_CUT` frames after a cut."""
    if len(recent) <= CONTEXT or len({picture.shape for picture in recent}) > 1:
        return False
    at_cut, after = difference(recent[0], recent[1]), difference(recent[1], recent[2])
    return at_cut > max(CUT_LEVEL, CUT_RATIO * after)


def _one_shape(thumbs: list[Luma]) -> list[Luma]:
    """Pictures whose size changes in mid-stream are brought to that of the first."""
    height, width = thumbs[0].shape
    return [
        thumb
        if thumb.shape == (height, width)
        else np.asarray(cv2.resize(thumb, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
        for thumb in thumbs
    ]


def difference(one: Luma, other: Luma) -> float:
    """Mean absolute difference in grey levels."""
    return float(cv2.absdiff(one, other).mean())


def fingerprint(frames: Iterable[Frame], kind: MaterialKind, threads: int = 1) -> dict[str, NDArray[Any]]:
    """Of one material: `thumbs` uint8 (n, h, w), `seconds` float64 (n), `aspect`, `worth`, how many distinct features a
    key frame has, and the keys.

    Raises `Featureless` for pictures too small, or without texture to find them by.
    """
    width = STILL_WIDTH if kind == "still" else THUMB_WIDTH
    thumbs: list[Luma] = []
    seconds: list[float] = []
    aspect, key_thumb, key_seconds = 1.0, None, 0.0
    with _Extraction(threads, MATERIAL_FEATURES, MATERIAL_COARSE) as extraction:
        for index, frame in enumerate(frames):
            if min(frame.luma.shape) < MINIMUM_SIDE:
                height, wide = frame.luma.shape
                raise Featureless(f"is too small to be found: {wide} x {height} pixels")
            aspect = frame.aspect if index == 0 else aspect
            thumbs.append(shrunk(frame, width))
            seconds.append(frame.seconds)
            elapsed = frame.seconds - key_seconds
            if key_thumb is None or _is_clip_key(elapsed, thumbs[-1], key_thumb):
                extraction.add(index, frame)
                key_thumb, key_seconds = thumbs[-1], frame.seconds
        features = extraction.features()
    keys, stack = Keys.of(features), np.stack(_one_shape(thumbs))
    worth = sum(len(of_one) - (1 - FAINT_WORTH) * of_one.faint for _, of_one in features)
    if worth < MINIMUM_FEATURES or float(stack.std(axis=(1, 2)).max()) < MINIMUM_TEXTURE:
        raise Featureless("has too little texture to be told from other pictures")
    facts = {"seconds": np.array(seconds), "aspect": np.array(aspect), "worth": np.array(worth / len(features))}
    return {"thumbs": stack, **facts, **keys.packed()}


def doubt(fingerprint: Arrays) -> str:
    """Why a material may be missed though it is looked for; empty where it is found as others are."""
    keys = Keys.unpacked(fingerprint)
    if len(keys.features) >= SURE_FEATURES * len(keys.frames) and float(fingerprint["worth"]) >= SURE_WORTH:
        return ""
    return "has so little detail that a scan misses every second appearance of such pictures"


def _is_clip_key(elapsed: float, thumb: Luma, key_thumb: Luma) -> bool:
    if elapsed < CLIP_KEY_SECONDS - 1e-6:
        return False
    is_steady = thumb.shape == key_thumb.shape and difference(thumb, key_thumb) < STEADY_LEVEL
    return elapsed >= CLIP_KEY_SECONDS_STILL or not is_steady
