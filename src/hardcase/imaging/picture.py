"""The part of an image that is shown, as cells or as the pixels under them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from hardcase.imaging.cells import LETTERBOX, CellGrid, half_blocks
from hardcase.imaging.depth import Depth, dithered, nearest
from hardcase.imaging.quadrants import quadrants
from hardcase.terminal import Mode

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hardcase.imaging.view import Placement

_BLACK = 0


def picture(
    image: Image.Image,
    placement: Placement,
    depth: Depth = Depth.FULL,
    letterbox: tuple[int, int, int] = LETTERBOX,
    mode: Mode = Mode.HALF,
) -> CellGrid:
    """Render the part of an RGB image that `placement` shows, area-averaged or enlarged.

    `image` may be a reduction of the `placement.width` x `placement.height` original. KITTY is
    drawn as half blocks, which is what stands in for the image where it is not seen.
    """
    across = mode.across
    pixels = sampled(image, placement, across, 1)
    tint = np.array(letterbox, dtype=np.uint8)
    if depth is Depth.MONO:
        tint[:] = _BLACK
    tint = nearest(tint, depth)
    canvas = np.broadcast_to(tint, (2 * placement.rows, across * placement.columns, 3)).copy()
    y, x = placement.half_row, across * placement.column
    height, width = placement.shown_half_rows, across * placement.shown_columns
    if mode is Mode.QUADRANT:
        canvas[y : y + height, x : x + width] = pixels
        return quadrants(canvas, depth)
    canvas[y : y + height, x : x + width] = dithered(pixels, depth)
    return half_blocks(canvas, depth)


def sampled(
    image: Image.Image, placement: Placement, across: float, down: float
) -> NDArray[np.uint8]:
    """Return the shown part as (H, W, 3) uint8: `across` pixels a column, `down` a half row.

    Pixels are averaged over their area, or repeated where there are more than in the image.
    """
    sx, sy = image.width / placement.width, image.height / placement.height
    x1, y1, x2, y2 = placement.source_box
    box = (x1 * sx, y1 * sy, min(x2 * sx, image.width), min(y2 * sy, image.height))
    enlarged = placement.step_x * sx < across and placement.step_y * sy < down
    method = Image.Resampling.NEAREST if enlarged else Image.Resampling.BOX
    size = (
        max(1, round(across * placement.shown_columns)),
        max(1, round(down * placement.shown_half_rows)),
    )
    return np.asarray(image.resize(size, method, box=box))
