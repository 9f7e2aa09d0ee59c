"""Stock for the picture bench: what is registered, what it is cut into, and what only looks like it.

Below `FOLDER/<split>`: `register/` with clips and stills, `hosts/` with footage of which nothing is registered, and
`near/` with what resembles registered material and is not it. `stock.json` says what each file is.
"""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import picture_makers as make
from picture_corpus import Source, collect
from picture_tools import Picture, Writer, filled, frames, photo, saved, shape, sized

SIZES = [(1280, 720), (1024, 576), (768, 432), (832, 480), (704, 480), (640, 640), (960, 400)]
PLAIN = 768, 432
RATES = [Fraction(24), Fraction(24), Fraction(25), Fraction(30), Fraction(30000, 1001), Fraction(16), Fraction(12)]
AMOUNTS = {  # clips, stills, hosts, groups of variations, near things of each kind
    "develop": {"clips": 16, "stills": 14, "hosts": 4, "prompts": 1, "near": 4},
    "soft": {"clips": 60, "stills": 24, "hosts": 40, "prompts": 1, "near": 10},
    "sharp": {"clips": 60, "stills": 24, "hosts": 40, "prompts": 1, "near": 10},
    "report": {"clips": 130, "stills": 110, "hosts": 150, "prompts": 4, "near": 20},
}
VARIATIONS = 20  # of one prompt that are registered
MORE = 4  # and that are not
REGISTERED = 0.65  # of the photographs
TEXTURE = {"develop": 8.0, "report": 8.0, "soft": 3.0, "sharp": 8.0}  # grey levels of detail in a part of a photograph
DEV_FRAMES = 4000  # of the empty reel that are used
LOCKED = "vtest"  # a locked camera: its stretches are takes of one set-up
CUT = 26.0  # grey levels between frames of a film's thumbnails


@dataclass(frozen=True)
class Item:
    """`role` is register, host or near; `how` what it is; `like` the registered it resembles; `group` its prompt."""

    path: str
    role: str
    how: str
    kind: str
    seconds: float = 0.0
    like: tuple[str, ...] = ()
    group: str = ""


def set_folder(work: Path, split: str, part: float = 1.0) -> Path:
    """Where a split lies; less of it than all lies beside it."""
    return work / (split if part == 1.0 else f"{split}-{part:g}")


def stock(work: Path, split: str, dev: Path | None, seed: int, part: float = 1.0) -> list[Item]:
    """Everything, made unless it is there. `part` makes less of it, to see whether it is made at all."""
    folder = set_folder(work, split, part)
    listing = folder / "stock.json"
    if listing.exists():
        return _listed(listing)
    amounts = {name: max(1, round(part * count)) for name, count in AMOUNTS[split].items()}
    sources = _some(collect(work, split, dev), part)
    dice = np.random.default_rng(seed)
    tiles = _tiles(work, folder, sources, dice, split)
    jobs = [*_of_tiles(tiles, amounts, dice, part >= 1), *_from_nothing(amounts, dice)]
    films = [s for s in sources if s.kind == "film" and not s.package.startswith("dev")]
    given = [s for s in sources if s.package.startswith("dev")]
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        shots = [pool.submit(_of_films, work, folder, films), pool.submit(_of_dev, folder, given)]
        made = [item for items in pool.map(_job, [(folder, *job) for job in jobs]) for item in items]
        made += [item for items in shots for item in items.result()]
    return _list(listing, made)


def _some(sources: list[Source], part: float) -> list[Source]:
    """So much of the stills, and of the films, evenly; enough to make each kind of stock once."""
    kinds = [[s for s in sources if s.kind == kind] for kind in ("still", "film")]
    few = [max(least, round(part * len(mine))) for least, mine in zip((16, 2), kinds, strict=True)]
    if part >= 1:
        return sources
    return [s for mine, count in zip(kinds, few, strict=True) for s in mine[:: max(1, len(mine) // count)][:count]]


# --- photographs, in parts --------------------------------------------------------------------------------------------


def _tiles(work: Path, folder: Path, sources: list[Source], dice: np.random.Generator, split: str) -> list[str]:
    """Parts of photographs that share no pixel, with enough in them; in an order of chance. Those of `soft` are made
    so."""
    place = folder / "tiles"
    if not place.exists():
        for number, source in enumerate(s for s in sources if s.kind == "still" and s.package != "dev"):
            for part, tile in enumerate(_parts(photo(source.at(work)))):
                if _texture(tile) < TEXTURE[split]:
                    continue
                kept = tile if tile.shape[1] <= 1920 else sized(tile, 1920)
                if split == "soft":
                    kept = make.softened(kept, np.random.default_rng((number, part)))
                saved(place / f"{number:03}-{part}.jpg", kept, 95)
    names = sorted(str(p) for p in place.glob("*.jpg"))
    return [names[n] for n in dice.permutation(len(names))]


def _parts(picture: Picture) -> list[Picture]:
    height, width = picture.shape[:2]
    across = 3 if width >= 4800 else 2 if width >= 2400 else 1
    down = 3 if height >= 2700 else 2 if height >= 1400 else 1
    w, h = width // across, height // down
    return [picture[y * h : (y + 1) * h, x * w : (x + 1) * w] for y in range(down) for x in range(across)]


def _texture(tile: Picture) -> float:
    grey = cv2.cvtColor(sized(tile, 480), cv2.COLOR_BGR2GRAY).astype(np.float32)
    detail = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 4))
    return float(np.percentile(cv2.blur(detail, (60, 60)), 30)) * 2


# --- jobs: (what, number, tiles, seed) --------------------------------------------------------------------------------


def _of_tiles(
    tiles: list[str], amounts: dict[str, int], dice: np.random.Generator, is_whole: bool
) -> list[tuple[Any, ...]]:
    """Which part of a photograph plays which part. What is registered shares no photograph with what is not, and each
    part is registered once: where they run out, there is less. Of what passes by, each side has its own."""
    photos = list(dict.fromkeys(tile.rsplit("-", 1)[0] for tile in tiles))
    inside = set(photos[: round(REGISTERED * len(photos))])
    mine = [t for t in tiles if t.rsplit("-", 1)[0] in inside]
    others = [t for t in tiles if t.rsplit("-", 1)[0] not in inside]
    passing, mine = mine[: len(mine) // 7 + 1], mine[len(mine) // 7 + 1 :]
    strange, others = others[: len(others) // 4 + 1], others[len(others) // 4 + 1 :]
    jobs: list[tuple[Any, ...]] = []

    def job(what: str, number: int, pictures: list[str]) -> None:
        jobs.append((what, number, pictures, int(dice.integers(2**31))))

    for number in range(amounts["prompts"]):
        job("prompt" if is_whole else "few", number, [mine.pop(), mine.pop()])
    for number in range(min(amounts["near"], len(mine) // 4)):
        job("take", number, [mine.pop(), passing[number % len(passing)], strange[number % len(strange)]])
        job("logo", number, [mine.pop(), others[number % len(others)]])
    for number in range(max(amounts["clips"], amounts["stills"])):
        if number < amounts["clips"] and mine:
            job("clip", number, [mine.pop(), passing[number % len(passing)]])
        if number < amounts["stills"] and mine:
            job("still", number, [mine.pop()])
    for number in range(amounts["hosts"]):
        job("host", number, [others[number % len(others)], strange[number % len(strange)]])
    return jobs


def _from_nothing(amounts: dict[str, int], dice: np.random.Generator) -> list[tuple[Any, ...]]:
    return [(what, n, [], int(dice.integers(2**31))) for what in ("sky", "card") for n in range(amounts["near"])]


def _job(job: tuple[Any, ...]) -> list[Item]:
    cv2.setNumThreads(1)
    folder, what, number, tiles, seed = job
    done = folder / "jobs" / f"{what}-{number:03}.json"
    if done.exists():  # by a build that was interrupted
        return _listed(done)
    pictures = [photo(Path(tile)) for tile in tiles]
    return _list(done, MAKERS[what](folder, number, pictures, np.random.default_rng(seed)))


def _listed(path: Path) -> list[Item]:
    return [Item(**{**e, "like": tuple(e["like"])}) for e in json.loads(path.read_text(encoding="utf-8"))]


def _list(path: Path, items: list[Item]) -> list[Item]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(item) for item in items], indent=0), encoding="utf-8")
    return items


def _wrote(folder: Path, name: str, size: tuple[int, int], rate: Fraction, pictures: Any, crf: int = 17) -> float:
    with Writer(folder / name, size, rate, crf=crf, preset="veryfast", keys=48) as film:
        for picture in pictures:
            film.add(picture)
    return float(film.count / rate)


def _clip(folder: Path, number: int, pictures: list[Picture], dice: np.random.Generator) -> list[Item]:
    """A living photograph, and one of its kind that is not registered."""
    size, rate = SIZES[dice.integers(len(SIZES))], RATES[dice.integers(len(RATES))]
    count, passing = int(dice.uniform(3.2, 6) * rate), pictures[1] if dice.random() < 0.6 else None
    name = f"clips/living-{number:03}.mp4"
    seconds = _wrote(folder / "register", name, size, rate, make.living(pictures[0], passing, size, rate, count, dice))
    items = [Item(f"register/{name}", "register", "living", "clip", seconds)]
    if number % 2 == 0:
        base = make.variation(pictures[0], pictures[1], dice)
        moving = make.living(base, None, PLAIN, Fraction(24), 84, dice)
        length = _wrote(folder, f"near/sibling-{number:03}.mp4", PLAIN, Fraction(24), moving)
        items.append(Item(f"near/sibling-{number:03}.mp4", "near", "sibling", "clip", length, (name,)))
    return items


def _still(folder: Path, number: int, pictures: list[Picture], dice: np.random.Generator) -> list[Item]:
    name = f"stills/{number:03}-photo.jpg"  # a number at the end would make them a sequence
    saved(folder / "register" / name, filled(pictures[0], *((1600, 900) if number % 3 else (1400, 1050))))
    return [Item(f"register/{name}", "register", "photo", "still")]


def _prompt(
    folder: Path,
    number: int,
    pictures: list[Picture],
    dice: np.random.Generator,
    registered: int = VARIATIONS,
    more: int = MORE,
) -> list[Item]:
    """Variations of one prompt: most are registered, some are not."""
    items: list[Item] = []
    group = f"prompt-{number}"
    names = tuple(f"variations/{group}-{n:02}.mp4" for n in range(registered))
    for n in range(registered + more):
        base = make.variation(pictures[0], pictures[1], dice)
        is_in = n < registered
        name = f"register/{names[n]}" if is_in else f"near/{group}-{n:02}.mp4"
        moving = make.living(base, None, (640, 368), Fraction(24), 60, dice)
        seconds = _wrote(folder, name, (640, 368), Fraction(24), moving)
        role, how, like = ("register", "variation", ()) if is_in else ("near", "sibling", names)
        items.append(Item(name, role, how, "clip", seconds, like, group))
    return items


def _host(folder: Path, number: int, pictures: list[Picture], dice: np.random.Generator) -> list[Item]:
    passing = pictures[1] if dice.random() < 0.6 else None
    moving = make.living(pictures[0], passing, PLAIN, Fraction(24), 120, dice)
    name = f"hosts/living-{number:03}.mp4"
    return [Item(name, "host", "living", "clip", _wrote(folder, name, PLAIN, Fraction(24), moving))]


def _take(folder: Path, number: int, pictures: list[Picture], dice: np.random.Generator) -> list[Item]:
    """One set-up under a locked camera, twice: registered, and played again by another; every other time with the same
    blocking, as takes are."""
    name, size, rate = f"clips/setup-{number:03}.mp4", PLAIN, Fraction(24)
    items = []
    for place, passing in ((f"register/{name}", pictures[1]), (f"near/take-{number:03}.mp4", pictures[2])):
        path = np.random.default_rng((number, len(items) if number % 2 else 0))
        moving = make.living(pictures[0], passing, size, rate, 90, path, locked=True)
        seconds = _wrote(folder, place, size, rate, moving)
        near = bool(items)
        items.append(
            Item(
                place,
                "near" if near else "register",
                "other take" if near else "set-up",
                "clip",
                seconds,
                (name,) if near else (),
            )
        )
    return items


def _logo(folder: Path, number: int, pictures: list[Picture], dice: np.random.Generator) -> list[Item]:
    """The same mark on a registered clip and on one that is not."""
    items, size, rate = [], PLAIN, Fraction(24)
    likes = tuple(f"clips/branded-{n:03}.mp4" for n in range(200))
    for place, picture in ((f"register/{likes[number]}", pictures[0]), (f"near/logo-{number:03}.mp4", pictures[1])):
        moving = map(make.branded, make.living(picture, None, size, rate, 84, dice))
        near = bool(items)
        items.append(
            Item(
                place,
                "near" if near else "register",
                "logo" if near else "branded",
                "clip",
                _wrote(folder, place, size, rate, moving),
                likes if near else (),
            )
        )
    return items


def _sky(folder: Path, number: int, pictures: list[Picture], dice: np.random.Generator) -> list[Item]:
    """Night skies, and skies with clouds: some registered, others not."""
    items, draw = [], make.stars if number % 2 else make.clouds
    likes = tuple(f"stills/{n:03}-sky.jpg" for n in range(200))
    saved(folder / "register" / likes[number], draw((1600, 900), dice))
    items.append(Item(f"register/{likes[number]}", "register", "sky", "still"))
    name = f"near/sky-{number:03}.mp4"
    moving = make.living(draw((1920, 1080), dice), None, PLAIN, Fraction(24), 72, dice)
    items.append(Item(name, "near", "look-alike", "clip", _wrote(folder, name, PLAIN, Fraction(24), moving), likes))
    return items


def _card(folder: Path, number: int, pictures: list[Picture], dice: np.random.Generator) -> list[Item]:
    """Title cards: other words in the same letters; every third says the same words on another ground."""
    likes = tuple(f"stills/{n:03}-card.png" for n in range(200))
    words, other = (make.WORDS[(number + n) % len(make.WORDS)] for n in (0, 0 if number % 3 == 0 else 5))
    saved(folder / "register" / likes[number], make.card((1280, 720), words, dice))
    picture = make.card((1280, 720), other, dice)
    name = f"near/card-{number:03}.mp4"
    seconds = _wrote(folder, name, (1280, 720), Fraction(24), [picture] * 60)
    return [
        Item(f"register/{likes[number]}", "register", "card", "still"),
        Item(name, "near", "lettering", "clip", seconds, likes),
    ]


MAKERS = {
    "clip": _clip,
    "still": _still,
    "prompt": _prompt,
    "few": partial(_prompt, registered=3, more=1),
    "host": _host,
    "take": _take,
    "logo": _logo,
    "sky": _sky,
    "card": _card,
}


# --- films ------------------------------------------------------------------------------------------------------------


def _of_films(work: Path, folder: Path, films: list[Source]) -> list[Item]:
    """Shots of films: those of the first half are registered, those of the second are hosts, and one between is left
    out. Of a locked camera, each stretch is a take of one set-up, and every other is registered."""
    items: list[Item] = []
    done = folder / "jobs" / "films.json"
    if done.exists():
        return _listed(done)
    for number, source in enumerate(films):
        path = source.at(work)
        locked = LOCKED in path.name
        rate = min(Fraction(30), shape(path)[2]).limit_denominator(1001)
        takes: list[str] = []
        shots = list(enumerate(_shots(path, rate)))
        middle = (len(shots) + 1) // 2
        for part, shot in shots:
            if part == middle and not locked:
                continue
            size = shot[0].shape[1] // 2 * 2, shot[0].shape[0] // 2 * 2
            is_in = part % 2 == 0 if locked else part < middle
            name = f"clips/film-{number:02}-{part:02}.mp4"
            place = f"register/{name}" if is_in else f"{'near' if locked else 'hosts'}/film-{number:02}-{part:02}.mp4"
            seconds = _wrote(folder, place, size, rate, [p[: size[1], : size[0]] for p in shot])
            if is_in:
                takes.append(name)
                items.append(Item(place, "register", "film", "clip", seconds, group=path.name))
            elif locked:
                items.append(Item(place, "near", "other take", "clip", seconds, tuple(takes), path.name))
            else:
                items.append(Item(place, "host", "film", "clip", seconds, group=path.name))
    return _list(done, items)


def _shots(path: Path, rate: Fraction, most: int = 10**9) -> list[list[Picture]]:
    """Runs of frames between cuts, 1.5 to 6 seconds long."""
    shots: list[list[Picture]] = [[]]
    last = None
    for picture in islice(frames(path, 1280), most):
        small = cv2.resize(picture, (64, 36), interpolation=cv2.INTER_AREA).astype(np.int16)
        if last is not None and (np.abs(small - last).mean() > CUT or len(shots[-1]) >= 6 * rate):
            shots.append([])
        last = small
        shots[-1].append(picture)
    lit = [shot[2:-2] for shot in shots if len(shot) >= 1.5 * rate]
    return [shot for shot in lit if np.mean([p.std() for p in shot[:: max(1, len(shot) // 5)]]) > 12]


def _of_dev(folder: Path, sources: list[Source]) -> list[Item]:
    """The register of the folder with known truth, and its empty reel in shots: one half for hosts, one for a reel."""
    items: list[Item] = []
    done = folder / "jobs" / "dev.json"
    if done.exists():
        return _listed(done)
    for source in sources:
        path = Path(source.path)
        if source.package == "dev":
            kind = "clip" if source.kind == "film" else "still"
            name = f"register/dev/{kind}s/{path.name}"
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / name)
            items.append(Item(name, "register", "dev", kind, source.seconds))
            continue
        rate = Fraction(24)
        for part, shot in enumerate(_shots(path, rate, DEV_FRAMES)):
            size = shot[0].shape[1], shot[0].shape[0]
            is_host = part % 2 == 0
            name = f"{'hosts' if is_host else 'reel'}/dev-{part:03}.mp4"
            seconds = _wrote(folder, name, size, rate, shot)
            items.append(Item(name, "host" if is_host else "reel", "dev", "clip", seconds))
    return _list(done, items)
