"""Progress on stderr: a bar in a terminal, silence elsewhere, plain lines where asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from cleancut.ports import Progress

PLAIN_STEP = 25  # per cent between two plain lines


class Silent:
    """Says nothing."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Nothing."""

    def advance(self, count: int = 1) -> None:
        """Nothing."""


class Plain:
    """A line a stage, and one every quarter of it."""

    def __init__(self) -> None:
        self._name, self._total, self._done, self._said = "", 0, 0, 0

    def stage(self, name: str, total: int | None = None) -> None:
        self._name, self._total, self._done, self._said = name, total or 0, 0, 0
        click.echo(f"{name} …" + (f" {total}" if total else ""), err=True)

    def advance(self, count: int = 1) -> None:
        self._done += count
        if self._total:
            percent = min(100, 100 * self._done // self._total) // PLAIN_STEP * PLAIN_STEP
            if percent > self._said:
                self._said = percent
                click.echo(f"{self._name} {percent} %", err=True)


class Drawn:
    """A bar a stage."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def stage(self, name: str, total: int | None = None) -> None:
        self._finish()
        self._task = self._bars.add_task(name, total=total)

    def advance(self, count: int = 1) -> None:
        if self._task is not None:
            self._bars.advance(self._task, count)

    def _finish(self) -> None:
        if self._task is not None:
            task = self._bars.tasks[-1]
            self._bars.update(self._task, total=task.total or task.completed, completed=task.total or task.completed)


@contextmanager
def shown(wanted: bool | None) -> Iterator[Progress]:
    """Progress as the terminal allows: None decides by itself, True gives plain lines where there is no terminal."""
    console = Console(stderr=True)
    if wanted is False or (wanted is None and not console.is_terminal):
        yield Silent()
    elif not console.is_terminal:
        yield Plain()
    else:
        columns = (
            TextColumn("{task.description:<18}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        with Bars(*columns, console=console) as bars:
            yield Drawn(bars)
