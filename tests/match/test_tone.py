"""HDR signals as an SDR screen shows them: known levels, and nothing that jumps."""

from __future__ import annotations

import numpy as np
import pytest

from cleancut.match.tone import Transfer, light, shown


@pytest.mark.parametrize(("signal", "nits"), [(0.0, 0.0), (0.5081, 100.0), (0.5807, 203.0), (0.7518, 1000.0)])
def test_pq_levels_of_the_standard(signal: float, nits: float) -> None:
    assert float(light(np.array([signal]), "pq")[0]) * 203 == pytest.approx(nits, rel=0.01, abs=0.01)


@pytest.mark.parametrize(("signal", "nits"), [(0.0, 0.0), (0.75, 203.0), (1.0, 1000.0)])
def test_hlg_levels_of_the_standard(signal: float, nits: float) -> None:
    assert float(light(np.array([signal]), "hlg")[0]) * 203 == pytest.approx(nits, rel=0.01, abs=0.01)


@pytest.mark.parametrize("transfer", ["pq", "hlg"])
def test_more_light_is_never_darker_and_nothing_jumps(transfer: Transfer) -> None:
    curve = shown(np.linspace(-0.1, 1.1, 4096), transfer)
    steps = np.diff(curve)
    assert steps.min() >= 0
    assert steps.max() < 0.02
    assert curve[0] == 0
    assert curve[-1] == pytest.approx(1)
