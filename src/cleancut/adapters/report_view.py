"""What a report shows, in the order it shows it: plain values that the template only has to place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cleancut.adapters import words_english as words
from cleancut.adapters.cue_sheet_rows import CueRow, cue_rows, in_time
from cleancut.adapters.report_frames import FramesWanted, frames_wanted
from cleancut.adapters.report_strip import STATES, State, Strip, outline, strip, where
from cleancut.model.decisions import Decision, OpenQuestion, Outcome
from cleancut.model.dossier import Approval, Tool
from cleancut.model.findings import Finding, Scan
from cleancut.model.timing import Span
from cleancut.model.verdict import Attributed, Standing, Step, Verdict


@dataclass(frozen=True)
class Link:
    """A place in the report."""

    anchor: str
    text: str
    note: str = ""


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
class FindingView:
    """One finding. `polygon` is empty where there is nothing to outline; `number` counts in order of time."""

    index: int
    number: int
    state: State
    finding: Finding
    timecode_in: str
    timecode_out: str
    duration: str
    attribution: str
    says: str
    uses: tuple[Link, ...]
    steps: tuple[int, ...]
    transform: str
    mark: str
    polygon: str
    where: str
    master_label: str
    material_label: str

    @property
    def anchor(self) -> str:
        return f"finding-{self.number}"

    @property
    def title(self) -> str:
        names = " + ".join(use.text for use in self.uses) or self.finding.material
        return f"{self.number}: {names}, {self.timecode_in} to {self.timecode_out}, {self.attribution}"


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
    """The whole report."""

    verdict: Verdict
    turns: tuple[Turn, ...]
    findings: tuple[FindingView, ...]
    strip: Strip | None
    uses: tuple[UseView, ...]
    cues: tuple[CueRow, ...]
    examined_percent: str
    because: tuple[Link, ...]

    @property
    def by_index(self) -> dict[int, FindingView]:
        return {view.index: view for view in self.findings}


def report_view(verdict: Verdict, *, show_prompts: bool) -> Report:
    """Everything the report shows, from the verdict alone."""
    anchors = {s.use.id: f"use-{i}" for i, s in enumerate(verdict.standings, 1)}
    findings = tuple(_findings(verdict, anchors))
    links = {view.index: Link(view.anchor, str(view.number), view.timecode_in) for view in findings}
    return Report(
        verdict=verdict,
        turns=tuple(_turns(verdict, anchors, links)),
        findings=findings,
        strip=strip(verdict.scan, _by_state(findings)) if verdict.scan else None,
        uses=tuple(_use(verdict, s, anchors, findings) for s in _by_word(verdict.standings)),
        cues=cue_rows(verdict, show_prompts=show_prompts),
        examined_percent=_examined(verdict.scan) if verdict.scan else "",
        because=tuple(_because(verdict, anchors, links)),
    )


def _by_word(standings: Sequence[Standing]) -> list[Standing]:
    """Those that stop delivery first, else as declared."""
    order = {word: place for place, word in enumerate(STATES)}
    return sorted(standings, key=lambda standing: order[standing.word])


def _examined(scan: Scan) -> str:
    """How much of the picture was examined, rounded down: 99.99 % is not all."""
    whole = max([scan.master.frames, 1, *(gap.span.end for gap in scan.coverage.picture_missing)])
    seen = sum(len(span) for span in scan.coverage.picture)
    return "100 %" if seen >= whole else f"{1000 * seen // whole / 10:.1f} %"


# --- steps ------------------------------------------------------------------------------------------------------------


def _turns(verdict: Verdict, anchors: dict[str, str], links: dict[int, Link]) -> Iterator[Turn]:
    """By who must act, those with the first step first; the same thing to do is said once."""
    by_who: dict[str, dict[tuple[str, str], list[Target]]] = {}
    names = {use.id: use.name for use in verdict.dossier.uses}
    for number, step in enumerate(verdict.steps, 1):
        tasks = by_who.setdefault(step.who, {})
        tasks.setdefault((step.word, step.what), []).append(_target(number, step, names, anchors, links))
    for who, tasks in by_who.items():
        yield Turn(who, tuple(Task(word, what, tuple(targets)) for (word, what), targets in tasks.items()))


def _target(number: int, step: Step, names: dict[str, str], anchors: dict[str, str], links: dict[int, Link]) -> Target:
    use = Link(anchors[step.use], names[step.use], step.use) if step.use in anchors else None
    found = sorted((links[i] for i in step.findings if i in links), key=lambda link: int(link.text))
    return Target(number, step.why, use, tuple(found))


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
            yield Link(f"step-{number}", step.why)


# --- findings ---------------------------------------------------------------------------------------------------------


def _findings(verdict: Verdict, anchors: dict[str, str]) -> Iterator[FindingView]:
    wanted = frames_wanted(verdict)
    for number, item in enumerate(in_time(verdict), 1):
        assert verdict.scan is not None
        yield _finding(verdict, verdict.scan, item, number, anchors, wanted)


def _finding(
    verdict: Verdict, scan: Scan, item: Attributed, number: int, anchors: dict[str, str], wanted: FramesWanted
) -> FindingView:
    finding, clock = scan.findings[item.finding], scan.master.clock
    names = {use.id: use.name for use in verdict.dossier.uses}
    marks = [material.mark for material in verdict.materials if material.name == finding.material]
    shape = outline(finding.region) if finding.medium == "picture" else ()
    return FindingView(
        index=item.finding,
        number=number,
        state=state_of(verdict, item),
        finding=finding,
        timecode_in=clock.label(finding.span.first),
        timecode_out=clock.label(finding.span.end),
        duration=words.seconds(len(finding.span), clock.rate.value),
        attribution=words.ATTRIBUTION_NAMES[item.attribution],
        says=words.ATTRIBUTION_SAYS[item.attribution],
        uses=tuple(Link(anchors[use], names[use], use) for use in item.uses),
        steps=tuple(i for i, step in enumerate(verdict.steps, 1) if item.finding in step.findings),
        transform=words.transform(finding),
        mark=words.mark(marks[0] if marks else None),
        polygon=" ".join(f"{x:g},{y:g}" for x, y in shape),
        where=where(shape) if finding.medium == "picture" else "",
        master_label=_master_label(scan, wanted, item.finding),
        material_label=_material_label(wanted, item.finding),
    )


def state_of(verdict: Verdict, item: Attributed) -> State:
    """The harshest word of the steps about a finding and of the uses it belongs to."""
    if item.attribution == "related":
        return "related"
    said: list[State] = [step.word for step in verdict.steps if item.finding in step.findings]
    said += [standing.word for standing in verdict.standings if standing.use.id in item.uses]
    return min(said, key=STATES.index, default="hold")


def _master_label(scan: Scan, wanted: FramesWanted, index: int) -> str:
    frame = wanted.master.get(index)
    return "" if frame is None else f"{scan.master.clock.label(frame)} (frame {frame})"


def _material_label(wanted: FramesWanted, index: int) -> str:
    picture = wanted.material.get(index)
    if picture is None:
        return ""
    return "still" if picture.frame is None else f"frame {picture.frame}"


def _by_state(findings: Sequence[FindingView]) -> dict[State, list[tuple[int, Span]]]:
    return {s: [(view.number, view.finding.span) for view in findings if view.state == s] for s in STATES}


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
            Change(", and ".join(way.say), tuple(kind for kind in way.still_needed if kind not in common))
            for way in ways
        ]
        yield Ways(decision.outcome, outcome, common, tuple(changes))


def _approval(record: Approval, standing: Standing) -> str:
    said = f" It says: “{record.says}”" if record.says else ""
    return words.sentence(words.approval(record, standing)) + said
