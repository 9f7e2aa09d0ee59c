"""Nearest descriptors of a register, exactly reproducible.

`nearest_exact` compares with everything: the definition. `Index` compares only within the few lists whose centres lie
nearest to the query (an inverted file) and is measured against it. Distances are integers, and products with the
centres integers held in float32: results do not depend on threads, on the order of queries, or on how they are batched.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cleancut.match.features import LENGTH, Descriptors

LIST_SIZE = 320  # descriptors a list holds on average: centres and members then cost about the same
MAX_LISTS = 4096
PROBES = 4
BATCH = 16384
_TRAINING_ROUNDS = 6
_TRAINING_PER_LIST = 48

Rows = NDArray[np.int64]
Distances = NDArray[np.int32]
Similarities = NDArray[np.float32]

_FAR = 2 * LENGTH * LENGTH  # squared distance of descriptors that have nothing in common


def similarity(distances: Distances) -> Similarities:
    """Squared distances of descriptors as cosine, near enough: lengths differ from `LENGTH` by rounding only."""
    return np.float32(1.0) - distances.astype(np.float32) / np.float32(2 * LENGTH * LENGTH)


def nearest_exact(known: Descriptors, queries: Descriptors, count: int) -> tuple[Rows, Similarities]:
    """For each query the `count` most similar rows of `known`, best first; -1 with similarity 0 where there are fewer.

    Both results have shape (queries, count). Which of those that tie for the last place is kept is arbitrary, but
    always the same.
    """
    rows, distances = _nearest(known, np.arange(len(known)), queries, count)
    return rows, similarity(distances)


def _nearest(known: Descriptors, names: Rows, queries: Descriptors, count: int) -> tuple[Rows, Distances]:
    """The nearest of a few known descriptors, by name, with squared distances. OpenCV computes them in integers."""
    width = min(count, len(known))
    distances, places = cv2.batchDistance(queries, known, cv2.CV_32S, normType=cv2.NORM_L2SQR, K=width)
    missing = ((0, 0), (0, count - width))
    rows = np.pad(names[np.asarray(places)], missing, constant_values=-1)
    return rows, np.pad(np.asarray(distances, np.int32), missing, constant_values=_FAR)


@dataclass(frozen=True, eq=False)
class Index:
    """An inverted file: `members` lists rows of `known` list by list, `ends` where each list ends."""

    known: Descriptors
    centres: NDArray[np.float32]
    members: Rows
    ends: Rows

    @classmethod
    def build(cls, known: Descriptors) -> Index:
        """Lists from k-means on an even sample, without randomness. Centres are rounded, which keeps products exact."""
        lists = int(np.clip(len(known) // LIST_SIZE, 1, MAX_LISTS))
        centres = _centres(known, lists)
        owners = _owners(known, centres)
        members = np.argsort(owners, kind="stable")
        ends = np.cumsum(np.bincount(owners, minlength=lists))
        return cls(known, centres, members, ends)

    def nearest(self, queries: Descriptors, count: int) -> tuple[Rows, Similarities]:
        """As `nearest_exact`, among the members of the `PROBES` lists nearest to each query."""
        rows = np.empty((len(queries), count), np.int64)
        distances = np.empty((len(queries), count), np.int32)
        for start in range(0, len(queries), BATCH):
            part = slice(start, start + BATCH)
            rows[part], distances[part] = self._nearest(queries[part], count)
        return rows, similarity(distances)

    def _nearest(self, queries: Descriptors, count: int) -> tuple[Rows, Distances]:
        """List by list, all queries that probe a list at once."""
        probes = min(PROBES, len(self.centres))
        probed = _best_probes(queries.astype(np.float32) @ self.centres.T, probes)
        rows = np.full((len(queries), probes, count), -1, np.int64)
        distances = np.full((len(queries), probes, count), _FAR, np.int32)
        order = np.argsort(probed, axis=None, kind="stable")
        bounds = np.searchsorted(probed.ravel()[order], np.arange(len(self.centres) + 1))
        starts = np.concatenate([[0], self.ends[:-1]])
        for number in np.flatnonzero(np.diff(bounds)):
            members = self.members[starts[number] : self.ends[number]]
            if len(members):
                lines, places = np.divmod(order[bounds[number] : bounds[number + 1]], probes)
                found = _nearest(self.known[members], members, queries[lines], count)
                rows[lines, places], distances[lines, places] = found
        return _merged(rows.reshape(len(queries), -1), distances.reshape(len(queries), -1), count)


def _merged(rows: Rows, distances: Distances, count: int) -> tuple[Rows, Distances]:
    order = np.lexsort((rows, distances), axis=1)[:, :count]
    return np.take_along_axis(rows, order, axis=1), np.take_along_axis(distances, order, axis=1)


def _best_probes(products: NDArray[np.float32], probes: int) -> NDArray[np.int64]:
    if products.shape[1] <= probes:
        return np.broadcast_to(np.arange(products.shape[1]), products.shape).copy()
    return np.argpartition(-products, probes - 1, axis=1)[:, :probes]


def _centres(known: Descriptors, lists: int) -> NDArray[np.float32]:
    sample = known[:: max(1, len(known) // (lists * _TRAINING_PER_LIST))]
    centres = sample[:: max(1, len(sample) // lists)][:lists].astype(np.float32)
    for _ in range(_TRAINING_ROUNDS):
        owners = _owners(sample, centres)
        order = np.argsort(owners, kind="stable")
        sizes = np.bincount(owners, minlength=len(centres))
        filled = np.flatnonzero(sizes)
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])[filled]
        sums = np.add.reduceat(sample[order].astype(np.int64), starts, axis=0).astype(np.float64)
        lengths = np.sqrt((sums * sums).sum(axis=1, keepdims=True))
        centres[filled] = np.rint(sums * (LENGTH / np.maximum(lengths, 1.0)))
    return centres


def _owners(known: Descriptors, centres: NDArray[np.float32]) -> NDArray[np.int64]:
    owners = np.empty(len(known), np.int64)
    for start in range(0, len(known), BATCH):
        part = known[start : start + BATCH].astype(np.float32)
        owners[start : start + BATCH] = (part @ centres.T).argmax(axis=1)
    return owners
