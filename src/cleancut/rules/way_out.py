"""The way out: the smallest changes of fact that make a decision milder, computed from the pack itself.

Every rule at the harshest outcome must stop firing there, so the search is for small sets of remedies that hit them all
(Reiter's hitting sets, breadth first): each step mends one rule that still stands, and smaller sets are tried first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cleancut.model.decisions import Decision, Outcome, WayOut, severity
from cleancut.model.evidence import COVERING
from cleancut.rules.catalogue import TOOL_ANSWERS, UNSURE, FactSpec, Remedy, Value
from cleancut.rules.conditions import Condition, Leaf, leaves
from cleancut.rules.evaluate import evaluate
from cleancut.rules.facts import Facts
from cleancut.rules.pack import Pack, Rule

MOST_CHANGES = 6
MOST_TRIED = 600  # a second or so; past that a decision has no small way out
MOST_SHOWN = 4


@dataclass(frozen=True)
class _Move:
    """One change of fact, in data and in words."""

    fact: str
    value: Value
    say: str


def with_way_out(pack: Pack, facts: Facts, decision: Decision) -> Decision:
    """The decision with its ways out: for every milder outcome within reach, the smallest sets of changes."""
    return replace(decision, way_out=tuple(ways_out(pack, facts, decision)))


def ways_out(pack: Pack, facts: Facts, decision: Decision) -> list[WayOut]:
    """Smallest sets of changes to each milder outcome, mildest last. Empty where nothing a production can do helps."""
    found: list[WayOut] = []
    below = decision.outcome
    while severity(below) > severity("notify"):
        step = _smallest(pack, facts, below)
        if not step:
            break
        found += step[:MOST_SHOWN]
        below = min((way.outcome for way in step), key=severity)
    return found


def _smallest(pack: Pack, facts: Facts, below: Outcome) -> list[WayOut]:
    """The smallest sets of changes after which the outcome is milder than `below`; all of the same size."""
    frontier: list[dict[str, _Move]] = [{}]
    tried: set[frozenset[tuple[str, str]]] = set()
    for _ in range(MOST_CHANGES):
        ways: list[WayOut] = []
        following: list[dict[str, _Move]] = []
        for moves in frontier:
            for extended in _extensions(pack, facts, moves, below):
                key = frozenset((move.fact, move.say) for move in extended.values())
                if key in tried or len(tried) >= MOST_TRIED:
                    continue
                tried.add(key)
                after = evaluate(pack, _applied(facts, extended))
                if severity(after.outcome) < severity(below):
                    ways.append(_way(extended, after))
                else:
                    following.append(extended)
        if ways:
            return sorted(ways, key=lambda way: (severity(way.outcome), len(way.still_needed), way.say))
        frontier = following
    return []


def _way(moves: Mapping[str, _Move], after: Decision) -> WayOut:
    change: dict[str, Any] = {
        move.fact: list(move.value) if isinstance(move.value, tuple) else move.value for move in moves.values()
    }
    covering = COVERING.get(after.outcome, "")
    needed = dict.fromkeys(kind for kind in (*after.evidence, covering) if kind)
    if after.outcome != "notify":
        needed.pop("notice", None)  # an answer or approval shows that the contact was told
    return WayOut(change, tuple(move.say for move in moves.values()), after.outcome, tuple(needed))


def _applied(facts: Facts, moves: Mapping[str, _Move]) -> Facts:
    return facts.with_answers({move.fact: move.value for move in moves.values()})


def _extensions(pack: Pack, facts: Facts, moves: Mapping[str, _Move], below: Outcome) -> Iterator[dict[str, _Move]]:
    """The moves with one more, aimed at the first rule that still stands at `below` or above."""
    now = _applied(facts, moves)
    standing = next(
        (r for r in evaluate(pack, now).rulings if severity(r.outcome) >= severity(below)),
        None,
    )
    if standing is None:
        return
    for move in _moves(pack, now, pack.rule(standing.rule)):
        if move.fact not in moves:
            yield {**moves, move.fact: move}


def _moves(pack: Pack, facts: Facts, rule: Rule) -> Iterator[_Move]:
    """What can be done about the facts that a rule looks at."""
    if any(leaf.fact == "any_unsure" for t in rule.triggers for leaf in leaves(t.when) if isinstance(leaf, Leaf)):
        yield from _answers_to_open_questions(pack, facts)
        return
    for fact in dict.fromkeys(f for t in rule.triggers for part in (t.when, t.unless) for f in _facts_in(pack, part)):
        spec = facts.catalogue.facts[fact]
        if spec.type == "tools":
            yield from _tool_moves(facts, spec)
        else:
            yield from _fact_moves(facts, spec)


def _facts_in(pack: Pack, condition: Condition) -> Iterator[str]:
    """The facts under a condition, through definitions and computed facts."""
    for leaf in leaves(condition):
        if not isinstance(leaf, Leaf):
            continue
        if definition := pack.definition(leaf.fact):
            yield from _facts_in(pack, definition)
        elif spec := pack.catalogue.facts.get(leaf.fact):
            if not spec.computed_from or spec.remedies:
                yield leaf.fact
            yield from spec.computed_from


def _fact_moves(facts: Facts, spec: FactSpec) -> Iterator[_Move]:
    here = facts.value(spec.id)
    if here is None:
        return
    for remedy in spec.remedies:
        if remedy.to and remedy.to != here:
            yield _Move(spec.id, remedy.to, remedy.say)


def _answers_to_open_questions(pack: Pack, facts: Facts) -> Iterator[_Move]:
    """For a question left open: each definite answer, as a question to settle, never as a wish."""
    for question in evaluate(pack, facts).unsure:
        spec = facts.catalogue.facts[question.fact]
        if spec.type == "tools":
            yield from _tool_moves(facts, spec)
            continue
        values = {"ynu": ("no", "yes")}.get(spec.type, spec.values)
        for value in values:
            answer: Value = (value,) if spec.type == "multi" else value
            yield _Move(spec.id, answer, f"settle it, if the answer is {value}: {spec.question}")


def _tool_moves(facts: Facts, spec: FactSpec) -> Iterator[_Move]:
    for remedy in spec.remedies:
        failing = [tool for tool in facts.tools if _would_change(tool, remedy)]
        if failing and remedy.on_tools:
            names = ", ".join(dict.fromkeys(_tool_name(tool) for tool in failing))
            yield _Move("tools", _mended(facts, remedy), remedy.say.replace("{tools}", names))


def _tool_name(tool: Mapping[str, Any]) -> str:
    return str(next((tool[key] for key in ("product", "name", "id") if tool.get(key)), "the tool"))


def _mended(facts: Facts, remedy: Remedy) -> Value:
    mended = ({**tool, **(remedy.on_tools or {})} if _would_change(tool, remedy) else tool for tool in facts.tools)
    return tuple(mended)


def _would_change(tool: Mapping[str, Any], remedy: Remedy) -> bool:
    """Whether the tool fails where the remedy helps; a tool that is good enough is left alone."""
    wanted = remedy.on_tools or {}
    failing = any(tool[key] != wanted[key] for key in TOOL_ANSWERS if key in wanted)
    tier = wanted.get("tier")
    return failing or (tier == "netflix_enterprise" and tool["tier"] != tier) or (bool(tier) and tool["tier"] == UNSURE)
