"""Loops over pixels and features, compiled when they are first run.

Where numpy would need many passes over small arrays, a loop says what it does and takes a fraction of the time
(`docs/adr/0023`). Without fast mathematics, and each in one thread: the same input gives the same bits.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar, TypeVar, cast

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(loop: Loop) -> Loop:
    """The loop as machine code, which is kept beside this package, or in the user's own cache, for the next process.
    Where it cannot be kept, or not read, each process compiles anew. It lets other threads run meanwhile.

    What a loop calls, and the constants it knows, must be of its own module: by the text of that module alone numba
    tells whether what was kept still holds. Whatever else it needs is given to it.
    """
    return cast("Loop", _Compiled(loop))


class _Compiled:
    """Numba takes longer to import than most commands to run, and few of them look at pictures."""

    _keeps: ClassVar[bool] = True

    def __init__(self, loop: Callable[..., Any]) -> None:
        self._loop = loop
        self.__doc__ = loop.__doc__

    def __call__(self, *given: Any) -> Any:
        try:
            return self._made(*given)
        except MemoryError:  # of a loop at work, which may not begin again on what it has changed
            raise
        except Exception:
            # Before any loop: a full disk, or what a power cut left. A loop that is wrong is refused again.
            _Compiled._keeps = False
            return self._made(*given)

    @property
    def _numba_type_(self) -> Any:
        """By this numba knows what one loop calls in another."""
        return self._made._numba_type_

    @property
    def _made(self) -> Any:
        return self._kept if _Compiled._keeps else self._unkept

    @cached_property
    def _kept(self) -> Any:
        from numba import njit

        try:
            return njit(self._loop, cache=True, nogil=True, error_model="numpy")
        except RuntimeError:  # nowhere to keep it
            return self._unkept

    @cached_property
    def _unkept(self) -> Any:
        from numba import njit

        return njit(self._loop, nogil=True, error_model="numpy")
