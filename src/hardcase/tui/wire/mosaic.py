"""Pictures as the pixels their cells show, and the cheapest cells that look much like them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from hardcase.tui.wire.glyphs import BLANK, BLOCKS, FULL, patterns
from hardcase.tui.wire.inks import affordable, inks_of
from hardcase.tui.wire.mixing import mixed
from hardcase.tui.wire.named import channels, packed
from hardcase.tui.wire.styles import ANY, INDEXED
from hardcase.tui.wire.trellis import cheapest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hardcase.tui.wire.cells import Cells
    from hardcase.tui.wire.named import Palette
    from hardcase.tui.wire.trellis import Drawn, Inks

    Floats = NDArray[np.float32]

_CODE, _BETWEEN, _BLANK, _BLOCK = 3, 1, 1, 3
_HALVES = np.array([0, 3, 12, FULL])
"""Patterns of blocks that are alike from left to right, by which halves are drawn."""
_QUARTERS = np.arange(FULL + 1)


@dataclass(frozen=True, slots=True)
class Sketch:
    """Cells that were chosen, in the order of a mosaic's, and about how many bytes they take."""

    code: NDArray[np.int32]
    fg: NDArray[np.int32]
    bg: NDArray[np.int32]
    size: float


@dataclass(frozen=True, slots=True, eq=False)
class Mosaic:
    """N cells of a picture, those of each row side by side, wherever they are.

    `pixels` (columns, 2 or 4, rows, 3) are the halves or quarters of the cells, 0-255; `used`
    (columns, rows) tells where there is a cell; `row` and `column` (N,) where that is on the
    screen, by rows.
    """

    pixels: Floats
    used: NDArray[np.bool_]
    row: NDArray[np.intp]
    column: NDArray[np.intp]

    @classmethod
    def of(cls, cells: Cells, where: NDArray[np.bool_]) -> Self:
        """Take the cells `where`, one at least."""
        row, column = where.nonzero()
        code, bg = cells.code[row, column], channels(cells.bg[row, column])
        blank = code == BLANK
        fg = np.where(blank[:, None], bg, channels(cells.fg[row, column]))
        pattern = np.where(blank, 0, patterns(code))
        quarters = (0, 2) if np.isin(pattern, _HALVES).all() else (0, 1, 2, 3)
        front = (pattern[:, None] >> np.array(quarters) & 1).astype(np.bool_)
        shown = np.where(front[..., None], fg[:, None], bg[:, None])
        begins = np.append(True, row[1:] != row[:-1])
        line = begins.cumsum() - 1
        place = np.arange(len(row)) - begins.nonzero()[0][line]
        pixels = np.zeros((place.max() + 1, len(quarters), line[-1] + 1, 3), dtype=np.float32)
        pixels[place, :, line] = shown
        used = np.zeros((pixels.shape[0], pixels.shape[2]), dtype=np.bool_)
        used[place, line] = True
        return cls(pixels, used, row, column)

    def __len__(self) -> int:
        return len(self.row)

    def sample(self, step: int) -> Mosaic:
        """Return every `step`-th row of it."""
        line = np.append(True, self.row[1:] != self.row[:-1]).cumsum() - 1
        kept = line % step == 0
        return Mosaic(
            self.pixels[:, :, ::step], self.used[:, ::step], self.row[kept], self.column[kept]
        )

    def _place(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the row and column (columns, rows) of each on the screen."""
        found = np.zeros((2, *self.used.T.shape), dtype=np.intp)
        found[:, self.used.T] = self.row, self.column
        return found[0].T, found[1].T

    def sketch(self, price: float, palette: Palette | None, *, named: bool) -> Sketch:
        """Return the cells whose squared error and bytes, at `price` each, add up to about least.

        `palette` is what the terminal has, None if all colours; `named` as in `Means`.
        """
        inks = inks_of(self.pixels, self.used, price, palette=palette, named=named)
        if palette is None:
            drawn = cheapest(self.pixels, self.used, inks, price)
        else:
            drawn = mixed(self.pixels, self.used, self._place(), inks, price)
        halves = _HALVES if self.pixels.shape[1] == 2 else _QUARTERS
        (fg, fg_size), (bg, bg_size) = (
            self._lives(inks, drawn, price, front=front, named=named and palette is None,
                        fixed=palette is not None) for front in (True, False)
        )  # fmt: skip
        used, pattern = self.used.T, halves[drawn.pattern.T]
        new_fg, new_bg = drawn.new_fg.T & used, drawn.new_bg.T & used
        size = float(
            np.where(pattern > 0, _BLOCK, _BLANK)[used].sum()
            + _CODE * (new_fg | new_bg).sum() + _BETWEEN * (new_fg & new_bg).sum()
            + fg_size[new_fg].sum() + bg_size[new_bg].sum()
        )  # fmt: skip
        number = packed if palette is None else lambda c: INDEXED | palette.numbers_of(c)
        pattern = pattern[used]
        return Sketch(
            BLOCKS[pattern], np.where(pattern > 0, number(fg[used]), ANY), number(bg[used]), size
        )

    def _lives(
        self, inks: Inks, drawn: Drawn, price: float, *, front: bool, named: bool, fixed: bool
    ) -> tuple[Floats, Floats]:
        """Return the (rows, columns) colours of the pen in front or behind, and their bytes.

        Each is the mean of what is drawn in it before the pen changes, unless colours are `fixed`.
        """
        slot, new = (drawn.fg, drawn.new_fg) if front else (drawn.bg, drawn.new_bg)
        slot, new = slot.T, new.T.ravel()
        columns = np.arange(slot.shape[1])
        at = columns[None], slot, np.arange(slot.shape[0])[:, None]
        colours = inks.colours[at]
        if fixed:
            return colours, (inks.fg if front else inks.bg)[at]
        deep = self.pixels.shape[1]
        drawn_so = (drawn.pattern.T[..., None] >> np.arange(deep) & 1) == front
        drawn_so &= self.used.T[..., None]
        starts = new.nonzero()[0]
        counts = np.add.reduceat(drawn_so.sum(axis=2).ravel(), starts)
        pixels = self.pixels.transpose(2, 0, 1, 3)
        sums = np.where(drawn_so[..., None], pixels, 0).sum(axis=2).reshape(-1, 3)
        sums = np.add.reduceat(sums, starts, axis=0)
        means = np.where(
            counts[:, None] > 0,
            sums / np.maximum(counts, 1)[:, None],
            colours.reshape(-1, 3)[starts],
        )
        values, sizes = affordable(means.astype(np.float32), counts, price, named=named)
        life = new.cumsum() - 1
        return values[life].reshape(colours.shape), sizes[life].reshape(slot.shape)
