"""The catalogue of facts: what may be answered, with which values, when it is asked and of whom.

Read from packs/facts.yaml. `Catalogue.read` turns what a person wrote into answers, or refuses it naming the place.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from cleancut.errors import FieldError, PackError
from cleancut.rules.conditions import ALWAYS, NEVER, Condition, Leaf, leaves, parse

FactType = Literal["ynu", "choice", "multi", "text", "ref", "refs", "date", "tools"]
Value = str | tuple[str, ...] | tuple[Mapping[str, Any], ...]

GIVEN = "given"
ABSENT = "absent"
UNSURE = "unsure"
PRESENCE_TYPES = frozenset({"text", "ref", "refs", "date"})
TIERS = ("consumer_free", "consumer_paid", "business", "enterprise", "netflix_enterprise", "self_hosted", UNSURE)
TOOL_ANSWERS = ("trains", "stores", "enterprise_secured", "terms_reviewed")
_LOOSE_ANSWERS = {"true": "yes", "false": "no", "y": "yes", "n": "no", "on": "yes", "off": "no"}


@dataclass(frozen=True)
class Remedy:
    """Something a production can do: answer `to`, or change what fails on every tool of the chain (`on_tools`)."""

    say: str
    to: str | tuple[str, ...] = ""
    on_tools: Mapping[str, str] | None = None


@dataclass(frozen=True)
class FactSpec:
    """One fact: see the head of packs/facts.yaml for what each field means."""

    id: str
    group: str
    type: FactType
    question: str
    answered_by: str
    values: tuple[str, ...] = ()
    is_derived: bool = False
    computed_from: tuple[str, ...] = ()
    asked_when: Condition = NEVER
    is_digested: bool = True
    inherits: str = ""
    rank: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()
    stated_as: str = ""
    remedies: tuple[Remedy, ...] = ()

    def read(self, written: Any, path: tuple[str | int, ...]) -> Value:
        """The answer in normal form. Refuses other types and values; FieldError says what was expected."""
        if self.type in ("ynu", "choice"):
            return self._one(written, path)
        if self.type == "multi":
            items = written if isinstance(written, list | tuple) else [written]
            return tuple(self._one(item, (*path, i)) for i, item in enumerate(items))
        if self.type == "tools":
            return _read_tools(written, path)
        return self._presence(written, path)

    def _one(self, written: Any, path: tuple[str | int, ...]) -> str:
        allowed = ("yes", "no") if self.type == "ynu" else self.values
        if not isinstance(written, str) or not written:
            raise FieldError(path, f"expected {_listed((*allowed, UNSURE))}, found {_shown(written)}")
        if written in (UNSURE, "unknown"):
            return UNSURE
        if allowed and written not in allowed:
            raise FieldError(
                path, f"expected {_listed((*allowed, UNSURE))}, found {written!r}", _nearest(written, allowed)
            )
        return written

    def _presence(self, written: Any, path: tuple[str | int, ...]) -> Value:
        items = written if isinstance(written, list | tuple) and self.type == "refs" else [written]
        for item in items:
            if not isinstance(item, str) or not item.strip():
                raise FieldError(path, f"expected {_PRESENCE_WANTED[self.type]}, found {_shown(item)}")
            if self.type != "text" and item.lower() in _NOT_A_REFERENCE:
                raise FieldError(
                    path, f"expected {_PRESENCE_WANTED[self.type]}, found {item!r}", "leave it out where there is none"
                )
            if self.type == "text" and item in ("no", UNSURE, "unknown"):
                raise FieldError(path, f"expected a text, found {item!r}", "leave it out where there is none")
        if self.type == "date":
            read_date(written, path)
        return tuple(items) if self.type == "refs" else items[0]


_NOT_A_REFERENCE = frozenset({"no", UNSURE, "unknown", "absent", "none", "pending", "na", "n/a", "tbd", "tbc"})
_PRESENCE_WANTED = {
    "text": "a text",
    "ref": "a reference to a record",
    "refs": "references to records",
    "date": "a date such as 2026-03-31",
}


def read_date(written: Any, path: tuple[str | int, ...]) -> date:
    """A calendar day written as 2026-03-31. Refuses every other form."""
    try:
        if not isinstance(written, str) or len(written) != 10:
            raise ValueError
        return date.fromisoformat(written)
    except ValueError:
        raise FieldError(path, f"expected a date such as 2026-03-31, found {_shown(written)}") from None


def _read_tools(written: Any, path: tuple[str | int, ...]) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(written, list | tuple):
        raise FieldError(path, f"expected a list of tools, found {_shown(written)}")
    return tuple(_read_tool(tool, (*path, i)) for i, tool in enumerate(written))


def _read_tool(written: Any, path: tuple[str | int, ...]) -> Mapping[str, Any]:
    if not isinstance(written, Mapping):
        raise FieldError(path, f"expected a tool with {_listed(('tier', *TOOL_ANSWERS))}, found {_shown(written)}")
    tool = dict(written)
    tier = FactSpec("tier", "", "choice", "", "", values=TIERS[:-1])
    answer = FactSpec("answer", "", "ynu", "", "")
    tool["tier"] = tier.read(tool.get("tier", UNSURE), (*path, "tier"))
    for key in TOOL_ANSWERS:
        tool[key] = answer.read(tool.get(key, UNSURE), (*path, key))
    return tool


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(values[:-1]) + f" or {values[-1]}" if len(values) > 1 else values[0]


def _shown(written: Any) -> str:
    if written is None or written == "":
        return "nothing"
    return "a list" if isinstance(written, list) else "a mapping" if isinstance(written, dict) else repr(written)


def _nearest(written: str, allowed: tuple[str, ...]) -> str:
    meant = _LOOSE_ANSWERS.get(written.lower(), written.lower())
    if meant in allowed:
        return f"write {meant}: answers are plain lower-case words"
    close = difflib.get_close_matches(written, allowed, n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else ""


@dataclass(frozen=True)
class Catalogue:
    """Every fact by id, and the named conditions that `asked_when` uses."""

    facts: Mapping[str, FactSpec]
    definitions: Mapping[str, Condition]

    def read(self, written: Mapping[str, Any], *, accept_derived: bool) -> dict[str, Value]:
        """Answers in normal form. Refuses unknown ids, and derived ones where a dossier may not state them."""
        if not isinstance(written, Mapping):
            raise FieldError((), f"expected a mapping of fact to answer, found {_shown(written)}")
        answers: dict[str, Value] = {}
        for fact, value in written.items():
            spec = self.facts.get(fact)
            if spec is None or fact in _COMPUTED:
                raise FieldError((fact,), f"there is no fact {fact!r}", self._near(fact))
            if spec.is_derived and not accept_derived:
                raise FieldError(
                    (fact,), f"{fact} is derived from records, never declared", f"leave it out. {spec.question}"
                )
            answers[fact] = spec.read(value, (fact,))
        return answers

    def _near(self, fact: str) -> str:
        close = difflib.get_close_matches(fact, [f for f in self.facts if f not in _COMPUTED], n=1, cutoff=0.6)
        return f"did you mean {close[0]}?" if close else "`cleancut packs show` lists the facts"


# Computed from other answers each time; nobody, not even a facts file, may state them.
_COMPUTED = frozenset(
    {"stage", "tool_trains", "tool_stores", "tool_enterprise", "tool_terms", "all_netflix_enterprise", "any_unsure"}
)
_KEYS = frozenset(
    [
        "group",
        "type",
        "values",
        "question",
        "answered_by",
        "asked_when",
        "source",
        "from",
        "digested",
        "inherits",
        "rank",
        "refers_to",
        "stated_as",
        "remedies",
    ]
)


def catalogue_of(data: Mapping[str, Any]) -> Catalogue:
    """Build the catalogue from the plain data of facts.yaml. Refuses unknown keys and conditions on unknown facts."""
    definitions = {name: parse(tree, f"definitions.{name}") for name, tree in data["definitions"].items()}
    catalogue = Catalogue({id_: _spec(id_, entry) for id_, entry in data["facts"].items()}, definitions)
    _check_no_circle(catalogue)
    return catalogue


def _check_no_circle(catalogue: Catalogue) -> None:
    """Whether a fact is asked must not depend, through `asked_when` and definitions, on whether it is asked."""

    def walk(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise PackError(f"facts.yaml: asked in a circle: {' > '.join((*above, name))}")
        if name not in catalogue.facts and name not in catalogue.definitions:
            raise PackError(f"facts.yaml: unknown fact {name!r} in {' > '.join(above)}")
        spec = catalogue.facts.get(name)
        condition = catalogue.definitions[name] if spec is None else spec.asked_when
        for leaf in leaves(condition):
            if isinstance(leaf, Leaf):
                walk(leaf.fact, (*above, name))

    for name in (*catalogue.definitions, *catalogue.facts):
        walk(name, ())


def _spec(id_: str, entry: Mapping[str, Any]) -> FactSpec:
    if unknown := set(entry) - _KEYS:
        raise PackError(f"facts.yaml: {id_} has unknown keys {sorted(unknown)}")
    asked = entry.get("asked_when")
    return FactSpec(
        id=id_,
        group=entry["group"],
        type=entry["type"],
        question=entry["question"],
        answered_by=entry["answered_by"],
        values=tuple(entry.get("values", ())),
        is_derived=entry.get("source") == "derived",
        computed_from=tuple(entry.get("from", ())),
        asked_when=NEVER if asked is None else ALWAYS if asked == "always" else parse(asked, f"facts.{id_}.asked_when"),
        is_digested=entry.get("digested") != "no",
        inherits=entry.get("inherits", ""),
        rank=tuple(entry.get("rank", ())),
        refers_to=tuple(entry.get("refers_to", ())),
        stated_as=entry.get("stated_as", ""),
        remedies=tuple(_remedy(remedy) for remedy in entry.get("remedies", ())),
    )


def _remedy(entry: Mapping[str, Any]) -> Remedy:
    to = entry.get("to", "")
    return Remedy(entry["say"], tuple(to) if isinstance(to, list) else to, entry.get("set"))
