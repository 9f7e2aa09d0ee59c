"""What the example's pictures are made with: fractal noise, light, a painter with a brush. No model anywhere."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

Picture = np.ndarray  # float32, 0 to 1, RGB
Field = np.ndarray  # float32, 0 to 1


def fbm(height: int, width: int, seed: int, cells: float = 3.0, octaves: int = 7, drift: float = 0.0) -> Field:
    """Fractal noise. `drift` slides each octave, the fine ones faster: clouds that boil instead of gliding."""
    rng = np.random.default_rng(seed)
    total, weight = np.zeros((height, width), np.float32), 1.0
    for octave in range(octaves):
        n = cells * 2**octave
        rows, columns = int(np.ceil(n * height / width)) + 3, int(np.ceil(n)) + 3
        lattice = np.tile(rng.random((rows, columns), dtype=np.float32), 2)
        slide = drift * (1 + 0.35 * octave)
        xs = (np.arange(width, dtype=np.float32) / width * n + slide * n / cells % columns) + 1
        lattice = np.hstack([lattice, lattice[:, :4]])
        ys = np.arange(height, dtype=np.float32) / width * n + 1
        grid_x, grid_y = np.meshgrid(xs, ys)
        total += weight * cv2.remap(lattice, grid_x, grid_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
        weight *= 0.52
    total -= total.min()
    return total / total.max()


def ramp(values: Field, *stops: tuple[float, tuple[int, int, int]]) -> Picture:
    """Colours along a field: (place, RGB of 0 to 255) in order of place."""
    places = [place for place, _ in stops]
    return np.stack(
        [np.interp(values, places, [colour[i] / 255 for _, colour in stops]) for i in range(3)], axis=-1
    ).astype(np.float32)


def rows(height: int, width: int) -> Field:
    return np.repeat(np.linspace(0, 1, height, dtype=np.float32)[:, None], width, axis=1)


def columns(height: int, width: int) -> Field:
    return np.repeat(np.linspace(0, 1, width, dtype=np.float32)[None, :], height, axis=0)


def glow(
    picture: Picture, centre: tuple[float, float], radius: float, colour: tuple[int, int, int], power: float
) -> Picture:
    """Add light around a place given in shares of the picture."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    distance = np.hypot(x - centre[0] * width, y - centre[1] * height) / (radius * width)
    light = (np.exp(-(distance**2) * 3) * power)[..., None]
    return np.clip(picture + light * np.array(colour, np.float32) / 255, 0, 1)


def polygon(picture: Picture, points: list[tuple[float, float]], colour: tuple[int, int, int]) -> None:
    """Fill a shape, in place; points in shares of the picture."""
    height, width = picture.shape[:2]
    corners = np.array([[x * width * 16, y * height * 16] for x, y in points], np.float64).round().astype(np.int32)
    cv2.fillPoly(picture, [corners], [c / 255 for c in colour], cv2.LINE_AA, 4)


def painted(picture: Picture, seed: int, strokes: int, longest: int, loose: float = 0.05) -> Picture:
    """The picture redone with brush strokes that follow its edges, broad ones first."""
    rng = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    grey = cv2.GaussianBlur(picture.mean(axis=2), (0, 0), 4)
    flow = cv2.GaussianBlur(fbm(height, width, seed + 1, 2, 3), (0, 0), 9) * 6.3
    gx, gy = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=5), cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=5)
    edge, strong = np.arctan2(gy, gx) + np.pi / 2, np.hypot(gx, gy) > 0.35
    canvas = cv2.GaussianBlur(picture, (0, 0), longest / 3)
    for size in (1.0, 0.55, 0.3):
        for _ in range(int(strokes / size)):
            x, y = int(rng.integers(width)), int(rng.integers(height))
            angle = edge[y, x] if strong[y, x] else flow[y, x]
            length = longest * size * rng.uniform(0.5, 1.0)
            dx, dy = np.cos(angle) * length / 2, np.sin(angle) * length / 2
            colour = np.clip(picture[y, x] + rng.normal(0, loose) + rng.normal(0, loose / 3, 3), 0, 1)
            ends = (int(x - dx), int(y - dy)), (int(x + dx), int(y + dy))
            cv2.line(canvas, *ends, colour.tolist(), max(1, int(longest * size / 4.5)), cv2.LINE_AA)
    weave = fbm(height, width, seed + 2, width / 6, 2)
    relief = cv2.Laplacian(cv2.GaussianBlur(canvas.mean(axis=2), (0, 0), 0.8), cv2.CV_32F)
    return np.clip(canvas * (0.93 + 0.1 * weave[..., None]) - 0.35 * relief[..., None], 0, 1).astype(np.float32)


def lettered(
    picture: Picture,
    text: str,
    centre: tuple[float, float],
    size: float,
    colour: tuple[int, int, int],
    spaced: float = 0.0,
) -> Picture:
    """Text across a place; `size` in shares of the width, `spaced` in shares of the letter size."""
    height, width = picture.shape[:2]
    image = Image.fromarray(to8(picture))
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size * width)
    widths = [draw.textlength(letter, font=font) + spaced * size * width for letter in text]
    x, y = centre[0] * width - sum(widths) / 2, centre[1] * height
    for letter, advance in zip(text, widths, strict=True):
        draw.text((x, y), letter, font=font, fill=colour, anchor="lm")
        x += advance
    return np.asarray(image, np.float32) / 255


def figures(picture: Picture, numbers: list[tuple[int, int, int]]) -> Picture:
    """Small numbers at places given in pixels."""
    image = Image.fromarray(to8(picture))
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(17)
    for x, y, number in numbers:
        draw.text((x, y), str(number), font=font, fill=(54, 62, 72), anchor="mm")
    return np.asarray(image, np.float32) / 255


def vignette(picture: Picture, power: float = 0.45) -> Picture:
    height, width = picture.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    return np.clip(picture * (1 - power * np.clip(np.hypot(x, y) - 0.35, 0, None) ** 1.6)[..., None], 0, 1)


def to8(picture: Picture) -> np.ndarray:
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)


def save(picture: Picture, path: Path, quality: int = 88) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(to8(picture))
    if path.suffix == ".png":
        image.save(path, optimize=True)
    else:
        image.save(path, quality=quality, optimize=True)
