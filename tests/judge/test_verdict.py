"""The verdict: its word, who must act, and that nothing unsure, missing or not examined passes."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleancut.errors import FieldError
from cleancut.model.findings import LEFT_OUT, Unexamined
from cleancut.model.marks import Mark
from cleancut.model.timing import Span
from cleancut.model.verdict import Verdict
from judge.cases import (
    BENIGN,
    FINAL,
    ON,
    SAFE_TOOL,
    case,
    digest_of_use,
    dossier,
    finding,
    judge,
    marked,
    material,
    record,
    scan,
    use,
)

NOT_IN_MASTER = scan()


def words(verdict: Verdict):
    return {standing.use.id: standing.word for standing in verdict.standings}


def told(scanned=NOT_IN_MASTER, **more):
    """A moodboard whose notice was sent for these very facts."""
    digest = digest_of_use(case(dossier([use()]), scanned=scanned))
    notice = {"id": "N", "use": "a", "on": "2026-10-01", "to": "contact@example.com", "facts_digest": digest}
    return dossier([use()], notices=[{**notice, **more}])


def final_and_approved(scanned, **approval):
    uses = [use(answers=FINAL, evidence=final_evidence())]
    digest = digest_of_use(case(dossier(uses, clearances=[rights()]), scanned=scanned))
    return dossier(uses, approvals=[record("approval", digest, **approval)], clearances=[rights()])


def final_evidence():
    return [{"kind": "early_flag", "on": "2026-05-01", "by": "Post"}]


def rights():
    return {"id": "R", "kind": "rights", "what": "poster", "uses": ["a"]}


def test_a_notice_that_covers_the_facts_is_all_a_moodboard_needs():
    verdict = judge(case(told(), scanned=NOT_IN_MASTER))
    assert verdict.word == "clear"
    assert verdict.steps == ()
    assert any("Picture only" in limit for limit in verdict.limits)


def test_no_notice_is_ask_and_says_who_sends_it():
    verdict = judge(case(dossier([use()]), scanned=NOT_IN_MASTER))
    assert verdict.word == "ask"
    assert [(step.who, step.use) for step in verdict.steps] == [("production", "a")]


@pytest.mark.parametrize(
    "changed", [{"facts_digest": "sha256:" + "0" * 64}, {"facts_digest": ""}, {"on": "2026-11-21"}]
)
def test_a_notice_of_other_facts_or_of_tomorrow_does_not_count(changed):
    if changed.get("facts_digest") == "":
        changed = {"facts_digest": "sha256:"}
    assert judge(case(told(**changed), scanned=NOT_IN_MASTER)).word == "ask"


def test_a_changed_answer_reopens_what_a_notice_covered():
    declared = told()
    changed = use(answers={"purpose": "vfx_element"})
    reopened = dossier([changed], notices=[{**vars(declared.notices[0]), "on": "2026-10-01", "document": None}])
    verdict = judge(case(reopened, scanned=NOT_IN_MASTER))
    assert verdict.word == "ask"
    assert any("facts have changed" in step.why for step in verdict.steps)


def test_a_temporary_element_found_in_the_master_holds_delivery():
    verdict = judge(case(told(), scanned=scan([finding("a.png")])))
    assert verdict.word == "hold"
    assert "violation" in verdict.standings[0].decisions[0].flags
    assert verdict.steps[0].findings == (0,)


def test_even_an_approval_does_not_make_a_temporary_element_final():
    scanned = scan([finding("a.png")])
    digest = digest_of_use(case(dossier([use()]), scanned=scanned))
    declared = dossier([use()], approvals=[record("approval", digest)])
    assert judge(case(declared, scanned=scanned)).word == "hold"


def test_an_incidental_final_element_with_a_covering_answer_and_evidence_is_clear():
    scanned = scan([finding("a.png")])
    verdict = judge(case(final_and_approved(scanned), scanned=scanned))
    assert verdict.word == "clear", verdict.steps


@pytest.mark.parametrize(
    ("approval", "gap"),
    [
        ({"ends": "2026-11-19"}, "ran out on 2026-11-19"),
        ({"on": "2026-11-21"}, "later than the day judged"),
        ({"conditions": [{"says": "stay illegible", "met": "no"}]}, "stay illegible"),
        ({"conditions": [{"says": "stay illegible"}]}, "stay illegible"),
        ({"shots": ["S1"]}, "does not name the shots S2"),
        ({"pack_digest": "sha256:000000000000"}, "another version of the rules"),
        ({"document": "lost.pdf"}, "not there: lost.pdf"),
    ],
)
def test_an_approval_counts_only_in_date_in_scope_and_with_its_conditions_met(approval, gap):
    scanned = scan([finding("a.png")])
    answers = {**FINAL, "contributes_to_story": "yes"}
    uses = [use(answers=answers, shots=["S1", "S2"], evidence=final_evidence())]
    digest = digest_of_use(case(dossier(uses, clearances=[rights()]), scanned=scanned))
    declared = dossier(uses, approvals=[record("approval", digest, **approval)], clearances=[rights()])
    verdict = judge(case(declared, scanned=scanned, missing_documents=["lost.pdf"]))
    assert verdict.word == "hold"
    assert any(gap in step.why for step in verdict.steps), [step.why for step in verdict.steps]


def test_conditions_met_and_shots_named_cover():
    scanned = scan([finding("a.png")])
    uses = [use(answers=FINAL, shots=["S1"], evidence=final_evidence())]
    digest = digest_of_use(case(dossier(uses, clearances=[rights()]), scanned=scanned))
    good = record("approval", digest[:19], shots=["S1"], conditions=[{"says": "c", "met": "yes"}], ends="2026-11-20")
    verdict = judge(case(dossier(uses, approvals=[good], clearances=[rights()]), scanned=scanned))
    assert verdict.word == "clear", verdict.steps


def test_a_notice_does_not_cover_what_needs_an_answer_or_an_approval():
    scanned = scan()
    for answers, kind in (
        ({"p1": "no"}, "answer"),
        ({"likeness": "yes", "person_status": "cast", "harm": "no"}, "approval"),
    ):
        uses = [use(answers=answers)]
        digest = digest_of_use(case(dossier(uses), scanned=scanned))
        notices = [{"id": "N", "use": "a", "on": "2026-10-01", "to": "x@example.com", "facts_digest": digest}]
        standing = judge(case(dossier(uses, notices=notices), scanned=scanned)).standings[0]
        assert standing.answered_by == ()
        covered = dossier(uses, notices=notices, approvals=[record(kind, digest)])
        assert judge(case(covered, scanned=scanned)).standings[0].answered_by == ("AP",)


def test_a_refusal_holds_until_a_newer_word_replaces_it():
    declared = told()
    base = [record("refusal", "", id_="NO", on="2026-10-05")]
    notices = [
        {
            "id": "N",
            "use": "a",
            "on": "2026-10-01",
            "to": "x@example.com",
            "facts_digest": declared.notices[0].facts_digest,
        }
    ]
    refused = dossier([use()], notices=notices, approvals=base)
    assert judge(case(refused, scanned=NOT_IN_MASTER)).word == "hold"
    newer = [*base, record("approval", declared.notices[0].facts_digest, id_="YES", on="2026-10-06")]
    assert judge(case(dossier([use()], notices=notices, approvals=newer), scanned=NOT_IN_MASTER)).word == "clear"
    same_day = [*base, record("approval", declared.notices[0].facts_digest, id_="YES", on="2026-10-05")]
    assert judge(case(dossier([use()], notices=notices, approvals=same_day), scanned=NOT_IN_MASTER)).word == "hold"


def test_marked_material_tied_to_no_use_holds_where_found_and_asks_where_not():
    materials = [material("a.png"), material("stray.png", marked())]
    both = ("a.png", "stray.png")
    found = judge(case(told(), materials, scan([finding("stray.png")], names=both)))
    assert found.word == "hold"
    assert "marked as made by generative AI" in found.steps[0].why
    assert found.attributed[0].attribution == "undeclared"
    assert judge(case(told(), materials, scan(names=both))).word == "ask"
    assert judge(case(told(), materials, NOT_IN_MASTER)).word == "incomplete"  # nobody looked for it


def test_a_mark_contradicts_a_use_declared_as_not_generative():
    declared = dossier([use(answers={"is_generative": "no"})])
    assert judge(case(declared, scanned=NOT_IN_MASTER)).standings[0].decisions[0].outcome == "out_of_scope"
    verdict = judge(case(declared, [material("a.png", marked())], NOT_IN_MASTER))
    decision = verdict.standings[0].decisions[0]
    assert decision.outcome == "escalate"
    assert decision.flags == ("contradiction",)
    assert verdict.word == "ask"


def test_related_findings_are_shown_and_never_counted():
    verdict = judge(case(told(), scanned=scan([finding("a.png", kind="related")])))
    assert verdict.standings[0].found == ()
    assert verdict.attributed[0].attribution == "related"
    assert verdict.word == "ask"


@pytest.mark.parametrize(
    ("scanned", "materials"),
    [
        (None, None),
        (scan(picture_missing=[Span(90, 100)]), None),
        (scan(material_missing=["a.png"]), None),
        (scan(material_missing=["other.mov"]), None),
        (scan(), ()),
    ],
)
def test_what_was_not_examined_is_incomplete_never_clear(scanned, materials):
    verdict = judge(case(told(), materials, scanned))
    assert verdict.word == "incomplete"
    if scanned and not scanned.coverage.is_complete and not scanned.coverage.material_missing:
        assert verdict.standings[0].decisions[0].outcome == "escalate"  # nobody knows whether it was found


def test_a_use_with_no_material_cannot_be_looked_for():
    assert judge(case(dossier([use(material=())]), scanned=scan())).word == "incomplete"


def test_sound_without_a_sound_engine_is_incomplete():
    declared = dossier([use(answers={"medium": ["music"]})])
    verdict = judge(case(declared, scanned=scan()))
    assert verdict.word == "incomplete"
    assert any("picture only" in step.why for step in verdict.steps)


def test_nothing_declared_and_nothing_registered_is_not_clear():
    assert judge(case(dossier([]), scanned=scan(names=()))).word == "incomplete"


def test_a_document_that_is_not_there_is_no_evidence():
    tool = {**SAFE_TOOL, "terms": {**SAFE_TOOL["terms"], "document": "terms.pdf"}}
    declared = case(dossier([use()], tools=[tool]), scanned=NOT_IN_MASTER, missing_documents=["terms.pdf"])
    assert judge(declared).standings[0].decisions[0].outcome == "escalate"
    noticed = told(document="notice.eml")
    assert judge(case(noticed, scanned=NOT_IN_MASTER)).word == "clear"
    assert judge(case(noticed, scanned=NOT_IN_MASTER, missing_documents=["notice.eml"])).word == "ask"


def test_brackets_in_a_file_name_are_no_wildcard():
    declared = dossier([use(material=["a [v1].png"])])
    verdict = judge(case(declared, scanned=scan([finding("a [v1].png")], names=("a [v1].png",))))
    assert verdict.standings[0].found == (0,)


def test_hold_comes_before_incomplete():
    scanned = scan([finding("a.png")], picture_missing=[Span(90, 100)])
    assert judge(case(told(), scanned=scanned)).word == "hold"


def test_lineage_inherits_the_worst_of_what_it_derives_from():
    scanned = scan(names=("a.png", "b.png"))
    parent = use("a", answers={"inputs": ["script"], "prompts_reference_protected": "yes", "p2": "unsure"})
    child = use("b", material=("b.png",), derived_from=["a"])
    standing = judge(case(dossier([parent, child]), scanned=scanned)).standings[1]
    rules = {ruling.rule for ruling in standing.decisions[0].rulings}
    assert {"NFX-D1", "NFX-O2", "NFX-P2"} <= rules


@pytest.mark.parametrize(
    ("consent", "covers"),
    [
        ({}, "yes"),
        ({"titles": ["other"]}, "no"),
        ({"uses": ["synthetic_voice"]}, "no"),
        ({"ends": "2026-11-19"}, "no"),
        ({"revoked_on": "2026-11-20"}, "no"),
        ({"revoked_on": "2026-11-21"}, "yes"),
        ({"signed_on": "2026-11-21"}, "no"),
        ({"starts": "2026-11-21"}, "no"),
        ({"document": "lost.pdf"}, "no"),
    ],
)
def test_a_consent_covers_this_person_title_use_and_day_or_it_is_none(consent, covers):
    answers = {**FINAL, "likeness": "yes", "talent_op": "re_ageing", "person": "ana", "person_status": "cast"}
    answers |= {"alters_intent": "no", "as_scripted": "no", "guild_ok": "yes", "harm": "no"}
    given_consent = {
        "id": "C",
        "person": "ana",
        "titles": ["film"],
        "uses": ["re_ageing"],
        "signed_on": "2026-01-01",
        **consent,
    }
    declared = dossier(
        [use(answers=answers, models=[])],
        people=[{"id": "ana", "name": "Ana"}],
        consents=[given_consent],
    )
    decision = judge(case(declared, scanned=scan(), missing_documents=["lost.pdf"])).standings[0].decisions[0]
    assert (decision.outcome == "blocked") == (covers == "no")
    assert decision.consent_required


def test_a_season_must_be_named_where_the_title_has_one():
    title = {"id": "film", "name": "Film", "season": "2"}
    answers = {**FINAL, "likeness": "yes", "talent_op": "re_ageing", "person": "ana", "person_status": "cast"}
    answers |= {"alters_intent": "no", "as_scripted": "no", "guild_ok": "yes", "harm": "no"}
    consent = {"id": "C", "person": "ana", "titles": ["film"], "uses": ["re_ageing"], "signed_on": "2026-01-01"}
    for seasons, blocked in (([], True), (["1"], True), (["1", "2"], False)):
        declared = dossier(
            [use(answers=answers, models=[])],
            title=title,
            people=[{"id": "ana", "name": "Ana"}],
            consents=[{**consent, "seasons": seasons}],
        )
        decision = judge(case(declared, scanned=scan())).standings[0].decisions[0]
        assert (decision.outcome == "blocked") == blocked


@pytest.mark.parametrize(
    ("terms", "reviewed"),
    [({}, True), ({"ends": "2026-11-19"}, False), ({"tier": "business"}, False), ({"read_on": "2026-11-21"}, False)],
)
def test_terms_count_only_for_their_tier_and_in_date(terms, reviewed):
    tool = {**SAFE_TOOL, "terms": {**SAFE_TOOL["terms"], **terms}}
    decision = judge(case(dossier([use()], tools=[tool]), scanned=scan())).standings[0].decisions[0]
    assert decision.outcome == ("notify" if reviewed else "escalate")


def test_na_for_the_guild_loses_to_a_guild_on_the_project():
    title = {"id": "film", "name": "Film", "guilds": ["sag-aftra"]}
    answers = {"likeness": "no", "talent_op": "synthetic_performer", "guild_ok": "na"}
    decision = judge(case(dossier([use(answers=answers)], title=title), scanned=scan())).standings[0].decisions[0]
    assert "contradiction" in decision.flags


def test_a_run_out_terms_review_does_not_void_the_digest_an_approval_quotes():
    tool = {**SAFE_TOOL, "terms": {**SAFE_TOOL["terms"], "ends": "2026-11-01"}}
    declared = case(dossier([use()], tools=[tool]), scanned=scan())
    assert digest_of_use(declared, on=date(2026, 10, 1)) == digest_of_use(declared, on=ON)


def test_the_scan_does_not_change_the_facts_digest():
    declared = dossier([use()])
    digests = {digest_of_use(case(declared, scanned=s)) for s in (None, scan(), scan([finding("a.png")]))}
    assert len(digests) == 1


SEVERITY = ["clear", "ask", "incomplete", "hold"]
parts = st.fixed_dictionaries(
    {
        "found": st.booleans(),
        "damaged": st.booleans(),
        "noticed": st.booleans(),
        "final": st.booleans(),
        "approved": st.booleans(),
        "unsure": st.sampled_from([None, *BENIGN]),
    }
)


def verdict_of(found, damaged, noticed, final, approved, unsure):
    scanned = scan([finding("a.png")] if found else [], picture_missing=[Span(90, 100)] if damaged else [])
    answers = {**(FINAL if final else {}), **({unsure: "unsure"} if unsure else {})}
    uses = [use(answers=answers, evidence=final_evidence())]
    digest = digest_of_use(case(dossier(uses, clearances=[rights()]), scanned=scanned))
    notices = [{"id": "N", "use": "a", "on": "2026-10-01", "to": "x@example.com", "facts_digest": digest}]
    declared = dossier(
        uses,
        notices=notices if noticed else [],
        approvals=[record("approval", digest)] if approved else [],
        clearances=[rights()],
    )
    return judge(case(declared, scanned=scanned))


@settings(max_examples=120, deadline=None)
@given(parts)
def test_clear_means_examined_answered_and_covered(part):
    verdict = verdict_of(**part)
    if verdict.word == "clear":
        assert not part["damaged"]
        assert part["approved"] or (part["noticed"] and not part["final"] and not part["unsure"])
        assert not (part["found"] and not part["final"])
    assert verdict.record() == verdict_of(**part).record()


@settings(max_examples=80, deadline=None)
@given(parts, st.sampled_from(["noticed", "approved"]))
def test_taking_a_record_away_never_makes_a_verdict_milder(part, taken):
    with_it = verdict_of(**{**part, taken: True})
    without = verdict_of(**{**part, taken: False})
    assert SEVERITY.index(without.word) >= SEVERITY.index(with_it.word)


@settings(max_examples=80, deadline=None)
@given(parts, st.sampled_from(["found", "damaged"]))
def test_finding_more_or_examining_less_never_clears(part, worse):
    before, after = verdict_of(**{**part, worse: False}), verdict_of(**{**part, worse: True})
    if before.word != "clear":
        assert after.word != "clear"


def test_free_texts_are_told_from_the_words_of_the_catalogue():
    answers = {"locations": "NF_010_0040", "purpose": "set_prop", "key_creative_element": "yes"}
    verdict = judge(case(dossier([use(answers=answers)]), scanned=scan()))
    lines = {line.fact: line for line in verdict.standings[0].answers}
    assert (lines["locations"].is_free, lines["purpose"].is_free, lines["p1"].is_free) == (True, False, False)


@pytest.mark.parametrize("kind", ["approval", "answer", "notice", "consent", "explicit_input_approval", "clearance"])
def test_an_item_typed_beside_a_use_never_stands_for_a_record(kind):
    with pytest.raises(FieldError, match="records of its own"):
        dossier([use(evidence=[{"kind": kind, "on": "2026-11-01", "by": "me"}])])


def test_only_a_covering_word_lifts_a_refusal_and_what_was_written_before_stays_withdrawn():
    digest = told().notices[0].facts_digest
    before = record("approval", digest, id_="BEFORE", on="2026-11-01")
    refusal = record("refusal", "", id_="NO", on="2026-11-05")
    vague = record("answer", "sha256:" + "0" * 64, id_="VAGUE", on="2026-11-06")
    assert judge(case(dossier([use()], approvals=[before, refusal, vague]), scanned=NOT_IN_MASTER)).word == "hold"
    clear = record("answer", digest, id_="AFTER", on="2026-11-06")
    assert judge(case(dossier([use()], approvals=[before, refusal, clear]), scanned=NOT_IN_MASTER)).word == "clear"


def test_a_blank_id_is_refused():
    with pytest.raises(FieldError, match="blank"):
        dossier([use()], approvals=[record("refusal", "", id_=" ")])


def test_what_derives_from_generated_material_is_generative_whatever_it_says():
    scanned = scan([finding("b.png")], names=("a.png", "b.png"))
    child = {"id": "b", "name": "b", "material": ["b.png"], "derived_from": ["a"]}
    child["answers"] = {"is_generative": "no", "output_stage": "final"}
    standing = judge(case(dossier([use("a"), child]), scanned=scanned)).standings[1]
    assert standing.decisions[0].outcome == "approval_required"
    assert "contradiction" in standing.decisions[0].flags
    assert standing.word == "hold"


def test_a_key_purpose_and_a_tool_pass_down_the_lineage():
    scanned = scan(names=("a.png", "b.png"))

    def child_of(tool, **answers):
        uses = [use("a", answers=answers), use("b", material=("b.png",), derived_from=["a"], answers=FINAL)]
        return judge(case(dossier(uses, tools=[tool]), scanned=scanned)).standings[1].decisions[0]

    assert child_of(SAFE_TOOL).outcome == "escalate"
    assert child_of(SAFE_TOOL, purpose="character_design").outcome == "approval_required"
    assert child_of({**SAFE_TOOL, "trains": "yes"}).facts_digest != child_of(SAFE_TOOL).facts_digest


def test_an_input_approval_must_name_what_each_use_of_the_lineage_gives():
    scanned = scan(names=("a.png", "b.png"))
    uses = [
        use("a", answers={"inputs": ["personal_data"]}),
        use("b", material=("b.png",), derived_from=["a"]),
    ]

    def outcomes(*approvals):
        standings = judge(case(dossier(uses, approvals=list(approvals)), scanned=scanned)).standings
        return [standing.decisions[0].outcome for standing in standings]

    good = record("input", "", id_="IN", use_="a", inputs=["personal_data"], tools=["safe"])
    assert outcomes() == ["blocked", "blocked"]
    assert outcomes({**good, "inputs": []}) == ["blocked", "blocked"]
    assert outcomes({**good, "use": "b"}) == ["blocked", "blocked"]
    assert outcomes(good) == ["approval_required", "approval_required"]


@pytest.mark.parametrize(
    "consent", [{"titles": ["other"]}, {"signed_on": "2027-01-01"}, {"ends": "2020-01-01"}, {"uses": []}]
)
def test_a_consent_that_does_not_hold_is_not_on_file(consent):
    answers = {**FINAL, "likeness": "yes", "talent_op": "replica_use", "person": "ana", "person_status": "cast"}
    answers |= {"alters_intent": "no", "as_scripted": "yes", "safety": "no", "unrecognisable": "no"}
    answers |= {"guild_ok": "yes", "harm": "no"}
    base = {"id": "C", "person": "ana", "titles": ["film"], "uses": ["replica_create"], "signed_on": "2026-01-01"}

    def outcome(record_):
        declared = dossier([use(answers=answers, models=[])], people=[{"id": "ana", "name": "Ana"}], consents=[record_])
        return judge(case(declared, scanned=scan())).standings[0].decisions[0].outcome

    assert outcome(base) == "approval_required"
    assert outcome({**base, **consent}) == "blocked"


def test_a_model_serves_its_own_person_only():
    answers = {"likeness": "yes", "talent_op": "replica_use", "person": "ana", "person_status": "cast"}
    people = [{"id": "ana", "name": "Ana"}, {"id": "bo", "name": "Bo"}]
    for person, reuse in (("ana", "no"), ("bo", "yes")):
        model = {"id": "M", "person": person, "titles": ["film"], "uses": ["replica_use"]}
        declared = dossier([use(answers=answers, models=["M"])], people=people, models=[model])
        lines = judge(case(declared, scanned=scan())).standings[0].answers
        assert {line.fact: line.answer for line in lines}["talent_model_reuse"] == (reuse,)


def test_a_mark_on_the_master_itself_is_not_passed_over():
    plain_case = case(told(), scanned=NOT_IN_MASTER)
    assert judge(plain_case).word == "clear"
    assert judge(replace(plain_case, master_marks=(marked(),))).word == "hold"


def test_a_mark_that_cannot_be_read_is_unsure():
    materials = [material("a.png", Mark("unreadable", "c2pa"))]
    decision = judge(case(told(), materials, NOT_IN_MASTER)).standings[0].decisions[0]
    assert decision.outcome == "escalate"
    assert "material_marked" in [question.fact for question in decision.unsure]


def test_a_use_whose_medium_is_not_stated_may_be_sound():
    answers = {fact: answer for fact, answer in BENIGN.items() if fact != "medium"}
    silent = {**use(), "answers": answers}
    assert judge(case(dossier([silent]), scanned=NOT_IN_MASTER)).word == "incomplete"


def test_frames_in_no_account_are_not_examined():
    whole = NOT_IN_MASTER
    half = replace(whole, coverage=replace(whole.coverage, picture=(Span(0, 50),)))
    assert judge(case(told(), scanned=half)).word == "incomplete"


def test_a_use_that_is_not_generative_is_out_of_scope_with_and_without_material():
    plain = {**use(material=()), "answers": {"is_generative": "no"}}
    assert judge(case(dossier([plain]), scanned=scan(names=()))).word == "clear"
    denoised = {**use(), "answers": {"is_generative": "no"}}
    verdict = judge(case(dossier([denoised]), scanned=scan([finding("a.png")])))
    assert verdict.standings[0].decisions[0].outcome == "out_of_scope"
    assert verdict.word == "clear"
    temporary = {**use(), "answers": {"is_generative": "no", "output_stage": "temporary"}}
    assert judge(case(dossier([temporary]), scanned=scan([finding("a.png")]))).word == "hold"


@pytest.mark.parametrize(
    "changed", [{"talent_op": "unsure"}, {"trains_model": "unsure", "training_material": "talent"}]
)
def test_a_consent_covers_nothing_that_nobody_has_named(changed):
    answers = {
        **FINAL,
        "likeness": "yes",
        "talent_op": "re_ageing",
        "person": "ana",
        "person_status": "cast",
        **changed,
    }
    consent = {"id": "C", "person": "ana", "titles": ["film"], "uses": ["re_ageing"], "signed_on": "2026-01-01"}
    declared = dossier([use(answers=answers)], people=[{"id": "ana", "name": "Ana"}], consents=[consent])
    lines = {line.fact: line.answer for line in judge(case(declared, scanned=scan())).standings[0].answers}
    assert lines["consent_covers_use"] != ("yes",)


def test_what_a_fast_scan_left_out_is_one_step_and_never_clear():
    left_out = [Unexamined(Span(*ends), LEFT_OUT, was_left_out=True) for ends in ((0, 20), (40, 100))]
    scanned = scan()
    coverage = replace(scanned.coverage, picture=(Span(20, 40),), picture_missing=tuple(left_out))
    verdict = judge(case(told(), scanned=replace(scanned, coverage=coverage)))
    assert verdict.word == "incomplete"
    (step,) = [step for step in verdict.steps if "fast" in step.why]
    assert (step.word, step.what) == ("incomplete", "scan it as a whole, without --fast")
    assert step.why == "frames 0 to 99 were not examined: the fast scan left out 80 of these 100 frames"
