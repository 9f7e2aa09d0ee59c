"""Stills by Pillow: PNG, JPEG, TIFF, WebP, AVIF, PSD, JPEG 2000, TGA, BMP; what it does not open, by other readers.

Whatever reads a file, it comes as one Pillow image, of which luma is taken here and evidence elsewhere.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from cleancut.adapters import stills_heif, stills_openimageio, stills_pdfium
from cleancut.match.picture import Frame, Luma
from cleancut.ports import Unreadable

PIXELS_CAP = 200_000_000
"""Stills over 200 megapixels are refused from their header: decoded they would take gigabytes."""

HEIF = frozenset({".heic", ".heif", ".hif"})
DOCUMENTS = frozenset({".pdf", ".ai"})
EFFECTS = frozenset({".exr", ".dpx", ".cin", ".hdr", ".psb"})
_SHARED = frozenset({".tif", ".tiff", ".psd"})  # floats and depths that Pillow lacks are OpenImageIO's

_MID_GREY = 128
_REDUCED = 1  # bit of TIFF's NewSubfileType: a smaller copy of another page
_SUBFILE_TYPE = 254


class PillowStills:
    """Reads one picture: the whole file, or one of its pages. Colour is dropped, 16 bits are cut to 8."""

    def pages(self, path: Path) -> tuple[int, ...]:
        if path.suffix.lower() in DOCUMENTS:
            found = stills_pdfium.pages(path)
        elif path.suffix.lower() in (".tif", ".tiff"):
            found = _tiff_pages(path)
        else:
            return ()
        return found if len(found) > 1 else ()

    def size(self, path: Path, page: int = 0) -> tuple[int, int]:
        if path.suffix.lower() in EFFECTS:
            return stills_openimageio.size(path)
        with opened(path, page) as image:
            return image.size

    def read(self, path: Path, page: int = 0) -> Frame:
        with opened(path, page) as image:
            if image.format == "JPEG":
                image.draft("L", image.size)  # of which colour would be made, and thrown away again
            luma = _luma(ImageOps.exif_transpose(image))
        return Frame(luma, luma.shape[0] / luma.shape[1])


@contextmanager
def opened(path: Path, page: int = 0) -> Iterator[Image.Image]:
    """The picture of any still, as stored, lazily where Pillow itself reads it. Whatever goes wrong on opening, or with
    the image within the block, comes out as `Unreadable`; so does an image over the cap."""
    suffix = path.suffix.lower()
    with _refusals(path):
        if suffix in HEIF:
            yield _capped(stills_heif.picture(path, page))
        elif suffix in DOCUMENTS:
            yield stills_pdfium.picture(path, page)
        elif suffix in EFFECTS or (suffix in _SHARED and not _is_pillows(path)):
            yield stills_openimageio.picture(path, page, PIXELS_CAP)
        else:
            with Image.open(path) as image:
                yield _capped(_turned_to(image, page))


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    try:
        if path.stat().st_size == 0:
            raise Unreadable("is empty")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UnidentifiedImageError as error:
        raise Unreadable("is not a picture that can be read") from error
    except Image.DecompressionBombError as error:
        raise Unreadable(f"is over the cap of {PIXELS_CAP // 1_000_000} megapixels") from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError) as error:
        # Pillow's plugins raise any of these for broken files.
        raise Unreadable(f"does not decode: {error}") from error


def _is_pillows(path: Path) -> bool:
    """Whether Pillow knows the kind of picture that this file holds. True also for what is no picture at all."""
    try:
        with Image.open(path):
            return True
    except UnidentifiedImageError:
        return path.read_bytes()[:4] not in (b"II*\0", b"MM\0*", b"8BPS")


def _turned_to(image: Image.Image, page: int) -> Image.Image:
    """The image at one of its pages; what moves is no still."""
    if getattr(image, "is_animated", False) and image.format in ("PNG", "WEBP", "AVIF"):
        raise Unreadable("moves: it holds more than one picture", "Export it as MP4 or MOV.")
    if page > 1:
        image.seek(page - 1)
    return image


def _capped(image: Image.Image) -> Image.Image:
    if image.width * image.height > PIXELS_CAP:
        raise Unreadable(
            f"has {image.width} x {image.height} pixels, over the cap of {PIXELS_CAP // 1_000_000} megapixels",
            "Export it at a smaller size; the scan needs no more than a few megapixels.",
        )
    return image


def _tiff_pages(path: Path) -> tuple[int, ...]:
    """Numbers from 1 of the pages that are no smaller copies; none where another reader has to open it."""
    with _refusals(path):
        if not _is_pillows(path):
            return ()
        with Image.open(path) as image:
            kept = []
            for number in range(getattr(image, "n_frames", 1)):
                image.seek(number)
                if not int(getattr(image, "tag_v2", {}).get(_SUBFILE_TYPE, 0)) & _REDUCED:
                    kept.append(number + 1)
            return tuple(kept)


def in_srgb(image: Image.Image) -> Image.Image:
    """Inks as RGB: by the file's own profile, else by Pillow's rule of thumb."""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        made = ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (KeyError, OSError, ValueError, TypeError, ImageCms.PyCMSError):
        made = None
    return made or image.convert("RGB")


def _luma(image: Image.Image) -> Luma:
    """8-bit luma, alpha laid over mid-grey."""
    if image.mode.startswith(("I", "F")):
        return _scaled(np.asarray(image))
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, (_MID_GREY, _MID_GREY, _MID_GREY, 255))
        image = Image.alpha_composite(ground, image)
    elif image.mode == "CMYK":
        image = in_srgb(image)
    elif image.mode not in ("L", "RGB"):
        image = image.convert("RGB")  # palettes, bilevel and the like have no luma of their own
    return np.asarray(image.convert("L"))


def _scaled(values: NDArray[Any]) -> Luma:
    """16-bit and float pictures at 8 bits: integers by their type's range, floats by their own extent."""
    if np.issubdtype(values.dtype, np.floating):
        low, high = float(values.min()), float(values.max())
        return np.asarray((values - low) * (255.0 / max(high - low, 1e-9)), dtype=np.uint8)
    top = 65535 if values.max() > 255 else 255
    eight: Luma = (np.clip(values, 0, top).astype(np.int64) * 255 // top).astype(np.uint8)
    return eight
