#!/usr/bin/env python3
"""Make the cells that descriptors are sorted into: `src/cleancut/match/cells.npy`.

usage: picture_cells.py PICTURES.json [--out FILE]

Reads the stills of the develop split that `picture_corpus.py` collected, and clusters each half of their descriptors by
k-means, without randomness. Another file of cells sorts every register anew, and can change what is found: a new
version of the engine.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

CELLS = 256  # of each half
ROUNDS = 12
PICTURES = 1_200


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "src/cleancut/match/cells.npy")
    given = parser.parse_args()
    known = json.loads(given.pictures.read_text(encoding="utf-8"))
    paths = [given.pictures.parents[1] / one["path"] for one in known["sources"] if one["kind"] == "still"]
    descriptors = read(paths[:: max(1, len(paths) // PICTURES)])
    halves = [clustered(descriptors[:, start : start + 64].astype(np.float32)) for start in (0, 64)]
    np.save(given.out, np.stack(halves).astype(np.uint8))
    print(f"{given.out}: from {len(descriptors)} descriptors")
    return 0


def read(paths: list[Path]) -> NDArray[np.uint8]:
    from cleancut.match.features import extract, shrunk
    from cleancut.match.picture import Frame
    from cleancut.match.sketch import KEY_WIDTH, MATERIAL_FEATURES

    found = []
    for path in paths:
        luma = cv2.imread(str(path), cv2.IMREAD_REDUCED_GRAYSCALE_2)
        if luma is not None and min(luma.shape) >= 64:
            frame = Frame(np.asarray(luma, dtype=np.uint8), luma.shape[0] / luma.shape[1])
            found.append(extract(shrunk(frame, KEY_WIDTH), MATERIAL_FEATURES).descriptors)
    return np.concatenate(found)


def clustered(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Centres by k-means, rounded to integers: so all products stay exact, and nothing depends on threads."""
    centres = vectors[:: len(vectors) // CELLS][:CELLS].copy()
    for _ in range(ROUNDS):
        owners = (vectors @ centres.T - 0.5 * (centres * centres).sum(axis=1)).argmax(axis=1)
        for cell in range(CELLS):
            mine = vectors[owners == cell]
            if len(mine):
                centres[cell] = np.rint(mine.astype(np.int64).mean(axis=0))
    return centres


if __name__ == "__main__":
    sys.exit(main())
