"""The tables of marks are whole: every term, every form with its reader and its source."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from cleancut.adapters.prompts_a1111 import READERS
from cleancut.adapters.provenance_tables import bare, generators, says_of, source_types
from cleancut.adapters.text_yaml import read_document

TABLES = Path(str(files("cleancut") / "adapters" / "tables"))

# The concepts of http://cv.iptc.org/newscodes/digitalsourcetype/ as of 2024-10-23, retired ones last, and C2PA's two.
TERMS = (
    *("digitalCapture", "computationalCapture", "negativeFilm", "positiveFilm", "print"),
    *(
        "humanEdits",
        "compositeWithTrainedAlgorithmicMedia",
        "algorithmicallyEnhanced",
        "digitalCreation",
        "dataDrivenMedia",
    ),
    *("trainedAlgorithmicMedia", "algorithmicMedia", "screenCapture", "virtualRecording", "composite"),
    *("compositeCapture", "compositeSynthetic", "minorHumanEdits", "softwareImage", "digitalArt"),
    *("empty", "trainedAlgorithmicData"),
)


def test_every_term_is_there() -> None:
    assert {spec.term for spec in source_types().values()} == set(TERMS)
    assert all(spec.generative in ("yes", "no", "unsure") and spec.means for spec in source_types().values())


def test_what_is_retired_names_what_replaced_it() -> None:
    retired = [spec for spec in source_types().values() if spec.retired]
    assert {spec.term for spec in retired} == {"minorHumanEdits", "softwareImage", "digitalArt"}
    assert all(source_types()[spec.instead.lower()].generative == spec.generative for spec in retired)


@pytest.mark.parametrize("term", TERMS)
def test_a_term_is_read_in_every_form(term: str) -> None:
    for form in (term, term.upper(), f"https://cv.iptc.org/newscodes/digitalsourcetype/{term}/", f"digsrctype:{term}"):
        assert bare(form) == term


def test_terms_together_say_the_most_that_any_says() -> None:
    assert says_of(["digitalCapture", "composite"]) == "unsure"
    assert says_of(["composite", "trainedAlgorithmicMedia"]) == "yes"
    assert says_of([]) == "no"


def test_every_form_of_a_generator_is_whole() -> None:
    for entry in read_document(TABLES / "generators.yaml").data["texts"]:
        assert entry["source"].startswith("https://")
        assert entry["seen"] in ("specified", "reported")
        assert entry["generative"] in ("yes", "unsure")
        assert {"keys", "holds", "json", "matches"} & set(entry)
    for rule in generators().texts:
        known = READERS if isinstance(rule.reads, str) else ("prompts", "negative_prompts", "models", "seeds")
        assert not rule.reads or all(
            name in known for name in ([rule.reads] if isinstance(rule.reads, str) else rule.reads)
        )


@pytest.mark.parametrize(
    ("software", "named"),
    [
        ("Adobe_Firefly 3.0", "Adobe_Firefly"),
        ("DALL·E", "DALL·E"),
        ("made by NovelAI, V4", "NovelAI"),
        ("Runway", "Runway"),
        ("Runways of the world", ""),
        ("Adobe Photoshop 26.1", ""),
    ],
)
def test_programs_are_known_by_whole_words(software: str, named: str) -> None:
    found = generators().named_in(software)
    assert (found[0] if found else "") == named
