"""Shot codes, versions, lists and ranges."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleancut.model.shots import ShotError, code_of, latest, shots, version_of

TASKS = frozenset({"comp", "anim"})


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("ABC_010_0040_comp_v012", ["ABC_010_0040@v012"]),
        ("ABC_010_0040_v012", ["ABC_010_0040@v012"]),
        ("ABC_010_0040_bluescreen_v012", ["ABC_010_0040_bluescreen@v012"]),
        ("NF_010_0030@v004", ["NF_010_0030@v004"]),
        ("ABC_010_0010 v3", ["ABC_010_0010@v3"]),
        ("ABC_010_0010_comp", ["ABC_010_0010"]),
        ("a\nb; c , d", ["a", "b", "c", "d"]),
        ("ABC_010_0010-0030", ["ABC_010_0010", "ABC_010_0020", "ABC_010_0030"]),
        ("ABC_010_0010 – ABC_010_0030", ["ABC_010_0010", "ABC_010_0020", "ABC_010_0030"]),
        ("ABC_010_0015 to 0017", ["ABC_010_0015", "ABC_010_0016", "ABC_010_0017"]),
        ("ABC_010_0010, 0020, 0030_v003", ["ABC_010_0010", "ABC_010_0020", "ABC_010_0030@v003"]),
        ("SH010 - SH012", ["SH010", "SH011", "SH012"]),
        ("ABC-010-040", ["ABC-010-040"]),
        ("ABC_010_0040_comp_v012, ABC_010_0040_comp_v013", ["ABC_010_0040@v013"]),
        ("ABC_010_0040_v9, ABC_010_0040_v10", ["ABC_010_0040@v10"]),
        ("", []),
    ],
)
def test_a_cell_of_shots(cell, found):
    assert list(shots(cell, TASKS)) == found


def test_eighty_shots_of_one_range():
    found = shots("ABC_010_0010-0800")
    assert len(found) == 80
    assert found[-1] == "ABC_010_0800"


@pytest.mark.parametrize(
    "cell",
    [
        *("ABC_010_0030-0010", "ABC_010_0010 - XYZ_010_0020", "ABC_010_0010 - ABC_010_020", "ABC_010_0010_v001-v003"),
        *("ABC_010_0010/0020", "ABC_0001 to ABC_9999", "v012", "ABC_010_0010_v1 - ABC_010_0020_v1"),
    ],
)
def test_what_can_be_read_in_several_ways_is_refused(cell):
    with pytest.raises(ShotError):
        shots(cell, TASKS)


@given(st.text(alphabet="ABv_0123456789-–., ;@\nto/comp", max_size=40))
def test_any_cell_is_read_or_refused_and_no_shot_stands_twice(cell):
    with contextlib.suppress(ShotError):
        found = shots(cell, TASKS)
        assert len({code_of(item) for item in found}) == len(found)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-1, 20)), max_size=12))
def test_the_latest_version_of_each_shot_is_kept(pairs):
    written = [code if version < 0 else f"{code}@v{version:03}" for code, version in pairs]
    kept = latest(written)
    for code, version in pairs:
        (one,) = [item for item in kept if code_of(item) == code]
        assert version_of(one) >= version
    assert set(kept) <= set(written)
