"""What must hold of every decision, whatever is answered: the promises that make a mild outcome trustworthy."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleancut.model.decisions import harshest, severity
from cleancut.rules.catalogue import TOOL_ANSWERS, UNSURE
from rules.answers import (
    ANSWERABLE,
    BASE,
    CATALOGUE,
    PACK,
    REFERENCES,
    any_answers,
    chains,
    decide,
    definite,
    harshness,
    tools,
    without,
)

ESCALATE = severity("escalate")
FACTS = st.sampled_from(sorted(ANSWERABLE))
IN_SCOPE = {"is_generative": "yes"}


def unsure(fact: str) -> Any:
    return [UNSURE] if CATALOGUE.facts[fact].type == "multi" else UNSURE


@given(any_answers(), FACTS)
@settings(max_examples=250)
def test_unsure_is_never_milder_than_escalate(answers: dict[str, Any], fact: str) -> None:
    assert harshness({**answers, fact: unsure(fact)}) >= ESCALATE


@given(any_answers(), FACTS)
@settings(max_examples=250)
def test_unsure_is_never_milder_than_every_definite_answer(answers: dict[str, Any], fact: str) -> None:
    mildest = min(harshness({**answers, fact: value}) for value in definite(CATALOGUE.facts[fact]))
    assert harshness({**answers, fact: unsure(fact)}) >= mildest


@given(any_answers(), FACTS)
@settings(max_examples=250)
def test_unsure_is_never_milder_than_the_other_answers_alone(answers: dict[str, Any], fact: str) -> None:
    assert harshness({**answers, fact: unsure(fact)}) >= harshness(without(answers, fact))


@given(any_answers(), FACTS)
@settings(max_examples=200)
def test_unsure_never_takes_consent_away(answers: dict[str, Any], fact: str) -> None:
    always = all(decide({**answers, fact: value}).consent_required for value in definite(CATALOGUE.facts[fact]))
    assert decide({**answers, fact: unsure(fact)}).consent_required >= always


@given(any_answers(), st.sampled_from([*CATALOGUE.facts["inputs"].values, UNSURE]))
def test_one_more_input_is_never_milder(answers: dict[str, Any], more: str) -> None:
    held = answers.get("inputs") or ["public"]
    assert harshness({**answers, "inputs": [*held, more]}) >= harshness({**answers, "inputs": held})


@given(any_answers(), chains(least=1), tools())
@settings(max_examples=200)
def test_one_more_tool_is_never_milder(
    answers: dict[str, Any], chain: list[dict[str, str]], tool: dict[str, str]
) -> None:
    assert harshness({**answers, "tools": [*chain, tool]}) >= harshness({**answers, "tools": chain})


@given(any_answers(), chains(), tools(), st.sampled_from(["tier", *TOOL_ANSWERS]))
@settings(max_examples=200)
def test_unsure_about_a_tool_escalates(
    answers: dict[str, Any], chain: list[dict[str, str]], tool: dict[str, str], key: str
) -> None:
    assert harshness({**answers, "tools": [*chain, {**tool, key: UNSURE}]}) >= ESCALATE


@given(any_answers(), chains(), tools(), st.sampled_from(TOOL_ANSWERS))
@settings(max_examples=200)
def test_unsure_about_a_tool_is_never_milder_than_both_answers(
    answers: dict[str, Any], chain: list[dict[str, str]], tool: dict[str, str], key: str
) -> None:
    mildest = min(harshness({**answers, "tools": [*chain, {**tool, key: value}]}) for value in ("yes", "no"))
    assert harshness({**answers, "tools": [*chain, {**tool, key: UNSURE}]}) >= mildest


@given(any_answers())
@settings(max_examples=200)
def test_no_tools_is_unsure(answers: dict[str, Any]) -> None:
    assert harshness({**without(answers, "tools"), **IN_SCOPE}) >= ESCALATE
    assert harshness({**answers, **IN_SCOPE, "tools": []}) >= ESCALATE


@given(any_answers(), chains(least=2), st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_the_order_of_tools_is_irrelevant(answers: dict[str, Any], chain: list[dict[str, str]], random: Any) -> None:
    shuffled = list(chain)
    random.shuffle(shuffled)
    one, other = decide({**answers, "tools": chain}), decide({**answers, "tools": shuffled})
    assert one.rulings == other.rulings
    assert one.consent_required == other.consent_required


@pytest.mark.parametrize("fact", sorted(REFERENCES))
@given(answers=any_answers())
@settings(max_examples=60)
def test_a_reference_in_hand_is_never_harsher(fact: str, answers: dict[str, Any]) -> None:
    given_answer = ["REC-1"] if CATALOGUE.facts[fact].type == "refs" else "REC-1"
    assert harshness({**answers, fact: given_answer}) <= harshness(without(answers, fact))


SETTLED = [
    ("consent_on_file", "yes", ["no", UNSURE]),
    ("consent_covers_use", "yes", ["no", UNSURE]),
    ("all_steps_declared", "yes", ["no", UNSURE]),
    ("guild_ok", "yes", ["no", UNSURE]),
    *((principle, "yes", ["no", UNSURE]) for principle in ("p1", "p2", "p3", "p4", "p5")),
]


@pytest.mark.parametrize(("fact", "good", "others"), SETTLED, ids=[fact for fact, *_ in SETTLED])
@given(answers=any_answers())
@settings(max_examples=60)
def test_what_is_settled_well_is_never_harsher(
    fact: str, good: str, others: list[str], answers: dict[str, Any]
) -> None:
    settled = harshness({**answers, fact: good})
    assert all(settled <= harshness({**answers, fact: other}) for other in others)


@given(any_answers())
@settings(max_examples=200)
def test_the_decision_is_the_maximum_and_lists_rules_in_pack_order(answers: dict[str, Any]) -> None:
    decision = decide(answers)
    fired = [ruling.rule for ruling in decision.rulings]
    order = [rule.id for rule in PACK.rules]
    assert decision.outcome == harshest([ruling.outcome for ruling in decision.rulings])
    assert fired == sorted(fired, key=order.index)
    assert len(set(fired)) == len(fired)


@given(any_answers())
@settings(max_examples=200)
def test_what_fires_only_because_of_unsure_is_escalate_at_most(answers: dict[str, Any]) -> None:
    for ruling in decide(answers).rulings:
        assert ruling.certain or (severity(ruling.outcome) <= ESCALATE and ruling.flag is None)


@given(any_answers())
@settings(max_examples=100)
def test_same_answers_same_record(answers: dict[str, Any]) -> None:
    again = dict(reversed(list(answers.items())))
    assert decide(answers).record() == decide(again).record()


@given(any_answers())
@settings(max_examples=200)
def test_out_of_scope_is_certain(answers: dict[str, Any]) -> None:
    decision = decide(answers)
    if decision.outcome == "out_of_scope":
        assert answers["is_generative"] == "no"
        assert not decision.unsure
        assert [ruling.rule for ruling in decision.rulings] == ["NFX-S0"]


@given(any_answers())
@settings(max_examples=200)
def test_a_tool_that_does_not_generate_is_not_asked_about_the_rest(answers: dict[str, Any]) -> None:
    kept = {fact: value for fact, value in answers.items() if value != UNSURE and fact not in ("tools", "inputs")}
    plain = {
        **kept,
        "is_generative": "no",
        "talent_op": "cosmetic_technical",
        "trains_model": "no",
        "material_marked": "no",
    }
    assert decide(plain).outcome == "out_of_scope"


def test_a_benign_moodboard_is_exactly_notify() -> None:
    decision = decide(BASE)
    assert decision.outcome == "notify"
    assert [ruling.rule for ruling in decision.rulings] == ["NFX-R0"]
    assert (decision.consent_required, decision.flags, decision.unsure) == (False, (), ())


@pytest.mark.parametrize("fact", sorted(set(BASE) & set(ANSWERABLE) - {"purpose"}))
def test_each_answer_of_the_benign_base_matters_when_it_is_missing(fact: str) -> None:
    """All but the purpose, which is asked only about key creative elements."""
    assert harshness(without(BASE, fact)) >= ESCALATE
