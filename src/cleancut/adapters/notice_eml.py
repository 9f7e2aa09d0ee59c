"""The notice about one use: a message for the buyer's contact, as `.eml` (RFC 5322) and as text.

The message is an unsent draft (`X-Unsent`): no Date, no Message-ID and no sender, which the program that sends it
fills in, so the same verdict gives the same bytes. Nothing from a dossier can add a header: names and subjects are one
printable line before `email` encodes them, and an address that is not one goes to the text only.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from cleancut.adapters import words_english as words
from cleancut.adapters.appearances_in_time import Appearance, appearances
from cleancut.adapters.languages import Worded, reworded, worded
from cleancut.model.decisions import Decision, Outcome, Ruling
from cleancut.model.dossier import Contact
from cleancut.model.findings import Scan
from cleancut.model.verdict import Standing, Verdict

WIDTH = 76
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")

_ASKED: Worded[Outcome] = Worded(
    {
        "out_of_scope": "Nothing is asked for: the rules do not cover this use. It is sent for information.",
        "notify": "Nothing is asked for: this is for your information.",
        "escalate": "Please answer in writing whether this use may go on, and under which conditions. Quote the facts "
        "digest below: an answer covers these facts only.",
        "approval_required": "Please approve this use in writing, or refuse it. Quote the facts digest below, and name "
        "any condition, the shots it is limited to and the day it ends: an approval covers these facts only.",
        "blocked": "This use may not go on before what is listed here is on file. Please tell us if you see it "
        "otherwise. We will ask for your written approval when it is.",
    }
)
_SUBJECTS: Worded[Outcome] = Worded(
    {
        "out_of_scope": "For information",
        "notify": "For information",
        "escalate": "Answer needed",
        "approval_required": "Written approval needed",
        "blocked": "Blocked, for discussion",
    }
)


@dataclass(frozen=True)
class Notice:
    """`eml` is the draft message, `text` what it says."""

    eml: bytes
    text: str


def notice(verdict: Verdict, standing: Standing, *, show_prompts: bool) -> Notice:
    """The notice about one use on the day judged. Same verdict, same bytes."""
    text = "\n".join(_lines(verdict, standing, show_prompts)) + "\n"
    message = EmailMessage(policy=SMTP)
    contact = verdict.dossier.title.contact
    if contact and (address := _address(contact)):
        message["To"] = address
    message["Subject"] = _subject(verdict, standing)
    message["X-Unsent"] = "1"
    message.set_content(text, cte="quoted-printable")
    return Notice(message.as_bytes(), text)


def _address(contact: Contact) -> Address | None:
    email = contact.email.strip()
    if not _ADDRESS.fullmatch(email) or ".." in email:
        return None
    try:
        return Address(words.one_line(contact.name), addr_spec=email)
    except ValueError:
        return None


def _outcome(standing: Standing) -> Outcome:
    decision = words.worst(standing.decisions)
    return decision.outcome if decision else "escalate"


def _subject(verdict: Verdict, standing: Standing) -> str:
    what = _SUBJECTS[_outcome(standing)]
    named = {"title": words.title(verdict), "use": f"{standing.use.name} ({standing.use.id})"}
    return words.one_line(worded("{what}: generative AI in {title}: {use}", what=what, **named))


# --- the text ---------------------------------------------------------------------------------------------------------


def _lines(verdict: Verdict, standing: Standing, show_prompts: bool) -> Iterator[str]:
    yield from _head(verdict, standing)
    yield from _section(worded("What is asked for"), _asked(standing))
    yield from _section(worded("What is proposed"), _proposed(verdict, standing, show_prompts))
    yield from _section(worded("Tools"), _tools(verdict, standing))
    yield from _section(worded("Answers"), _answers(standing, declared=True))
    yield from _section(worded("Shown by records"), _answers(standing, declared=False))
    for decision in standing.decisions:
        yield from _section(worded("Decision by the pack {pack}", pack=decision.pack.name), _decision(decision))
    yield from _section(worded("Open questions"), _questions(standing))
    yield from _section(worded("Evidence"), _evidence(standing))
    yield from _section(worded("To quote in a reply"), _references(verdict, standing))
    yield from _wrapped(words.FOOT["not_legal_advice"])
    yield from _wrapped(words.FOOT["confidential"])


def _head(verdict: Verdict, standing: Standing) -> Iterator[str]:
    title, contact = verdict.dossier.title, verdict.dossier.title.contact
    yield from _wrapped(worded("NOTICE OF A USE OF GENERATIVE AI"))
    yield ""
    to = f"{contact.name} <{contact.email}>" if contact else worded("no contact is named in the dossier")
    problem = "" if not contact or _address(contact) else worded(" (not an address; put in the right one)")
    yield from _pair(worded("To"), to + problem)
    yield from _pair(worded("From"), title.production or worded("the production"))
    yield from _pair(worded("Title"), words.title(verdict))
    yield from _pair(worded("Use"), f"{standing.use.name} ({standing.use.id})")
    yield from _pair(worded("Judged on"), words.day(verdict.on))
    yield from _pair(worded("Outcome"), words.OUTCOME_NAMES[_outcome(standing)])
    yield ""


def _section(heading: str, body: Iterator[str]) -> Iterator[str]:
    """The heading and its lines; nothing at all where there are none."""
    lines = list(body)
    if lines:
        yield from _wrapped(heading.upper())
        yield from lines
        yield ""


def _asked(standing: Standing) -> Iterator[str]:
    outcome = _outcome(standing)
    if covering := ", ".join(standing.answered_by):
        yield from _wrapped(
            worded("Already covered by {records}.", records=covering)
            + " "
            + worded("It is sent again for your records; nothing new is asked for.")
        )
        return
    yield from _wrapped(_ASKED[outcome])
    if outcome == "blocked":
        for line in standing.evidence:
            if line.state != "present" and line.kind not in ("approval", "answer", "notice"):
                yield from _item(
                    worded(
                        "{title}: {who} must {ask}",
                        title=reworded(line.title),
                        who=reworded(line.who),
                        ask=reworded(line.ask),
                    )
                )


def _proposed(verdict: Verdict, standing: Standing, show_prompts: bool) -> Iterator[str]:
    use = standing.use
    if said := words.description(use):
        yield from _wrapped(said)
    yield from _pair(worded("Shots"), ", ".join(use.shots))
    yield from _pair(worded("In the master"), _found(verdict, standing))
    names = {other.id: other.name for other in verdict.dossier.uses}
    yield from _pair(worded("Derived from"), ", ".join(f"{names[id_]} ({id_})" for id_ in use.derived_from))
    yield from _pair(worded("Human contribution"), words.human_input(use))
    for source in use.sources:
        yield from _pair(worded("Source"), worded("{what} (rights: {rights})", what=source.what, rights=source.rights))
    if show_prompts:
        for prompt in use.prompts:
            yield from _pair(worded("Prompt"), prompt)
    elif use.prompts:
        yield from _pair(
            worded("Prompts"),
            worded("{prompts} on file, left out of this notice", prompts=words.count(len(use.prompts), "prompt")),
        )


def _found(verdict: Verdict, standing: Standing) -> str:
    if verdict.scan is None or not standing.found:
        return words.whereabouts(standing, verdict.scan)
    found = set(standing.found)
    return ", ".join(_place(verdict.scan, one) for one in appearances(verdict) if found.intersection(one.places))


def _place(scan: Scan, appearance: Appearance) -> str:
    """Its timecodes, and where it is heard: of what is only seen nothing more is said."""
    label, span = scan.master.clock.label, appearance.span
    times = worded("{first} to {end}", first=label(span.first), end=label(span.end))
    channels = ", ".join(dict.fromkeys(name for _, finding in appearance.sounds for name in finding.channels))
    if not appearance.sounds:
        return times
    return f"{times} ({words.media(appearance.media)}{': ' if channels else ''}{channels})"


def _tools(verdict: Verdict, standing: Standing) -> Iterator[str]:
    by_id = {tool.id: tool for tool in verdict.dossier.tools}
    for tool in (by_id[id_] for id_ in standing.use.tools):
        said = worded(
            "{tool}, tier {tier}. It trains on inputs or outputs: {trains}; stores or reuses them: {stores}; "
            "secured enterprise environment: {secured}. Its {terms}.",
            tool=words.tool(tool),
            tier=words.tier(tool),
            trains=reworded(tool.trains),
            stores=reworded(tool.stores),
            secured=reworded(tool.enterprise_secured),
            terms=words.terms(tool),
        )
        yield from _item(said)
    if not standing.use.tools:
        yield from _item(worded("No tool is declared."))


def _answers(standing: Standing, *, declared: bool) -> Iterator[str]:
    for line in standing.answers:
        if line.is_declared == declared and line.fact not in _SHOWN_ELSEWHERE:
            yield from _item(f"{reworded(line.question)} {words.answer(line)}")


_SHOWN_ELSEWHERE = frozenset({"description", "human_input", "any_unsure", "buyer"})


def _decision(decision: Decision) -> Iterator[str]:
    yield from _wrapped(f"{words.OUTCOME_NAMES[decision.outcome].upper()}. {words.OUTCOME_SAYS[decision.outcome]}")
    if decision.consent_required:
        yield from _wrapped(worded("The text asks for the person's consent to this use."))
    for ruling in decision.rulings:
        yield from _item(_ruling(ruling))
        yield f"  {words.one_line(ruling.clause.address)}"
    for contradiction in decision.contradictions:
        said = worded(
            "Contradiction in {fact}: declared {declared}, shown {shown}: {by}",
            fact=contradiction.fact,
            declared=reworded(contradiction.declared),
            shown=reworded(contradiction.shown),
            by=reworded(contradiction.by),
        )
        yield from _item(said)


def _ruling(ruling: Ruling) -> str:
    doubt = "" if ruling.certain else worded(" (an answer is unsure)")
    reading = f" {worded('Our reading of the text, not its words.')}" if ruling.interpretation else ""
    outcome = words.OUTCOME_NAMES[ruling.outcome]
    why, says = words.sentence(ruling.why), words.sentence(ruling.clause.says)
    clause = worded("Clause, {section}:", section=ruling.clause.section)
    return f"{ruling.rule}, {outcome}{doubt}. {why} {clause} {says}{reading}"


def _questions(standing: Standing) -> Iterator[str]:
    for question in dict.fromkeys(q for decision in standing.decisions for q in decision.unsure):
        yield from _item(
            f"{reworded(question.question)} " + worded("(to be answered by: {who})", who=reworded(question.answered_by))
        )


def _evidence(standing: Standing) -> Iterator[str]:
    for line in standing.evidence:
        what = (
            ", ".join(map(words.record, line.items)) if line.state == "present" else "; ".join(map(reworded, line.gaps))
        )
        yield from _item(f"{reworded(line.title)}: {words.EVIDENCE_STATES[line.state]}{': ' if what else ''}{what}")


def _references(verdict: Verdict, standing: Standing) -> Iterator[str]:
    yield from _pair(worded("Title id"), verdict.dossier.title.id)
    yield from _pair(worded("Use id"), standing.use.id)
    digests = dict.fromkeys(decision.facts_digest for decision in standing.decisions)
    for digest in digests:
        yield from _pair(worded("Facts digest"), digest)
    for decision in standing.decisions:
        yield from _pair(worded("Pack"), f"{decision.pack.name} {decision.pack.version}, {decision.pack.digest}")
    yield from _pair(worded("Dossier digest"), verdict.dossier_digest)


# --- lines ------------------------------------------------------------------------------------------------------------


def _wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    """Lines of at most WIDTH columns; a word longer than that keeps a line of its own, so addresses stay whole."""
    return textwrap.wrap(
        words.one_line(text),
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _item(text: str) -> list[str]:
    return _wrapped(text, "- ", "  ")


def _pair(name: str, value: str) -> list[str]:
    return _wrapped(value, f"{name}: ", "  ") if value else []
