"""A clip against a master in one place: how alike the frames of both are, and the lines along which they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cleancut.match.agree import Hit
from cleancut.match.align import Line, Lines, shown
from cleancut.match.correlate import Vectors, pairwise, table, vectors, warp
from cleancut.match.film import Film, Target
from cleancut.match.pose import Pose

SAMPLES = 40  # master frames that decide the line
LINE_FRAMES = 480  # of a material, in all of which the line is sought; of a longer one in four times as many
LINE_SECONDS = 6.0  # of the master, to each side of where the material was laid over it, that decide the line
LINE_PIXELS = 3  # one in so many decides
CHUNK = 48  # frames looked at beyond an end before it is believed
MOVES = np.float32(0.5)  # weight of what moves, beside that of the whole picture, in deciding the line


class Pairs:
    """Correlation of frames of the master with frames of the material, in one pose. Remembers the material's."""

    def __init__(self, film: Film, target: Target, pose: Pose) -> None:
        self.film, self.target, self.pose = film, target, pose
        self._known: dict[int, NDArray[np.float32]] = {}

    def ours(self, frames: Sequence[int]) -> Vectors:
        return vectors([self.film.thumb(frame) for frame in frames], self.pose.mask)

    def theirs(self, frames: Sequence[int]) -> Vectors:
        new = sorted({frame for frame in frames if frame not in self._known})
        if new:
            warped = [warp(self.target.thumbs[frame], self.pose.affine, self.film.shape) for frame in new]
            self._known.update(zip(new, vectors(warped, self.pose.mask), strict=True))
        return np.stack([self._known[frame] for frame in frames])

    def along(self, frames: Sequence[int], shown_frames: NDArray[np.int64]) -> NDArray[np.float64]:
        """Of each frame with the material's frame given for it or a neighbour of that, whichever fits best."""
        ours, last = self.ours(frames), len(self.target) - 1
        near = [np.clip(shown_frames + shift, 0, last).tolist() for shift in (-1, 0, 1)]
        like = np.stack([pairwise(ours, self.theirs(column)) for column in near])
        return np.asarray(like.max(axis=0), dtype=np.float64)


def lines_of(pairs: Pairs, hits: Sequence[Hit]) -> Lines:
    film, target, pose = pairs.film, pairs.target, pairs.pose
    near = [hit for hit in hits if abs(hit.frame - pose.frame) <= LINE_SECONDS * film.rate]
    frames = _sampled(film, pose, near)
    anchors = [(hit.frame / film.rate, float(target.seconds[hit.material_frame])) for hit in near]
    anchors.append((pose.frame / film.rate, float(target.seconds[pose.material_frame])))
    columns = _columns(target, anchors, frames, film.rate)
    # A part of the pixels decides as well, and most of the time goes into this product.
    ours, theirs = pairs.ours(frames)[:, ::LINE_PIXELS], pairs.theirs(columns.tolist())[:, ::LINE_PIXELS]
    correlations = np.float32(LINE_PIXELS) * table(ours, theirs) + MOVES * _moves_alike(ours, theirs)
    return Lines(anchors, np.array(frames) / film.rate, columns, correlations, target, 1.0 / film.rate)


def _moves_alike(ours: Vectors, theirs: Vectors) -> NDArray[np.float32]:
    """Correlation of what each differs in from the material's mean picture: of what moves, where the ground stays.

    Where nothing does, this is noise about 0 and favours no line; the ground alone fits any.
    """
    ground = theirs.mean(axis=0)
    one, other = ours - ground, theirs - ground
    lengths = np.outer(np.linalg.norm(one, axis=1), np.linalg.norm(other, axis=1))
    return np.asarray((one @ other.T) / np.maximum(lengths, 1.0), dtype=np.float32)


def _sampled(film: Film, pose: Pose, hits: Sequence[Hit]) -> list[int]:
    """Frames from the first hit to the last, about a second at least, evenly, with those of the hits."""
    marks = sorted({pose.frame, *(hit.frame for hit in hits)})
    low, high = marks[0], marks[-1]
    if high - low < film.rate:
        low, high = max(0, low - round(film.rate / 3)), min(film.frames - 1, high + round(film.rate / 3))
    even = np.rint(np.linspace(low, high, min(SAMPLES, high - low + 1))).astype(int).tolist()
    return sorted({*even, *(marks if len(marks) <= SAMPLES else [])})


def _columns(
    target: Target, anchors: Sequence[tuple[float, float]], frames: Sequence[int], rate: float
) -> NDArray[np.int64]:
    """The material's frames a line might show: all of a short clip, else those about the anchors, of which the last is
    where the material was laid over the master; those nearest to that, where they are too many."""
    if len(target) <= LINE_FRAMES:
        return np.arange(len(target))
    reach = 2.0 + 2.0 * (frames[-1] - frames[0]) / rate
    is_near = np.zeros(len(target), bool)
    for _, there in anchors:
        first, end = np.searchsorted(target.seconds, [there - reach, there + reach])
        is_near[first:end] = True
    near, own = np.flatnonzero(is_near), anchors[-1][1]
    return np.sort(near[np.argsort(np.abs(target.seconds[near] - own), kind="stable")][: 4 * LINE_FRAMES])


def extended(pairs: Pairs, line: Line, hits: Sequence[Hit]) -> tuple[int, NDArray[np.float64]]:
    """Correlation along the line from the hits outwards, until a whole chunk shows nothing."""
    marks, frames = [pairs.pose.frame, *(hit.frame for hit in hits)], pairs.film.frames
    low, high = min(marks), max(marks) + 1
    middle = along(pairs, line, low, high)
    quiet = 0.5 * float(np.median(middle[middle > -1])) if (middle > -1).any() else 0.0
    before: list[NDArray[np.float64]] = []
    while low > 0 and (not before or before[-1].max() > max(0.1, quiet)):
        before.append(along(pairs, line, max(0, low - CHUNK), low))
        low = max(0, low - CHUNK)
    after: list[NDArray[np.float64]] = []
    while high < frames and (not after or after[-1].max() > max(0.1, quiet)):
        after.append(along(pairs, line, high, min(frames, high + CHUNK)))
        high = min(frames, high + CHUNK)
    return low, np.concatenate([*reversed(before), middle, *after])


def along(pairs: Pairs, line: Line, first: int, end: int) -> NDArray[np.float64]:
    frames = np.arange(first, end)
    shown_frames, lasts = shown(line, pairs.target, frames / pairs.film.rate)
    values = np.full(len(frames), -1.0)
    if lasts.any():
        values[lasts] = pairs.along(frames[lasts].tolist(), shown_frames[lasts])
    return values
