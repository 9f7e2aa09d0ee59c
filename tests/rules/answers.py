"""Random answers for property tests, drawn from the catalogue: complete, partial, and near a benign use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from cleancut.adapters.packs_files import PackFiles
from cleancut.model.decisions import Decision, severity
from cleancut.rules.catalogue import PRESENCE_TYPES, TIERS, TOOL_ANSWERS, UNSURE, FactSpec
from cleancut.rules.evaluate import evaluate
from cleancut.rules.examples import examples_of
from cleancut.rules.facts import Facts

PACK = PackFiles().load("netflix")
CATALOGUE = PACK.catalogue
BASE: dict[str, Any] = dict(examples_of(PACK, PackFiles().examples("netflix")).base)
COMPUTED = {id_ for id_, spec in CATALOGUE.facts.items() if spec.computed_from} - {"prominence"} | {"any_unsure"}
USED = PACK.facts_used - COMPUTED
ANSWERABLE = {
    id_: spec
    for id_, spec in CATALOGUE.facts.items()
    if id_ in USED and spec.type in ("ynu", "choice", "multi") and (spec.values or spec.type == "ynu")
}
REFERENCES = [id_ for id_ in USED if CATALOGUE.facts[id_].type in PRESENCE_TYPES]

Answers = Mapping[str, Any]


def definite(spec: FactSpec) -> list[Any]:
    """Every definite answer to a fact; of a multi, each value alone."""
    if spec.type == "multi":
        return [[value] for value in spec.values]
    return ["yes", "no"] if spec.type == "ynu" else list(spec.values)


def tools() -> st.SearchStrategy[dict[str, str]]:
    """One tool, definite or with something unsure; half of them good."""
    answers = {key: st.sampled_from(["yes", "no", "yes", "no", UNSURE]) for key in TOOL_ANSWERS}
    good = {"trains": "no", "stores": "no", "enterprise_secured": "yes", "terms_reviewed": "yes"}
    tier = st.sampled_from([*TIERS, "netflix_enterprise", "netflix_enterprise"])
    return st.one_of(
        st.fixed_dictionaries({"tier": tier, **answers}),
        tier.map(lambda one: {"tier": one, **good}),
    )


def chains(least: int = 0) -> st.SearchStrategy[list[dict[str, str]]]:
    return st.lists(tools(), min_size=least, max_size=3)


def _answer(spec: FactSpec) -> st.SearchStrategy[Any]:
    if spec.type == "tools":
        return chains()
    if spec.type in PRESENCE_TYPES:
        return st.just("REC-1") if spec.type != "refs" else st.just(["REC-1"])
    if spec.type == "multi":
        return st.lists(st.sampled_from([*spec.values, UNSURE]), min_size=1, max_size=3, unique=True)
    values = definite(spec)
    return st.sampled_from([*values, *values, UNSURE])


def partial() -> st.SearchStrategy[dict[str, Any]]:
    """Any subset of the facts that the pack uses, answered at random."""
    return st.fixed_dictionaries({}, optional={id_: _answer(CATALOGUE.facts[id_]) for id_ in sorted(USED)})


def complete() -> st.SearchStrategy[dict[str, Any]]:
    """Every fact but references answered; references may be absent."""
    needed = {id_: _answer(CATALOGUE.facts[id_]) for id_ in sorted(USED) if id_ not in REFERENCES}
    return st.fixed_dictionaries(needed, optional={id_: _answer(CATALOGUE.facts[id_]) for id_ in sorted(REFERENCES)})


@st.composite
def near_base(draw: st.DrawFn) -> dict[str, Any]:
    """The benign base with a few answers changed or taken away: where the mild outcomes are."""
    changed = draw(st.lists(st.sampled_from(sorted(USED)), max_size=6, unique=True))
    answers = dict(BASE)
    for fact in changed:
        if fact in answers and draw(st.booleans()) and draw(st.booleans()):
            del answers[fact]
        else:
            answers[fact] = draw(_answer(CATALOGUE.facts[fact]))
    return answers


def any_answers() -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(near_base(), near_base(), complete(), partial())


def decide(answers: Answers) -> Decision:
    return evaluate(PACK, Facts(CATALOGUE, CATALOGUE.read(answers, accept_derived=True)))


def harshness(answers: Answers) -> int:
    """The outcome's place in the order from out_of_scope to blocked."""
    return severity(decide(answers).outcome)


def without(answers: Answers, fact: str) -> dict[str, Any]:
    return {id_: value for id_, value in answers.items() if id_ != fact}
