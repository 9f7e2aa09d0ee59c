"""How alike a picture is with itself elsewhere: a wall of tiles, blinds, a fence."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from cleancut.match.correlate import FINE, FLAT
from cleancut.match.film import lit
from cleancut.match.picture import Luma
from cleancut.match.sketch import THUMB_WIDTH

Spectrum = NDArray[np.complex128]

ELSEWHERE = 0.06  # widths: nearer, every picture is like itself
LEAST_SHARED = 0.4  # of the picture: less that lies over itself is alike by chance


def repetition(picture: Luma) -> float:
    """The most that the fine detail of a picture, seen as a thumbnail without the bars of a matte, correlates with
    itself moved to elsewhere: 0 to 1, and 0 of a flat one. Of ordinary pictures some 0.1, of one in ten more than 0.4.

    What has little but one long straight edge is like itself, too, along it.
    """
    height = min(4 * THUMB_WIDTH, max(FINE, round(THUMB_WIDTH * picture.shape[0] / picture.shape[1])))
    small = np.asarray(cv2.resize(picture, (THUMB_WIDTH, height), interpolation=cv2.INTER_AREA), np.uint8)
    inside = lit(small)
    values = small[inside.any(axis=1)][:, inside.any(axis=0)].astype(np.float64)
    height, width = values.shape
    values -= cv2.blur(values, (FINE, FINE))
    if values.std() < FLAT / 2:
        return 0.0
    size = (2 * height, 2 * width)  # so that what leaves the picture on one side does not come in on the other
    there, of_value, of_square = (np.fft.rfft2(plane, size) for plane in (np.ones_like(values), values, values**2))

    def summed(one: Spectrum, other: Spectrum) -> NDArray[np.float64]:
        """Over what is shared, the sum of products, for each move."""
        return np.fft.irfft2(one * np.conj(other), size)

    shared = np.maximum(summed(there, there), 1.0)
    means = [summed(of_value, there) / shared, summed(there, of_value) / shared]
    squares = [summed(of_square, there) / shared, summed(there, of_square) / shared]
    spread = np.prod([np.maximum(s - m**2, (FLAT / 2) ** 2) for s, m in zip(squares, means, strict=True)], axis=0)
    alike = (summed(of_value, of_value) / shared - means[0] * means[1]) / np.sqrt(spread)
    down, across = (np.minimum(np.arange(n), n - np.arange(n)) for n in size)
    is_elsewhere = down[:, None] ** 2 + across**2 > (ELSEWHERE * width) ** 2
    return min(1.0, float(alike[is_elsewhere & (shared > LEAST_SHARED * height * width)].max(initial=0.0)))
