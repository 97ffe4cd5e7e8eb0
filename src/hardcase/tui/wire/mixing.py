"""Rows of a picture in the colours of a palette, so that they look right from a little away.

Of dots as fine as parts of a cell the eye sees the mean. So each cell is judged by how far off its
mean is, and by less by how its pixels differ from that mean, in lightness more than in colour,
whose fine detail is hardly seen (Mullen 1985). What a cell is off by is made good by others: the
next along the path (error diffusion, Floyd and Steinberg 1976, as noise shaping does it in a
trellis coder), and, as every other row is drawn first, those above and below of the rows in between
(dot diffusion, Knuth 1987, with two classes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from hardcase.tui.wire.trellis import BLOCK, PLAIN, Drawn, Inks, Walk, traced

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_ALONG = np.float32(0.4)
"""Share of a cell's error that the next of its row makes good."""
_ACROSS = np.float32(0.5)
"""Share that each of the cells above and below makes good."""
_MOST_CARRIED = np.float32(48)
"""Of a channel's error. More would be seen as a stain behind an edge."""

_EDGE = 96.0
"""Difference of a cell's pixels from which both sides must stay clean."""
_DETAIL, _EDGE_DETAIL = np.float32(0.15), np.float32(0.5)
"""What squared error of a cell's pixels about their mean weighs, beside that of the mean."""
_SEEN = np.column_stack([np.eye(3), (0.299, 0.587, 0.114)]).astype(np.float32)
"""Red, green, blue, and as much again of lightness: what detail is measured in."""

_ORDER = {2: (0, 1), 4: (0, 3, 2, 1)}
"""Which pixels of a cell come to the front first where nothing else tells."""


def mixed(
    pixels: Floats,
    used: NDArray[np.bool_],
    place: tuple[NDArray[np.intp], NDArray[np.intp]],
    inks: Inks,
    price: float,
) -> Drawn:
    """Return how to draw (columns, pixels of a cell, rows, 3) `pixels` where `used`.

    `used` is (columns, rows), as are both of `place`: the row and column of each cell on the
    screen. `price` is the squared error that a byte is worth.
    """
    row, column = place
    odd = (np.where(used, row, 0).max(axis=0) % 2).astype(np.bool_)
    off = np.zeros((row.max() + 3, column.max() + 1, 3), dtype=np.float32)
    whole = Drawn(*(np.zeros(used.shape, kind) for kind in (np.intp, np.intp, bool, bool, np.intp)))
    for rows in (~odd, odd):
        if not rows.any():
            continue
        at = row[:, rows] + 1, column[:, rows]
        cells = _Cells.of(pixels[:, :, rows], used[:, rows], inks.rows(rows), price)
        around = _ACROSS * (off[at[0] - 1, at[1]] + off[at[0] + 1, at[1]])
        drawn, error = _drawn(cells, np.clip(around, -_MOST_CARRIED, _MOST_CARRIED), price)
        off[at] = np.where(cells.used[..., None], error, off[at])
        for into, values in zip(whole.arrays, drawn.arrays, strict=True):
            into[:, rows] = values
    return whole


@dataclass(frozen=True, slots=True)
class _Cells:
    """Cells (columns, rows) that are drawn together.

    `mean` and `calm` of each, the latter telling which have no edge that error of others would
    blur; `detail` (columns, pixels of a cell, rows, 4): how its pixels differ from that, as it is
    seen; `costs` (columns, n, slots, slots, rows): what each pair of colours costs with n pixels in
    front, as far as the mean is not concerned.
    """

    used: NDArray[np.bool_]
    inks: Inks
    mean: Floats
    calm: NDArray[np.bool_]
    detail: Floats
    costs: Floats

    @classmethod
    def of(cls, pixels: Floats, used: NDArray[np.bool_], inks: Inks, price: float) -> Self:
        """Take (columns, pixels of a cell, rows, 3) in 0-255."""
        deep = pixels.shape[1]
        mean = pixels.mean(axis=1)
        calm = np.ptp(pixels, axis=1).max(axis=-1) < _EDGE
        detail, colours = (pixels - mean[:, None]) @ _SEEN, inks.colours @ _SEEN
        # Drawn in f and b, k of n pixels f, a detail of u is off by |u|^2 - 2 u (f - b) summed over
        # those k, and k (n - k) / n |f - b|^2; the k of the largest u (f - b) are the best.
        along = np.einsum("xprc,xsrc->xpsr", detail, colours)
        along = along[:, :, :, None] - along[:, :, None]
        step = colours[:, :, None] - colours[:, None]
        apart = np.einsum("xfbrc,xfbrc->xfbr", step, step)
        own = np.einsum("xprc,xprc->xr", detail, detail)[:, None, None]
        off = [np.broadcast_to(own, apart.shape)]
        for k, best in enumerate(_largest(along), start=1):
            off.append(own - 2 * best + k * (deep - k) / deep * apart)
        costs = np.stack(off, axis=1).astype(np.float32, copy=False)
        costs *= np.where(calm, _DETAIL, _EDGE_DETAIL)[:, None, None, None]
        costs[:, 0] += price * PLAIN
        costs[:, 1:] += price * BLOCK
        return cls(used, inks, mean, calm, detail, costs)


def _largest(values: Floats) -> list[Floats]:
    """Return the largest sums of 1, 2 ... of the two or four along axis 1, which add up to 0."""
    if values.shape[1] == 2:
        return [np.abs(values[:, 0])]
    pairs = np.abs(values[:, :1] + values[:, 1:]).max(axis=1)
    return [values.max(axis=1), pairs, -values.min(axis=1)]


def _drawn(cells: _Cells, around: Floats, price: float) -> tuple[Drawn, Floats]:
    """Return how to draw cells, and by how much their means are off, for those around them.

    `around` (columns, rows, 3) is what the rows above and below are off by.
    """
    inks, calm = cells.inks, cells.calm[..., None]
    columns, slots, rows, _ = inks.colours.shape
    deep = cells.detail.shape[1]
    wanted = cells.mean + around * calm
    walk = Walk.of(inks, price)
    best = walk.first()
    bests, fronts = [best], []
    error = np.zeros((slots, slots, rows, 3), dtype=np.float32)
    every = np.arange(rows)
    for x in range(columns):
        step = best
        if x:
            step = walk.step(best, x)
            error = error.reshape(-1, rows, 3)[walk.before(best, x), every]
        colours = inks.colours[x]
        left = wanted[x] - colours + error * calm[x]
        part = (colours[:, None] - colours) / deep
        costs = cells.costs[x].copy()
        for k in range(deep):
            off = left - k * part
            costs[k] += deep * np.einsum("fbrc,fbrc->fbr", off, off)
        front = costs.argmin(axis=0)
        best = step + np.where(cells.used[x], costs.min(axis=0), 0)
        error = np.clip(left - front[..., None] * part, -_MOST_CARRIED, _MOST_CARRIED) * _ALONG
        error *= calm[x]
        bests.append(best)
        fronts.append(front)
    slot, behind, new_fg, new_bg = traced(walk, bests)
    across = np.arange(columns)[:, None]
    count = np.stack(fronts)[across, slot, behind, every]
    fg, bg = inks.colours[across, slot, every], inks.colours[across, behind, every]
    shown = bg + (fg - bg) * (count.astype(np.float32) / deep)[..., None]
    pattern = _foremost(np.einsum("xprc,xrc->xpr", cells.detail, (fg - bg) @ _SEEN), count)
    return Drawn(slot, behind, new_fg, new_bg, pattern), (wanted - shown) * calm


def _foremost(values: Floats, count: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the pattern of the `count` (columns, rows) pixels with the largest along axis 1."""
    order = np.array(_ORDER[values.shape[1]])
    ranked = order[np.argsort(-values[:, order], axis=1, kind="stable")]
    in_front = np.arange(len(order))[:, None] < count[:, None]
    pattern: NDArray[np.intp] = np.where(in_front, 1 << ranked, 0).sum(axis=1)
    return pattern
