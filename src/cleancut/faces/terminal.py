"""Words for the terminal: a verdict, a decision, a scan, as lines of text.

Those of a check are in the language spoken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from cleancut.model.changes import Changes
from cleancut.model.decisions import Decision, Outcome
from cleancut.model.findings import Finding, Master, Medium, Scan, SoundFile
from cleancut.model.printable import printable
from cleancut.model.timing import Clock, Span
from cleancut.model.verdict import Standing, Verdict
from cleancut.wiring import Worded, figure, reworded, worded

_MEDIA: tuple[Medium, ...] = ("picture", "sound")
_ALONE = Worded(
    {"picture_alone": "; its sound was not found there", "sound_alone": "; its picture was not found there"}
)
_MEDIUM_NAMES: Worded[Medium] = Worded({"picture": "picture", "sound": "sound"})
STATE_NAMES = Worded({"hold": "hold", "incomplete": "incomplete", "ask": "ask", "clear": "clear"})
_KINDS = Worded({"match": "match", "related": "related"})
COLOURS = {"hold": "red", "incomplete": "yellow", "ask": "yellow", "clear": "green"}
_MEANING = Worded(
    {
        "hold": "do not deliver: something in the master may not be there",
        "incomplete": "not everything was examined, so nothing can be cleared",
        "ask": "a notice, answer, evidence or approval is outstanding",
        "clear": "everything declared is covered, and nothing else registered or marked was found",
    }
)


def say(lines: Iterable[str], *, err: bool = False) -> None:
    """Print lines. What a file name or dossier holds is shown as escapes where it would move the cursor or deceive."""
    for line in lines:
        click.echo("\n".join(printable(part) for part in line.split("\n")), err=err)


def verdict_lines(verdict: Verdict, out: Path, changes: Changes | None = None) -> Iterator[str]:
    """The verdict, what must happen next, what is another since an earlier check, what was found where, and where the
    report is."""
    title = verdict.dossier.title
    yield worded("{title}, on {day}: {says}", title=one_line(title.name), day=verdict.on, says=_MEANING[verdict.word])
    if verdict.steps:
        yield "\n" + worded("Next:")
    for i, step in enumerate(verdict.steps, 1):
        use = f" [{step.use}]" if step.use else ""
        yield f"  {i}. {STATE_NAMES[step.word]}: {reworded(step.who)}{use}: {reworded(step.what)}"
        yield f"     {reworded(step.why)}{_places(verdict, step.findings)}"
    if changes:
        yield ""
        yield from change_lines(changes)
    yield "\n" + worded("Uses:")
    yield from (_use_line(standing) for standing in verdict.standings)
    if verdict.scan:
        yield ""
        yield from scan_lines(verdict.scan)
    yield "\n" + worded("This verdict is not more than it says:")
    yield from (f"  - {reworded(limit)}" for limit in verdict.limits)
    yield "\n" + worded("Report: {path}", path=out / "report.html")


def change_lines(changes: Changes) -> Iterator[str]:
    """What is another since an earlier check; what cannot be compared comes first."""
    then, now = (STATE_NAMES.get(word, word) for word in (changes.before, changes.after))
    yield worded("Since {name} ({then} then, {now} now):", name=changes.since, then=then, now=now)
    for caveat in changes.caveats:
        yield f"  {worded('not comparable')}: {reworded(caveat.about)}: {reworded(caveat.says)}"
    for finding in changes.findings:
        uses = f" [{', '.join(finding.uses)}]" if finding.uses else ""
        what = worded("{medium} of {material}", medium=_MEDIUM_NAMES[finding.medium], material=finding.material)
        yield f"  {what}{uses}: {reworded(finding.says)}"
    for use in changes.uses:
        yield f"  {worded('use')} {use.use}: {one_line(use.name)}: {reworded(use.says)}"
    many = worded("{number} findings as before") if changes.same != 1 else worded("{number} finding as before")
    said = many.format(number=changes.same)
    yield f"  {worded('nothing is another')}; {said}" if changes.is_none else f"  {said}"


def one_line(text: str) -> str:
    """A name on one line: a line feed in it could pass for a line of ours."""
    return " ".join(text.split())


def _places(verdict: Verdict, findings: tuple[int, ...]) -> str:
    if not findings or not verdict.scan:
        return ""
    clock = verdict.scan.master.clock
    spans = (verdict.scan.findings[i].span for i in findings)
    return " (" + ", ".join(_from_to(clock, span) for span in spans) + ")"


def _from_to(clock: Clock, span: Span) -> str:
    return worded("{first} to {end}", first=clock.label(span.first), end=clock.label(span.end))


def _outcome(outcome: Outcome) -> str:
    return reworded(outcome)


def _use_line(standing: Standing) -> str:
    outcomes = ", ".join(f"{decision.pack.name}: {_outcome(decision.outcome)}" for decision in standing.decisions)
    times = len(standing.found)
    found = worded("found once") if times == 1 else worded("found {times} times", times=times)
    if not times:
        found = worded("not examined") if standing.not_examined else worded("not found in the master")
    wide = max(len(STATE_NAMES[word]) for word in STATE_NAMES)
    name = one_line(standing.use.name)
    return f"  {STATE_NAMES[standing.word]:<{wide}} {standing.use.id}: {name} ({outcomes}; {found})"


def scan_lines(scan: Scan) -> Iterator[str]:
    """What was found where, and what was not examined."""
    clock, coverage = scan.master.clock, scan.coverage
    matches = sum(finding.kind == "match" for finding in scan.findings)
    counted = "" if coverage.has_picture else worded(" (no picture: sound counted in frames of that rate)")
    yield worded(
        "Scan of {name}: {frames} frames at {rate}{counted}, {matches} found",
        name=scan.master.path,
        frames=scan.master.frames,
        rate=clock.rate,
        counted=counted,
        matches=matches,
    )
    for file in scan.master.sound:
        yield "  " + worded("with the sound of {name}, from {place}", name=file.path, place=_place(file, clock))
    yield from _programme_lines(scan.master)
    if scan.master.off_clock:
        yield "  " + worded(
            "its own clock leaves the count of frames by up to {frames}, as where a rate varies:"
            " frames and timecodes here are counted",
            frames=scan.master.off_clock,
        )
    for finding in scan.findings:
        yield f"  {_from_to(clock, finding.span)}  {_finding(finding)}"
    for medium in _MEDIA:
        for gap in coverage.gaps(medium):
            yield "  " + worded(
                "{medium} not examined: frames {first} to {last}: {reason}",
                medium=_MEDIUM_NAMES[medium],
                first=gap.span.first,
                last=gap.span.end - 1,
                reason=reworded(gap.reason),
            )
    for item in coverage.material_missing:
        hint = f" ({reworded(item.hint)})" if item.hint else ""
        yield f"  {worded('not examined')}: {item.material}: {reworded(item.reason)}{hint}"
    if scan.sound_engine is None:
        yield "  " + worded("picture only: sound was not examined")
    elif not coverage.tracks:
        yield "  " + worded("picture only: there is no sound track")


def _place(file: SoundFile, clock: Clock) -> str:
    """Where a sound file begins, and what shows it."""
    if file.placed_by == "start":
        return worded("the first frame on")
    before = worded("{frames} frames before the first", frames=-file.first_frame)
    return worded(
        "{place} on, by its timecode", place=before if file.first_frame < 0 else clock.label(file.first_frame)
    )


def _programme_lines(master: Master) -> Iterator[str]:
    """What is not the programme, where anything is not."""
    programme, clock = master.programme, master.clock
    if programme is None or not programme.around:
        return
    known = worded("as given") if programme.shown_by == "given" else worded("by the look of what lies around it")
    span = programme.span
    first, end = clock.label(span.first), clock.label(span.end)
    yield "  " + worded("programme from {first} to {end}, {shown}", first=first, end=end, shown=known)
    for stretch in programme.around:
        yield "    " + worded(
            "{kind} from {first} to {end}, looked at like the rest",
            kind=reworded(stretch.kind),
            first=clock.label(stretch.span.first),
            end=clock.label(stretch.span.end),
        )


def _finding(finding: Finding) -> str:
    frames = worded("frames {first} to {last}", first=finding.span.first, last=finding.span.end)
    span = f"{_MEDIUM_NAMES[finding.medium]}, {frames}"
    heard = worded(", in {channels}", channels=", ".join(finding.channels)) if finding.channels else ""
    score = worded("score {score}", score=figure(f"{finding.score:.2f}"))
    said = f"({span}{heard}, {score}){_ALONE.get(finding.appears)}"
    return f"{_KINDS[finding.kind]:<7} {finding.material}  {said}"


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
