"""Decisions: what the rules of one pack say about one use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Outcome = Literal["out_of_scope", "notify", "escalate", "approval_required", "blocked"]
OUTCOMES: tuple[Outcome, ...] = ("out_of_scope", "notify", "escalate", "approval_required", "blocked")
Flag = Literal["violation", "contradiction", "late_declaration"]


def severity(outcome: Outcome) -> int:
    """Place in the order `out_of_scope < notify < escalate < approval_required < blocked`."""
    return OUTCOMES.index(outcome)


def harshest(outcomes: list[Outcome]) -> Outcome:
    """The maximum. Refuses an empty list: no ruling is not a mild one."""
    return max(outcomes, key=severity)


@dataclass(frozen=True)
class Clause:
    """Where a source says it: `section` in its own numbering, `address` of that section, `says` in our words."""

    section: str
    address: str
    says: str = ""

    def record(self) -> dict[str, str]:
        return {"section": self.section, "address": self.address, "says": self.says}


@dataclass(frozen=True)
class Ruling:
    """What one rule says. `certain` is false where only an unsure answer made it fire (then escalate at most)."""

    rule: str
    clause: Clause
    outcome: Outcome
    certain: bool
    why: str
    evidence: tuple[str, ...]
    way_out: str
    interpretation: bool
    flag: Flag | None = None

    def record(self) -> dict[str, Any]:
        return {
            "id": self.rule,
            "clause": self.clause.record(),
            "outcome": self.outcome,
            "certain": self.certain,
            "why": self.why,
            "evidence": list(self.evidence),
            "way_out": self.way_out,
            "interpretation": self.interpretation,
        }


@dataclass(frozen=True)
class OpenQuestion:
    """A fact that is unsure: asked and not answered, or answered so."""

    fact: str
    question: str
    answered_by: str

    def record(self) -> dict[str, str]:
        return {"fact": self.fact, "question": self.question, "answered_by": self.answered_by}


@dataclass(frozen=True)
class Contradiction:
    """A declared answer that a record, a mark or a finding contradicts. The declared answer loses."""

    fact: str
    declared: str
    shown: str
    by: str

    def record(self) -> dict[str, str]:
        return {"fact": self.fact, "declared": self.declared, "shown": self.shown, "by": self.by}


@dataclass(frozen=True)
class WayOut:
    """Changes of fact which together make a decision milder; `say` puts each in words, `still_needed` is evidence."""

    change: dict[str, Any]
    say: tuple[str, ...]
    outcome: Outcome
    still_needed: tuple[str, ...]

    def record(self) -> dict[str, Any]:
        return {
            "change": self.change,
            "say": list(self.say),
            "outcome": self.outcome,
            "still_needed": list(self.still_needed),
        }


@dataclass(frozen=True)
class PackName:
    """Which rules judged: a decision is only repeatable with the same digest."""

    name: str
    version: str
    digest: str

    def record(self) -> dict[str, str]:
        return {"name": self.name, "version": self.version, "digest": self.digest}


@dataclass(frozen=True)
class Decision:
    """All rulings of one pack on one use, in pack order; the outcome is their maximum."""

    pack: PackName
    outcome: Outcome
    consent_required: bool
    flags: tuple[Flag, ...]
    facts_digest: str
    rulings: tuple[Ruling, ...]
    unsure: tuple[OpenQuestion, ...]
    contradictions: tuple[Contradiction, ...] = ()
    way_out: tuple[WayOut, ...] = ()

    @property
    def evidence(self) -> tuple[str, ...]:
        """Every kind of evidence that a failing condition asks for, once, in pack order."""
        return tuple(dict.fromkeys(kind for ruling in self.rulings for kind in ruling.evidence))

    def record(self) -> dict[str, Any]:
        """The decision as `decide --json` prints it."""
        return {
            "schema": "cleancut/decision/1",
            "pack": self.pack.record(),
            "outcome": self.outcome,
            "consent_required": self.consent_required,
            "flags": list(self.flags),
            "facts_digest": self.facts_digest,
            "rules": [ruling.record() for ruling in self.rulings],
            "unsure": [question.record() for question in self.unsure],
            "contradictions": [contradiction.record() for contradiction in self.contradictions],
            "way_out": [way.record() for way in self.way_out],
        }
