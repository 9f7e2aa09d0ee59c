"""Work side by side: in order, and ended by whatever goes wrong."""

from __future__ import annotations

import time
from contextlib import closing
from threading import Event

import pytest

from cleancut.usecases.at_once import GoOn, at_once


def until_told(go_on: GoOn, stopped: Event) -> None:
    """Work for as long as somebody waits, and for twenty seconds at most."""
    try:
        for _ in range(200):
            go_on()
            time.sleep(0.1)
    finally:
        stopped.set()


@pytest.mark.parametrize("count", [1, 2, 7])
def test_results_come_in_the_order_of_things(count: int) -> None:
    def work(number: int, _: GoOn) -> int:
        time.sleep(0.02 * (number % 3 == 0))
        return number * number

    assert list(at_once(work, range(12), count)) == [number * number for number in range(12)]
    assert list(at_once(work, [], count)) == []


def test_so_many_are_worked_on_at_once() -> None:
    first, second = Event(), Event()

    def work(number: int, _: GoOn) -> bool:
        mine, other = (first, second) if number else (second, first)
        mine.set()
        return other.wait(20)

    assert list(at_once(work, range(2), 2)) == [True, True]


def test_what_fails_is_told_before_what_takes_long_and_ends_all() -> None:
    begun, stopped = [], Event()

    def work(number: int, go_on: GoOn) -> None:
        begun.append(number)
        if number == 1:
            raise OSError("full")
        until_told(go_on, stopped)

    with pytest.raises(OSError, match="full"):
        list(at_once(work, range(40), 2))
    assert stopped.wait(2)
    assert sorted(begun) == [0, 1]


def test_whoever_stops_waiting_stops_the_work() -> None:
    begun, stopped = Event(), Event()

    def work(number: int, go_on: GoOn) -> int:
        if not number:
            return number
        begun.set()
        until_told(go_on, stopped)
        return number

    with closing(at_once(work, range(40), 1)) as results:
        assert next(results) == 0
        assert begun.wait(20)
    assert stopped.wait(2)
