"""Memory that two processes share without a name: nothing to find in it from outside, nothing left of it after a kill.

The one that reads files writes arrays into it, the main process copies them out. It can grow and never shrinks, so that
no process can pull it away under the other.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SLOTS = 30  # arrays on their way at once: the next are made while one is looked at, however long that takes
_MOST_BYTES = 128 * 1024 * 1024  # of arrays on their way; a larger one goes alone
_LARGEST = 1024 * 1024 * 1024
_ALIGNED = 64
_TYPES: dict[str, np.dtype[Any]] = {"|u1": np.dtype(np.uint8), "<f4": np.dtype(np.float32)}

Place = tuple[int, tuple[int, ...], str]
"""Where an array lies: offset in bytes, shape, type."""


def new_memory() -> int:
    """A file descriptor of empty memory."""
    handle = os.memfd_create("cleancut", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    fcntl.fcntl(handle, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
    return handle


class Reader:
    """The side that copies arrays out. Trusts nothing that it is told about them."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._map: mmap.mmap | None = None

    def copy(self, offset: int, shape: tuple[int, ...], kind: str) -> NDArray[Any]:
        """Raises `ValueError` for an array that is not there."""
        length = 1
        for side in shape:
            length *= side
        if kind not in _TYPES or length > _LARGEST or offset < 0 or any(side < 0 for side in shape) or len(shape) > 3:
            raise ValueError(f"no array: {shape} of {kind!r} at {offset}")
        end = offset + length * _TYPES[kind].itemsize
        if self._map is None or end > len(self._map):
            size = os.fstat(self._handle).st_size
            if end > size:
                raise ValueError(f"an array that ends at {end} of {size} bytes")
            if size == 0:
                return np.zeros(shape, dtype=_TYPES[kind])
            self._map = mmap.mmap(self._handle, size, mmap.MAP_SHARED, mmap.PROT_READ)
        there: NDArray[Any] = np.frombuffer(self._map, _TYPES[kind], length, offset).reshape(shape)
        return there.copy()


class Writer:
    """The side that writes. An array stays until `free` says, in order, that it was copied."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._map: mmap.mmap | None = None
        self._slot_bytes = self._written = self._freed = 0

    @property
    def is_full(self) -> bool:
        """Whether an array of the size of the last would have no place."""
        return self._written - self._freed >= self._slots

    @property
    def is_mostly_full(self) -> bool:
        """Whether it is time to ask what may be freed."""
        return 4 * (self._written - self._freed) >= self._slots

    @property
    def is_empty(self) -> bool:
        return self._written == self._freed

    @property
    def size_bytes(self) -> int:
        return len(self._map) if self._map is not None else 0

    def fits(self, array: NDArray[Any]) -> bool:
        """Whether there is place for it now; where it is larger than those before, all of them must be freed first."""
        return self.is_empty if array.nbytes > self._slot_bytes else not self.is_full

    def put(self, array: NDArray[Any]) -> Place:
        if self._map is None or array.nbytes > self._slot_bytes:
            self._grow(array.nbytes)
        assert self._map is not None
        offset = self._written % self._slots * self._slot_bytes
        there = np.frombuffer(self._map, array.dtype, array.size, offset).reshape(array.shape)
        np.copyto(there, array)
        self._written += 1
        return offset, tuple(array.shape), array.dtype.str

    def free(self, count: int = 1) -> None:
        self._freed += count

    def empty(self) -> None:
        """Nothing of what was written is wanted any more."""
        self._freed = self._written

    @property
    def _slots(self) -> int:
        return max(1, min(_SLOTS, _MOST_BYTES // max(1, self._slot_bytes)))

    def _grow(self, length: int) -> None:
        self._slot_bytes = max(_ALIGNED, -(-length // _ALIGNED) * _ALIGNED)
        self._written = self._freed = 0
        size = self._slots * self._slot_bytes
        if size > os.fstat(self._handle).st_size:
            os.ftruncate(self._handle, size)
        self._map = mmap.mmap(self._handle, os.fstat(self._handle).st_size)
