"""Stills of visual effects by OpenImageIO: EXR, DPX, Cineon, Radiance HDR, and what of TIFF and PSD Pillow lacks.

Colours are brought to an ordinary screen by one fixed view: scene light by the curve that films in HDR go through, with
1.0 as diffuse white; film densities as Cineon defines them; all else is taken to be made for a screen. No show LUT is
known here: what it does to a picture is a grade, which engines see through.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cleancut.adapters.stills_extras import library
from cleancut.match.tone import screened
from cleancut.ports import Unreadable

_READS = "EXR, DPX and other pictures of visual effects"
_NO_PICTURE = "Export the beauty as an EXR of its own, or as PNG."
_PARTS_CAP = 64  # of a multi-part EXR, searched for colours

Colours = NDArray[np.float32]


def size(path: Path) -> tuple[int, int]:
    """Width and height of the display window."""
    with _opened(path) as (_, source):
        spec = source.spec()
        return spec.full_width or spec.width, spec.full_height or spec.height


def picture(path: Path, page: int, cap: int) -> Image.Image:
    """The display window of the first part that holds colours, as RGB or RGBA at eight bits, in square pixels. Raises
    `Unreadable` for more than `cap` pixels."""
    with _opened(path) as (oiio, source):
        part, channels = _colours(source)
        spec = source.spec()
        if max(spec.width * spec.height, spec.full_width * spec.full_height) > cap:
            raise Unreadable(f"has {spec.width} x {spec.height} pixels, over the cap of {cap // 1_000_000} megapixels")
        first, end = min(channels), max(channels) + 1
        read = source.read_image(part, 0, first, end, oiio.FLOAT)
        if read is None:
            raise Unreadable(f"does not decode: {_said(source.geterror())}")
        chosen = np.asarray(read, dtype=np.float32).reshape(spec.height, spec.width, -1)
        laid = _in_display_window(np.nan_to_num(chosen[:, :, [channel - first for channel in channels]]), spec)
        return _squared(_image(laid, _view(spec, path)), spec)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    oiio = library("OpenImageIO", "vfx", _READS)
    source = oiio.ImageInput.open(str(path))
    if source is None:
        raise Unreadable(f"is not a picture that can be read: {_said(oiio.geterror())}")
    try:
        yield oiio, source
    finally:
        source.close()


def _said(error: str) -> str:
    return error.strip().splitlines()[-1] if error.strip() else "no reason is given"


def _colours(source: Any) -> tuple[int, tuple[int, ...]]:
    """The part and the channels of a picture in it: R, G, B of the first layer that has them, or Y; then A."""
    part = 0
    while part < _PARTS_CAP and source.seek_subimage(part, 0):
        spec = source.spec()
        if spec.deep:
            raise Unreadable("is a deep picture, which holds samples and no pixels", _NO_PICTURE)
        at = {name.lower(): place for place, name in enumerate(spec.channelnames)}
        for layer in dict.fromkeys(["", *(name.rpartition(".")[0] + "." for name in at if "." in name)]):
            for names in (("r", "g", "b"), ("red", "green", "blue"), ("y",)):
                if all(layer + name in at for name in names):
                    alpha = [at[layer + name] for name in ("a", "alpha") if layer + name in at][:1]
                    return part, (*(at[layer + name] for name in names), *alpha)
        part += 1
    raise Unreadable("has no channels of a picture", _NO_PICTURE)


def _in_display_window(pixels: Colours, spec: Any) -> Colours:
    """What lies outside the data window is black and transparent, what lies outside the display window is left out."""
    if not spec.full_width or not spec.full_height:
        return pixels
    laid = np.zeros((spec.full_height, spec.full_width, pixels.shape[2]), np.float32)
    left, top = spec.x - spec.full_x, spec.y - spec.full_y
    x, y = max(0, left), max(0, top)
    part = pixels[max(0, -top) : spec.full_height - top, max(0, -left) : spec.full_width - left]
    laid[y : y + part.shape[0], x : x + part.shape[1]] = part
    return laid


def _view(spec: Any, path: Path) -> str:
    """`light`, `density` or `screen`."""
    said = str(spec.getattribute("oiio:ColorSpace") or "").lower()
    is_density = str(spec.getattribute("dpx:Transfer") or "").lower() in ("printing density", "logarithmic")
    if is_density or "log" in said or path.suffix.lower() == ".cin":
        return "density"
    is_float = str(spec.format) in ("half", "float", "double")
    return "light" if is_float else "screen"


def _image(pixels: Colours, view: str) -> Image.Image:
    colours: NDArray[Any]
    colours, alpha = (pixels[:, :, :-1], pixels[:, :, -1:]) if pixels.shape[2] in (2, 4) else (pixels, None)
    if alpha is not None:  # OpenImageIO gives colours multiplied by alpha
        colours = np.where(alpha > 0, colours / np.maximum(alpha, 1e-6), colours)
    if view == "density":
        black = 10.0 ** ((95 - 685) * 0.002 / 0.6)
        colours = (10.0 ** ((colours * 1023 - 685) * 0.002 / 0.6) - black) / (1 - black)
    shown = np.clip(colours, 0, 1) if view == "screen" else screened(colours.astype(np.float64))
    if shown.shape[2] == 1:
        shown = np.repeat(shown, 3, axis=2)
    if alpha is not None:
        shown = np.concatenate([shown, np.clip(alpha, 0, 1)], axis=2)
    return Image.fromarray(np.round(shown * 255).astype(np.uint8))


def _squared(image: Image.Image, spec: Any) -> Image.Image:
    stretch = float(spec.getattribute("PixelAspectRatio") or 1.0)
    if abs(stretch - 1) < 0.01 or not 0.1 < stretch < 10:
        return image
    return image.resize((max(1, round(image.width * stretch)), image.height), Image.Resampling.BILINEAR)
