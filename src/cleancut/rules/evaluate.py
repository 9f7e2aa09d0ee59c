"""From a pack and facts to a decision: every rule that fires, and the harshest outcome among them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from cleancut.model.answers import Answer
from cleancut.model.decisions import (
    Contradiction,
    Decision,
    Flag,
    OpenQuestion,
    Outcome,
    Ruling,
    harshest,
    severity,
)
from cleancut.rules.catalogue import TOOL_ANSWERS, UNSURE
from cleancut.rules.facts import Facts, Held, is_late
from cleancut.rules.pack import Pack, Rule, Trigger


@dataclass(frozen=True)
class Reading:
    """Facts as one pack reads them: with its definitions, its switches, and only the questions it needs asked."""

    pack: Pack
    facts: Facts
    open: frozenset[str]

    def value(self, fact: str) -> Held:
        if fact == "any_unsure":
            return "yes" if self.open else self.facts.value(fact)
        definition = self.pack.definitions.get(fact)
        if definition is None:
            return self.facts.value(fact)
        if fact not in self._defined:
            self._defined[fact] = definition.answer(self)
        return self._defined[fact]

    @cached_property
    def _defined(self) -> dict[str, Answer]:
        return {}

    def switch(self, name: str) -> str:
        return self.pack.switches[name].reading


def read(pack: Pack, facts: Facts) -> Reading:
    """The facts as this pack reads them. `open` are the facts it asks for that nobody answered."""
    missing = (fact for fact in pack.facts_used if _is_missing(facts, fact))
    return Reading(pack, facts, frozenset(missing))


def _is_missing(facts: Facts, fact: str) -> bool:
    if fact == "tools":
        return not facts.tools and facts.is_asked(fact)
    if fact in _ANSWERED_BY_PROMINENCE and "prominence" in facts.answers:
        return False
    return fact not in facts.answers and not facts.catalogue.facts[fact].computed_from and facts.value(fact) == UNSURE


_ANSWERED_BY_PROMINENCE = frozenset({"legible", "referenced_in_scene", "contributes_to_story"})


def evaluate(pack: Pack, facts: Facts) -> Decision:
    """Judge one use by one pack. Same facts and pack, same decision; reads nothing else."""
    reading = read(pack, facts)
    rulings = _rulings(reading)
    consent_required = any(fires(reading, trigger) != "no" for trigger in pack.consent_triggers)
    contradictions = (*facts.contradictions, *_contradicted_principles(reading, consent_required))
    return Decision(
        pack=pack.name,
        outcome=harshest([ruling.outcome for ruling in rulings]),
        consent_required=consent_required,
        flags=_flags(rulings, contradictions, facts),
        facts_digest=facts.digest,
        rulings=rulings,
        unsure=_open_questions(reading),
        contradictions=contradictions,
    )


def fires(reading: Reading, trigger: Trigger) -> Answer:
    """Whether a trigger fires. Its exemption counts only when established: unsure exempts nothing."""
    return "no" if trigger.unless.answer(reading) == "yes" else trigger.when.answer(reading)


def _rulings(reading: Reading) -> tuple[Ruling, ...]:
    rulings = [ruling for rule in reading.pack.rules if (ruling := _ruling(reading, rule))]
    stops = {rule.id for rule in reading.pack.rules if rule.stop}
    for ruling in rulings:
        if ruling.rule in stops:
            return (ruling,)
    return tuple(rulings)


def _ruling(reading: Reading, rule: Rule) -> Ruling | None:
    """What the rule says here, or None where it does not fire. A stopping rule makes milder, so it must be certain."""
    answers = [fires(reading, trigger) for trigger in rule.triggers]
    certain = "yes" in answers
    if not certain and (rule.stop or "unsure" not in answers):
        return None
    outcome: Outcome = rule.outcome if certain else min(rule.outcome, "escalate", key=severity)
    evidence = (kind for answer, t in zip(answers, rule.triggers, strict=True) if answer != "no" for kind in t.evidence)
    return Ruling(
        rule=rule.id,
        clause=rule.clause,
        outcome=outcome,
        certain=certain,
        why=rule.why,
        evidence=tuple(dict.fromkeys(evidence)),
        way_out=rule.way_out,
        interpretation=rule.interpretation,
        flag=rule.flag if certain else None,
    )


def _flags(rulings: tuple[Ruling, ...], contradictions: tuple[Contradiction, ...], facts: Facts) -> tuple[Flag, ...]:
    flags: set[Flag] = {ruling.flag for ruling in rulings if ruling.flag}
    if contradictions:
        flags.add("contradiction")
    if is_late(facts):
        flags.add("late_declaration")
    return tuple(sorted(flags))


def _open_questions(reading: Reading) -> tuple[OpenQuestion, ...]:
    facts = reading.facts
    return tuple(
        OpenQuestion(id_, _asked(spec.question, facts.beside.get(id_, "")), spec.answered_by)
        for id_, spec in facts.catalogue.facts.items()
        if id_ in reading.open or _is_given_as_unsure(facts, id_)
    )


def _asked(question: str, beside: str) -> str:
    """The question with what makes its answer unsure, where something does."""
    return f"{question} ({beside})" if beside else question


def _is_given_as_unsure(facts: Facts, fact: str) -> bool:
    if fact == "tools":
        return any(tool[key] == UNSURE for tool in facts.tools for key in ("tier", *TOOL_ANSWERS))
    value = facts.answers.get(fact)
    return value == UNSURE or (isinstance(value, tuple) and UNSURE in value)


def _contradicted_principles(reading: Reading, consent_required: bool) -> list[Contradiction]:
    """Principles confirmed although a record says otherwise: tools for the second, consents for the fifth."""
    shown = []
    acts = {"tool_trains": "trains on", "tool_stores": "stores or reuses"}
    words = " and ".join(act for key, act in acts.items() if reading.value(key) == "yes")
    if reading.value("p2") == "yes" and words:
        shown.append(Contradiction("p2", "yes", "no", f"the tool chain {words} production data"))
    if consent_required and reading.value("p5") == "yes" and reading.value("consent_covers_use") == "no":
        shown.append(Contradiction("p5", "yes", "no", "no consent on file covers this use"))
    return shown
