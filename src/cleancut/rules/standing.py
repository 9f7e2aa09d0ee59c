"""Where a use stands: which evidence is present, and which notice, answer or approval covers its facts.

A decision is not a clearance: a use is clear only when what its failing conditions ask for is on file, in date and in
scope, and somebody told, answered or approved exactly these facts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from cleancut.model.decisions import Decision, Outcome, harshest
from cleancut.model.dossier import Approval, Evidence, Use
from cleancut.model.evidence import COVERING, EVIDENCE
from cleancut.model.verdict import EvidenceLine
from cleancut.rules.case import Case
from cleancut.rules.derive import ancestors, consent_needed, input_approvals
from cleancut.rules.facts import Facts
from cleancut.rules.scope import (
    approval_gaps,
    clearance_gaps,
    consent_gaps,
    date_gaps,
    notice_gaps,
    terms_gaps,
)


@dataclass(frozen=True)
class Record:
    """A record that could serve as evidence, and why it does not (`gaps`, empty where it does)."""

    name: str
    gaps: tuple[str, ...]


@dataclass(frozen=True)
class UseOnDay:
    """One use of a case on the day judged, with its facts and the decisions of every pack."""

    case: Case
    use: Use
    facts: Facts
    decisions: tuple[Decision, ...]
    on: date

    @property
    def outcome(self) -> Outcome:
        return harshest([decision.outcome for decision in self.decisions])

    def approvals(self, *kinds: str) -> list[Approval]:
        return [a for a in self.case.dossier.approvals if a.use == self.use.id and a.kind in kinds]


def evidence_lines(day: UseOnDay) -> tuple[EvidenceLine, ...]:
    """Every kind of evidence that the decisions ask for, and the covering record that their outcome asks for."""
    kinds = dict.fromkeys(kind for decision in day.decisions for kind in decision.evidence)
    if covering := COVERING.get(day.outcome):
        kinds[covering] = None
    if day.outcome != "notify":
        kinds.pop("notice", None)  # an answer or approval shows that the contact was told
    return tuple(_line(day, kind) for kind in kinds)


def _line(day: UseOnDay, kind: str) -> EvidenceLine:
    records = _records(day, kind)
    good = [record for record in records if not record.gaps]
    if kind == "explicit_input_approval" and not day.facts.answers.get(kind):
        good = []  # every use of the lineage needs one
    spec = EVIDENCE[kind]
    return EvidenceLine(
        kind=kind,
        title=spec.title,
        state="present" if good else "not_valid" if records else "missing",
        who=spec.who,
        ask=spec.ask,
        items=tuple(record.name for record in (good or records)),
        gaps=() if good else tuple(f"{record.name} {gap}" for record in records for gap in record.gaps),
    )


def _records(day: UseOnDay, kind: str) -> list[Record]:
    found = [
        Record(evidence.id or f"{evidence.kind} of {evidence.on}", tuple(_evidence_gaps(day, evidence)))
        for evidence in day.use.evidence
        if evidence.kind == kind
    ]
    if kind == "rights_clearance" and (answer := day.facts.answers.get(kind)) in ("none", "pending", "unsure"):
        return [Record(f"the answer {answer}", ("says that the rights are not cleared",))]
    return found + _SOURCES[kind](day) if kind in _SOURCES else found


def _evidence_gaps(day: UseOnDay, evidence: Evidence) -> list[str]:
    gaps = [f"is dated {evidence.on}, later than the day judged"] if day.on < evidence.on else []
    return gaps + date_gaps(day.on, None, evidence.ends) + _document_gaps(day, evidence.document)


def _document_gaps(day: UseOnDay, document: str) -> list[str]:
    return [f"names a document that is not there: {document}"] if document in day.case.missing_documents else []


def _covering(day: UseOnDay, approvals: Sequence[Approval]) -> list[Record]:
    title = day.case.dossier.title
    return [
        Record(
            approval.id,
            tuple(
                dict.fromkeys(
                    gap
                    for decision in day.decisions
                    for gap in approval_gaps(approval, title, day.use, decision, day.on)
                )
            )
            + tuple(_withdrawn_gaps(day, approval))
            + tuple(_document_gaps(day, approval.document)),
        )
        for approval in approvals
    ]


def _approvals(day: UseOnDay) -> list[Record]:
    return _covering(day, day.approvals("approval"))


def _answers(day: UseOnDay) -> list[Record]:
    return _covering(day, day.approvals("approval", "answer"))


def _notices(day: UseOnDay) -> list[Record]:
    told = []
    for sent in (notice for notice in day.case.dossier.notices if notice.use == day.use.id):
        gaps = dict.fromkeys(gap for decision in day.decisions for gap in notice_gaps(sent, decision, day.on))
        told.append(Record(sent.id, (*gaps, *_document_gaps(day, sent.document))))
    return told + _answers(day)


def _input_approvals(day: UseOnDay) -> list[Record]:
    """Of this use and of those it derives from: each needs its own, for its own inputs and tools."""
    return [
        Record(approval.id, tuple(gaps))
        for use in (day.use, *(day.case.uses[id_] for id_ in ancestors(day.case, day.use)))
        for approval, gaps in input_approvals(day.case, use, day.on)
    ]


def _clearances(*kinds: str) -> Callable[[UseOnDay], list[Record]]:
    def records(day: UseOnDay) -> list[Record]:
        return [
            Record(c.id, tuple(clearance_gaps(c, day.use, day.on) + _document_gaps(day, c.document)))
            for c in day.case.dossier.clearances
            if c.kind in kinds and day.use.id in c.uses
        ]

    return records


def _consents(day: UseOnDay) -> list[Record]:
    answers, title = day.facts.answers, day.case.dossier.title
    operation, trains = consent_needed(answers)
    return [
        Record(c.id, tuple(consent_gaps(c, title, operation, trains, day.on) + _document_gaps(day, c.document)))
        for c in day.case.dossier.consents
        if c.person == answers.get("person")
    ]


def _terms(day: UseOnDay) -> list[Record]:
    """One record for the whole chain: it counts only when every tool's terms do."""
    uses = [day.use.id, *ancestors(day.case, day.use)]
    ids = dict.fromkeys(tool for use in uses for tool in day.case.uses[use].tools)
    by_id = {tool.id: tool for tool in day.case.dossier.tools}
    tools = [by_id[id_] for id_ in ids]
    on_file = [tool for tool in tools if tool.terms]
    if not on_file:
        return []
    gaps = []
    for tool in tools:
        document = _document_gaps(day, tool.terms.document) if tool.terms else []
        gaps += [f"({tool.id}) {gap}" for gap in terms_gaps(tool.terms, tool, day.on) + document]
    return [Record("terms of " + ", ".join(tool.id for tool in on_file), tuple(gaps))]


def _stated(fact: str) -> Callable[[UseOnDay], list[Record]]:
    """Evidence that is itself an answer: a text somebody wrote, or a reference that holds."""

    def records(day: UseOnDay) -> list[Record]:
        value = day.facts.answers.get(fact)
        return [Record(value if isinstance(value, str) else fact, ())] if value else []

    return records


_SOURCES: dict[str, Callable[[UseOnDay], list[Record]]] = {
    "notice": _notices,
    "answer": _answers,
    "approval": _approvals,
    "approval_or_removal_proof": _approvals,
    "early_flag": _notices,
    "explicit_input_approval": _input_approvals,
    "clearance": _clearances("rights", "reference", "other"),
    "rights_clearance": _clearances("rights"),
    "reference_permission": _clearances("reference"),
    "training_clearance": _clearances("training"),
    "union_agreement": _clearances("union"),
    "terms_snapshot": _terms,
    "terms_review": _terms,
    "enterprise_reason": _stated("enterprise_unavailable_reason"),
    "consent": _consents,
    "all_party_consent": _stated("all_party_consent"),  # derived: only consents that hold are left in the answer
    "human_input": _stated("human_input"),
}


def standing_refusal(day: UseOnDay) -> str:
    """The id of the newest refusal, unless a later answer or approval covers the use. Empty where none stands."""
    refusals = [refusal for refusal in day.approvals("refusal") if refusal.on <= day.on]
    if not refusals or any(not record.gaps for record in _answers(day)):
        return ""
    return max(refusals, key=lambda refusal: refusal.on).id


def _withdrawn_gaps(day: UseOnDay, approval: Approval) -> list[str]:
    """A refusal withdraws what was written before it, and on the same day."""
    later = [refusal.id for refusal in day.approvals("refusal") if approval.on <= refusal.on <= day.on]
    return [f"was withdrawn by {later[-1]}"] if later else []


def covering_records(day: UseOnDay) -> tuple[str, ...]:
    """Ids of the records that cover these facts on this day in the way their outcome asks for."""
    covering = COVERING.get(day.outcome)
    return tuple(record.name for record in _SOURCES[covering](day) if not record.gaps) if covering else ()
