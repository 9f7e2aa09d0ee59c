"""Nearest descriptors of a register, exactly reproducible.

`nearest_exact` compares with everything: the definition. `Index` compares only within the cells nearest to the query
and is measured against it. Descriptors are integers, and so are their products, held in float32: results do not depend
on threads, on the order of queries, on how they are batched, or on which shelves the register lies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleancut.match.cells import CELLS, Cells, cells_of, probed
from cleancut.match.features import LENGTH, Descriptors

CANDIDATES = 16_384  # compared with a query, after which no further cell is looked into: so the search stays fast
LEAST = 0.75  # similarity below which a neighbour is none: it could neither vote nor speak against one that does
QUERIES = 1 << 17  # asked at once at most: then each cell is read once for many, in some hundred megabytes
_PRODUCTS = 1 << 20  # held at once
_FIRST = 2048  # candidates that tell how similar a neighbour must be, before all are looked at; fewer where few are
_BLOCK = 16
_LOWER = (1 << 32) - 1

Names = NDArray[np.int64]
"""Of features: the number of the material in the register, then, in the lower 32 bits, that of the feature in it."""

Similarities = NDArray[np.float32]
_Lines = NDArray[np.int32]
_Products = NDArray[np.float32]
_Found = tuple[_Lines, Names, _Products]

_SQUARE = np.float32(LENGTH * LENGTH)  # product of equal descriptors, near enough: lengths differ by rounding only


def nearest_exact(known: Descriptors, queries: Descriptors, count: int) -> tuple[Names, Similarities]:
    """For each query the `count` most similar rows of `known`, best first, the earlier row where two tie; -1 with
    similarity 0 where there are no more that are similar by `LEAST`. Both results have shape (queries, count)."""
    whole, found = known.astype(np.float32), _nothing()
    step = max(1, _PRODUCTS // max(1, len(known)))
    for start in range(0, len(queries), step):
        products = queries[start : start + step].astype(np.float32) @ whole.T
        lines, rows = np.nonzero(products >= LEAST * _SQUARE)
        found.append(((lines + start).astype(np.int32), rows, products[lines, rows]))
    return _best(found, len(queries), count, lambda rows: rows)


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
    """Shelves searched as one. `positions` say of each shelf's materials which of the register's they are."""

    def __init__(self, shelves: Sequence[Shelf], positions: Sequence[NDArray[np.int64]]) -> None:
        self._shelves, self._positions = shelves, positions
        ends = np.stack([shelf.ends for shelf in shelves], axis=1)
        self._bounds = np.concatenate([np.zeros((1, len(shelves)), np.int64), ends])
        self._sizes = np.diff(self._bounds, axis=0).sum(axis=1, dtype=np.int32)

    def nearest(self, queries: Descriptors, count: int) -> tuple[Names, Similarities]:
        """As `nearest_exact`, by name, in the cells nearest to each query that together hold some `CANDIDATES`."""
        names = np.empty((len(queries), count), np.int64)
        similarities = np.empty((len(queries), count), np.float32)
        for start in range(0, len(queries), QUERIES):
            part = slice(start, start + QUERIES)
            names[part], similarities[part] = self._nearest(queries[part], count)
        return names, similarities

    def _nearest(self, queries: Descriptors, count: int) -> tuple[Names, Similarities]:
        cells = probed(queries)
        sizes = self._sizes[cells]
        before = np.cumsum(sizes, axis=1, dtype=np.int32) - sizes
        is_asked = (before < CANDIDATES) & (sizes > 0)
        is_first = is_asked & (before < np.minimum(np.maximum(before[:, -1:] // 2, 1), _FIRST))
        levels = np.full((len(queries), count), LEAST * _SQUARE)  # that so many neighbours reach at least
        for _, lines, products in self._products(queries, cells, is_first):
            both = np.concatenate([levels[lines], _of_blocks(products)], axis=1)
            levels[lines] = np.partition(both, -count, axis=1)[:, -count:]
        least = levels.min(axis=1, keepdims=True)
        found = _nothing()
        for cell, lines, products in self._products(queries, cells, is_asked):
            places = np.flatnonzero(products >= least[lines])
            ours, theirs = np.divmod(places, products.shape[1])
            found.append((lines[ours], theirs + (cell << 32), products.ravel()[places]))
        return _best(found, len(queries), count, self._names)

    def _products(
        self, queries: Descriptors, cells: Cells, is_asked: NDArray[np.bool_]
    ) -> Iterator[tuple[int, _Lines, _Products]]:
        """Cell by cell, the queries that ask for it, and their products with its members."""
        places = np.flatnonzero(is_asked)
        wanted = cells.ravel()[places]
        order = np.argsort(wanted, kind="stable")
        lines, wanted = (places[order] // cells.shape[1]).astype(np.int32), wanted[order]
        firsts = np.flatnonzero(np.concatenate([[True], wanted[1:] != wanted[:-1]])[: len(wanted)])
        ends = [*firsts[1:].tolist(), len(wanted)]
        for cell, first, end in zip(wanted[firsts].tolist(), firsts.tolist(), ends, strict=False):
            members = self._members(cell)
            step = max(1, _PRODUCTS // len(members))
            for start in range(first, end, step):
                some = lines[start : min(start + step, end)]
                products: _Products = queries[some].astype(np.float32) @ members.T
                yield cell, some, products

    def _members(self, cell: int) -> NDArray[np.float32]:
        spans = zip(self._shelves, self._bounds[cell].tolist(), self._bounds[cell + 1].tolist(), strict=True)
        parts = [shelf.descriptors[first:end] for shelf, first, end in spans if end > first]
        return (parts[0] if len(parts) == 1 else np.concatenate(parts)).astype(np.float32)

    def _names(self, places: NDArray[np.int64]) -> Names:
        """Of members of cells: the number of the cell, then, in the lower 32 bits, the place in it."""
        cells, rest = places >> 32, places & _LOWER
        names = np.empty(len(places), np.int64)
        for number, (shelf, positions) in enumerate(zip(self._shelves, self._positions, strict=True)):
            firsts, ends = self._bounds[cells, number], self._bounds[cells + 1, number]
            is_here = (rest >= 0) & (rest < ends - firsts)
            rows = firsts[is_here] + rest[is_here]
            names[is_here] = positions[shelf.materials[rows]] << 32 | shelf.features[rows]
            rest -= ends - firsts
        return names


def _of_blocks(products: _Products) -> _Products:
    """The best of each block of a cell's members, all of which are at least as good as so many of the members."""
    width = products.shape[1]
    if width < 2 * _BLOCK:
        whole: _Products = products.max(axis=1, keepdims=True)
        return whole
    blocks = width // _BLOCK
    best: _Products = products[:, : blocks * _BLOCK].reshape(len(products), blocks, _BLOCK).max(axis=2)
    return best


def _nothing() -> list[_Found]:
    return [(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.float32))]


def _best(
    found: list[_Found], queries: int, count: int, named: Callable[[NDArray[np.int64]], Names]
) -> tuple[Names, Similarities]:
    """The best of what was found for each query, the lower name where two tie; `named` says the names of places."""
    lines, places, products = (np.concatenate(column) for column in zip(*found, strict=True))
    keys = (lines.astype(np.int64) << 32) - products.astype(np.int64)  # in order of line, then the best first
    order = np.argsort(keys, kind="stable")
    keys, lines = keys[order], lines[order]
    counts = np.bincount(lines, minlength=queries)
    lasts = np.cumsum(counts) - np.maximum(counts - count, 0) - 1
    is_kept = keys <= keys[lasts[lines]]  # with what ties with the last
    keys, lines, order = keys[is_kept], lines[is_kept], order[is_kept]
    names = named(places[order])
    by_name = np.lexsort((names, keys))
    lines, names, products = lines[by_name], names[by_name], products[order][by_name]
    counts = np.bincount(lines, minlength=queries)
    ranks = np.arange(len(lines)) - (np.cumsum(counts) - counts)[lines]
    is_best = ranks < count
    best = np.full((queries, count), -1, np.int64)
    similarities = np.zeros((queries, count), np.float32)
    best[lines[is_best], ranks[is_best]] = names[is_best]
    similarities[lines[is_best], ranks[is_best]] = products[is_best] / _SQUARE
    return best, similarities
