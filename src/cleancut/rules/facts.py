"""The facts of one use, ready to be judged: answers, what is asked, what is computed from other answers.

Answers given by people and records stay apart from what is computed here (stage, prominence, worst-of over the tools),
so that one function per computed fact says where it comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, cast

from cleancut.model.answers import Answer, all_of, any_of
from cleancut.model.decisions import Contradiction
from cleancut.model.digest import digest_of
from cleancut.rules.catalogue import ABSENT, GIVEN, PRESENCE_TYPES, TOOL_ANSWERS, UNSURE, Catalogue, Value

Held = str | tuple[str, ...] | None


@dataclass(frozen=True)
class Facts:
    """Answers of one use in normal form (`Catalogue.read`), with the contradictions found while deriving them.

    `declared` are the answers as people gave them, where `answers` holds derived ones too; `records` are ids and
    digests of what the use rests on. `beside` is what makes a fact unsure, in words, to be put beside its question.
    """

    catalogue: Catalogue
    answers: Mapping[str, Value]
    contradictions: tuple[Contradiction, ...] = ()
    declared: Mapping[str, Value] | None = None
    records: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)

    def with_answers(self, changes: Mapping[str, Value]) -> Facts:
        """The same facts with some answers changed."""
        return replace(self, answers={**self.answers, **changes})

    def value(self, fact: str) -> Held:
        """What judgement sees: the answer, `unsure` where it is asked and not answered, None where it is not asked."""
        if fact not in self._held:
            self._held[fact] = self._look(fact)
        return self._held[fact]

    @cached_property
    def _held(self) -> dict[str, Held]:
        return {}  # values seen so far: rules ask for the same few facts hundreds of times

    def _look(self, fact: str) -> Held:
        spec = self.catalogue.facts.get(fact)
        if spec is None:
            definition = self.catalogue.definitions.get(fact)
            return definition.answer(self) if definition else None
        if fact in _COMPUTED:
            return _COMPUTED[fact](self)
        if spec.type in PRESENCE_TYPES:
            return GIVEN if self.answers.get(fact) else ABSENT
        if fact not in self.answers:
            return UNSURE if self.is_asked(fact) else None
        return UNSURE if spec.type == "tools" else cast(Held, self.answers[fact])

    def switch(self, name: str) -> str:
        """Facts know no switches; packs do."""
        raise KeyError(name)

    def is_asked(self, fact: str) -> bool:
        """Whether the answer matters here: its `asked_when` holds, or may hold."""
        return self.catalogue.facts[fact].asked_when.answer(self) != "no"

    @property
    def tools(self) -> tuple[Mapping[str, Any], ...]:
        return cast("tuple[Mapping[str, Any], ...]", self.answers.get("tools", ()))

    @cached_property
    def digest(self) -> str:
        """The facts digest: declared answers, and the ids and digests of tools, consents and clearances (`records`)."""
        declared = {
            fact: list(value) if isinstance(value, tuple) else value
            for fact, value in (self.answers if self.declared is None else self.declared).items()
            if self.catalogue.facts[fact].is_digested
        }
        return digest_of({"answers": declared, "records": dict(self.records)})


def worst_yes(facts: Facts, key: str) -> Answer:
    """Over the tool chain, where yes is bad: one yes is yes, one unsure is unsure. No tools at all is unsure."""
    return any_of(tool[key] for tool in facts.tools) if facts.tools else "unsure"


def worst_no(facts: Facts, key: str) -> Answer:
    """Over the tool chain, where no is bad. No tools at all is unsure."""
    return all_of(tool[key] for tool in facts.tools) if facts.tools else "unsure"


def _chain(judge: Callable[[Facts, str], Answer], key: str) -> Callable[[Facts], Held]:
    return lambda facts: judge(facts, key) if facts.tools or facts.is_asked("tools") else None


def all_buyers_enterprise(facts: Facts) -> Held:
    """Whether every tool runs under the buyer's enterprise agreement."""
    if not facts.tools:
        return UNSURE if facts.is_asked("tools") else None
    tiers = [tool["tier"] for tool in facts.tools]
    return all_of("unsure" if tier == UNSURE else "yes" if tier == "netflix_enterprise" else "no" for tier in tiers)


def stage(facts: Facts) -> Held:
    """`final` for what was found in the master, whatever was declared; else the declared output stage."""
    return "final" if facts.value("found_in_deliverable") == "yes" else facts.value("output_stage")


def prominence(facts: Facts) -> Held:
    """How prominent it is in the cut; the harsher of what was stated and what the answers about the cut give.

    A stated prominence stands for answers that were not given, never for answers given as unsure.
    """
    stated = facts.answers.get("prominence")
    computed = _prominence_from_answers(facts)
    if not isinstance(stated, str):
        return computed
    if computed in _PROMINENCE and stated in _PROMINENCE:
        return max(stated, computed, key=_PROMINENCE.index)
    if stated in _MILD and any(facts.answers.get(fact) == UNSURE for fact in _ABOUT_THE_CUT):
        return UNSURE
    return stated


_PROMINENCE = ("not_in_cut", "incidental", "prominent", "story_relevant")
_MILD = _PROMINENCE[:2]
_ABOUT_THE_CUT = ("legible", "referenced_in_scene", "contributes_to_story")


def _prominence_from_answers(facts: Facts) -> str:
    in_cut = facts.value("in_a_cut")
    if in_cut == "no":
        return "not_in_cut"
    story = facts.value("contributes_to_story")
    noticed = any_of(cast(Answer, facts.value(f) or "no") for f in ("legible", "referenced_in_scene"))
    if story == "yes":
        return "story_relevant"
    if "unsure" in (in_cut, story, noticed):
        return UNSURE
    return "prominent" if noticed == "yes" else "incidental"


def any_unsure(facts: Facts) -> Held:
    """Whether any answer given is unsure, here or on a tool. What is asked and missing is for the pack to say."""
    answers = (value for fact, value in facts.answers.items() if fact != "tools")
    if any(value == UNSURE or (isinstance(value, tuple) and UNSURE in value) for value in answers):
        return "yes"
    return "yes" if any(tool[key] == UNSURE for tool in facts.tools for key in ("tier", *TOOL_ANSWERS)) else "no"


_COMPUTED: Mapping[str, Callable[[Facts], Held]] = {
    "tool_trains": _chain(worst_yes, "trains"),
    "tool_stores": _chain(worst_yes, "stores"),
    "tool_enterprise": _chain(worst_no, "enterprise_secured"),
    "tool_terms": _chain(worst_no, "terms_reviewed"),
    "all_netflix_enterprise": all_buyers_enterprise,
    "stage": stage,
    "prominence": prominence,
    "any_unsure": any_unsure,
}


def is_late(facts: Facts) -> bool:
    """Whether the use began before it was declared."""
    declared, started = facts.answers.get("declared_on"), facts.answers.get("use_started_on")
    if not (isinstance(declared, str) and isinstance(started, str)):
        return False
    return date.fromisoformat(started) < date.fromisoformat(declared)
