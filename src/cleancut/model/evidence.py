"""The closed table of evidence kinds. A pack that names another does not load."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EvidenceKind:
    """`title` names it on screens, `who` supplies it, `ask` is the request put to them. `recorded_in` is the list of a
    dossier that holds its records: an item typed beside a use never stands for one of those."""

    kind: str
    title: str
    who: str
    ask: str
    recorded_in: str = ""


_TABLE = (
    EvidenceKind("notice", "Notice sent", "production", "send the notice to the buyer's contact", "notices"),
    EvidenceKind(
        "approval", "Written approval", "buyer's contact", "approve this use in writing, or refuse it", "approvals"
    ),
    EvidenceKind("answer", "Written answer", "buyer's contact", "answer the escalation in writing", "approvals"),
    EvidenceKind(
        "approval_or_removal_proof",
        "Approval, or proof of removal",
        "post",
        "remove it from the master and scan again, or declare it final and have it approved",
        "approvals",
    ),
    EvidenceKind(
        "explicit_input_approval",
        "Approval of the input",
        "buyer's contact",
        "approve in writing that this material may be given to these tools",
        "approvals",
    ),
    EvidenceKind(
        "early_flag", "Early flag", "production", "flag the element to the buyer's contact as early as possible"
    ),
    EvidenceKind("legal_review", "Legal review", "legal", "review this use with the buyer's contact"),
    EvidenceKind(
        "similarity_review", "Similarity review", "legal", "compare the output with protected work, and sign the result"
    ),
    EvidenceKind("clearance", "Clearance of the right", "legal", "clear the right this use relies on", "clearances"),
    EvidenceKind(
        "rights_clearance", "Clearance of the element", "legal", "clear the element, or say why it needs none"
    ),
    EvidenceKind(
        "reference_permission",
        "Permission for the reference",
        "legal",
        "get the permission of the holder or estate",
        "clearances",
    ),
    EvidenceKind(
        "training_clearance",
        "Clearance of training material",
        "legal",
        "clear the material the model is trained on",
        "clearances",
    ),
    EvidenceKind(
        "terms_snapshot",
        "Snapshot of the terms",
        "tool owner",
        "keep a dated copy of the tool's terms for this tier",
        "tools",
    ),
    EvidenceKind(
        "terms_review",
        "Review of the terms",
        "tool owner",
        "read the terms for training, storage and reuse, and sign",
        "tools",
    ),
    EvidenceKind(
        "enterprise_reason", "Why no enterprise tool", "tool owner", "say in writing why no secured tool could be used"
    ),
    EvidenceKind("vendor_attestation", "Vendor's attestation", "vendor", "list and attest every step of the workflow"),
    EvidenceKind("consent", "Talent consent", "legal", "get the person's documented consent to this use", "consents"),
    EvidenceKind(
        "all_party_consent", "Consent of all parties", "legal", "get the express consent of every party", "consents"
    ),
    EvidenceKind("guild_compliance", "Guild compliance", "production", "show that the guild's terms were kept"),
    EvidenceKind(
        "union_agreement",
        "Union agreement",
        "production",
        "get the agreement that covers the work replaced",
        "clearances",
    ),
    EvidenceKind(
        "human_input", "Human contribution", "declarer", "say who made which creative decisions, with work samples"
    ),
    EvidenceKind("early_tests", "Early tests", "post", "attach the early creative and technical tests"),
)

EVIDENCE: dict[str, EvidenceKind] = {kind.kind: kind for kind in _TABLE}

# What must cover the facts of a use before it is clear, by the outcome of its decision.
COVERING: dict[str, str] = {
    "notify": "notice",
    "escalate": "answer",
    "approval_required": "approval",
    "blocked": "approval",
}
