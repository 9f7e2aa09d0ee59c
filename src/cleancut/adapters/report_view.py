"""What a report shows, in the order it shows it: plain values that the template only has to place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cleancut.adapters import words_english as words
from cleancut.adapters.appearances_in_time import unheard
from cleancut.adapters.cue_sheet_rows import CueRow, cue_rows
from cleancut.adapters.languages import figure, reworded, worded
from cleancut.adapters.report_findings import FindingView, Link, by_state, finding_views
from cleancut.adapters.report_strip import STATES, Strip, strip
from cleancut.model.decisions import Decision, OpenQuestion, Outcome
from cleancut.model.dossier import Approval, Tool
from cleancut.model.findings import Scan, Unexamined
from cleancut.model.timing import Span, join
from cleancut.model.verdict import Standing, Step, Verdict


@dataclass(frozen=True)
class Target:
    """One numbered step of a group: `number` is that of verdict.json."""

    number: int
    why: str
    use: Link | None
    findings: tuple[Link, ...]


@dataclass(frozen=True)
class Task:
    """The same thing to do for one or several uses."""

    word: str
    what: str
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class Turn:
    """Everything one party must do."""

    who: str
    tasks: tuple[Task, ...]

    @property
    def count(self) -> int:
        return sum(len(task.targets) for task in self.tasks)


@dataclass(frozen=True)
class Change:
    """What to do, and the evidence that only this way needs."""

    say: str
    also: tuple[str, ...]


@dataclass(frozen=True)
class Ways:
    """Changes, any one of which takes a decision from `now` to `outcome`; `still_needed` is needed after each."""

    now: Outcome
    outcome: Outcome
    still_needed: tuple[str, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class UseView:
    """One use and where it stands."""

    anchor: str
    standing: Standing
    outcome: str
    tools: tuple[Tool, ...]
    findings: tuple[FindingView, ...]
    whereabouts: str
    approvals: tuple[str, ...]
    lineage: tuple[Link, ...]
    questions: tuple[OpenQuestion, ...]
    ways: tuple[Ways, ...]


@dataclass(frozen=True)
class Report:
    """The whole report. A deliverable `has_sound` unless an engine looked and there was none."""

    verdict: Verdict
    turns: tuple[Turn, ...]
    findings: tuple[FindingView, ...]
    strip: Strip | None
    uses: tuple[UseView, ...]
    cues: tuple[CueRow, ...]
    examined_percent: str
    heard_percent: str
    unseen: tuple[Unexamined, ...]
    unheard: tuple[Unexamined, ...]
    has_sound: bool
    because: tuple[Link, ...]

    @property
    def by_number(self) -> dict[int, FindingView]:
        return {view.number: view for view in self.findings}


def report_view(verdict: Verdict, *, show_prompts: bool) -> Report:
    """Everything the report shows, from the verdict alone."""
    anchors = {s.use.id: f"use-{i}" for i, s in enumerate(verdict.standings, 1)}
    findings = tuple(finding_views(verdict, anchors))
    links = {i: Link(view.anchor, str(view.number), view.timecode_in) for view in findings for i in view.indices}
    scan = verdict.scan
    return Report(
        verdict=verdict,
        turns=tuple(_turns(verdict, anchors, links)),
        findings=findings,
        strip=strip(scan, by_state(findings, "picture"), by_state(findings, "sound")) if scan else None,
        uses=tuple(_use(verdict, s, anchors, findings) for s in _by_word(verdict.standings)),
        cues=cue_rows(verdict, show_prompts=show_prompts),
        examined_percent=_percent(scan, scan.coverage.picture, scan.coverage.picture_missing) if scan else "",
        heard_percent=_percent(scan, scan.coverage.sound, unheard(scan)) if scan else "",
        unseen=scan.coverage.gaps("picture") if scan else (),
        unheard=unheard(scan) if scan else (),
        has_sound=scan is not None and (scan.sound_engine is None or scan.coverage.has("sound")),
        because=tuple(_because(verdict, anchors, links)),
    )


def _by_word(standings: Sequence[Standing]) -> list[Standing]:
    """Those that stop delivery first, else as declared."""
    order = {word: place for place, word in enumerate(STATES)}
    return sorted(standings, key=lambda standing: order[standing.word])


def _percent(scan: Scan, seen: Sequence[Span], unseen: Sequence[Unexamined]) -> str:
    """How much of picture or sound was examined in all of its tracks, rounded down: 99.99 % is not all."""
    whole = max([scan.master.frames, 1, *(gap.span.end for gap in unseen)])
    lost = join([gap.span for gap in unseen])
    frames = sum(len(span) - sum(span.overlap(gap) for gap in lost) for span in join(list(seen)))
    return "100 %" if frames >= whole else figure(f"{1000 * frames // whole / 10:.1f} %")


# --- steps ------------------------------------------------------------------------------------------------------------


def _turns(verdict: Verdict, anchors: dict[str, str], links: dict[int, Link]) -> Iterator[Turn]:
    """By who must act, those with the first step first; the same thing to do is said once."""
    by_who: dict[str, dict[tuple[str, str], list[Target]]] = {}
    names = {use.id: use.name for use in verdict.dossier.uses}
    for number, step in enumerate(verdict.steps, 1):
        tasks = by_who.setdefault(step.who, {})
        tasks.setdefault((step.word, reworded(step.what)), []).append(_target(number, step, names, anchors, links))
    for who, tasks in by_who.items():
        yield Turn(reworded(who), tuple(Task(word, what, tuple(targets)) for (word, what), targets in tasks.items()))


def _target(number: int, step: Step, names: dict[str, str], anchors: dict[str, str], links: dict[int, Link]) -> Target:
    use = Link(anchors[step.use], names[step.use], step.use) if step.use in anchors else None
    found = sorted({links[i] for i in step.findings if i in links}, key=lambda link: int(link.text))
    return Target(number, reworded(step.why), use, tuple(found))


def _because(verdict: Verdict, anchors: dict[str, str], links: dict[int, Link]) -> Iterator[Link]:
    """What the verdict's word rests on: the uses, materials or stretches of its own steps, each once."""
    names = {use.id: use.name for use in verdict.dossier.uses}
    seen: set[str] = set()
    for number, step in enumerate(verdict.steps, 1):
        if step.word != verdict.word or (step.use and step.use in seen):
            continue
        seen.add(step.use)
        found = [i for i in step.findings if i in links]
        if step.use in anchors:
            yield Link(anchors[step.use], names[step.use], step.use)
        elif found and verdict.scan:
            yield Link(links[found[0]].anchor, verdict.scan.findings[found[0]].material)
        else:
            yield Link(f"step-{number}", reworded(step.why))


# --- uses -------------------------------------------------------------------------------------------------------------


def _use(verdict: Verdict, standing: Standing, anchors: dict[str, str], findings: Sequence[FindingView]) -> UseView:
    use, decision = standing.use, words.worst(standing.decisions)
    by_id = {tool.id: tool for tool in verdict.dossier.tools}
    names = {other.id: other.name for other in verdict.dossier.uses}
    return UseView(
        anchor=anchors[use.id],
        standing=standing,
        outcome=decision.outcome if decision else "",
        tools=tuple(by_id[id_] for id_ in use.tools),
        findings=tuple(view for view in findings if any(link.note == use.id for link in view.uses)),
        whereabouts=words.whereabouts(standing, verdict.scan),
        approvals=tuple(_approval(record, standing) for record in verdict.dossier.approvals if record.use == use.id),
        lineage=tuple(Link(anchors[id_], names[id_], id_) for id_ in use.derived_from),
        questions=tuple(dict.fromkeys(q for decision in standing.decisions for q in decision.unsure)),
        ways=tuple(way for decision in standing.decisions for way in _ways(decision)),
    )


def _ways(decision: Decision) -> Iterator[Ways]:
    for outcome in dict.fromkeys(way.outcome for way in decision.way_out):
        ways = [way for way in decision.way_out if way.outcome == outcome]
        common = tuple(kind for kind in ways[0].still_needed if all(kind in way.still_needed for way in ways))
        changes = [
            Change(
                worded(", and ").join(map(reworded, way.say)),
                tuple(kind for kind in way.still_needed if kind not in common),
            )
            for way in ways
        ]
        yield Ways(decision.outcome, outcome, common, tuple(changes))


def _approval(record: Approval, standing: Standing) -> str:
    said = worded(" It says: “{text}”", text=record.says) if record.says else ""
    return words.sentence(words.approval(record, standing)) + said
