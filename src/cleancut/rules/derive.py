"""From a case to the facts of each use: one small function per derived fact.

A declared answer that a record, a mark or a finding contradicts loses to it, and the contradiction is kept to be shown.
A reference that does not hold (another title, run out, another tool) counts as absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast

from cleancut.model.answers import Answer, all_of, answer_of, any_of
from cleancut.model.decisions import Contradiction
from cleancut.model.digest import digest_of
from cleancut.model.dossier import Clearance, Consent, TalentModel, Terms, Tool, Use
from cleancut.model.record import plain
from cleancut.rules.case import Case
from cleancut.rules.catalogue import UNSURE, Catalogue, Value
from cleancut.rules.facts import Facts
from cleancut.rules.scope import clearance_gaps, consent_gaps, input_approval_gaps, model_gaps, terms_gaps

Derived = dict[str, Value]

RESTRICTED_INPUTS = frozenset(
    (
        "script",
        "production_image",
        "unreleased_footage",
        "contract",
        "talent_likeness",
        "other_proprietary",
        "personal_data",
    )
)
SOUND_MEDIA = frozenset({"voice", "music", "sfx"})


def facts_of(case: Case, on: date) -> dict[str, Facts]:
    """The facts of every use on that day, by use id."""
    own = {use.id: _own_answers(case, use, on) for use in case.dossier.uses}
    return {use.id: _facts(case, use, own, on) for use in case.dossier.uses}


def _facts(case: Case, use: Use, own: Mapping[str, Derived], on: date) -> Facts:
    answers = inherited(case.catalogue, own[use.id], [own[parent] for parent in ancestors(case, use)])
    contradictions = []
    if guild_contradiction := _guild_contradiction(answers):
        contradictions.append(guild_contradiction)
        answers["guild_ok"] = UNSURE
    if answers.get("is_generative") == "no" and answers.get("material_marked") == "yes":
        contradictions.append(
            Contradiction("is_generative", "no", "yes", "a provenance mark on its material states generative AI")
        )
    return Facts(case.catalogue, answers, tuple(contradictions), case.answers[use.id], _records(case, use))


def _own_answers(case: Case, use: Use, on: date) -> Derived:
    answers: Derived = dict(case.answers[use.id])
    title = case.dossier.title
    answers["buyer"] = title.buyer
    for fact, values in (("guilds", title.guilds), ("territories", title.territories)):
        if values:
            answers[fact] = values
    answers["tools"] = tuple(tool_facts(case, tool, on) for tool in _tools(case, use))
    if use.derived_from:
        answers["derived_from"] = use.derived_from
    _drop_references_that_do_not_hold(case, use, answers, on)
    answers["material_marked"] = material_marked(case, use)
    if (found := found_in_deliverable(case, use)) is not None:
        answers["found_in_deliverable"] = found
    answers.update(consent_facts(case, use, answers, on))
    if use.models is not None:
        answers["talent_model_reuse"] = talent_model_reuse(case, use, answers)
    return answers


def tool_facts(case: Case, tool: Tool, on: date) -> dict[str, Any]:
    """One tool as judgement sees it: its terms count only for its tier, in date, and while the kept copy is there."""
    reviewed = not terms_gaps(tool.terms, tool, on) and (tool.terms is None or _is_there(case, tool.terms))
    return {
        "id": tool.id,
        "product": tool.product,
        "tier": UNSURE if tool.tier == "unknown" else tool.tier,
        "trains": tool.trains,
        "stores": tool.stores,
        "enterprise_secured": tool.enterprise_secured,
        "terms_reviewed": answer_of(reviewed),
    }


def _tools(case: Case, use: Use) -> list[Tool]:
    by_id = {tool.id: tool for tool in case.dossier.tools}
    return [by_id[id_] for id_ in use.tools]


def material_marked(case: Case, use: Use) -> Answer:
    """Whether a mark on any of the use's material states that generative AI made it."""
    marks = [item.mark for item in case.material_of[use.id]]
    return answer_of(any(mark is not None and mark.says_generated for mark in marks))


def found_in_deliverable(case: Case, use: Use) -> Answer | None:
    """Whether the use's material is in the master; unsure where part of either was not examined; None before a scan."""
    if case.scan is None:
        return None
    names = {item.name for item in case.material_of[use.id]}
    if any(finding.kind == "match" and finding.material in names for finding in case.scan.findings):
        return "yes"
    if is_text_only(case, use):
        return None
    return "no" if is_examined(case, use) else "unsure"


def is_text_only(case: Case, use: Use) -> bool:
    """Whether a use makes words alone and no file: no scan of picture or sound can look for it."""
    return set(case.answers[use.id].get("medium", ())) == {"text"} and not use.material


def is_examined(case: Case, use: Use) -> bool:
    """Whether all of the use's material was looked for in all of the master's picture (and sound, if it is sound)."""
    if case.scan is None or case.scan.coverage.picture_missing or case.unregistered[use.id]:
        return False
    missed = {item.material for item in case.scan.coverage.material_missing}
    material = case.material_of[use.id]
    if not material or any(item.name in missed for item in material):
        return False
    is_sound = bool(SOUND_MEDIA.intersection(case.answers[use.id].get("medium", ())))
    return not is_sound or bool(case.scan.coverage.sound and not case.scan.coverage.sound_missing)


def consent_facts(case: Case, use: Use, answers: Mapping[str, Value], on: date) -> Derived:
    """Whether a consent of the person is on file, and whether one covers this use. No person named: not answered."""
    person = answers.get("person")
    if not isinstance(person, str):
        return {}
    theirs = [consent for consent in case.dossier.consents if consent.person == person]
    operation, trains = str(answers.get("talent_op", "")), answers.get("trains_model") == "yes"
    covering = [
        c for c in theirs if not consent_gaps(c, case.dossier.title, operation, trains, on) and _is_there(case, c)
    ]
    on_file = [c for c in theirs if not (c.revoked_on and on >= c.revoked_on) and _is_there(case, c)]
    return {"consent_on_file": answer_of(bool(on_file)), "consent_covers_use": answer_of(bool(covering))}


def _is_there(case: Case, record: Consent | Terms) -> bool:
    return record.document not in case.missing_documents


def talent_model_reuse(case: Case, use: Use, answers: Mapping[str, Value]) -> Answer:
    """Whether any model of a person is used outside its production or the scope agreed for it."""
    by_id = {model.id: model for model in case.dossier.models}
    operation = str(answers.get("talent_op", ""))
    return answer_of(any(model_gaps(by_id[id_], case.dossier.title, operation) for id_ in use.models or ()))


def _guild_contradiction(answers: Mapping[str, Value]) -> Contradiction | None:
    if answers.get("guild_ok") == "na" and answers.get("guilds"):
        guilds = ", ".join(cast("tuple[str, ...]", answers["guilds"]))
        return Contradiction("guild_ok", "na", UNSURE, f"guilds are on the project: {guilds}")
    return None


_REFERENCE_KINDS = {
    "training_clearance": "training",
    "reference_permission": "reference",
    "union_agreement": "union",
}


def _drop_references_that_do_not_hold(case: Case, use: Use, answers: Derived, on: date) -> None:
    clearances = {clearance.id: clearance for clearance in case.dossier.clearances}
    for fact, kind in _REFERENCE_KINDS.items():
        clearance = clearances.get(cast(str, answers.get(fact)))
        if clearance is None or clearance.kind != kind or clearance_gaps(clearance, use, on):
            answers.pop(fact, None)
        elif clearance.document in case.missing_documents:
            del answers[fact]
    if "explicit_input_approval" in answers:
        approvals = {approval.id: approval for approval in case.dossier.approvals}
        restricted = tuple(i for i in cast("tuple[str, ...]", answers.get("inputs", ())) if i in RESTRICTED_INPUTS)
        approval = approvals[cast(str, answers["explicit_input_approval"])]
        if input_approval_gaps(approval, use, restricted, on) or approval.document in case.missing_documents:
            del answers["explicit_input_approval"]
    if "all_party_consent" in answers and not _all_hold(case, answers, on):
        del answers["all_party_consent"]


def _all_hold(case: Case, answers: Mapping[str, Value], on: date) -> bool:
    consents = {consent.id: consent for consent in case.dossier.consents}
    named = cast("tuple[str, ...]", answers["all_party_consent"])
    operation, trains = str(answers.get("talent_op", "")), answers.get("trains_model") == "yes"
    records = [consents[id_] for id_ in named]
    return all(
        not consent_gaps(consent, case.dossier.title, operation, trains, on) and _is_there(case, consent)
        for consent in records
    )


def ancestors(case: Case, use: Use) -> list[str]:
    """Every use whose material this one derives from, near ones first, each once."""
    found: dict[str, None] = {}
    todo = list(use.derived_from)
    while todo:
        parent = todo.pop(0)
        if parent not in found:
            found[parent] = None
            todo += case.uses[parent].derived_from
    return list(found)


def inherited(catalogue: Catalogue, own: Derived, parents: Iterable[Derived]) -> Derived:
    """The use's answers with the worst of what it derives from. The catalogue says which facts pass on, and how."""
    answers = dict(own)
    for parent in parents:
        for fact, value in parent.items():
            answers_here = answers.get(fact)
            rule = catalogue.facts[fact].inherits
            if rule:
                answers[fact] = _worse(rule, answers_here, value)
    return answers


def _worse(rule: str, here: Value | None, above: Value) -> Value:
    if here is None or (rule == "first" and here == "none"):
        return above
    if rule == "union":
        merged = list(cast("tuple[Any, ...]", here))
        return tuple(merged + [item for item in cast("tuple[Any, ...]", above) if item not in merged])
    if rule == "worst_yes":
        return any_of([cast(Answer, here), cast(Answer, above)])
    if rule == "worst_no":
        return all_of([cast(Answer, here), cast(Answer, above)])
    return here


def _records(case: Case, use: Use) -> dict[str, str]:
    """Ids and digests of the tools, consents, models, clearances and uses that this one rests on: part of its facts."""
    person, answers = case.answers[use.id].get("person"), case.answers[use.id]
    named = {value for fact in _REFERENCE_KINDS for value in [answers.get(fact)] if isinstance(value, str)}
    lineage = {parent: digest_of(plain(case.answers[parent])) for parent in ancestors(case, use)}
    records: list[Tool | Consent | TalentModel | Clearance] = [
        *_tools(case, use),
        *(c for c in case.dossier.consents if c.person == person),
        *(m for m in case.dossier.models if m.id in (use.models or ())),
        *(c for c in case.dossier.clearances if c.id in named or use.id in c.uses),
    ]
    return {**lineage, **{record.id: digest_of(plain(record)) for record in records}}
