"""The rows of the cue sheet: what generative AI made, where it is in the master, and what covers it.

The same rows make the CSV and the table in the report. Every cell is text a person can read. A line about sound has
what a music cue sheet asks for as far as the dossier knows it: title, duration, usage, and the share of AI.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from cleancut.adapters import words_english as words
from cleancut.adapters import words_marks as told
from cleancut.adapters.appearances_in_time import Appearance, appearances, gaps
from cleancut.adapters.cue_sheet_ai import ai_shares
from cleancut.adapters.languages import Worded, reworded, worded
from cleancut.adapters.report_sounds import matched_seconds
from cleancut.model.dossier import Tool, Use
from cleancut.model.findings import Finding, Medium, Scan, Unexamined
from cleancut.model.printable import printable
from cleancut.model.verdict import Standing, Verdict

BETWEEN = "; "
PROMPTS_LEFT_OUT = "left out"


@dataclass(frozen=True)
class CueRow:
    """One line. `cue` is the number of its appearance, as in the report, empty where the line is about none."""

    cue: str = ""
    timecode_in: str = ""
    timecode_out: str = ""
    first_frame: str = ""
    end_frame: str = ""
    duration_frames: str = ""
    duration: str = ""
    title: str = ""
    what: str = ""
    use: str = ""
    shots: str = ""
    tools: str = ""
    tiers: str = ""
    prompts: str = ""
    sources: str = ""
    source_rights: str = ""
    human_contribution: str = ""
    ai: str = ""
    material: str = ""
    material_time: str = ""
    medium: str = ""
    channels: str = ""
    usage: str = ""
    kind: str = ""
    attribution: str = ""
    decision: str = ""
    rules: str = ""
    approval: str = ""
    score: str = ""
    transform: str = ""
    sound_change: str = ""
    notes: str = ""


COLUMNS: Worded[str] = Worded(
    {
        "cue": "Cue",
        "timecode_in": "Timecode in",
        "timecode_out": "Timecode out (exclusive)",
        "first_frame": "First frame",
        "end_frame": "End frame (exclusive)",
        "duration_frames": "Duration (frames)",
        "duration": "Duration",
        "title": "Title",
        "what": "What",
        "use": "Use",
        "shots": "Shots",
        "tools": "Tool and version",
        "tiers": "Licence tier",
        "prompts": "Prompt",
        "sources": "Source material",
        "source_rights": "Copyright status of the source material",
        "human_contribution": "Human contribution",
        "ai": "AI",
        "material": "Material",
        "material_time": "Time in the material",
        "medium": "Medium",
        "channels": "Channels",
        "usage": "Usage",
        "kind": "Class",
        "attribution": "Attribution",
        "decision": "Decision",
        "rules": "Rules fired",
        "approval": "Approval",
        "score": "Score",
        "transform": "Change of picture",
        "sound_change": "Speed and pitch of sound",
        "notes": "Notes",
    }
)


_KINDS = Worded({"match": "match", "related": "related"})


def cue_rows(verdict: Verdict, *, show_prompts: bool) -> tuple[CueRow, ...]:
    """Appearances in order of time; then stretches nobody examined, of picture and then of sound; then declared uses
    that did not appear, saying why."""
    found = [_found_row(verdict, appearance, show_prompts) for appearance in appearances(verdict)]
    unseen = [_gap_row(verdict, medium, gap) for medium, gap in gaps(verdict.scan)] if verdict.scan else []
    placed = {use for item in verdict.attributed if item.attribution != "related" for use in item.uses}
    rest = [_use_row(verdict, s, show_prompts) for s in verdict.standings if s.use.id not in placed]
    return tuple(_readable(row) for row in (*found, *unseen, *rest))


def _found_row(verdict: Verdict, appearance: Appearance, show_prompts: bool) -> CueRow:
    assert verdict.scan is not None
    standings = {standing.use.id: standing for standing in verdict.standings}
    uses = [standings[use] for use in appearance.uses]
    row = _declared(verdict, uses, show_prompts)
    sounds = [finding for _, finding in appearance.sounds]
    return replace(
        row,
        **_times(verdict, appearance.span.first, appearance.span.end),
        cue=str(appearance.number),
        title=row.title or appearance.material,
        what=row.what
        or worded("registered material tied to no declared use: {material}", material=appearance.material),
        ai=ai_shares(uses),
        material=BETWEEN.join([appearance.material, *appearance.also]),
        material_time=_joined(_matched(verdict.scan, finding) for finding in sounds),
        medium=", ".join(words.MEDIUM_NAMES[medium] for medium in appearance.media),
        channels=_joined(channel for finding in sounds for channel in finding.channels),
        usage=_joined(map(words.usage, uses)) if sounds else "",
        kind=_KINDS[appearance.findings[0].kind],
        attribution=words.ATTRIBUTION_NAMES[appearance.attribution],
        score=_scores(appearance),
        transform=_joined(words.transform(finding) for _, finding in appearance.pictures),
        sound_change=_joined(map(words.sound_change, sounds)),
        notes=_notes(verdict, verdict.scan, appearance, uses),
    )


def _matched(scan: Scan, finding: Finding) -> str:
    first, end = matched_seconds(finding, scan.master.clock.rate.value)
    return worded("{first} to {end}", first=words.moment(first), end=words.moment(end))


def _scores(appearance: Appearance) -> str:
    if len(appearance.findings) == 1:
        return f"{appearance.findings[0].score:.3f}"
    return _joined(f"{words.MEDIUM_NAMES[finding.medium]} {finding.score:.3f}" for finding in appearance.findings)


def _notes(verdict: Verdict, scan: Scan, appearance: Appearance, uses: list[Standing]) -> str:
    marks = [said for item in verdict.materials if item.name == appearance.material for said in told.marks(item.marks)]
    missing = (
        worded("not examined: {reasons}", reasons=reworded(reason)) for use in uses for reason in use.not_examined
    )
    return _joined([*_in_which(scan, appearance), *marks, *missing])


def _in_which(scan: Scan, appearance: Appearance) -> Iterable[str]:
    """What there is to say of picture against sound: one without the other, or at other times than the other."""
    if len(appearance.media) == 1:
        yield words.appears(appearance, scan).rstrip(".")
    elif len({finding.span for finding in appearance.findings}) > 1:
        label = scan.master.clock.label
        for finding in appearance.findings:
            yield f"{words.MEDIUM_NAMES[finding.medium]} " + worded(
                "{first} to {end}", first=label(finding.span.first), end=label(finding.span.end)
            )


def _gap_row(verdict: Verdict, medium: Medium, gap: Unexamined) -> CueRow:
    times = _times(verdict, gap.span.first, gap.span.end)
    what, kind = worded("NOT EXAMINED"), worded("not examined")
    row = CueRow(what=what, medium=words.MEDIUM_NAMES[medium], kind=kind, notes=reworded(gap.reason))
    return replace(row, **times)


def _use_row(verdict: Verdict, standing: Standing, show_prompts: bool) -> CueRow:
    row = _declared(verdict, [standing], show_prompts)
    where = words.whereabouts(standing, verdict.scan)
    material = BETWEEN.join(standing.material or standing.use.material)
    return replace(row, material=material, kind=where, ai=ai_shares([standing]))


def _times(verdict: Verdict, first: int, end: int) -> dict[str, Any]:
    assert verdict.scan is not None
    clock = verdict.scan.master.clock
    return {
        "timecode_in": clock.label(first),
        "timecode_out": clock.label(end),
        "first_frame": str(first),
        "end_frame": str(end),
        "duration_frames": str(end - first),
        "duration": words.seconds(end - first, clock.rate.value),
    }


def _declared(verdict: Verdict, standings: list[Standing], show_prompts: bool) -> CueRow:
    """The columns that a use's declaration fills; with several uses each column names all of them."""
    uses = [standing.use for standing in standings]
    tools = _tools(verdict, uses)
    prompts = [prompt for use in uses for prompt in use.prompts]
    sources = [source for use in uses for source in use.sources]
    outcomes = [worst.outcome for s in standings if (worst := words.worst(s.decisions))]
    return CueRow(
        title=_joined(use.name for use in uses),
        what=_joined(f"{use.name}: {said}" if (said := words.description(use)) else use.name for use in uses),
        use=_joined(use.id for use in uses),
        shots=_joined(shot for use in uses for shot in use.shots),
        tools=_joined(words.tool(tool) for tool in tools),
        tiers=_joined(f"{tool.product}: {words.tier(tool)}" if len(tools) > 1 else words.tier(tool) for tool in tools),
        prompts=_joined(prompts) if show_prompts else worded(PROMPTS_LEFT_OUT) if prompts else "",
        sources=_joined(source.what for source in sources),
        source_rights=_joined(s.rights if len(sources) == 1 else f"{s.what}: {s.rights}" for s in sources),
        human_contribution=_joined(words.human_input(use) for use in uses),
        medium=_joined(medium for use in uses for medium in _media(use)),
        decision=_joined(words.OUTCOME_NAMES[outcome] for outcome in outcomes),
        rules=_joined(r.rule for standing in standings for decision in standing.decisions for r in decision.rulings),
        approval=_joined(
            words.approval(record, standing)
            for standing in standings
            for record in verdict.dossier.approvals
            if record.use == standing.use.id and record.kind != "input"
        ),
    )


def _tools(verdict: Verdict, uses: list[Use]) -> list[Tool]:
    by_id = {tool.id: tool for tool in verdict.dossier.tools}
    return [by_id[id_] for id_ in dict.fromkeys(tool for use in uses for tool in use.tools)]


def _media(use: Use) -> list[str]:
    medium = use.answers.get("medium", ())
    return [reworded(str(part)) for part in ([medium] if isinstance(medium, str) else medium)]


def _joined(parts: Iterable[str]) -> str:
    return BETWEEN.join(dict.fromkeys(part for part in parts if part))


def _readable(row: CueRow) -> CueRow:
    return replace(row, **{field.name: printable(getattr(row, field.name)) for field in fields(row)})
