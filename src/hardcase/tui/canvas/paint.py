"""The cells a canvas shows, as strips, and which of them another sheet changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.strip import Strip

from hardcase.tui.canvas.cells import strips
from hardcase.tui.canvas.dirty import dirty_regions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.style import Style
    from textual.color import Color
    from textual.filter import LineFilter
    from textual.geometry import Region

    from hardcase.tui.wire.sheet import Sheet

_MOSTLY = 0.3
"""Share of cells from which telling those that changed is not worth it."""


class Paint:
    """What is on the canvas: a sheet, None at first, and its strips."""

    def __init__(self) -> None:
        self.sheet: Sheet | None = None
        self._strips: list[Strip] = []

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self._strips)

    def take(self, sheet: Sheet, base: Callable[[], Style]) -> list[Region] | None:
        """Show another sheet; return what it changes, None if that is much or all.

        `base` tells the style of cells without colours.
        """
        old, self.sheet = self.sheet, sheet
        if old is None or old.picture.shape != sheet.picture.shape:
            self._strips = strips(sheet, base)
            return None
        changed = old.differs(sheet)
        if not changed.any():
            return []
        self._strips = strips(sheet, base)
        return None if changed.mean() > _MOSTLY else dirty_regions(changed)

    def lines(self, crop: Region, filters: Sequence[LineFilter], behind: Color) -> list[Strip]:
        """Return the lines within `crop`, as they are."""
        x1, x2 = crop.column_span
        lines = [self._strips[y] for y in crop.line_range]
        for line_filter in filters:
            lines = [line.apply_filter(line_filter, behind) for line in lines]
        return [line.crop(x1, x2) for line in lines]

    def line(self, y: int, width: int, style: Style) -> Strip:
        """Return a line, cut or padded to a width it was not made for."""
        if y >= len(self._strips):
            return Strip.blank(width, style)
        return self._strips[y].adjust_cell_length(width, style)
