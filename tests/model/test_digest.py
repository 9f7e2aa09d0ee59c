"""Digests: canonical, and never matched by too little."""

from hypothesis import given
from hypothesis import strategies as st

from cleancut.model.digest import digest_of, names_digest

records = st.dictionaries(st.text(), st.text() | st.integers(-(2**50), 2**50) | st.lists(st.text()))


@given(records)
def test_the_order_of_keys_does_not_matter(record):
    assert digest_of(record) == digest_of(dict(reversed(record.items())))


@given(records, records)
def test_other_records_have_other_digests(a, b):
    assert (digest_of(a) == digest_of(b)) == (a == b)


def test_known_answer():
    # RFC 8785: {"a":1,"b":"é"} in UTF-8
    assert (
        digest_of({"b": "é", "a": 1})
        == "sha256:" + __import__("hashlib").sha256('{"a":1,"b":"é"}'.encode()).hexdigest()
    )


def test_a_person_may_write_the_first_twelve_digits_but_not_fewer():
    digest = digest_of({})
    assert names_digest(digest, digest)
    assert names_digest(digest[: 7 + 12].upper().replace("SHA256:", "sha256:"), digest)
    assert not names_digest(digest[: 7 + 11], digest)
    assert not names_digest("", digest)
    assert not names_digest("sha256:", digest)
