"""Pages of PDF files by pypdfium2, drawn on white: key art, posters, boards; Illustrator files that hold a PDF."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from cleancut.adapters.stills_extras import library
from cleancut.ports import Unreadable

LONG_SIDE = 1600  # pixels of a page as drawn; engines look at 640 across at most
MOST_PAGES = 500


def pages(path: Path) -> tuple[int, ...]:
    """Numbers from 1 of the pages that have anything on them. Raises `Unreadable`, also for over 500 pages."""
    with _opened(path) as document:
        if len(document) > MOST_PAGES:
            raise Unreadable(f"has {len(document)} pages, over the cap of {MOST_PAGES}", "Split it, or export the art.")
        drawn = tuple(number + 1 for number, page in enumerate(document) if next(page.get_objects(max_depth=1), None))
    if not drawn:
        raise Unreadable("has no page with anything on it")
    return drawn


def picture(path: Path, page: int) -> Image.Image:
    """One page as RGB, its longer side of 1600 pixels. Page 0 is the first."""
    with _opened(path) as document:
        if page > len(document):
            raise Unreadable(f"has no page {page}")
        drawn = document[max(0, page - 1)]
        scale = LONG_SIDE / max(1.0, *drawn.get_size())
        made: Image.Image = drawn.render(scale=scale).to_pil().convert("RGB")
    return made


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    pdfium = library("pypdfium2", "pdf", "PDF pages")
    try:
        document = pdfium.PdfDocument(path)
        try:
            yield document
        finally:
            document.close()
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise Unreadable("is locked by a password", "Save it without one.") from error
        raise Unreadable("does not open as a PDF", "Export the page as PNG or JPEG.") from error
    except (OSError, ValueError) as error:
        raise Unreadable(f"does not decode: {error}") from error
