"""Examples beside a pack, run as its tests: every rule shown to fire, not to fire, and to be unsure; whole cases too.

`base` is a complete, benign set of answers. Each example changes some of them; a change to nothing (null) takes the
answer away. A pack whose examples fail is not to be relied on, so a missing example is a failure like a wrong one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cleancut.errors import FieldError, PackError
from cleancut.model.decisions import OUTCOMES, Decision, severity
from cleancut.rules.evaluate import evaluate
from cleancut.rules.facts import Facts
from cleancut.rules.pack import Pack

_TOP_KEYS = frozenset({"base", "rules", "cases"})
_RULE_KEYS = frozenset({"yes", "no", "unsure", "why_no_unsure", "switches"})
_CASE_KEYS = frozenset({"name", "clause", "answers", "outcome", "consent_required", "flags", "fires", "switches"})
_SHOWN = {"yes": "fires for certain", "no": "does not fire", "unsure": "fires, but only because something is unsure"}
_MAPPINGS, _LISTS = ("yes", "no", "unsure", "answers", "switches"), ("flags", "fires")


@dataclass(frozen=True)
class Failure:
    """One example that does not hold: `where` it is written, and what was expected and found."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(frozen=True)
class Examples:
    """A pack with its examples as plain data, ready to be run."""

    pack: Pack
    base: Mapping[str, Any]
    rules: Mapping[str, Mapping[str, Any]]
    cases: tuple[Mapping[str, Any], ...]

    def decide(self, changes: Mapping[str, Any] | None, switches: Mapping[str, str] | None = None) -> Decision:
        """The decision on the base with these changes. FieldError or PackError where they cannot be read."""
        written = {**self.base, **(changes or {})}
        answered = {fact: value for fact, value in written.items() if value is not None}
        catalogue = self.pack.catalogue
        facts = Facts(catalogue, catalogue.read(answered, accept_derived=True))
        return evaluate(with_readings(self.pack, switches or {}), facts)


def with_readings(pack: Pack, readings: Mapping[str, str]) -> Pack:
    """The same pack with some switches set to another reading. Refuses unknown switches and readings."""
    for name, reading in readings.items():
        if name not in pack.switches or reading not in pack.switches[name].readings:
            raise PackError(f"{pack.name.name}: no switch {name!r} with a reading {reading!r}")
    switches = {
        name: replace(switch, reading=readings.get(name, switch.reading)) for name, switch in pack.switches.items()
    }
    return replace(pack, switches=switches)


def examples_of(pack: Pack, data: Mapping[str, Any]) -> Examples:
    """Read the plain data of examples.yaml. Refuses unknown keys; what is missing inside shows when they are run."""
    name = f"{pack.name.name}: examples"
    _only(data, _TOP_KEYS, name)
    base, rules, cases = data.get("base"), data.get("rules"), data.get("cases", [])
    if not isinstance(base, Mapping) or not isinstance(rules, Mapping) or not isinstance(cases, list):
        raise PackError(f"{name}: base and rules are mappings, cases is a list")
    for id_, entry in rules.items():
        _only(entry, _RULE_KEYS, f"{name}: rules.{id_}")
        _shaped(entry, f"{name}: rules.{id_}")
    for i, case in enumerate(cases):
        _only(case, _CASE_KEYS, f"{name}: cases[{i}]")
        _shaped(case, f"{name}: cases[{i}]")
    return Examples(pack, base, rules, tuple(cases))


def _only(entry: Any, keys: frozenset[str], where: str) -> None:
    if not isinstance(entry, Mapping):
        raise PackError(f"{where}: expected a mapping with {', '.join(sorted(keys))}")
    if unknown := sorted(set(entry) - keys):
        raise PackError(f"{where}: unknown keys {unknown}", f"known keys are {', '.join(sorted(keys))}")


def _shaped(entry: Mapping[str, Any], where: str) -> None:
    for key in _MAPPINGS:
        if not isinstance(entry.get(key) or {}, Mapping):
            raise PackError(f"{where}.{key}: expected names with values, not {entry[key]!r}")
    for key in _LISTS:
        listed = entry.get(key, [])
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            raise PackError(f"{where}.{key}: expected a list of names, not {listed!r}")


def failures(pack: Pack, data: Mapping[str, Any]) -> list[Failure]:
    """Every example that does not hold, in the order they are written. Empty: the pack does what its examples say."""
    examples = examples_of(pack, data)
    return [*_base_failures(examples), *_rule_failures(examples), *_case_failures(examples)]


def _base_failures(examples: Examples) -> Iterator[Failure]:
    """The base must be complete and mild, or an example could pass for a reason that is not its own."""
    try:
        decision = examples.decide({})
    except (FieldError, PackError) as error:
        yield _unreadable("base", error)
        return
    if decision.unsure:
        yield Failure("base", f"leaves open {[question.fact for question in decision.unsure]}")
    if severity(decision.outcome) > severity("notify"):
        yield Failure("base", f"is not benign: {decision.outcome} by {_fired(decision)}")


def _rule_failures(examples: Examples) -> Iterator[Failure]:
    known = [rule.id for rule in examples.pack.rules]
    for id_ in (id_ for id_ in examples.rules if id_ not in known):
        yield Failure(f"rules.{id_}", "the pack has no such rule")
    for id_ in known:
        entry = examples.rules.get(id_)
        if entry is None:
            yield Failure(f"rules.{id_}", "has no examples; each rule shows yes, no and unsure")
            continue
        for wanted in ("yes", "no", "unsure"):
            yield from _rule_failure(examples, id_, entry, wanted)


def _rule_failure(examples: Examples, id_: str, entry: Mapping[str, Any], wanted: str) -> Iterator[Failure]:
    where = f"rules.{id_}.{wanted}"
    if wanted not in entry:
        if wanted != "unsure" or not entry.get("why_no_unsure"):
            hint = "; or `why_no_unsure` says why there is none" if wanted == "unsure" else ""
            yield Failure(where, f"is missing: show answers with which the rule {_SHOWN[wanted]}{hint}")
        return
    try:
        decision = examples.decide(entry[wanted], entry.get("switches"))
    except (FieldError, PackError) as error:
        yield _unreadable(where, error)
        return
    found = _answer(decision, id_)
    if found != wanted:
        yield Failure(where, f"the rule {_SHOWN[found]}; expected that it {_SHOWN[wanted]}. Fired: {_fired(decision)}")
    if wanted == "unsure" and severity(decision.outcome) < severity("escalate"):
        yield Failure(where, f"unsure must escalate; the outcome is {decision.outcome}")


def _answer(decision: Decision, id_: str) -> str:
    ruling = next((ruling for ruling in decision.rulings if ruling.rule == id_), None)
    if ruling is None:
        return "no"
    return "yes" if ruling.certain else "unsure"


def _case_failures(examples: Examples) -> Iterator[Failure]:
    for i, case in enumerate(examples.cases):
        where = f"cases[{i}] ({case.get('name', 'without a name')})"
        if missing := [key for key in ("name", "clause", "outcome", "consent_required", "flags") if key not in case]:
            yield Failure(where, f"{', '.join(missing)} is missing")
            continue
        if case["outcome"] not in OUTCOMES:
            yield Failure(where, f"expects {case['outcome']!r}; an outcome is one of {', '.join(OUTCOMES)}")
            continue
        try:
            decision = examples.decide(case.get("answers"), case.get("switches"))
        except (FieldError, PackError) as error:
            yield _unreadable(where, error)
            continue
        yield from _differences(where, case, decision)


def _differences(where: str, case: Mapping[str, Any], decision: Decision) -> Iterator[Failure]:
    fired = [ruling.rule for ruling in decision.rulings]
    found: dict[str, Any] = {
        "outcome": decision.outcome,
        "consent_required": "yes" if decision.consent_required else "no",
        "flags": sorted(decision.flags),
    }
    expected = {
        "outcome": case["outcome"],
        "consent_required": case["consent_required"],
        "flags": sorted(case["flags"]),
    }
    for key, value in expected.items():
        if value != found[key]:
            yield Failure(where, f"{key} is {found[key]}, expected {value}. Fired: {_fired(decision)}")
    if silent := [id_ for id_ in case.get("fires", ()) if id_ not in fired]:
        yield Failure(where, f"{', '.join(silent)} did not fire. Fired: {_fired(decision)}")


def _fired(decision: Decision) -> str:
    return ", ".join(f"{r.rule} ({r.outcome}{'' if r.certain else ', unsure'})" for r in decision.rulings)


def _unreadable(where: str, error: FieldError | PackError) -> Failure:
    path = ".".join(str(part) for part in error.path) if isinstance(error, FieldError) else ""
    hint = f" ({error.hint})" if error.hint else ""
    return Failure(where, f"{path + ': ' if path else ''}{error.message}{hint}")
