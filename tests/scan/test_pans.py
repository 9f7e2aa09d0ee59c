"""A shot that pans looks all but the same a few frames off and a little aside: every frame of it is found still."""

from pathlib import Path

import numpy as np
import pytest

import cleancut
from faces.production import drift, write_video


def grained(frames: list[np.ndarray], grain: np.random.Generator) -> list[np.ndarray]:
    return [np.clip(frame + grain.integers(-2, 3, frame.shape), 0, 255).astype(np.uint8) for frame in frames]


@pytest.mark.parametrize("seed", [0, 1, 10, 57, 59, 65, 102])
def test_a_shot_that_pans_is_found_from_its_first_frame_to_its_last(tmp_path: Path, monkeypatch, seed: int) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("CLEANCUT_CACHE", str(tmp_path / "cache"))
    grain, shot = np.random.default_rng(seed), drift(10 * seed, 40)
    (tmp_path / "material").mkdir()
    write_video(tmp_path / "material" / "shot.mp4", grained(shot, grain))
    around = drift(10 * seed + 1, 40), drift(10 * seed + 2, 40)
    write_video(tmp_path / "master.mp4", grained([*around[0], *shot, *around[1]], grain))
    (seen,) = cleancut.scan(tmp_path / "master.mp4", tmp_path / "material").findings
    assert (seen.kind, seen.span.first, seen.span.end) == ("match", 40, 80)
