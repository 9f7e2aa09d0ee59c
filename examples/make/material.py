"""Draws the "generated" material of the example. It stands in for the output of models; shapes and noise made it.

python examples/make/material.py WORK      unsigned files into WORK/material
"""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from paint import Picture, columns, fbm, figures, glow, lettered, painted, polygon, ramp, rows, save, to8, vignette

# --- posters ----------------------------------------------------------------------------------------------------------


def ridge(seed: int, base: float, rise: float) -> list[tuple[float, float]]:
    """The outline of a range of hills across a picture."""
    line = fbm(4, 160, seed, 2.5, 6)[0]
    return [(0, 1), *((i / 159, base - rise * float(v)) for i, v in enumerate(line)), (1, 1)]


def boat(picture: Picture, x: float, y: float, size: float, sail: tuple[int, int, int]) -> None:
    polygon(picture, [(x, y), (x, y - 1.15 * size), (x + 0.42 * size, y - 0.1 * size)], sail)
    polygon(
        picture,
        [(x - 0.02 * size, y), (x - 0.02 * size, y - 0.95 * size), (x - 0.3 * size, y - 0.08 * size)],
        (236, 226, 204),
    )
    hull = [
        (x - 0.36 * size, y),
        (x + 0.46 * size, y),
        (x + 0.32 * size, y + 0.13 * size),
        (x - 0.24 * size, y + 0.13 * size),
    ]
    polygon(picture, hull, (58, 34, 38))


def waves(picture: Picture, top: float, seed: int) -> None:
    """Bands of water below `top`, in place."""
    rng = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    for i in range(240):
        depth = (i / 240) ** 1.5
        y, x = top + (1 - top) * depth, rng.random()
        length, shade = 0.03 + 0.16 * depth * rng.random(), rng.uniform(-0.13, 0.16)
        start = (int((x - length) * width), int(y * height))
        end = (int((x + length) * width), int(y * height + rng.normal(0, 2)))
        here = picture[min(height - 1, int(y * height)), min(width - 1, int(x * width))]
        cv2.line(picture, start, end, np.clip(here + shade, 0, 1).tolist(), max(1, int(1 + 5 * depth)), cv2.LINE_AA)


def regatta_poster() -> Picture:
    """The harbour on a summer day, for a race nobody sails."""
    picture = ramp(
        rows(1080, 720), (0, (242, 178, 92)), (0.32, (246, 214, 150)), (0.5, (238, 226, 190)), (1, (238, 226, 190))
    )
    for i in range(28):
        angle, next_ = np.pi * (1 + i / 28), np.pi * (1 + (i + 0.5) / 28)
        ray = [(0.62 + 1.4 * np.cos(a), 0.44 + 1.1 * np.sin(a)) for a in (angle, next_)]
        polygon(picture, [(0.62, 0.44), *ray], (250, 196, 108))
    cv2.circle(picture, (446, 475), 92, (0.93, 0.38, 0.22), -1, cv2.LINE_AA)
    polygon(picture, ridge(11, 0.47, 0.11), (112, 132, 128))
    polygon(picture, ridge(12, 0.5, 0.07), (66, 98, 104))
    polygon(picture, [(0, 0.5), (1, 0.5), (1, 1), (0, 1)], (38, 96, 118))
    picture[540:] = ramp(rows(540, 720), (0, (72, 142, 150)), (1, (18, 52, 84)))
    waves(picture, 0.51, 13)
    polygon(picture, [(0.07, 0.56), (0.1, 0.27), (0.19, 0.27), (0.22, 0.56)], (240, 234, 222))
    for band in range(3):
        y = 0.32 + band * 0.085
        polygon(
            picture,
            [
                (0.095 - band * 0.008, y),
                (0.195 + band * 0.008, y),
                (0.199 + band * 0.008, y + 0.04),
                (0.09 - band * 0.008, y + 0.04),
            ],
            (196, 52, 44),
        )
    polygon(picture, [(0.105, 0.27), (0.105, 0.225), (0.145, 0.195), (0.185, 0.225), (0.185, 0.27)], (44, 48, 62))
    polygon(picture, [(0, 0.6), (0.06, 0.55), (0.26, 0.555), (0.34, 0.61), (0.2, 0.64), (0, 0.65)], (74, 66, 62))
    for x, y, size, sail in (
        (0.5, 0.6, 0.1, (214, 76, 52)),
        (0.78, 0.66, 0.16, (244, 196, 84)),
        (0.36, 0.78, 0.26, (226, 92, 56)),
        (0.9, 0.57, 0.07, (250, 240, 220)),
    ):
        boat(picture, x, y, size, sail)
    picture = painted(picture, 14, 5200, 46)
    picture = lettered(picture, "REGATTA", (0.5, 0.075), 0.135, (38, 44, 70), 0.06)
    picture = lettered(picture, "PORT SEFTA", (0.5, 0.15), 0.062, (176, 52, 40), 0.22)
    return lettered(picture, "first sunday of july", (0.5, 0.955), 0.05, (246, 232, 196), 0.08)


def ferry_poster() -> Picture:
    """The ferry line's poster: a bow at night, larger than the town."""
    noise = fbm(1080, 720, 21, 2.2)
    picture = ramp(
        rows(1080, 720) + 0.16 * noise,
        (0, (12, 16, 44)),
        (0.45, (46, 44, 98)),
        (0.72, (150, 74, 106)),
        (1.1, (244, 146, 92)),
    )
    rng = np.random.default_rng(22)
    for _ in range(320):
        x, y = rng.random() * 720, rng.random() ** 1.7 * 640
        cv2.circle(picture, (int(x), int(y)), int(rng.random() * 2.2), (0.95, 0.93, 0.84), -1, cv2.LINE_AA)
    picture = glow(picture, (0.72, 0.2), 0.24, (255, 244, 214), 0.75)
    cv2.circle(picture, (518, 216), 66, (0.98, 0.95, 0.84), -1, cv2.LINE_AA)
    polygon(picture, ridge(23, 0.7, 0.08), (30, 26, 58))
    for _ in range(64):
        x, y = rng.random(), 0.665 + 0.03 * rng.random()
        cv2.rectangle(
            picture, (int(x * 720), int(y * 1080)), (int(x * 720) + 3, int(y * 1080) + 4), (0.99, 0.8, 0.42), -1
        )
    picture[756:] = ramp(rows(324, 720), (0, (98, 56, 96)), (0.4, (36, 34, 78)), (1, (10, 12, 36)))
    waves(picture, 0.705, 24)
    polygon(picture, [(0.16, 0.33), (0.52, 0.29), (0.585, 0.93), (0.46, 0.95), (0.2, 0.8)], (22, 24, 40))
    polygon(picture, [(0.52, 0.29), (0.86, 0.36), (0.83, 0.8), (0.585, 0.93)], (60, 62, 92))
    polygon(picture, [(0.2, 0.72), (0.558, 0.8), (0.585, 0.93), (0.46, 0.95), (0.2, 0.8)], (168, 40, 44))
    polygon(picture, [(0.558, 0.8), (0.835, 0.72), (0.83, 0.8), (0.585, 0.93)], (206, 60, 52))
    polygon(picture, [(0.22, 0.32), (0.26, 0.215), (0.78, 0.24), (0.8, 0.345), (0.52, 0.29)], (222, 214, 200))
    polygon(picture, [(0.3, 0.225), (0.33, 0.16), (0.7, 0.175), (0.74, 0.24)], (198, 190, 182))
    polygon(picture, [(0.43, 0.165), (0.45, 0.07), (0.56, 0.07), (0.585, 0.17)], (206, 66, 46))
    polygon(picture, [(0.446, 0.09), (0.45, 0.07), (0.56, 0.07), (0.565, 0.09)], (24, 24, 34))
    for row in range(2):
        for i in range(13):
            x, y = 0.29 + i * 0.037, 0.25 + row * 0.035 + abs(i - 6) * 0.0012
            cv2.circle(picture, (int(x * 720), int(y * 1080)), 7, (0.99, 0.85, 0.5), -1, cv2.LINE_AA)
            cv2.circle(picture, (int(x * 720), int(y * 1080)), 9, (0.2, 0.18, 0.2), 2, cv2.LINE_AA)
    for _ in range(60):
        y = 0.36 + rng.random() * 0.4
        for side, low, high in ((0, 0.2, 0.5), (1, 0.6, 0.82)):
            x = rng.uniform(low, high)
            cv2.line(
                picture,
                (int(x * 720), int(y * 1080)),
                (int(x * 720 + 30), int((y + (-0.008 if side else 0.01)) * 1080)),
                (0.11 + 0.1 * side, 0.1 + 0.1 * side, 0.15 + 0.1 * side),
                2,
                cv2.LINE_AA,
            )
    for _ in range(46):
        angle, reach = rng.uniform(0.1, np.pi - 0.1), rng.uniform(0.05, 0.3)
        x, y = 0.53 + reach * np.cos(angle) * 1.3, 0.955 - reach * np.sin(angle) * 0.2
        cv2.circle(picture, (int(x * 720), int(y * 1080)), int(rng.uniform(2, 13)), (0.82, 0.84, 0.92), -1, cv2.LINE_AA)
    picture = painted(picture, 25, 3200, 84, 0.13)
    picture = lettered(picture, "NIGHT LINE", (0.5, 0.035), 0.085, (250, 226, 170), 0.2)
    return lettered(picture, "cross while they sleep", (0.5, 0.972), 0.052, (250, 214, 160), 0.06)


# --- plates and inserts -----------------------------------------------------------------------------------------------


def skyline() -> Picture:
    """A city across the water by night, and the water."""
    height, width, shore = 900, 1600, 560
    rng = np.random.default_rng(31)
    picture = ramp(
        rows(height, width) + 0.22 * fbm(height, width, 32, 3),
        (0, (14, 10, 42)),
        (0.4, (72, 28, 104)),
        (0.62, (226, 84, 120)),
        (0.9, (252, 170, 96)),
    )
    picture = glow(picture, (0.63, 0.58), 0.3, (255, 120, 90), 0.5)
    for layer, (tallest, colour, lit) in enumerate(
        ((0.3, (88, 40, 104), 0.16), (0.42, (48, 24, 78), 0.3), (0.34, (20, 14, 44), 0.46))
    ):
        x = -20
        while x < width:
            broad = int(rng.integers(34, 104))
            top = int(shore - shore * tallest * rng.uniform(0.28, 1.0) * (1.3 - abs(x / width - 0.55)))
            cv2.rectangle(picture, (x, top), (x + broad, shore), [c / 255 for c in colour], -1)
            if rng.random() < 0.4:
                cv2.line(
                    picture,
                    (x + broad // 2, top),
                    (x + broad // 2, top - int(rng.integers(10, 60))),
                    [c / 255 for c in colour],
                    3,
                )
            warm = rng.random() < 0.6
            for wx in range(x + 5, x + broad - 5, 9):
                for wy in range(top + 6, shore - 4, 12):
                    if rng.random() < lit * (0.4 + 0.3 * layer):
                        tone = np.array((1.0, 0.82, 0.45) if warm else (0.5, 0.85, 1.0)) * rng.uniform(0.5, 1)
                        cv2.rectangle(picture, (wx, wy), (wx + 4, wy + 6), tone.tolist(), -1)
            x += broad + int(rng.integers(-6, 22))
    water = picture[shore - (height - shore) : shore][::-1].copy()
    y, x = np.mgrid[0 : height - shore, 0:width].astype(np.float32)
    sway = np.sin(y * 0.35 + 6 * fbm(height - shore, width, 33, 6)) * (2 + y * 0.035)
    water = cv2.remap(
        water, x + sway, np.clip(y + sway * 0.4, 0, height - shore - 1), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    ripple = fbm(height - shore, width, 34, 30, 4)[..., None]
    picture[shore:] = cv2.blur(water, (1, 9)) * 0.62 + ripple * np.array((0.1, 0.08, 0.2))
    return vignette(glow(picture, (0.63, 0.62), 0.5, (255, 120, 120), 0.12), 0.3)


def chart() -> Picture:
    """A sea chart: soundings, depth lines, a compass rose, a course in red pencil."""
    height, width = 900, 1600
    rng = np.random.default_rng(41)
    depth = fbm(height, width, 42, 2.3, 6)
    picture = ramp(
        depth,
        (0, (232, 222, 196)),
        (0.4, (226, 218, 190)),
        (0.405, (176, 206, 206)),
        (0.55, (204, 222, 214)),
        (1, (240, 238, 222)),
    )
    picture *= 0.94 + 0.08 * fbm(height, width, 43, 40, 4)[..., None]
    for i, level in enumerate(np.linspace(0.405, 0.9, 16)):
        lines, _ = cv2.findContours((depth > level).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        colour = (0.16, 0.14, 0.12) if i == 0 else (0.3, 0.46, 0.5)
        cv2.drawContours(picture, lines, -1, colour, 3 if i == 0 else 1, cv2.LINE_AA)
    for x in range(0, width, 160):
        cv2.line(picture, (x, 0), (x, height), (0.45, 0.42, 0.38), 1, cv2.LINE_AA)
    for y in range(0, height, 150):
        cv2.line(picture, (0, y), (width, y), (0.45, 0.42, 0.38), 1, cv2.LINE_AA)
    places = (rng.random((420, 2)) * (width, height)).astype(int)
    picture = figures(picture, [(x, y, int((depth[y, x] - 0.4) * 110)) for x, y in places if depth[y, x] > 0.42])
    _rose(picture, (1270, 300), 175)
    course = [(90, 830), (420, 640), (690, 590), (980, 420), (1130, 180), (1480, 70)]
    for a, b in itertools.pairwise(course):
        cv2.line(picture, a, b, (0.72, 0.16, 0.14), 4, cv2.LINE_AA)
        cv2.circle(picture, b, 13, (0.72, 0.16, 0.14), 3, cv2.LINE_AA)
    picture = lettered(picture, "GULF OF SEFTA", (0.3, 0.17), 0.042, (52, 46, 40), 0.5)
    picture = lettered(picture, "soundings in fathoms", (0.3, 0.235), 0.017, (52, 46, 40), 0.2)
    picture = lettered(picture, "the Widow", (0.55, 0.72), 0.02, (52, 46, 40), 0.1)
    folds = 1 - 0.1 * np.exp(-(((columns(height, width) * 4) % 1 - 0.5) ** 2) * 900)
    return vignette(picture * folds[..., None], 0.4)


def _rose(picture: Picture, centre: tuple[int, int], radius: int) -> None:
    height, width = picture.shape[:2]
    for i in range(72):
        angle, inner = np.pi * i / 36, radius * (0.9 if i % 2 else 0.84)
        ends = [(int(centre[0] + r * np.cos(angle)), int(centre[1] + r * np.sin(angle))) for r in (inner, radius)]
        cv2.line(picture, *ends, (0.5, 0.2, 0.3), 1, cv2.LINE_AA)
    for r in (1.0, 0.82, 0.3):
        cv2.circle(picture, centre, int(radius * r), (0.5, 0.2, 0.3), 2, cv2.LINE_AA)
    for i in range(16):
        angle, reach = np.pi * i / 8, radius * (0.8 if i % 4 == 0 else 0.6 if i % 2 == 0 else 0.4)
        for side, colour in ((1, (120, 44, 62)), (-1, (236, 226, 206))):
            tip = (centre[0] + reach * np.cos(angle), centre[1] + reach * np.sin(angle))
            waist = angle + side * np.pi / 8
            hip = (centre[0] + radius * 0.18 * np.cos(waist), centre[1] + radius * 0.18 * np.sin(waist))
            points = [(p[0] / width, p[1] / height) for p in (centre, hip, tip)]
            polygon(picture, points, colour)


def moodboard(seed: int, tones: tuple[tuple[int, int, int], ...]) -> Picture:
    """A harbour as a feeling: fog, lamps, hulls."""
    picture = ramp(
        rows(600, 960) + 0.35 * fbm(600, 960, seed, 2.6),
        *((i / (len(tones) - 1) * 1.3, tone) for i, tone in enumerate(tones)),
    )
    rng = np.random.default_rng(seed)
    for depth in range(4):
        polygon(
            picture,
            ridge(seed * 7 + depth, 0.5 + depth * 0.09, 0.16 - depth * 0.02),
            tuple(int(c * (0.7 - depth * 0.13)) for c in tones[1]),
        )
        for _ in range(5):
            boat(
                picture,
                rng.random(),
                0.55 + depth * 0.1,
                0.05 + depth * 0.035,
                tuple(int(c) for c in rng.integers(90, 230, 3)),
            )
    for _ in range(14):
        picture = glow(
            picture, (rng.random(), 0.35 + 0.5 * rng.random()), rng.uniform(0.01, 0.05), (255, 206, 130), 0.9
        )
    return painted(picture, seed + 5, 3000, 42)


# --- clips ------------------------------------------------------------------------------------------------------------


def storm(frames: int) -> Iterator[Picture]:
    """A front that boils over the sea; lightning twice."""
    height, width = 540, 960
    bolt, rain = _bolt(height, width), np.random.default_rng(55)
    for i in range(frames):
        drift = i / 24 * 0.16
        wide, fine = (
            fbm(height, width, 51, 2.2, 7, drift),
            1 - np.abs(2 * fbm(height, width, 52, 4, 7, drift * 1.6) - 1),
        )
        clouds = np.clip(0.5 * wide + 0.62 * fine**2 * wide + 0.12, 0, 1) * (1.15 - 0.5 * rows(height, width))
        picture = ramp(
            clouds, (0.1, (10, 16, 28)), (0.4, (44, 62, 78)), (0.62, (110, 124, 128)), (0.85, (214, 206, 180))
        )
        flash = max(np.exp(-abs(i - 31) / 2.5), 0.8 * np.exp(-abs(i - 71) / 3))
        picture = np.clip(picture * (1 + 0.7 * flash) + bolt * flash, 0, 1)
        y = int(height * 0.8)
        swell = cv2.resize(
            fbm(4 * (height - y), width, 53, 14, 6, drift * 3), (width, height - y), interpolation=cv2.INTER_AREA
        )
        swell = 0.75 * (1 - np.abs(2 * swell - 1)) ** 2 + 0.25 * swell
        picture[y:] = ramp(swell, (0.1, (8, 18, 26)), (0.5, (34, 56, 64)), (0.95, (170, 184, 176))) * (
            0.8 + 0.5 * flash
        )
        _ferry(picture, 0.2 + 0.0009 * i, 0.795 + 0.006 * np.sin(i / 13), 0.03 * np.sin(i / 17))
        for _ in range(240):
            x, top = int(rain.integers(width)), int(rain.integers(height))
            cv2.line(picture, (x, top), (x - 5, top + 22), (picture[top, x] * 1.25 + 0.03).tolist(), 1, cv2.LINE_AA)
        yield vignette(np.clip(picture, 0, 1), 0.35)


def _ferry(picture: Picture, x: float, y: float, roll: float) -> None:
    """A ferry against the storm, lit from inside; x and y of its water line in shares of the picture."""
    parts = (
        ([(-0.1, 0), (-0.12, -0.035), (0.13, -0.04), (0.1, 0)], (10, 12, 20)),
        ([(-0.09, -0.035), (-0.085, -0.07), (0.08, -0.07), (0.1, -0.038)], (26, 30, 40)),
        ([(-0.05, -0.07), (-0.045, -0.1), (0.05, -0.1), (0.06, -0.07)], (20, 24, 34)),
        ([(-0.02, -0.1), (-0.015, -0.15), (0.012, -0.15), (0.015, -0.1)], (72, 24, 24)),
        *(
            ([(a, -0.058), (a, -0.047), (a + 0.007, -0.047), (a + 0.007, -0.058)], (255, 214, 130))
            for a in np.arange(-0.075, 0.08, 0.0135)
        ),
        *(
            ([(a, -0.09), (a, -0.08), (a + 0.006, -0.08), (a + 0.006, -0.09)], (255, 224, 160))
            for a in np.arange(-0.036, 0.045, 0.014)
        ),
    )
    for points, colour in parts:
        polygon(picture, [(x + px - py * roll, y + 1.7 * (py + px * roll)) for px, py in points], colour)


def _bolt(height: int, width: int) -> Picture:
    rng = np.random.default_rng(54)
    light = np.zeros((height, width, 3), np.float32)
    todo = [(width * 0.66, 40.0, 300.0, 4)]
    while todo:
        x, y, length, thick = todo.pop()
        while length > 0:
            nx, ny = x + rng.normal(0, 13), y + rng.uniform(7, 19)
            cv2.line(light, (int(x), int(y)), (int(nx), int(ny)), (1, 1, 1), thick, cv2.LINE_AA)
            x, y, length = nx, ny, length - 14
            if thick > 1 and rng.random() < 0.2:
                todo.append((x, y, length * 0.5, thick - 2 or 1))
    return np.clip(light + 2 * cv2.GaussianBlur(light, (0, 0), 14), 0, 1) * np.array((0.86, 0.9, 1), np.float32)


def sea(frames: int) -> Iterator[Picture]:
    """Open water towards the moon: many small waves in perspective."""
    height, width, horizon = 540, 960, 190
    rng = np.random.default_rng(61)
    kinds = [(rng.normal(0, 0.6), 0.5 * 110 ** rng.random(), rng.uniform(0, 6.3)) for _ in range(64)]
    y, x = np.mgrid[0 : height - horizon, 0:width].astype(np.float32)
    far = 34.0 / (y + 7.0)
    across = (x / width - 0.42) * far * 9
    away = far * 15
    sky = ramp(
        rows(horizon, width) + 0.3 * fbm(horizon, width, 62, 4),
        (0, (8, 14, 34)),
        (0.6, (30, 50, 86)),
        (1.2, (120, 138, 160)),
    )
    sky = glow(sky, (0.42, 0.55), 0.24, (220, 226, 240), 0.6)
    stars = rng.random((160, 3)) * (width, horizon * 0.8, 1.9)
    for sx, sy, size in stars:
        cv2.circle(sky, (int(sx), int(sy)), int(size), (0.8, 0.84, 0.92), -1, cv2.LINE_AA)
    cv2.circle(sky, (int(width * 0.42), int(horizon * 0.5)), 26, (0.97, 0.97, 0.92), -1, cv2.LINE_AA)
    polygon(
        sky,
        [
            (0.62, 1),
            *((0.62 + 0.38 * px, 1.12 - 0.75 * (1 - py) - 0.2 * px) for px, py in ridge(63, 1.0, 0.5)[1:-1]),
            (1, 1),
        ],
        (10, 16, 28),
    )
    for lx in rng.uniform(0.7, 0.99, 26):
        cv2.circle(sky, (int(lx * width), int(horizon * rng.uniform(0.9, 0.985))), 1, (1, 0.8, 0.45), -1, cv2.LINE_AA)
    for i in range(frames):
        t, slope_x, slope_y = i / 24, np.zeros_like(x), np.zeros_like(x)
        for angle, number, phase in kinds:
            kx, ky = number * np.sin(angle), number * np.cos(angle)
            fades = np.exp(-((far * number / 26) ** 2))  # waves shorter than a pixel are not drawn
            wave = np.cos(kx * across + ky * away - np.sqrt(number * 3.2) * t * 1.4 + phase) * fades
            slope_x += wave * kx / number**0.92
            slope_y += wave * ky / number**0.92
        slope = np.hypot(slope_x, slope_y)
        glint = (
            np.clip(1 - np.abs((x / width - 0.42) * 3.2 + slope_x * 0.09) * 1.6, 0, 1)
            * np.clip(slope_y * 0.22, 0, 1) ** 2
        )
        water = ramp(
            np.clip(0.35 + slope_y * 0.07 + slope * 0.02, 0, 1),
            (0, (4, 12, 26)),
            (0.45, (22, 50, 76)),
            (0.8, (88, 124, 146)),
            (1, (190, 208, 214)),
        )
        water = np.clip(water + (glint * 1.7)[..., None] * np.array((1, 0.98, 0.9)), 0, 1)
        picture = np.vstack([sky, water]).astype(np.float32)
        picture[horizon - 2 : horizon + 2] = cv2.blur(picture[horizon - 2 : horizon + 2], (9, 3))
        yield picture


def portrait(frames: int) -> Iterator[Picture]:
    """Ida at nineteen, a study in paint: one drawn face, that turns a little and blinks under a drifting lamp."""
    base = painted(_face(), 71, 5200, 34, 0.04)
    height, width = base.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    face = np.exp(-(((x / width - 0.5) / 0.2) ** 2) - ((y / height - 0.5) / 0.36) ** 2)
    for i in range(frames):
        turn, nod = 16 * np.sin(i / frames * 3.4), 5 * np.sin(i / 17)
        moved = cv2.remap(
            base,
            x + face * np.float32(turn),
            y + face * np.float32(nod),
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REFLECT,
        )
        scale = 1.06 + 0.0009 * i
        zoom = cv2.getRotationMatrix2D((width / 2, height / 2), 0.6 * np.sin(i / 30), scale)
        moved = cv2.warpAffine(moved, zoom, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
        yield vignette(glow(moved, (0.25 + 0.003 * i, 0.3), 0.4, (255, 190, 110), 0.16), 0.5)


def _face() -> Picture:
    height, width = 540, 960
    picture = ramp(
        columns(height, width) + 0.5 * fbm(height, width, 72, 3),
        (0, (92, 60, 48)),
        (0.6, (40, 38, 62)),
        (1.4, (14, 16, 34)),
    )

    def oval(
        x: float,
        y: float,
        rx: float,
        ry: float,
        colour: tuple[int, int, int],
        turn: float = 0,
        first: float = 0,
        end: float = 360,
        thick: int = -1,
    ) -> None:
        cv2.ellipse(
            picture,
            (int(x), int(y)),
            (int(rx), int(ry)),
            turn,
            first,
            end,
            [c / 255 for c in colour],
            thick,
            cv2.LINE_AA,
        )

    oval(480, 250, 168, 200, (46, 26, 30))
    polygon(picture, [(0.3, 1), (0.33, 0.84), (0.45, 0.76), (0.55, 0.76), (0.68, 0.84), (0.72, 1)], (44, 70, 92))
    polygon(picture, [(0.455, 0.66), (0.545, 0.66), (0.56, 0.83), (0.5, 0.88), (0.44, 0.83)], (188, 132, 106))
    oval(480, 272, 112, 150, (226, 176, 144))
    oval(520, 282, 74, 132, (206, 148, 120))
    oval(438, 300, 44, 70, (238, 194, 162))
    oval(480, 200, 96, 60, (234, 188, 156))
    for side in (-1, 1):
        eye = 480 + side * 47
        oval(eye, 252, 32, 15, (150, 98, 84))
        oval(eye, 256, 25, 12, (238, 232, 222))
        oval(eye + 3, 256, 11, 12, (62, 92, 88))
        oval(eye + 3, 256, 5, 6, (12, 12, 14))
        oval(eye + 6, 252, 3, 3, (255, 255, 250))
        oval(eye, 252, 28, 13, (52, 30, 30), 0, 185, 355, 4)
        oval(eye, 234, 36, 12, (64, 38, 34), side * 5, 195, 345, 7)
        oval(480 + side * 62, 318, 30, 22, (226, 140, 120))
    polygon(picture, [(0.496, 0.48), (0.512, 0.48), (0.527, 0.595), (0.5, 0.615), (0.482, 0.597)], (196, 138, 112))
    oval(492, 322, 20, 9, (176, 110, 94))
    oval(482, 362, 36, 12, (176, 70, 72))
    oval(482, 357, 36, 7, (146, 52, 58))
    oval(482, 392, 26, 8, (212, 160, 132))
    for i in range(60):
        turn = i / 59
        start, end = (
            (480 - 20 + 60 * turn, 70 + 24 * turn),
            (330 + 40 * turn if i % 2 else 640 - 40 * turn, 300 + 120 * turn),
        )
        tone = (58 + 40 * (i % 3), 34 + 20 * (i % 3), 36)
        bend = (start[0] + (end[0] - start[0]) * 0.95, start[1] + 60)
        curve = [
            ((1 - t) ** 2 * np.array(start) + 2 * t * (1 - t) * np.array(bend) + t * t * np.array(end))
            for t in np.linspace(0, 1, 20)
        ]
        cv2.polylines(picture, [np.array(curve).astype(np.int32)], False, [c / 255 for c in tone], 5, cv2.LINE_AA)
    return picture


def signals(frames: int) -> Iterator[Picture]:
    """Lamps in fog under the water line, and something large that passes."""
    height, width = 540, 960
    rng = np.random.default_rng(81)
    lamps = [(rng.random(), 0.2 + 0.5 * rng.random(), rng.uniform(0.012, 0.05), rng.integers(3)) for _ in range(26)]
    specks = rng.random((240, 3))
    tones = ((255, 176, 84), (120, 230, 214), (244, 96, 110))
    for i in range(frames):
        t = i / 24
        depth = fbm(height, width, 82, 2.4, 6, t * 0.05)
        picture = ramp(
            0.55 * rows(height, width) + 0.6 * depth, (0.1, (96, 168, 160)), (0.5, (22, 86, 104)), (0.9, (6, 22, 44))
        )
        whale = [
            (
                0.08 + 0.05 * t + 0.6 * u,
                0.56 + 0.09 * np.sin(u * 3.1 + t * 0.5) + side * 0.12 * np.sin(np.pi * u) ** 0.8,
            )
            for side, us in ((-1, np.linspace(0, 1, 40)), (1, np.linspace(1, 0, 40)))
            for u in us
        ]
        shade = picture.copy()
        polygon(shade, whale, (8, 26, 42))
        tail = 0.08 + 0.05 * t
        polygon(
            shade,
            [
                (tail + 0.03, 0.57),
                (tail - 0.06, 0.46 + 0.03 * np.sin(t * 2)),
                (tail - 0.02, 0.57),
                (tail - 0.06, 0.67 + 0.03 * np.sin(t * 2)),
            ],
            (8, 26, 42),
        )
        picture = 0.2 * picture + 0.8 * cv2.GaussianBlur(shade, (0, 0), 3)
        for x, y, radius, tone in lamps:
            place = ((x + 0.012 * t) % 1, y + 0.01 * np.sin(t + x * 9))
            picture = _lamp(picture, place, radius, tones[tone])
        for x, y, size in specks:
            centre = (int((x + 0.02 * t * (0.4 + size)) % 1 * width), int((y - 0.03 * t * (0.4 + size)) % 1 * height))
            cv2.circle(picture, centre, 1 + int(size * 2.4), (0.7, 0.92, 0.9), -1, cv2.LINE_AA)
        yield vignette(picture.astype(np.float32), 0.5)


def _lamp(picture: Picture, centre: tuple[float, float], radius: float, colour: tuple[int, int, int]) -> Picture:
    height, width = picture.shape[:2]
    reach = int(radius * width * 2)
    x, y = int(centre[0] * width), int(centre[1] * height)
    part = picture[max(0, y - reach) : y + reach, max(0, x - reach) : x + reach]
    if part.size:
        yy, xx = np.mgrid[
            max(0, y - reach) : max(0, y - reach) + part.shape[0], max(0, x - reach) : max(0, x - reach) + part.shape[1]
        ]
        light = np.exp(-((np.hypot(xx - x, yy - y) / (radius * width)) ** 2) * 3)[..., None]
        part += (light * np.array(colour, np.float32) / 255 * 0.8).astype(np.float32)
        cv2.circle(picture, (x, y), max(2, int(radius * width * 0.16)), (1, 0.98, 0.9), -1, cv2.LINE_AA)
    return np.clip(picture, 0, 1)


def encode(frames: Iterator[Picture], path: Path, *codec: str) -> None:
    """Write a clip of 24 frames per second with the ffmpeg of this machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    first = next(frames)
    size = f"{first.shape[1]}x{first.shape[0]}"
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", "24", "-i", "-"]
    command += [*codec, "-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709"]
    command += ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.write(to8(first).tobytes())
        for frame in frames:
            process.stdin.write(to8(frame).tobytes())
    if process.returncode:
        raise RuntimeError(f"ffmpeg could not write {path}")


X264 = ("-c:v", "libx264", "-preset", "slow", "-pix_fmt", "yuv420p", "-vf", "scale=out_color_matrix=bt709:out_range=tv")
H264 = (*X264, "-crf", "25")
PRORES = (
    "-c:v",
    "prores_ks",
    "-profile:v",
    "0",
    "-pix_fmt",
    "yuv422p10le",
    "-vf",
    "scale=640:360:out_color_matrix=bt709",
    "-vendor",
    "apl0",
    "-qscale:v",
    "20",
)

STILLS: dict[str, Callable[[], Picture]] = {
    "moodboard/fog_and_lamps_01.png": lambda: cv2.resize(
        moodboard(91, ((214, 208, 190), (120, 134, 140), (60, 76, 92))), (640, 400), interpolation=cv2.INTER_AREA
    ),
    "moodboard/fog_and_lamps_02.jpg": lambda: moodboard(93, ((252, 190, 120), (150, 92, 96), (46, 40, 70))),
    "posters/regatta_poster_v2.jpg": regatta_poster,
    "posters/night_line_poster_v5.png": lambda: cv2.resize(ferry_poster(), (600, 900), interpolation=cv2.INTER_AREA),
    "plates/skyline_v9.jpg": skyline,
    "inserts/sea_chart_v4.jpg": chart,
}
CLIPS: dict[str, tuple[Callable[[], Iterator[Picture]], tuple[str, ...]]] = {
    "temp/storm_front_v012.mp4": (lambda: storm(108), H264),
    "plates/moon_sea_v3.mp4": (lambda: sea(168), H264),
    "deage/ida_at_19_v003.mov": (lambda: portrait(84), PRORES),
    "incoming/untitled_0417.mp4": (lambda: signals(72), H264),
}


def main(work: Path) -> None:
    for name, make in STILLS.items():
        print(name, flush=True)
        save(make(), work / "material" / name)
    for name, (frames, codec) in CLIPS.items():
        print(name, flush=True)
        encode(frames(), work / "material" / name, *codec)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
