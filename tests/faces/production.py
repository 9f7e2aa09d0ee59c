"""A tiny production on disk: textured material, a master with some of it in, and a dossier. Made with PyAV."""

from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

WIDTH, HEIGHT, RATE = 480, 270, 24


def texture(seed: int, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """A picture full of corners and soft shapes, another for every seed. uint8, height x width x 3."""
    rng = np.random.default_rng(seed)
    picture = np.full((height, width, 3), rng.integers(40, 200, 3), np.uint8)
    for _ in range(90):
        colour = tuple(int(c) for c in rng.integers(0, 255, 3))
        centre = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        size = int(rng.integers(5, 45))
        if rng.random() < 0.5:
            cv2.circle(picture, centre, size, colour, -1, cv2.LINE_AA)
        else:
            corners = np.array(centre) + rng.integers(-size, size, (int(rng.integers(3, 6)), 2))
            cv2.fillPoly(picture, [corners.astype(np.int32)], colour, cv2.LINE_AA)
    return picture


def drift(seed: int, frames: int) -> list[np.ndarray]:
    """A camera drifting over a texture."""
    wide = texture(seed, WIDTH + frames * 2, HEIGHT + frames)
    return [wide[i : i + HEIGHT, 2 * i : 2 * i + WIDTH].copy() for i in range(frames)]


def write_video(path: Path, frames: list[np.ndarray], rate: Fraction | int = RATE, **options: str) -> Path:
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt, stream.options = "yuv420p", {"crf": "18", "preset": "veryfast", "threads": "1"}
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, "bgr24")))
        container.mux(stream.encode())
    return path


ANSWERS = """
      is_generative: yes
      medium: [image]
      output_stage: temporary
      key_creative_element: no
      output_resembles_protected: no
      inputs: [public]
      prompts_reference_protected: no
      vendor_custom_workflow: no
      trains_model: no
      likeness: no
      talent_op: none
      mistaken_for_real: no
      replaces_union_work: no
      p1: yes
      p2: yes
      p3: yes
      p4: yes
      p5: yes
"""

DOSSIER = f"""\
schema: cleancut/dossier/1
title: {{id: film, name: "Film", contact: {{name: "Contact", email: contact@example.com}}}}
deliverable: master.mp4
material: material
tools:
  - id: brush
    product: Brush
    tier: enterprise
    trains: no
    stores: no
    enterprise_secured: yes
    terms: {{address: "https://example.com/terms", tier: enterprise, read_on: 2026-01-10, read_by: "A. Reader"}}
uses:
  - id: board
    name: Moodboard
    tools: [brush]
    material: [board.png]
    prompts: ["a harbour at dusk, =SUM(A1)"]
    answers:{ANSWERS}
  - id: temp
    name: Temp shot
    tools: [brush]
    material: [temp.mp4]
    answers:{ANSWERS}
"""


def make(folder: Path) -> Path:
    """Write the production; the temp shot is in the master at frames 40 to 80. Returns the dossier."""
    material = folder / "material"
    material.mkdir(parents=True)
    cv2.imwrite(str(material / "board.png"), texture(1))
    temp = drift(2, 40)
    write_video(material / "temp.mp4", temp)
    write_video(folder / "master.mp4", drift(3, 40) + temp + drift(4, 40))
    dossier = folder / "dossier.yaml"
    dossier.write_text(DOSSIER, encoding="utf-8")
    return dossier


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "cleancut", *map(str, arguments)]


def environment(cache: Path) -> dict[str, str]:
    source = Path(__file__).parents[2] / "src"
    return {**os.environ, "CLEANCUT_CACHE": str(cache), "PYTHONPATH": str(source)}


def run(cache: Path, *arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    """One command as a user runs it."""
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, env=environment(cache), timeout=120, **options
    )
