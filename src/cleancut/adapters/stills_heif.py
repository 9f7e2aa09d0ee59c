"""HEIC and HEIF stills by pillow-heif: the primary picture, at eight bits."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from cleancut.adapters.stills_extras import library
from cleancut.ports import Unreadable


def picture(path: Path, page: int) -> Image.Image:
    """Upright, as phones turn it. Thumbnails, depth maps and the other pictures of a burst are left out."""
    heif = library("pillow_heif", "heic", "HEIC pictures")
    try:
        opened: Image.Image = heif.open_heif(path, convert_hdr_to_8bit=True).to_pillow()
    except (OSError, ValueError, EOFError, RuntimeError, SyntaxError) as error:
        raise Unreadable(f"does not decode: {error}") from error
    return opened
