"""Marks: what a file itself, or a sidecar beside it, states of how it was made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from cleancut.model.answers import Answer

MarkState = Literal["none", "unsigned", "valid", "trusted", "invalid", "unreadable"]
Grade = Literal["", "signed", "embedded", "plain_text"]
Trust = Literal["", "trusted", "untrusted", "not_checked"]

MOST_KEPT = 50
"""So many different prompts, models or seeds of one mark are kept."""

NO_MARK = "no mark found"


@dataclass(frozen=True)
class Action:
    """One thing that a signed mark says was done. `source_type` is the bare IPTC term, `by` the software; `to` is empty
    for the file itself, else the title of the ingredient whose own mark says it."""

    name: str
    source_type: str = ""
    by: str = ""
    to: str = ""


@dataclass(frozen=True)
class Ingredient:
    """One thing that a signed mark says went in. `relationship` is parentOf, componentOf or inputTo. `generative` is
    what the ingredient's own mark states, or what this one states of it; `codes` are what does not validate in it."""

    title: str
    relationship: str
    generative: Answer = "no"
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """What a mark tells of a generation, each text once, in its own order."""

    prompts: tuple[str, ...] = ()
    negative_prompts: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ()

    @classmethod
    def together(cls, parts: Iterable[Told]) -> Told:
        """What several tell, each text once; the first of them where there are many."""
        found = list(parts)

        def merged(name: str) -> tuple[str, ...]:
            return tuple(dict.fromkeys(text for part in found for text in getattr(part, name)))[:MOST_KEPT]

        return cls(merged("prompts"), merged("negative_prompts"), merged("models"), merged("seeds"))


@dataclass(frozen=True)
class Mark:
    """One provenance statement, or the lack of any: `none` says "no mark found", never "not AI".

    `grade` is how good it is as evidence: signed (C2PA), embedded (a field made for this, which anybody can write), or
    plain text (what a generator notes of its settings). `state` is of the signature and the bytes it covers: `trusted`
    adds to `valid` that the signer is on a trust list; `unsigned` is what nothing protects; `unreadable` was found and
    could not be read. `trust` says of the signer alone, also of an invalid mark; not_checked where there is no list.

    `generative`: yes, it states that a generative model made or altered the file; unsure, what it states leaves that
    open; no, it states nothing of the kind. `source_types` are IPTC DigitalSourceType terms (bare, such as
    `trainedAlgorithmicMedia`), `generator` all software it names, `tools` that which it says generated. `codes` are
    validation failures, `remote` the address of a manifest kept elsewhere, `where` the place in the file, or the
    sidecar, `file` the file where several share a list. `told` is what it tells of the generation.
    """

    state: MarkState
    reader: str
    source_types: tuple[str, ...] = ()
    generator: str = ""
    signer: str = ""
    note: str = ""
    grade: Grade = ""
    generative: Answer = "no"
    trust: Trust = ""
    where: str = ""
    file: str = ""
    tools: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    ingredients: tuple[Ingredient, ...] = ()
    remote: str = ""
    told: Told = Told()

    @property
    def says_generated(self) -> bool:
        """Whether it states that a generative model made or altered the file. An invalid mark still says so."""
        return self.generative == "yes"

    @property
    def is_open(self) -> bool:
        """Whether nobody can say what it states: it cannot be read, or its words leave it open."""
        return self.state == "unreadable" or self.generative == "unsure"


_SPEAKS = ("yes", "unsure", "no")
_GRADES: tuple[Grade, ...] = ("signed", "embedded", "plain_text", "")
_STATES: tuple[MarkState, ...] = ("unreadable", "invalid", "valid", "trusted", "unsigned", "none")


def most_telling(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """The marks in order of what they say and how good they are as evidence. Where any is found, `none` is dropped."""
    found = list(dict.fromkeys(marks))
    kept = [mark for mark in found if mark.state != "none"] or found[:1]
    return tuple(sorted(kept, key=_telling))


def _telling(mark: Mark) -> tuple[int, int, int]:
    open_ = "unsure" if mark.is_open and not mark.says_generated else mark.generative
    return _SPEAKS.index(open_), _GRADES.index(mark.grade), _STATES.index(mark.state)


def of_one_material(by_file: Iterable[tuple[str, Iterable[Mark]]], total: int) -> tuple[Mark, ...]:
    """The marks of the files of one sequence as those of one material: marks that differ in prompts, models and seeds
    alone are one, and say on how many of the files they are."""
    alike: dict[Mark, list[Mark]] = {}
    for _, marks in by_file:
        for mark in marks:
            bare = replace(mark, told=Told(), file="")
            alike.setdefault(bare, []).append(mark)
    return most_telling(_merged(bare, marks, total) for bare, marks in alike.items())


def _merged(bare: Mark, marks: list[Mark], total: int) -> Mark:
    if bare.state == "none":
        return bare
    partly = f"on {len(marks)} of {total} files" if len(marks) < total else ""
    note = ", ".join(part for part in (bare.note, partly) if part)
    return replace(bare, note=note, told=Told.together(mark.told for mark in marks))
