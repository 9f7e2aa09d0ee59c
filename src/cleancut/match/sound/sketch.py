"""Sketches of a master's sound and fingerprints of material: what is left of sound once it has been heard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from cleancut.match.fingerprint import Featureless
from cleancut.match.samples import Samples
from cleancut.match.sound import peaks
from cleancut.match.sound.spectrum import HOP, RATE, REACH, WINDOW, Levels, levels, relief, spectra

STRIDE = 2  # frames from one row of levels, or of a fingerprint, to the next
STEP = STRIDE * HOP
_REACH = REACH + peaks.REACH + WINDOW // 2 // HOP
CONTEXT = -(-_REACH // STRIDE) * STEP
AUDIBLE = 15.0  # dB above the floor of -90: what is softer than that in its bin is no peak
ROW = 8  # maxima kept of each row of a fingerprint
NO_BIN = 255

_PIECE = 40 * RATE // STEP * STEP  # material is heard in pieces of so many samples
_LEAST_LANDMARKS, _LEAST_SECONDS = 12, 0.7
_LEAST_BESIDE = 0.003  # of the energy of what both channels share: 25 dB below it


def views(channels: int) -> list[tuple[int, ...]]:
    """What is listened to of so many channels: of a pair (left and right, surrounds) what both share and what tells
    them apart, which is free of a voice in the middle; else each channel by itself. A tuple holds the channels."""
    pairs = _PAIRS.get(channels, ())
    alone: list[tuple[int, ...]] = [(c,) for c in range(channels) if not any(c in pair for pair in pairs)]
    return [view for pair in pairs for view in (pair, pair)] + alone


_PAIRS: dict[int, tuple[tuple[int, ...], ...]] = {2: ((0, 1),), 6: ((0, 1), (4, 5)), 8: ((0, 1), (4, 5), (6, 7))}


def sketch(window: Samples) -> dict[str, NDArray[np.generic]]:
    """Of the samples in the middle of `window`; CONTEXT more on both sides are only looked at.

    `maxima`: bits, shape (views, frames, ceil(BINS / 8)); `levels`: dB, shape (views, rows, BINS); `landmarks`: view,
    frame, bin, and whether it is sparse, in order of frame.
    """
    frames = -(-(window.shape[1] - 2 * CONTEXT) // HOP)
    maxima, rows, landmarks = [], [], []
    for number, level in enumerate(_levels(window)):
        raised = relief(level)
        inner = slice(CONTEXT // HOP - WINDOW // 2 // HOP, CONTEXT // HOP - WINDOW // 2 // HOP + frames)
        is_heard = level > AUDIBLE
        maxima.append(np.packbits((peaks.maxima(raised) & is_heard)[inner], axis=1))
        rows.append(_whole_db(level[inner][::STRIDE]))
        dense = (peaks.dense(raised, level) & is_heard)[inner]
        frame, bin_ = np.nonzero(dense)
        sparse = peaks.sparse(raised, level)[inner][frame, bin_]
        landmarks.append(np.stack([np.full(len(frame), number), frame, bin_, sparse], axis=1))
    return {
        "maxima": np.stack(maxima),
        "levels": np.stack(rows),
        "landmarks": np.concatenate(landmarks).astype(np.int32),
    }


def _levels(window: Samples) -> Iterator[Levels]:
    """The levels of each view, in order of `views`."""
    padded = np.pad(window, ((0, 0), (0, -window.shape[1] % HOP)))
    of = [spectra(row) for row in padded]
    seen: set[tuple[int, ...]] = set()
    for view in views(len(padded)):
        if len(view) == 1:
            yield levels(of[view[0]])
        elif view not in seen:
            yield levels(np.asarray((of[view[0]] + of[view[1]]) / 2, dtype=np.float32))
        else:
            yield levels(np.asarray((of[view[0]] - of[view[1]]) / 2, dtype=np.float32))
        seen.add(view)


def fingerprints(blocks: Iterable[Samples]) -> list[dict[str, NDArray[np.generic]]]:
    """Of one material: its channels folded into one, and what tells a pair of them apart where that is a part worth
    naming. Under a voice in the middle of a mix the second is all that is left to hear.

    Each holds `bins` and `levels`: the strongest maxima of each row and their dB, shape (rows, ROW), NO_BIN where there
    are fewer; `landmark_frames` and `landmark_bins`, in order; `frames`; `is_beside`, whether it is the second. Raises
    `Featureless` where the first is.
    """
    fold, beside, of_fold, of_beside = _Print(), _Print(), 0.0, 0.0
    for window in _pieces(blocks):
        middle = _folded(window)
        fold.add(middle)
        of_fold += _energy(middle)
        if len(window) == 2:
            apart = _padded((window[0] - window[1]) / 2)
            beside.add(apart)
            of_beside += _energy(apart)
    found = [fold.whole(is_beside=False)]
    if of_beside > _LEAST_BESIDE * of_fold:
        with suppress(Featureless):
            found.append(beside.whole(is_beside=True))
    return found


class _Print:
    """A fingerprint that grows by the windows of one channel."""

    def __init__(self) -> None:
        self._bins: list[NDArray[np.uint8]] = []
        self._levels: list[NDArray[np.uint8]] = []
        self._frame, self._bin = [np.zeros(0, np.int32)], [np.zeros(0, np.uint8)]
        self._frames = 0

    def add(self, window: NDArray[np.float32]) -> None:
        length = -(-(len(window) - 2 * CONTEXT) // HOP)
        inner = slice(CONTEXT // HOP - WINDOW // 2 // HOP, CONTEXT // HOP - WINDOW // 2 // HOP + length)
        level = levels(spectra(window))
        raised = relief(level)
        is_heard = level > AUDIBLE
        kept, strength = _strongest(np.where(peaks.maxima(raised) & is_heard, raised, 0)[inner], level[inner])
        frame, bin_ = np.nonzero((peaks.sparse(raised, level) & is_heard)[inner])
        self._bins.append(kept)
        self._levels.append(strength)
        self._frame.append((frame + self._frames).astype(np.int32))
        self._bin.append(bin_.astype(np.uint8))
        self._frames += length

    def whole(self, *, is_beside: bool) -> dict[str, NDArray[np.generic]]:
        """Raises `Featureless`."""
        _refuse_featureless(np.concatenate(self._frame), self._frames)
        return {
            "bins": np.concatenate(self._bins),
            "levels": np.concatenate(self._levels),
            "landmark_frames": np.concatenate(self._frame),
            "landmark_bins": np.concatenate(self._bin),
            "frames": np.array(self._frames),
            "is_beside": np.array(is_beside),
        }


_BY_EAR = "Listen for it by ear; if it is not there, put that on record under `looked` in the dossier."


def _refuse_featureless(landmarks: NDArray[np.int32], frames: int) -> None:
    if frames * HOP < _LEAST_SECONDS * RATE:
        raise Featureless(f"shorter than {_LEAST_SECONDS} seconds", _BY_EAR)
    distinct = len(np.unique(landmarks // 8))
    if len(landmarks) < _LEAST_LANDMARKS or distinct < 4:
        raise Featureless("too little happens in it to tell it from other sound", _BY_EAR)


def _folded(window: Samples) -> NDArray[np.float32]:
    """All channels as one; the first alone where they cancel each other."""
    fold = window.mean(axis=0)
    single = float((window.astype(np.float64) ** 2).sum(axis=1).max())
    return _padded(fold if _energy(fold) > 0.02 * single else window[0])


def _padded(channel: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.pad(channel, (0, -len(channel) % HOP)).astype(np.float32)


def _energy(channel: NDArray[np.float32]) -> float:
    return float((channel.astype(np.float64) ** 2).sum())


def _strongest(raised: Levels, level: Levels) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    raised, level = raised[::STRIDE], level[::STRIDE]
    order = np.argsort(-raised, axis=1, kind="stable")[:, :ROW]
    is_there = np.take_along_axis(raised, order, axis=1) > 0
    strength = _whole_db(np.take_along_axis(level, order, axis=1))
    return np.where(is_there, order, NO_BIN).astype(np.uint8), np.where(is_there, strength, 0).astype(np.uint8)


def _whole_db(level: Levels) -> NDArray[np.uint8]:
    """To one dB. Floats far beyond full scale, which a file may hold, end at 255."""
    return np.asarray(np.rint(level).clip(0, 255), dtype=np.uint8)


def _pieces(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """The samples as windows of a piece with CONTEXT on both sides, silence beyond the ends."""
    held: list[Samples] = []
    length = CONTEXT
    for block in blocks:
        if not held:
            held.append(np.zeros((len(block), CONTEXT), np.float32))
        held.append(block)
        length += block.shape[1]
        while length >= _PIECE + 2 * CONTEXT:
            whole = np.concatenate(held, axis=1)
            yield whole[:, : _PIECE + 2 * CONTEXT]
            held, length = [whole[:, _PIECE:]], length - _PIECE
    if length > CONTEXT:
        yield np.pad(np.concatenate(held, axis=1), ((0, 0), (0, CONTEXT)))
