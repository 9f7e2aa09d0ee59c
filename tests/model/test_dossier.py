"""The dossier's records: what they refuse, with the place; what they keep."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleancut.errors import FieldError
from cleancut.model.dossier import Dossier
from cleancut.model.record import json_schema, plain, read


def data(**changes):
    return {
        "schema": "cleancut/dossier/1",
        "title": {"id": "t", "name": "T"},
        "tools": [{"id": "tool", "product": "P"}],
        "uses": [
            {"id": "a", "name": "A", "answers": {}},
            {"id": "b", "name": "B", "answers": {}, "derived_from": ["a"]},
        ],
        **changes,
    }


def refused(changes):
    with pytest.raises(FieldError) as caught:
        read(Dossier, data(**changes))
    return caught.value


def test_reading_then_writing_keeps_the_record():
    dossier = read(Dossier, data())
    assert read(Dossier, plain(dossier)) == dossier


def test_an_unknown_key_names_the_nearest_known_one():
    error = refused({"titel": {}})
    assert error.path == ("titel",)
    assert error.hint == "did you mean title?"


def test_a_missing_key_says_what_it_means():
    error = refused({"title": {"id": "t"}})
    assert error.path == ("title",)
    assert "needs name" in error.message


@pytest.mark.parametrize(
    ("changes", "path", "says"),
    [
        ({"uses": "a"}, ("uses",), "expected a list"),
        ({"title": "T"}, ("title",), "expected a title"),
        ({"tools": [{"id": "t", "product": "P", "tier": "gold"}]}, ("tools", 0, "tier"), "expected consumer_free"),
        (
            {"tools": [{"id": "t", "product": "P", "trains": "maybe"}]},
            ("tools", 0, "trains"),
            "expected yes, no, unsure",
        ),
        ({"tools": [{"id": "a", "product": "P"}]}, ("uses", 0, "id"), "defined twice"),
        (
            {"uses": [{"id": "a", "name": "A", "answers": {}, "tools": ["x"]}]},
            ("uses", 0, "tools", 0),
            "nothing under tools",
        ),
        (
            {"consents": [{"id": "c", "person": "x", "titles": [], "uses": [], "signed_on": "2026-01-01"}]},
            ("consents", 0, "person"),
            "nothing under people",
        ),
        (
            {"notices": [{"id": "n", "use": "a", "on": "31.1.2026", "to": "x", "facts_digest": "d"}]},
            ("notices", 0, "on"),
            "a date such as",
        ),
        (
            {
                "uses": [
                    {
                        "id": "a",
                        "name": "A",
                        "answers": {},
                        "evidence": [{"kind": "magic", "on": "2026-01-01", "by": "x"}],
                    }
                ]
            },
            ("uses", 0, "evidence", 0, "kind"),
            "no evidence kind",
        ),
    ],
)
def test_each_wrong_thing_is_refused_where_it_stands(changes, path, says):
    error = refused(changes)
    assert error.path == path
    assert says in error.message


@pytest.mark.parametrize("circle", [{"a": ["a"]}, {"a": ["b"], "b": ["a"]}, {"a": ["b"], "b": ["c"], "c": ["a"]}])
def test_lineage_in_a_circle_is_refused(circle):
    uses = [{"id": use, "name": use, "answers": {}, "derived_from": above} for use, above in circle.items()]
    assert "circle" in refused({"uses": uses}).message


def test_lineage_that_meets_again_is_no_circle():
    above = {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]}
    read(Dossier, data(uses=[{"id": u, "name": u, "answers": {}, "derived_from": p} for u, p in above.items()]))


def test_a_long_lineage_is_read_without_deep_recursion():
    uses = [{"id": "0", "name": "n", "answers": {}}]
    uses += [{"id": str(i), "name": "n", "answers": {}, "derived_from": [str(i - 1)]} for i in range(1, 3000)]
    assert len(read(Dossier, data(uses=uses)).uses) == 3000


def test_the_schema_for_editors_accepts_what_is_read():
    import jsonschema

    jsonschema.validate(data(), json_schema(Dossier))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data(titel={}), json_schema(Dossier))


json_like = st.recursive(
    st.none() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(("schema", "title", "uses", "tools", "approvals", "x"), json_like))
)
def test_whatever_is_given_is_read_or_refused(anything):
    with contextlib.suppress(FieldError):  # any other error fails the test
        read(Dossier, anything)
