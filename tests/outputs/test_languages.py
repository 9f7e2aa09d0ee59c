"""Languages: none lacks a text or has one too many, every place survives, nothing stays English by chance."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from cleancut.adapters.cue_sheet_csv import cue_sheet
from cleancut.adapters.languages import ENGLISH, Language, language, languages, reworded, speaking, worded
from cleancut.adapters.notice_eml import notice
from cleancut.adapters.packs_files import PackFiles
from cleancut.adapters.report_html import report
from cleancut.adapters.words_english import day
from cleancut.faces.terminal import verdict_lines
from cleancut.model.evidence import EVIDENCE
from cleancut.model.verdict import Verdict
from cleancut.rules.verdict import SOUND_LIMIT
from outputs import sample
from outputs.spoken import english_left, quoted, texts

OTHERS = languages()[1:]
EACH = pytest.mark.parametrize("code", OTHERS)
PLACE = re.compile(r"\{\w*\}")


def test_there_is_italian() -> None:
    assert OTHERS == ("it",)


@EACH
def test_a_catalogue_has_every_text_and_no_other(code: str) -> None:
    wanted, had = texts(), set(language(code).texts)
    assert (sorted(wanted - had), sorted(had - wanted)) == ([], [])


@EACH
def test_every_place_survives(code: str) -> None:
    spoken = language(code)
    for english, said in {**spoken.texts, **spoken.sentences}.items():
        assert Counter(PLACE.findall(said)) == Counter(PLACE.findall(english)), english
        assert said.strip()
        assert not set('"<>').intersection(said), said  # they stand in markup and in attributes as they are


@EACH
def test_it_knows_what_the_tables_of_judgement_ask(code: str) -> None:
    """Questions, ways out, answers, who must act and what documents are called: data that judgement passes on."""
    spoken, asked = language(code), set()
    for spec in PackFiles().catalogue.facts.values():
        asked |= {spec.question, spec.answered_by, *(remedy.say for remedy in spec.remedies)}
        asked |= {value.replace("_", " ") for value in spec.values if value not in ("3d", "na", "re_ageing")}
    for kind in EVIDENCE.values():
        asked |= {kind.title, kind.title.lower(), kind.who, kind.ask}
    same = {text for text in asked | {SOUND_LIMIT} if spoken.sentence(text) == text}
    assert same <= {"video", "cast", "clip", "no", "marketing"}


def test_english_is_what_the_code_says() -> None:
    assert worded("{first} to {end}", first=1, end=2) == "1 to 2"
    with speaking(ENGLISH):
        assert reworded("scan again") == "scan again"


def test_a_language_ends_with_its_block() -> None:
    with speaking("it"):
        assert day(date(2026, 11, 20)) == "20 novembre 2026"
    assert day(date(2026, 11, 20)) == "20 November 2026"


def test_a_sentence_is_known_by_its_form() -> None:
    made = Language(
        "xx",
        sentences={
            "scan again": "RISCAN",
            "{material} was not examined: {said}": "{material} NON: {said}",
            "it needs: {listed}": "SERVE: {listed}",
        },
    )
    assert made.sentence("Scan again.") == "RISCAN."
    assert made.sentence("scan again was not examined: scan again") == "scan again NON: RISCAN"
    assert made.sentence("it needs: scan again, a thing") == "SERVE: RISCAN, a thing"
    assert made.sentence("scan again; a thing") == "RISCAN; a thing"
    assert made.sentence("a thing") == "a thing"
    assert made.sentence("{material}") == "{material}"


@pytest.mark.parametrize("make", [sample.production, sample.clear, sample.nothing], ids=lambda make: make.__name__)
def test_no_english_is_left(make: Callable[[], Verdict]) -> None:
    """In the report, the summary, the heads of the cue sheet and the notices; what is quoted stays."""
    verdict = make()
    with speaking("it"):
        page = report(verdict, None, show_prompts=True)
        summary = "\n".join(verdict_lines(verdict, Path("out")))
        heads = cue_sheet(verdict, show_prompts=True).splitlines()[0]
        notices = [notice(verdict, standing, show_prompts=True).text for standing in verdict.standings]
    assert '<html lang="it">' in page
    foreign = quoted(verdict)
    assert english_left(page, foreign) == []
    for text in (*summary.splitlines(), heads):
        assert english_left(text, foreign) == []
    for text in notices:
        assert "NOTIFICA DI UN IMPIEGO DI IA GENERATIVA" in text


def test_the_foot_of_printed_pages_is_in_its_language() -> None:
    with speaking("it"):
        style = report(sample.production(), None, show_prompts=False).partition("</style>")[0]
    assert '"Riservato · Cleancut"' in style
    assert not re.search(r'content: "[^"]*[A-Za-z]{3}', style.replace("Riservato · Cleancut", ""))


def test_a_hostile_production_is_escaped_in_every_language() -> None:
    with speaking("it"):
        page = report(sample.hostile(), None, show_prompts=True)
    assert "<script>alert" not in page
    assert page.count("<script>") == 1
