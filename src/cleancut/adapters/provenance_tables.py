"""What marks are known by: the terms of source types, and the forms that generators write, kept as data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, cast

from cleancut.adapters.text_yaml import read_document
from cleancut.model.answers import Answer, any_of
from cleancut.model.marks import Grade

_TABLES = resources.files("cleancut") / "adapters" / "tables"


@dataclass(frozen=True)
class SourceType:
    """One term, and what it says of generative AI. `instead` is what replaced a retired one."""

    term: str
    generative: Answer
    means: str
    retired: str = ""
    instead: str = ""


@dataclass(frozen=True, eq=False)
class TextRule:
    """One form in which a generator notes what it did; the fields are those explained in the table."""

    id: str
    product: str
    generative: Answer
    keys: frozenset[str] = frozenset()
    holds: tuple[str, ...] = ()
    matches: re.Pattern[str] | None = None
    json: tuple[str, ...] | None = None
    equals: Mapping[str, str] = field(default_factory=dict)
    reads: str | Mapping[str, tuple[str, ...]] = ""
    named_by: str = ""
    grade: Grade = "plain_text"


@dataclass(frozen=True, eq=False)
class Generators:
    """The forms of text, and the programs known by name in the fields that name software."""

    texts: tuple[TextRule, ...]
    fields: frozenset[str]
    names: tuple[tuple[str, re.Pattern[str], Answer], ...]

    def named_in(self, software: str) -> tuple[str, Answer] | None:
        """The generator that a field of software names, and whether it certainly generated."""
        found = [(name, answer) for name, pattern, answer in self.names if pattern.search(software)]
        return max(found, key=lambda pair: (pair[1] == "yes", len(pair[0])), default=None)


@cache
def source_types() -> dict[str, SourceType]:
    """Every term by its bare name in lower case."""
    found = {}
    for entry in _read("source_types.yaml")["terms"]:
        texts = {key: str(entry[key]) for key in ("term", "means", "retired", "instead") if key in entry}
        found[entry["term"].lower()] = SourceType(generative=cast(Answer, entry["generative"]), **texts)
    return found


def bare(address: str) -> str:
    """The term at the end of an address (http or https), of a code such as `digsrctype:print`, or alone; in the
    spelling of the table where it is there."""
    term = address.strip().rstrip("/")
    for separator in "/#:":
        term = term.rpartition(separator)[2]
    known = source_types().get(term.lower())
    return known.term if known else term


def says_of(terms: Iterable[str]) -> Answer:
    """What bare terms say of generative AI together. A term that nobody here knows leaves it open."""
    known = (source_types().get(term.lower()) for term in terms)
    return any_of(spec.generative if spec else "unsure" for spec in known)


@cache
def generators() -> Generators:
    """The table of generators."""
    data = _read("generators.yaml")
    names = [(e["name"], _whole_words(e["name"]), cast(Answer, e["generative"])) for e in data["software"]["names"]]
    fields = frozenset(key.lower() for key in data["software"]["fields"])
    return Generators(tuple(_rule(entry) for entry in data["texts"]), fields, tuple(names))


def _rule(entry: Mapping[str, Any]) -> TextRule:
    reads = entry.get("reads", "")
    return TextRule(
        id=entry["id"],
        product=entry["product"],
        generative=cast(Answer, entry["generative"]),
        keys=frozenset(key.lower() for key in entry.get("keys", ())),
        holds=tuple(text.lower() for text in entry.get("holds", ())),
        matches=re.compile(entry["matches"]) if "matches" in entry else None,
        json=tuple(entry["json"]) if "json" in entry else None,
        equals=entry.get("equals", {}),
        reads=reads if isinstance(reads, str) else {key: tuple(paths) for key, paths in reads.items()},
        named_by=entry.get("named_by", ""),
        grade=cast(Grade, entry.get("grade", "plain_text")),
    )


def _read(name: str) -> Any:
    return read_document(Path(str(_TABLES / name))).data


def _whole_words(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?![^\W_])", re.IGNORECASE)
