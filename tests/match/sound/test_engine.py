"""The sound engine keeps the contract of its port."""

from __future__ import annotations

import pytest

from cleancut.match.sound.engine import LandmarkEngine
from cleancut.ports import SoundEngine
from cleancut.testing import SoundEngineContract


class TestLandmarkEngine(SoundEngineContract):
    @pytest.fixture
    def engine(self) -> SoundEngine:
        return LandmarkEngine()
