"""Memory that two processes share: what is read is what was written, and nothing that is not there is read."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cleancut.adapters.apart_memory import Reader, Writer, new_memory

ARRAYS = st.one_of(
    arrays.arrays(np.uint8, arrays.array_shapes(max_dims=2, max_side=40, min_side=0)),
    arrays.arrays(np.float32, arrays.array_shapes(max_dims=2, max_side=40, min_side=0), elements=st.floats(width=32)),
)


@given(st.lists(st.tuples(ARRAYS, st.integers(0, 3)), max_size=40))
def test_arrays_come_as_they_went(sent: list[tuple[np.ndarray, int]]) -> None:
    handle = new_memory()
    writer, reader, waiting = Writer(handle), Reader(handle), []
    for array, copied in sent:
        while not writer.fits(array) or (waiting and copied):
            place, expected = waiting.pop(0)
            assert np.array_equal(reader.copy(*place), expected, equal_nan=expected.dtype.kind == "f")
            writer.free()
            copied = max(0, copied - 1)
        waiting.append((writer.put(array), array))
    for place, expected in waiting:
        assert np.array_equal(reader.copy(*place), expected, equal_nan=expected.dtype.kind == "f")
    os.close(handle)


@pytest.mark.parametrize(
    ("offset", "shape", "kind"),
    [
        (0, (201, 100), "|u1"),
        (1, (200, 100), "|u1"),
        (-1, (1, 1), "|u1"),
        (0, (-1, 100), "|u1"),
        (0, (-10, -10), "|u1"),
        (0, (1 << 40, 1 << 40), "|u1"),
        (0, (50, 101), "<f4"),
        (0, (10,), "|O"),
        (0, (10,), "<f8"),
        (1 << 62, (1,), "|u1"),
        (0, (1, 1, 1, 1), "|u1"),
    ],
)
def test_what_is_not_there_is_not_read(offset: int, shape: tuple[int, ...], kind: str) -> None:
    handle = new_memory()
    Writer(handle).put(np.zeros((25, 25), np.uint8))
    os.ftruncate(handle, 20_000)
    reader = Reader(handle)
    reader.copy(0, (200, 100), "|u1")
    with pytest.raises(ValueError, match="array"):
        reader.copy(offset, shape, kind)
    os.close(handle)


def test_memory_cannot_be_taken_away_under_the_reader() -> None:
    handle = new_memory()
    os.ftruncate(handle, 1 << 20)
    with pytest.raises(PermissionError):
        os.ftruncate(handle, 1)
    os.close(handle)
