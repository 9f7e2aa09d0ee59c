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
from cleancut.model.dossier import Approval, Clearance, Consent, TalentModel, Terms, Tool, Use
from cleancut.model.findings import Medium
from cleancut.model.record import plain
from cleancut.rules.case import Case
from cleancut.rules.catalogue import UNSURE, Catalogue, FactSpec, Value
from cleancut.rules.facts import Facts
from cleancut.rules.marked import material_marked, of_undeclared, told_of_marks, undeclared_tools
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
NAMED = "prompts_reference_protected"
SOUND_MEDIA = frozenset({"voice", "music", "sfx"})
PICTURE_MEDIA = frozenset({"image", "video", "3d"})


def facts_of(case: Case, on: date) -> dict[str, Facts]:
    """The facts of every use on that day, by use id."""
    own = {use.id: _own_answers(case, use, on) for use in case.dossier.uses}
    return {use.id: _facts(case, use, own, on) for use in case.dossier.uses}


def _facts(case: Case, use: Use, own: Mapping[str, Derived], on: date) -> Facts:
    answers = inherited(case.catalogue, own[use.id], [own[parent] for parent in ancestors(case, use)])
    answers |= _from_records(case, use, answers, on)
    contradictions = [*undeclared_tools(case, use, _lineage(case, use))]
    if guild_contradiction := _guild_contradiction(answers):
        contradictions.append(guild_contradiction)
        answers["guild_ok"] = UNSURE
    if case.answers[use.id].get("is_generative") == "no":
        if answers.get("material_marked") == "yes":
            shown = f"a provenance mark on its material states generative AI: {told_of_marks(case, use)}"
            contradictions.append(Contradiction("is_generative", "no", "yes", shown))
        elif answers.get("is_generative") != "no":
            contradictions.append(Contradiction("is_generative", "no", "yes", "it derives from a generative use"))
    declared = case.answers[use.id]
    if (words := named_in_prompts(case, use)) and declared.get(NAMED) == "no":
        contradictions.append(Contradiction(NAMED, "no", str(answers[NAMED]), words))
    beside = {NAMED: said} if (said := _named_in_lineage(case, use)) else {}
    return Facts(case.catalogue, answers, tuple(contradictions), declared, _records(case, use, answers), beside)


def _own_answers(case: Case, use: Use, on: date) -> Derived:
    """What the use itself says and shows, before anything is taken over from the uses it derives from."""
    answers: Derived = dict(case.answers[use.id])
    title = case.dossier.title
    answers["buyer"] = title.buyer
    for fact, values in (("guilds", title.guilds), ("territories", title.territories)):
        if values:
            answers[fact] = values
    named = [of_undeclared(contradiction.shown) for contradiction in undeclared_tools(case, use, _lineage(case, use))]
    answers["tools"] = (*(tool_facts(case, tool, on) for tool in _tools(case, use)), *named)
    if use.derived_from:
        answers["derived_from"] = use.derived_from
    _drop_clearances_that_do_not_hold(case, use, answers, on)
    answers["material_marked"] = material_marked(case, use)
    if (found := found_in_deliverable(case, use)) is not None:
        answers["found_in_deliverable"] = found
    if named_in_prompts(case, use):
        answers[NAMED] = any_of(("unsure", cast(Answer, answers.get(NAMED, "unsure"))))
    if use.models is not None:
        answers["talent_model_reuse"] = talent_model_reuse(case, use, answers)
    return answers


def _from_records(case: Case, use: Use, answers: Derived, on: date) -> Derived:
    """What consents and approvals show of the answers as judged, inherited ones among them."""
    shown = consent_facts(case, answers, on)
    answers.pop("explicit_input_approval", None)
    if approval := explicit_input_approval(case, use, on):
        shown["explicit_input_approval"] = approval
    if "all_party_consent" in answers and not _all_hold(case, use, answers, on):
        del answers["all_party_consent"]
    return shown


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


def named_in_prompts(case: Case, use: Use) -> str:
    """What the prompts of a use name that is on the watch-list, in words; empty where they name nothing of it."""
    return "; ".join(map(str, case.named[use.id]))


def _named_in_lineage(case: Case, use: Use) -> str:
    """The same, with what the prompts of the uses it derives from name."""
    above = ((origin, named_in_prompts(case, case.uses[origin])) for origin in ancestors(case, use))
    said = [
        named_in_prompts(case, use),
        *(f"of {origin}, which it derives from, {words}" for origin, words in above if words),
    ]
    return "; ".join(filter(None, said))


def found_in_deliverable(case: Case, use: Use) -> Answer | None:
    """Whether the use's material is in the master; unsure where part of either was not examined; None before a scan."""
    if case.scan is None:
        return None
    names = {item.name for item in case.material_of[use.id]}
    if any(finding.kind == "match" and finding.material in names for finding in case.scan.findings):
        return "yes"
    if is_text_only(case, use) or case.answers[use.id].get("is_generative") == "no":
        return None  # nothing generated to look for; what is found or marked all the same has been seen above
    return "no" if is_examined(case, use) else "unsure"


def is_text_only(case: Case, use: Use) -> bool:
    """Whether a use makes words alone and no file: no scan of picture or sound can look for it."""
    return set(case.answers[use.id].get("medium", ())) == {"text"} and not use.material


def is_examined(case: Case, use: Use) -> bool:
    """Whether all of the use's material was looked for, in all of the picture and all of the sound that it could be in.
    A medium that the use declares and none of its material has was looked for by nobody."""
    if case.scan is None or case.unregistered[use.id] or case.unexamined_of[use.id]:
        return False
    coverage, material = case.scan.coverage, case.material_of[use.id]
    is_looked_for = all(item.name in coverage.material or item.name in case.looked_for for item in material)
    if not is_looked_for or not (material or case.seen_by_people[use.id]) or unmade_media(case, use):
        return False
    return all(coverage.is_whole(medium) for medium in media_of(case, use))


def media_of(case: Case, use: Use) -> tuple[Medium, ...]:
    """Where the use's material could be: in the media it declares, in those its material has, and in both where nobody
    says which."""
    declared = set(case.answers[use.id].get("medium", ()))
    material = case.material_of[use.id]
    is_open = not declared or "unsure" in declared
    in_picture = is_open or bool(declared & PICTURE_MEDIA) or any(item.has_picture for item in material)
    in_sound = is_open or bool(declared & SOUND_MEDIA) or any(item.has_sound for item in material)
    return (*(("picture",) if in_picture else ()), *(("sound",) if in_sound else ()))


def unmade_media(case: Case, use: Use) -> tuple[Medium, ...]:
    """Media that the use declares, none of its material has, and no person looked through for it."""
    declared, material = set(case.answers[use.id].get("medium", ())), case.material_of[use.id]
    seen = case.seen_by_people[use.id]
    no_picture = declared & PICTURE_MEDIA and "picture" not in seen and not any(item.has_picture for item in material)
    no_sound = declared & SOUND_MEDIA and "sound" not in seen and not any(item.has_sound for item in material)
    return (*(("picture",) if no_picture else ()), *(("sound",) if no_sound else ()))


REPLICA_OPERATIONS = frozenset({"replica_create", "replica_use", "re_ageing", "synthetic_voice"})


def consent_facts(case: Case, answers: Mapping[str, Value], on: date) -> Derived:
    """Whether a consent of the person is on file for this title, and whether one covers this use. No person named: not
    answered."""
    person = answers.get("person")
    if not isinstance(person, str):
        return {}
    theirs = [c for c in case.dossier.consents if c.person == person and _is_there(case, c)]
    title, (operation, trains) = case.dossier.title, consent_needed(answers)
    covering = [c for c in theirs if not consent_gaps(c, title, operation, trains, on)]
    on_file = [
        c for c in theirs if any(not consent_gaps(c, title, allowed, False, on) for allowed in REPLICA_OPERATIONS)
    ]
    may_cover = on_file and operation in (UNSURE, "")
    return {
        "consent_on_file": answer_of(bool(covering or on_file)),
        "consent_covers_use": UNSURE if may_cover else answer_of(bool(covering)),
    }


def consent_needed(answers: Mapping[str, Value]) -> tuple[str, bool]:
    """What a consent must allow here: the operation, and whether a model is, or may be, trained."""
    return str(answers.get("talent_op", "")), answers.get("trains_model") in ("yes", UNSURE)


def _is_there(case: Case, record: Consent | Terms) -> bool:
    return record.document not in case.missing_documents


def talent_model_reuse(case: Case, use: Use, answers: Mapping[str, Value]) -> Answer:
    """Whether any model of a person is used outside its production or the scope agreed for it."""
    by_id = {model.id: model for model in case.dossier.models}
    operation, person = str(answers.get("talent_op", "")), answers.get("person")
    models = [by_id[id_] for id_ in use.models or ()]
    return answer_of(any(model_gaps(model, case.dossier.title, operation, person) for model in models))


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


def _drop_clearances_that_do_not_hold(case: Case, use: Use, answers: Derived, on: date) -> None:
    clearances = {clearance.id: clearance for clearance in case.dossier.clearances}
    for fact, kind in _REFERENCE_KINDS.items():
        clearance = clearances.get(cast(str, answers.get(fact)))
        if clearance is None or clearance.kind != kind or clearance_gaps(clearance, use, on):
            answers.pop(fact, None)
        elif clearance.document in case.missing_documents:
            del answers[fact]


def explicit_input_approval(case: Case, use: Use, on: date) -> str:
    """Ids of the input approvals that hold, where the use and each it derives from has one for what it gives to tools.
    Empty where one lacks it, or nothing restricted is given."""
    found = []
    for origin in (use, *(case.uses[id_] for id_ in ancestors(case, use))):
        if not restricted_inputs(case, origin):
            continue
        holding = [approval.id for approval, gaps in input_approvals(case, origin, on) if not gaps]
        if not holding:
            return ""
        found.append(holding[0])
    return ", ".join(found)


def restricted_inputs(case: Case, use: Use) -> tuple[str, ...]:
    """The use's own inputs that nobody may give to a tool without being asked."""
    return tuple(str(i) for i in case.answers[use.id].get("inputs", ()) if i in RESTRICTED_INPUTS)


def input_approvals(case: Case, use: Use, on: date) -> list[tuple[Approval, list[str]]]:
    """Every approval of inputs for a use, each with the reasons why it does not count."""
    title, inputs = case.dossier.title, restricted_inputs(case, use)
    found = []
    for approval in (a for a in case.dossier.approvals if a.kind == "input" and a.use == use.id):
        gaps = input_approval_gaps(approval, title, use, inputs, on)
        if approval.document in case.missing_documents:
            gaps = [*gaps, f"names a document that is not there: {approval.document}"]
        found.append((approval, gaps))
    return found


def _all_hold(case: Case, use: Use, answers: Mapping[str, Value], on: date) -> bool:
    """Whether every consent named holds, and the person of every model in use is among those who gave one."""
    consents = {consent.id: consent for consent in case.dossier.consents}
    records = [consents[id_] for id_ in cast("tuple[str, ...]", answers["all_party_consent"])]
    operation, trains = consent_needed(answers)
    parties = {m.person for m in case.dossier.models if m.id in (use.models or ())} | {answers.get("person")} - {None}
    return parties <= {consent.person for consent in records} and all(
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


def _lineage(case: Case, use: Use) -> list[Use]:
    return [case.uses[id_] for id_ in ancestors(case, use)]


def inherited(catalogue: Catalogue, own: Derived, parents: Iterable[Derived]) -> Derived:
    """The use's answers with the worst of what it derives from. The catalogue says which facts pass on, and how."""
    answers = dict(own)
    for parent in parents:
        for fact, value in parent.items():
            if catalogue.facts[fact].inherits:
                answers[fact] = _worse(catalogue.facts[fact], answers.get(fact), value)
    return answers


def _worse(spec: FactSpec, here: Value | None, above: Value) -> Value:
    """The worse of a use's answer and that of a use it derives from, as the catalogue ranks them."""
    if here is None:
        return above
    if spec.inherits == "union":
        merged = list(cast("tuple[Any, ...]", here))
        return tuple(merged + [item for item in cast("tuple[Any, ...]", above) if item not in merged])
    if spec.inherits == "worst_yes":
        return any_of([cast(Answer, here), cast(Answer, above)])
    if spec.inherits == "worst_no":
        return all_of([cast(Answer, here), cast(Answer, above)])
    if spec.inherits == "ranked":
        return max(here, above, key=lambda value: _rank(spec, value))
    return here


def _rank(spec: FactSpec, value: Value) -> float:
    """Place in the rank, mildest first; what the rank does not name is milder, and unsure lies between."""
    if value == UNSURE:
        return 0.5
    return 1.0 + spec.rank.index(str(value)) if value in spec.rank else 0.0


def _records(case: Case, use: Use, answers: Mapping[str, Value]) -> dict[str, str]:
    """Ids and digests of the tools, consents, models, clearances and uses that it rests on: part of its facts."""
    lineage = [use, *_lineage(case, use)]
    models = {id_ for origin in lineage for id_ in origin.models or ()}
    named = {str(case.answers[origin.id].get(fact)) for origin in lineage for fact in _REFERENCE_KINDS}
    records: list[Tool | Consent | TalentModel | Clearance] = [
        *(tool for origin in lineage for tool in _tools(case, origin)),
        *(c for c in case.dossier.consents if c.person == answers.get("person")),
        *(m for m in case.dossier.models if m.id in models),
        *(c for c in case.dossier.clearances if c.id in named or any(o.id in c.uses for o in lineage)),
    ]
    parents = {origin.id: digest_of(plain(case.answers[origin.id])) for origin in lineage[1:]}
    return {**parents, **{record.id: digest_of(plain(record)) for record in records}}
