"""Place: refined on what lies open, whatever lies over the rest."""

from __future__ import annotations

import numpy as np
import pytest

from cleancut.match.film import Film, Target
from cleancut.match.pose import Pose, mask_at, refined
from cleancut.testing import texture

WIDTH, HEIGHT = 160, 90
MOVED = 3  # pixels


def covered_film(over: int) -> Film:
    """One frame: a picture moved to the right, under another in its left part."""
    picture = np.roll(texture(7, WIDTH, HEIGHT), MOVED, axis=1)
    picture[:, :over] = 255 - texture(8, WIDTH, HEIGHT)[:, :over]
    return Film([{"thumbs": picture[None], "first": np.array(0)}], 24)


@pytest.mark.parametrize("over", [60, 90, 110])
def test_a_place_is_refined_on_what_lies_open(over: int) -> None:
    film = covered_film(over)
    target = Target(texture(7, WIDTH, HEIGHT)[None], np.zeros(1), HEIGHT / WIDTH, is_still=True)
    affine = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    whole = mask_at(film, 0, affine, target.aspect)
    assert whole is not None
    seen = whole.copy()
    seen[:, : over + 2] = False
    pose = refined(film, target, Pose(affine, seen, 0.3, 0, 0, open_share=float(seen.mean())))
    assert abs(pose.affine[0, 2] * WIDTH - MOVED) < 0.3
    assert pose.correlation > 0.9
    assert not pose.mask[:, : over + 2].any()
    assert pose.open_share == pytest.approx(float(seen.mean()))
