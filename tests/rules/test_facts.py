"""Facts computed from other answers: worst-of over the tools, stage, prominence, unsure, late."""

from __future__ import annotations

from typing import Any

import pytest

from cleancut.adapters.packs_files import PackFiles
from cleancut.rules.facts import Facts, is_late

CATALOGUE = PackFiles().catalogue


def facts(**written: Any) -> Facts:
    return Facts(CATALOGUE, CATALOGUE.read({"is_generative": "yes", **written}, accept_derived=True))


def chain(key: str, *answers: str) -> Facts:
    good = {"tier": "enterprise", "trains": "no", "stores": "no", "enterprise_secured": "yes", "terms_reviewed": "yes"}
    return facts(tools=[{**good, key: answer} for answer in answers])


@pytest.mark.parametrize(
    ("answers", "worst"),
    [
        (["no", "no"], "no"),
        (["no", "yes"], "yes"),
        (["unsure", "yes"], "yes"),
        (["no", "unsure"], "unsure"),
    ],
)
@pytest.mark.parametrize(("key", "fact"), [("trains", "tool_trains"), ("stores", "tool_stores")])
def test_one_tool_that_trains_or_stores_is_enough(answers: list[str], worst: str, key: str, fact: str) -> None:
    assert chain(key, *answers).value(fact) == worst


@pytest.mark.parametrize(
    ("answers", "worst"),
    [
        (["yes", "yes"], "yes"),
        (["yes", "no"], "no"),
        (["unsure", "no"], "no"),
        (["yes", "unsure"], "unsure"),
    ],
)
@pytest.mark.parametrize(("key", "fact"), [("enterprise_secured", "tool_enterprise"), ("terms_reviewed", "tool_terms")])
def test_one_tool_unsecured_or_unread_is_enough(answers: list[str], worst: str, key: str, fact: str) -> None:
    assert chain(key, *answers).value(fact) == worst


@pytest.mark.parametrize(
    ("tiers", "every"),
    [
        (["netflix_enterprise"], "yes"),
        (["netflix_enterprise", "enterprise"], "no"),
        (["netflix_enterprise", "unsure"], "unsure"),
        (["consumer_free", "unsure"], "no"),
    ],
)
def test_the_buyers_agreement_must_hold_for_every_tool(tiers: list[str], every: str) -> None:
    assert chain("tier", *tiers).value("all_netflix_enterprise") == every


@pytest.mark.parametrize(
    "fact", ["tool_trains", "tool_stores", "tool_enterprise", "tool_terms", "all_netflix_enterprise", "tools"]
)
def test_no_tools_is_unsure_where_tools_are_asked_about(fact: str) -> None:
    assert facts().value(fact) == "unsure"
    assert facts(tools=[]).value(fact) == "unsure"
    assert facts(is_generative="no").value(fact) is None


@pytest.mark.parametrize(
    ("declared", "found", "stage"),
    [
        ("temporary", "yes", "final"),
        ("temporary", "no", "temporary"),
        ("temporary", "unsure", "temporary"),
        ("final", "no", "final"),
        ("unsure", "yes", "final"),
        ("unsure", "no", "unsure"),
    ],
)
def test_what_is_found_in_the_master_is_final(declared: str, found: str, stage: str) -> None:
    assert facts(output_stage=declared, found_in_deliverable=found).value("stage") == stage


def cut(legible: str, referenced: str, story: str, **more: Any) -> Facts:
    answers = {"legible": legible, "referenced_in_scene": referenced, "contributes_to_story": story}
    return facts(output_stage="final", **answers, **more)


@pytest.mark.parametrize(
    ("answers", "prominence"),
    [
        (("no", "no", "no"), "incidental"),
        (("yes", "no", "no"), "prominent"),
        (("no", "yes", "no"), "prominent"),
        (("unsure", "yes", "no"), "prominent"),
        (("no", "no", "yes"), "story_relevant"),
        (("unsure", "unsure", "yes"), "story_relevant"),
        (("unsure", "no", "no"), "unsure"),
        (("yes", "no", "unsure"), "unsure"),
    ],
)
def test_prominence_from_the_answers_about_the_cut(answers: tuple[str, str, str], prominence: str) -> None:
    assert cut(*answers).value("prominence") == prominence


def test_prominence_outside_and_unanswered() -> None:
    assert facts(output_stage="temporary", legible="yes").value("prominence") == "not_in_cut"
    assert facts(output_stage="final").value("prominence") == "unsure"
    assert facts(output_stage="temporary", found_in_deliverable="yes").value("prominence") == "unsure"


def test_the_harsher_of_stated_and_computed_prominence_counts() -> None:
    assert cut("yes", "no", "no", prominence="incidental").value("prominence") == "prominent"
    assert cut("no", "no", "no", prominence="story_relevant").value("prominence") == "story_relevant"
    assert facts(output_stage="final", prominence="incidental").value("prominence") == "incidental"


def test_a_stated_prominence_does_not_settle_what_is_given_as_unsure() -> None:
    assert cut("unsure", "no", "no", prominence="incidental").value("prominence") == "unsure"
    assert cut("unsure", "no", "no", prominence="prominent").value("prominence") == "prominent"


def test_asked_and_not_answered_is_unsure_not_asked_is_nothing() -> None:
    assert facts().value("likeness") == "unsure"
    assert facts().value("harm") == "unsure"
    assert facts(likeness="no", talent_op="none").value("harm") is None
    assert facts().value("reference_permission") == "absent"
    assert facts(reference_permission="CLR-1").value("reference_permission") == "given"


def test_any_unsure_looks_into_lists_and_tools() -> None:
    assert facts(likeness="no").value("any_unsure") == "no"
    assert facts(likeness="unsure").value("any_unsure") == "yes"
    assert facts(inputs=["public", "unsure"]).value("any_unsure") == "yes"
    assert facts(tools=[{"tier": "enterprise", "trains": "no"}]).value("any_unsure") == "yes"


@pytest.mark.parametrize(
    ("written", "late"),
    [
        ({}, False),
        ({"declared_on": "2026-03-02"}, False),
        ({"use_started_on": "2026-03-01"}, False),
        ({"declared_on": "2026-03-01", "use_started_on": "2026-03-01"}, False),
        ({"declared_on": "2026-03-01", "use_started_on": "2026-03-02"}, False),
        ({"declared_on": "2026-03-02", "use_started_on": "2026-03-01"}, True),
    ],
)
def test_late_is_begun_before_declared(written: dict[str, str], late: bool) -> None:
    assert is_late(facts(**written)) is late


def test_the_digest_covers_what_is_declared_not_the_process() -> None:
    one = facts(likeness="no")
    assert (
        one.digest
        == facts(likeness="no", approval="APP-1", found_in_deliverable="yes", declared_on="2026-01-01").digest
    )
    assert one.digest != facts(likeness="yes").digest
    assert one.digest != facts(likeness="no", tools=[{"tier": "enterprise"}]).digest
