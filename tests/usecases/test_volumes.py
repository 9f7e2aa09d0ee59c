"""Volumes of a register: made once, grown by one more, and the same findings whatever the cache still has."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from cleancut.model.material import Material
from cleancut.ports import PictureEngine
from cleancut.testing import MemoryCache, Silence
from cleancut.usecases import volumes as room
from cleancut.usecases.prints import Prints, Sought
from cleancut.usecases.volumes import Shelves
from usecases.counting import Counting


class World:
    def __init__(self) -> None:
        self.cache, self.engine = MemoryCache(), Counting()

    def volumes(self, *numbers: int | dict[str, Any]) -> list[list[int]]:
        """What each volume holds, of a register of these; those in a mapping are not in the cache."""
        entries: list[Any] = [f"print-{n}" if isinstance(n, int) else n for n in numbers]
        for n in numbers:
            if isinstance(n, int):
                self.cache.entries[f"print-{n}"] = {"number": np.array(n), "_facts": np.zeros(3)}
        materials = [Material(str(n), str(n), "still", 9, 9, 1) for n in range(len(numbers))]
        sought = Sought(materials, Prints(self.cache, entries))
        made = Shelves(self.cache, cast("PictureEngine", self.engine)).of(sought, Silence())
        there = [int(sought[place][1]["number"]) for _, places in made for place in places.tolist()]
        assert there == [number for arrays, _ in made for number in arrays["numbers"].tolist()]
        assert sorted(place for _, places in made for place in places.tolist()) == list(range(len(numbers)))
        return [arrays["numbers"].tolist() for arrays, _ in made]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(room, "MOST", 8)
    return World()


def test_nothing_is_made_twice(world: World) -> None:
    assert world.volumes(3, 1, 2) == [[3, 1, 2]]
    assert world.volumes(1, 2, 3) == [[3, 1, 2]]
    assert world.engine.read == [3, 1, 2]


def test_one_more_reads_one_more(world: World) -> None:
    world.volumes(*range(7))
    world.engine.read.clear()
    assert world.volumes(*range(8)) == [list(range(7)), [7]]
    assert world.engine.read == [7]


def test_grown_one_by_one_it_stays_in_few_pieces(world: World) -> None:
    for count in range(1, 41):
        assert len(world.volumes(*range(count))) <= count // 8 + 4
    assert len(world.engine.read) < 40 * 4


def test_a_large_register_is_in_several(world: World) -> None:
    assert [len(volume) for volume in world.volumes(*range(20))] == [8, 8, 4]


def test_what_was_removed_is_in_none(world: World) -> None:
    world.volumes(*range(16))
    world.engine.read.clear()
    volumes = world.volumes(*range(1, 16))
    assert sorted(number for volume in volumes for number in volume) == list(range(1, 16))
    assert world.engine.read == list(range(1, 8))


def test_registers_that_share_a_cache_share_what_they_can(world: World) -> None:
    world.volumes(1, 2, 3)
    assert world.volumes(4, 5) == [[4, 5]]
    assert world.volumes(1, 2, 3) == [[1, 2, 3]]
    assert world.engine.read == [1, 2, 3, 4, 5]


def test_what_the_cache_forgot_is_made_again(world: World) -> None:
    world.volumes(1, 2)
    for key in [key for key in world.cache.entries if key.startswith("volume-")]:
        del world.cache.entries[key]
    assert world.volumes(1, 2) == [[1, 2]]
    world.cache.entries = {key: entry for key, entry in world.cache.entries.items() if not key.startswith("volumes-")}
    assert world.volumes(1, 2) == [[1, 2]]


def test_what_the_cache_does_not_keep_is_held(world: World) -> None:
    assert world.volumes(1, {"number": np.array(5)}, 2) == [[1, 2], [5]]
    assert world.volumes(1, 2) == [[1, 2]]


def test_an_empty_register_has_none(world: World) -> None:
    assert world.volumes() == []
