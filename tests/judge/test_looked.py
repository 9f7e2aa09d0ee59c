"""What a scan cannot look for, or not surely, a person may look for; only in this deliverable, and on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from cleancut.model.findings import Medium, Scan, SoundFile, UnexaminedMaterial
from judge.cases import case, dossier, judge, material, scan, use

MASTER, STEM = "sha256:" + "ab" * 32, "sha256:" + "cd" * 32
NOTICE = {"id": "N", "use": "a", "on": "2026-11-02", "to": "Contact"}


def look(*delivered: str, of: str = "a.png", **more: object) -> dict[str, object]:
    return {
        "id": "L",
        "material": [of],
        "delivered": list(delivered),
        "by": "Anna Rossi",
        "on": "2026-11-19",
        **more,
    }


def unread(names: Sequence[str], medium: Medium | None = "picture") -> Scan:
    made = scan()
    missing = tuple(UnexaminedMaterial(name, "does not decode", medium=medium) for name in names)
    coverage = replace(made.coverage, material_missing=missing)
    return replace(made, coverage=coverage, master=replace(made.master, digest=MASTER))


def scanned(*, sound: bool = False, medium: Medium | None = "picture") -> Scan:
    made = unread(["a.png"], medium)
    stems = (SoundFile("music.wav", STEM),) if sound else ()
    return replace(made, master=replace(made.master, sound=stems))


def steps(of: Scan, *looks: dict[str, object], is_registered: bool = True, missing: tuple[str, ...] = ()) -> list[str]:
    """Why the verdict is incomplete."""
    declared = dossier([use()], looked=list(looks))
    materials = (material("a.png"),) if is_registered else ()
    return [s.why for s in judge(case(declared, materials, of, missing)).steps if s.word == "incomplete"]


@pytest.mark.parametrize("is_registered", [True, False])
def test_what_a_person_looked_for_is_examined(is_registered: bool) -> None:
    assert steps(scanned(), is_registered=is_registered)
    assert not steps(scanned(), look(MASTER[:19]), is_registered=is_registered)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        (look("sha256:" + "ef" * 32), ()),  # another master
        (look(MASTER[:18]), ()),  # too few digits to say which
        (look(), ()),
        (look(MASTER, of="b.png"), ()),
        (look(MASTER, document="note.pdf"), ("note.pdf",)),
    ],
)
def test_what_does_not_say_so_counts_for_nothing(given: dict[str, object], missing: tuple[str, ...]) -> None:
    assert steps(scanned(), given, missing=missing) == steps(scanned())


def test_all_that_was_delivered_must_have_been_looked_through() -> None:
    assert steps(scanned(sound=True), look(MASTER))
    assert not steps(scanned(sound=True), look(MASTER, STEM))


def test_a_part_of_the_master_that_was_not_examined_is_no_less_so() -> None:
    of = scanned()
    damaged = replace(of, coverage=replace(of.coverage, picture=(), picture_missing=scan().coverage.picture_missing))
    assert steps(damaged, look(MASTER))


@pytest.mark.parametrize("is_registered", [True, False])
def test_the_facts_and_the_limits_say_who_looked(is_registered: bool) -> None:
    declared = dossier([use()], looked=[look(MASTER)])
    materials = (material("a.png"),) if is_registered else ()
    verdict = judge(case(declared, materials, scanned()))
    (standing,) = verdict.standings
    found = next(line for line in standing.answers if line.fact == "found_in_deliverable")
    assert found.answer == ("no",)
    assert "Looked for by a person, and not seen: a.png (Anna Rossi, 2026-11-19)." in verdict.limits


def test_what_was_not_examined_has_one_step_for_each_use_that_names_it() -> None:
    declared = dossier([use("a"), use("b")])
    told = [s for s in judge(case(declared, (material("a.png"),), scanned())).steps if s.word == "incomplete"]
    assert [s.use for s in told] == ["a", "b"]
    assert {s.why for s in told} == {"a.png was not examined: does not decode"}


def found(declared: dict[str, object], names: list[str], *looks: dict[str, object]) -> tuple[str, ...]:
    """Whether any of some files that could not be read is in the master, as the facts of the use have it."""
    (standing,) = judge(case(dossier([declared], looked=list(looks)), (), unread(names))).standings
    return next(line.answer for line in standing.answers if line.fact == "found_in_deliverable")


def test_what_was_looked_for_says_nothing_of_what_lies_beside_it() -> None:
    both = use(material=["skies/*"])
    assert found(both, ["skies/a.png", "skies/b.png"], look(MASTER, of="skies/a.png")) == ("unsure",)
    assert found(both, ["skies/a.png", "skies/b.png"], look(MASTER, of="skies/*")) == ("no",)


@pytest.mark.parametrize(("medium", "enough"), [("sound", ["sound"]), (None, ["picture", "sound"])])
def test_a_look_holds_for_what_it_went_through(medium: Medium | None, enough: list[str]) -> None:
    assert steps(scanned(medium=medium), look(MASTER))
    assert not steps(scanned(medium=medium), look(MASTER, media=enough))


def test_who_looked_has_not_listened() -> None:
    declared = use(answers={"medium": ["music"]})
    assert found(declared, ["a.png"], look(MASTER)) == ("unsure",)
