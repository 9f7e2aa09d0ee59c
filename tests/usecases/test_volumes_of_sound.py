"""Volumes of a register of sound: what is whole is made once, and every register has its own, however it came to be."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleancut.model.material import Material
from cleancut.ports import SoundEngine
from cleancut.testing import MemoryCache, Silence
from cleancut.usecases import volumes_of_sound as room
from cleancut.usecases.prints import SoughtSounds, SoundPrints, named_sound_prints
from cleancut.usecases.volumes_of_sound import SoundShelves
from usecases.counting import Counting

MINUTE = 60_000


class World:
    """Materials of a minute or more, the third with two fingerprints and the fourth with none."""

    def __init__(self) -> None:
        self.cache, self.engine = MemoryCache(), Counting()

    def volumes(self, numbers: list[int]) -> list[list[int]]:
        entries = []
        for n in numbers:
            prints: list[dict[str, Any]] = [{"number": np.array(10 * n + of)} for of in range({2: 2, 3: 0}.get(n, 1))]
            self.cache.entries[f"print-{n}"] = {**named_sound_prints(prints), "_facts": np.zeros(3)}
            entries.append((f"print-{n}", len(prints)))
        materials = [
            Material(str(n), str(n), "sound", 0, 0, 0, sound_milliseconds=MINUTE * (1 + n % 3)) for n in numbers
        ]
        sought = SoughtSounds(materials, SoundPrints(self.cache, entries))
        made = SoundShelves(self.cache, cast("SoundEngine", self.engine)).of(sought, Silence())
        held = [arrays["numbers"].tolist() for arrays in made]
        assert [n for volume in held for n in volume] == [int(arrays["number"]) for _, arrays in sought]
        return held


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(room, "MEAN", 10 * MINUTE)
    monkeypatch.setattr(room, "MOST", 20 * MINUTE)
    return World()


def test_only_the_last_is_made_again(world: World) -> None:
    first = world.volumes([*range(60)])
    assert len(first) > 4
    assert all(len(volume) <= 20 for volume in first)
    world.engine.read.clear()
    assert world.volumes([*range(60)]) == first
    assert world.engine.read in ([], first[-1])


def test_a_material_more_remakes_what_it_lies_in(world: World) -> None:
    before = world.volumes([n for n in range(60) if n != 20])
    world.engine.read.clear()
    after = world.volumes([*range(60)])
    made_again = [volume for volume in after if volume not in before]
    assert len(made_again) <= 3
    assert 200 in world.engine.read


@given(st.lists(st.integers(0, 99), unique=True, max_size=60), st.lists(st.integers(0, 99), unique=True, max_size=60))
def test_what_was_registered_before_changes_nothing(before: list[int], now: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "MEAN", 10 * MINUTE)
        patch.setattr(room, "MOST", 20 * MINUTE)
        world = World()
        world.volumes(before)
        assert world.volumes(now) == World().volumes(now)
