"""The Netflix pack: its examples hold, every switch changes a decision, each condition asks for its own evidence."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from cleancut.adapters.packs_files import SHIPPED, PackFiles
from cleancut.adapters.text_yaml import read_document
from cleancut.model.decisions import Decision
from cleancut.rules.evaluate import evaluate
from cleancut.rules.examples import failures
from cleancut.rules.facts import Facts
from cleancut.rules.pack import Pack
from rules.answers import BASE, decide

PACK = PackFiles().load("netflix")
EXAMPLES = PackFiles().examples("netflix")
RAW = read_document(SHIPPED / "netflix" / "pack.yaml").data

SECURE = {
    "tier": "netflix_enterprise",
    "trains": "no",
    "stores": "no",
    "enterprise_secured": "yes",
    "terms_reviewed": "yes",
}
UNSECURED = {"tier": "business", "trains": "no", "stores": "no", "enterprise_secured": "no", "terms_reviewed": "yes"}
ACTOR = {"likeness": "yes", "person_status": "cast", "harm": "no", "talent_model_reuse": "no", "guild_ok": "yes"}
NO_CONSENT = {"consent_on_file": "no", "consent_covers_use": "no"}


def test_every_example_holds() -> None:
    assert [str(failure) for failure in failures(PACK, EXAMPLES)] == []


def test_there_are_enough_cases_and_each_names_a_section() -> None:
    assert len(EXAMPLES["cases"]) >= 25
    assert {case["clause"] for case in EXAMPLES["cases"]} <= set(RAW["sections"])
    names = [case["name"] for case in EXAMPLES["cases"]]
    assert len(set(names)) == len(names)


def test_an_interpretation_says_why() -> None:
    for rule in RAW["rules"]:
        assert rule.get("interpretation", "no") in ("yes", "no")
        assert rule.get("interpretation") != "yes" or rule.get("note"), rule["id"]


FLIPS: dict[tuple[str, str], dict[str, Any]] = {
    ("incidental_final", "notify"): {"output_stage": "final", "prominence": "incidental", "p4": "no"},
    ("incidental_final", "approval_required"): {"output_stage": "final", "prominence": "incidental", "p4": "no"},
    ("enterprise_inputs", "sensitive_only"): {"inputs": ["other_proprietary"], "tools": [SECURE]},
    ("enterprise_inputs", "explicit_approval"): {"inputs": ["script"], "tools": [SECURE]},
    ("strict_enterprise", "yes"): {"tools": [UNSECURED], "enterprise_unavailable_reason": "none makes textures"},
    ("customary_alteration_outcome", "escalate"): {**ACTOR, "talent_op": "cosmetic_technical", "alters_intent": "no"},
    ("key_element_in_ideation", "approval_required"): {"key_creative_element": "yes"},
    ("reference_without_permission", "blocked"): {"prompts_reference_protected": "yes"},
    ("re_ageing_as_scripted", "replica"): {
        **ACTOR, **NO_CONSENT, "talent_op": "re_ageing", "as_scripted": "yes", "alters_intent": "no",
    },
    ("visual_adr", "customary"): {
        **ACTOR, **NO_CONSENT, "talent_op": "visual_adr", "as_scripted": "no", "alters_intent": "no",
        "dub_or_double_permitted": "no", "customary_purpose": "timing",
    },
}  # fmt: skip


def test_every_reading_but_the_one_in_force_is_flipped_below() -> None:
    others = {(s.name, reading) for s in PACK.switches.values() for reading in s.readings if reading != s.reading}
    assert set(FLIPS) == others


def judged(pack: Pack, changes: dict[str, Any]) -> Decision:
    return evaluate(pack, Facts(pack.catalogue, pack.catalogue.read({**BASE, **changes}, accept_derived=True)))


@pytest.mark.parametrize(("switch", "reading"), FLIPS, ids=lambda name: name)
def test_flipping_a_switch_in_a_copy_of_the_pack_changes_a_decision(tmp_path: Path, switch: str, reading: str) -> None:
    folder = tmp_path / "netflix"
    shutil.copytree(SHIPPED / "netflix", folder)
    text = (folder / "pack.yaml").read_text(encoding="utf-8")
    head, tail = text.split(f"\n  {switch}:\n", 1)
    before = (
        f'reading: "{PACK.switches[switch].reading}"'
        if switch == "strict_enterprise"
        else f"reading: {PACK.switches[switch].reading}"
    )
    after = f'reading: "{reading}"'
    (folder / "pack.yaml").write_text(f"{head}\n  {switch}:\n" + tail.replace(before, after, 1), encoding="utf-8")

    flipped = PackFiles().load(str(folder))

    assert flipped.switches[switch].reading == reading
    assert flipped.name.digest != PACK.name.digest
    here, there = judged(PACK, FLIPS[switch, reading]), judged(flipped, FLIPS[switch, reading])
    assert (here.outcome, here.consent_required) != (there.outcome, there.consent_required)


def evidence(rule: str, changes: dict[str, Any]) -> set[str]:
    """What the rule asks for on the base with these changes."""
    ruling = next(ruling for ruling in decide({**BASE, **changes}).rulings if ruling.rule == rule)
    return set(ruling.evidence)


REPLICA = {**ACTOR, "talent_op": "replica_create", "alters_intent": "no"}


@pytest.mark.parametrize(
    ("rule", "changes", "asked"),
    [
        ("NFX-P5", {"replaces_union_work": "yes"}, {"union_agreement"}),
        ("NFX-P5", {**REPLICA, **NO_CONSENT}, {"consent"}),
        ("NFX-P5", {**REPLICA, **NO_CONSENT, "replaces_union_work": "yes"}, {"consent", "union_agreement"}),
        ("NFX-P5", {"p5": "no"}, set()),
        ("NFX-T1", {**REPLICA, **NO_CONSENT}, {"consent"}),
        (
            "NFX-T1",
            {**REPLICA, "consent_covers_use": "yes", "consent_on_file": "yes", "guild_ok": "no"},
            {"guild_compliance"},
        ),
        ("NFX-T1", {**REPLICA, **NO_CONSENT, "guild_ok": "no"}, {"consent", "guild_compliance"}),
        ("NFX-T1a", {**REPLICA, **NO_CONSENT}, {"consent", "guild_compliance", "legal_review", "approval"}),
        ("NFX-T1a", {**REPLICA, **NO_CONSENT, "guild_ok": "na"}, {"consent", "legal_review", "approval"}),
        ("NFX-T7", {"talent_op": "synthetic_performer", "guild_ok": "na"}, set()),
        ("NFX-T7", {"talent_op": "synthetic_performer", "guild_ok": "yes"}, {"guild_compliance", "union_agreement"}),
        (
            "NFX-D2a",
            {"trains_model": "yes", "training_material": "third_party"},
            {"training_clearance", "approval"},
        ),
        (
            "NFX-D2a",
            {"trains_model": "yes", "training_material": "unknown"},
            {"training_clearance", "consent", "approval"},
        ),
        (
            "NFX-D2a",
            {"trains_model": "yes", "training_material": "talent", "consent_covers_use": "yes"},
            {"consent", "approval"},
        ),
        ("NFX-I4", {"inputs": ["third_party_ip"]}, {"approval", "clearance"}),
    ],
)
def test_each_failing_condition_asks_for_its_own_evidence(rule: str, changes: dict[str, Any], asked: set[str]) -> None:
    assert evidence(rule, changes) == asked


@pytest.mark.parametrize("likeness", ["yes", "unsure", None])
def test_a_synthetic_voice_is_a_replica_until_it_is_certain_to_be_nobodys(likeness: str | None) -> None:
    changes = {"talent_op": "synthetic_voice", **NO_CONSENT, "likeness": likeness}
    decision = decide({fact: value for fact, value in {**BASE, **changes}.items() if value is not None})
    assert (decision.outcome, decision.consent_required) == ("blocked", True)


@pytest.mark.parametrize("fact", ["trains", "stores"])
def test_a_tool_of_the_buyer_that_trains_or_stores_protects_nothing(fact: str) -> None:
    changes: dict[str, Any] = {"inputs": ["script"], "tools": [{**SECURE, fact: "yes"}]}
    assert decide({**BASE, **changes}).outcome == "blocked"
    assert decide({**BASE, **changes, "explicit_input_approval": "APP-1"}).outcome == "escalate"


def test_an_unknown_prominence_is_not_incidental() -> None:
    assert decide({**BASE, "output_stage": "final", "p4": "no"}).outcome == "approval_required"


@pytest.mark.parametrize("consent", ["no", "unsure"])
def test_no_exemption_waives_consent_to_create_a_replica(consent: str) -> None:
    changes = {**ACTOR, "talent_op": "replica_use", "as_scripted": "yes", "safety": "yes", "unrecognisable": "yes"}
    decision = decide({**BASE, **changes, "consent_on_file": consent, "consent_covers_use": "no"})
    assert (decision.outcome, decision.consent_required) == ("blocked", True)
