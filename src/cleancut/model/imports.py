"""What an import would do, row by row, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cleancut.model.record import plain

FateWord = Literal["added", "changed", "same", "refused", "left out"]


@dataclass(frozen=True)
class Change:
    """One field of a record: what it was, empty where it was not there, and what it becomes."""

    field: str
    was: str
    now: str


@dataclass(frozen=True)
class Problem:
    """Why a row is refused. `column` is its letter and header, empty where the row as a whole is at fault."""

    column: str
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Fate:
    """What becomes of one row: `place` is file, sheet and row, or file and line; `record` the id it is about."""

    place: str
    register: str
    record: str
    word: FateWord
    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class SheetReport:
    """How one sheet was understood: `columns` are (place, header, field); `unread` columns mean nothing to us.
    `reason` says why the sheet as a whole was not read, `is_lost` that it may hold rows that somebody meant."""

    file: str
    sheet: str
    register: str = ""
    header_row: int = 0
    columns: tuple[tuple[str, str, str], ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    reason: str = ""
    is_lost: bool = False


@dataclass(frozen=True)
class Plan:
    """Everything an import would do. `data` is the dossier as it would be, as plain data."""

    sheets: tuple[SheetReport, ...]
    fates: tuple[Fate, ...]
    data: Mapping[str, Any]

    @property
    def refused(self) -> tuple[Fate, ...]:
        return tuple(fate for fate in self.fates if fate.word == "refused")

    @property
    def lost(self) -> tuple[SheetReport, ...]:
        """Sheets of which nobody could tell what they are."""
        return tuple(sheet for sheet in self.sheets if sheet.is_lost)

    @property
    def changes_something(self) -> bool:
        return any(fate.word in ("added", "changed") for fate in self.fates)

    def record(self) -> dict[str, Any]:
        """The plan as JSON-like data, without the dossier itself."""
        return {
            "schema": "cleancut/import/1",
            "sheets": plain(self.sheets, whole=True),
            "rows": plain(self.fates, whole=True),
        }
