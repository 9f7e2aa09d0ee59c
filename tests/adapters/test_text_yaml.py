"""YAML read as text: places, refusals, and nothing that explodes."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cleancut.adapters.text_yaml import DEEPEST, YamlDocuments, parse_document, read_document
from cleancut.errors import DossierError, FieldError


def refused(text):
    with pytest.raises(DossierError) as caught:
        parse_document(text, "facts.yaml")
    return caught.value


def test_answers_stay_text():
    data = parse_document("a: yes\nb: no\nc: 23.976\nd: 2026-01-31\ne: 'True'\nf: 0x1F\ng: ~\nh:\n", "f").data
    assert data == {
        "a": "yes",
        "b": "no",
        "c": "23.976",
        "d": "2026-01-31",
        "e": "True",
        "f": "0x1F",
        "g": None,
        "h": None,
    }


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("a:\n\tb: yes\n", "facts.yaml:2:1", "cannot start any token"),
        ("a: yes\nb: no\na: no\n", "facts.yaml:3:1", "twice (first in line 1)"),
        ("a: True\n", "facts.yaml:1:4", "True is not an answer"),
        ("a: Yes\n", "facts.yaml:1:4", "Yes is not an answer"),
        ("a: [y]\n", "facts.yaml:1:5", "y is not an answer"),
        ("a: false\n", "facts.yaml:1:4", "false is not an answer"),
        ("a: yes\nb: \x00\n", "facts.yaml:2:4", "no text"),
        ("a: &x 1\nb: *x\n", "facts.yaml:1:4", "anchors and aliases"),
        ("a: *x\n", "facts.yaml:1:4", "anchors and aliases"),
        ("? [a]\n: b\n", "facts.yaml:1:3", "plain word"),
        ("a: {b: c\n", "facts.yaml:2:1", "expected ',' or '}'"),
        ("a: 'b\n", "facts.yaml:2:1", "unexpected end of stream"),
        ("a: 1\n---\nb: 2\n", "facts.yaml:2:1", "another document"),
        ("[" * (DEEPEST + 1), f"facts.yaml:1:{DEEPEST + 1}", "nested too deep"),
    ],
)
def test_what_is_refused_names_its_place(text, place, says):
    error = refused(text)
    assert error.message.startswith(place + ":"), error.message
    assert says in error.message
    assert error.hint


def test_billion_laughs_are_refused_at_the_first_anchor():
    bomb = "a: &a [x]\n" + "\n".join(f"{b}: &{b} [*{a},*{a},*{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    assert "anchors" in refused(bomb).message


@pytest.mark.parametrize("text", ["a: !!python/object/apply:os.system ['false']\n", "a: !!int 3\n", "a: !x y\n"])
def test_tags_are_refused(text):
    assert "tags such as" in refused(text).message


def test_a_field_error_gets_file_line_column_and_key():
    document = parse_document("uses:\n  - id: a\n    answers:\n      p1: ja\n", "d.yaml")
    error = document.located(FieldError(("uses", 0, "answers", "p1"), "expected yes", "h"))
    assert error.message == "d.yaml:4:7: uses.0.answers.p1: expected yes"
    assert document.located(FieldError(("uses", 0, "name"), "needs name")).message.startswith("d.yaml:2:5:")


@pytest.mark.parametrize("content", [b"\xff\xfea\x00", b"a: \x00\n", b"a: \xed\xa0\x80\n"])
def test_bytes_that_are_no_text_are_refused(tmp_path, content):
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    with pytest.raises(DossierError, match=r"x\.yaml"):
        read_document(path)


def test_a_missing_file_and_a_folder_are_refused_by_name(tmp_path):
    for path in (tmp_path / "no.yaml", tmp_path):
        with pytest.raises(DossierError, match=str(path)):
            read_document(path)


@settings(max_examples=400)
@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@`,? \n\t~yesno\x00é", max_size=40))
@example("? a\n? b\n")
@example("%YAML 9.9\n---\na")
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(DossierError):  # any other error fails the test
        parse_document(text, "f")


def test_an_empty_file_is_no_document(tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "signed.pdf").write_bytes(b"%PDF")
    assert [YamlDocuments().exists(tmp_path / name) for name in ("empty.pdf", "signed.pdf", "none.pdf")] == [
        False,
        True,
        False,
    ]
