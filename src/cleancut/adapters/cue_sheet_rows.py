"""The rows of the cue sheet: what generative AI made, where it is in the master, and what covers it.

The same rows make the CSV and the table in the report. Every cell is text a person can read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from cleancut.adapters import words_english as words
from cleancut.model.dossier import Tool, Use
from cleancut.model.findings import Finding, Unexamined
from cleancut.model.printable import printable
from cleancut.model.verdict import Attributed, Standing, Verdict

BETWEEN = "; "
PROMPTS_LEFT_OUT = "left out"


@dataclass(frozen=True)
class CueRow:
    """One line. `finding` is its place in the scan's findings, -1 where the line is about none; it is no column."""

    timecode_in: str = ""
    timecode_out: str = ""
    first_frame: str = ""
    end_frame: str = ""
    duration_frames: str = ""
    duration: str = ""
    what: str = ""
    use: str = ""
    shots: str = ""
    tools: str = ""
    tiers: str = ""
    prompts: str = ""
    sources: str = ""
    human_contribution: str = ""
    material: str = ""
    medium: str = ""
    kind: str = ""
    attribution: str = ""
    decision: str = ""
    rules: str = ""
    approval: str = ""
    score: str = ""
    transform: str = ""
    notes: str = ""
    finding: int = -1


COLUMNS: dict[str, str] = {
    "timecode_in": "Timecode in",
    "timecode_out": "Timecode out (exclusive)",
    "first_frame": "First frame",
    "end_frame": "End frame (exclusive)",
    "duration_frames": "Duration (frames)",
    "duration": "Duration",
    "what": "What",
    "use": "Use",
    "shots": "Shots",
    "tools": "Tool and version",
    "tiers": "Licence tier",
    "prompts": "Prompt",
    "sources": "Source material and its rights",
    "human_contribution": "Human contribution",
    "material": "Material",
    "medium": "Medium",
    "kind": "Class",
    "attribution": "Attribution",
    "decision": "Decision",
    "rules": "Rules fired",
    "approval": "Approval",
    "score": "Score",
    "transform": "Change",
    "notes": "Notes",
}


def cue_rows(verdict: Verdict, *, show_prompts: bool) -> tuple[CueRow, ...]:
    """Findings in order of time; then stretches nobody examined; then declared uses without a finding, saying why."""
    standings = {standing.use.id: standing for standing in verdict.standings}
    found = [_finding_row(verdict, item, standings, show_prompts) for item in in_time(verdict)]
    gaps = verdict.scan.coverage.picture_missing if verdict.scan else ()
    unseen = [_gap_row(verdict, gap) for gap in gaps]
    placed = {use for item in verdict.attributed if item.attribution != "related" for use in item.uses}
    rest = [_use_row(verdict, s, show_prompts) for s in verdict.standings if s.use.id not in placed]
    return tuple(_readable(row) for row in (*found, *unseen, *rest))


def in_time(verdict: Verdict) -> list[Attributed]:
    """Attributed findings in order of their first frame."""
    scan = verdict.scan
    if scan is None:
        return []
    return sorted(verdict.attributed, key=lambda item: (scan.findings[item.finding].span, item.finding))


def _finding_row(verdict: Verdict, item: Attributed, standings: dict[str, Standing], show_prompts: bool) -> CueRow:
    assert verdict.scan is not None
    finding = verdict.scan.findings[item.finding]
    uses = [standings[use] for use in item.uses]
    row = _declared(verdict, uses, show_prompts)
    return replace(
        row,
        **_times(verdict, finding.span.first, finding.span.end),
        what=row.what or f"registered material tied to no declared use: {finding.material}",
        material=BETWEEN.join([finding.material, *finding.also]),
        medium=finding.medium,
        kind=finding.kind,
        attribution=words.ATTRIBUTION_NAMES[item.attribution],
        score=f"{finding.score:.3f}",
        transform=words.transform(finding),
        notes=_notes(verdict, finding, uses),
        finding=item.finding,
    )


def _notes(verdict: Verdict, finding: Finding, uses: list[Standing]) -> str:
    marks = [words.mark(item.mark) for item in verdict.materials if item.name == finding.material]
    return BETWEEN.join([*marks, *(f"not examined: {reason}" for use in uses for reason in use.not_examined)])


def _gap_row(verdict: Verdict, gap: Unexamined) -> CueRow:
    times = _times(verdict, gap.span.first, gap.span.end)
    row = CueRow(what="NOT EXAMINED", medium="picture", kind="not examined", notes=gap.reason)
    return replace(row, **times)  # type: ignore[arg-type]


def _use_row(verdict: Verdict, standing: Standing, show_prompts: bool) -> CueRow:
    row = _declared(verdict, [standing], show_prompts)
    where = words.whereabouts(standing, verdict.scan)
    return replace(row, material=BETWEEN.join(standing.material or standing.use.material), kind=where)


def _times(verdict: Verdict, first: int, end: int) -> dict[str, str]:
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
    outcomes = [worst.outcome for s in standings if (worst := words.worst(s.decisions))]
    return CueRow(
        what=_joined(f"{use.name}: {said}" if (said := words.description(use)) else use.name for use in uses),
        use=_joined(use.id for use in uses),
        shots=_joined(shot for use in uses for shot in use.shots),
        tools=_joined(words.tool(tool) for tool in tools),
        tiers=_joined(f"{tool.product}: {words.tier(tool)}" if len(tools) > 1 else words.tier(tool) for tool in tools),
        prompts=_joined(prompts) if show_prompts else PROMPTS_LEFT_OUT if prompts else "",
        sources=_joined(f"{source.what} ({source.rights})" for use in uses for source in use.sources),
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
    return [medium] if isinstance(medium, str) else [str(part) for part in medium]


def _joined(parts: Iterable[str]) -> str:
    return BETWEEN.join(dict.fromkeys(part for part in parts if part))


def _readable(row: CueRow) -> CueRow:
    texts = {field.name: printable(getattr(row, field.name)) for field in fields(row) if field.name in COLUMNS}
    return replace(row, **texts)  # type: ignore[arg-type]
