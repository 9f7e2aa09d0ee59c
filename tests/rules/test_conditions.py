"""Conditions: Kleene's three values, leaves, and the shapes that are refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from cleancut.errors import PackError
from cleancut.model.answers import ANSWERS, Answer, all_of, any_of, negate
from cleancut.rules.conditions import ALWAYS, NEVER, Leaf, SwitchLeaf, leaves, parse

Y: Answer = "yes"
N: Answer = "no"
U: Answer = "unsure"


@dataclass(frozen=True)
class Held:
    """Answers and switches as plain mappings."""

    values: Mapping[str, str | tuple[str, ...]]
    switches: Mapping[str, str] = field(default_factory=dict)

    def value(self, fact: str) -> str | tuple[str, ...] | None:
        return self.values.get(fact)

    def switch(self, name: str) -> str:
        return self.switches[name]


def answer(tree: Any, **values: str | tuple[str, ...]) -> Answer:
    return parse(tree, "here", {"GOOD": ("a", "b")}).answer(Held(values, {"reading": "strict"}))


AND = {
    (Y, Y): Y, (Y, N): N, (Y, U): U,
    (N, Y): N, (N, N): N, (N, U): N,
    (U, Y): U, (U, N): N, (U, U): U,
}  # fmt: skip
OR = {
    (Y, Y): Y, (Y, N): Y, (Y, U): Y,
    (N, Y): Y, (N, N): N, (N, U): U,
    (U, Y): Y, (U, N): U, (U, U): U,
}  # fmt: skip


@pytest.mark.parametrize(("pair", "expected"), AND.items(), ids=str)
def test_and(pair: tuple[Answer, Answer], expected: Answer) -> None:
    tree = {"all": [{"fact": "one", "is": "yes"}, {"fact": "two", "is": "yes"}]}
    assert all_of(pair) == expected
    assert answer(tree, one=pair[0], two=pair[1]) == expected


@pytest.mark.parametrize(("pair", "expected"), OR.items(), ids=str)
def test_or(pair: tuple[Answer, Answer], expected: Answer) -> None:
    tree = {"any": [{"fact": "one", "is": "yes"}, {"fact": "two", "is": "yes"}]}
    assert any_of(pair) == expected
    assert answer(tree, one=pair[0], two=pair[1]) == expected


@pytest.mark.parametrize(("one", "expected"), [(Y, N), (N, Y), (U, U)])
def test_not(one: Answer, expected: Answer) -> None:
    assert negate(one) == expected
    assert answer({"not": {"fact": "one", "is": "yes"}}, one=one) == expected


@pytest.mark.parametrize("one", ANSWERS)
@pytest.mark.parametrize("two", ANSWERS)
def test_de_morgan(one: Answer, two: Answer) -> None:
    assert negate(all_of((one, two))) == any_of((negate(one), negate(two)))


def test_nothing_at_all() -> None:
    assert (all_of(()), any_of(())) == (Y, N)
    assert ALWAYS.answer(Held({})) == Y
    assert NEVER.answer(Held({})) == N
    assert parse("always", "here") == ALWAYS


@pytest.mark.parametrize(
    ("tree", "value", "expected"),
    [
        ({"fact": "f", "is": "a"}, "a", Y),
        ({"fact": "f", "is": "a"}, "b", N),
        ({"fact": "f", "is": "a"}, "unsure", U),
        ({"fact": "f", "is": "unsure"}, "unsure", Y),
        ({"fact": "f", "in": ["a", "unsure"]}, "unsure", Y),
        ({"fact": "f", "in": ["a", "unsure"]}, "b", N),
        ({"fact": "f", "in": "GOOD"}, "b", Y),
        ({"fact": "f", "in": "GOOD"}, "c", N),
        ({"fact": "f", "includes_any": ["a"]}, ("c", "a"), Y),
        ({"fact": "f", "includes_any": ["a"]}, ("c",), N),
        ({"fact": "f", "includes_any": ["a"]}, (), N),
        ({"fact": "f", "includes_any": ["a"]}, ("c", "unsure"), U),
        ({"fact": "f", "includes_any": ["a"]}, ("a", "unsure"), Y),
        ({"fact": "f", "is": "given"}, "given", Y),
        ({"fact": "f", "is": "given"}, "absent", N),
    ],
)
def test_leaf(tree: Any, value: str | tuple[str, ...], expected: Answer) -> None:
    assert answer(tree, f=value) == expected


def test_a_fact_that_was_not_asked_makes_a_leaf_no() -> None:
    assert answer({"fact": "f", "is": "a"}) == N
    assert answer({"not": {"fact": "f", "is": "a"}}) == Y


def test_switches_are_certain() -> None:
    assert answer({"switch": "reading", "is": "strict"}) == Y
    assert answer({"switch": "reading", "in": ["mild", "other"]}) == N


def test_leaves_come_left_to_right() -> None:
    tree = {"all": [{"fact": "a", "is": "x"}, {"any": [{"not": {"fact": "b", "is": "y"}}, {"switch": "s", "is": "z"}]}]}
    assert list(leaves(parse(tree, "here"))) == [Leaf("a", ("x",)), Leaf("b", ("y",)), SwitchLeaf("s", ("z",))]


@pytest.mark.parametrize(
    "tree",
    [
        None,
        "sometimes",
        [],
        {},
        {"all": []},
        {"any": {"fact": "a", "is": "b"}},
        {"all": [{"fact": "a", "is": "b"}], "any": [{"fact": "a", "is": "b"}]},
        {"fact": "a"},
        {"is": "a"},
        {"fact": "a", "is": ["b"]},
        {"fact": "a", "in": []},
        {"fact": "a", "in": "NO_SUCH_SET"},
        {"fact": "a", "is": "b", "in": ["c"]},
        {"fact": "a", "switch": "s", "is": "b"},
        {"fact": "a", "equals": "b"},
        {"not": None},
    ],
    ids=repr,
)
def test_other_shapes_are_refused_naming_the_place(tree: Any) -> None:
    with pytest.raises(PackError, match="here"):
        parse(tree, "here")
