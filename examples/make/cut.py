"""Cuts the master of the example from photographs, a few seconds of film and the material, and says where what lies.

    python examples/make/cut.py WORK SOURCES EXAMPLE

WORK/material as `material.py` drew it, SOURCES as README.md says; EXAMPLE/master.mp4 and EXAMPLE/edit.json are written.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from paint import Picture, fbm, lettered, to8, vignette
from PIL import Image

WIDTH, HEIGHT, RATE = 1280, 720, 24
Look = Callable[[Picture], Picture]

# --- looks ------------------------------------------------------------------------------------------------------------


def graded(contrast: float, saturation: float, tint: tuple[float, float, float], lift: float = 0.0) -> Look:
    """A colour grade: contrast around middle grey, saturation, a tint, lifted blacks."""

    def look(picture: Picture) -> Picture:
        grey = picture.mean(axis=2, keepdims=True)
        picture = grey + (picture - grey) * saturation
        picture = (picture - 0.45) * contrast + 0.45
        return np.clip(picture * np.array(tint, np.float32) + lift, 0, 1).astype(np.float32)

    return look


NIGHT = graded(1.12, 0.55, (0.58, 0.74, 1.02), 0.01)
DUSK = graded(1.1, 0.8, (1.0, 0.84, 0.78), 0.01)
DAY = graded(1.05, 0.85, (0.96, 1.0, 0.98))
TEMP = graded(1.18, 0.75, (0.86, 0.98, 1.04), 0.015)
WARM = graded(1.04, 0.95, (1.04, 0.98, 0.9))
LAMPLIGHT = graded(1.15, 0.9, (1.02, 0.97, 0.9), 0.02)
PLAIN = graded(1.0, 1.0, (1.0, 1.0, 1.0))

# --- moves ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Frame:
    """What the camera sees of a picture: the centre and the width of the frame, in shares of the picture."""

    x: float
    y: float
    width: float


def seen(picture: Picture, frame: Frame) -> Picture:
    """The part of a picture that a frame shows, at the size of the master."""
    height, width = picture.shape[:2]
    scale = WIDTH / (frame.width * width)
    matrix = np.array(
        [[scale, 0, WIDTH / 2 - frame.x * width * scale], [0, scale, HEIGHT / 2 - frame.y * height * scale]], np.float32
    )
    if scale < 0.7:  # otherwise fine detail shimmers under the move
        shrunk = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        matrix[:, :2] = np.eye(2)
        picture = shrunk
    return cv2.warpAffine(picture, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)


def eased(share: float) -> float:
    return share * share * (3 - 2 * share) * 0.35 + share * 0.65


def between(start: Frame, end: Frame, share: float) -> Frame:
    share = eased(share)
    return Frame(*(a + (b - a) * share for a, b in zip(vars(start).values(), vars(end).values(), strict=True)))


# --- shots ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shot:
    """One shot of the edit. `makes` gives its frame at a share of its length; `notes` go to edit.json."""

    code: str
    frames: int
    makes: Callable[[int, int], Picture]
    source: str
    material: str = ""
    notes: str = ""
    extra: tuple[tuple[str, Any], ...] = ()


class Sources:
    """Photographs by name and clips as lists of frames, each read once."""

    def __init__(self, work: Path, folder: Path) -> None:
        self.work, self.folder = work, folder

    @cache  # noqa: B019 - lives as long as the script
    def photo(self, name: str) -> Picture:
        path = next(self.folder.rglob(name))
        image = Image.open(path).convert("RGB")
        image.thumbnail((2600, 2600))
        return np.asarray(image, np.float32) / 255

    @cache  # noqa: B019
    def still(self, name: str) -> Picture:
        return np.asarray(Image.open(self.work / "material" / name).convert("RGB"), np.float32) / 255

    @cache  # noqa: B019
    def clip(self, name: str) -> list[Picture]:
        path = self.work / "material" / name
        if not path.exists():
            path = next(self.folder.rglob(name))
        with av.open(str(path)) as container:
            return [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]


def photograph(of: Picture, start: Frame, end: Frame, look: Look, dark: float = 0.4) -> Callable[[int, int], Picture]:
    return lambda i, n: vignette(look(seen(of, between(start, end, i / (n - 1)))), dark)


def film(frames: list[Picture], first: int, look: Look, zoom: float = 1.0) -> Callable[[int, int], Picture]:
    def frame(i: int, n: int) -> Picture:
        picture = frames[first + i].astype(np.float32) / 255
        return vignette(look(seen(picture, Frame(0.5, 0.5, 1 / zoom))), 0.4)

    return frame


def played(
    frames: list[Picture],
    first: int,
    look: Look,
    speed: float = 1.0,
    mirror: bool = False,
    frame: Frame = Frame(0.5, 0.5, 1.0),
) -> Callable[[int, int], Picture]:
    """A clip of the material, conformed: from its frame `first`, at a speed, cropped to `frame`."""

    def made(i: int, n: int) -> Picture:
        picture = frames[first + int(i * speed)].astype(np.float32) / 255
        return look(seen(picture[:, ::-1] if mirror else picture, frame))

    return made


def hung(
    wall: Picture,
    still: Picture,
    start: Frame,
    end: Frame,
    corners: list[tuple[float, float]],
    look: Look,
    blur: float = 1.0,
) -> Callable[[int, int], Picture]:
    """A still on a wall, in perspective: `corners` of it in shares of the wall, clockwise from its top left."""
    height, width = wall.shape[:2]
    target = np.array([(x * width, y * height) for x, y in corners], np.float32)
    h, w = still.shape[:2]
    matrix = cv2.getPerspectiveTransform(np.array([(0, 0), (w, 0), (w, h), (0, h)], np.float32), target)
    mask = cv2.warpPerspective(np.ones((h, w), np.float32), matrix, (width, height), flags=cv2.INTER_AREA)
    shade = cv2.GaussianBlur(np.roll(mask, (14, 10), (0, 1)), (0, 0), 12)
    paper = cv2.warpPerspective(still, matrix, (width, height), flags=cv2.INTER_AREA) * 0.9
    paper, mask = cv2.GaussianBlur(paper, (0, 0), blur), cv2.GaussianBlur(mask, (0, 0), blur)[..., None]
    dressed = wall * (1 - 0.55 * shade[..., None]) * (1 - mask) + paper
    return photograph(dressed.astype(np.float32), start, end, look)


def titled(
    makes: Callable[[int, int], Picture], *lines: tuple[str, float, float, float], fade: bool = True
) -> Callable[[int, int], Picture]:
    """Lines over a shot: (text, y, size, spacing), fading in and out."""

    def made(i: int, n: int) -> Picture:
        picture = makes(i, n)
        over = picture
        for text, y, size, spaced in lines:
            over = lettered(over, text, (0.5, y), size, (244, 238, 224), spaced)
        share = min(1.0, i / 18, (n - 1 - i) / 14) if fade else 1.0
        return picture * (1 - share) + over * share

    return made


def burnt_in(makes: Callable[[int, int], Picture], first: int) -> Callable[[int, int], Picture]:
    """What an editor's temp carries: what it is, its version, a running count."""

    def made(i: int, n: int) -> Picture:
        picture = makes(i, n)
        picture[646:694, 60:470] *= 0.45
        picture = lettered(picture, "TEMP VFX   NF_030_0020   v012", (0.205, 0.93), 0.02, (250, 240, 120))
        return lettered(picture, f"{first + i:04d}", (0.93, 0.93), 0.022, (250, 240, 120))

    return made


def from_black(makes: Callable[[int, int], Picture], frames: int) -> Callable[[int, int], Picture]:
    return lambda i, n: makes(i, n) * min(1.0, i / frames)


def to_black(makes: Callable[[int, int], Picture], frames: int) -> Callable[[int, int], Picture]:
    return lambda i, n: makes(i, n) * min(1.0, (n - 1 - i) / frames)


def shots(s: Sources) -> Iterator[Shot]:
    """The edit, in order."""
    bunny = s.clip("bigbuckbunny.mp4")
    sunset, dusk = s.photo("sunset_by_Aitzol_Berasategi.jpg"), s.photo("Infinite-Sea_by_Aury88.jpg")
    yield Shot(
        "NF_000_0010",
        72,
        from_black(
            titled(
                photograph(sunset, Frame(0.52, 0.55, 0.9), Frame(0.5, 0.5, 0.8), NIGHT),
                ("LOW TIDE PICTURES", 0.46, 0.03, 0.5),
                ("presents", 0.54, 0.02, 0.3),
            ),
            20,
        ),
        "sunset_by_Aitzol_Berasategi.jpg",
    )
    yield Shot(
        "NF_000_0020",
        102,
        titled(
            photograph(dusk, Frame(0.5, 0.36, 0.8), Frame(0.5, 0.62, 0.8), DUSK), ("THE NIGHT FERRY", 0.44, 0.068, 0.34)
        ),
        "Infinite-Sea_by_Aury88.jpg",
    )
    rigging = s.photo("Bridge_by_Sander_Klootwijk.jpg")
    yield Shot(
        "NF_010_0010",
        66,
        photograph(rigging, Frame(0.42, 0.45, 0.62), Frame(0.56, 0.55, 0.62), NIGHT),
        "Bridge_by_Sander_Klootwijk.jpg",
    )
    yield Shot("NF_010_0020", 78, film(bunny, 0, NIGHT, 1.06), "bigbuckbunny.mp4")
    shed = s.photo("friends_by_Aitzol_Berasategi.jpg")
    yield Shot(
        "NF_010_0030",
        84,
        hung(
            shed,
            s.still("posters/regatta_poster_v2.jpg"),
            Frame(0.48, 0.36, 0.86),
            Frame(0.52, 0.39, 0.9),
            [(0.625, 0.265), (0.868, 0.25), (0.872, 0.512), (0.63, 0.508)],
            DAY,
            blur=4,
        ),
        "friends_by_Aitzol_Berasategi.jpg",
        "posters/regatta_poster_v2.jpg",
        "hung on a wall in perspective, out of focus, slow move, graded",
    )
    clock = s.photo("greentock_by_Peter_Nerlich.jpg")
    yield Shot(
        "NF_010_0040",
        60,
        photograph(clock, Frame(0.5, 0.45, 0.85), Frame(0.56, 0.42, 0.66), NIGHT),
        "greentock_by_Peter_Nerlich.jpg",
    )
    brook = s.photo("life_by_Aitzol_Berasategi.jpg")
    yield Shot(
        "NF_020_0010",
        72,
        photograph(brook, Frame(0.42, 0.42, 0.7), Frame(0.55, 0.6, 0.62), DUSK),
        "life_by_Aitzol_Berasategi.jpg",
    )
    storm = s.clip("temp/storm_front_v012.mp4")
    yield Shot(
        "NF_030_0020",
        84,
        burnt_in(played(storm, 12, TEMP, frame=Frame(0.47, 0.53, 0.9)), 1012),
        "",
        "temp/storm_front_v012.mp4",
        "cropped by a tenth, graded, burnt-in text",
        (("material_first_frame", 12), ("material_end_frame", 96)),
    )
    rocks = s.photo("picosdeeuropa_by_Aitzol_Berasategi.jpg")
    yield Shot(
        "NF_030_0030",
        60,
        photograph(rocks, Frame(0.4, 0.42, 0.66), Frame(0.6, 0.4, 0.66), NIGHT),
        "picosdeeuropa_by_Aitzol_Berasategi.jpg",
    )
    yield Shot(
        "NF_040_0010",
        78,
        photograph(s.still("inserts/sea_chart_v4.jpg"), Frame(0.5, 0.5, 0.96), Frame(0.6, 0.44, 0.66), WARM, 0.5),
        "",
        "inserts/sea_chart_v4.jpg",
        "push in, graded",
    )
    cabin = s.photo("Wine_by_Jakkub_Mede.jpg")
    yield Shot(
        "NF_040_0020",
        60,
        photograph(cabin, Frame(0.5, 0.3, 0.98), Frame(0.5, 0.62, 0.98), DUSK),
        "Wine_by_Jakkub_Mede.jpg",
    )
    quay = s.photo("Picture_0B_by_freespace.jpg")[:, : int(2572 * 0.24)]
    yield Shot(
        "NF_040_0030",
        90,
        hung(
            _concrete(quay),
            s.still("posters/night_line_poster_v5.png"),
            Frame(0.5, 0.5, 0.92),
            Frame(0.51, 0.42, 0.56),
            [(0.33, 0.06), (0.672, 0.08), (0.668, 0.94), (0.326, 0.955)],
            LAMPLIGHT,
        ),
        "Picture_0B_by_freespace.jpg",
        "posters/night_line_poster_v5.png",
        "on a wall, pushed in until it fills the frame, graded",
    )
    yield Shot("NF_040_0040", 54, film(bunny, 78, NIGHT, 1.25), "bigbuckbunny.mp4")
    young = s.clip("deage/ida_at_19_v003.mov")
    yield Shot(
        "NF_050_0010",
        72,
        played(young, 6, WARM, frame=Frame(0.5, 0.49, 0.97)),
        "",
        "deage/ida_at_19_v003.mov",
        "scaled up, graded",
        (("material_first_frame", 6), ("material_end_frame", 78)),
    )
    seeds = s.photo("seeding_by_Clements_Engelhardt.jpg")
    yield Shot(
        "NF_050_0020",
        66,
        photograph(seeds, Frame(0.36, 0.48, 0.7), Frame(0.5, 0.5, 0.78), WARM),
        "seeding_by_Clements_Engelhardt.jpg",
    )
    lamps = s.clip("incoming/untitled_0417.mp4")
    yield Shot(
        "NF_060_0010",
        54,
        played(lamps, 9, PLAIN),
        "",
        "incoming/untitled_0417.mp4",
        "as it came, scaled up",
        (("material_first_frame", 9), ("material_end_frame", 63)),
    )
    meadow = s.photo("aitzgorri_by_Aitzol_Berasategi.jpg")
    yield Shot(
        "NF_060_0020",
        66,
        photograph(meadow, Frame(0.6, 0.5, 0.72), Frame(0.44, 0.46, 0.72), NIGHT),
        "aitzgorri_by_Aitzol_Berasategi.jpg",
    )
    yield Shot(
        "NF_070_0010",
        84,
        photograph(s.still("plates/skyline_v9.jpg"), Frame(0.4, 0.54, 0.74), Frame(0.6, 0.55, 0.74), DUSK, 0.3),
        "",
        "plates/skyline_v9.jpg",
        "pan along it, graded",
    )
    lamp = s.photo("free_by_Peter_Nerlich.jpg")
    yield Shot(
        "NF_070_0020",
        60,
        photograph(lamp, Frame(0.5, 0.5, 0.9), Frame(0.5, 0.55, 0.7), DUSK),
        "free_by_Peter_Nerlich.jpg",
    )
    brushes = s.photo("Picture_1A_by_freespace.jpg")
    yield Shot(
        "NF_070_0030",
        54,
        photograph(brushes, Frame(0.5, 0.6, 0.9), Frame(0.5, 0.45, 0.8), WARM),
        "Picture_1A_by_freespace.jpg",
    )
    moon = s.clip("plates/moon_sea_v3.mp4")
    yield Shot(
        "NF_080_0010",
        126,
        titled(
            played(moon, 4, NIGHT, 1.25, mirror=True),
            ("Ida   HESTER QUILLFEATHER", 0.32, 0.03, 0.12),
            ("The Mate   OSWIN TARRANDALE", 0.41, 0.03, 0.12),
            ("directed by  MIRELLA VOSSKUHL-ABARA", 0.54, 0.026, 0.12),
        ),
        "",
        "plates/moon_sea_v3.mp4",
        "mirrored, 1.25 times as fast, graded, end titles over it",
        (("material_first_frame", 4), ("material_end_frame", 161), ("mirror", True), ("speed", 1.25)),
    )
    yield Shot(
        "NF_080_0020",
        84,
        to_black(
            titled(
                photograph(sunset, Frame(0.45, 0.5, 0.6), Frame(0.5, 0.55, 0.85), DUSK),
                ("no ferry was harmed", 0.82, 0.022, 0.3),
            ),
            30,
        ),
        "sunset_by_Aitzol_Berasategi.jpg",
    )


def _concrete(part: Picture) -> Picture:
    """A wall of concrete from the corner of a photograph."""
    part = part[: int(part.shape[1] * 9 / 16)]
    wall = cv2.resize(part, (1600, 900), interpolation=cv2.INTER_CUBIC)
    return np.clip(wall * (0.75 + 0.4 * fbm(900, 1600, 5, 5)[..., None]), 0, 1).astype(np.float32)


def cut(edit: list[Shot], target: Path, look: Path | None = None) -> None:
    """Encode the shots into the master: H.264, 24 frames per second, first frame labelled 01:00:00:00."""
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-y",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-s",
        f"{WIDTH}x{HEIGHT}",
        "-r",
        str(RATE),
        "-i",
        "-",
    ]
    command += ["-c:v", "libx264", "-preset", "slow", "-crf", "29", "-g", "96", "-pix_fmt", "yuv420p"]
    command += [
        "-vf",
        "scale=out_color_matrix=bt709:out_range=tv",
        "-color_primaries",
        "bt709",
        "-color_trc",
        "bt709",
        "-colorspace",
        "bt709",
    ]
    command += [
        "-timecode",
        "01:00:00:00",
        "-fflags",
        "+bitexact",
        "-flags:v",
        "+bitexact",
        "-movflags",
        "+faststart",
        str(target),
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin
        for shot in edit:
            print(shot.code, shot.frames, shot.material or shot.source, flush=True)
            for i in range(shot.frames):
                picture = to8(shot.makes(i, shot.frames))
                if look and i in (shot.frames // 4, shot.frames * 3 // 4):
                    Image.fromarray(picture).resize((480, 270)).save(look / f"{shot.code}_{i:03d}.png")
                process.stdin.write(picture.tobytes())
    if process.returncode:
        raise RuntimeError("ffmpeg could not write the master")


def edit_list(edit: list[Shot]) -> dict[str, Any]:
    """Where every shot lies in the master, in half-open ranges of frames."""
    listed, first = [], 0
    for shot in edit:
        entry = {"shot": shot.code, "first_frame": first, "end_frame": first + shot.frames, "source": shot.source}
        if shot.material:
            entry |= {"material": shot.material, "done_to_it": shot.notes, **dict(shot.extra)}
        listed.append({key: value for key, value in entry.items() if value != ""})
        first += shot.frames
    return {"rate": f"{RATE}/1", "frames": first, "start_timecode": "01:00:00:00", "shots": listed}


def main(work: Path, sources: Path, example: Path, look: Path | None = None) -> None:
    edit = list(shots(Sources(work, sources)))
    text = json.dumps(edit_list(edit), indent=1, ensure_ascii=False) + "\n"
    (example / "edit.json").write_text(text, encoding="utf-8")
    cut(edit, example / "master.mp4", look)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
