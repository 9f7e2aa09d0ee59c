"""The reference engine keeps the contract of its port."""

from __future__ import annotations

import pytest

from cleancut.match.engine import ReferenceEngine
from cleancut.ports import PictureEngine
from cleancut.testing import PictureEngineContract


class TestReferenceEngine(PictureEngineContract):
    @pytest.fixture
    def engine(self) -> PictureEngine:
        return ReferenceEngine()
