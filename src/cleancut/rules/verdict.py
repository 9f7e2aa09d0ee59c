"""The verdict on a deliverable, in numbered steps.

(1) attribute each finding to uses; (2) see where each use stands; (3) hold, (4) incomplete, (5) ask: list who must do
what; (6) the word is the first that applies, and `clear` only where nothing is left. Nothing unsure, missing or not
examined passes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from cleancut.model.decisions import Decision, severity
from cleancut.model.digest import digest_of
from cleancut.model.dossier import Use
from cleancut.model.findings import Medium, Scan, UnexaminedMaterial
from cleancut.model.record import plain
from cleancut.model.timing import Span, missing
from cleancut.model.verdict import AnswerLine, Attributed, Attribution, Standing, Step, Verdict, Word
from cleancut.rules.case import Case, answers_to
from cleancut.rules.catalogue import ABSENT
from cleancut.rules.derive import PICTURE_MEDIA, SOUND_MEDIA, is_text_only, media_of, unmade_media
from cleancut.rules.facts import Facts
from cleancut.rules.marked import is_marked, master_steps, unread_steps
from cleancut.rules.standing import UseOnDay, covering_records, evidence_lines, standing_refusal

PICTURE_LIMIT = (
    "Registered pictures with enough detail are found, of cuts with known truth that were measured: whole, however"
    " changed, 95 of 100; under titles, as insets from a quarter of the width, or changed in three ways, 94; in blends"
    " and dissolves, and stills under a move, 84; in a blend, every other time; cropped hard, in splits, on screens,"
    " turned, or in other time, 94; as small insets, half covered, or for less than half a second, 88. Least surely:"
    " as an inset under a fifth of the width, two of five; on a screen seen at an angle, three of five. What has too"
    " little detail is named as not examined."
)
SOUND_LIMIT = (
    "Registered sound is found, of mixes with known truth that were measured: as it was made, 99 of 100; under dialogue"
    " or effects, in reverb, looped or with other music, 98; at another speed or pitch, 95; for one to three seconds,"
    " under much louder dialogue, or changed further, 93; in one of two channels, in other layouts, or changed in"
    " several ways at once, 91. Below one second it is not looked for, or seldom found."
)
_TO_LISTEN = "scan a master with its sound, or name its sound files under `sound`"
_WHOLE = "scan it as a whole, without --fast"
_TO_LOOK = "scan the master with its picture"
WORDS: tuple[Word, ...] = ("hold", "incomplete", "ask", "clear")


def verdict(case: Case, facts: Mapping[str, Facts], decisions: Mapping[str, Sequence[Decision]], on: date) -> Verdict:
    """The verdict on a case on a day, from the facts and decisions of every use. Pure: reads nothing else."""
    attributed = attribute(case)  # (1)
    days = [UseOnDay(case, use, facts[use.id], tuple(decisions[use.id]), on) for use in case.dossier.uses]
    standings = tuple(_standing(day, attributed) for day in days)  # (2)
    steps = [  # (3) (4) (5)
        *(step for standing in standings for step in _hold_steps(standing)),
        *_undeclared_steps(case, attributed),
        *_incomplete_steps(case, standings),
        *(step for standing in standings for step in _ask_steps(standing)),
        *unread_steps(case),
        *_untied_steps(case, attributed),
        *_related_steps(case, attributed),
    ]
    ordered = sorted(steps, key=lambda step: WORDS.index(step.word))
    return Verdict(
        word=ordered[0].word if ordered else "clear",  # (6)
        on=on,
        dossier=case.dossier,
        dossier_digest=digest_of(plain(case.dossier)),
        standings=standings,
        attributed=attributed,
        steps=tuple(ordered),
        limits=limits(case),
        materials=case.materials,
        master_marks=case.master_marks,
        scan=case.scan,
    )


def attribute(case: Case) -> tuple[Attributed, ...]:
    """Whose each finding is, and how its use declared it."""
    findings = case.scan.findings if case.scan else ()
    return tuple(_attribute(case, i, finding.material, finding.kind) for i, finding in enumerate(findings))


def _attribute(case: Case, index: int, material: str, kind: str) -> Attributed:
    uses = case.uses_of.get(material, ())
    stages = {_declared_stage(case, use) for use in uses}
    attribution: Attribution = "declared_final" if stages == {"final"} else "declared_temporary"
    if kind == "related":
        attribution = "related"
    elif not uses:
        attribution = "undeclared"
    return Attributed(index, attribution, uses)


def _declared_stage(case: Case, use: str) -> object:
    """The stage a use declares. What is not generative is not asked for one, and may be in the final picture."""
    answers = case.answers[use]
    return answers.get("output_stage", "final" if answers.get("is_generative") == "no" else None)


def _standing(day: UseOnDay, attributed: Sequence[Attributed]) -> Standing:
    found = tuple(a.finding for a in attributed if day.use.id in a.uses and a.attribution != "related")
    standing = Standing(
        use=day.use,
        word="clear",
        decisions=day.decisions,
        evidence=evidence_lines(day),
        answered_by=covering_records(day),
        refused_by=standing_refusal(day),
        found=found,
        material=tuple(item.name for item in day.case.material_of[day.use.id]),
        not_examined=() if day.outcome == "out_of_scope" else not_examined(day.case, day.use),
        answers=answer_lines(day.facts),
    )
    steps = [*_hold_steps(standing), *_use_incomplete_steps(standing), *_ask_steps(standing)]
    word = min((step.word for step in steps), key=WORDS.index, default="clear")
    return Standing(**{**vars(standing), "word": word})


def answer_lines(facts: Facts) -> tuple[AnswerLine, ...]:
    """Every fact that has an answer, in the order of the catalogue. Tools are records of their own."""
    lines = []
    for id_, spec in facts.catalogue.facts.items():
        answer = facts.answers.get(id_) or facts.value(id_)
        if spec.type != "tools" and answer not in (None, ABSENT) and (id_ in facts.answers or spec.is_derived):
            said = tuple(str(part) for part in answer) if isinstance(answer, tuple) else (str(answer),)
            is_declared, is_free = id_ in (facts.declared or {}), not spec.values and spec.type != "ynu"
            lines.append(AnswerLine(id_, spec.question, said, is_declared, is_free))
    return tuple(lines)


def _hold_steps(standing: Standing) -> list[Step]:
    use, steps = standing.use, []
    if standing.refused_by:
        why = f"refused in writing: {standing.refused_by}"
        steps.append(Step("hold", "post", "keep it out of the deliverable", why, use.id, standing.found))
    if _is_violation(standing):
        what = "remove it from the master and scan again, or declare it final and have it approved"
        steps.append(Step("hold", "post", what, "not declared final, yet in the master", use.id, standing.found))
    elif standing.found and (reason := _unapproved(standing)):
        steps.append(Step("hold", "production", "keep it out until this is settled", reason, use.id, standing.found))
    return steps


def _is_violation(standing: Standing) -> bool:
    """Found in the master, though its use does not declare it final. What is out of scope need not declare a stage."""
    stage = standing.use.answers.get("output_stage")
    is_out_of_scope = all(decision.outcome == "out_of_scope" for decision in standing.decisions)
    return bool(standing.found) and stage != "final" and not (is_out_of_scope and stage is None)


def _unapproved(standing: Standing) -> str:
    """Why what was found may not be there: its use is blocked, or needs an approval that nothing covers."""
    worst = max(standing.decisions, key=lambda decision: severity(decision.outcome))
    if worst.outcome == "blocked":
        return "blocked: " + "; ".join(ruling.why for ruling in worst.rulings if ruling.outcome == "blocked")
    approval = next((line for line in standing.evidence if line.kind == "approval"), None)
    if worst.outcome == "approval_required" and not (approval and approval.state == "present"):
        gaps = "; ".join(approval.gaps) if approval and approval.gaps else "none is on file"
        return f"needs a written approval that covers it: {gaps}"
    return ""


def _undeclared_steps(case: Case, attributed: Sequence[Attributed]) -> list[Step]:
    by_name = {item.name: item for item in case.materials}
    steps = []
    for name in dict.fromkeys(_material(case, a) for a in attributed if a.attribution == "undeclared"):
        places = tuple(a.finding for a in attributed if a.attribution == "undeclared" and _material(case, a) == name)
        marked = ", and marked as made by generative AI" if name in by_name and is_marked(by_name[name]) else ""
        why = f"{name} is registered{marked}, tied to no declared use, and in the master"
        steps.append(
            Step("hold", "production", "declare the use it belongs to, or remove it from the master", why, "", places)
        )
    return [*steps, *master_steps(case)]


def _material(case: Case, item: Attributed) -> str:
    return case.scan.findings[item.finding].material if case.scan else ""


def _incomplete_steps(case: Case, standings: Sequence[Standing]) -> list[Step]:
    if case.scan is None:
        return [
            Step("incomplete", "post", "name the deliverable and the material, and scan", "no deliverable was examined")
        ]
    steps = []
    if not case.dossier.uses and not case.materials:
        why = "no use is declared and no material is registered, so nothing was looked for"
        steps.append(Step("incomplete", "production", "declare the uses, and register what was generated", why))
    coverage = case.scan.coverage
    accounted = {*coverage.material, *(item.material for item in coverage.material_missing)}
    steps += [
        Step("incomplete", "post", "scan again", f"{item.name} is in no account of the scan")
        for item in case.materials
        if item.name not in accounted
    ]
    steps += _gap_steps(case.scan, "picture")
    if case.scan.sound_engine is not None:
        steps += _gap_steps(case.scan, "sound")
    for item in case.unexamined:
        what, why = item.hint or "make the file readable, or register a copy", f"{item.material} was not examined"
        uses = [id_ for id_, items in case.unexamined_of.items() if item in items] or [""]
        steps += [Step("incomplete", "post", what, f"{why}: {item.reason}", use) for use in uses]
    told = {_unexamined(item) for item in case.unexamined}  # what has a step with a way out of its own
    return steps + [step for standing in standings for step in _use_incomplete_steps(standing) if step.why not in told]


def _unexamined(item: UnexaminedMaterial) -> str:
    return f"{item.material}: {item.reason}"


def _gap_steps(scan: Scan, medium: Medium) -> list[Step]:
    """One step for each stretch of picture or sound that was not examined, or of which the scan says nothing."""
    coverage = scan.coverage
    picture = coverage.picture, coverage.picture_missing
    examined, unseen = picture if medium == "picture" else (coverage.sound, coverage.sound_missing)
    seen = [*examined, *(part.span for part in unseen)]
    steps = [
        Step("incomplete", "post", "scan again", f"{_of(span, medium)} are in no account of the scan")
        for span in missing(seen, Span(0, scan.master.frames))
    ]
    what = "deliver a master that can be read whole"
    if not coverage.has(medium):
        what = _TO_LOOK if medium == "picture" else _TO_LISTEN
    return steps + [
        Step(
            "incomplete",
            "post",
            _WHOLE if part.was_left_out else what,
            f"{_of(part.span, medium)} were not examined: {part.reason}",
        )
        for part in coverage.gaps(medium)
    ]


def _of(span: Span, medium: Medium) -> str:
    frames = f"frames {span.first} to {span.end - 1}"
    return frames if medium == "picture" else f"sound: {frames}"


def _use_incomplete_steps(standing: Standing) -> list[Step]:
    return [
        Step("incomplete", "post", "register its material and scan again", reason, standing.use.id)
        for reason in standing.not_examined
    ]


def not_examined(case: Case, use: Use) -> tuple[str, ...]:
    """Why the use's material was not, or not wholly, looked for in the deliverable."""
    reasons = [f"no registered file answers to {pattern}" for pattern in case.unregistered[use.id]]
    if case.scan is None:
        return (*reasons, "no deliverable was examined")
    if not use.material and not is_text_only(case, use):
        reasons.append("no material is registered for this use, so none could be looked for")
    said = case.unregistered[use.id]  # of what answers to these it has been said
    untold = [item for item in case.unexamined_of[use.id] if not any(answers_to(p, (item.material,)) for p in said)]
    reasons += [_unexamined(item) for item in untold]
    medium = case.answers[use.id].get("medium", ())
    if not medium or "unsure" in medium:
        reasons.append("its medium is not stated, so nobody can say whether sound had to be looked for")
    return (*reasons, *_medium_reasons(case, use, case.scan))


def _medium_reasons(case: Case, use: Use, scan: Scan) -> list[str]:
    """Why a declared medium of the use was not looked for. That part of the picture was not examined has a step of its
    own, for all uses together."""
    declared = set(case.answers[use.id].get("medium", ()))
    sound, pictures = sorted(SOUND_MEDIA & declared), sorted(PICTURE_MEDIA & declared)
    reasons = []
    if sound and scan.sound_engine is None and not scan.coverage.is_whole("sound"):
        reasons.append(f"picture only: {', '.join(sound)} was not looked for in the sound")
    elif "sound" in media_of(case, use) and scan.sound_engine and not scan.coverage.tracks:
        what = ", ".join(sound) or "the sound of its material"
        reasons.append(f"the master has no sound track, so {what} could not be looked for")
    elif sound and not scan.coverage.is_whole("sound"):
        reasons.append(f"not all of the sound was examined, and {', '.join(sound)} may be in the rest")
    if pictures and not scan.coverage.has_picture:
        reasons.append(f"the master has no picture, so {', '.join(pictures)} could not be looked for")
    if use.material:
        unmade = unmade_media(case, use)
        if "sound" in unmade and scan.sound_engine is not None:
            reasons.append(f"none of its material has sound, so no {', '.join(sound)} could be looked for")
        if "picture" in unmade:
            reasons.append(f"none of its material has a picture, so no {', '.join(pictures)} could be looked for")
    return reasons


def _ask_steps(standing: Standing) -> list[Step]:
    contradictions = dict.fromkeys(c for decision in standing.decisions for c in decision.contradictions)
    corrections = [
        Step(
            "ask",
            "declarer",
            f"correct the answer to {contradiction.fact}",
            f"declared {contradiction.fact} = {contradiction.declared}, but {contradiction.by}",
            standing.use.id,
        )
        for contradiction in contradictions
    ]
    if _is_violation(standing):
        return [*_asked_if_it_stays(standing), *corrections]
    return [*_evidence_steps(standing), *_blocked_steps(standing), *_question_steps(standing), *corrections]


def _blocked_steps(standing: Standing) -> list[Step]:
    """What blocks a use is never passed over, whatever evidence is on file."""
    blocking = [r for decision in standing.decisions for r in decision.rulings if r.outcome == "blocked"]
    return [Step("ask", "production", ruling.way_out, f"blocked: {ruling.why}", standing.use.id) for ruling in blocking]


def _asked_if_it_stays(standing: Standing) -> list[Step]:
    """What a temporary element in the master would need to stay: one step, since removing it is the other way."""
    lacking = [line.title.lower() for line in standing.evidence if line.state != "present"]
    if not lacking:
        return []
    why = "if it is to stay it needs: " + ", ".join(lacking)
    return [Step("ask", "production", "decide whether it is to stay", why, standing.use.id, standing.found)]


def _evidence_steps(standing: Standing) -> list[Step]:
    """One step for each person and reason: what one missing record leaves open is one errand."""
    asked: dict[tuple[str, str], list[str]] = {}
    for line in standing.evidence:
        if line.state != "present":
            why = "; ".join(line.gaps) or f"{line.title.lower()} is not on file"
            asked.setdefault((line.who, why), []).append(line.ask)
    return [Step("ask", who, "; ".join(asks), why, standing.use.id) for (who, why), asks in asked.items()]


def _question_steps(standing: Standing) -> list[Step]:
    """One step for each person who can answer. What records would answer, the declarer puts on record."""
    asked: dict[tuple[str, str], list[str]] = {}
    for question in dict.fromkeys(q for decision in standing.decisions for q in decision.unsure):
        if question.fact == "found_in_deliverable":
            continue  # what was not examined has steps of its own
        by_record = question.answered_by == "system"
        who = ("declarer", "put on record") if by_record else (question.answered_by, "answer")
        asked.setdefault(who, []).append(question.question)
    why = "unsure counts as escalate until answered"
    return [
        Step("ask", who, f"{verb}: " + " · ".join(questions), why, standing.use.id)
        for (who, verb), questions in asked.items()
    ]


def _untied_steps(case: Case, attributed: Sequence[Attributed]) -> list[Step]:
    found = {_material(case, item) for item in attributed if item.attribution == "undeclared"}
    loose = [item for item in case.materials if not case.uses_of[item.name] and item.name not in found]
    what = "declare the use it belongs to, or take it out of the material folder"
    marked = " is marked as made by generative AI, and"
    return [
        Step(
            "ask",
            "production",
            what,
            f"{item.name}{marked if is_marked(item) else ''} is tied to no declared use (not found in the master)",
        )
        for item in loose
    ]


def _related_steps(case: Case, attributed: Sequence[Attributed]) -> list[Step]:
    places = tuple(a.finding for a in attributed if a.attribution == "related")
    if not places:
        return []
    what = "look at these: a sibling generation or another take resembles registered material"
    return [Step("ask", "post", what, "related, never counted as found", "", places)]


def limits(case: Case) -> tuple[str, ...]:
    """What even a clear verdict is not."""
    said = [
        "Material that is neither registered nor marked can be neither seen nor heard.",
        "No mark found on a file does not mean that no generative AI made it.",
        "Not legal advice: this says what the rules ask and who decides.",
    ]
    if case.scan is not None:
        said[1:1] = _limits_of(case.scan)
    for name, look in case.looked_for.items():
        said.append(f"Looked for by a person, and not seen: {name} ({look.by}, {look.on.isoformat()}).")
    words = [use.id for use in case.dossier.uses if is_text_only(case, use)]
    if words:
        said.append(f"Words cannot be looked for in picture or sound: {', '.join(words)}.")
    return tuple(said)


def _limits_of(scan: Scan) -> list[str]:
    """What a scan cannot find, by the media it examined."""
    said = []
    if scan.coverage.has_picture:
        said.append(PICTURE_LIMIT)
    else:
        said.append("Sound only: the master has no picture, so generated pictures were not looked for.")
    if scan.sound_engine is None:
        said.append("Picture only: no sound engine has run, so generated voice, music and effects were not looked for.")
    elif not scan.coverage.tracks:
        said.append("Picture only: the master has no sound track, so generated sound was not looked for.")
    else:
        said.append(SOUND_LIMIT)
    return said
