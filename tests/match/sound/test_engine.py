"""The sound engine keeps the contract of its port."""

from __future__ import annotations

import numpy as np
import pytest

from cleancut.match.sound.engine import LandmarkEngine
from cleancut.ports import SoundEngine
from cleancut.testing import SoundEngineContract, music
from cleancut.testing.sounds import found_sound


class TestLandmarkEngine(SoundEngineContract):
    @pytest.fixture
    def engine(self) -> SoundEngine:
        return LandmarkEngine()

    def test_music_is_heard_beside_a_voice_in_the_middle(self, engine: SoundEngine) -> None:
        wide = np.concatenate([music(1, 20, engine.rate), music(7, 20, engine.rate)])
        voice = 30 * music(8, 20, engine.rate)
        found = found_sound(engine, [wide + voice], {"wide": wide})
        assert any(f.kind == "match" and len(f.span) > 400 for f in found)
        alone = found_sound(engine, [wide.mean(axis=0, keepdims=True) + voice], {"wide": wide})
        assert not any(f.kind == "match" for f in alone)  # else the test shows nothing

    def test_a_short_sound_late_in_a_stretch_is_found(self, engine: SoundEngine) -> None:
        """What is before it in the master must not be taken for the material before it in the register."""
        pieces = {name: music(seed, 4, engine.rate) for name, seed in (("before", 1), ("it", 2), ("after", 3))}
        rest = music(9, 40, engine.rate)
        for at in (15.2, 16.1, 17.0):
            film = rest.copy()
            first = int(at * engine.rate)
            film[:, first : first + 2 * engine.rate] = pieces["it"][:, : 2 * engine.rate]
            found = [f for f in found_sound(engine, [film], pieces) if f.kind == "match"]
            assert [f.material for f in found] == ["it"]
            assert abs(found[0].span.first - at * 24) <= 3

    @pytest.mark.parametrize("is_in", [True, False])
    def test_a_fade_is_found_from_where_it_is_silent(self, engine: SoundEngine, is_in: bool) -> None:
        piece, rest = music(1, 20, engine.rate), 0.2 * music(9, 24, engine.rate)
        fade = np.minimum(1, np.arange(12 * engine.rate) / (5 * engine.rate)).astype(np.float32)
        film = rest.copy()
        film[:, 6 * engine.rate : 18 * engine.rate] += (
            piece[:, 4 * engine.rate : 16 * engine.rate] * fade[:: 1 if is_in else -1]
        )
        (found,) = found_sound(engine, [film], {"piece": piece})
        assert abs(found.span.first - 144) <= 6
        assert abs(found.span.end - 432) <= 6
