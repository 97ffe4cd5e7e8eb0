"""Pictures made of terminal cells.

`half_blocks` alone knows how pixels become cells; other blocks would stand beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from hardcase.imaging.depth import Depth, dithered, nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hardcase.imaging.view import Placement

LETTERBOX = (24, 24, 24)
LOWER_HALF = "▄"
_SHADES = np.array(list(" ░▒▓█"))

_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
_BLACK, _WHITE = 0, 255


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


def picture(
    image: Image.Image,
    placement: Placement,
    depth: Depth = Depth.FULL,
    letterbox: tuple[int, int, int] = LETTERBOX,
) -> CellGrid:
    """Render the part of an RGB image that `placement` shows, area-averaged or enlarged.

    `image` may be a reduction of the `placement.width` x `placement.height` original.
    """
    pixels = _sampled(image, placement)
    tint = np.array(letterbox, dtype=np.uint8)
    if depth is Depth.MONO:
        tint[:] = _BLACK
    tint = nearest(tint, depth)
    canvas = np.broadcast_to(tint, (2 * placement.rows, placement.columns, 3)).copy()
    y, x = placement.half_row, placement.column
    canvas[y : y + placement.shown_half_rows, x : x + placement.shown_columns] = dithered(
        pixels, depth
    )
    return half_blocks(canvas, depth)


def _sampled(image: Image.Image, placement: Placement) -> NDArray[np.uint8]:
    """Return the shown part as (half rows, columns, 3) uint8."""
    sx, sy = image.width / placement.width, image.height / placement.height
    x1, y1, x2, y2 = placement.source_box
    box = (x1 * sx, y1 * sy, min(x2 * sx, image.width), min(y2 * sy, image.height))
    enlarged = placement.step_x * sx < 1 and placement.step_y * sy < 1
    method = Image.Resampling.NEAREST if enlarged else Image.Resampling.BOX
    size = placement.shown_columns, placement.shown_half_rows
    return np.asarray(image.resize(size, method, box=box))


def _shades(top: NDArray[np.uint8], bottom: NDArray[np.uint8]) -> CellGrid:
    luma = (top.astype(np.float32) + bottom) @ _LUMA / (2 * 255.0)
    # A shade covers a share of the cell's area, so light, not its encoded value, is what adds up;
    # full linearity would leave most of a photo blank.
    level = luma**1.5 * (len(_SHADES) - 1)
    rows, columns = luma.shape
    chars = _SHADES[np.clip(np.floor(level + _threshold(rows, columns)), 0, 4).astype(np.int64)]
    fg = np.full(top.shape, _WHITE, dtype=np.uint8)
    return CellGrid(chars, fg, np.zeros_like(fg), Depth.MONO)


def _threshold(rows: int, columns: int) -> NDArray[np.float32]:
    """Return a 2x2 Bayer pattern in (0, 1)."""
    pattern: Any = (np.array([[0, 2], [3, 1]], dtype=np.float32) + 0.5) / 4
    tiled: NDArray[np.float32] = np.tile(pattern, (-(-rows // 2), -(-columns // 2)))
    return tiled[:rows, :columns]
