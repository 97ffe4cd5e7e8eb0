"""The cheapest way to draw rows of a picture with a pen of two colours.

A terminal's pen holds two colours, and a block shows each of its pixels in one of them. Going
along a row, one colour, both or none are changed before each cell. Which and when, is a shortest
path (Viterbi 1967) over the pairs of colours that the pen may hold: each step costs its bytes times
their price, and the squared error of the cell. All rows are worked out at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Path = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_], NDArray[np.bool_]]

_FAR = np.float32(1e12)
PLAIN, BLOCK = 1, 3
"""Bytes of a blank and of a block."""
_CODE, _BETWEEN = 3, 1
"""Bytes of an SGR sequence without its parameters, and of a `;`."""


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

    def rows(self, which: NDArray[np.bool_]) -> Inks:
        """Return those of some rows."""
        return Inks(
            self.colours[:, :, which], self.fresh[:, :, which],
            self.fg[:, :, which], self.bg[:, :, which],
        )  # fmt: skip


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
    pattern: NDArray[np.intp]

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """All of them."""
        return self.fg, self.bg, self.new_fg, self.new_bg, self.pattern


def cheapest(pixels: Floats, used: NDArray[np.bool_], inks: Inks, price: float) -> Drawn:
    """Return how to draw (columns, pixels of a cell, rows, 3) `pixels` where `used`.

    `used` is (columns, rows). `price` is the squared error that a byte is worth.
    """
    walk = Walk.of(inks, price)
    costs, fronts = _cells(pixels, inks.colours, price)
    best = walk.first()
    bests = [best]
    for x, cost in enumerate(costs):
        best = (walk.step(best, x) if x else best) + np.where(used[x], cost, 0)
        bests.append(best)
    fg, bg, new_fg, new_bg = traced(walk, bests)
    columns, rows = used.shape
    bits = fronts[np.arange(columns)[:, None], :, fg, bg, np.arange(rows)]
    return Drawn(fg, bg, new_fg, new_bg, (bits << np.arange(bits.shape[-1])).sum(axis=-1))


@dataclass(frozen=True, slots=True)
class Walk:
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


def _cells(pixels: Floats, colours: Floats, price: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Return what cells cost in each pair of colours, and which of their pixels are in front.

    `pixels` is (columns, pixels of a cell, rows, 3), `colours` (columns, slots, rows, 3); costs are
    (columns, slots, slots, rows), with the pixels of a cell behind the columns for the latter.
    """
    step = pixels[:, :, None] - colours[:, None]
    off = np.einsum("xpsrc,xpsrc->xpsr", step, step)
    fg, bg = off[:, :, :, None], off[:, :, None]
    block = np.minimum(fg, bg).sum(axis=1) + np.float32(price * BLOCK)
    plain = off.sum(axis=1)[:, None] + np.float32(price * PLAIN)
    front = (fg < bg) & (block < plain)[:, None]
    return np.minimum(block, plain), front


def traced(walk: Walk, bests: list[Floats]) -> Path:
    """Follow the cheapest path of each row back; the first four of `Drawn`.

    `bests` (slots, slots, rows) are the least costs before the first cell, and after each.
    """
    slots, _, rows = bests[-1].shape
    every = np.arange(rows)
    fg, bg = np.divmod(bests[-1].reshape(-1, rows).argmin(axis=0), slots)
    found = []
    for x in reversed(range(1, len(bests) - 1)):
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
        found.append((fg, bg, kind))
        fg, bg = (
            np.choose(kind, (fg, column.argmin(axis=0), fg, flat // slots)),
            np.choose(kind, (bg, bg, line.argmin(axis=0), flat % slots)),
        )
    found.append((fg, bg, np.full(rows, 3)))
    fg, bg, kind = (np.array(values) for values in zip(*reversed(found), strict=True))
    return fg, bg, kind & 1 > 0, kind & 2 > 0
