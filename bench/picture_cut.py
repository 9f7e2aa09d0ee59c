#!/usr/bin/env python3
"""Cut films with known truth for the picture bench, and reels in which nothing is registered.

usage: picture_cut.py --work FOLDER --split develop [--dev FOLDER] [--seed 1] [--check]

`FOLDER/<split>` gets `master_*.mp4`, `negative_*.mp4` and `truth.json`. A segment says which frames
`[first_frame, end_frame)` of which film show which `material`, of which frames of it, under which `family` and
`strength` of edit, and where: `corners` of its picture, clockwise from its top left, in shares of the frame, cut to the
frame and its mattes, for every frame where they move. `near` lists stretches that resemble what is registered (`how`,
`like`) and are not it. `--check` compares every segment with its material and prints those that are not there.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import picture_edits as edit
import picture_makers as make
from picture_families import FAMILIES, Cast
from picture_stock import Item, set_folder, stock
from picture_tools import Picture, Writer, filled, frames, photo, shape

EACH = {"develop": 10, "soft": 10, "sharp": 10, "report": 20}  # segments of a family
SIZES = {
    "develop": [(640, 360)] * 4,
    "soft": [(1280, 720)] * 5,
    "sharp": [(1280, 720)] * 5,
    "report": [(1280, 720)] * 8 + [(1920, 1080)] * 2,
}
REEL_SECONDS = {"develop": 120, "soft": 150, "sharp": 120, "report": 900}  # of each of two reels
GAP = 10, 22  # frames of other footage between segments
WIDEST = 1280  # pixels, of material as it is laid in
NINE = 9
CRF = 21


class Players(Cast):
    """The stock, as it is cast. Least used plays first, by chance among equals."""

    def __init__(self, folder: Path, items: list[Item], size: tuple[int, int]) -> None:
        self.size, self._folder = size, folder
        mine = [i for i in items if i.role == "register"]
        self._clips = [i for i in mine if i.kind == "clip" and i.how not in ("variation", "set-up")]
        self._stills = [i for i in mine if i.kind == "still" and i.how in ("photo", "dev")]
        self._variations = [i for i in mine if i.how == "variation"]
        self._hosts = [i for i in items if i.role == "host"]
        self._used: Counter[str] = Counter()
        self.recent: list[str] = []

    def _pick(self, items: list[Item], dice: edit.Dice, fits: Callable[[Item], bool]) -> Item:
        able = [i for i in items if fits(i) and i.path not in self.recent] or [i for i in items if fits(i)] or items
        least = min(self._used[i.path] for i in able)
        chosen = [i for i in able if self._used[i.path] == least]
        item = chosen[int(dice.integers(len(chosen)))]
        self._used[item.path] += 1
        self.recent = [*self.recent, item.path][-8:]
        return item

    def clip(
        self, dice: edit.Dice, count: int, speed: float = 1.0, rate: float | None = None, how: str = ""
    ) -> edit.Layer:
        pool = self._variations if how == "variation" else self._clips
        need = count * speed / float(edit.FILM_RATE) + 0.15

        def fits(item: Item) -> bool:
            own = _rate(str(self._folder / item.path))
            is_rate = rate is None or (abs(own - rate) < 0.1 if rate > 0 else own >= 8 and abs(own + rate) > 0.1)
            return item.seconds >= need and own >= 5 and is_rate

        item = self._pick(pool, dice, fits)
        return self.of(item, dice, count, speed)

    def of(self, item: Item, dice: edit.Dice, count: int, speed: float = 1.0) -> edit.Layer:
        own = _rate(str(self._folder / item.path))
        length = round(item.seconds * own)
        room = max(0.0, item.seconds - count * speed / float(edit.FILM_RATE) - 0.05)
        first = round(dice.uniform(0, room) * own) / own
        shown = edit.played(count, own, speed, first, length)
        low, high = min(shown), max(shown) + 1
        pictures = list(islice(frames(self._folder / item.path, WIDEST), low, high))
        return edit.Layer(_named(item), pictures, [n - low for n in shown], own, speed, first=low)

    def still(self, dice: edit.Dice, count: int) -> edit.Layer:
        item = self._pick(self._stills, dice, lambda i: True)
        return edit.Layer(_named(item), [photo(self._folder / item.path, 1920)], [0] * count, 0.0, 0.0)

    def any(self, dice: edit.Dice, count: int) -> edit.Layer:
        return self.still(dice, count) if dice.random() < 0.15 else self.clip(dice, count)

    def host(self, dice: edit.Dice, count: int) -> Callable[[int], Picture]:
        """A stretch of one host, held at its end where it is too short."""
        item = self._pick(self._hosts, dice, lambda i: i.seconds * 24 >= count)
        own = _rate(str(self._folder / item.path))
        length = round(item.seconds * own)
        first = int(dice.integers(0, max(1, length - count)))
        shown = edit.played(count, own, 1.0, first / own, length)
        tape = frames(self._folder / item.path)
        at, picture = -1, np.zeros((*self.size[::-1], 3), np.uint8)

        def frame(number: int) -> Picture:
            nonlocal at, picture
            new = None
            while at < shown[min(number, count - 1)]:
                new, at = next(tape, new), at + 1
            picture = picture if new is None else filled(new, *self.size)
            return picture

        return frame


def _named(item: Item) -> str:
    return item.path.removeprefix("register/")


@lru_cache(None)
def _rate(path: str) -> float:
    return float(shape(Path(path))[2])


# --- films ------------------------------------------------------------------------------------------------------------


def build(work: Path, split: str, dev: Path | None, seed: int, part: float = 1.0) -> None:
    """Stock, films, reels and truth. `part` makes less of everything, to see whether it is made at all."""
    folder, items = set_folder(work, split, part), stock(work, split, dev, seed, part)
    dice = np.random.default_rng(seed)
    each, sizes = max(1, round(part * EACH[split])), SIZES[split]
    sizes = sizes[: max(1, round(part * len(sizes)))]
    plans: list[list[tuple[str, int]]] = [[] for _ in sizes]
    for name in FAMILIES:
        order = dice.permutation(len(sizes))
        for number in range(each):
            plans[order[number % len(sizes)]].append((name, 1 + number % 3))
    for plan in plans:
        dice.shuffle(plan)  # type: ignore[arg-type]
    jobs: list[tuple[Any, ...]] = [
        (folder, items, f"master_{n + 1:02}", size, plan, seed + n, len(sizes))
        for n, (plan, size) in enumerate(zip(plans, sizes, strict=True))
    ]
    jobs += [(folder, items, f"negative_{n}", part * REEL_SECONDS[split], seed) for n in ("plain", "near")]
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        made = list(pool.map(_film, jobs))
    truth = {
        "seed": seed,
        "rate": str(edit.FILM_RATE),
        "segments": [s for film in made for s in film["segments"]],
        "near": [s for film in made for s in film["near"]],
    }
    (folder / "truth.json").write_text(json.dumps(truth), encoding="utf-8")


def _film(job: tuple[Any, ...]) -> dict[str, Any]:
    cv2.setNumThreads(1)
    done = job[0] / f"{job[2]}.json"
    if not done.exists():  # else it was cut by a build that was interrupted
        told = _reel(*job) if job[2].startswith("negative") else _master(*job)
        done.write_text(json.dumps(told), encoding="utf-8")
    return dict(json.loads(done.read_text(encoding="utf-8")))


def _master(folder: Path, items: list[Item], name: str, size: tuple[int, int], plan: list[tuple[str, int]],
            seed: int, films: int) -> dict[str, Any]:  # fmt: skip
    """One film: segments with other footage between them, near things among it, one material nine times."""
    dice, cast = np.random.default_rng((seed, 7)), Players(folder, items, size)
    dice_of = np.random.default_rng((seed, 8))
    near = [i for i in items if i.role == "near"]
    near = [near[n] for n in dice.permutation(len(near))][: max(2, len(near) // films)]
    steps: list[tuple[str, Any]] = [("family", p) for p in plan]
    steps += [("near", item) for item in near] + [("plain", what) for what in ("black", "bars", "slate", "white")]
    if name.endswith("01"):
        star = cast._clips[int(dice.integers(len(cast._clips)))]
        steps += [("again", star)] * NINE
    steps = [steps[n] for n in dice.permutation(len(steps))]
    steps = [("ends", None), *steps, ("ends", None)]
    truth: dict[str, Any] = {"segments": [], "near": []}
    with Writer(folder / f"{name}.part.mp4", size, edit.FILM_RATE, CRF) as film:
        for number, (what, which) in enumerate(steps):
            if number:
                _other(film, cast, dice)
            if what == "near":
                first = film.count
                for picture in _stretch(folder, which, size):
                    film.add(picture)
                truth["near"].append({"film": f"{name}.mp4", "first_frame": first, "end_frame": film.count,
                                      "how": which.how, "like": list(which.like)})  # fmt: skip
            elif what == "plain":
                for picture in _plain(which, size):
                    film.add(picture)
            else:
                shot = _shot(what, which, cast, dice_of)
                truth["segments"] += _told(shot, f"{name}.mp4", film.count)
                for picture in shot.frames():
                    film.add(picture)
    (folder / f"{name}.part.mp4").replace(folder / f"{name}.mp4")
    return truth


def _shot(what: str, which: Any, cast: Players, dice: edit.Dice) -> edit.Shot:
    if what == "family":
        name, strength = which
        return FAMILIES[name][1](cast, dice, strength)
    count = int(dice.integers(30, 48))
    layer = cast.of(which, dice, min(count, int(which.seconds * 24) - 4)) if what == "again" else cast.any(dice, count)
    layer.place = edit.always(edit.covering(layer, cast.size))
    name = "nine times" if what == "again" else "first and last"
    return edit.Shot(name, 1, cast.size, len(layer.shown), [layer])


def _other(film: Writer, cast: Players, dice: edit.Dice) -> None:
    count = int(dice.integers(*GAP))
    tape = cast.host(dice, count)
    for number in range(count):
        film.add(tape(number))


def _stretch(folder: Path, item: Item, size: tuple[int, int], seconds: float = 2.5) -> Iterator[Picture]:
    """The beginning of a file of the stock, at the film's rate and size."""
    own = _rate(str(folder / item.path))
    count = int(min(seconds, item.seconds - 0.1) * 24)
    shown = edit.played(count, own, 1.0, 0.0, round(item.seconds * own))
    tape, at, picture = frames(folder / item.path), -1, None
    for wanted in shown:
        while at < wanted:
            picture, at = next(tape, picture), at + 1
        assert picture is not None
        yield filled(picture, *size)


def _plain(what: str, size: tuple[int, int]) -> Iterator[Picture]:
    still = {
        "black": lambda: np.zeros((*size[::-1], 3), np.uint8),
        "white": lambda: np.full((*size[::-1], 3), 235, np.uint8),
        "bars": lambda: make.bars(size),
        "slate": lambda: make.slate(size, 3),
    }[what]()
    for number in range(24):
        yield (still * min(1.0, number / 8)).astype(np.uint8)


def _reel(folder: Path, items: list[Item], name: str, seconds: float, seed: int) -> dict[str, Any]:
    """Nothing registered: footage kept for it and hosts, or what is near to something registered."""
    size, near_only = (640, 360), name.endswith("near")
    mine = [i for i in items if (i.role == "near" if near_only else i.role in ("reel", "host"))]
    truth: dict[str, Any] = {"segments": [], "near": []}
    with Writer(folder / f"{name}.part.mp4", size, edit.FILM_RATE, CRF) as film:
        for item in (mine[n] for n in np.random.default_rng(seed).permutation(len(mine))):
            first = film.count
            for picture in _stretch(folder, item, size, 6.0):
                film.add(picture)
            if near_only:
                truth["near"].append({"film": f"{name}.mp4", "first_frame": first, "end_frame": film.count,
                                      "how": item.how, "like": list(item.like)})  # fmt: skip
            if film.count > 24 * seconds:
                break
    (folder / f"{name}.part.mp4").replace(folder / f"{name}.mp4")
    return truth


# --- truth ------------------------------------------------------------------------------------------------------------


def _told(shot: edit.Shot, film: str, start: int) -> Iterator[dict[str, Any]]:
    group = FAMILIES[shot.family][0] if shot.family in FAMILIES else "H"
    for layer in shot.layers:
        lead, tail = shot.unshown
        numbers = range(lead, shot.count - tail)
        played = layer.played or layer.shown
        seen = [played[min(n, len(played) - 1)] + layer.first for n in numbers]
        corners = [_cut(shot, layer, n) for n in numbers]
        moves = any(np.abs(np.subtract(c, corners[0])).max() > 1e-3 for c in corners)
        yield {
            "film": film,
            "first_frame": start + lead,
            "end_frame": start + shot.count - tail,
            "material": layer.material,
            "material_first_frame": min(seen) if layer.rate else None,
            "material_end_frame": max(seen) + 1 if layer.rate else None,
            "family": shot.family,
            "group": group,
            "strength": shot.strength,
            "speed": round(layer.speed, 4),
            "mirror": layer.mirror,
            "soft": shot.soft,
            "corners": corners if moves else corners[:1],
        }


def _cut(shot: edit.Shot, layer: edit.Layer, number: int) -> list[list[float]]:
    left, top, right, bottom = shot.window
    if layer.mask is not None:
        rows, columns = np.flatnonzero(layer.mask.any(axis=1)), np.flatnonzero(layer.mask.any(axis=0))
        width, height = shot.size
        left, right = max(left, columns[0] / width), min(right, (columns[-1] + 1) / width)
        top, bottom = max(top, rows[0] / height), min(bottom, (rows[-1] + 1) / height)
    points = np.clip(layer.corners(number, shot.size), [left, top], [right, bottom])
    return [[round(float(v), 4) for v in point] for point in points]


def check(folder: Path) -> int:
    """Whether each plain segment shows its material where and when it says: the middle frame, laid by its corners."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    looked, bad = 0, 0
    for film in sorted({s["film"] for s in truth["segments"]}):
        mine = {(s["first_frame"] + s["end_frame"]) // 2: s for s in truth["segments"] if s["film"] == film}
        for number, picture in enumerate(frames(folder / film)):
            s = mine.get(number)
            if s is None or s["material_first_frame"] is None or s["family"] not in CHECKED:
                continue
            at = (
                s["material_first_frame"]
                + (number - s["first_frame"]) * s["speed"] * _rate(str(folder / "register" / s["material"])) / 24
            )
            near = list(islice(frames(folder / "register" / s["material"], 1280), max(0, int(at) - 2), int(at) + 3))
            like = max(_like(picture, p, s["corners"][0]) for p in near)
            looked, bad = looked + 1, bad + (like < 0.6)
            if like < 0.6:
                print(f"{film} {number} {s['family']} {s['strength']} {s['material']}: {like:.2f}")
    print(f"{looked} segments looked at, {bad} are not as they should be")
    return bad


CHECKED = {
    "trim",
    "re-encode",
    "grain",
    "speed",
    "titles",
    "inset 25-35 %",
    "inset 15-20 %",
    "screen",
    "nine times",
    "8-12 frames",
}


def _like(film: Picture, material: Picture, corners: list[list[float]]) -> float:
    """Correlation of the material with what lies in the film between these corners; what is cut off is left out."""
    height, width = film.shape[:2]
    box = np.array(corners, np.float32) * np.array([width, height], np.float32)
    if np.ptp(box[:, 0]) > width - 2 or np.ptp(box[:, 1]) > height - 2:
        laid, seen = filled(material, 160, 90), cv2.resize(film, (160, 90), interpolation=cv2.INTER_AREA)
    else:
        edges = np.array([[0, 0], [160, 0], [160, 90], [0, 90]], np.float32)
        seen = cv2.warpPerspective(film, cv2.getPerspectiveTransform(box, edges), (160, 90))
        laid = cv2.resize(material, (160, 90), interpolation=cv2.INTER_AREA)
    return float(np.corrcoef(cv2.blur(laid, (3, 3)).ravel(), cv2.blur(seen, (3, 3)).ravel())[0, 1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=os.environ.get("CLEANCUT_BENCH_WORK"))
    parser.add_argument("--dev", type=Path, default=os.environ.get("CLEANCUT_BENCH"))
    parser.add_argument("--split", choices=["develop", "soft", "sharp", "report"], default="develop")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", type=float, default=1.0, help="make so much of it, to see whether it is made at all")
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    if given.work is None:
        parser.error("name --work, or set CLEANCUT_BENCH_WORK")
    folder = set_folder(Path(given.work), given.split, given.part)
    if not (folder / "truth.json").exists():
        build(Path(given.work), given.split, given.dev.resolve() if given.dev else None, given.seed, given.part)
    return min(1, check(folder)) if given.check else 0


if __name__ == "__main__":
    sys.exit(main())
