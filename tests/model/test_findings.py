"""Words for what a scan saw."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cleancut.model.findings import names_apart

PARTS = st.lists(st.sampled_from(["a", "b", "mix.wav"]), min_size=1, max_size=4)


def test_files_are_called_by_their_names_and_by_folders_where_those_are_the_same() -> None:
    assert names_apart(["/d/eng/mix.wav", "/d/fra/mix.wav", "/d/fra/m&e.wav"]) == (
        "eng/mix.wav",
        "fra/mix.wav",
        "m&e.wav",
    )
    assert names_apart(["mix.wav", "/x/mix.wav"]) == ("mix.wav", "x/mix.wav")


@given(st.lists(PARTS, unique_by=tuple, max_size=6))
def test_files_are_told_apart(files: list[list[str]]) -> None:
    names = names_apart(["/" + "/".join(parts) for parts in files])
    assert len(set(names)) == len(files)
