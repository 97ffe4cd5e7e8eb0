"""Colours that stay readable on each other."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from hardcase.imaging.depth import Depth, nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray

MIN_CONTRAST = 2.5
"""Least contrast ratio of a line and what is beside it, as WCAG 2.1 reckons it.

Its 3.0 for graphics (criterion 1.4.11) is for what is told by lightness alone; these lines have a
hue too, and whatever they need is taken from the picture in their cells.
"""

SWATCH_CONTRAST = 2.0
"""Least contrast ratio of a filled square and its ground, which needs less than a line does."""

_GAMMA = 2.2  # close enough to sRGB's curve, and invertible by hand
_LINEAR = np.array([0.2126, 0.7152, 0.0722])
_GREY_STEP = 10  # between greys of the 256 colours: one further, to be on the safe side
BLACK = np.zeros(3, dtype=np.uint8)
WHITE = np.full(3, 255, dtype=np.uint8)


def luminance(colours: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the relative luminance in [0, 1] of (..., 3) uint8 sRGB colours."""
    result: NDArray[np.float64] = (colours / 255.0) ** _GAMMA @ _LINEAR
    return result


def ratio(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the WCAG contrast ratio in [1, 21] of colours, broadcast over (..., 3)."""
    x, y = luminance(a) + 0.05, luminance(b) + 0.05
    return np.maximum(x, y) / np.minimum(x, y)


def ink(background: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return black or white, whichever reads better on one (3,) colour."""
    return BLACK if ratio(BLACK, background) >= ratio(WHITE, background) else WHITE


def behind(
    colour: NDArray[np.uint8], background: NDArray[np.uint8], depth: Depth
) -> NDArray[np.uint8]:
    """Return (N, 3) backgrounds changed as little as needed to show lines of one (3,) colour.

    Where the contrast is below `MIN_CONTRAST`, the background is darkened until it is not, or
    lightened behind colours too dark for that. At XTERM a grey stands in where the palette has no
    such colour; ANSI has too few colours for anything but black or white.
    """
    if depth is Depth.ANSI:
        ground = BLACK if ratio(BLACK, colour) >= MIN_CONTRAST else WHITE
        return np.tile(ground, (len(background), 1))
    line = float(luminance(colour))
    dark = (line + 0.05) / MIN_CONTRAST - 0.05
    light = (line + 0.05) * MIN_CONTRAST - 0.05
    level = luminance(background) ** (1 / _GAMMA)
    weak = ratio(colour, background) < MIN_CONTRAST
    if dark > 0:
        end, keep = 0.0, dark ** (1 / _GAMMA) / np.maximum(level, 1e-9)
    else:
        end, keep = 255.0, (1 - light ** (1 / _GAMMA)) / np.maximum(1 - level, 1e-9)
    share = np.where(weak, np.clip(keep, 0.0, 1.0), 1.0)[:, None]
    shifted = background * share + end * (1 - share)
    fitted: NDArray[np.uint8] = np.rint(shifted).astype(np.uint8)
    if depth is Depth.FULL:
        return fitted
    fitted = nearest(fitted, depth)
    weak = ratio(colour, fitted) < MIN_CONTRAST
    grey = 255 * luminance(np.rint(shifted).astype(np.uint8)) ** (1 / _GAMMA)
    grey += -_GREY_STEP if dark > 0 else _GREY_STEP
    greys = np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[:, None], 3, axis=1)
    fitted[weak] = nearest(greys[weak], depth)
    return fitted


def rgb(colour: str) -> NDArray[np.uint8]:
    """Return (3,) uint8 of `#rrggbb`; white when it is anything else."""
    digits = colour.removeprefix("#")
    try:
        value = int(digits, 16) if len(digits) == 6 else 0xFFFFFF
    except ValueError:
        value = 0xFFFFFF
    return np.array([value >> 16 & 255, value >> 8 & 255, value & 255], dtype=np.uint8)


@lru_cache(maxsize=1024)
def swatch_ground(colour: str, ground: str) -> str:
    """Return the colour, `#rrggbb`, to show a label's colour on, where all around is `ground`.

    The ground gives way as that of lines over a picture does, so that a swatch has the very colour
    of its boxes, and colours stay as far apart as they were chosen to be.
    """
    if float(ratio(rgb(colour), rgb(ground))) >= SWATCH_CONTRAST:
        return ground
    shown = behind(rgb(colour), rgb(ground)[None], Depth.FULL)[0]
    return "#" + bytes(shown.tolist()).hex()
