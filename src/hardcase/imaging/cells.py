"""Pictures made of terminal cells, and half blocks, the plainest way to make them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hardcase.imaging.depth import PATTERN, Depth, nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray

LETTERBOX = (24, 24, 24)
LOWER_HALF = "▄"
_SHADES = np.array(list(" ░▒▓█"))

BAYER = (PATTERN + 0.5) / 16
"""Bayer's 4x4 matrix as thresholds in (0, 1)."""

COVERAGE = {" ": 0, "▀": 2, "▄": 2, "▌": 2, "▐": 2, "▚": 2, "▞": 2, "█": 4}
COVERAGE |= dict.fromkeys("▘▝▖▗", 1) | dict.fromkeys("▛▜▙▟", 3)
"""Quarters of a cell in the foreground, of the characters that pictures are made of."""

_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
_WHITE = 255


@dataclass(frozen=True, slots=True, eq=False)
class CellGrid:
    """Characters and colours of `rows` x `columns` cells. Its arrays are read-only.

    `chars` (rows, columns) of str: one character and its combining marks a cell, empty in the right
    half of a wide character. `fg` and `bg` (rows, columns, 3) uint8. At depth MONO colours only
    tell normal (fg brighter) from reversed cells.
    """

    chars: NDArray[np.str_]
    fg: NDArray[np.uint8]
    bg: NDArray[np.uint8]
    depth: Depth = Depth.FULL

    def __post_init__(self) -> None:
        for array in (self.chars, self.fg, self.bg):
            array.setflags(write=False)

    @property
    def columns(self) -> int:
        """Width in cells."""
        return int(self.chars.shape[1])

    @property
    def rows(self) -> int:
        """Height in cells."""
        return int(self.chars.shape[0])

    @property
    def nbytes(self) -> int:
        """Memory of the arrays in bytes."""
        return self.chars.nbytes + self.fg.nbytes + self.bg.nbytes

    def differs(self, other: CellGrid) -> NDArray[np.bool_]:
        """Return (rows, columns): which cells look different. Both grids have the same size."""
        changed: NDArray[np.bool_] = self.chars != other.chars
        changed |= (self.fg != other.fg).any(axis=2)
        changed |= (self.bg != other.bg).any(axis=2)
        return changed


def half_blocks(pixels: NDArray[np.uint8], depth: Depth = Depth.FULL) -> CellGrid:
    """Turn (2 rows, columns, 3) uint8 pixels, already in colours of `depth`, into cells.

    Each cell shows its upper pixel as background and its lower one as a half block; a blank where
    they are alike. MONO shows the mean luma of both by the density of `░▒▓█`.
    """
    top, bottom = pixels[0::2], pixels[1::2]
    if depth is Depth.MONO:
        return _shades(top, bottom)
    same = (top == bottom).all(axis=2)
    chars = np.where(same, " ", LOWER_HALF)
    return CellGrid(chars, bottom.copy(), top.copy(), depth)


def blank(columns: int, rows: int, depth: Depth, colour: tuple[int, int, int]) -> CellGrid:
    """Return empty cells on a colour."""
    tint = nearest(np.array(colour, dtype=np.uint8), depth)
    if depth is Depth.MONO:
        tint = np.zeros(3, dtype=np.uint8)
    bg = np.broadcast_to(tint, (rows, columns, 3)).copy()
    fg = np.full_like(bg, _WHITE) if depth is Depth.MONO else bg.copy()
    return CellGrid(np.full((rows, columns), " "), fg, bg, depth)


def mean(grid: CellGrid, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return the (N, 3) colours of N cells, each averaged over its area; texts are not counted."""
    quarters = np.array([COVERAGE.get(c, 0) for c in grid.chars[rows, columns].tolist()])[:, None]
    fg, bg = grid.fg[rows, columns].astype(np.int64), grid.bg[rows, columns].astype(np.int64)
    mixed: NDArray[np.uint8] = ((quarters * fg + (4 - quarters) * bg) // 4).astype(np.uint8)
    return mixed


def _shades(top: NDArray[np.uint8], bottom: NDArray[np.uint8]) -> CellGrid:
    luma = (top.astype(np.float32) + bottom) @ _LUMA / (2 * 255.0)
    # A shade covers a share of the cell's area, so light, not its encoded value, is what adds up;
    # full linearity would leave most of a photo blank.
    level = luma**1.5 * (len(_SHADES) - 1)
    rows, columns = luma.shape
    threshold = np.tile(BAYER, (-(-rows // 4), -(-columns // 4)))[:rows, :columns]
    chars = _SHADES[np.clip(np.floor(level + threshold), 0, 4).astype(np.int64)]
    fg = np.full(top.shape, _WHITE, dtype=np.uint8)
    return CellGrid(chars, fg, np.zeros_like(fg), Depth.MONO)
