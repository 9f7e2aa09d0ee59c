"""The nearest neighbours of a master's features, searched once for what looks the same from key frame to key frame.

Half of the features of a shot or more only repeat those of the key frame before. They share its answer: what is looked
for is what the feature first looked like, so that nothing drifts however long a shot stands.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cleancut.match.catalogue import Catalogue
from cleancut.match.features import LENGTH, MIRRORED, Descriptors
from cleancut.match.search import Names, Similarities
from cleancut.match.sketch import Keys

REPEATED = 0.94  # similarity to what it first looked like; behind noise or in a blend a feature is searched anew

Answers = tuple[Names, Similarities]


class Neighbours:
    """Of key frames that are given in their order, some parts at a time: how they are divided changes no answer."""

    def __init__(self, catalogue: Catalogue, count: int) -> None:
        self._catalogue, self._count = catalogue, count
        self._last = np.zeros((0, 128), np.uint8)  # what the features of the last key frame first looked like
        self._answered = [(np.zeros((0, count), np.int64), np.zeros((0, count), np.float32))] * 2

    def of(self, parts: Sequence[Keys]) -> list[Answers]:
        """For all features of these parts, as they are and mirrored: see `Index.nearest`."""
        origins, asked, self._last = _traced(parts, self._last)
        names, near = self._catalogue.nearest(np.concatenate([asked, asked[:, MIRRORED]]), self._count)
        found = zip(np.split(names, 2), np.split(near, 2), strict=True)
        known = [
            (np.concatenate([before[0], names]), np.concatenate([before[1], near]))
            for before, (names, near) in zip(self._answered, found, strict=True)
        ]
        answers = [(names[origins], near[origins]) for names, near in known]
        shown = len(self._last)
        self._answered = [(names[len(names) - shown :], near[len(near) - shown :]) for names, near in answers]
        return answers


def _traced(parts: Sequence[Keys], last: Descriptors) -> tuple[NDArray[np.int64], Descriptors, Descriptors]:
    """For each feature the number of what it repeats: of one of `last`, or of one of those that nothing came before,
    counted on from there; then these; then what the features of the last key frame first looked like."""
    numbers = np.arange(len(last))
    origins, asked, count = [np.zeros(0, np.int64)], [np.zeros((0, 128), np.uint8)], len(last)
    for keys in parts:
        for _, first, end in keys.spans():
            own = keys.features.descriptors[first:end]
            repeated = _repeated(own, last)
            is_new = repeated < 0
            fresh = count + np.cumsum(is_new) - 1
            numbers, last = (
                np.where(is_new, fresh, numbers[repeated]) if len(last) else fresh,
                np.where(is_new[:, np.newaxis], own, last[repeated]) if len(last) else own,
            )
            origins.append(numbers)
            asked.append(own[is_new])
            count += int(is_new.sum())
    return np.concatenate(origins), np.concatenate(asked), last


def _repeated(own: Descriptors, last: Descriptors) -> NDArray[np.int64]:
    """Which of the last each repeats, -1 for none."""
    if not len(own) or not len(last):
        return np.full(len(own), -1, np.int64)
    products = own.astype(np.float32) @ last.astype(np.float32).T
    best = products.argmax(axis=1)
    return np.where(products[np.arange(len(own)), best] >= REPEATED * LENGTH * LENGTH, best, -1)
