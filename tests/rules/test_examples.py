"""Running examples: a pack or an example that is wrong fails, and says where and how."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from cleancut.adapters.packs_files import PackFiles
from cleancut.errors import PackError
from cleancut.rules.conditions import NEVER
from cleancut.rules.examples import failures, with_readings
from cleancut.rules.pack import Trigger

PACK = PackFiles().load("netflix")
EXAMPLES = PackFiles().examples("netflix")


def changed(*path: Any, to: Any) -> dict[str, Any]:
    data: dict[str, Any] = copy.deepcopy(EXAMPLES)
    here: Any = data
    for key in path[:-1]:
        here = here[key]
    here[path[-1]] = to
    return data


def without(*path: Any) -> dict[str, Any]:
    data: dict[str, Any] = copy.deepcopy(EXAMPLES)
    here: Any = data
    for key in path[:-1]:
        here = here[key]
    del here[path[-1]]
    return data


CASE = "cases[0] (Moodboard images for the art department)"
E1 = "rules.NFX-E1"
SILENT, CERTAIN, OPEN = "does not fire", "fires for certain", "fires, but only because something is unsure"
BOTH = "Fired: NFX-R0 (notify), NFX-E1 (approval_required)"
LOOSE = "mistaken_for_real: expected yes, no or unsure, found 'Yes' (write yes: answers are plain lower-case words)"
FIRES = {"mistaken_for_real": "yes"}
BROKEN = {
    "yes that does not fire": (
        changed("rules", "NFX-E1", "yes", to={}),
        f"{E1}.yes: the rule {SILENT}; expected that it {CERTAIN}. Fired: NFX-R0 (notify)",
    ),
    "no that fires": (
        changed("rules", "NFX-E1", "no", to=FIRES),
        f"{E1}.no: the rule {CERTAIN}; expected that it {SILENT}. {BOTH}",
    ),
    "unsure that is certain": (
        changed("rules", "NFX-E1", "unsure", to=FIRES),
        f"{E1}.unsure: the rule {CERTAIN}; expected that it {OPEN}. {BOTH}",
    ),
    "no examples of a rule": (without("rules", "NFX-E1"), f"{E1}: has no examples; each rule shows yes, no and unsure"),
    "no unsure and no reason": (
        without("rules", "NFX-E1", "unsure"),
        f"{E1}.unsure: is missing: show answers with which the rule {OPEN}; or `why_no_unsure` says why there is none",
    ),
    "examples of no rule": (changed("rules", "NFX-E9", to={"yes": {}}), "rules.NFX-E9: the pack has no such rule"),
    "unreadable answer": (
        changed("rules", "NFX-E1", "yes", to={"mistaken_for_real": "Yes"}),
        f"{E1}.yes: {LOOSE}",
    ),
    "unknown switch": (
        changed("rules", "NFX-F1i", "switches", to={"incidental_finale": "notify"}),
        "rules.NFX-F1i.yes: netflix: no switch 'incidental_finale' with a reading 'notify'",
    ),
    "wrong outcome": (
        changed("cases", 0, "outcome", to="escalate"),
        f"{CASE}: outcome is notify, expected escalate. Fired: NFX-R0 (notify)",
    ),
    "wrong consent": (
        changed("cases", 0, "consent_required", to="yes"),
        f"{CASE}: consent_required is no, expected yes. Fired: NFX-R0 (notify)",
    ),
    "wrong flags": (
        changed("cases", 0, "flags", to=["violation"]),
        f"{CASE}: flags is [], expected ['violation']. Fired: NFX-R0 (notify)",
    ),
    "a rule that should fire": (
        changed("cases", 0, "fires", to=["NFX-E1"]),
        f"{CASE}: NFX-E1 did not fire. Fired: NFX-R0 (notify)",
    ),
    "no outcome": (without("cases", 0, "outcome"), f"{CASE}: outcome is missing"),
    "no such outcome": (
        changed("cases", 0, "outcome", to="fine"),
        f"{CASE}: expects 'fine'; an outcome is one of out_of_scope, notify, escalate, approval_required, blocked",
    ),
}


@pytest.mark.parametrize(("data", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_example_fails_saying_where(data: dict[str, Any], message: str) -> None:
    assert message in [str(failure) for failure in failures(PACK, data)]


def test_a_base_that_is_not_benign_fails() -> None:
    found = [str(failure) for failure in failures(PACK, changed("base", "likeness", to="yes"))]
    assert "base: leaves open ['person_status', 'harm']" in found
    assert any(message.startswith("base: is not benign: approval_required by") for message in found)


def test_a_base_that_cannot_be_read_fails() -> None:
    found = [str(failure) for failure in failures(PACK, changed("base", "likenes", to="yes"))]
    assert found[0] == "base: likenes: there is no fact 'likenes' (did you mean likeness?)"


@pytest.mark.parametrize(
    "data",
    [
        {"base": {}},
        {"base": {}, "rules": {}, "cases": {}},
        {"base": {}, "rules": {}, "answers": {}},
        {"base": {}, "rules": {"NFX-E1": {"maybe": {}}}},
        {"base": {}, "rules": {}, "cases": [{"title": "x"}]},
        {"base": {}, "rules": {}, "cases": ["x"]},
    ],
)
def test_examples_of_another_shape_are_refused(data: dict[str, Any]) -> None:
    with pytest.raises(PackError, match="netflix: examples"):
        failures(PACK, data)


@pytest.mark.parametrize("rule", [rule.id for rule in PACK.rules if rule.id != "NFX-R0"])
def test_a_pack_in_which_one_rule_is_silenced_fails_by_name(rule: str) -> None:
    silenced = tuple(replace(r, triggers=(Trigger(NEVER, NEVER, ()),)) if r.id == rule else r for r in PACK.rules)
    examples = {**EXAMPLES, "rules": {rule: EXAMPLES["rules"][rule]}, "cases": []}
    failed = [failure.where for failure in failures(replace(PACK, rules=silenced), examples)]
    assert f"rules.{rule}.yes" in failed


def test_readings_are_set_for_one_run_only() -> None:
    mild = with_readings(PACK, {"incidental_final": "notify"})
    assert mild.switches["incidental_final"].reading == "notify"
    assert PACK.switches["incidental_final"].reading == "escalate"
