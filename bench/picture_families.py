"""The families of edit that the picture bench knows, in groups with what the engine is meant to find of each.

`FAMILIES[name]` is (group, function): the function takes a cast, dice and a strength of 1 to 3, and gives a shot. What
each number means stands in the function.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import picture_edits as edit
from picture_edits import Dice, Layer, Look, Shot

GROUPS = {  # what is meant to be found
    "A": 0.99,
    "B": 0.97,
    "C": 0.95,
    "D": 0.92,
    "E": 0.85,
    "F": None,
    "H": None,
}


class Cast:
    """What a shot is made of. `picture_cut.Players` is one."""

    size: tuple[int, int]

    def clip(self, dice: Dice, count: int, speed: float = 1.0, rate: float | None = None, how: str = "") -> Layer:
        """So many frames of a registered clip at a speed; of one at `rate`, or of one that is `how`, where given."""
        raise NotImplementedError

    def still(self, dice: Dice, count: int) -> Layer:
        raise NotImplementedError

    def any(self, dice: Dice, count: int) -> Layer:
        """A clip, or now and then a still."""
        raise NotImplementedError

    def host(self, dice: Dice, count: int) -> Callable[[int], edit.Picture]:
        """Frames of footage that nothing is registered of, each at the film's size."""
        raise NotImplementedError


def _length(dice: Dice) -> int:
    return int(dice.integers(26, 44))


def _whole(cast: Cast, dice: Dice, name: str, strength: int, layer: Layer | None = None, zoom: float = 1.0,
           looks: tuple[Look, ...] = (), over: tuple[Look, ...] = ()) -> Shot:  # fmt: skip
    """Filling the frame."""
    layer = layer or cast.any(dice, _length(dice))
    layer.place = edit.always(
        edit.covering(layer, cast.size, zoom, *(dice.uniform(0, 1, 2) if zoom > 1 else (0.5, 0.5)))
    )
    layer.looks = [*looks]
    return Shot(name, strength, cast.size, len(layer.shown), [layer], over=[*over])


def trim(cast: Cast, dice: Dice, s: int) -> Shot:
    return _whole(cast, dice, "trim", s)


def recompressed(cast: Cast, dice: Dice, s: int) -> Shot:
    """To H.264 at crf 36, 42, 48, at 960, 800, 640 pixels across."""
    shot = _whole(cast, dice, "re-encode", s)
    layer = shot.layers[0]
    shown = [layer.pictures[n] for n in layer.shown]
    layer.first += min(layer.shown)
    layer.pictures = edit.recoded(shown, (960, 800, 640)[s - 1], (36, 42, 48)[s - 1])
    layer.played, layer.shown = [n - min(layer.shown) for n in layer.shown], list(range(len(shown)))
    return shot


def squeezed(cast: Cast, dice: Dice, s: int) -> Shot:
    """Stretched across by 10, 20, 33 %, or as much down."""
    shot = _whole(cast, dice, "squeeze", s)
    layer, a = shot.layers[0], (1.1, 1.2, 1.33)[s - 1]
    x, y = cast.size[0] / 2, cast.size[1] / 2
    wide, high = (a, 1.0) if dice.random() < 0.6 else (1.0, a)
    stretch = np.array([[wide, 0, x - wide * x], [0, high, y - high * y], [0, 0, 1.0]])
    layer.place = edit.always(stretch @ edit.covering(layer, cast.size))
    return shot


def matted(cast: Cast, dice: Dice, s: int) -> Shot:
    """Letterbox to 2.39, pillarbox to 4:3, windowbox of three quarters."""
    shot = _whole(cast, dice, "matte", s)
    bar = (1 - cast.size[0] / cast.size[1] / 2.39) / 2
    shot.window = ((0.0, bar, 1.0, 1 - bar), (0.125, 0.0, 0.875, 1.0), (0.125, 0.125, 0.875, 0.875))[s - 1]
    if s == 3:
        inner = np.array([[0.75, 0, cast.size[0] / 8], [0, 0.75, cast.size[1] / 8], [0, 0, 1.0]])
        shot.layers[0].place = edit.always(inner @ edit.covering(shot.layers[0], cast.size))
    return shot


def grade(cast: Cast, dice: Dice, s: int) -> Shot:
    return _whole(cast, dice, "grade", s, looks=(edit.graded(dice, s),))


def blur(cast: Cast, dice: Dice, s: int) -> Shot:
    """Sigma 4, 8, 15 at 1280 pixels."""
    return _whole(cast, dice, "blur", s, over=(edit.blurred((4, 8, 15)[s - 1]),))


def grain(cast: Cast, dice: Dice, s: int) -> Shot:
    return _whole(cast, dice, "grain", s, over=(edit.grainy(dice, (8, 16, 26)[s - 1]),))


def mirror(cast: Cast, dice: Dice, s: int) -> Shot:
    """Alone, cropped to 85 %, graded."""
    shot = _whole(
        cast, dice, "mirror", s, zoom=1.18 if s == 2 else 1.0, looks=(edit.graded(dice, 1),) if s == 3 else ()
    )
    layer = shot.layers[0]
    assert layer.place is not None
    layer.place, layer.mirror = edit.always(edit.mirrored(layer, layer.place(0))), True
    return shot


def speed(cast: Cast, dice: Dice, s: int) -> Shot:
    """0.8 or 1.25, 2/3 or 1.5, 1/2 or 2."""
    fast = float(((0.8, 1.25), (2 / 3, 1.5), (0.5, 2.0))[s - 1][int(dice.integers(2))])
    return _whole(cast, dice, "speed", s, cast.clip(dice, _length(dice), fast))


def speed_wide(cast: Cast, dice: Dice, s: int) -> Shot:
    """0.4 or 2.5, 1/3 or 3, 1/4 or 4."""
    fast = float(((0.4, 2.5), (1 / 3, 3.0), (0.25, 4.0))[s - 1][int(dice.integers(2))])
    return _whole(
        cast, dice, "speed, wide", s, cast.clip(dice, int(dice.integers(28, 40)) if fast > 1 else _length(dice), fast)
    )


def crop(cast: Cast, dice: Dice, s: int) -> Shot:
    """To 85, 75, 60 % of the width."""
    return _whole(cast, dice, "crop", s, zoom=1 / (0.85, 0.75, 0.6)[s - 1])


def crop_hard(cast: Cast, dice: Dice, s: int) -> Shot:
    """To 50, 40, 33 % of the width."""
    return _whole(cast, dice, "crop, hard", s, zoom=1 / (0.5, 0.4, 0.33)[s - 1])


def titles(cast: Cast, dice: Dice, s: int) -> Shot:
    """Over an eighth, a fifth, a third of the frame."""
    return _whole(cast, dice, "titles", s, over=(edit.titled(dice, (0.125, 0.2, 0.33)[s - 1]),))


def _inset(cast: Cast, dice: Dice, name: str, s: int, share: float) -> Shot:
    layer = cast.any(dice, _length(dice))
    width, height = cast.size
    wide = share * width
    high = wide * layer.pictures[0].shape[0] / layer.pictures[0].shape[1]
    if high > 0.8 * height:
        wide, high = wide * 0.8 * height / high, 0.8 * height
    left, top = (dice.uniform(0.04, 0.96) * (side - part) for side, part in ((width, wide), (height, high)))
    layer.place = edit.always(edit.fitted(layer, left, top, wide))
    return Shot(name, s, cast.size, len(layer.shown), [layer], cast.host(dice, len(layer.shown)))


def inset(cast: Cast, dice: Dice, s: int) -> Shot:
    """Picture in picture, 35, 30, 25 % of the width."""
    return _inset(cast, dice, "inset 25-35 %", s, (0.35, 0.3, 0.25)[s - 1])


def inset_small(cast: Cast, dice: Dice, s: int) -> Shot:
    """20, 17, 15 % of the width."""
    return _inset(cast, dice, "inset 15-20 %", s, (0.2, 0.17, 0.15)[s - 1])


def inset_tiny(cast: Cast, dice: Dice, s: int) -> Shot:
    """12, 11, 10 % of the width."""
    return _inset(cast, dice, "inset 10-12 %", s, (0.12, 0.11, 0.1)[s - 1])


def combination(cast: Cast, dice: Dice, s: int) -> Shot:
    """Three of: grade, crop to 80 %, mirror, titles, speed, letterbox, grain, blur, coarse encoding."""
    names = set(dice.permutation(["grade", "crop", "mirror", "titles", "speed", "matte", "grain", "blur"])[:3])
    fast = float(dice.choice([0.8, 1.25])) if "speed" in names else 1.0
    layer = cast.clip(dice, _length(dice), fast)
    shot = _whole(cast, dice, "combination", s, layer, zoom=1.25 if "crop" in names else 1.0)
    if "grade" in names:
        layer.looks.append(edit.graded(dice, 2))
    if "mirror" in names:
        assert layer.place is not None
        layer.place, layer.mirror = edit.always(edit.mirrored(layer, layer.place(0))), True
    if "matte" in names:
        shot.window = (0.0, 0.128, 1.0, 0.872)
    shot.over += [edit.titled(dice, 0.2)] if "titles" in names else []
    shot.over += [edit.blurred(4)] if "blur" in names else []
    shot.over += [edit.grainy(dice, 12)] if "grain" in names else []
    return shot


def _blend(cast: Cast, dice: Dice, name: str, s: int, weight: float) -> Shot:
    shot = _whole(cast, dice, name, s)
    shot.under, shot.layers[0].alpha = cast.host(dice, shot.count), lambda number: weight
    return shot


def blend(cast: Cast, dice: Dice, s: int) -> Shot:
    """60, 50, 40 % of it over other footage."""
    return _blend(cast, dice, "blend 0.4-0.6", s, (0.6, 0.5, 0.4)[s - 1])


def blend_faint(cast: Cast, dice: Dice, s: int) -> Shot:
    """30, 20, 15 %."""
    return _blend(cast, dice, "blend 0.15-0.3", s, (0.3, 0.2, 0.15)[s - 1])


def dissolve(cast: Cast, dice: Dice, s: int) -> Shot:
    """Fading in and out over 8, 16, 24 frames; it counts as there from half."""
    half = (4, 8, 12)[s - 1]
    shot = _whole(cast, dice, "dissolve", s, cast.any(dice, _length(dice) + 2 * half))
    count = shot.count
    shot.under, shot.soft, shot.unshown = cast.host(dice, count), half, (half, half)
    shot.layers[0].alpha = lambda n: float(min(1.0, (n + 0.5) / (2 * half), (count - n - 0.5) / (2 * half)))
    return shot


def _still(cast: Cast, dice: Dice, name: str, s: int, zoom: float) -> Shot:
    """A still under a move from one framing to another."""
    count = int(dice.integers(40, 60))
    layer = cast.still(dice, count)
    ends = [(1.05, *dice.uniform(0, 1, 2)), (zoom, *dice.uniform(0, 1, 2))]
    if dice.random() < 0.4:
        ends.reverse()
    start, end = (edit.covering(layer, cast.size, *e) for e in ends)
    layer.place = lambda n: start + (end - start) * (n / (count - 1))
    return Shot(name, s, cast.size, count, [layer])


def still_moved(cast: Cast, dice: Dice, s: int) -> Shot:
    """Zoom to 1.3, 1.6, 2."""
    return _still(cast, dice, "still, moved to 2x", s, (1.3, 1.6, 2.0)[s - 1])


def still_far(cast: Cast, dice: Dice, s: int) -> Shot:
    """Zoom to 2.3, 2.6, 3."""
    return _still(cast, dice, "still, moved to 3x", s, (2.3, 2.6, 3.0)[s - 1])


def split(cast: Cast, dice: Dice, s: int) -> Shot:
    """Two, four, nine pictures at once: two of them are registered."""
    cells, count = (2, 2, 3)[s - 1], _length(dice)
    rows = 1 if s == 1 else cells
    width, height = cast.size[0] // cells, cast.size[1] // rows
    hosts = [cast.host(dice, count) for _ in range(0 if s == 1 else 2)]
    layers = []
    for cell in dice.permutation(cells * rows)[:2]:
        layer = cast.any(dice, count)
        left, top = int(cell % cells) * width, int(cell // cells) * height
        shift = np.array([[1.0, 0, left], [0, 1.0, top], [0, 0, 1.0]])
        layer.place = edit.always(shift @ edit.covering(layer, (width, height)))
        layer.mask = np.zeros(cast.size[::-1], np.float32)
        layer.mask[top : top + height, left : left + width] = 1
        layers.append(layer)

    def under(number: int) -> edit.Picture:
        out = np.zeros((cast.size[1], cast.size[0], 3), np.uint8)
        for cell in range(cells * rows if hosts else 0):
            left, top = (cell % cells) * width, (cell // cells) * height
            out[top : top + height, left : left + width] = edit.filled(hosts[cell % 2](number), width, height)
        return out

    return Shot("split", s, cast.size, count, layers, under)


def screen(cast: Cast, dice: Dice, s: int) -> Shot:
    """On a screen in perspective, 55, 40, 28 % of the width."""
    layer, share = cast.any(dice, _length(dice)), (0.55, 0.4, 0.28)[s - 1]
    height, width = layer.pictures[0].shape[:2]
    wide = share * cast.size[0]
    high = min(wide * height / width, 0.75 * cast.size[1])
    left = dice.uniform(0.05, 0.95) * (cast.size[0] - wide)
    top = dice.uniform(0.1, 0.9) * (cast.size[1] - high)
    lean, away = dice.uniform(0.08, 0.2) * high, dice.choice([0, 1])
    box = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32) + np.array([left, top], np.float32)
    box[[1, 2] if away else [0, 3], 1] += np.array([lean, -lean], np.float32)
    box += dice.uniform(-0.02, 0.02, (4, 2)).astype(np.float32) * wide
    edges = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    layer.place = edit.always(edit.cv2.getPerspectiveTransform(edges, box.astype(np.float32)))
    return Shot("screen", s, cast.size, len(layer.shown), [layer], cast.host(dice, len(layer.shown)))


def rotate(cast: Cast, dice: Dice, s: int) -> Shot:
    """By 5, 10, 15 degrees, and enlarged to fill."""
    degrees = (5, 10, 15)[s - 1] * float(dice.choice([-1, 1]))
    shot = _whole(cast, dice, "rotate", s)
    layer, middle = shot.layers[0], (cast.size[0] / 2, cast.size[1] / 2)
    layer.place = edit.always(edit.turned(edit.covering(layer, cast.size, 1.0 + 0.025 * abs(degrees)), degrees, middle))
    return shot


def turn(cast: Cast, dice: Dice, s: int) -> Shot:
    """Upside down, a quarter left, a quarter right."""
    shot = _whole(cast, dice, "turned", s)
    layer, middle = shot.layers[0], (cast.size[0] / 2, cast.size[1] / 2)
    zoom = 1.0 if s == 1 else cast.size[0] / cast.size[1]
    layer.place = edit.always(edit.turned(edit.covering(layer, cast.size, zoom), (180, -90, 90)[s - 1], middle))
    return shot


def reverse(cast: Cast, dice: Dice, s: int) -> Shot:
    """Backwards; at 0.7 and 1.5 of the speed."""
    layer = cast.clip(dice, _length(dice), (1.0, 0.7, 1.5)[s - 1])
    layer.shown, layer.speed = layer.shown[::-1], -layer.speed
    return _whole(cast, dice, "reverse", s, layer)


def freeze(cast: Cast, dice: Dice, s: int) -> Shot:
    """Stops after a third; stands throughout; stands, cropped to 80 %."""
    layer = cast.clip(dice, _length(dice))
    stop = len(layer.shown) // 3 if s == 1 else 0
    layer.shown = [min(n, layer.shown[stop]) for n in layer.shown]
    layer.speed = 1.0 if s == 1 else 0.0
    return _whole(cast, dice, "freeze", s, layer, zoom=1.25 if s == 3 else 1.0)


def convert(cast: Cast, dice: Dice, s: int) -> Shot:
    """Of another rate with frames mixed; 2:3 pulldown with its fields left in; shown at 8 frames a second."""
    count = _length(dice)
    if s == 1:
        layer = cast.clip(dice, count, rate=-24.0)
        pictures = edit.blended(layer.pictures, layer.rate, count)
    elif s == 2:
        layer = cast.clip(dice, count, rate=24.0)
        pictures = edit.telecined([layer.pictures[n] for n in layer.shown])
    else:
        layer = cast.clip(dice, count)
        pictures = [layer.pictures[layer.shown[3 * (n // 3)]] for n in range(count)]
    layer.played = layer.shown[: len(pictures)]
    layer.pictures, layer.shown = pictures, list(range(len(pictures)))
    return _whole(cast, dice, "frame rate", s, layer)


def _short(cast: Cast, dice: Dice, name: str, s: int, count: int) -> Shot:
    return _whole(cast, dice, name, s, cast.any(dice, count))


def short(cast: Cast, dice: Dice, s: int) -> Shot:
    """12, 10, 8 frames."""
    return _short(cast, dice, "8-12 frames", s, (12, 10, 8)[s - 1])


def short_very(cast: Cast, dice: Dice, s: int) -> Shot:
    """7, 6, 5 frames."""
    return _short(cast, dice, "5-7 frames", s, (7, 6, 5)[s - 1])


def moved(cast: Cast, dice: Dice, s: int) -> Shot:
    """A clip under a pan, under a push in to 1.5, shaken by 2 % and a degree."""
    layer = cast.clip(dice, _length(dice))
    count = len(layer.shown)
    shot = _whole(cast, dice, "clip, moved", s, layer)
    if s == 3:
        still, middle = edit.covering(layer, cast.size, 1.15), (cast.size[0] / 2, cast.size[1] / 2)
        shakes = dice.normal(0, 1, (count, 3)) * np.array([0.01 * cast.size[0], 0.01 * cast.size[1], 0.5])
        shakes = shakes.clip(-0.02 * cast.size[0], 0.02 * cast.size[0])

        def shaken(n: int) -> edit.Place:
            x, y, degrees = shakes[n]
            return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]]) @ edit.turned(still, degrees, middle)

        layer.place = shaken
        return shot
    zooms = ((1.25, 1.25), (1.02, 1.5))[s - 1]
    start, end = (edit.covering(layer, cast.size, zoom, *dice.uniform(0, 1, 2)) for zoom in zooms)
    layer.place = lambda n: start + (end - start) * (n / max(1, count - 1))
    return shot


def partial(cast: Cast, dice: Dice, s: int) -> Shot:
    """It is the background; new action stands before 30, 45, 60 % of it."""
    shot = _whole(cast, dice, "background", s)
    shot.over = [edit.in_front(edit.figure(cast.size, dice, (0.3, 0.45, 0.6)[s - 1]), cast.host(dice, shot.count))]
    return shot


def half_covered(cast: Cast, dice: Dice, s: int) -> Shot:
    """Something lies over 40, 50, 55 %."""
    shot = _whole(cast, dice, "half covered", s)
    shot.over = [edit.in_front(edit.half(cast.size, dice, (0.4, 0.5, 0.55)[s - 1]), cast.host(dice, shot.count))]
    return shot


def mostly_covered(cast: Cast, dice: Dice, s: int) -> Shot:
    """Over 70, 75, 80 %."""
    shot = _whole(cast, dice, "mostly covered", s)
    shot.over = [edit.in_front(edit.half(cast.size, dice, (0.7, 0.75, 0.8)[s - 1]), cast.host(dice, shot.count))]
    return shot


def negative(cast: Cast, dice: Dice, s: int) -> Shot:
    return _whole(cast, dice, "inverted", s, looks=(edit.inverted,))


def one_of_twenty(cast: Cast, dice: Dice, s: int) -> Shot:
    """One of the variations of a prompt; plain, graded, cropped to 80 %."""
    layer = cast.clip(dice, _length(dice), how="variation")
    looks = (edit.graded(dice, 1),) if s == 2 else ()
    return _whole(cast, dice, "one of twenty", s, layer, 1.25 if s == 3 else 1.0, looks)


def two_at_once(cast: Cast, dice: Dice, s: int) -> Shot:
    """A registered inset over a registered clip; both count."""
    shot = _inset(cast, dice, "two at once", s, (0.45, 0.35, 0.3)[s - 1])
    below = cast.clip(dice, shot.count)
    below.place = edit.always(edit.covering(below, cast.size))
    shot.layers.insert(0, below)
    shot.under = None
    return shot


FAMILIES: dict[str, tuple[str, Callable[[Cast, Dice, int], Shot]]] = {
    "trim": ("A", trim),
    "re-encode": ("A", recompressed),
    "squeeze": ("A", squeezed),
    "matte": ("A", matted),
    "grade": ("A", grade),
    "blur": ("A", blur),
    "grain": ("A", grain),
    "mirror": ("A", mirror),
    "speed": ("A", speed),
    "crop": ("A", crop),
    "titles": ("B", titles),
    "inset 25-35 %": ("B", inset),
    "combination": ("B", combination),
    "blend 0.4-0.6": ("C", blend),
    "dissolve": ("C", dissolve),
    "still, moved to 2x": ("C", still_moved),
    "crop, hard": ("D", crop_hard),
    "split": ("D", split),
    "screen": ("D", screen),
    "rotate": ("D", rotate),
    "reverse": ("D", reverse),
    "freeze": ("D", freeze),
    "speed, wide": ("D", speed_wide),
    "frame rate": ("D", convert),
    "still, moved to 3x": ("D", still_far),
    "inset 15-20 %": ("E", inset_small),
    "8-12 frames": ("E", short),
    "clip, moved": ("E", moved),
    "turned": ("E", turn),
    "background": ("E", partial),
    "half covered": ("E", half_covered),
    "5-7 frames": ("F", short_very),
    "inset 10-12 %": ("F", inset_tiny),
    "blend 0.15-0.3": ("F", blend_faint),
    "inverted": ("F", negative),
    "mostly covered": ("F", mostly_covered),
    "one of twenty": ("H", one_of_twenty),
    "two at once": ("H", two_at_once),
}
TWO_LAYERS = {"split", "two at once"}
