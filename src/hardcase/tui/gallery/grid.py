"""Where the tiles of a page are: geometry of the gallery, in cells and in indices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from textual.geometry import Region

TEXT_ROWS = 2
"""Rows of a tile under its picture: label, file name."""

SIDES = 2
"""Columns of a tile beside its picture, one on each side."""


class TileSize(NamedTuple):
    """Cells of a picture, at least; what is left over of a row or column is shared out."""

    columns: int
    rows: int


SIZES = (TileSize(10, 4), TileSize(14, 5), TileSize(18, 7), TileSize(28, 11), TileSize(44, 17))
DEFAULT_SIZE = 2


@dataclass(frozen=True, slots=True)
class Grid:
    """Tiles of one size on `columns` x `rows` cells: as many as fit, at least one.

    A page holds the indices from its first on, row by row. Pages are counted from wherever the
    first one begins, so that a page can begin at any index.
    """

    columns: int
    rows: int
    size: TileSize

    @property
    def across(self) -> int:
        """Tiles in a row."""
        return max(1, self.columns // (self.size.columns + SIDES))

    @property
    def down(self) -> int:
        """Rows of tiles."""
        return max(1, self.rows // (self.size.rows + TEXT_ROWS))

    @property
    def page(self) -> int:
        """Tiles on a page."""
        return self.across * self.down

    @property
    def tile(self) -> tuple[int, int]:
        """Columns and rows of a tile, all of it."""
        return max(1, self.columns // self.across), max(1, self.rows // self.down)

    @property
    def picture(self) -> tuple[int, int]:
        """Columns and rows of a tile's picture, at least 1 x 1."""
        columns, rows = self.tile
        return max(1, columns - SIDES), max(1, rows - TEXT_ROWS)

    def region(self, slot: int) -> Region:
        """Return the cells of a tile, by its number on the page."""
        y, x = divmod(slot, self.across)
        columns, rows = self.tile
        return Region(x * columns, y * rows, columns, rows)

    def slot_at(self, column: int, row: int) -> int | None:
        """Return the number on the page of the tile at a cell, None beside the tiles."""
        columns, rows = self.tile
        x, y = column // columns, row // rows
        return y * self.across + x if 0 <= x < self.across and 0 <= y < self.down else None

    def turned(self, first: int, index: int) -> int:
        """Return where the page with `index` begins, counted from one that begins at `first`.

        It may be negative, if the pages do not come out even at the start.
        """
        return first + (index - first) // self.page * self.page
