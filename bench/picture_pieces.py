"""What is found of clips that begin again, jump, or go on after a cut-away: piece by piece.

Registered clips of a set, whole and full frame, in a film of their own, scanned with the whole register. Each is shown
in two pieces; a piece is found where one match covers it, and little else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle, islice
from math import floor
from pathlib import Path
from typing import Any

import numpy as np
from picture_edits import FILM_RATE, played
from picture_score import FOUND, NEAR_FRAMES, touches
from picture_stock import Item
from picture_tools import Picture, Writer, filled, frames, shape

SIZE = 1280, 720
CLIPS = 24
SHOWN = 26, 36  # frames, of a piece
BETWEEN = 8, 20  # frames of other footage in a cut-away, and between one clip and the next
LEFT_OUT = 8, 24  # frames of the clip, where it jumps
NEAR_MOMENT = 2  # frames of the material
SECONDS = 4.0  # a clip must last so long
SLOWEST = Fraction(8)  # frames a second


@dataclass(frozen=True)
class Cut:
    """Two pieces of a clip, each from so many frames of the film after its beginning on, and what lies between."""

    name: str
    first: int
    second: int
    shown: int
    between: int


def pieces(folder: Path) -> None:
    """Write `pieces.json`. Makes the film unless it is there. Of a set whose clips are all short there is nothing."""
    from picture import CleancutRun

    path = folder / "pieces.mp4"
    listing = path.with_suffix(".truth.json")
    if not listing.exists():
        truth = _cut(folder, path.with_stem("pieces.part"))
        if truth:
            path.with_stem("pieces.part").rename(path)
        listing.write_text(json.dumps(truth), encoding="utf-8")
    truth = json.loads(listing.read_text(encoding="utf-8"))
    if not truth:
        return
    made = CleancutRun(folder / "cache")
    made.register(folder)
    found = [{"film": path.name, **f} for f in made.find(path)]
    cuts = dict.fromkeys(piece["cut"] for piece in truth)
    rows = {name: _scored([piece for piece in truth if piece["cut"] == name], found) for name in cuts}
    false = [f for f in found if f["class"] == "match" and not any(touches(f, t) for t in truth)]
    print(f"  pieces: {rows}, {len(false)} false", flush=True)
    told = {"seconds": float(truth[-1]["end_frame"] / FILM_RATE), "rows": rows, "false": false}
    (folder / "pieces.json").write_text(json.dumps(told), encoding="utf-8")


def _cut(folder: Path, path: Path) -> list[dict[str, Any]]:
    """Cut the film, and say where which piece is, and which of the material's frames it begins with."""
    stock = [Item(**e) for e in json.loads((folder / "stock.json").read_text(encoding="utf-8"))]
    mine = [i for i in stock if i.role == "register" and i.kind == "clip" and i.seconds >= SECONDS and not i.group]
    seconds = {i.path: i.seconds for i in mine if shape(folder / i.path)[2] >= SLOWEST}
    clips, dice = list(seconds), np.random.default_rng(len(seconds))
    hosts = cycle(dice.permutation([i.path for i in stock if i.role == "host"]).tolist())
    truth: list[dict[str, Any]] = []
    if not clips:
        return truth
    with Writer(path, SIZE, FILM_RATE) as film:
        for number, name in enumerate(dice.permutation(clips)[:CLIPS].tolist()):
            cuts = list(_cuts(dice, floor(seconds[name] * FILM_RATE)))
            for cut in cuts[number % len(cuts) :] + cuts[: number % len(cuts)]:
                _other(film, folder / next(hosts), int(dice.integers(*BETWEEN)))
                for is_second, start in enumerate((cut.first, cut.second)):
                    if is_second and cut.between:
                        _other(film, folder / next(hosts), cut.between)
                    truth.append(_piece(film, folder, name, cut, start))
    return truth


def _cuts(dice: np.random.Generator, length: int) -> Iterator[Cut]:
    """Of a clip that lasts so many frames of the film."""
    shown, between = int(dice.integers(*SHOWN)), int(dice.integers(*BETWEEN))
    yield Cut("begins again", 0, 0, shown, 0)
    yield Cut("is looped", length - 1 - shown, 0, shown, 0)
    yield Cut("jumps ahead", 0, shown + int(dice.integers(*LEFT_OUT)), shown, 0)
    yield Cut("jumps back", shown + int(dice.integers(*LEFT_OUT)), 0, shown, 0)
    yield Cut("goes on after a cut-away", 0, shown + between, shown, between)
    yield Cut("begins again after a cut-away", 0, 0, shown, between)


def _other(film: Writer, path: Path, count: int) -> None:
    for picture in islice(cycle(frames(path)), count):
        film.add(filled(picture, *SIZE))


def _piece(film: Writer, folder: Path, name: str, cut: Cut, start: int) -> dict[str, Any]:
    rate, length = float(shape(folder / name)[2]), shape(folder / name)[3]
    shown = played(cut.shown, rate, 1.0, start / float(FILM_RATE), length)
    pictures: list[Picture] = list(islice(frames(folder / name), max(shown) + 1))
    first = film.count
    for number in shown:
        film.add(filled(pictures[number], *SIZE))
    span = {"film": "pieces.mp4", "first_frame": first, "end_frame": film.count}
    return {**span, "material": name.removeprefix("register/"), "moment": shown[0], "cut": cut.name}


def _scored(truth: list[dict[str, Any]], findings: list[dict[str, Any]]) -> dict[str, Any]:
    """How many pieces there are; are found; with both ends; with the moment that is shown; are *related* only."""
    told = {"n": len(truth), "found": 0, "both_near": 0, "moment": 0, "related": 0}
    for piece in truth:
        mine = [f for f in findings if touches(f, piece)]
        best = max((f for f in mine if f["class"] == "match"), key=lambda f: _share(piece, f), default=None)
        if best is None or _share(piece, best) <= FOUND:
            told["related"] += best is None and bool(mine)
            continue
        off = [abs(best[end] - piece[end]) for end in ("first_frame", "end_frame")]
        told["found"] += 1
        told["both_near"] += max(off) <= NEAR_FRAMES
        told["moment"] += abs(best["moment"] - piece["moment"]) <= NEAR_MOMENT
    return told


def _share(piece: dict[str, Any], finding: dict[str, Any]) -> float:
    """Of what either covers, what both do."""
    first, end = ([of[key] for of in (piece, finding)] for key in ("first_frame", "end_frame"))
    return (min(end) - max(first)) / (max(end) - min(first))
