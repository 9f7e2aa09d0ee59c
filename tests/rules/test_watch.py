"""Prompts against a watch-list: names are found however they are spelt; a hit asks, and decides nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleancut.adapters.packs_files import PackFiles
from cleancut.errors import FieldError
from cleancut.model.decisions import severity
from cleancut.model.dossier import Watched
from cleancut.model.marks import Mark, Told
from cleancut.rules.watch import WatchList, watched_of
from judge import cases

SHIPPED = watched_of(PackFiles().table("watch_list"))
LIST = WatchList(SHIPPED)


def names(*prompts: str) -> list[str]:
    return [hit.name for hit in LIST.hits(prompts)]


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("SPIDER MAN on a roof", "Spider-Man"),
        ("spidermans", "Spider-Man"),
        ("a village, Miyazakiesque", "Hayao Miyazaki"),
        ("ghibli-style fields", "Hayao Miyazaki"),
        ("宮崎駿風の村", "Hayao Miyazaki"),
        ("Timothee Chalamet, close", "Timothée Chalamet"),
        ("clocks as Salvador Dali's", "Salvador Dalí"),
        ("Darth Vadar", "Darth Vader"),
        ("Dart Hvader", "Darth Vader"),
        ("mic\u200bkey mouse", "Mickey Mouse"),
        ("harry_potter_v2", "Harry Potter"),
        ("a house nello stile di nessuno", "in the style of"),
    ],
)
def test_a_name_is_found_however_it_is_spelt(prompt, name):
    assert names(prompt) == [name]


@pytest.mark.parametrize(
    "prompt",
    [
        *("", "…", "a harbour at night, fog, lamps", "a batsman with a pickaxe", "the ghost of a trumpet player"),
        *(
            "old sea chart of an invented gulf, soundings, compass rose",
            "regatta poster, lighthouse, four sailing boats",
        ),
        *("storm front over open sea, small ferry, lightning, wide", "the king and his kong", "drakes on a pond"),
    ],
)
def test_an_ordinary_prompt_names_nothing(prompt):
    assert names(prompt) == []


def test_a_hit_says_its_prompt_and_its_words():
    (hit,) = LIST.hits(["nothing", "by Hayao Miyasaki and Miyazaki"])
    assert str(hit) == "prompt 2 says “Hayao Miyasaki” (Hayao Miyazaki), an artist"


def test_a_name_without_a_letter_is_refused():
    with pytest.raises(FieldError):
        Watched("…", "title")


filler = st.text(st.characters(codec="utf-8"), max_size=20)
entries = st.sampled_from([entry for entry in SHIPPED if entry.name.isascii()])


@settings(max_examples=150)
@given(entries, filler, filler, st.sampled_from([str.upper, str.lower, str.title, lambda name: name.replace(" ", "-")]))
def test_a_name_is_found_whatever_stands_around_it(entry, before, after, spelt):
    assert entry.name in names(f"{before}, {spelt(entry.name)}. {after}")


@settings(max_examples=150)
@given(st.sampled_from([e for e in SHIPPED if e.name.replace(" ", "").isascii() and len(e.name) > 8]), st.data())
def test_a_slip_in_a_long_name_is_forgiven(entry, data):
    place = data.draw(st.integers(1, len(entry.name) - 1).filter(lambda i: entry.name[i].isalpha()))
    slip = data.draw(st.sampled_from(["", "q", entry.name[place] * 2]))
    assert entry.name in names(entry.name[:place] + slip + entry.name[place + 1 :])


@settings(max_examples=100)
@given(st.lists(filler, max_size=3), st.lists(filler, max_size=3))
def test_more_prompts_never_name_less(some, more):
    assert set(names(*some)) <= set(names(*some, *more))


# --- what a hit does --------------------------------------------------------------------------------------------------


def judged(prompts, answer, **more):
    answers = {} if answer is None else {"prompts_reference_protected": answer}
    use = cases.use(prompts=prompts, answers=answers)
    if answer is None:
        del use["answers"]["prompts_reference_protected"]
    case = replace(cases.case(cases.dossier([use], **more)), watched=SHIPPED)
    return next(iter(cases.judge(case).standings)).decisions[0]


FACT = "prompts_reference_protected"


def test_a_declared_no_loses_and_the_words_are_shown():
    decision = judged(["a house by Miyazaki"], "no")
    (contradiction,) = [c for c in decision.contradictions if c.fact == FACT]
    assert (contradiction.declared, contradiction.shown) == ("no", "unsure")
    assert "“Miyazaki”" in contradiction.by
    assert decision.outcome == "escalate"  # a question, no more
    assert "“Miyazaki”" in next(question.question for question in decision.unsure if question.fact == FACT)


@pytest.mark.parametrize("answer", [None, "unsure"])
def test_where_nobody_was_sure_the_words_stand_beside_the_question(answer):
    decision = judged(["a house by Miyazaki"], answer)
    assert FACT not in [c.fact for c in decision.contradictions]
    assert "“Miyazaki”" in next(question.question for question in decision.unsure if question.fact == FACT)


def test_a_declared_yes_stays():
    with_hit, without = judged(["a house by Miyazaki"], "yes"), judged(["a house"], "yes")
    assert replace(with_hit, facts_digest="") == replace(without, facts_digest="")
    assert with_hit.outcome == "approval_required"


def test_a_hit_does_not_void_what_was_approved():
    assert judged(["a house by Miyazaki"], "no").facts_digest == judged(["a house"], "no").facts_digest


def test_the_productions_own_names_and_people_are_watched():
    own = {
        "watch_list": [{"name": "The Lamplighters", "kind": "title"}],
        "people": [{"id": "h", "name": "Hester Quill"}],
    }
    by = [c.by for c in judged(["the Lamp-Lighters", "hester quill, young"], "no", **own).contradictions]
    assert by == [
        "prompt 1 says “the Lamp-Lighters” (The Lamplighters), a title; prompt 2 says “hester quill”, a performer"
    ]


def test_a_use_that_derives_from_another_is_asked_too():
    uses = [cases.use("a", prompts=["by Miyazaki"]), cases.use("b", material=["b.png"], derived_from=["a"])]
    case = replace(cases.case(cases.dossier(uses)), watched=SHIPPED)
    second = cases.judge(case).standings[1].decisions[0]
    assert "of a, which it derives from" in next(q.question for q in second.unsure if q.fact == FACT)


@settings(max_examples=40)
@given(
    st.sampled_from(["yes", "no", "unsure", None]),
    st.lists(st.sampled_from(["Banksy", "fog", "Yoda's hut"]), max_size=2),
)
def test_a_prompt_never_makes_a_decision_milder(answer, prompts):
    assert severity(judged(prompts, answer).outcome) >= severity(judged([], answer).outcome)


def test_a_prompt_that_a_mark_tells_of_is_screened_too():
    mark = Mark("unsigned", "test", told=Told(prompts=("a hut, Ghibli",)))
    use = cases.use(prompts=["a hut"], answers={FACT: "no"})
    case = cases.case(cases.dossier([use]), materials=[cases.material("a.png", mark)])
    (contradiction,) = next(iter(cases.judge(replace(case, watched=SHIPPED)).standings)).decisions[0].contradictions
    assert contradiction.by == "prompt 1 in the mark of a.png says “Ghibli” (Hayao Miyazaki), an artist"
