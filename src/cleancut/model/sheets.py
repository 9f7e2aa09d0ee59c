"""A spreadsheet as a reader hands it on: sheets of rows of cells, each of which knows its place.

Nothing is interpreted but what the file itself says: a cell that the file marks as a day is one, and what the file
stores of a formula is its last value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

CellKind = Literal["text", "number", "day", "unreadable"]


@dataclass(frozen=True)
class Cell:
    """`text` is what the cell shows: a day as 2026-03-31; of an unreadable cell, the reason why it is."""

    text: str
    kind: CellKind = "text"


@dataclass(frozen=True)
class Row:
    """`number` as the spreadsheet counts, from 1; `cells` by column, from 0, without those that are empty."""

    number: int
    cells: Mapping[int, Cell]


@dataclass(frozen=True)
class Area:
    """Merged cells: rows from 1 and columns from 0, all inclusive. The value is that of the first."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True)
class Sheet:
    """One sheet of a file. `notes` say how it was read where that is not plain: encoding, separator, hidden rows.
    `links` are the addresses that cells lead to, by row and column: what they show may be other words."""

    file: str
    name: str
    rows: tuple[Row, ...]
    merged: tuple[Area, ...] = ()
    is_hidden: bool = False
    notes: tuple[str, ...] = ()
    links: Mapping[tuple[int, int], str] = field(default_factory=dict)


@dataclass(frozen=True)
class OutTable:
    """A table to be written: its name, its headers, and rows of as many cells, each a text."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def letters(column: int) -> str:
    """The name of a column, counted from 0: A, Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def column_of(name: str) -> int:
    """The column of that name, counted from 0."""
    column = 0
    for letter in name:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1
