"""Moving pictures made from photographs, and cards, skies and noise made from nothing.

A *living* photograph is seen by a camera that moves and turns a little, over a picture that flows, with something cut
from another photograph passing before it. Its *variations* share composition and colours with it and no detail, as two
outputs of a generative model for one prompt do. A *take* has its very background, under a locked camera, and other
action in front.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import cv2
import numpy as np
from picture_tools import Picture, filled

Dice = np.random.Generator
BASE = 832  # pixels across, of a variation
COARSE = 40, 24  # how fine a flow is
WORDS = [
    "NIGHT",
    "HARBOUR",
    "WINTER",
    "GLASS",
    "RIVER",
    "STATION",
    "SIGNAL",
    "PAPER",
    "EMBER",
    "MERIDIAN",
    "COPPER",
    "ORCHARD",
    "VALLEY",
    "LANTERN",
]


def living(base: Picture, passing: Picture | None, size: tuple[int, int], rate: Fraction, count: int, dice: Dice,
           locked: bool = False) -> Iterator[Picture]:  # fmt: skip
    """`count` frames of a photograph that moves. `locked` keeps the camera and the picture still."""
    width, height = size
    room = 1.35
    ground = filled(base, round(width * room), round(height * room))
    start, end = _view(dice), _view(dice)
    flow = _Flow(dice, 0.0 if locked else dice.uniform(0.004, 0.012))
    sprite = _Sprite(passing, size, dice) if passing is not None else None
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    for number in range(count):
        share = 0.0 if locked else number / max(1, count - 1)
        zoom, turn, x, y = (1 - share) * start + share * end
        c, s = np.float32(np.cos(turn) / zoom), np.float32(np.sin(turn) / zoom)
        dx, dy = columns - width / 2, rows - height / 2
        fx, fy = flow.at(float(number / rate), size)
        across = c * dx - s * dy + ground.shape[1] / 2 + x * width + fx
        down = s * dx + c * dy + ground.shape[0] / 2 + y * height + fy
        picture = cv2.remap(
            ground, *(m.astype(np.float32) for m in (across, down)), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        yield sprite.over(picture, float(number / rate)) if sprite else picture


def _view(dice: Dice) -> np.ndarray:
    return np.array([dice.uniform(1.0, 1.25), dice.uniform(-0.03, 0.03), *dice.uniform(-0.09, 0.09, 2)])


class _Flow:
    """A slow, smooth field of displacements, in shares of the width."""

    def __init__(self, dice: Dice, amount: float) -> None:
        self._amount = amount
        self._waves = dice.uniform(-1, 1, (2, 3, 3))
        self._speeds, self._phases = dice.uniform(0.6, 2.2, (2, 3)), dice.uniform(0, 6.3, (2, 3))
        self._x, self._y = np.meshgrid(np.linspace(0, 6.3, COARSE[0]), np.linspace(0, 3.6, COARSE[1]))

    def at(self, seconds: float, size: tuple[int, int]) -> list[np.ndarray]:
        fields = []
        for wave, speed, phase in zip(self._waves, self._speeds, self._phases, strict=True):
            small = sum(
                np.sin(1.6 * (a * self._x + b * self._y) + speed[n] * seconds + phase[n])
                for n, (a, b, _) in enumerate(wave)
            )
            fields.append(cv2.resize((self._amount * size[0] * small).astype(np.float32), size))
        return fields


class _Sprite:
    """Something cut out of another photograph, in an ellipse, that crosses the picture."""

    def __init__(self, picture: Picture, size: tuple[int, int], dice: Dice) -> None:
        width, height = size
        wide, high = (max(16, round(float(dice.uniform(0.16, 0.34)) * side)) for side in (width, height * 1.3))
        x, y = (int(dice.integers(0, max(1, picture.shape[a] - s))) for a, s in ((1, 2 * wide), (0, 2 * high)))
        cut = picture[y : y + 2 * high, x : x + 2 * wide]
        self._cut = cv2.resize(cut, (wide, high), interpolation=cv2.INTER_AREA).astype(np.float32)
        down, across = np.mgrid[-1 : 1 : high * 1j, -1 : 1 : wide * 1j]
        inside = np.clip((1.0 - np.hypot(across, down)) * 8, 0, 1)
        self._mask = inside.astype(np.float32)[..., None]
        self._start = np.array([dice.uniform(0.05, 0.75) * width, dice.uniform(0.2, 0.55) * height])
        self._speed = np.array(
            [dice.uniform(0.08, 0.25) * width * dice.choice([-1, 1]), dice.uniform(-0.06, 0.06) * height]
        )
        self._bob = dice.uniform(0.01, 0.03) * height, dice.uniform(3, 8)

    def over(self, picture: Picture, seconds: float) -> Picture:
        x, y = self._start + self._speed * seconds
        y += self._bob[0] * np.sin(self._bob[1] * seconds)
        return pasted(picture, self._cut, self._mask, round(float(x)), round(float(y)))


def pasted(picture: Picture, cut: np.ndarray, mask: np.ndarray, x: int, y: int) -> Picture:
    """`cut` laid over the picture with its top left at x, y; what falls outside is lost."""
    out = picture.copy()
    left, top = max(0, x), max(0, y)
    right, bottom = min(picture.shape[1], x + cut.shape[1]), min(picture.shape[0], y + cut.shape[0])
    if right > left and bottom > top:
        part = mask[top - y : bottom - y, left - x : right - x]
        laid = part * cut[top - y : bottom - y, left - x : right - x] + (1 - part) * out[top:bottom, left:right]
        out[top:bottom, left:right] = np.clip(laid, 0, 255).astype(np.uint8)
    return out


def softened(picture: Picture, dice: Dice) -> Picture:
    """Out of focus, but for a spot in a third of all; half of them with less contrast, a third darker: what has few
    features, or faint ones."""
    width, out = picture.shape[1], picture.astype(np.float32)
    sigma = float(dice.choice([0, 0, 1, 2, 3, 4.5])) * width / 1024
    if sigma:
        out = cv2.GaussianBlur(out, (0, 0), sigma)
        if dice.random() < 0.35:
            down, across = np.mgrid[-1 : 1 : picture.shape[0] * 1j, -1 : 1 : width * 1j]
            away = np.hypot(across - dice.uniform(-0.4, 0.4), down - dice.uniform(-0.3, 0.3))
            sharp = np.clip((0.5 - away) * 6, 0, 1)[..., None]
            out = sharp * picture + (1 - sharp) * out
    contrast = dice.uniform(0.5, 1) if dice.random() < 0.5 else 1.0
    light = dice.uniform(0.3, 1) if dice.random() < 0.35 else 1.0
    return np.clip(((out - out.mean()) * contrast + out.mean()) * light, 0, 255).astype(np.uint8)


def variation(base: Picture, other: Picture, dice: Dice) -> Picture:
    """What the same prompt might have given: the composition of `base`, bent; its details elsewhere, mixed with those
    of another picture."""
    small = filled(base, BASE, BASE * 9 // 16)
    coarse = cv2.GaussianBlur(_bent(small, dice, 0.025), (0, 0), BASE / 55)
    detail = _details(_bent(small, dice, 0.07))
    foreign = _details(filled(other, BASE, BASE * 9 // 16))
    mixed = coarse + 0.8 * detail + 0.5 * foreign + dice.uniform(-8, 8, 3)
    return np.clip(mixed, 0, 255).astype(np.uint8)


def _bent(picture: Picture, dice: Dice, amount: float) -> np.ndarray:
    height, width = picture.shape[:2]
    fields = [
        cv2.resize(
            dice.normal(0, amount * width, (7, 11)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
        )
        for _ in range(2)
    ]
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    moved = cv2.remap(picture, columns + fields[0], rows + fields[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return moved.astype(np.float32)


def _details(picture: np.ndarray) -> np.ndarray:
    values = picture.astype(np.float32)
    return values - cv2.GaussianBlur(values, (0, 0), BASE / 55)


def stars(size: tuple[int, int], dice: Dice) -> Picture:
    """A night sky."""
    width, height = size
    sky = np.full((height, width, 3), 6, np.float32) + 10 * _cloud(size, dice)[..., None]
    for _ in range(int(dice.integers(250, 700))):
        place = int(dice.integers(width)), int(dice.integers(height))
        cv2.circle(
            sky, place, int(dice.choice([0, 0, 0, 1, 1, 2])), (float(dice.uniform(90, 255)),) * 3, -1, cv2.LINE_AA
        )
    return np.clip(cv2.GaussianBlur(sky, (0, 0), 0.8), 0, 255).astype(np.uint8)


def clouds(size: tuple[int, int], dice: Dice) -> Picture:
    """A sky with clouds, and a horizon."""
    width, height = size
    fall = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    white = np.clip(2.2 * _cloud(size, dice) - 0.6, 0, 1) * (1 - 0.5 * fall)
    sky = np.stack([200 - 30 * fall + 0 * white, 150 + 40 * fall + 0 * white, 95 + 80 * fall + 0 * white], axis=-1)
    sky = sky + white[..., None] * (245 - sky)
    line = int(height * dice.uniform(0.62, 0.85))
    edge = line + (12 * np.cumsum(dice.normal(0, 0.25, width))).clip(-40, 40)
    rows = np.arange(height)[:, None]
    land = rows > edge[None, :]
    sky[land] = (40 + 20 * _cloud(size, dice))[land][:, None] * np.array([0.7, 1.0, 0.9])
    return np.clip(sky, 0, 255).astype(np.uint8)


def _cloud(size: tuple[int, int], dice: Dice) -> np.ndarray:
    """Noise in octaves, 0 to 1."""
    total = np.zeros(size[::-1], np.float32)
    for octave in range(1, 7):
        cells = dice.random((2**octave + 1, 2 ** (octave + 1) + 1)).astype(np.float32)
        total += cv2.resize(cells, size, interpolation=cv2.INTER_CUBIC) / 2**octave
    return np.clip(total, 0, 1)


def card(size: tuple[int, int], words: str, dice: Dice) -> Picture:
    """A title card: lettering on a soft ground."""
    width, height = size
    ends = dice.uniform(10, 110, (2, 3))
    fall = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    soft = ((1 - fall) * ends[0] + fall * ends[1]).astype(np.uint8)
    ground = np.ascontiguousarray(np.broadcast_to(soft, (height, width, 3)))
    lettered(ground, words, 0.5, width / 700, (235, 235, 235))
    lettered(ground, "A FILM IN FIVE PARTS", 0.62, width / 1600, (200, 200, 200))
    return ground


def lettered(picture: np.ndarray, words: str, down: float, scale: float, colour: tuple[int, int, int]) -> None:
    """Words in the middle of the picture, at a share of its height, in place."""
    face, weight = cv2.FONT_HERSHEY_DUPLEX, max(1, round(1.6 * scale))
    (wide, high), _ = cv2.getTextSize(words, face, scale, weight)
    place = (picture.shape[1] - wide) // 2, int(picture.shape[0] * down) + high // 2
    cv2.putText(picture, words, place, face, scale, colour, weight, cv2.LINE_AA)


def branded(picture: Picture) -> Picture:
    """With a vendor's mark in the corner, as free tiers burn it in."""
    out, high = picture.copy(), picture.shape[0]
    scale = high / 640
    x, y = round(picture.shape[1] - 250 * scale), round(high - 26 * scale)
    cv2.circle(out, (round(x - 26 * scale), round(y - 10 * scale)), round(15 * scale), (245, 245, 245), -1, cv2.LINE_AA)
    cv2.circle(out, (round(x - 20 * scale), round(y - 14 * scale)), round(8 * scale), (60, 60, 60), -1, cv2.LINE_AA)
    cv2.putText(
        out,
        "VISIOMAT ai",
        (x, y),
        cv2.FONT_HERSHEY_DUPLEX,
        1.1 * scale,
        (245, 245, 245),
        max(1, round(2 * scale)),
        cv2.LINE_AA,
    )
    return out


def bars(size: tuple[int, int]) -> Picture:
    """Colour bars."""
    width, height = size
    colours = np.array(
        [(191, 191, 191), (0, 191, 191), (191, 191, 0), (0, 191, 0), (191, 0, 191), (0, 0, 191), (191, 0, 0)]
    )
    row = colours[(np.arange(width) * 7 // width)].astype(np.uint8)
    out = np.broadcast_to(row, (height, width, 3)).copy()
    out[int(height * 0.75) :] = np.linspace(0, 255, width).astype(np.uint8)[None, :, None]
    return out


def slate(size: tuple[int, int], take: int) -> Picture:
    out = np.full((size[1], size[0], 3), 24, np.uint8)
    cv2.rectangle(out, (size[0] // 5, size[1] // 5), (4 * size[0] // 5, 4 * size[1] // 5), (210, 210, 210), 3)
    for line, words in enumerate(("PROD. CLEARWATER", f"SCENE 12  TAKE {take}", "ROLL A004  24 FPS")):
        lettered(out, words, 0.36 + 0.14 * line, size[0] / 1100, (230, 230, 230))
    return out
