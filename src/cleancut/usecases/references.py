"""Where records of a dossier name each other, in its plain data: for renaming ids, and for cutting parts out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cleancut.rules.catalogue import Catalogue

LISTS = ("tools", "people", "consents", "models", "clearances", "notices", "approvals", "uses")

# Register to key to the list that the ids in it lead to.
_NAMES: Mapping[str, Mapping[str, str]] = {
    "uses": {"tools": "tools", "models": "models", "derived_from": "uses"},
    "consents": {"person": "people"},
    "models": {"person": "people"},
    "notices": {"use": "uses"},
    "approvals": {"use": "uses", "tools": "tools"},
    "clearances": {"uses": "uses"},
}


def records(data: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every record that has an id of its own in a list of the dossier, with the name of the list."""
    for name in LISTS:
        for record in data.get(name) or ():
            yield name, record


def named_by(catalogue: Catalogue, register: str, record: Mapping[str, Any]) -> set[str]:
    """The ids that a record names."""
    found: set[str] = set()

    def note(id_: str) -> str:
        found.add(id_)
        return id_

    with_names(catalogue, register, record, note)
    return found


def with_names(
    catalogue: Catalogue, register: str, record: Mapping[str, Any], name: Callable[[str], str]
) -> dict[str, Any]:
    """The record with each id that it names put through `name`; its own stays."""
    out = dict(record)
    for key in _NAMES.get(register, {}):
        if out.get(key):
            out[key] = _each(out[key], name)
    if "answers" in out:
        out["answers"] = {
            fact: _each(value, name) if catalogue.facts[fact].refers_to else value
            for fact, value in out["answers"].items()
        }
    return out


def without_names(catalogue: Catalogue, register: str, record: Mapping[str, Any], kept: set[str]) -> dict[str, Any]:
    """The record whose lists name only what is kept, without answers that name anything else."""
    lists = {key for key in _NAMES.get(register, {}) if isinstance(record.get(key), list)}
    out = {k: [id_ for id_ in value if id_ in kept] if k in lists else value for k, value in record.items()}
    if register == "uses":
        out["answers"] = {
            fact: value
            for fact, value in record["answers"].items()
            if not catalogue.facts[fact].refers_to or set(value if isinstance(value, list) else [value]) <= kept
        }
    return out


def _each(value: Any, name: Callable[[str], str]) -> Any:
    return [name(item) for item in value] if isinstance(value, list) else name(value)
