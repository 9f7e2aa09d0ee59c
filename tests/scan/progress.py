"""A user who presses Ctrl-C at a given moment."""

from __future__ import annotations


class Interrupting:
    """A `Progress` that raises KeyboardInterrupt when a stage has advanced so far."""

    def __init__(self, stage: str, after: int) -> None:
        self._stage, self._after = stage, after
        self._current, self._done = "", 0

    def stage(self, name: str, total: int | None = None) -> None:
        self._current, self._done = name, 0

    def advance(self, count: int = 1) -> None:
        self._done += count
        if self._current == self._stage and self._done >= self._after:
            raise KeyboardInterrupt


class Counting:
    """A `Progress` that counts what each stage advanced."""

    def __init__(self) -> None:
        self.stages: dict[str, int] = {}
        self._current = ""

    def stage(self, name: str, total: int | None = None) -> None:
        self._current = name
        self.stages.setdefault(name, 0)

    def advance(self, count: int = 1) -> None:
        self.stages[self._current] += count
