"""YAML changed in place: the data is what was wanted, everything else is what it was."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleancut.adapters.text_yaml import parse_document
from cleancut.adapters.text_yaml_edit import edited, written
from cleancut.errors import DossierError

DOSSIER = """\
# the head of the file
title: {id: t, name: "T"}   # a title

tools:                       # what we use
  - id: a
    product: Brush   # the old one
    terms:
      address: https://x

  # a comment between
  - id: b
    product: 'Two'
# a comment at the margin
people: []                   # nobody yet
consents: ~
models:
uses:
- id: u
  shots: [A@v001,  # first
    B]
  prompts:
    - |
      two
      lines
  answers: {p1: yes}

# the end
"""


def change(data: dict[str, Any]) -> str:
    text = edited(DOSSIER, data, "d.yaml")
    assert parse_document(text, "d.yaml").data == data
    return text


def fresh() -> dict[str, Any]:
    return parse_document(DOSSIER, "d.yaml").data


def test_nothing_changed_is_the_same_text():
    assert edited(DOSSIER, fresh(), "d.yaml") == DOSSIER


def test_what_is_not_changed_stays_line_by_line():
    data = fresh()
    data["tools"][0]["product"] = "Brush: the second"
    data["tools"][0]["terms"]["tier"] = "enterprise"
    data["tools"][1]["version"] = "1.10"
    data["tools"].append({"id": "c", "product": "yes and no", "trains": "no", "notes": ["a", "b: c"]})
    data["people"] = [{"id": "p", "name": "José, the #1"}]
    data["consents"] = [{"id": "c1", "titles": ["t"]}]
    data["models"] = ["m"]
    data["uses"][0]["shots"] += ["C@v003"]
    data["uses"][0]["prompts"][0] = "one line"
    data["uses"][0]["prompts"].append("more\nof it")
    data["uses"][0]["answers"]["p2"] = "unsure"
    data["deliverable"] = "True"
    text = change(data)
    kept = [line for line in DOSSIER.splitlines() if line.strip() and line in text.splitlines()]
    lost = [line for line in DOSSIER.splitlines() if line not in text.splitlines()]
    assert [line.strip() for line in lost] == [
        *("product: Brush   # the old one", "people: []                   # nobody yet", "consents: ~"),
        *("B]", "- |", "two", "lines", "answers: {p1: yes}"),
    ]
    assert [line for line in text.splitlines() if line in kept] == kept  # and in their order
    for comment in ("# the old one", "# nobody yet", "# first", "# a comment between", "# the end"):
        assert comment in text
    assert '    product: "Brush: the second"   # the old one\n' in text
    assert 'version: "1.10"\n' in text


def test_windows_line_ends_stay():
    text = DOSSIER.replace("\n", "\r\n")
    data = parse_document(text, "d").data
    data["tools"].append({"id": "c", "product": "P"})
    changed = edited(text, data, "d")
    assert parse_document(changed, "d").data == data
    assert changed.count("\n") == changed.count("\r\n") == text.count("\n") + 2


def test_a_file_without_a_last_line_end_is_added_to():
    assert edited("a:\n  - b", {"a": ["b", "c"]}, "d") == "a:\n  - b\n  - c\n"


@pytest.mark.parametrize("text", ["? a\n: b\n", "{a: b,}", "a: {b: , c: d}"])
def test_layouts_that_are_not_mastered_are_refused_or_right(text):
    wanted = {**parse_document(text, "d").data, "z": ["1"]}
    with contextlib.suppress(DossierError):
        assert parse_document(edited(text, wanted, "d"), "d").data == wanted


words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12) | st.sampled_from(
    [
        "yes",
        "no",
        "True",
        "~",
        "null",
        "1.10",
        "2026-01-01",
        "a: b",
        "- a",
        "#x",
        "[",
        "=1",
        "'",
        '"',
        " a ",
        "",
        "0x1F",
        "1e3",
    ]
)
values = st.recursive(
    words, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=12
)
mappings = st.dictionaries(words, values, min_size=1, max_size=4)


@settings(max_examples=150)
@given(mappings)
def test_new_files_read_back(data):
    assert parse_document(written(data), "d").data == data


@st.composite
def grown(draw, value):
    """The value with things added to it and texts replaced, as an import does."""
    if isinstance(value, dict):
        kept = {key: draw(grown(inner)) for key, inner in value.items()}
        return {**kept, **{k: v for k, v in draw(st.dictionaries(words, values, max_size=2)).items() if k not in kept}}
    if isinstance(value, list):
        return [draw(grown(item)) for item in value] + draw(st.lists(values, max_size=2))
    return draw(st.just(value) | words)


@settings(max_examples=150)
@given(st.data(), mappings)
def test_whatever_is_added_is_there_and_nothing_else_is_lost(data, start):
    text = "# kept\n" + written(start) + "# kept too\n"
    wanted = data.draw(grown(start))
    changed = edited(text, wanted, "d")
    assert parse_document(changed, "d").data == wanted
    assert changed.startswith("# kept\n")
    assert changed.endswith("# kept too\n")
