"""Words for the terminal: a verdict, a decision, a scan, as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from cleancut.model.changes import Changes
from cleancut.model.decisions import Decision
from cleancut.model.findings import Finding, Master, Medium, Scan, SoundFile
from cleancut.model.printable import printable
from cleancut.model.timing import Clock
from cleancut.model.verdict import Standing, Verdict

_MEDIA: tuple[Medium, ...] = ("picture", "sound")
_ALONE = {"picture_alone": "; its sound was not found there", "sound_alone": "; its picture was not found there"}
COLOURS = {"hold": "red", "incomplete": "yellow", "ask": "yellow", "clear": "green"}
_MEANING = {
    "hold": "do not deliver: something in the master may not be there",
    "incomplete": "not everything was examined, so nothing can be cleared",
    "ask": "a notice, answer, evidence or approval is outstanding",
    "clear": "everything declared is covered, and nothing else registered or marked was found",
}


def say(lines: Iterable[str], *, err: bool = False) -> None:
    """Print lines. What a file name or dossier holds is shown as escapes where it would move the cursor or deceive."""
    for line in lines:
        click.echo("\n".join(printable(part) for part in line.split("\n")), err=err)


def verdict_lines(verdict: Verdict, out: Path, changes: Changes | None = None) -> Iterator[str]:
    """The verdict, what must happen next, what is another since an earlier check, what was found where, and where the
    report is."""
    title = verdict.dossier.title
    yield f"{one_line(title.name)}, on {verdict.on}: {_MEANING[verdict.word]}"
    if verdict.steps:
        yield "\nNext:"
    for i, step in enumerate(verdict.steps, 1):
        use = f" [{step.use}]" if step.use else ""
        yield f"  {i}. {step.word}: {step.who}{use}: {step.what}"
        yield f"     {step.why}{_places(verdict, step.findings)}"
    if changes:
        yield ""
        yield from change_lines(changes)
    yield "\nUses:"
    yield from (_use_line(standing) for standing in verdict.standings)
    if verdict.scan:
        yield ""
        yield from scan_lines(verdict.scan)
    yield "\nThis verdict is not more than it says:"
    yield from (f"  - {limit}" for limit in verdict.limits)
    yield f"\nReport: {out / 'report.html'}"


def change_lines(changes: Changes) -> Iterator[str]:
    """What is another since an earlier check; what cannot be compared comes first."""
    yield f"Since {changes.since} ({changes.before} then, {changes.after} now):"
    for caveat in changes.caveats:
        yield f"  not comparable: {caveat.about}: {caveat.says}"
    for finding in changes.findings:
        uses = f" [{', '.join(finding.uses)}]" if finding.uses else ""
        yield f"  {finding.medium} of {finding.material}{uses}: {finding.says}"
    for use in changes.uses:
        yield f"  use {use.use}: {one_line(use.name)}: {use.says}"
    said = f"{changes.same} finding{'s' if changes.same != 1 else ''} as before"
    yield f"  nothing is another; {said}" if changes.is_none else f"  {said}"


def one_line(text: str) -> str:
    """A name on one line: a line feed in it could pass for a line of ours."""
    return " ".join(text.split())


def _places(verdict: Verdict, findings: tuple[int, ...]) -> str:
    if not findings or not verdict.scan:
        return ""
    clock = verdict.scan.master.clock
    spans = (verdict.scan.findings[i].span for i in findings)
    return " (" + ", ".join(f"{clock.label(span.first)} to {clock.label(span.end)}" for span in spans) + ")"


def _use_line(standing: Standing) -> str:
    outcomes = ", ".join(f"{decision.pack.name}: {decision.outcome}" for decision in standing.decisions)
    times = len(standing.found)
    found = "found once" if times == 1 else f"found {times} times" if times else "not found in the master"
    if standing.not_examined and not standing.found:
        found = "not examined"
    return f"  {standing.word:<10} {standing.use.id}: {one_line(standing.use.name)} ({outcomes}; {found})"


def scan_lines(scan: Scan) -> Iterator[str]:
    """What was found where, and what was not examined."""
    clock, coverage = scan.master.clock, scan.coverage
    matches = sum(finding.kind == "match" for finding in scan.findings)
    counted = "" if coverage.has_picture else " (no picture: sound counted in frames of that rate)"
    yield f"Scan of {scan.master.path}: {scan.master.frames} frames at {clock.rate}{counted}, {matches} found"
    for file in scan.master.sound:
        yield f"  with the sound of {file.path}, from {_place(file, clock)}"
    yield from _programme_lines(scan.master)
    for finding in scan.findings:
        yield f"  {clock.label(finding.span.first)} to {clock.label(finding.span.end)}  {_finding(finding)}"
    for medium in _MEDIA:
        for gap in coverage.gaps(medium):
            yield f"  {medium} not examined: frames {gap.span.first} to {gap.span.end - 1}: {gap.reason}"
    for item in coverage.material_missing:
        yield f"  not examined: {item.material}: {item.reason}" + (f" ({item.hint})" if item.hint else "")
    if scan.sound_engine is None:
        yield "  picture only: sound was not examined"
    elif not coverage.tracks:
        yield "  picture only: there is no sound track"


def _place(file: SoundFile, clock: Clock) -> str:
    """Where a sound file begins, and what shows it."""
    if file.placed_by == "start":
        return "the first frame on"
    before = f"{-file.first_frame} frames before the first" if file.first_frame < 0 else clock.label(file.first_frame)
    return f"{before} on, by its timecode"


def _programme_lines(master: Master) -> Iterator[str]:
    """What is not the programme, where anything is not."""
    programme, clock = master.programme, master.clock
    if programme is None or not programme.around:
        return
    known = "as given" if programme.shown_by == "given" else "by the look of what lies around it"
    yield f"  programme from {clock.label(programme.span.first)} to {clock.label(programme.span.end)}, {known}"
    for stretch in programme.around:
        place = f"{clock.label(stretch.span.first)} to {clock.label(stretch.span.end)}"
        yield f"    {stretch.kind} from {place}, looked at like the rest"


def _finding(finding: Finding) -> str:
    span = f"{finding.medium}, frames {finding.span.first} to {finding.span.end}"
    heard = f", in {', '.join(finding.channels)}" if finding.channels else ""
    said = f"({span}{heard}, score {finding.score:.2f}){_ALONE.get(finding.appears, '')}"
    return f"{finding.kind:<7} {finding.material}  {said}"


def decision_lines(decision: Decision) -> Iterator[str]:
    """The decision with every reason, its clause, what is missing, and the way out."""
    yield f"{decision.outcome.upper()}  ({decision.pack.name} {decision.pack.version})"
    yield f"talent consent to this use: {'required' if decision.consent_required else 'not required'}"
    if decision.flags:
        yield f"flags: {', '.join(decision.flags)}"
    for contradiction in decision.contradictions:
        yield f"contradiction: {contradiction.fact} was declared {contradiction.declared}, but {contradiction.by}"
    for ruling in decision.rulings:
        unsure = "" if ruling.certain else " (an answer is unsure)"
        yield f"\n{ruling.outcome}: {ruling.why}{unsure}  [{ruling.rule}]"
        yield f"  {ruling.clause.section}: {ruling.clause.says}\n  {ruling.clause.address}"
        if ruling.evidence:
            yield f"  evidence: {', '.join(ruling.evidence)}"
    if decision.unsure:
        yield "\nunsure:"
        yield from (f"  {q.fact}: {q.question} ({q.answered_by})" for q in decision.unsure)
    if decision.way_out:
        yield "\nway out:"
    for way in decision.way_out:
        needed = f"; then still needed: {', '.join(way.still_needed)}" if way.still_needed else ""
        yield f"  {' and '.join(way.say)}: {decision.outcome} becomes {way.outcome}{needed}"
    yield f"\nfacts digest: {decision.facts_digest}\nnot legal advice"
