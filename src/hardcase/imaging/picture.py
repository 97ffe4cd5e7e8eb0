"""The part of an image that is shown, as cells or as the pixels under them."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
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

OVERSAMPLING = 3
"""Pixels of a decoded image for each one shown, so that reducing it first costs next to nothing.

On photos of coco_train128 1 gives 28 dB against the average of the original's pixels, 2 gives 41
and 3 gives 58.
"""

_BLACK = 0


def picture(
    image: Image.Image,
    placement: Placement,
    depth: Depth = Depth.FULL,
    letterbox: tuple[int, int, int] = LETTERBOX,
    mode: Mode = Mode.HALF,
    *,
    dithers: bool = True,
) -> CellGrid:
    """Render the part of an RGB image that `placement` shows, area-averaged or enlarged.

    Unless it `dithers`, a palette is left to whoever sends the cells; then only the letterbox is
    in its colours. `image` may be a reduction of the `placement.width` x `placement.height`
    original. KITTY is drawn as half blocks, which is what stands in for the image where it is not
    seen.
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
    drawn = depth if dithers or depth is Depth.MONO else Depth.FULL
    if mode is Mode.QUADRANT:
        canvas[y : y + height, x : x + width] = pixels
        return replace(quadrants(canvas, drawn), depth=depth)
    canvas[y : y + height, x : x + width] = dithered(pixels, drawn)
    return replace(half_blocks(canvas, drawn), depth=depth)


def sampled(
    image: Image.Image, placement: Placement, across: float, down: float
) -> NDArray[np.uint8]:
    """Return the shown part as (H, W, 3) uint8: `across` pixels a column, `down` a half row.

    Pixels are averaged over their area, or repeated where there are more than in the image.
    """
    sx, sy = _scale(image.width, placement.width), _scale(image.height, placement.height)
    per_cell = min(placement.step_x * sx / across, placement.step_y * sy / down)
    # Whole blocks first, which Pillow averages fast.
    factor = max(1, int(per_cell / OVERSAMPLING))
    sx, sy = sx / factor, sy / factor
    image = image.reduce(factor) if factor > 1 else image
    x1, y1, x2, y2 = placement.source_box
    box = (x1 * sx, y1 * sy, min(x2 * sx, image.width), min(y2 * sy, image.height))
    size = (
        max(1, round(across * placement.shown_columns)),
        max(1, round(down * placement.shown_half_rows)),
    )
    if placement.step_x * sx < across and placement.step_y * sy < down:
        return np.asarray(image.resize(size, Image.Resampling.NEAREST, box=box))
    return area_averaged(np.asarray(image), box, size)


def _scale(held: int, original: int) -> float:
    """Return the pixels held for each of the original.

    Reductions by whole numbers round up: the last pixel then stands for fewer than the others.
    """
    factor = max(1, round(original / held))
    return 1 / factor if ceil(original / factor) == held else held / original


def area_averaged(
    pixels: NDArray[np.uint8], box: tuple[float, float, float, float], size: tuple[int, int]
) -> NDArray[np.uint8]:
    """Average (H, W, C) pixels over a grid of `size` (width, height) cells laid on `box`.

    `box` is x1, y1, x2, y2 in pixels and may cut pixels, which count as far as they lie in a cell.
    Pillow's BOX takes whole pixels only, which at reductions of 2 to 4 costs over 10 dB.
    """
    x1, y1, x2, y2 = box
    rows = _averaged(pixels, np.linspace(y1, y2, size[1] + 1, dtype=np.float32))
    cells = _averaged(rows.swapaxes(0, 1), np.linspace(x1, x2, size[0] + 1, dtype=np.float32))
    return np.rint(cells.swapaxes(0, 1)).astype(np.uint8)


def _averaged(
    lines: NDArray[np.uint8] | NDArray[np.float32], edges: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Average (N, ...) lines between neighbouring `edges` (M + 1,), ascending: (M, ...).

    By sums of all lines before an edge, the line it cuts counted by its share.
    """
    start = int(edges[0])
    lines, edges = lines[start : int(np.ceil(edges[-1]))], edges - start
    kind = np.uint32 if lines.dtype == np.uint8 else np.float64
    sums = np.zeros((len(lines) + 1, *lines.shape[1:]), dtype=kind)
    np.cumsum(lines, axis=0, dtype=kind, out=sums[1:])
    along = (-1, *[1] * (lines.ndim - 1))
    whole = edges.astype(np.intp)
    share = (edges - whole).reshape(along)
    before = sums[whole] + share * lines[np.minimum(whole, len(lines) - 1)]
    averaged = np.diff(before, axis=0) / np.diff(edges).reshape(along)
    return averaged.astype(np.float32)
