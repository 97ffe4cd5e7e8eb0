"""Colours for pictures that cost less, within a bound.

Neighbouring colours of a half row are drawn as one where that saves more than it spoils: a colour
joins the run before it if the sum of squared errors grows by less than `Quality.join`, and the run
is drawn in its mean. That is Koenig's and Ward's agglomeration along a line; a change of colour
costs about 16 bytes, so `join` is a price of 16 bytes in squared error.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hardcase.tui.wire.glyphs import BLANK, is_line, patterns
from hardcase.tui.wire.named import nearest_named
from hardcase.tui.wire.styles import ANY, INDEXED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hardcase.tui.wire.cells import Cells

_LONGEST = 24
"""Cells a run has at most. Longer ones cost one more colour each, and less time."""

_SAVED_BY_NAME = 0.4
"""What share of the bytes of a colour is saved by naming it."""

_UNDER_LINES = 12
"""How much more may be spoilt under a line."""

_FLAT_RUN = 4
"""So many blanks of one colour in a row are a flat area, drawn exactly."""


@dataclass(frozen=True, slots=True)
class Quality:
    """What may be spoilt. All three are squared distances of colours, summed over the channels.

    `join`: see above. `keep`: a cell on screen may stay that far from what it should show.
    `flat`: the two halves of a cell may be drawn as one colour. `named`: whether the terminal's
    256 named colours, which take fewer bytes, may be used for pictures.
    """

    join: float
    keep: float
    flat: float
    named: bool = False
    most: float = float("inf")
    """Mean squared error a channel that an update may have; beyond, `join` and `flat` give way."""


def picture_mask(cells: Cells) -> NDArray[np.bool_]:
    """Return which cells belong to a picture, so that their colours may be off a little.

    Those are blocks of two true colours; between the first and the last block of a row, blanks
    unless they touch text or lie in a flat area; and lines over the picture, whose own colour
    stays exact.
    """
    true: NDArray[np.bool_] = (
        (cells.bg >= 0) & (cells.bg < INDEXED) & (cells.fg < INDEXED) & (cells.attr == 0)
    )
    block: NDArray[np.bool_] = true & (cells.fg >= 0) & (patterns(cells.code) > 0)
    if not block.any():
        return block
    near_block = block.copy()  # an edge of a box may take a whole row of the picture
    near_block[1:] |= block[:-1]
    near_block[:-1] |= block[1:]
    blank = (cells.code == BLANK) & true & _between(block)
    line = is_line(cells.code) & true & _between(near_block)
    calm = blank | block | line
    blank[:, 1:] &= calm[:, :-1]
    blank[:, :-1] &= calm[:, 1:]
    block |= line | (blank & ~_flat(cells))
    return block


def _between(block: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which cells are at or between the first and the last true one of their row."""
    between: NDArray[np.bool_] = np.logical_or.accumulate(block, axis=1)
    between &= np.logical_or.accumulate(block[:, ::-1], axis=1)[:, ::-1]
    return between


def _flat(cells: Cells) -> NDArray[np.bool_]:
    if cells.columns < _FLAT_RUN:
        return np.zeros(cells.code.shape, dtype=np.bool_)
    blank = cells.code == BLANK
    same = blank[:, 1:] & blank[:, :-1] & (cells.bg[:, 1:] == cells.bg[:, :-1])
    steps = _FLAT_RUN - 1
    width = cells.columns - steps
    starts = np.logical_and.reduce([same[:, n : n + width] for n in range(steps)])
    flat = np.zeros(cells.code.shape, dtype=np.bool_)
    for n in range(_FLAT_RUN):
        flat[:, n : n + width] |= starts
    return flat


def near(wanted: Cells, shown: Cells, where: NDArray[np.bool_], limit: float) -> NDArray[np.bool_]:
    """Return which of the picture cells `where` are shown within `limit` of what is wanted."""
    close = np.zeros_like(where)
    where = where & (shown.attr == 0) & (shown.bg >= 0) & (shown.bg < INDEXED)
    where &= (shown.code == wanted.code) | (shown.code == BLANK) | (wanted.code == BLANK)
    line = is_line(wanted.code) | is_line(shown.code)
    same_line = (shown.code == wanted.code) & (shown.fg == wanted.fg)
    where &= np.where(line, same_line, (shown.code == BLANK) | (patterns(shown.code) > 0))
    if not where.any():
        return close
    pairs = []
    for cells in (wanted, shown):
        bg, fg, blank = cells.bg[where], cells.fg[where], cells.code[where] == BLANK
        pairs.append((bg, np.where(blank, bg, fg)))
    (bg, fg), (shown_bg, shown_fg) = pairs
    close[where] = (_distance(bg, shown_bg) <= limit) & (_distance(fg, shown_fg) <= limit)
    return close


def _distance(a: NDArray[np.int32], b: NDArray[np.int32]) -> NDArray[np.int32]:
    total = np.zeros(a.shape, dtype=np.int32)
    for shift in (16, 8, 0):
        step = ((a >> shift) & 255) - ((b >> shift) & 255)
        total += step * step
    return total


def cheapened(cells: Cells, where: NDArray[np.bool_], quality: Quality) -> Cells:
    """Return cells as they are to be sent: the picture cells `where` in colours they share."""
    lines = where & is_line(cells.code)
    out = _cheapened(cells, where & ~lines, quality)
    while quality.join > 1 and _spoilt(cells, out, where & ~lines) > quality.most:
        quality = replace(quality, join=quality.join * 0.6, flat=quality.flat * 0.6)
        out = _cheapened(cells, where & ~lines, quality)
    if lines.any():
        out = _cheapened(out, lines, replace(quality, join=quality.join * _UNDER_LINES))
    return out


def _spoilt(cells: Cells, out: Cells, where: NDArray[np.bool_]) -> float:
    """Return the mean squared error a channel of the cells `where`."""
    if not where.any():
        return 0.0
    (bg, fg), (new_bg, new_fg) = (
        (c.bg[where], np.where(c.code[where] == BLANK, c.bg[where], c.fg[where]))
        for c in (cells, out)
    )
    return float((_distance(bg, new_bg) + _distance(fg, new_fg)).mean()) / 6


def _cheapened(cells: Cells, where: NDArray[np.bool_], quality: Quality) -> Cells:
    rows = np.flatnonzero(where.any(axis=1))
    columns = np.flatnonzero(where.any(axis=0))
    out = type(cells)(*(array.copy() for array in cells.arrays))
    if not len(rows):
        return out
    left, right = int(columns[0]), int(columns[-1]) + 1
    part = np.ix_(rows, np.arange(left, right))
    used = where[part]
    code, bg = cells.code[part], cells.bg[part]
    blank, line = code == BLANK, is_line(code)
    fg = np.where(blank, bg, cells.fg[part])
    streams = np.concatenate((_channels(bg), _channels(fg)))
    fresh = ~used
    fresh[:, 1:] |= ~used[:, :-1]
    stops = fresh | line  # the colour of a line is no part of the picture
    stops[:, 1:] |= line[:, :-1]
    means = _run_means(streams, np.concatenate((fresh, stops)), quality)
    new_bg, new_fg = means[: len(rows)], means[len(rows) :]
    step = new_bg - new_fg
    flat = ((step * step).sum(axis=2) <= quality.flat) & ~line
    bg_number, fg_number = _packed(new_bg), _packed(new_fg)
    out.code[part] = np.where(used, np.where(flat, BLANK, np.where(blank, _HALF, code)), code)
    out.bg[part] = np.where(used, bg_number, cells.bg[part])
    out.fg[part] = np.where(used & ~line, np.where(flat, ANY, fg_number), cells.fg[part])
    return out


_HALF = ord("▄")


def _channels(colours: NDArray[np.int32]) -> NDArray[np.float32]:
    """Return (rows, columns, 3) of packed colours."""
    return np.stack([(colours >> s) & 255 for s in (16, 8, 0)], axis=2).astype(np.float32)


def _packed(colours: NDArray[np.int32]) -> NDArray[np.int32]:
    packed: NDArray[np.int32] = (colours[..., 0] << 16) | (colours[..., 1] << 8) | colours[..., 2]
    return packed


def _run_means(
    streams: NDArray[np.float32], fresh: NDArray[np.bool_], quality: Quality
) -> NDArray[np.int32]:
    """Return (rows, columns, 3) colours, equal within each run; a run begins where `fresh`."""
    count, width, _ = streams.shape
    begins = _best_runs(streams, fresh, quality.join)
    starts = begins.ravel().nonzero()[0]
    sums = np.add.reduceat(streams.reshape(-1, 3), starts, axis=0)
    lengths = np.diff(starts, append=count * width)
    values = np.rint(sums / lengths[:, None]).astype(np.int32)
    if quality.named:
        named = nearest_named(values)
        good = ((values - named) ** 2).sum(axis=1) * lengths < quality.join * _SAVED_BY_NAME
        values = np.where(good[:, None], named, values)
    means: NDArray[np.int32] = np.repeat(values, lengths, axis=0).reshape(count, width, 3)
    return means


def _best_runs(
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
