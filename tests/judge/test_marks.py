"""What marks do to judgement: they contradict declarations, hold or ask for the master, and are never passed over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cleancut.model.dossier import Tool
from cleancut.model.marks import MOST_KEPT, Ingredient, Mark, Told, most_telling, of_one_material
from cleancut.rules.marked import is_named
from judge.cases import FINAL, SAFE_TOOL, case, dossier, finding, judge, marked, material, scan, use

MARK = replace(marked(), tools=("Dream Harbour 3",))
OPEN = Mark("unsigned", "xmp", ("composite",), grade="embedded", generative="unsure")
REMOTE = Mark("unreadable", "c2pa", note="remote manifest named, not fetched: http://a/b", remote="http://a/b")
HARBOUR = {**SAFE_TOOL, "id": "harbour", "product": "DreamHarbour", "version": "3.1"}


def steps_of(declared, materials, marks=()):
    verdict = judge(replace(case(declared, materials, scan([finding("a.png")])), master_marks=tuple(marks)))
    return [step for step in verdict.steps if "mark" in step.why]


# --- tools ------------------------------------------------------------------------------------------------------------


def test_a_tool_that_only_the_mark_names_is_a_contradiction_and_judged():
    verdict = judge(case(dossier([use()]), [material("a.png", MARK)], scan()))
    decision = verdict.standings[0].decisions[0]
    (contradiction,) = decision.contradictions
    assert (contradiction.fact, contradiction.declared, contradiction.shown) == ("tools", "Brush", "Dream Harbour 3")
    assert "a.png (signed)" in contradiction.by
    assert "contradiction" in decision.flags
    assert decision.outcome == "escalate"  # its terms are nobody's: unsure
    assert any(step.what == "correct the answer to tools" for step in verdict.steps)


def test_the_facts_digest_is_that_of_what_was_declared():
    """Else a mark would void approvals that were given before anybody read it."""
    plain, shown = (
        judge(case(dossier([use()]), [material("a.png", mark)], scan())).standings[0].decisions[0].facts_digest
        for mark in (None, MARK)
    )
    assert plain == shown


def test_a_declared_tool_is_no_contradiction():
    declared = dossier([use(tools=["safe", "harbour"])], tools=[SAFE_TOOL, HARBOUR])
    assert not judge(case(declared, [material("a.png", MARK)], scan())).standings[0].decisions[0].contradictions


def test_each_tool_that_a_mark_names_is_looked_for_by_itself():
    both = replace(MARK, tools=("Brush", "Dream Harbour 3"))
    (contradiction,) = (
        judge(case(dossier([use()]), [material("a.png", both)], scan())).standings[0].decisions[0].contradictions
    )
    assert contradiction.shown == "Dream Harbour 3"


def test_a_declared_model_stands_for_the_program_that_runs_it():
    note = Mark(
        *("unsigned", "text"), grade="plain_text", generative="yes", tools=("ComfyUI",), told=Told(models=("tide_v3",))
    )
    declared = dossier([use(tools=["tide"])], tools=[{**SAFE_TOOL, "id": "tide", "product": "Tide v3"}])
    assert not judge(case(declared, [material("a.png", note)], scan())).standings[0].decisions[0].contradictions


def test_a_tool_of_what_it_derives_from_is_no_contradiction():
    uses = [use("plate", material=["p.png"], tools=["harbour"]), use(derived_from=["plate"])]
    declared = dossier(uses, tools=[SAFE_TOOL, HARBOUR])
    verdict = judge(case(declared, [material("a.png", MARK), material("p.png")], scan()))
    assert not any(standing.decisions[0].contradictions for standing in verdict.standings)


def test_no_tool_declared_is_unsure_and_no_contradiction():
    decision = judge(case(dossier([use(tools=[])]), [material("a.png", MARK)], scan())).standings[0].decisions[0]
    assert not decision.contradictions
    assert "tools" in [question.fact for question in decision.unsure]


def test_a_mark_that_states_no_generation_names_no_tool():
    editor = Mark("valid", "c2pa", generator="Cutting Desk 1", grade="signed", tools=("Cutting Desk",))
    decision = judge(case(dossier([use()]), [material("a.png", editor)], scan())).standings[0].decisions[0]
    assert not decision.contradictions


@pytest.mark.parametrize(
    ("product", "vendor", "name", "same"),
    [
        ("Dream Harbour", "", "dream_harbour/3.0", True),
        ("DreamHarbour", "", "Dream Harbour 3", True),
        ("Firefly", "Adobe", "Adobe Firefly", True),
        ("Photoshop", "Adobe", "Adobe Firefly", False),
        ("Sora 2", "OpenAI", "OpenAI-API", True),
        ("ComfyUI with SDXL", "", "ComfyUI", True),
        ("Glasswing", "Glasswing Images", "Dream Harbour", False),
        ("Veo", "Google", "Video Generator", False),
        ("Ash", "", "Dash Renderer", False),
        ("X", "", "X", True),
        ("", "", "Dream Harbour", False),
        ("Studio", "", "Image Studio", False),
        ("Stable Diffusion XL", "", "Stable Diffusion web UI", True),
        ("Stable Diffusion XL", "", "Stable Audio 2", False),
        ("Adobe Firefly", "Adobe", "Adobe Express", False),
    ],
)
def test_names_of_one_tool(product, vendor, name, same):
    assert is_named(Tool("t", product, vendor=vendor), [name]) is same


# --- what a mark leaves open ------------------------------------------------------------------------------------------


def test_what_a_mark_leaves_open_is_unsure_where_nothing_generative_is_declared():
    declared = dossier([use(answers={"is_generative": "no"})])
    decision = judge(case(declared, [material("a.png", OPEN)], scan())).standings[0].decisions[0]
    assert decision.outcome != "out_of_scope"
    assert "material_marked" in [question.fact for question in decision.unsure]


def test_what_a_mark_leaves_open_is_settled_by_a_use_declared_generative():
    decision = judge(case(dossier([use()]), [material("a.png", OPEN)], scan())).standings[0].decisions[0]
    assert "material_marked" not in [question.fact for question in decision.unsure]


def test_any_mark_of_several_may_say_it():
    silent = Mark("valid", "c2pa", ("digitalCapture",), grade="signed")
    told = Mark("unsigned", "text", generator="ComfyUI", grade="plain_text", generative="yes")
    declared = dossier([use(answers={"is_generative": "no"})])
    both = replace(material("a.png"), marks=(silent, told))
    decision = judge(case(declared, [both], scan())).standings[0].decisions[0]
    assert [contradiction.fact for contradiction in decision.contradictions] == ["is_generative"]
    assert "a.png (plain text, not signed)" in decision.contradictions[0].by


def test_a_mark_that_cannot_be_read_says_how_it_can():
    steps = judge(case(dossier([use()]), [material("a.png", REMOTE)], scan())).steps
    (step,) = [step for step in steps if "could not be read" in step.why]
    assert (step.word, step.who, step.use) == ("ask", "post", "a")
    assert ".c2pa" in step.what


# --- the master -------------------------------------------------------------------------------------------------------

ON_MASTER = replace(MARK, file="master.mp4")


def final(**more):
    return use(answers=FINAL, **more)


def test_a_mark_on_the_master_of_a_tool_that_no_final_use_declares_holds():
    (step,) = steps_of(dossier([final()]), None, [ON_MASTER])
    assert (step.word, step.what) == ("hold", "declare the use that the mark means")
    assert "master.mp4 (signed) states generative AI by Dream Harbour 3, which no final use declares" in step.why


def test_a_mark_on_the_master_is_tied_to_the_final_use_of_its_tool():
    assert steps_of(dossier([final(tools=["harbour"])], tools=[HARBOUR]), None, [ON_MASTER]) == []
    temporary = dossier([use(tools=["harbour"])], tools=[HARBOUR])
    assert [step.word for step in steps_of(temporary, None, [ON_MASTER])] == ["hold"]


def test_a_mark_on_the_master_names_the_parts_that_it_says_were_generated():
    part = Ingredient("skyline.jpg", "componentOf", "yes")
    (step,) = steps_of(dossier([use()]), None, [replace(ON_MASTER, ingredients=(part,))])
    assert "states generative AI of skyline.jpg" in step.why


def test_a_mark_on_the_master_that_names_no_tool_asks_until_a_use_is_named_for_it():
    nameless = replace(ON_MASTER, tools=())
    (step,) = steps_of(dossier([final()]), None, [nameless])
    assert (step.word, "marked_uses" in step.what) == ("ask", True)
    assert steps_of(dossier([final()], marked_uses=["a"]), None, [nameless]) == []
    uses = [final(), use("b", material=["b.png"])]
    assert steps_of(dossier(uses, marked_uses=["b"]), None, [nameless])  # a temporary use is not in the master


def test_a_mark_on_the_master_that_cannot_be_read_is_asked_for():
    (step,) = steps_of(dossier([final()]), None, [replace(REMOTE, file="master.mp4")])
    assert step.word == "ask"
    assert ".c2pa" in step.what
    assert "http://a/b" in step.why


def test_a_mark_on_the_master_that_leaves_it_open_is_asked_about_where_no_use_is_final():
    assert steps_of(dossier([final()]), None, [OPEN]) == []
    assert [step.word for step in steps_of(dossier([use()]), None, [OPEN])] == ["ask"]


def test_marks_are_in_the_record():
    verdict = judge(replace(case(dossier([final()]), [material("a.png", MARK)], scan()), master_marks=(ON_MASTER,)))
    record = verdict.record()
    assert [mark["file"] for mark in record["master_marks"]] == ["master.mp4"]
    assert record["materials"][0]["mark"] == record["materials"][0]["marks"][0]
    assert record["materials"][0]["mark"]["tools"] == ["Dream Harbour 3"]


# --- several marks ----------------------------------------------------------------------------------------------------

NONE = Mark("none", "c2pa", note="no mark found")


def test_the_most_telling_mark_comes_first_and_none_is_said_only_alone():
    camera = Mark("trusted", "c2pa", ("digitalCapture",), grade="signed")
    note = Mark("unsigned", "text", grade="plain_text", generative="yes")
    assert most_telling([NONE, camera, REMOTE, note, MARK]) == (MARK, note, REMOTE, camera)
    assert most_telling([NONE, NONE]) == (NONE,)


def test_marks_of_a_sequence_are_one_and_say_how_many_files_have_it():
    note = Mark("unsigned", "text", generator="ComfyUI", grade="plain_text", generative="yes")
    frames = [(f"{i}.png", (replace(note, told=Told(("fog",), seeds=(str(i),))),)) for i in range(90)]
    (mark,) = of_one_material([*frames, ("90.png", (NONE,))], 91)
    assert (mark.told.prompts, len(mark.told.seeds)) == (("fog",), MOST_KEPT)
    assert mark.note == "on 90 of 91 files"
