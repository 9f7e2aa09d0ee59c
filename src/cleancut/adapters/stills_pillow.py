"""Stills by Pillow: PNG, JPEG, TIFF, WebP, BMP, and whatever else it opens."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from cleancut.match.picture import Frame, Luma
from cleancut.ports import Unreadable

PIXELS_CAP = 200_000_000
"""Stills over 200 megapixels are refused from their header: decoded they would take gigabytes."""

_MID_GREY = 128


class PillowStills:
    """Reads one picture a file (the first, where there are more). Colour is dropped, 16 bits are cut to 8."""

    def size(self, path: Path) -> tuple[int, int]:
        with _opened(path) as image:
            return image.size

    def read(self, path: Path) -> Frame:
        with _opened(path) as image:
            width, height = image.size
            if width * height > PIXELS_CAP:
                raise Unreadable(
                    f"has {width} x {height} pixels, over the cap of {PIXELS_CAP // 1_000_000} megapixels",
                    "Export it at a smaller size; the scan needs no more than a few megapixels.",
                )
            upright = ImageOps.exif_transpose(image)
            luma = _luma(upright)
        return Frame(luma, luma.shape[0] / luma.shape[1])


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """The image, lazily; whatever Pillow raises, on opening or within the block, comes out as `Unreadable`."""
    try:
        if path.stat().st_size == 0:
            raise Unreadable("is empty")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                yield image
    except UnidentifiedImageError as error:
        raise Unreadable("is not a picture that can be read") from error
    except Image.DecompressionBombError as error:
        raise Unreadable(f"is over the cap of {PIXELS_CAP // 1_000_000} megapixels") from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError) as error:
        # Pillow's plugins raise any of these for broken files.
        raise Unreadable(f"does not decode: {error}") from error


def _luma(image: Image.Image) -> Luma:
    """8-bit luma, alpha laid over mid-grey."""
    if image.mode.startswith(("I", "F")):
        return _scaled(np.asarray(image))
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, (_MID_GREY, _MID_GREY, _MID_GREY, 255))
        image = Image.alpha_composite(ground, image)
    elif image.mode not in ("L", "RGB"):
        image = image.convert("RGB")  # palettes and bilevel have no luma of their own, CMYK is inverted on the way
    return np.asarray(image.convert("L"))


def _scaled(values: NDArray[Any]) -> Luma:
    """16-bit and float pictures at 8 bits: integers by their type's range, floats by their own extent."""
    if np.issubdtype(values.dtype, np.floating):
        low, high = float(values.min()), float(values.max())
        return np.asarray((values - low) * (255.0 / max(high - low, 1e-9)), dtype=np.uint8)
    top = 65535 if values.max() > 255 else 255
    eight: Luma = (np.clip(values, 0, top).astype(np.int64) * 255 // top).astype(np.uint8)
    return eight
