"""What is done to material on its way into a film: the families of edit, each with its truth.

A `Shot` yields finished frames of the film and knows, frame by frame, where the corners of the material's picture lie.
Families are functions from a `Cast` (what is there to be used) and dice to a shot. Strength counts from 1, mild, to 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import cv2
import numpy as np
import picture_makers as make
from picture_tools import Picture, filled, recoded

Dice = np.random.Generator
Place = np.ndarray  # 3 x 3: pixels of the material to pixels of the film
Look = Callable[[Picture, int], Picture]
FILM_RATE = Fraction(24)


@dataclass
class Layer:
    """One material in a shot: the frame shown at each frame of the film, what is done to it, where it lies."""

    material: str
    pictures: list[Picture]
    shown: list[int]
    rate: float
    speed: float = 1.0
    mirror: bool = False
    looks: list[Look] = field(default_factory=list)
    place: Callable[[int], Place] | None = None
    alpha: Callable[[int], float] | None = None
    mask: np.ndarray | None = None  # of the film's frame: 0 where the material does not show
    first: int = 0  # of the material's frames: where `pictures` begins
    played: list[int] | None = None  # what `shown` was, where `pictures` were made of the material's

    def corners(self, number: int, size: tuple[int, int]) -> np.ndarray:
        assert self.place is not None
        height, width = self.pictures[0].shape[:2]
        at = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
        laid = np.c_[at, np.ones(4)] @ self.place(number).T
        return laid[:, :2] / laid[:, 2:] / np.array(size)


@dataclass
class Shot:
    """`layers` over `under`; `over` and `post` change the finished frame. `window`: left, top, right, bottom, in
    shares of the frame, of what mattes leave. `soft`: frames at both ends in which the material comes and goes."""

    family: str
    strength: int
    size: tuple[int, int]
    count: int
    layers: list[Layer]
    under: Callable[[int], Picture] | None = None
    over: list[Look] = field(default_factory=list)
    window: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    soft: int = 0
    unshown: tuple[int, int] = (0, 0)  # frames at both ends that belong to the shot and not to the material

    def frames(self) -> Iterator[Picture]:
        width, height = self.size
        for number in range(self.count):
            canvas = self.under(number) if self.under else np.zeros((height, width, 3), np.uint8)
            for layer in self.layers:
                canvas = self._laid(canvas, layer, number)
            for change in self.over:
                canvas = change(canvas, number)
            yield self._matted(canvas)

    def _laid(self, canvas: Picture, layer: Layer, number: int) -> Picture:
        width, height = self.size
        alpha = layer.alpha(number) if layer.alpha else 1.0
        if alpha <= 0:
            return canvas
        picture = layer.pictures[layer.shown[number]]
        for look in layer.looks:
            picture = look(picture, number)
        assert layer.place is not None
        place = layer.place(number)
        picture, place = _reduced(picture, place)
        laid = cv2.warpPerspective(picture, place, (width, height), flags=cv2.INTER_LINEAR)
        solid = np.full(picture.shape[:2], 255, np.uint8)
        inside = cv2.warpPerspective(solid, place, (width, height), flags=cv2.INTER_LINEAR)
        if layer.mask is not None:
            inside = (inside * layer.mask).astype(np.uint8)
        if alpha == 1.0 and inside.min() == 255:
            return laid
        weight = (inside.astype(np.float32) * (alpha / 255))[..., None]
        return (canvas + weight * (laid.astype(np.float32) - canvas)).clip(0, 255).astype(np.uint8)

    def _matted(self, canvas: Picture) -> Picture:
        if self.window == (0.0, 0.0, 1.0, 1.0):
            return canvas
        left, top, right, bottom = self.pixels()
        out = np.zeros_like(canvas)
        out[top:bottom, left:right] = canvas[top:bottom, left:right]
        return out

    def pixels(self) -> tuple[int, int, int, int]:
        width, height = self.size
        left, top, right, bottom = self.window
        return round(left * width), round(top * height), round(right * width), round(bottom * height)


def _reduced(picture: Picture, place: Place) -> tuple[Picture, Place]:
    """Shrunk before it is laid much smaller, so that nothing aliases."""
    scale = float(np.sqrt(abs(np.linalg.det(place[:2, :2]))))
    if not 0 < scale < 0.6 or abs(place[2, :2]).max() > 1e-9:
        return picture, place
    height, width = picture.shape[:2]
    small = cv2.resize(
        picture, (max(8, round(width * scale)), max(8, round(height * scale))), interpolation=cv2.INTER_AREA
    )
    return small, place @ np.diag([width / small.shape[1], height / small.shape[0], 1.0])


# --- places -----------------------------------------------------------------------------------------------------------


def covering(layer: Layer, size: tuple[int, int], zoom: float = 1.0, x: float = 0.5, y: float = 0.5) -> Place:
    """Filling the frame and `zoom` times more; x and y say how much of what is too much is cut on the left and top."""
    height, width = layer.pictures[0].shape[:2]
    scale = max(size[0] / width, size[1] / height) * zoom
    left, top = x * (size[0] - scale * width), y * (size[1] - scale * height)
    return np.array([[scale, 0, left], [0, scale, top], [0, 0, 1.0]])


def boxed(layer: Layer, box: tuple[float, float, float, float]) -> Place:
    """Into a box of the film: left, top, right, bottom, in pixels."""
    height, width = layer.pictures[0].shape[:2]
    left, top, right, bottom = box
    return np.array([[(right - left) / width, 0, left], [0, (bottom - top) / height, top], [0, 0, 1.0]])


def fitted(layer: Layer, left: float, top: float, width: float) -> Place:
    """So wide, at this place, in its own proportions."""
    high = width * layer.pictures[0].shape[0] / layer.pictures[0].shape[1]
    return boxed(layer, (left, top, left + width, top + high))


def turned(place: Place, degrees: float, about: tuple[float, float]) -> Place:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    x, y = about
    turn = np.array([[c, -s, x - c * x + s * y], [s, c, y - s * x - c * y], [0, 0, 1.0]])
    return turn @ place


def mirrored(layer: Layer, place: Place) -> Place:
    """The material's picture turned left to right, in the same place."""
    width = layer.pictures[0].shape[1]
    return place @ np.array([[-1, 0, width], [0, 1, 0], [0, 0, 1.0]])


def always(place: Place) -> Callable[[int], Place]:
    return lambda number: place


# --- looks: of the material, or of the frame --------------------------------------------------------------------------


def graded(dice: Dice, strength: int) -> Look:
    """Contrast, gamma, tint; at 3 nearly black and white."""
    gamma, gain = dice.choice([0.65, 0.75, 1.35, 1.6]), dice.uniform(0.75, 1.2)
    tint = 1 + (0.08 + 0.07 * strength) * dice.uniform(-1, 1, 3)
    keep = (0.7, 0.4, 0.08)[strength - 1]
    lift = dice.uniform(0, 8 * strength)
    steps = np.arange(256, dtype=np.float32) / 255
    table = np.stack([np.clip(255 * gain * t * steps**gamma + lift, 0, 255) for t in tint], axis=-1).astype(np.uint8)

    def look(picture: Picture, number: int) -> Picture:
        grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
        return cv2.LUT(cv2.addWeighted(picture, keep, grey, 1 - keep, 0), table[None])

    return look


def blurred(sigma: float) -> Look:
    """`sigma` in pixels of a picture 1280 wide."""

    def look(picture: Picture, number: int) -> Picture:
        small = cv2.resize(
            picture, (320, max(2, round(320 * picture.shape[0] / picture.shape[1]))), interpolation=cv2.INTER_AREA
        )
        if sigma >= 8:
            soft = cv2.GaussianBlur(small, (0, 0), sigma / 4)
            return cv2.resize(soft, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        return cv2.GaussianBlur(picture, (0, 0), sigma * picture.shape[1] / 1280)

    return look


def grainy(dice: Dice, amount: float) -> Look:
    planes = [dice.normal(0, amount, (540, 960)).astype(np.float32) for _ in range(6)]

    def look(picture: Picture, number: int) -> Picture:
        grain = cv2.resize(planes[number % 6], picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        return cv2.add(picture.astype(np.float32), cv2.merge([grain] * 3)).clip(0, 255).astype(np.uint8)

    return look


def inverted(picture: Picture, number: int) -> Picture:
    return 255 - picture


def titled(dice: Dice, share: float) -> Look:
    """Lettering and a band that together lie over about this share of the frame."""
    words = [" ".join(str(dice.choice(make.WORDS)) for _ in range(3)) for _ in range(6)]
    colour = tuple(float(v) for v in dice.uniform(0, 255, 3))
    at_top = dice.random() < 0.3

    def look(picture: Picture, number: int) -> Picture:
        out, (height, width) = picture.copy(), picture.shape[:2]
        band = round(height * share * 0.7)
        top = 0 if at_top else height - band
        out[top : top + band] = (0.25 * out[top : top + band] + 0.75 * np.array(colour)).astype(np.uint8)
        for line in range(max(1, band // round(height * 0.09))):
            make.lettered(
                out, words[line % 6], (top + height * (0.06 + 0.09 * line)) / height, width / 1100, (255, 255, 255)
            )
        make.lettered(out, words[-1], 0.3 if not at_top else 0.75, width / 620, (250, 250, 250))
        return out

    return look


# --- things in front --------------------------------------------------------------------------------------------------


def in_front(mask: np.ndarray, cover: Callable[[int], Picture]) -> Look:
    """Another picture where the mask is 1."""
    weight = mask[..., None].astype(np.float32)

    def look(picture: Picture, number: int) -> Picture:
        return (picture + weight * (cover(number).astype(np.float32) - picture)).astype(np.uint8)

    return look


def figure(size: tuple[int, int], dice: Dice, share: float) -> np.ndarray:
    """A mask like that of somebody who stands in front: of this share of the frame, soft at the rim."""
    width, height = size
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    centre = dice.uniform(0.3, 0.7) * width
    low, high = 0.02, 1.5
    for _ in range(18):  # the width that gives the share
        wide = (low + high) / 2
        body = np.clip(
            (1 - np.hypot((columns - centre) / (wide * width), (rows - 1.1 * height) / (0.85 * height))) * 40, 0, 1
        )
        head = np.clip(
            (1 - np.hypot((columns - centre) / (0.3 * wide * width + 1), (rows - 0.27 * height) / (0.17 * height)))
            * 40,
            0,
            1,
        )
        mask = np.maximum(body, head)
        low, high = (wide, high) if mask.mean() < share else (low, wide)
    return mask


def half(size: tuple[int, int], dice: Dice, share: float) -> np.ndarray:
    """A mask of one side of the frame."""
    width, height = size
    mask = np.zeros((height, width), np.float32)
    side = int(dice.integers(4))
    if side < 2:
        mask[:, : round(share * width)] = 1
    else:
        mask[: round(share * height)] = 1
    return mask[:: -1 if side == 3 else 1, :: -1 if side == 1 else 1].copy()


# --- time -------------------------------------------------------------------------------------------------------------


def played(count: int, rate: float, speed: float, first: float, length: int) -> list[int]:
    """The material's frame at each frame of the film, played at a speed from the second `first`."""
    at = first + speed * np.arange(count) / float(FILM_RATE)
    return np.clip(np.floor(at * rate + 1e-6), 0, length - 1).astype(int).tolist()


def telecined(pictures: list[Picture]) -> list[Picture]:
    """2:3 pulldown to 30 frames of fields, as somebody then drops every fifth of to get back to 24."""
    fields: list[tuple[int, int]] = []
    for number in range(len(pictures)):
        fields += [(number, parity) for parity in range(2 + number % 2)]
    woven = []
    for top, bottom in zip(fields[0::2], fields[1::2], strict=False):
        picture = pictures[top[0]].copy()
        picture[1::2] = pictures[bottom[0]][1::2]
        woven.append(picture)
    return [p for n, p in enumerate(woven) if n % 5 != 4]


def blended(pictures: list[Picture], rate: float, count: int) -> list[Picture]:
    """From another rate to the film's, mixing neighbours."""
    out = []
    for number in range(count):
        at = number / float(FILM_RATE) * rate
        low = min(int(at), len(pictures) - 1)
        high = min(low + 1, len(pictures) - 1)
        out.append(
            cv2.addWeighted(
                pictures[low], 1 - (at - low if high > low else 0), pictures[high], at - low if high > low else 0, 0
            )
        )
    return out


__all__ = ["filled", "recoded"]
