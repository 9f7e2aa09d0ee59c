"""Earlier verdicts from disk: read back, or refused with the file and the key that is wrong."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleancut.adapters.verdicts_json import JsonVerdicts
from cleancut.errors import FieldError, InputError
from cleancut.model.past import past_verdict
from outputs import sample


def test_a_file_and_its_folder_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "verdict.json").write_text(json.dumps(sample.production().record()))
    one, other = JsonVerdicts().read(tmp_path), JsonVerdicts().read(tmp_path / "verdict.json")
    assert one == other
    assert (one.word, one.on, len(one.findings)) == ("hold", "2026-03-31", 9)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[" * 200_000, "is not JSON"),
        (b"[]", "the whole: expected a mapping"),
        (b'{"schema": "cleancut/scan/1"}', "schema: expected cleancut/verdict/1"),
        (b'{"schema": "cleancut/verdict/1", "uses": 3}', "uses: expected a list"),
    ],
)
def test_what_is_no_verdict_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "verdict.json"
    file.write_bytes(content)
    with pytest.raises(InputError) as refused:
        JsonVerdicts().read(file)
    assert refused.value.message.startswith(f"{file}: ")
    assert says in refused.value.message
    assert refused.value.hint


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: no such file"):
        JsonVerdicts().read(tmp_path / "lost.json")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=8,
)
RECORD = json.loads(json.dumps(sample.production().record()))


def places(node: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    keys = node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    return [path, *(place for key in keys for place in places(node[key], (*path, key)))]  # type: ignore[index]


@given(st.sampled_from(places(RECORD)[1:]), values)
def test_any_other_value_anywhere_is_read_or_refused(path: tuple[str | int, ...], value: object) -> None:
    def changed(node: object, rest: tuple[str | int, ...]) -> object:
        if not rest:
            return value
        if isinstance(node, list):
            return [changed(item, rest[1:]) if place == rest[0] else item for place, item in enumerate(node)]
        assert isinstance(node, dict)
        return {key: changed(item, rest[1:]) if key == rest[0] else item for key, item in node.items()}

    with suppress(FieldError):
        past_verdict(changed(RECORD, path))
