"""Rule packs: rules as data that counsel can read, checked when they load.

A rule has `when` (its trigger: an unsure trigger fires it at `escalate` at most) and may have `unless` (its exemption:
it counts only when established). Where the evidence depends on which condition failed, a rule lists `conditions`, each
with its own `when`, `unless` and `evidence`. A pack may define conditions by name; they are used like facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast, get_args

from cleancut.errors import PackError
from cleancut.model.decisions import OUTCOMES, Clause, Flag, Outcome, PackName
from cleancut.model.evidence import EVIDENCE
from cleancut.rules.catalogue import Catalogue
from cleancut.rules.conditions import ALWAYS, NEVER, Condition, Leaf, SwitchLeaf, leaves, parse


@dataclass(frozen=True)
class Trigger:
    """One way in which a rule fires, and the evidence that this way asks for."""

    when: Condition
    unless: Condition
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """One rule. `stop`: where it fires for certain it alone decides (out of scope)."""

    id: str
    clause: Clause
    triggers: tuple[Trigger, ...]
    outcome: Outcome
    why: str
    way_out: str
    interpretation: bool = False
    flag: Flag | None = None
    stop: bool = False


@dataclass(frozen=True)
class Switch:
    """An ambiguity of the source: the reading in force, and every reading with what it rests on."""

    name: str
    question: str
    reading: str
    readings: Mapping[str, str]


@dataclass(frozen=True)
class Pack:
    """The rules of one buyer, guild or law, at one version."""

    name: PackName
    title: str
    source: Mapping[str, str]
    catalogue: Catalogue
    definitions: Mapping[str, Condition]
    switches: Mapping[str, Switch]
    consent_triggers: tuple[Trigger, ...]
    rules: tuple[Rule, ...]

    def rule(self, id_: str) -> Rule:
        """The rule of that id. KeyError where there is none."""
        return {rule.id: rule for rule in self.rules}[id_]

    def definition(self, name: str) -> Condition | None:
        """A condition named by the pack or the catalogue, else None."""
        return self.definitions.get(name) or self.catalogue.definitions.get(name)

    @cached_property
    def facts_used(self) -> frozenset[str]:
        """Every fact the judgement of this pack can depend on, through definitions and computed facts too."""
        found: set[str] = set()
        todo = [leaf.fact for condition in self._conditions() for leaf in leaves(condition) if isinstance(leaf, Leaf)]
        while todo:
            fact = todo.pop()
            if fact in found:
                continue
            found.add(fact)
            if definition := self.definition(fact):
                todo += [leaf.fact for leaf in leaves(definition) if isinstance(leaf, Leaf)]
            elif fact in self.catalogue.facts:
                todo += self.catalogue.facts[fact].computed_from
        return frozenset(found & set(self.catalogue.facts))

    def _conditions(self) -> Iterator[Condition]:
        for trigger in (*self.consent_triggers, *(t for rule in self.rules for t in rule.triggers)):
            yield trigger.when
            yield trigger.unless


_PACK_KEYS = frozenset(
    {
        "pack",
        "version",
        "title",
        "source",
        "not_legal_advice",
        "sections",
        "sets",
        "definitions",
        "switches",
        "consent_required",
        "rules",
    }
)
_RULE_KEYS = frozenset(
    {
        "id",
        "clause",
        "says",
        "when",
        "unless",
        "evidence",
        "conditions",
        "outcome",
        "why",
        "way_out",
        "interpretation",
        "note",
        "flag",
        "stop",
    }
)


def pack_of(data: Mapping[str, Any], digest: str, catalogue: Catalogue) -> Pack:
    """Build a pack from the plain data of pack.yaml. Refuses unknown keys, facts, values and kinds of evidence."""
    name = str(data.get("pack", "?"))
    _only(data, _PACK_KEYS, name)
    for key in ("pack", "version", "title", "source", "not_legal_advice", "sections", "rules"):
        if not data.get(key):
            raise PackError(f"{name}: {key} is missing")
    sets = {key: tuple(values) for key, values in data.get("sets", {}).items()}
    definitions = {
        key: parse(tree, f"{name}: definitions.{key}", sets) for key, tree in data.get("definitions", {}).items()
    }
    pack = Pack(
        name=PackName(name, str(data["version"]), digest),
        title=data["title"],
        source=data["source"],
        catalogue=catalogue,
        definitions=definitions,
        switches={key: _switch(key, entry, name) for key, entry in data.get("switches", {}).items()},
        consent_triggers=tuple(
            _trigger(t, f"{name}: consent_required[{i}]", sets) for i, t in enumerate(data.get("consent_required", []))
        ),
        rules=tuple(_rule(entry, name, data["sections"], data["source"]["address"], sets) for entry in data["rules"]),
    )
    _check(pack)
    return pack


def _only(entry: Mapping[str, Any], keys: frozenset[str], where: str) -> None:
    if unknown := sorted(set(entry) - keys):
        raise PackError(f"{where}: unknown keys {unknown}", f"known keys are {', '.join(sorted(keys))}")


def _switch(name: str, entry: Mapping[str, Any], pack: str) -> Switch:
    readings = entry["readings"]
    if entry["reading"] not in readings or len(readings) < 2:
        raise PackError(f"{pack}: switch {name} needs at least two readings, and `reading` must be one of them")
    return Switch(name, entry["question"], entry["reading"], readings)


def _trigger(entry: Mapping[str, Any], where: str, sets: Mapping[str, tuple[str, ...]]) -> Trigger:
    _only(entry, frozenset({"when", "unless", "evidence"}), where)
    unless = entry.get("unless")
    evidence = tuple(entry.get("evidence", ()))
    if unknown := [kind for kind in evidence if kind not in EVIDENCE]:
        raise PackError(f"{where}: unknown evidence {unknown}", f"evidence is one of {', '.join(EVIDENCE)}")
    return Trigger(
        parse(entry.get("when"), f"{where}.when", sets),
        parse(unless, f"{where}.unless", sets) if unless else NEVER,
        evidence,
    )


def _rule(
    entry: Mapping[str, Any], pack: str, sections: Mapping[str, Any], address: str, sets: Mapping[str, tuple[str, ...]]
) -> Rule:
    where = f"{pack}: {entry.get('id', 'a rule without id')}"
    _only(entry, _RULE_KEYS, where)
    for key in ("id", "clause", "says", "outcome", "why", "way_out"):
        if not entry.get(key):
            raise PackError(f"{where}: {key} is missing")
        if not isinstance(entry[key], str):
            raise PackError(f"{where}: {key} is text, not {entry[key]!r}")
    if entry["outcome"] not in OUTCOMES:
        raise PackError(f"{where}: outcome is one of {', '.join(OUTCOMES)}, not {entry['outcome']!r}")
    if entry["clause"] not in sections:
        raise PackError(f"{where}: no section {entry['clause']!r} in this pack")
    section = sections[entry["clause"]]
    _check_words(entry, where)
    written = entry.get("conditions") or [{key: entry[key] for key in ("when", "unless", "evidence") if key in entry}]
    return Rule(
        id=entry["id"],
        clause=Clause(section["title"], address + section.get("anchor", ""), entry["says"]),
        triggers=tuple(_trigger(trigger, f"{where}[{i}]", sets) for i, trigger in enumerate(written)),
        outcome=cast(Outcome, entry["outcome"]),
        why=entry["why"],
        way_out=entry["way_out"],
        interpretation=entry.get("interpretation") == "yes",
        flag=entry.get("flag"),
        stop=entry.get("stop") == "yes",
    )


def _check_words(entry: Mapping[str, Any], where: str) -> None:
    """Refuses what would otherwise be passed over in silence: a second trigger, a misspelt yes, an unknown flag."""
    if "conditions" in entry and (not entry["conditions"] or {"when", "unless", "evidence"} & set(entry)):
        raise PackError(f"{where}: either conditions, or when, unless and evidence", "put them inside the conditions")
    for key in ("interpretation", "stop"):
        if entry.get(key, "no") not in ("yes", "no"):
            raise PackError(f"{where}: {key} is yes or no, not {entry[key]!r}")
    if entry.get("flag") and entry["flag"] not in get_args(Flag):
        raise PackError(f"{where}: flag is one of {', '.join(get_args(Flag))}, not {entry['flag']!r}")


def _check(pack: Pack) -> None:
    name, ids = pack.name.name, [rule.id for rule in pack.rules]
    if doubles := sorted({id_ for id_ in ids if ids.count(id_) > 1}):
        raise PackError(f"{name}: rules defined twice: {doubles}")
    if not any(t.when == ALWAYS and t.unless == NEVER for rule in pack.rules for t in rule.triggers):
        raise PackError(f"{name}: no rule always fires", "give one rule `when: always`: silence is not an outcome")
    for condition in (*pack._conditions(), *pack.definitions.values()):
        for leaf in leaves(condition):
            _check_leaf(pack, leaf)
    _check_no_cycle(pack)


def _check_leaf(pack: Pack, leaf: Leaf | SwitchLeaf) -> None:
    name = pack.name.name
    if isinstance(leaf, SwitchLeaf):
        if leaf.name not in pack.switches or set(leaf.values) - set(pack.switches[leaf.name].readings):
            raise PackError(f"{name}: no switch {leaf.name!r} with readings {list(leaf.values)}")
        return
    if pack.definition(leaf.fact):
        allowed = {"yes", "no", "unsure"}
    elif leaf.fact in pack.catalogue.facts:
        spec = pack.catalogue.facts[leaf.fact]
        allowed = {"ynu": {"yes", "no"}, "choice": set(spec.values), "multi": set(spec.values)}.get(
            spec.type, {"given", "absent"}
        ) | {"unsure"}
    else:
        raise PackError(f"{name}: unknown fact {leaf.fact!r}")
    if wrong := set(leaf.values) - allowed:
        raise PackError(f"{name}: {leaf.fact} is never {sorted(wrong)}", f"it is one of {', '.join(sorted(allowed))}")


def _check_no_cycle(pack: Pack) -> None:
    def walk(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise PackError(f"{pack.name.name}: definitions in a circle: {' > '.join((*above, name))}")
        for leaf in leaves(pack.definition(name) or NEVER):
            if isinstance(leaf, Leaf):
                walk(leaf.fact, (*above, name))

    for name in pack.definitions:
        walk(name, ())
