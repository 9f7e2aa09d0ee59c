"""Small pictures in the picture, of real footage: made textures have too little detail that survives it."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from cleancut.adapters.frames_pyav import PyAVClips
from cleancut.match.engine import ReferenceEngine
from cleancut.match.picture import Luma
from cleancut.model.material import Material
from cleancut.testing import RATE, Silence, framed

MASTER = Path(__file__).parents[2] / "examples" / "nightferry" / "master.mp4"
BUNNY, HOST = 240, 1218  # where shots begin in it


def shot(first: int, count: int) -> list[Luma]:
    with PyAVClips().open(MASTER) as reading:
        return [frame.luma.copy() for frame in islice(reading, first, first + count)]


@pytest.mark.parametrize("share", [0.15, 0.2])
def test_a_small_inset_is_found_at_its_frames(share: float) -> None:
    engine, material, film = ReferenceEngine(), shot(BUNNY, 60), shot(HOST, 84)
    size = round(1280 * share), round(720 * share)
    for frame in range(20, 68):
        inset = cv2.resize(material[frame - 12], size, None, 0, 0, cv2.INTER_AREA)
        film[frame][80 : 80 + size[1], 900 : 900 + size[0]] = np.asarray(inset, np.uint8)
    register = [(Material("clip", "0" * 64, "clip", 60, 1280, 720), engine.fingerprint(framed(material), "clip"))]
    (seen,) = engine.find([engine.sketch(list(enumerate(framed(film))), 0, RATE)], RATE, register, Silence())
    assert (seen.kind, seen.span.first, seen.span.end) == ("match", 20, 68)
    assert seen.transform.scale == pytest.approx(share, rel=0.05)
