"""Packs load whole or not at all: what is refused, and with which message."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from cleancut.adapters.packs_files import PackFiles
from cleancut.errors import CleancutError, PackError, UnknownId
from cleancut.model.decisions import OUTCOMES
from cleancut.rules.evaluate import evaluate
from cleancut.rules.facts import Facts
from cleancut.rules.pack import Pack, pack_of

CATALOGUE = PackFiles().catalogue

SMALL: dict[str, Any] = {
    "pack": "small",
    "version": "1.0.0",
    "title": "A small pack",
    "source": {"title": "A guidance", "address": "https://example.org/guidance"},
    "not_legal_advice": "Not legal advice.",
    "sections": {"intro": {"title": "Introduction", "anchor": "#intro"}},
    "sets": {"LATE": ["final"]},
    "definitions": {"late": {"fact": "output_stage", "in": "LATE"}},
    "switches": {"strict": {"question": "How strict?", "reading": "mild", "readings": {"mild": "A.", "hard": "B."}}},
    "consent_required": [{"when": {"fact": "likeness", "is": "yes"}, "unless": {"fact": "as_scripted", "is": "yes"}}],
    "rules": [
        {
            "id": "SML-1",
            "clause": "intro",
            "says": "Say so.",
            "when": {"fact": "late", "is": "yes"},
            "unless": {"switch": "strict", "is": "hard"},
            "outcome": "escalate",
            "evidence": ["answer"],
            "why": "It is late.",
            "way_out": "Keep it temporary.",
        },
        {
            "id": "SML-2",
            "clause": "intro",
            "says": "Tell.",
            "when": "always",
            "outcome": "notify",
            "why": "x",
            "way_out": "y",
        },
    ],
}


def load(data: dict[str, Any]) -> Pack:
    return pack_of(data, "sha256:0", CATALOGUE)


def changed(*path: Any, to: Any) -> dict[str, Any]:
    """The small pack with one place changed."""
    data = copy.deepcopy(SMALL)
    here: Any = data
    for key in path[:-1]:
        here = here[key]
    here[path[-1]] = to
    return data


def with_conditions(*conditions: dict[str, Any]) -> dict[str, Any]:
    """The small pack with conditions in the place of its first rule's trigger."""
    data = copy.deepcopy(SMALL)
    rule = {key: value for key, value in data["rules"][0].items() if key not in ("when", "unless", "evidence")}
    data["rules"][0] = {**rule, "conditions": list(conditions)}
    return data


def test_a_small_pack_loads_and_judges() -> None:
    pack = load(SMALL)
    decision = evaluate(pack, Facts(CATALOGUE, {"is_generative": "yes", "output_stage": "final", "likeness": "no"}))
    assert [ruling.rule for ruling in decision.rulings] == ["SML-1", "SML-2"]
    assert decision.rulings[0].clause.address == "https://example.org/guidance#intro"
    assert decision.outcome == "escalate"


REFUSED = {
    "unknown key": (changed("colour", to="red"), "unknown keys"),
    "unknown key of a rule": (changed("rules", 0, "severity", to="high"), "SML-1: unknown keys"),
    "unknown key of a condition": (with_conditions({"if": "always"}), "unknown keys"),
    "no rules": (changed("rules", to=[]), "rules is missing"),
    "no disclaimer": (changed("not_legal_advice", to=""), "not_legal_advice is missing"),
    "no why": (changed("rules", 0, "why", to=""), "why is missing"),
    "no trigger": (changed("rules", 0, "when", to=None), "a condition is a mapping"),
    "unknown outcome": (changed("rules", 0, "outcome", to="forbid"), "outcome is one of"),
    "unknown section": (changed("rules", 0, "clause", to="appendix"), "no section 'appendix'"),
    "unknown evidence": (changed("rules", 0, "evidence", to=["oath"]), "unknown evidence"),
    "unknown fact": (changed("rules", 0, "when", to={"fact": "mood", "is": "yes"}), "unknown fact 'mood'"),
    "unknown fact in an exemption": (
        changed("rules", 0, "unless", to={"fact": "mood", "is": "yes"}),
        "unknown fact 'mood'",
    ),
    "unknown fact in a definition": (
        changed("definitions", "late", to={"fact": "mood", "is": "yes"}),
        "unknown fact 'mood'",
    ),
    "unknown fact about consent": (
        changed("consent_required", 0, "when", to={"fact": "mood", "is": "yes"}),
        "unknown fact",
    ),
    "a value the fact never has": (changed("rules", 0, "when", to={"fact": "likeness", "is": "true"}), "is never"),
    "a definition is yes, no or unsure": (changed("rules", 0, "when", to={"fact": "late", "is": "final"}), "is never"),
    "a reference is given or absent": (changed("rules", 0, "when", to={"fact": "approval", "is": "yes"}), "is never"),
    "unknown set": (changed("definitions", "late", to={"fact": "output_stage", "in": "EARLY"}), "name of a set"),
    "unknown switch": (changed("rules", 0, "unless", to={"switch": "mood", "is": "hard"}), "no switch 'mood'"),
    "unknown reading": (changed("rules", 0, "unless", to={"switch": "strict", "is": "soft"}), "no switch 'strict'"),
    "a reading in force that does not exist": (changed("switches", "strict", "reading", to="soft"), "readings"),
    "a switch with one reading": (changed("switches", "strict", "readings", to={"mild": "A."}), "two readings"),
    "conditions beside a trigger": (changed("rules", 0, "conditions", to=[{"when": "always"}]), "either conditions"),
    "no conditions": (changed("rules", 1, "conditions", to=[]), "either conditions"),
    "an interpretation that is neither": (changed("rules", 0, "interpretation", to="maybe"), "is yes or no"),
    "a stop that is neither": (changed("rules", 0, "stop", to="always"), "is yes or no"),
    "unknown flag": (changed("rules", 0, "flag", to="alarm"), "flag is one of"),
    "nothing that always fires": (
        changed("rules", 1, "when", to={"fact": "likeness", "is": "yes"}),
        "no rule always fires",
    ),
    "a rule twice": (changed("rules", 1, "id", to="SML-1"), "defined twice"),
    "a definition of itself": (changed("definitions", "late", to={"fact": "late", "is": "yes"}), "in a circle"),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_a_broken_pack_does_not_load(data: dict[str, Any], message: str) -> None:
    with pytest.raises(PackError, match=message) as caught:
        load(data)
    assert "small" in caught.value.message


def test_only_the_failing_condition_asks_for_its_evidence() -> None:
    pack = load(
        with_conditions(
            {"when": {"fact": "likeness", "is": "yes"}, "evidence": ["consent"]},
            {
                "when": {"fact": "late", "is": "yes"},
                "unless": {"fact": "approval", "is": "given"},
                "evidence": ["approval"],
            },
        )
    )
    final = Facts(CATALOGUE, {"is_generative": "yes", "output_stage": "final", "likeness": "no"})
    assert evaluate(pack, final).rulings[0].evidence == ("approval",)
    assert evaluate(pack, final.with_answers({"likeness": "yes"})).rulings[0].evidence == ("consent", "approval")
    assert [ruling.rule for ruling in evaluate(pack, final.with_answers({"approval": "APP-1"})).rulings] == ["SML-2"]


def test_definitions_in_a_longer_circle() -> None:
    data = changed("definitions", "late", to={"not": {"fact": "early", "is": "yes"}})
    data["definitions"]["early"] = {"any": [{"fact": "late", "is": "yes"}]}
    with pytest.raises(PackError, match=r"in a circle: (late > early > late|early > late > early)"):
        load(data)


def test_a_file_that_is_no_pack(tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text("pack: x\nversion: 1\nrules: [1]\n", encoding="utf-8")
    with pytest.raises(CleancutError):
        PackFiles().load(str(tmp_path) + "/")


def test_an_unknown_pack_names_those_there_are() -> None:
    with pytest.raises(UnknownId) as caught:
        PackFiles().load("netflux")
    assert "netflix" in caught.value.hint


def test_the_shipped_packs_say_where_they_come_from() -> None:
    for name in PackFiles().names():
        pack = PackFiles().load(name)
        source = PackFiles().source(name)
        assert pack.source["address"].startswith("https://")
        assert pack.source["address"] in source
        assert pack.source["date_read"] in source
        assert "not legal advice" in source.lower()


@pytest.mark.parametrize("rule", PackFiles().load("netflix").rules, ids=lambda rule: rule.id)
def test_every_rule_of_netflix_can_be_read_by_people(rule: Any) -> None:
    assert rule.id.startswith("NFX-")
    assert rule.outcome in OUTCOMES
    for text in (rule.clause.says, rule.why, rule.way_out):
        assert text[0].isupper(), text
        assert text.endswith("."), text


def test_the_harsher_outcomes_ask_for_evidence() -> None:
    for rule in PackFiles().load("netflix").rules:
        if rule.outcome in ("approval_required", "blocked"):
            assert all(trigger.evidence for trigger in rule.triggers), rule.id
