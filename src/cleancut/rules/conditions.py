"""Conditions: trees of `all`, `any`, `not` over leaves that look at one fact, answered yes, no or unsure.

A leaf is `{fact: ID, is: VALUE}`, `{fact: ID, in: [VALUES]}`, `{fact: ID, includes_any: [VALUES]}`, or looks at a
switch of the pack: `{switch: NAME, is: VALUE}`. References and texts are `given` or `absent`. An unsure answer makes
a leaf unsure, unless the leaf asks for `unsure` by name. A fact that was not asked makes a leaf `no`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from cleancut.errors import PackError
from cleancut.model.answers import Answer, all_of, answer_of, any_of, negate


class Answers(Protocol):
    """What conditions look at: the value of a fact, or None where it was neither asked nor given."""

    def value(self, fact: str) -> str | tuple[str, ...] | None: ...

    def switch(self, name: str) -> str: ...


@dataclass(frozen=True)
class Leaf:
    fact: str
    values: tuple[str, ...]

    def answer(self, answers: Answers) -> Answer:
        value = answers.value(self.fact)
        if value is None:
            return "no"
        held = {value} if isinstance(value, str) else set(value)
        if held.intersection(self.values):
            return "yes"
        return "unsure" if "unsure" in held else "no"


@dataclass(frozen=True)
class SwitchLeaf:
    name: str
    values: tuple[str, ...]

    def answer(self, answers: Answers) -> Answer:
        return answer_of(answers.switch(self.name) in self.values)


@dataclass(frozen=True)
class Not:
    part: Condition

    def answer(self, answers: Answers) -> Answer:
        return negate(self.part.answer(answers))


@dataclass(frozen=True)
class All:
    parts: tuple[Condition, ...]

    def answer(self, answers: Answers) -> Answer:
        return all_of(part.answer(answers) for part in self.parts)


@dataclass(frozen=True)
class Any_:
    parts: tuple[Condition, ...]

    def answer(self, answers: Answers) -> Answer:
        return any_of(part.answer(answers) for part in self.parts)


Condition = Leaf | SwitchLeaf | Not | All | Any_

ALWAYS = All(())
NEVER = Any_(())


def leaves(condition: Condition) -> Iterator[Leaf | SwitchLeaf]:
    """Every leaf, left to right."""
    if isinstance(condition, Leaf | SwitchLeaf):
        yield condition
    elif isinstance(condition, Not):
        yield from leaves(condition.part)
    else:
        for part in condition.parts:
            yield from leaves(part)


def parse(tree: Any, where: str, sets: Mapping[str, tuple[str, ...]] | None = None) -> Condition:
    """Read a condition from plain data. `sets` are lists a leaf may name. Refuses any shape but those above."""
    if tree == "always":
        return ALWAYS
    if not isinstance(tree, Mapping) or not tree:
        raise PackError(f"{where}: a condition is a mapping with all, any, not, fact or switch; found {tree!r}")
    for word, build in (("all", All), ("any", Any_)):
        if set(tree) == {word}:
            parts = tree[word]
            if not isinstance(parts, list) or not parts:
                raise PackError(f"{where}: {word} needs a list of conditions")
            return build(tuple(parse(part, f"{where}.{word}[{i}]", sets) for i, part in enumerate(parts)))
    if set(tree) == {"not"}:
        return Not(parse(tree["not"], f"{where}.not", sets))
    return _parse_leaf(tree, where, sets or {})


def _parse_leaf(tree: Mapping[str, Any], where: str, sets: Mapping[str, tuple[str, ...]]) -> Leaf | SwitchLeaf:
    subjects, operators = {"fact", "switch"} & set(tree), {"is", "in", "includes_any"} & set(tree)
    if len(tree) != 2 or len(subjects) != 1 or len(operators) != 1:
        raise PackError(
            f"{where}: a leaf names a fact or a switch and one of is, in, includes_any; found {sorted(tree)}"
        )
    operator, subject = operators.pop(), subjects.pop()
    written = tree[operator]
    if operator == "is":
        values: Any = [written]
    else:
        values = sets.get(written) if isinstance(written, str) else written
    if not values or not all(isinstance(value, str) for value in values):
        wanted = "a value" if operator == "is" else "a list, or the name of a set of the pack"
        raise PackError(f"{where}: {operator} needs {wanted}; found {written!r}")
    return Leaf(tree["fact"], tuple(values)) if subject == "fact" else SwitchLeaf(tree["switch"], tuple(values))
