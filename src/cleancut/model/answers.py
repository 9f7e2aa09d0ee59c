"""The three answers, and what judgement does with them.

Kleene's strong three-valued logic: `unsure` is a value of its own and never silently becomes `no`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Answer = Literal["yes", "no", "unsure"]
ANSWERS: tuple[Answer, ...] = ("yes", "no", "unsure")

_RANK: dict[Answer, int] = {"no": 0, "unsure": 1, "yes": 2}
_BY_RANK: tuple[Answer, ...] = ("no", "unsure", "yes")


def any_of(answers: Iterable[Answer]) -> Answer:
    """Kleene "or": yes if one is, no if all are, else unsure. No answers: no."""
    return _BY_RANK[max((_RANK[a] for a in answers), default=0)]


def all_of(answers: Iterable[Answer]) -> Answer:
    """Kleene "and": no if one is, yes if all are, else unsure. No answers: yes."""
    return _BY_RANK[min((_RANK[a] for a in answers), default=2)]


def negate(answer: Answer) -> Answer:
    """yes for no, no for yes, unsure for unsure."""
    return _BY_RANK[2 - _RANK[answer]]


def answer_of(truth: bool) -> Answer:
    return "yes" if truth else "no"
