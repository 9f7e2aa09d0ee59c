"""Nearest descriptors of a register, exactly reproducible.

`nearest_exact` compares with everything: the definition. `Index` compares only within the cells nearest to the query,
and there only with what has the nearest codes; it is measured against the definition. Descriptors, codes and products
are integers: results do not depend on threads, on the order of queries, on how they are batched, or on which shelves
the register lies.
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

CANDIDATES = 16_384  # of a query, after which no further cell is looked into: so the search stays fast
SHORTLIST = 512  # candidates whose descriptors are compared, with what ties by code; the others only by codes
LEAST = 0.75  # similarity below which a neighbour is none: it could neither vote nor speak against one that does
QUERIES = 1 << 17  # asked at once by a thread at most: then each cell is read once for many, in some hundred megabytes
_PRODUCTS = 1 << 20  # held at once

Names = NDArray[np.int64]
"""Of features: the number of the material in the register, then, in the lower 32 bits, that of the feature in it."""

Similarities = NDArray[np.float32]
Products = NDArray[np.int32]
Codes = NDArray[np.uint64]

_SQUARE = LENGTH * LENGTH  # product of equal descriptors, near enough: lengths differ by rounding only


def nearest_exact(known: Descriptors, queries: Descriptors, count: int) -> tuple[Names, Similarities]:
    """For each query the `count` most similar rows of `known`, best first, the earlier row where two tie; -1 with
    similarity 0 where there are no more that are similar by `LEAST`. Both results have shape (queries, count)."""
    whole = known.astype(np.float32)
    names, products = _none(len(queries), count)
    step = max(1, _PRODUCTS // max(1, len(known)))
    for start in range(0, len(queries), step):
        like = (queries[start : start + step].astype(np.float32) @ whole.T).astype(np.int32)
        for line, row in np.argwhere(like >= LEAST * _SQUARE).tolist():
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
def _insert(names: Names, products: Products, name: int, like: int | np.int32) -> None:
    """Keep the best in order, the lower name first where two tie."""
    place = len(names)
    while place and (products[place - 1] < like or (products[place - 1] == like and names[place - 1] > name)):
        place -= 1
    for later in range(len(names) - 1, place, -1):
        names[later], products[later] = names[later - 1], products[later - 1]
    if place < len(names):
        names[place], products[place] = name, like


@dataclass(frozen=True, eq=False)
class Shelf:
    """Descriptors of some materials, with their `codes`, sorted by cell: those of cell n end at `ends[n]`. `materials`
    and `features` say which of the shelf's materials each is of, and which feature of that."""

    descriptors: Descriptors
    codes: Codes
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
        return cls(
            descriptors,
            codes_of(descriptors),
            materials[order],
            numbers[order],
            np.cumsum(np.bincount(cells, minlength=CELLS)),
        )


class Index:
    """Shelves searched as one, in so many threads. `positions` say of each shelf's materials which of the register's
    they are."""

    def __init__(self, shelves: Sequence[Shelf], positions: Sequence[NDArray[np.int64]], threads: int = 1) -> None:
        self._shelves, self._positions, self._threads = shelves, positions, threads
        ends = np.stack([shelf.ends for shelf in shelves], axis=1)
        self._sizes = np.diff(ends, axis=0, prepend=0).sum(axis=1, dtype=np.int32)

    def nearest(self, queries: Descriptors, count: int) -> tuple[Names, Similarities]:
        """As `nearest_exact`, by name, among the `SHORTLIST` of the cells nearest to each query that together hold some
        `CANDIDATES`."""
        names, products = _none(len(queries), count)
        step = min(QUERIES, max(1, -(-len(queries) // self._threads)))
        parts = [slice(start, start + step) for start in range(0, len(queries), step)]
        with ThreadPoolExecutor(self._threads) as threads:
            list(threads.map(lambda part: self._search(queries[part], names[part], products[part]), parts))
        return names, _similarities(products)

    def _search(self, queries: Descriptors, names: Names, products: Products) -> None:
        codes = codes_of(queries)
        lines, ends, candidates = _by_cell(probed(queries), self._sizes, CANDIDATES)
        tallies = np.zeros((len(queries), 65), np.int32)
        for shelf in self._shelves:
            _tally(codes, candidates > SHORTLIST, lines, ends, shelf.codes, shelf.ends, tallies)
        reach = _reached(tallies, SHORTLIST)
        for shelf, positions in zip(self._shelves, self._positions, strict=True):
            known = (shelf.descriptors, shelf.codes, shelf.materials, shelf.features, shelf.ends, positions)
            _search_shelf(queries, codes, reach, lines, ends, *known, round(LEAST * _SQUARE), names, products)


def codes_of(descriptors: Descriptors) -> Codes:
    """A bit for every second direction of each field: whether it is, with its neighbours, above the mean of all. Of
    descriptors that are alike few bits differ (as in Zhou et al., "Scalar quantization for large scale image search",
    ACM Multimedia 2012)."""
    codes = np.zeros(len(descriptors), np.uint64)
    _coded(descriptors, codes)
    return codes


@compiled
def _coded(descriptors: Descriptors, codes: Codes) -> None:
    sums = np.zeros(64, np.int64)
    for row in range(len(descriptors)):
        known, total = descriptors[row], 0
        for bit in range(64):
            field, turn = 8 * (bit // 4), 2 * (bit % 4)
            sums[bit] = np.int64(known[field + (turn + 7) % 8]) + known[field + turn] + known[field + turn + 1]
            total += sums[bit]
        for bit in range(64):
            if 64 * sums[bit] > total:
                codes[row] |= np.uint64(1) << np.uint64(bit)


@compiled
def _differing(one: np.uint64, other: np.uint64) -> np.int64:
    """How many bits differ: added up in pairs, in fours, in bytes. The compiler knows this for one instruction."""
    bits = one ^ other
    bits = bits - ((bits >> np.uint64(1)) & np.uint64(0x5555555555555555))
    bits = (bits & np.uint64(0x3333333333333333)) + ((bits >> np.uint64(2)) & np.uint64(0x3333333333333333))
    bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((bits * np.uint64(0x0101010101010101)) >> np.uint64(56))


@compiled
def _tally(
    query_codes: Codes,
    is_counted: NDArray[np.bool_],
    lines: NDArray[np.int32],
    line_ends: NDArray[np.int64],
    codes: Codes,
    ends: NDArray[np.int64],
    tallies: NDArray[np.int32],
) -> None:
    """Adds up, for some queries, how many of a shelf's candidates differ from it in how many bits."""
    first = first_line = 0
    for cell in range(len(ends)):
        for line in lines[first_line : line_ends[cell]]:
            if is_counted[line]:
                for row in range(first, ends[cell]):
                    tallies[line, _differing(query_codes[line], codes[row])] += 1
        first, first_line = ends[cell], line_ends[cell]


@compiled
def _reached(tallies: NDArray[np.int32], most: int) -> NDArray[np.int64]:
    """Within how many bits each query has so many candidates; 64, all of them, where it has fewer, or none counted."""
    reach = np.full(len(tallies), 64)
    for line in range(len(tallies)):
        count = 0
        for bits in range(64):
            count += tallies[line, bits]
            if count >= most:
                reach[line] = bits
                break
    return reach


@compiled
def _by_cell(
    cells: Cells, sizes: NDArray[np.int32], most: int
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """The queries that look into each cell, joined; where those of each cell end; and how many candidates each query
    has. It looks into cell after cell until there are so many."""
    candidates, ends = np.zeros(len(cells), np.int64), np.zeros(len(sizes), np.int64)
    last = np.zeros(len(cells), np.int32)  # how many cells it looks into
    for line in range(len(cells)):
        while last[line] < cells.shape[1] and candidates[line] < most:
            cell = cells[line, last[line]]
            candidates[line] += sizes[cell]
            ends[cell] += 1
            last[line] += 1
    places = np.cumsum(ends) - ends
    lines = np.empty(ends.sum(), np.int32)
    for line in range(len(cells)):
        for cell in cells[line, : last[line]]:
            lines[places[cell]] = line
            places[cell] += 1
    return lines, places, candidates


@compiled
def _search_shelf(
    queries: Descriptors,
    query_codes: Codes,
    reach: NDArray[np.int64],
    lines: NDArray[np.int32],
    line_ends: NDArray[np.int64],
    descriptors: Descriptors,
    codes: Codes,
    materials: NDArray[np.int32],
    features: NDArray[np.int32],
    ends: NDArray[np.int64],
    positions: NDArray[np.int64],
    least: int,
    names: Names,
    products: Products,
) -> None:
    """Puts what a shelf has among the best of each query, where no more than `reach` bits differ and the product is at
    `least` that. Cell by cell, so that each is read once for all of them."""
    first = first_line = 0
    for cell in range(len(ends)):
        for line in lines[first_line : line_ends[cell]]:
            query = queries[line]
            for row in range(first, ends[cell]):
                if _differing(query_codes[line], codes[row]) > reach[line]:
                    continue
                like = product(query, descriptors[row])
                if like >= least and like >= products[line, -1]:
                    name = positions[materials[row]] << 32 | features[row]
                    _insert(names[line], products[line], name, like)
        first, first_line = ends[cell], line_ends[cell]


@compiled
def compare_near(
    descriptors: Descriptors,
    points: NDArray[np.float32],
    known: Descriptors,
    known_points: NDArray[np.float32],
    reach: float,
    best: NDArray[np.int64],
    values: NDArray[np.int64],
) -> None:
    """Fills in which of the known that lie within `reach` of each, in both directions, is most like it, and their
    product."""
    for line in range(len(descriptors)):
        x, y = points[line]
        for other in range(len(known)):
            if abs(x - known_points[other, 0]) < reach and abs(y - known_points[other, 1]) < reach:
                value = product(descriptors[line], known[other])
                if value > values[line]:
                    best[line], values[line] = other, value
