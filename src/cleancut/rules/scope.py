"""Does a record cover a use on a day? Each function lists the gaps; no gap means it covers.

A gap is a sentence for people. Nothing here reads a clock: `on` is the day judged.
"""

from __future__ import annotations

from datetime import date

from cleancut.model.decisions import Decision
from cleancut.model.digest import names_digest
from cleancut.model.dossier import Approval, Clearance, Consent, NoticeSent, TalentModel, Terms, Title, Tool, Use


def date_gaps(on: date, starts: date | None, ends: date | None) -> list[str]:
    """Whether a record holds on that day; `ends` is the last day it does."""
    gaps = []
    if starts and on < starts:
        gaps.append(f"holds only from {starts}")
    if ends and on > ends:
        gaps.append(f"ran out on {ends}")
    return gaps


def title_gaps(title: Title, titles: tuple[str, ...], seasons: tuple[str, ...]) -> list[str]:
    """Whether a scope names this title, and its season where it has one."""
    gaps = []
    if title.id not in titles:
        gaps.append(f"names {', '.join(titles) or 'no title'}, not {title.id}")
    if seasons and not title.season:
        gaps.append(f"names season {', '.join(seasons)}, and the title states none")
    if title.season and title.season not in seasons:
        gaps.append(f"names {'season ' + ', '.join(seasons) if seasons else 'no season'}, not season {title.season}")
    return gaps


def consent_gaps(consent: Consent, title: Title, operation: str, trains: bool, on: date) -> list[str]:
    """Whether a person's consent covers this title, season, operation and day, and is not revoked."""
    gaps = title_gaps(title, consent.titles, consent.seasons)
    if operation in ("unsure", ""):
        gaps.append("cannot be held against an operation that nobody has named")
    elif operation != "none" and operation not in consent.uses:
        gaps.append(f"allows {', '.join(consent.uses) or 'nothing by name'}, not {operation}")
    if trains and consent.training != "yes":
        gaps.append("does not allow a model to be trained")
    if on < consent.signed_on:
        gaps.append(f"was signed on {consent.signed_on}, later than the day judged")
    if consent.revoked_on and on >= consent.revoked_on:
        gaps.append(f"was revoked on {consent.revoked_on}")
    return gaps + date_gaps(on, consent.starts, consent.ends)


def model_gaps(model: TalentModel, title: Title, operation: str, person: object) -> list[str]:
    """Whether a talent model stays with its person, within the production and the scope agreed for it."""
    gaps = title_gaps(title, model.titles, model.seasons)
    if model.person != person:
        gaps.append(f"is a model of {model.person}, and the use names {person or 'nobody'}")
    if operation not in model.uses:
        gaps.append(f"was agreed for {', '.join(model.uses) or 'nothing by name'}, not {operation}")
    return gaps


def terms_gaps(terms: Terms | None, tool: Tool, on: date) -> list[str]:
    """Whether a tool's terms were read for the tier in use, and the review holds on that day."""
    if terms is None:
        return ["its terms are not on file"]
    gaps = [] if terms.tier == tool.tier else [f"the terms on file are for tier {terms.tier}, not {tool.tier}"]
    if on < terms.read_on:
        gaps.append(f"read on {terms.read_on}, later than the day judged")
    return gaps + date_gaps(on, None, terms.ends)


def clearance_gaps(clearance: Clearance, use: Use, on: date) -> list[str]:
    """Whether a clearance names this use and holds on that day."""
    gaps = [] if use.id in clearance.uses else [f"covers {', '.join(clearance.uses) or 'no use by name'}, not {use.id}"]
    return gaps + date_gaps(on, clearance.starts, clearance.ends)


def input_approval_gaps(approval: Approval, title: Title, use: Use, inputs: tuple[str, ...], on: date) -> list[str]:
    """Whether an approval of inputs names every restricted input and every tool of this use, in date."""
    gaps = [] if approval.kind == "input" else [f"is of kind {approval.kind}, not input"]
    if approval.use != use.id:
        gaps.append(f"is about {approval.use}")
    if unnamed := [kind for kind in inputs if kind not in approval.inputs]:
        gaps.append(f"does not name the input {', '.join(unnamed)}")
    if unnamed := [tool for tool in use.tools if tool not in approval.tools]:
        gaps.append(f"does not name the tool {', '.join(unnamed)}")
    if approval.seasons and title.season not in approval.seasons:
        gaps.append(f"is for season {', '.join(approval.seasons)}")
    return gaps + _written_gaps(approval.on, approval.ends, on) + _condition_gaps(approval)


def approval_gaps(approval: Approval, title: Title, use: Use, decision: Decision, on: date) -> list[str]:
    """Whether a written approval or answer covers these facts, shots and season on that day, its conditions met."""
    gaps = facts_gaps(approval.facts_digest, decision)
    if approval.pack_digest and not names_digest(approval.pack_digest, decision.pack.digest):
        gaps.append("names another version of the rules")
    if approval.shots and not use.shots:
        gaps.append("is limited to shots, and the use names none")
    if approval.shots and (beyond := [shot for shot in use.shots if shot not in approval.shots]):
        gaps.append(f"does not name the shots {', '.join(beyond)}")
    if approval.seasons and title.season not in approval.seasons:
        gaps.append(f"is for season {', '.join(approval.seasons)}")
    return gaps + _written_gaps(approval.on, approval.ends, on) + _condition_gaps(approval)


def notice_gaps(notice: NoticeSent, decision: Decision, on: date) -> list[str]:
    """Whether a notice told the contact these facts by that day."""
    return facts_gaps(notice.facts_digest, decision) + _written_gaps(notice.on, None, on)


def facts_gaps(written: str, decision: Decision) -> list[str]:
    """Whether a written digest is that of the facts judged: any change of fact re-opens the question."""
    if not written:
        return ["names no facts digest"]
    return [] if names_digest(written, decision.facts_digest) else ["covers other facts: the facts have changed since"]


def _written_gaps(written: date, ends: date | None, on: date) -> list[str]:
    gaps = [f"is dated {written}, later than the day judged"] if on < written else []
    return gaps + date_gaps(on, None, ends)


def _condition_gaps(approval: Approval) -> list[str]:
    return [f"sets a condition that is not shown as met: {c.says}" for c in approval.conditions if c.met != "yes"]
