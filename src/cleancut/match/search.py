"""Nearest descriptors of a register, exactly reproducible.

`nearest_exact` compares with everything: the definition. `Index` compares only within the cells nearest to the query
and is measured against it. Descriptors are integers, and so are their products: results do not depend on threads, on
the order of queries, on how they are batched, or on which shelves the register lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleancut.match.cells import CELLS, Cells, cells_of, probed
from cleancut.match.compiled import compiled
from cleancut.match.features import LENGTH, Descriptors

CANDIDATES = 16_384  # compared with a query, after which no further cell is looked into: so the search stays fast
LEAST = 0.75  # similarity below which a neighbour is none: it could neither vote nor speak against one that does
QUERIES = 1 << 17  # asked at once at most: then each cell is read once for many, in some hundred megabytes
_PRODUCTS = 1 << 20  # held at once

Names = NDArray[np.int64]
"""Of features: the number of the material in the register, then, in the lower 32 bits, that of the feature in it."""

Similarities = NDArray[np.float32]
Products = NDArray[np.int32]

_SQUARE = LENGTH * LENGTH  # product of equal descriptors, near enough: lengths differ by rounding only
_LEAST = round(LEAST * _SQUARE)


def nearest_exact(known: Descriptors, queries: Descriptors, count: int) -> tuple[Names, Similarities]:
    """For each query the `count` most similar rows of `known`, best first, the earlier row where two tie; -1 with
    similarity 0 where there are no more that are similar by `LEAST`. Both results have shape (queries, count)."""
    whole = known.astype(np.float32)
    names, products = _none(len(queries), count)
    step = max(1, _PRODUCTS // max(1, len(known)))
    for start in range(0, len(queries), step):
        like = (queries[start : start + step].astype(np.float32) @ whole.T).astype(np.int32)
        for line, row in np.argwhere(like >= _LEAST).tolist():
            _insert(names[start + line], products[start + line], row, like[line, row])
    return names, _similarities(products)


def _none(queries: int, count: int) -> tuple[Names, Products]:
    return np.full((queries, count), -1, np.int64), np.zeros((queries, count), np.int32)


def _similarities(products: Products) -> Similarities:
    return products.astype(np.float32) / np.float32(_SQUARE)


@compiled
def product(one: Descriptors, other: Descriptors) -> np.int32:
    """Of two descriptors. Kept to 32 bits: for a sum of 64 the processor takes longer."""
    total = np.int32(0)
    for number in range(128):
        total = np.int32(total + np.int32(np.int32(one[number]) * np.int32(other[number])))
    return total


@compiled
def _insert(names: Names, products: Products, name: int, product: int | np.int32) -> None:
    """Keep the best in order, the lower name first where two tie."""
    place = len(names)
    while place and (products[place - 1] < product or (products[place - 1] == product and names[place - 1] > name)):
        place -= 1
    for later in range(len(names) - 1, place, -1):
        names[later], products[later] = names[later - 1], products[later - 1]
    if place < len(names):
        names[place], products[place] = name, product


@dataclass(frozen=True, eq=False)
class Shelf:
    """Descriptors of some materials, sorted by cell: those of cell n end at `ends[n]`. `materials` and `features` say
    which of the shelf's materials each is of, and which feature of that."""

    descriptors: Descriptors
    materials: NDArray[np.int32]
    features: NDArray[np.int32]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, parts: Sequence[Descriptors]) -> Shelf:
        """Of the descriptors of each material."""
        cells = np.concatenate([np.zeros(0, np.uint16), *map(cells_of, parts)])
        order = np.argsort(cells, kind="stable")
        places = np.empty(len(order), np.int64)
        places[order] = np.arange(len(order))
        descriptors, start = np.empty((len(order), 128), np.uint8), 0
        for part in parts:  # one by one: joined they would take their memory twice
            descriptors[places[start : start + len(part)]] = part
            start += len(part)
        counts = [len(part) for part in parts]
        numbers = np.concatenate([np.zeros(0, np.int32), *(np.arange(count, dtype=np.int32) for count in counts)])
        materials = np.repeat(np.arange(len(parts), dtype=np.int32), counts)
        return cls(descriptors, materials[order], numbers[order], np.cumsum(np.bincount(cells, minlength=CELLS)))


class Index:
    """Shelves searched as one, in so many threads. `positions` say of each shelf's materials which of the register's
    they are."""

    def __init__(self, shelves: Sequence[Shelf], positions: Sequence[NDArray[np.int64]], threads: int = 1) -> None:
        self._shelves, self._positions, self._threads = shelves, positions, threads
        ends = np.stack([shelf.ends for shelf in shelves], axis=1)
        self._sizes = np.diff(ends, axis=0, prepend=0).sum(axis=1, dtype=np.int32)

    def nearest(self, queries: Descriptors, count: int) -> tuple[Names, Similarities]:
        """As `nearest_exact`, by name, in the cells nearest to each query that together hold some `CANDIDATES`."""
        names, products = _none(len(queries), count)
        step = min(QUERIES, max(1, -(-len(queries) // self._threads)))
        parts = [slice(start, start + step) for start in range(0, len(queries), step)]
        with ThreadPoolExecutor(self._threads) as threads:
            list(threads.map(lambda part: self._search(queries[part], names[part], products[part]), parts))
        return names, _similarities(products)

    def _search(self, queries: Descriptors, names: Names, products: Products) -> None:
        lines, ends = _by_cell(probed(queries), self._sizes, CANDIDATES)
        for shelf, positions in zip(self._shelves, self._positions, strict=True):
            known = (shelf.descriptors, shelf.materials, shelf.features, shelf.ends, positions)
            _search_shelf(queries, lines, ends, *known, names, products)


@compiled
def _by_cell(cells: Cells, sizes: NDArray[np.int32], candidates: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The queries that look into each cell, joined; and where those of each cell end. A query looks into cell after
    cell, until these held so many candidates."""
    ends = np.zeros(len(sizes), np.int64)
    last = np.zeros(len(cells), np.int32)  # how many cells it looks into
    for line in range(len(cells)):
        seen = 0
        while last[line] < cells.shape[1] and seen < candidates:
            cell = cells[line, last[line]]
            seen += sizes[cell]
            ends[cell] += 1
            last[line] += 1
    places = np.cumsum(ends) - ends
    lines = np.empty(ends.sum(), np.int32)
    for line in range(len(cells)):
        for cell in cells[line, : last[line]]:
            lines[places[cell]] = line
            places[cell] += 1
    return lines, places


@compiled
def _search_shelf(
    queries: Descriptors,
    lines: NDArray[np.int32],
    line_ends: NDArray[np.int64],
    descriptors: Descriptors,
    materials: NDArray[np.int32],
    features: NDArray[np.int32],
    ends: NDArray[np.int64],
    positions: NDArray[np.int64],
    names: Names,
    products: Products,
) -> None:
    """Puts what a shelf has among the best of each query. Cell by cell, so that each is read once for all of them."""
    first = first_line = 0
    for cell in range(len(ends)):
        for line in lines[first_line : line_ends[cell]]:
            query = queries[line]
            for row in range(first, ends[cell]):
                like = product(query, descriptors[row])
                if like >= _LEAST and like >= products[line, -1]:
                    name = positions[materials[row]] << 32 | features[row]
                    _insert(names[line], products[line], name, like)
        first, first_line = ends[cell], line_ends[cell]
