"""Pictures dithered down to the colours a terminal has."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from hardcase.terminal import Depth

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["PATTERN", "SHOWN", "Depth", "dithered", "flat", "nearest", "palette", "shown"]


# The 16 colours as Rich matches them (`rich.color.STANDARD_PALETTE`): normal, then bright.
_ANSI = [
    (0, 0, 0), (170, 0, 0), (0, 170, 0), (170, 85, 0),
    (0, 0, 170), (170, 0, 170), (0, 170, 170), (170, 170, 170),
    (85, 85, 85), (255, 85, 85), (85, 255, 85), (255, 255, 85),
    (85, 85, 255), (255, 85, 255), (85, 255, 255), (255, 255, 255),
]  # fmt: skip

SHOWN = (
    0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
    0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
)  # fmt: skip
"""What xterm, and most terminals much the same, shows of the 16 colours; 0xRRGGBB.

Terminals differ about them, by 40 of 255 a channel and more.
"""

_CUBE = (0, 95, 135, 175, 215, 255)

# Weights of squared channel differences: the eye is most sensitive to green, least to blue.
_WEIGHTS = np.array([0.3, 0.55, 0.15], dtype=np.float32)

_BITS = 5  # a channel in the look-up table of nearest colours
PATTERN = np.array(
    [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], dtype=np.int64
)  # Bayer's 4x4 matrix


@cache
def palette(depth: Depth) -> NDArray[np.uint8]:
    """Return the (N, 3) colours of a depth that has a palette (XTERM, ANSI).

    XTERM has the colour cube without its greys, then 26 greys from black to white. The greys are
    the values that Rich maps to the terminal's own (round(25 l)), within 7/255 of what is shown.
    """
    if depth is Depth.ANSI:
        colours = _ANSI
    elif depth is Depth.XTERM:
        colours = [(r, g, b) for r in _CUBE for g in _CUBE for b in _CUBE if not r == g == b]
        colours += [(round(10.2 * i),) * 3 for i in range(26)]
    else:
        raise ValueError(f"depth {depth} has no palette")
    return np.array(colours, dtype=np.uint8)


def nearest(colours: NDArray[np.uint8], depth: Depth) -> NDArray[np.uint8]:
    """Return the closest colours of a depth, without dithering; any shape (..., 3)."""
    if depth not in (Depth.XTERM, Depth.ANSI):
        return colours
    fitted: NDArray[np.uint8] = palette(depth)[_look_up(colours.astype(np.int64), depth)]
    return fitted


def flat(colour: NDArray[np.uint8], depth: Depth) -> NDArray[np.uint8]:
    """Return the colour of a depth to draw one (3,) colour with, so that labels stay apart.

    Of the 16 colours, the one that terminals show with the hue closest to it, and about as light;
    a hue never becomes a grey, though one may be closer.
    """
    wanted = colour.astype(np.int64)
    if depth is not Depth.ANSI or wanted.max() - wanted.min() < _COLOURED:
        return nearest(colour, depth)
    found: NDArray[np.uint8] = palette(depth)[_of_hue(bytes(colour.tolist()))]
    return found


def shown(colour: NDArray[np.uint8], depth: Depth) -> NDArray[np.uint8]:
    """Return what a terminal shows of one (3,) colour of a depth, to choose what is read on it."""
    if depth is not Depth.ANSI:
        return colour
    value = SHOWN[int((palette(depth) == colour).all(axis=1).argmax())]
    return np.array([value >> 16, value >> 8 & 255, value & 255], dtype=np.uint8)


_COLOURED = 40  # difference of channels from which a colour has a hue worth keeping
_LIGHTNESS = 0.4
"""Degrees of hue that a difference of lightness, in 0-100, is as bad as."""


@lru_cache(maxsize=1024)
def _of_hue(colour: bytes) -> int:
    """Return which of the 16 colours is closest to a colour by hue, and by less in lightness."""
    known = np.array([(c >> 16, c >> 8 & 255, c & 255) for c in SHOWN])
    lightness, hue = _lightness_and_hue(np.vstack((known, list(colour))))
    turn = np.abs((hue[:-1] - hue[-1] + 180) % 360 - 180)
    off = turn + _LIGHTNESS * np.abs(lightness[:-1] - lightness[-1])
    return int(np.where(np.ptp(known, axis=1) > 0, off, np.inf).argmin())


def _lightness_and_hue(colours: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return L* in 0-100 and the hue in degrees, of CIELAB (CIE 15, D65), of (N, 3) sRGB."""
    level = colours / 255
    linear = np.where(level > 0.04045, ((level + 0.055) / 1.055) ** 2.4, level / 12.92)
    xyz = linear @ _XYZ.T
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116).T
    return 116 * y - 16, np.degrees(np.arctan2(200 * (y - z), 500 * (x - y)))


# sRGB (IEC 61966-2-1) to XYZ, as shares of the white of D65.
_XYZ = np.array([[0.4339, 0.3763, 0.1899], [0.2126, 0.7152, 0.0722], [0.0177, 0.1095, 0.8729]])


def dithered(pixels: NDArray[np.uint8], depth: Depth) -> NDArray[np.uint8]:
    """Return (H, W, 3) uint8 pixels in colours of `depth` only.

    FULL and MONO stay as they are.

    The palettes use Thomas Knoll's ordered dithering (US 6606166, expired): of each pixel, 16
    candidates that average to its colour are found greedily, ordered by brightness, and one is
    taken by a 4x4 Bayer matrix. Every pixel stands alone, so neighbours never smear.
    """
    if depth in (Depth.FULL, Depth.MONO):
        return pixels
    colours = palette(depth).astype(np.int64)
    by_brightness = np.argsort(np.argsort(colours @ np.array([299, 587, 114]), kind="stable"))
    wanted = pixels.astype(np.int64)
    height, width = pixels.shape[:2]
    count = PATTERN.size
    error = np.zeros_like(wanted)
    candidates = np.empty((count, height, width), dtype=np.int64)
    for i in range(count):
        found = _look_up(np.clip(wanted + error * _STRENGTH[depth] // 100, 0, 255), depth)
        candidates[i] = by_brightness[found]
        error += wanted - colours[found]
    candidates.sort(axis=0)
    tiles = -(-height // 4), -(-width // 4)
    rank = np.tile(PATTERN, tiles)[None, :height, :width]
    chosen = np.take_along_axis(candidates, rank, axis=0)[0]
    sorted_palette = palette(depth)[np.argsort(by_brightness)]
    result: NDArray[np.uint8] = sorted_palette[chosen]
    return result


# Percent of the error carried on: less is calmer, more is truer in colour.
_STRENGTH = {Depth.XTERM: 35, Depth.ANSI: 75}


def _look_up(colours: NDArray[np.int64], depth: Depth) -> NDArray[np.int64]:
    """Return the palette indices nearest to (..., 3) colours in 0-255."""
    shift = 8 - _BITS
    r, g, b = (colours[..., i] >> shift for i in range(3))
    found: NDArray[np.int64] = _table(depth)[(r << 2 * _BITS) | (g << _BITS) | b]
    return found


@cache
def _table(depth: Depth) -> NDArray[np.int64]:
    """Return the palette index nearest to the middle of each of the 32^3 colour cells."""
    axis = (np.arange(2**_BITS, dtype=np.float32) + 0.5) * 2 ** (8 - _BITS) - 0.5
    # The first and last cell stand for pure black and white, which must stay pure.
    axis[0], axis[-1] = 0.0, 255.0
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    scale = np.sqrt(_WEIGHTS)
    points, targets = grid * scale, palette(depth).astype(np.float32) * scale
    lengths = (targets**2).sum(axis=1)
    # |p - t|^2 without |p|^2, which is the same for every t. In blocks, since all the distances at
    # once would take memory that the process then keeps.
    blocks = np.split(points, 2**_BITS)
    return np.concatenate([(lengths - 2 * p @ targets.T).argmin(axis=1) for p in blocks])
