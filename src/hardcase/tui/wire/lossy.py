"""Pictures in cells that cost less, within the bytes they may take.

Only cells that are marked as a picture's are touched; text, and whatever else there is, is exact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hardcase.tui.wire.glyphs import BLANK, is_line, patterns
from hardcase.tui.wire.inks import affordable, best_runs, run_means
from hardcase.tui.wire.mosaic import Mosaic
from hardcase.tui.wire.named import as_shown, channels, packed
from hardcase.tui.wire.styles import INDEXED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hardcase.tui.wire.cells import Cells
    from hardcase.tui.wire.named import Palette
    from hardcase.tui.wire.rate import Rate

_UNDER_LINES = 12.0
"""How much dearer a byte is under a line, where hardly anything is seen of the picture."""

_DITHERED = 5
"""How many times the error may be that more bytes need not mend, where dither hides it."""

_COLOUR_BYTES = 18.0
"""Of a change of one colour."""

_PART, _PART_BYTES = 0.15, 2600.0
"""What less than that share of a picture may take: a box moved, and what it hid shows again."""

_FLAT_RUN = 4
"""So many blanks of one colour in a row are a flat area, drawn exactly."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How pictures are to look.

    `budget`: bytes a cell of the picture that an update may take. `least`: squared error that a
    byte is worth at least; what costs less is not seen. `keep`: squared distance that each half of
    a cell on screen may have from what it should show. `named`: whether the terminal's 256 named
    colours, which take fewer bytes, may stand for true ones.
    """

    budget: float
    least: float
    keep: float
    named: bool = False


def picture_mask(cells: Cells) -> NDArray[np.bool_]:
    """Return which cells of a picture may be off a little: its blocks, and lines over it.

    Flat areas are exact: whatever is off there, is seen.
    """
    picture: NDArray[np.bool_] = (cells.soft != 0) & (cells.attr == 0)
    if picture.any():
        blank = cells.code == BLANK
        block = blank | (patterns(cells.code) > 0) | is_line(cells.code)
        picture &= block & ~_flat(cells)
    return picture


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
    if not where.any():
        return close
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


def cheapened(
    cells: Cells,
    where: NDArray[np.bool_],
    quality: Quality | None,
    palette: Palette | None,
    rate: Rate,
    *,
    roomy: float = 1.0,
) -> Cells:
    """Return cells as they are to be sent: the picture cells `where` as they cost least.

    Without a quality all are exact, or what a palette has nearest to them. They may take `roomy`
    times the budget of a cell, since others take none of it.
    """
    if palette is not None and palette.few:
        fg, bg = (np.where(cells.soft != 0, as_shown(c), c) for c in (cells.fg, cells.bg))
        cells = replace(cells, fg=fg, bg=bg)
    out = type(cells)(*(array.copy() for array in cells.arrays))
    if palette is not None:
        _in_palette(out, palette)
    if quality is None:
        return out
    lines = where & is_line(cells.code)
    blocks = where & ~lines
    if blocks.any():
        mosaic = Mosaic.of(cells, blocks)
        named = quality.named and palette is None
        least = quality.least * (_DITHERED if palette else 1)
        budget = quality.budget * roomy
        if len(mosaic) < _PART * np.count_nonzero(cells.soft):
            budget = min(budget, _PART_BYTES / len(mosaic))
        sketch = rate.sketch(mosaic, budget, least, palette, named=named)
        at = mosaic.row, mosaic.column
        out.code[at], out.fg[at], out.bg[at] = sketch.code, sketch.fg, sketch.bg
    if lines.any() and palette is None:
        _behind_lines(out, lines, blocks, rate.price * _UNDER_LINES, named=quality.named)
    return out


def _in_palette(cells: Cells, palette: Palette) -> None:
    """Give pictures the colours the terminal has."""
    for colours in (cells.fg, cells.bg):
        true = (cells.soft != 0) & (colours >= 0) & (colours < INDEXED)
        colours[true] = INDEXED | palette.numbers_of(palette.nearest(channels(colours[true])))


def _behind_lines(
    cells: Cells,
    lines: NDArray[np.bool_],
    drawn: NDArray[np.bool_],
    price: float,
    *,
    named: bool,
) -> None:
    """Let the picture behind lines side by side share colours, and with what is `drawn` before."""
    rows = np.flatnonzero(lines.any(axis=1))
    used = lines[rows]
    fresh = ~used
    fresh[:, 1:] |= ~used[:, :-1]
    fresh[:, 0] = True
    streams = channels(cells.bg[rows])
    begins = best_runs(streams, fresh, price * _COLOUR_BYTES)
    values, counts = run_means(streams, begins)
    values, _ = affordable(values, counts, price, named=named)
    shared = values[begins.ravel().cumsum() - 1].reshape(streams.shape)
    behind = np.where(used, packed(shared), cells.bg[rows])
    # A run may also go on with what the cell before it was drawn on.
    before = np.roll(behind, 1, axis=1)
    kept = begins & used & np.roll(drawn[rows], 1, axis=1)
    kept[:, 0] = False
    kept &= (before >= 0) & (before < INDEXED)
    kept &= _distance(behind, before) <= price * _COLOUR_BYTES
    start = np.maximum.accumulate(np.where(begins, np.arange(used.shape[1]), 0), axis=1)
    by_run = np.take_along_axis(kept, start, axis=1)
    cells.bg[rows] = np.where(by_run & used, np.take_along_axis(before, start, axis=1), behind)
