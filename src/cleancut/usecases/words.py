"""The words of people's spreadsheets (packs/columns.yaml), made ready to be looked up."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=50_000)  # the same names are compared row after row
def normal(text: str) -> str:
    """The text for comparing: no case, no accents, single spaces for whatever is neither letter nor number.

    A text of signs alone, such as `✓` or `?`, stays as it is.
    """
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    kept = "".join(char if char.isalnum() else " " for char in folded if not unicodedata.combining(char))
    return " ".join(kept.split()) or "".join(text.split())


def slug(text: str) -> str:
    """A short id made of a name."""
    return "-".join(normal(text).split())


@dataclass(frozen=True)
class Words:
    """Every list of columns.yaml by its normal forms. Headers: register to column name to phrases."""

    registers: Mapping[str, frozenset[str]]
    columns: Mapping[str, Mapping[str, frozenset[str]]]
    contrary: frozenset[str]
    answers: Mapping[str, str]
    blank: frozenset[str]
    values: Mapping[str, Mapping[str, str]]
    months: Mapping[str, int]
    tasks: frozenset[str]


def words_of(data: Mapping[str, Any]) -> Words:
    """From the plain data of columns.yaml."""
    return Words(
        registers={name: _set(phrases) for name, phrases in data["registers"].items()},
        columns={
            name: {column: _set(phrases) for column, phrases in columns.items()}
            for name, columns in data["columns"].items()
        },
        contrary=_set(data["contrary"]),
        answers=_meanings(data["answers"]),
        blank=frozenset(word.casefold() for word in data["blank"]),
        values={name: _meanings(meanings) for name, meanings in data["values"].items()},
        months={normal(name): i for i, names in enumerate(data["months"], 1) for name in names},
        tasks=frozenset(data["tasks"]),
    )


def _set(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(map(normal, phrases))


def _meanings(data: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {normal(phrase): meaning for meaning, phrases in data.items() for phrase in phrases}
