"""Work on several things side by side."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
GoOn = Callable[[], None]
"""Raises once nobody waits any longer."""


def at_once(work: Callable[[T, GoOn], R], things: Sequence[T], count: int) -> Generator[R]:
    """What `work` makes of each thing, in their order, while up to `count` are worked on. Work that fails ends this at
    once, as closing it does: what has not begun does not, and who is at work is told when it next calls its `GoOn`.
    """
    made: SimpleQueue[tuple[int, R | BaseException]] = SimpleQueue()
    waiting, lock, is_over = iter(enumerate(things)), Lock(), Event()

    def go_on() -> None:
        if is_over.is_set():
            raise KeyboardInterrupt

    def run() -> None:
        while not is_over.is_set():
            with lock:
                number, thing = next(waiting, (-1, None))
            if number < 0:
                return
            try:
                made.put((number, work(thing, go_on)))  # type: ignore[arg-type]
            except BaseException as problem:  # raised where it is waited for
                made.put((number, problem))
                return

    for number in range(min(count, len(things))):  # daemons: a reader that hangs must not keep the process from ending
        Thread(target=run, name=f"at-once-{number}", daemon=True).start()
    done: dict[int, R] = {}
    try:
        for number in range(len(things)):
            while number not in done:
                place, result = made.get()
                if isinstance(result, BaseException):
                    raise result
                done[place] = result
            yield done.pop(number)
    finally:
        is_over.set()
