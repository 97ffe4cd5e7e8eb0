"""Quadrant blocks: 2x2 pixels a cell in the two colours that fit them best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hardcase.imaging.cells import BAYER, CellGrid
from hardcase.imaging.depth import Depth, dithered

if TYPE_CHECKING:
    from numpy.typing import NDArray

GLYPHS = np.array(list(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"))
"""By the quadrants in the foreground: 1 upper left, 2 upper right, 4 lower left, 8 lower right."""

# The other eight ways to part four pixels in two are these with the colours exchanged.
_SPLITS = np.array([0, 1, 2, 4, 8, 10, 12, 6])
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def quadrants(pixels: NDArray[np.uint8], depth: Depth = Depth.FULL) -> CellGrid:
    """Turn (2 rows, 2 columns, 3) uint8 pixels into cells.

    Of the 8 ways to part the pixels of a cell in two, the one is taken whose parts, each shown as
    its mean, have the least sum of squared differences from the pixels; the lesser part is the
    foreground. With a palette the means are dithered, as the halves of half blocks are. At MONO
    every quadrant is black or white, dithered by luma.
    """
    if depth is Depth.MONO:
        return _mono(pixels)
    four = np.stack(
        [pixels[0::2, 0::2], pixels[0::2, 1::2], pixels[1::2, 0::2], pixels[1::2, 1::2]], axis=2
    ).astype(np.float32)
    members = (_SPLITS[:, None] >> np.arange(4) & 1).astype(np.float32)
    inside = np.einsum("sq,yxqc->yxsc", members, four)
    outside = four.sum(axis=2)[:, :, None] - inside
    count = members.sum(axis=1)
    # The squares of the pixels are the same for every split, so the largest between-part sum wins.
    explained = (inside**2).sum(axis=3) / np.maximum(count, 1)
    explained += (outside**2).sum(axis=3) / (4 - count)
    explained[:, :, 0] += _LEVEL_TIE
    best = explained.argmax(axis=2)
    share = np.take_along_axis(inside, best[:, :, None, None], axis=2)[:, :, 0]
    rest = np.take_along_axis(outside, best[:, :, None, None], axis=2)[:, :, 0]
    size = count[best][:, :, None]
    bg = np.rint(rest / (4 - size))
    fg = np.where(size > 0, np.rint(share / np.maximum(size, 1)), bg)
    fg, bg = _in_depth(fg.astype(np.uint8), bg.astype(np.uint8), depth)
    chars = GLYPHS[_SPLITS[best]]
    chars[(fg == bg).all(axis=2)] = " "
    return CellGrid(chars, fg, bg, depth)


_LEVEL_TIE = 12.0  # squared levels: rounding errors do not make a split of a flat cell


def _in_depth(
    fg: NDArray[np.uint8], bg: NDArray[np.uint8], depth: Depth
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    rows, columns = fg.shape[:2]
    both = np.empty((2 * rows, columns, 3), dtype=np.uint8)
    both[0::2], both[1::2] = bg, fg
    fitted = dithered(both, depth)
    return fitted[1::2].copy(), fitted[0::2].copy()


def _mono(pixels: NDArray[np.uint8]) -> CellGrid:
    height, width = pixels.shape[:2]
    luma = (pixels @ _LUMA / 255.0) ** 1.5  # as shades of half blocks: between light and its code
    tiles = -(-height // 4), -(-width // 4)
    lit = (luma > np.tile(BAYER, tiles)[:height, :width]).astype(np.int64)
    chars = GLYPHS[
        lit[0::2, 0::2] + 2 * lit[0::2, 1::2] + 4 * lit[1::2, 0::2] + 8 * lit[1::2, 1::2]
    ]
    fg = np.full((*chars.shape, 3), 255, dtype=np.uint8)
    return CellGrid(chars, fg, np.zeros_like(fg), Depth.MONO)
