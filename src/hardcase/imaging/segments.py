"""Cells as Rich segments: equal neighbours merged, styles made once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from rich.color import Color, ColorType
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from rich_pixels import Renderer

from hardcase.imaging.cells import CellGrid, half_blocks
from hardcase.imaging.depth import Depth, dithered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PICTURE = "picture"
"""Name of the colours of a picture's cells, by which whoever sends them can tell them."""

_MAX_STYLES = 1 << 15
_NO_COLOUR = 1 << 24
_PLAIN = Style()
_REVERSED = Style(reverse=True)

_MARKED = 1 << 50
"""Added to the key of a style whose colours are named `PICTURE`."""

_colours: dict[int, Color] = {}
_styles: dict[int, Style] = {}


def lines(
    grid: CellGrid,
    rows: Sequence[int] | None = None,
    picture: NDArray[np.bool_] | None = None,
) -> list[list[Segment]]:
    """Return the segments of the given rows (all of them by default), without line ends.

    `picture` (rows, columns of the grid) tells which cells belong to a picture. At depth MONO the
    styles carry no colour, only `reverse`.
    """
    chosen = np.arange(grid.rows) if rows is None else np.asarray(rows, dtype=np.int64)
    keys = _keys(grid, chosen)
    if picture is not None and grid.depth is not Depth.MONO:
        keys[picture[chosen]] += _MARKED
    starts = np.ones(keys.shape, dtype=np.bool_)
    starts[:, 1:] = keys[:, 1:] != keys[:, :-1]
    style_of = _mono_style if grid.depth is Depth.MONO else _style
    out = []
    for y, chars in enumerate(grid.chars[chosen].tolist()):
        begins = starts[y].nonzero()[0]
        styles = map(style_of, keys[y, begins].tolist())
        ends = [*begins.tolist()[1:], grid.columns]
        begin, row = 0, []
        for end, style in zip(ends, styles, strict=True):
            text = chars[begin] if end - begin == 1 else "".join(chars[begin:end])
            row.append(Segment(text, style))
            begin = end
        out.append(row)
    return out


class CellRenderer(Renderer):
    """Draws a picture for `rich_pixels.Pixels.from_image(..., renderer=CellRenderer())`."""

    def __init__(self, depth: Depth = Depth.FULL) -> None:
        super().__init__()
        self.depth = depth

    def render(self, image: Image.Image, resize: tuple[int, int] | None) -> list[Segment]:
        """Return the segments of an image, `resize` (width, height) giving columns, half rows."""
        rgb = image.convert("RGB")
        width, height = resize or rgb.size
        size = width, height + height % 2
        if rgb.size != size:
            rgb = rgb.resize(size, Image.Resampling.BOX)
        grid = half_blocks(dithered(np.asarray(rgb), self.depth), self.depth)
        end = Segment.line()
        return [segment for line in lines(grid) for segment in (*line, end)]


def _keys(grid: CellGrid, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return one number a cell, equal for cells that share a style."""
    fg, bg = _packed(grid.fg[rows]), _packed(grid.bg[rows])
    if grid.depth is Depth.MONO:
        reverse: NDArray[np.int64] = (bg > fg).astype(np.int64)
        return reverse
    fg[grid.chars[rows] == " "] = _NO_COLOUR
    return (fg << 24) | bg


def _packed(colours: NDArray[np.uint8]) -> NDArray[np.int64]:
    wide = colours.astype(np.int64)
    return (wide[..., 0] << 16) | (wide[..., 1] << 8) | wide[..., 2]


def _mono_style(key: int) -> Style:
    return _REVERSED if key else _PLAIN


def _style(key: int) -> Style:
    style = _styles.get(key)
    if style is None:
        if len(_styles) >= _MAX_STYLES:
            _styles.clear()
            _colours.clear()
        marked, fg, bg = key & _MARKED, key >> 24 & 0x1FFFFFF, key & 0xFFFFFF
        front = None if fg & _NO_COLOUR else _colour(fg | marked)
        style = Style.from_color(front, _colour(bg | marked))
        _styles[key] = style
    return style


def _colour(key: int) -> Color:
    colour = _colours.get(key)
    if colour is None:
        triplet = ColorTriplet(key >> 16 & 255, (key >> 8) & 255, key & 255)
        name = PICTURE if key & _MARKED else triplet.hex
        colour = Color(name, ColorType.TRUECOLOR, None, triplet)
        _colours[key] = colour
    return colour
