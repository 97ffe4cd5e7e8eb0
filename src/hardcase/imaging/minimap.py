"""Where in the image a zoomed view is: a map a few cells large."""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np

from hardcase.imaging.depth import Depth, nearest
from hardcase.imaging.quadrants import quadrants

if TYPE_CHECKING:
    from hardcase.imaging.cells import CellGrid
    from hardcase.imaging.view import Placement

COLUMNS, ROWS = 14, 6
"""The map fits in these cells."""

_IMAGE, _VIEW = (48, 48, 48), (236, 236, 236)
_LEAST_SHARE = 4  # of the canvas in each direction; on a smaller one the map would be in the way


def minimap(placement: Placement, depth: Depth) -> CellGrid | None:
    """Return the map: the image as a dark rectangle, what is shown of it as a light one.

    None where all is shown, or where the canvas has no room for it.
    """
    p = placement
    x1, y1, x2, y2 = p.source_box
    whole = x2 - x1 >= p.width - 0.5 and y2 - y1 >= p.height - 0.5
    if whole or p.columns < _LEAST_SHARE * COLUMNS or p.rows < _LEAST_SHARE * ROWS - 6:
        return None
    scale = max(p.width / COLUMNS, p.height / (2 * ROWS))
    columns = max(2, round(p.width / scale))
    rows = max(1, round(p.height / scale / 2))
    pixels = np.empty((2 * rows, 2 * columns, 3), dtype=np.uint8)
    pixels[:] = nearest(np.array(_IMAGE, dtype=np.uint8), depth)
    left, right = _span(x1 / p.width, x2 / p.width, 2 * columns)
    top, bottom = _span(y1 / p.height, y2 / p.height, 2 * rows)
    light = np.array(_VIEW, dtype=np.uint8)
    pixels[top:bottom, left:right] = nearest(light, depth)
    if depth is Depth.MONO:
        pixels[:] = 0
        pixels[top:bottom, left:right] = 255
    return quadrants(pixels, depth)


def _span(first: float, last: float, units: int) -> tuple[int, int]:
    """Return the units from fraction `first` to `last`, at least one."""
    start = min(floor(first * units + 0.5), units - 1)
    return start, min(max(start + 1, ceil(last * units - 0.5)), units)
