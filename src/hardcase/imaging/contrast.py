"""Colours that stay readable on each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hardcase.imaging.depth import Depth, nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray

MIN_CONTRAST = 3.0
"""WCAG 2.1's least contrast ratio for graphics (success criterion 1.4.11)."""

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

    Each is darkened or lightened, whichever takes less, until the contrast is `MIN_CONTRAST`. At
    XTERM a grey stands in where the palette has no such colour; ANSI has too few colours for
    anything but black or white.
    """
    if depth is Depth.ANSI:
        ground = BLACK if ratio(BLACK, colour) >= MIN_CONTRAST else WHITE
        return np.tile(ground, (len(background), 1))
    line = float(luminance(colour))
    have = luminance(background)
    dark = (line + 0.05) / MIN_CONTRAST - 0.05
    light = (line + 0.05) * MIN_CONTRAST - 0.05
    # How far brightness (luminance to the 1/gamma) has to go in either direction.
    level = have ** (1 / _GAMMA)
    down = level - dark ** (1 / _GAMMA) if dark > 0 else np.full_like(level, np.inf)
    up = light ** (1 / _GAMMA) - level if light < 1 else np.full_like(level, np.inf)
    down, up = np.maximum(down, 0.0), np.maximum(up, 0.0)
    darken = (down <= up)[:, None]
    keep = np.where(
        darken[:, 0],
        1 - _share(down, level),
        1 - _share(up, 1 - level),
    )[:, None]
    shifted = background * keep + np.where(darken, 0.0, 255.0) * (1 - keep)
    fitted: NDArray[np.uint8] = np.rint(shifted).astype(np.uint8)
    if depth is Depth.FULL:
        return fitted
    fitted = nearest(fitted, depth)
    weak = ratio(colour, fitted) < MIN_CONTRAST
    grey = 255 * luminance(np.rint(shifted).astype(np.uint8)) ** (1 / _GAMMA)
    grey += np.where(darken[:, 0], -_GREY_STEP, _GREY_STEP)
    greys = np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[:, None], 3, axis=1)
    fitted[weak] = nearest(greys[weak], depth)
    return fitted


def _share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    finite = np.where(np.isfinite(part), part, whole)
    return np.clip(finite / np.maximum(whole, 1e-9), 0.0, 1.0)


def rgb(colour: str) -> NDArray[np.uint8]:
    """Return (3,) uint8 of `#rrggbb`; white when it is anything else."""
    digits = colour.removeprefix("#")
    try:
        value = int(digits, 16) if len(digits) == 6 else 0xFFFFFF
    except ValueError:
        value = 0xFFFFFF
    return np.array([value >> 16 & 255, value >> 8 & 255, value & 255], dtype=np.uint8)
