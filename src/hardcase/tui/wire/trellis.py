"""The cheapest way to draw rows of a picture with a pen of two colours.

A terminal's pen holds two colours, and a block shows each of its pixels in one of them. Going
along a row, one colour, both or none are changed before each cell. Which and when, is a shortest
path (Viterbi 1967) over the pairs of colours that the pen may hold: each step costs its bytes times
their price, and the squared error of the cell. All rows are worked out at once.

With a palette each path carries its error on to the next cell, so that what it draws is right on
average (error diffusion, as noise shaping does it in a trellis coder).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_FAR = np.float32(1e12)
_PLAIN, _BLOCK = 1, 3
"""Bytes of a blank and of a block."""
_CODE, _BETWEEN = 3, 1
"""Bytes of an SGR sequence without its parameters, and of a `;`."""
_MOST_CARRIED = 48.0
"""Of a channel's error. More would be seen as a stain behind an edge."""
_EDGE = 96.0
"""Difference of a cell's pixels from which both sides must stay clean."""


@dataclass(frozen=True, slots=True)
class Inks:
    """The colours a pen may take up. All by column and row of cells.

    `colours` (columns, slots, rows, 3); `fresh` (columns, slots, rows): whether the slot holds
    another colour than before; `fg` and `bg` (columns, slots, rows): bytes of the parameters that
    make it the foreground or background.
    """

    colours: Floats
    fresh: NDArray[np.bool_]
    fg: Floats
    bg: Floats


@dataclass(frozen=True, slots=True)
class Drawn:
    """What to draw; arrays of (columns, rows).

    `fg`, `bg`: slots; `new_fg`, `new_bg`: whether it is changed before the cell; `pattern`: bit n
    is set where pixel n is drawn in the foreground.
    """

    fg: NDArray[np.intp]
    bg: NDArray[np.intp]
    new_fg: NDArray[np.bool_]
    new_bg: NDArray[np.bool_]
    pattern: NDArray[np.int32]


def is_calm(pixels: Floats) -> NDArray[np.bool_]:
    """Return which cells (columns, rows) have no such edge in them that dither would blur."""
    calm: NDArray[np.bool_] = np.ptp(pixels, axis=1).max(axis=-1) < _EDGE
    return calm


def cheapest(
    pixels: Floats, used: NDArray[np.bool_], inks: Inks, price: float, carried: float = 0.0
) -> Drawn:
    """Return how to draw (columns, pixels of a cell, rows, 3) `pixels` where `used`.

    `used` is (columns, rows). `price` is the squared error that a byte is worth, `carried` the
    share of each cell's error that is carried on to the next.
    """
    columns, rows = used.shape
    slots = inks.colours.shape[1]
    walk = _Walk.of(inks, price)
    targets = pixels[:, :, None, None]
    cells = None if carried else _cells(targets, inks.colours[:, None], price)
    error = np.zeros((slots, slots, rows, 3), dtype=np.float32)
    carry = carried * is_calm(pixels)[..., None]
    best = walk.first()
    bests = [best]
    fronts = []
    for x in range(columns):
        step = best if x == 0 else walk.step(best, x)
        if cells is None:
            if x:
                error = error.reshape(-1, rows, 3)[walk.before(best, x), np.arange(rows)]
            target = targets[x] + error * (carry[x] > 0)
            cost, front = _cells(target, inks.colours[x][None], price)
            error = _left(target, inks.colours[x], front) * carry[x]
            error = np.clip(error, -_MOST_CARRIED, _MOST_CARRIED)
        else:
            cost, front = cells[0][x], cells[1][x]
        best = step + np.where(used[x], cost, 0)
        bests.append(best)
        fronts.append(front)
    return _traced(walk, bests, fronts)


@dataclass(frozen=True, slots=True)
class _Walk:
    """What changes of the pen cost. `fg`, `bg` (columns, slots, rows); far where not kept."""

    fg: Floats
    bg: Floats
    keep_fg: Floats
    keep_bg: Floats
    keep: Floats
    both: Floats

    @classmethod
    def of(cls, inks: Inks, price: float) -> Self:
        """Return the costs at a price."""
        fg, bg = (price * (side + _CODE) for side in (inks.fg, inks.bg))
        far = np.where(inks.fresh, _FAR, np.float32(0))
        both = fg[:, :, None] + bg[:, None] + np.float32(price * (_BETWEEN - _CODE))
        return cls(fg, bg, far, far, far[:, :, None] + far[:, None], both)

    def first(self) -> Floats:
        """Return what each pair costs to begin with; (slots, slots, rows), here and below."""
        both: Floats = self.both[0]
        return both

    def options(self, best: Floats, x: int) -> tuple[Floats, ...]:
        """Return the cost of each pair: kept, with another foreground, background, or both."""
        over_fg, over_bg = best.min(axis=0), best.min(axis=1)
        return (
            best + self.keep[x],
            (over_fg + self.keep_bg[x])[None] + self.fg[x][:, None],
            (over_bg + self.keep_fg[x])[:, None] + self.bg[x][None],
            over_bg.min(axis=0) + self.both[x],
        )

    def step(self, best: Floats, x: int) -> Floats:
        """Return the least cost of each pair before the cell in column `x`."""
        kept, fg, bg, both = self.options(best, x)
        least: Floats = np.minimum(np.minimum(kept, fg), np.minimum(bg, both))
        return least

    def before(self, best: Floats, x: int) -> NDArray[np.intp]:
        """Return for each pair the one, as fg times slots plus bg, that it came from."""
        slots, _, rows = best.shape
        every = np.arange(slots)
        over_fg, over_bg = best.argmin(axis=0), best.argmin(axis=1)
        sources = (
            (every[:, None] * slots + every)[..., None],
            over_fg[None] * slots + every[None, :, None],
            every[:, None, None] * slots + over_bg[:, None],
            best.reshape(-1, rows).argmin(axis=0)[None, None],
        )
        kind = np.stack(self.options(best, x)).argmin(axis=0)
        before: NDArray[np.intp] = np.choose(kind, sources)
        return before


def _cells(target: Floats, colours: Floats, price: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Return for each pair the cost of a cell, and which of its pixels are in front.

    `target` is (..., pixels of a cell, slots or 1, slots or 1, rows, 3) and `colours`
    (..., 1, slots, rows, 3).
    """
    step = target - colours[..., :, None, :, :]
    fg = np.einsum("...c,...c->...", step, step)
    if target.shape[-4] == 1:  # the same for all pairs
        bg = fg.swapaxes(-3, -2)
    else:
        step = target - colours[..., None, :, :, :]
        bg = np.einsum("...c,...c->...", step, step)
    block = np.minimum(fg, bg).sum(axis=-4) + np.float32(price * _BLOCK)
    plain = bg.sum(axis=-4) + np.float32(price * _PLAIN)
    front = (fg < bg) & (block < plain)[..., None, :, :, :]
    return np.minimum(block, plain), front


def _left(target: Floats, colours: Floats, front: NDArray[np.bool_]) -> Floats:
    """Return the mean error of each pair's cell."""
    drawn = np.where(front[..., None], colours[None, :, None], colours[None, None])
    error: Floats = (target - drawn).mean(axis=0)
    return error


def _traced(walk: _Walk, bests: list[Floats], fronts: list[NDArray[np.bool_]]) -> Drawn:
    """Follow the cheapest path of each row back."""
    slots, _, rows = bests[-1].shape
    every = np.arange(rows)
    fg, bg = np.divmod(bests[-1].reshape(-1, rows).argmin(axis=0), slots)
    found = []
    for x in reversed(range(len(fronts))):
        bits = fronts[x][:, fg, bg, every]
        pattern = (bits << np.arange(len(bits))[:, None]).sum(axis=0)
        if x == 0:
            found.append((fg, bg, np.full(rows, 3), pattern))
            break
        best = bests[x]
        column, line = best[:, bg, every], best[fg, :, every].T
        flat = best.reshape(-1, rows).argmin(axis=0)
        costs = np.stack((
            best[fg, bg, every] + walk.keep[x][fg, bg, every],
            column.min(axis=0) + walk.keep_bg[x][bg, every] + walk.fg[x][fg, every],
            line.min(axis=0) + walk.keep_fg[x][fg, every] + walk.bg[x][bg, every],
            best.reshape(-1, rows)[flat, every] + walk.both[x][fg, bg, every],
        ))  # fmt: skip
        kind = costs.argmin(axis=0)
        found.append((fg, bg, kind, pattern))
        fg, bg = (
            np.choose(kind, (fg, column.argmin(axis=0), fg, flat // slots)),
            np.choose(kind, (bg, bg, line.argmin(axis=0), flat % slots)),
        )
    fg, bg, kind, pattern = (np.array(values) for values in zip(*reversed(found), strict=True))
    return Drawn(fg, bg, kind & 1 > 0, kind & 2 > 0, pattern)
