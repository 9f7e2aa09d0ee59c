"""The words people read: verdict words, outcomes, attributions and changes of picture, as short phrases.

One place for all outputs, so that report, cue sheet, markers and notice call the same thing the same. They are written
in English here, and said in the language spoken.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from cleancut.adapters.appearances_in_time import Appearance, is_examined, unheard
from cleancut.adapters.languages import Worded, figure, reworded, worded
from cleancut.model.decisions import Decision, Outcome, severity
from cleancut.model.dossier import Approval, Tool, Use
from cleancut.model.findings import Appears, Finding, Medium, Scan
from cleancut.model.printable import printable
from cleancut.model.timing import Rate
from cleancut.model.verdict import AnswerLine, Attribution, EvidenceState, Standing, Verdict, Word

FOOT = Worded(
    {
        "not_legal_advice": "Not legal advice: this says what the rules ask and who decides.",
        "confidential": "Confidential: it names unreleased work, people and agreements. "
        "Pass it on only to those who must act on it.",
    }
)

VERDICT_SAYS: Worded[Word] = Worded(
    {
        "hold": "Do not deliver yet: something in the master may not be there, or nobody has allowed it.",
        "incomplete": "Nobody can say yet: something was not examined.",
        "ask": "Nothing found forbids delivery, but somebody still has to be told, answer, approve or supply evidence.",
        "clear": "Everything declared and everything found is covered on this day.",
    }
)

OUTCOME_NAMES: Worded[Outcome] = Worded(
    {
        "out_of_scope": "out of scope",
        "notify": "notify",
        "escalate": "escalate",
        "approval_required": "approval required",
        "blocked": "blocked",
    }
)

OUTCOME_SAYS: Worded[Outcome] = Worded(
    {
        "out_of_scope": "The rules do not cover this.",
        "notify": "The contact must be told; no answer is needed.",
        "escalate": "The contact must be asked, and must answer, before going on.",
        "approval_required": "The contact must approve in writing before going on.",
        "blocked": "Not before the evidence named below is on file.",
    }
)

ATTRIBUTION_NAMES: Worded[Attribution] = Worded(
    {
        "declared_final": "declared final",
        "declared_temporary": "declared temporary",
        "undeclared": "undeclared",
        "related": "related",
    }
)

ATTRIBUTION_SAYS: Worded[Attribution] = Worded(
    {
        "declared_final": "Declared for the final deliverables, and in the master.",
        "declared_temporary": "Not declared final, yet in the master.",
        "undeclared": "Registered material, tied to no declared use, in the master.",
        "related": "A sibling generation or another take; shown for people to look at, never counted as found.",
    }
)

EVIDENCE_STATES: Worded[EvidenceState] = Worded({"present": "on file", "missing": "missing", "not_valid": "not valid"})

STATE_NAMES = Worded({"hold": "hold", "incomplete": "incomplete", "ask": "ask", "clear": "clear", "related": "related"})
"""The words of a verdict, `related` among them for what is shown beside."""

MEDIUM_NAMES: Worded[Medium] = Worded({"picture": "picture", "sound": "sound"})


def one_line(text: str) -> str:
    """The printable text with every run of white space as one space."""
    return " ".join(printable(text).split())


def sentence(text: str) -> str:
    """The text as one sentence: a capital first, a full stop last."""
    plain = text.strip()
    return plain[:1].upper() + plain[1:] + ("" if not plain or plain[-1] in ".!?" else ".")


def answer(line: AnswerLine) -> str:
    """An answer as people say it: `re_ageing` is re-ageing, `final` is final. A free text stays as it was written."""
    if line.is_free:
        return ", ".join(line.answer)
    return ", ".join(reworded(_SPELT.get(part, part.replace("_", " "))) for part in line.answer)


_SPELT = {"re_ageing": "re-ageing", "3d": "3D", "na": "not applicable"}


def record(name: str) -> str:
    """A record as evidence names it: an id stays as it is, "terms of id, id" does not."""
    return reworded(name) if " " in name else name


def day(on: date) -> str:
    return f"{on.day} {_MONTHS[on.month]} {on.year}"


_MONTHS = Worded(
    {
        1: "January",
        2: "February",
        3: "March",
        4: "April",
        5: "May",
        6: "June",
        7: "July",
        8: "August",
        9: "September",
        10: "October",
        11: "November",
        12: "December",
    }
)


def count(number: int, one: str, many: str = "") -> str:
    return f"{figure(f'{number:,}')} {worded(one if number == 1 else many or one + 's')}"


def rate(exact: Rate) -> str:
    """24 frames a second, or 24000/1001: never rounded."""
    whole = exact.value.denominator == 1
    return worded("{rate} frames a second", rate=exact.value.numerator if whole else exact)


def seconds(frames: int, rate: Fraction) -> str:
    """A duration as people say it. Rounded: frames are exact, this is not."""
    hundredths = round(100 * frames / rate)
    if hundredths < 6000:
        return figure(f"{hundredths / 100:.2f} s")
    whole = round(hundredths / 100)
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 60} min {whole % 60:02d} s"


def sound_length(milliseconds: int) -> str:
    return seconds(milliseconds, Fraction(1000))


def transform(finding: Finding) -> str:
    """How the material was changed: "mirrored, 1.25 x speed, at 50 % of the frame's width"."""
    change, said = finding.transform, []
    if change.mirror:
        said.append(worded("mirrored"))
    if finding.material_span is None:
        said.append(worded("a still, held"))
    else:
        if change.speed < 0:
            said.append(worded("reversed"))
        if change.speed == 0:
            said.append(worded("one frame, held"))
        elif abs(abs(change.speed) - 1) >= 0.005:
            said.append(worded("{times} x speed", times=figure(f"{abs(change.speed):.4g}")))
    if abs(change.scale - 1) >= 0.02:
        said.append(worded("{percent} % in size", percent=round(100 * change.scale)))
    return ", ".join(said) or worded("unchanged in size, speed and direction")


def sound_change(finding: Finding) -> str:
    """How the sound was changed: "sped up 4.2 %, pitch raised 0.7 semitones"."""
    change, said = finding.transform, []
    if change.speed < 0:
        said.append(worded("reversed"))
    percent = 100 * (abs(change.speed) - 1)
    if abs(percent) >= 0.05:
        how = worded("sped up {percent} %") if percent > 0 else worded("slowed down {percent} %")
        said.append(how.format(percent=_tenths(percent)))
    if abs(change.pitch) >= 0.05:
        many = _tenths(change.pitch)
        by = f"{many} {worded('semitone') if many == '1' else worded('semitones')}"
        said.append((worded("pitch raised {by}") if change.pitch > 0 else worded("pitch lowered {by}")).format(by=by))
    elif abs(percent) >= 1:  # less than that would move pitch by less than is told apart
        said.append(worded("pitch kept"))
    return ", ".join(said) or worded("unchanged in speed and pitch")


def _tenths(number: float) -> str:
    return figure(f"{abs(number):.1f}".removesuffix(".0"))


def change(finding: Finding) -> str:
    return sound_change(finding) if finding.medium == "sound" else transform(finding)


def media(found: Iterable[Medium]) -> str:
    """Picture, sound, or picture and sound."""
    return worded(" and ").join(MEDIUM_NAMES[medium] for medium in dict.fromkeys(found))


def appears(appearance: Appearance, scan: Scan) -> str:
    """Which of a clip's picture and sound were found; empty where it has but one. What was not examined in that place
    is never said to be absent."""
    how = appearance.appears
    if how == "picture_alone" and not is_examined(scan, "sound", appearance.span):
        return worded("Picture: not all of the sound was examined here.")
    if how == "sound_alone" and not is_examined(scan, "picture", appearance.span):
        return worded("Sound: not all of the picture was examined here.")
    return _APPEARS[how]


_APPEARS: Worded[Appears] = Worded(
    {
        "picture": "",
        "sound": "",
        "picture_and_sound": "Picture and sound.",
        "picture_alone": "Picture alone: its sound was not found in the mix.",
        "sound_alone": "Sound alone: the picture was replaced, its own was not found.",
    }
)


def moment(at: Fraction) -> str:
    """A time in a file of material, to the hundredth: 0:08.30, or 1:02:03.00."""
    hundredths = round(100 * at)
    minutes, rest = divmod(hundredths, 6000)
    past = f"{rest // 100:02d}.{rest % 100:02d}"
    return f"{minutes // 60}:{minutes % 60:02d}:{past}" if minutes >= 60 else f"{minutes}:{past}"


def tool(used: Tool) -> str:
    vendor = f" ({used.vendor})" if used.vendor else ""
    return f"{used.product} {used.version}".strip() + vendor


def tier(used: Tool) -> str:
    return reworded("unsure" if used.tier in ("unsure", "unknown") else used.tier.replace("_", " "))


def terms(used: Tool) -> str:
    """Which terms are on file for a tool, as a phrase."""
    if used.terms is None:
        return worded("terms not on file")
    held = worded(", holds until {ends}", ends=day(used.terms.ends)) if used.terms.ends else ""
    tier = reworded(used.terms.tier.replace("_", " "))
    said = {"on": day(used.terms.read_on), "by": used.terms.read_by, "held": held, "address": used.terms.address}
    if used.terms.tier == used.tier:
        return worded("terms read on {on} by {by}{held}: {address}", **said)
    return worded("terms for tier {tier} read on {on} by {by}{held}: {address}", tier=tier, **said)


def approval(record: Approval, standing: Standing) -> str:
    """An approval with its conditions and end, and whether it covers these facts on this day."""
    covers = record.id in standing.answered_by
    named = {"kind": _APPROVALS[record.kind], "id": record.id, "by": record.by, "on": record.on.isoformat()}
    said = [worded("{kind} {id} by {by} on {on}", **named)]
    if record.kind == "refusal":
        said.append(worded("refused") if record.id == standing.refused_by else worded("a later word replaced it"))
    elif record.kind != "input":
        said.append(worded("covers these facts") if covers else worded("does not cover these facts"))
    if record.conditions:
        said.append(worded("conditions: ") + "; ".join(f"{c.says} ({_MET[c.met]})" for c in record.conditions))
    if record.ends:
        said.append(worded("ends {on}", on=record.ends.isoformat()))
    return ", ".join(said)


_MET = Worded({"yes": "met", "no": "not met", "unsure": "not shown as met"})
_APPROVALS = Worded({"approval": "approval", "answer": "answer", "refusal": "refusal", "input": "input"})


def worst(decisions: Iterable[Decision]) -> Decision | None:
    """The harshest decision; None where no pack judged."""
    return max(decisions, key=lambda decision: severity(decision.outcome), default=None)


def title(verdict: Verdict) -> str:
    """The title as people call it, with its season."""
    named = verdict.dossier.title
    return worded("{title}, season {season}", title=named.name, season=named.season) if named.season else named.name


def description(use: Use) -> str:
    said = use.answers.get("description")
    return said if isinstance(said, str) else ""


def human_input(use: Use) -> str:
    """What people contributed: the declared answer, else what evidence of that kind shows."""
    said = use.answers.get("human_input")
    if isinstance(said, str) and said:
        return said
    return "; ".join(item.says for item in use.evidence if item.kind == "human_input" and item.says)


def usage(standing: Standing) -> str:
    """What a cue sheet calls the usage, as far as the dossier knows it: what it is for, and how prominent it is."""
    lines = {line.fact: line for line in standing.answers}
    said = [lines[fact] for fact in ("purpose", "prominence") if fact in lines]
    return ", ".join(answer(line) for line in said if line.answer not in (("unsure",), ("not_in_cut",)))


def is_words_only(use: Use) -> bool:
    """Whether a use makes words alone and no file, which no scan can look for."""
    medium = use.answers.get("medium")
    return (medium == "text" or (isinstance(medium, list | tuple) and set(medium) == {"text"})) and not use.material


def _is_silent(use: Use) -> bool:
    """Whether what the use makes cannot be heard, as its media say."""
    said = use.answers.get("medium", ())
    return bool(said) and {"image", "3d", "text"}.issuperset([said] if isinstance(said, str) else said)


def whereabouts(standing: Standing, scan: Scan | None) -> str:
    """Where a use without findings is: never silent, and never "not found" where nobody could look."""
    if scan is None:
        return worded("not examined: no deliverable was examined")
    if is_words_only(standing.use):
        return worded("not looked for: words cannot be looked for in picture or sound")
    if standing.not_examined:
        return worded("not examined: {reasons}", reasons="; ".join(map(reworded, standing.not_examined)))
    if not scan.coverage.is_complete:
        return worded("not found in what was examined; not all of the master and its material was")
    if unheard(scan) and not _is_silent(standing.use):
        return worded("not found in the picture; not all of the sound was examined")
    return worded("not found in the master")
