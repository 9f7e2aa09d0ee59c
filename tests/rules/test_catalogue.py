"""The catalogue: what may be answered, what is refused and with which hint."""

from __future__ import annotations

from typing import Any

import pytest

from cleancut.adapters.packs_files import PackFiles
from cleancut.errors import FieldError, PackError
from cleancut.rules.catalogue import TIERS, TOOL_ANSWERS, catalogue_of
from cleancut.rules.facts import Facts

CATALOGUE = PackFiles().catalogue


def read(**written: Any) -> dict[str, Any]:
    return dict(CATALOGUE.read(written, accept_derived=True))


def refused(**written: Any) -> FieldError:
    with pytest.raises(FieldError) as caught:
        read(**written)
    return caught.value


@pytest.mark.parametrize(
    ("fact", "written", "value"),
    [
        ("likeness", "yes", "yes"),
        ("likeness", "unsure", "unsure"),
        ("likeness", "unknown", "unsure"),
        ("output_stage", "final", "final"),
        ("training_material", "unknown", "unsure"),
        ("inputs", ["script", "public"], ("script", "public")),
        ("inputs", "script", ("script",)),
        ("inputs", "unknown", ("unsure",)),
        ("inputs", ["public", "unknown"], ("public", "unsure")),
        ("reference_permission", "CLR-1", "CLR-1"),
        ("all_party_consent", ["CON-1", "CON-2"], ("CON-1", "CON-2")),
        ("all_party_consent", "CON-1", ("CON-1",)),
        ("description", "a street in the rain", "a street in the rain"),
        ("declared_on", "2026-03-31", "2026-03-31"),
        ("guild_ok", "na", "na"),
    ],
)
def test_answers_in_normal_form(fact: str, written: Any, value: Any) -> None:
    assert read(**{fact: written}) == {fact: value}


@pytest.mark.parametrize(
    ("fact", "written"),
    [
        ("likeness", "maybe"),
        ("likeness", True),
        ("likeness", None),
        ("likeness", ""),
        ("likeness", ["yes"]),
        ("output_stage", "Final"),
        ("inputs", ["script", "screenplay"]),
        ("inputs", [None]),
        ("reference_permission", ""),
        ("reference_permission", ["CLR-1"]),
        ("description", "  "),
        ("declared_on", "31.03.2026"),
        ("declared_on", "2026-3-31"),
        ("declared_on", "2026-02-30"),
        ("tools", {"tier": "enterprise"}),
        ("tools", ["Vault"]),
        ("tools", [{"tier": "premium"}]),
        ("tools", [{"tier": "enterprise", "trains": "maybe"}]),
    ],
)
def test_other_values_are_refused_at_their_place(fact: str, written: Any) -> None:
    error = refused(**{fact: written})
    assert error.path[0] == fact
    assert "expected" in error.message


@pytest.mark.parametrize("written", ["no", "unsure", "unknown"])
@pytest.mark.parametrize(
    "fact", ["explicit_input_approval", "reference_permission", "training_clearance", "declared_on"]
)
def test_what_is_not_there_is_left_out_not_denied(fact: str, written: str) -> None:
    error = refused(**{fact: written})
    assert error.path == (fact,)


def test_references_say_to_leave_them_out() -> None:
    assert "leave it out" in refused(reference_permission="no").hint
    assert "leave it out" in refused(all_party_consent=["CON-1", "unsure"]).hint
    assert "leave it out" in refused(enterprise_unavailable_reason="no").hint


@pytest.mark.parametrize(
    ("fact", "written", "hint"),
    [
        ("likeness", "Yes", "write yes"),
        ("likeness", "TRUE", "write yes"),
        ("likeness", "n", "write no"),
        ("output_stage", "FINAL", "write final"),
        ("talent_op", "reageing", "re_ageing"),
        ("inputs", ["scripts"], "script"),
    ],
)
def test_near_misses_get_a_hint(fact: str, written: Any, hint: str) -> None:
    assert hint in refused(**{fact: written}).hint


def test_unknown_facts_are_refused_with_the_nearest() -> None:
    error = refused(likenes="yes")
    assert "likeness" in error.hint
    assert refused(zzz="yes").hint


@pytest.mark.parametrize("fact", ["stage", "tool_trains", "tool_terms", "all_netflix_enterprise", "any_unsure"])
def test_computed_facts_are_never_stated(fact: str) -> None:
    assert "no fact" in refused(**{fact: "yes"}).message


@pytest.mark.parametrize(
    "fact", ["consent_on_file", "consent_covers_use", "talent_model_reuse", "found_in_deliverable", "prominence"]
)
def test_derived_facts_are_refused_from_a_dossier(fact: str) -> None:
    value = "incidental" if fact == "prominence" else "yes"
    assert CATALOGUE.read({fact: value}, accept_derived=True) == {fact: value}
    with pytest.raises(FieldError, match="derived") as caught:
        CATALOGUE.read({fact: value}, accept_derived=False)
    assert caught.value.path == (fact,)


def test_a_tool_says_unsure_where_it_says_nothing_and_keeps_other_keys() -> None:
    (tool,) = read(tools=[{"product": "Vault", "tier": "enterprise", "trains": "no"}])["tools"]
    assert tool == {
        "product": "Vault", "tier": "enterprise", "trains": "no",
        "stores": "unsure", "enterprise_secured": "unsure", "terms_reviewed": "unsure",
    }  # fmt: skip


@pytest.mark.parametrize("tier", TIERS)
def test_every_tier_is_accepted(tier: str) -> None:
    assert read(tools=[{"tier": tier}])["tools"][0]["tier"] == tier


def test_an_error_in_a_tool_leads_to_its_key() -> None:
    error = refused(tools=[{"tier": "enterprise"}, {"tier": "enterprise", "stores": "True"}])
    assert error.path == ("tools", 1, "stores")
    assert "write yes" in error.hint


def test_every_fact_has_a_question_and_somebody_who_answers() -> None:
    for spec in CATALOGUE.facts.values():
        assert spec.question.endswith(("?", ".")), spec.id
        assert spec.answered_by, spec.id


def test_every_choice_and_multi_accepts_unsure() -> None:
    for spec in CATALOGUE.facts.values():
        if spec.type in ("ynu", "choice"):
            assert spec.read("unknown", (spec.id,)) == "unsure"
        elif spec.type == "multi":
            assert spec.read(["unsure"], (spec.id,)) == ("unsure",)


def test_only_scope_is_asked_where_the_tool_does_not_generate() -> None:
    facts = Facts(
        CATALOGUE, read(is_generative="no", output_stage="final", likeness="yes", talent_op="cosmetic_technical")
    )
    assert [id_ for id_ in CATALOGUE.facts if facts.is_asked(id_)] == ["is_generative"]


def entry(**more: Any) -> dict[str, Any]:
    return {"group": "G", "type": "ynu", "question": "Is it?", "answered_by": "legal", **more}


def test_a_small_catalogue_loads() -> None:
    catalogue = catalogue_of({"definitions": {}, "facts": {"a": entry(asked_when="always")}})
    assert catalogue.facts["a"].asked_when.answer(Facts(catalogue, {})) == "yes"


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"a": entry(colour="red")}, "unknown keys"),
        ({"a": entry(asked_when={"fact": "b", "is": "yes"})}, "unknown fact 'b'"),
        (
            {"a": entry(asked_when={"fact": "b", "is": "yes"}), "b": entry(asked_when={"fact": "a", "is": "yes"})},
            "in a circle",
        ),
    ],
)
def test_a_broken_catalogue_does_not_load(facts: dict[str, Any], message: str) -> None:
    with pytest.raises(PackError, match=message):
        catalogue_of({"definitions": {}, "facts": facts})


def test_tool_answers_are_those_the_remedies_set() -> None:
    keys = {key for remedy in CATALOGUE.facts["tools"].remedies for key in remedy.on_tools or {}}
    assert keys == {"tier", *TOOL_ANSWERS}
