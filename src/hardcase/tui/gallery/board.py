"""The cells of a gallery as a whole, changed tile by tile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from textual.strip import Strip

from hardcase.imaging.cells import CellGrid
from hardcase.imaging.depth import Depth
from hardcase.imaging.segments import lines
from hardcase.tui.wire.sheet import Sheet, SheetStrip

if TYPE_CHECKING:
    from rich.color import ColorSystem
    from rich.style import Style
    from textual.geometry import Region

    from hardcase.tui.gallery.tile import Painted


class Board:
    """Cells of the size of `ground`, which is what there is beside the tiles.

    Strips are of one sheet, whose arrays change in place: they always show what is there now.
    """

    def __init__(self, ground: Painted, system: ColorSystem) -> None:
        self._system = system
        grid = ground.grid
        self._chars, self._fg, self._bg = grid.chars.copy(), grid.fg.copy(), grid.bg.copy()
        # A grid makes its arrays read-only, so it gets views of them.
        shown = CellGrid(self._chars.view(), self._fg.view(), self._bg.view(), grid.depth)
        cells = Sheet.masked(grid, ground.picture, system).cells
        self.sheet = Sheet(shown, ground.picture.copy(), cells)

    @property
    def shape(self) -> tuple[int, int]:
        """Columns and rows."""
        return self.sheet.grid.columns, self.sheet.grid.rows

    def put(self, region: Region, painted: Painted) -> None:
        """Put a tile somewhere; what goes over the edge is cut."""
        y, x = region.y, region.x
        rows, columns = self.sheet.picture[y : region.bottom, x : region.right].shape
        part, source = np.s_[y : y + rows, x : x + columns], np.s_[:rows, :columns]
        grid, picture = painted.grid, painted.picture
        self._chars[part], self._fg[part] = grid.chars[source], grid.fg[source]
        self._bg[part], self.sheet.picture[part] = grid.bg[source], picture[source]
        cells = Sheet.masked(grid, picture, self._system).cells
        for array, new in zip(self.sheet.cells.arrays, cells.arrays, strict=True):
            array[part] = new[source]

    def strip(self, row: int, base: Style) -> Strip:
        """Return a row; where cells have no colours of their own (MONO) they take those of base."""
        grid = self.sheet.grid
        if grid.depth is Depth.MONO:
            return Strip(lines(grid, [row])[0], grid.columns).apply_style(base)
        return SheetStrip(self.sheet, row, 0, grid.columns)
