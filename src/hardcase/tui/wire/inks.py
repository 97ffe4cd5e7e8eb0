"""The colours that a pen may take up along rows of a picture, for `trellis`.

Each row of pixels is cut into runs of alike colours, and the mean of a run, or what the terminal
has nearest to it, goes into the slot used longest ago.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hardcase.tui.wire.named import NAMED_BYTES, Palette, nearest_named
from hardcase.tui.wire.trellis import Inks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

SLOTS = 8
"""Colours to choose from at a time. Twelve save another 1 % of bytes, in 1.5 times the time."""

_RUN_BYTES = 14.0
"""What a change of colour is taken to cost where runs are cut."""

_LONGEST = 24
"""Cells a run has at most. Longer ones cost one more colour each, and less time."""


def inks_of(
    pixels: Floats, used: NDArray[np.bool_], price: float, *, palette: Palette | None, named: bool
) -> Inks:
    """Return the inks for (columns, pixels of a cell, rows, 3) `pixels` where (columns, rows).

    `palette` is what the terminal has, None if it has all colours; `named` as in `Means`.
    """
    columns, deep, rows, _ = pixels.shape
    streams = pixels.transpose(2, 1, 0, 3).reshape(rows * deep, columns, 3)
    fresh = np.repeat(~used.T, deep, axis=0)
    fresh[:, 0] = True
    run_bytes = _RUN_BYTES if palette is None else palette.change
    begins = best_runs(streams, fresh, price * run_bytes)
    values, lengths = run_means(streams, begins)
    number = (begins.ravel().cumsum() - 1).reshape(rows, deep, columns)
    begins = begins.reshape(rows, deep, columns) & used.T[:, None]
    row, column, stream = begins.transpose(0, 2, 1).nonzero()
    run = number[row, stream, column]
    if palette is None:
        colours, size = (a[run] for a in affordable(values, lengths, price, named=named))
    else:
        colours = np.stack(palette.mixed_of(values[run]), axis=1).reshape(-1, 3)
        row, column = np.repeat(row, 2), np.repeat(column, 2)
        size = palette.bytes_of(colours)[0]
    slot, kept = _slots(row, colours)
    at = column[kept], slot[kept], row[kept]
    fresh = np.zeros((columns, SLOTS, rows), dtype=np.bool_)
    fresh[at] = True
    held = np.zeros((*fresh.shape, 4), dtype=np.float32)
    held[at] = np.column_stack((colours[kept], size[kept]))
    since = np.where(fresh, np.arange(columns)[:, None, None], 0)
    since = np.maximum.accumulate(since, axis=0)[..., None]
    held = np.take_along_axis(held, since, axis=0)
    fg = held[..., 3]
    bg = fg if palette is None else palette.bytes_of(held[..., :3])[1]
    return Inks(held[..., :3], fresh, fg, bg)


def _slots(row: NDArray[np.intp], colours: Floats) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return for each colour, by rows, the slot it goes to, and whether it is not there already."""
    packed = (colours @ np.array([65536, 256, 1])).astype(np.int64)
    first = np.searchsorted(row, np.arange(row[-1] + 1))
    order = np.arange(len(row)) - first[row]
    slot, kept = np.zeros(len(row), dtype=np.intp), np.zeros(len(row), dtype=np.bool_)
    held = np.full((SLOTS, len(first)), -1, dtype=np.int64)
    touched = np.zeros(held.shape, dtype=np.int64)
    by_order = np.argsort(order, kind="stable")
    bounds = np.searchsorted(order[by_order], np.arange(order.max() + 2))
    for n in range(len(bounds) - 1):
        at = by_order[bounds[n] : bounds[n + 1]]
        rows = row[at]
        same = held[:, rows] == packed[at]
        there = same.any(axis=0)
        chosen = np.where(there, same.argmax(axis=0), touched[:, rows].argmin(axis=0))
        held[chosen, rows], touched[chosen, rows] = packed[at], n + 1
        slot[at], kept[at] = chosen, ~there
    return slot, kept


def affordable(
    values: Floats, counts: NDArray[np.intp], price: float, *, named: bool
) -> tuple[Floats, Floats]:
    """Return the (N, 3) colours to draw for means of so many pixels, and the bytes of each.

    Those are the means, or a named colour where the error is worth the bytes saved.
    """
    values = np.rint(values)
    size = true_bytes(values)
    if not named:
        return values, size
    near = nearest_named(values.astype(np.int32)).astype(np.float32)
    step = values - near
    good = np.einsum("nc,nc->n", step, step) * counts < price * (size - NAMED_BYTES)
    return np.where(good[:, None], near, values), np.where(good, np.float32(NAMED_BYTES), size)


def true_bytes(colours: Floats) -> Floats:
    """Return the bytes of `38;2;r;g;b` for each of (..., 3)."""
    digits = (colours > 9).sum(axis=-1) + (colours > 99).sum(axis=-1)
    size: Floats = (digits + 10).astype(np.float32)
    return size


def run_means(streams: Floats, begins: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.intp]]:
    """Return the (N, 3) means of all runs, by rows, and of how many pixels each is."""
    starts = begins.ravel().nonzero()[0]
    sums = np.add.reduceat(streams.reshape(-1, 3), starts, axis=0)
    lengths = np.diff(starts, append=begins.size)
    means: Floats = (sums / lengths[:, None]).astype(np.float32)
    return means, lengths


def best_runs(
    streams: NDArray[np.float32], fresh: NDArray[np.bool_], price: float
) -> NDArray[np.bool_]:
    """Return (rows, columns): where runs begin, so that squared error and price add up to least.

    Dynamic programming over the columns (Bellman 1961, "On the approximation of curves by line
    segments using dynamic programming"), for all rows at once.
    """
    count, width, _ = streams.shape
    longest = min(_LONGEST, width)
    sums = np.zeros((count, width + 1, 3), dtype=np.float32)
    np.cumsum(streams, axis=1, out=sums[:, 1:])
    squares = np.zeros((count, width + 1), dtype=np.float32)
    np.cumsum(np.einsum("ijk,ijk->ij", streams, streams), axis=1, out=squares[:, 1:])
    # errors[k - 1, :, x]: squared error of the run of k cells that ends before column x.
    errors = np.full((longest, width + 1, count), np.inf, dtype=np.float32)
    reach = np.maximum.accumulate(np.where(fresh, np.arange(width), 0), axis=1)
    for k in range(1, longest + 1):
        step = sums[:, k:] - sums[:, :-k]
        error = squares[:, k:] - squares[:, :-k] - np.einsum("ijk,ijk->ij", step, step) / k
        error[reach[:, k - 1 :] > np.arange(width - k + 1)] = np.inf
        errors[k - 1, k:] = error.T
    best = np.zeros((width + 1, count), dtype=np.float32)
    chosen = np.zeros((width + 1, count), dtype=np.intp)
    for x in range(1, width + 1):
        k = min(longest, x)
        totals = errors[:k, x] + best[x - k : x][::-1]
        pick = totals.argmin(axis=0)
        chosen[x] = pick + 1
        best[x] = totals[pick, np.arange(count)] + price
    begins = np.zeros((count, width), dtype=np.bool_)
    at, everyone = np.full(count, width, dtype=np.intp), np.arange(count)
    while at.any():
        at = at - np.where(at > 0, chosen[at, everyone], 0)
        begins[everyone, at] = True
    return begins
