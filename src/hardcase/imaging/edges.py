"""Pulling the edges of a box to strong edges of the image nearby."""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from hardcase.imaging.open import decode
from hardcase.model.boxes import Box

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MAX_SIDE = 2048
"""A larger image is reduced to this many pixels a side before edges are looked for."""

_DISTANCE = 0.8
"""What share of its strength an edge at the end of the reach loses to one where the box is."""

_STANDS_OUT = 2.0
"""How many times the median of those within reach an edge must have to be one."""

_LEAST = 4.0
"""Mean step in brightness, of 255, below which nothing is an edge."""


def open_pixels(path: Path) -> tuple[NDArray[np.uint8], float, float]:
    """Return the (H, W, 3) pixels of an image to look for edges in, and their size.

    That is source pixels a pixel, (x, y): 1 unless the image is reduced. Raises ImageError.
    """
    decoded = decode(path, max_size=(MAX_SIDE, MAX_SIDE))
    image = decoded.image
    if max(image.size) > MAX_SIDE:
        scale = MAX_SIDE / max(image.size)
        size = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
        image = image.resize(size, Image.Resampling.BOX)
    pixels = np.asarray(image, dtype=np.uint8)
    return pixels, decoded.width / image.width, decoded.height / image.height


def snapped(pixels: NDArray[np.uint8], box: Box, reach: tuple[float, float]) -> Box:
    """Return a box in an image of (H, W, 3) pixels, its edges where the image has strong ones.

    An edge goes to the line between two columns or rows within `reach` (x, y) pixels of it where
    the step in brightness, averaged over the length of the edge, is the largest, nearer ones
    preferred. It stays where no line stands out from the others, and never comes nearer to the
    middle of the box than a pixel. The image's own border is no edge.
    """
    sideways = pixels.swapaxes(0, 1)
    x1, x2 = _sides(pixels, (box.x1, box.x2), (box.y1, box.y2), reach[0])
    y1, y2 = _sides(sideways, (box.y1, box.y2), (box.x1, box.x2), reach[1])
    return Box(x1, y1, x2, y2)


def _sides(
    pixels: NDArray[np.uint8],
    sides: tuple[float, float],
    along: tuple[float, float],
    reach: float,
) -> tuple[float, float]:
    """Return where the two sides of a box, columns of (H, W, 3) pixels, go."""
    first, last = sides
    middle = (first + last) / 2
    return (
        _side(pixels, first, (first - reach, min(first + reach, middle - 1)), along),
        _side(pixels, last, (max(last - reach, middle + 1), last + reach), along),
    )


def _side(
    pixels: NDArray[np.uint8],
    at: float,
    between: tuple[float, float],
    along: tuple[float, float],
) -> float:
    height, width = pixels.shape[:2]
    top, bottom = max(floor(along[0]), 0), min(ceil(along[1]), height)
    low, high = max(ceil(between[0]), 1), min(floor(between[1]), width - 1)
    if low > high or top >= bottom:
        return at
    window = pixels[top:bottom, low - 1 : high + 1].astype(np.int16)
    steps = np.abs(np.diff(window, axis=1)).max(axis=2).mean(axis=0)
    lines = np.arange(low, high + 1)
    furthest = max(at - between[0], between[1] - at, 1.0)
    best = int((steps * (1 - _DISTANCE * np.abs(lines - at) / furthest)).argmax())
    if steps[best] < max(_LEAST, _STANDS_OUT * float(np.median(steps))):
        return at
    return float(lines[best])
