"""The engine that other tests measure by keeps the contract itself."""

import pytest

from cleancut.ports import SoundEngine
from cleancut.testing import SoundEngineContract
from sound.exact import ExactEngine


class TestExactEngine(SoundEngineContract):
    @pytest.fixture
    def engine(self) -> SoundEngine:
        return ExactEngine()
