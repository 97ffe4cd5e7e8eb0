"""A list that draws only the rows on screen, so that 100,000 of them cost what 20 do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from hardcase.tui.widgets.swatch import swatch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events

    Part = tuple[str, str]
    """Text in the width it takes; its style: one of `VirtualList.STYLES`, #rrggbb, or empty."""
    DrawRow = Callable[[int, int], Sequence[Part]]
    """(index, width in cells) -> the parts of that row."""


class VirtualList(ScrollView, can_focus=False):
    """Rows drawn on demand by `draw`, and a cursor among them.

    It holds a count and a cursor, never rows; whoever uses it owns what the rows mean. `cursor` is
    -1 while there are no rows.
    """

    STYLES: ClassVar = ("cursor", "muted", "hard", "good", "open", "bad", "strong")
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"list--{name}" for name in STYLES}

    class Moved(Message):
        """The cursor went to another row: `cursor`, since it may have gone on meanwhile."""

    @dataclass
    class Chosen(Message):
        """The row under the cursor was clicked."""

        index: int

    def __init__(self, draw: DrawRow, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._draw = draw
        self._count = 0
        self.cursor = -1
        self._base: Style | None = None
        self._row_styles: dict[str, Style] = {}
        self._shown: dict[int, tuple[bool, Sequence[Part]] | None] = {}

    @property
    def count(self) -> int:
        """Number of rows."""
        return self._count

    @property
    def page(self) -> int:
        """Rows that fit on screen, at least 1."""
        return max(self.scrollable_content_region.height, 1)

    def set_rows(self, count: int, cursor: int) -> None:
        """Show `count` rows with the cursor at `cursor`, or at the nearest row there is.

        Rows that read as before are not sent to the terminal again.
        """
        if count != self._count:
            self._count = count
            self.virtual_size = Size(0, count)
        self.cursor = min(max(cursor, 0), count - 1)
        self._scroll_to_cursor()
        self.refresh_changed()

    def move_to(self, index: int) -> None:
        """Move the cursor to row `index`, or the nearest there is, and say so."""
        if self.point_at(index):
            self.post_message(self.Moved())

    def point_at(self, index: int) -> bool:
        """Move the cursor as `move_to` does, for who knows of it; return whether it moved."""
        index = min(max(index, 0), self._count - 1)
        if index == self.cursor:
            return False
        before, top = self.cursor, self.scroll_offset.y
        self.cursor = index
        self._scroll_to_cursor()
        if self.scroll_offset.y != top:
            self.refresh_changed()
            return True
        width, page = self.scrollable_content_region.size
        for row in (before, index):  # the others read as before
            if 0 <= row - top < max(page, 1):
                self.refresh(Region(0, row - top, width, 1))
        return True

    def refresh_changed(self) -> None:
        """Send the rows on screen that read differently now."""
        width = self.scrollable_content_region.width
        for y, shown in self._shown.items():
            if y < self.page and self._row(y, width) != shown:
                self.refresh(Region(0, y, width, 1))

    def render_line(self, y: int) -> Strip:
        """Draw the row at line `y` of what is visible."""
        width = self.scrollable_content_region.width
        row = self._row(y, width)
        self._shown[y] = row
        base = self._base = self._base or self.rich_style
        if row is None:
            return Strip([Segment(" " * width, base)], width)
        at_cursor, parts = row
        under = base + self._row_style("cursor") if at_cursor else base
        segments: list[Segment] = []
        for text, name in parts:
            if name.startswith("#"):
                segments += swatch(text, name, under)
            else:
                segments.append(Segment(text, self._part_style(name, under, at_cursor)))
        return Strip(segments).adjust_cell_length(width, under)

    def _row(self, y: int, width: int) -> tuple[bool, Sequence[Part]] | None:
        index = y + self.scroll_offset.y
        if index >= self._count:
            return None
        return index == self.cursor, self._draw(index, width)

    def notify_style_update(self) -> None:
        """Forget the styles of the old theme."""
        self._base = None
        self._row_styles.clear()
        super().notify_style_update()

    def on_resize(self) -> None:
        """Keep the cursor on screen."""
        self._scroll_to_cursor()

    def on_click(self, event: events.Click) -> None:
        """Go to the row clicked; choose it if the cursor was there."""
        index = event.y + self.scroll_offset.y
        if not 0 <= index < self._count:
            return
        if index == self.cursor:
            self.post_message(self.Chosen(index))
        else:
            self.move_to(index)

    def _part_style(self, name: str, under: Style, at_cursor: bool) -> Style:  # noqa: FBT001
        if not name:
            return under
        if at_cursor and name != "strong":
            return under + Style(bold=True)
        return under + self._row_style(name)

    def _row_style(self, name: str) -> Style:
        style = self._row_styles.get(name)
        if style is None:
            style = self.get_component_rich_style(f"list--{name}", partial=True)
            self._row_styles[name] = style
        return style

    def _scroll_to_cursor(self) -> None:
        if not self.scrollable_content_region.height:
            return  # it is not laid out yet: a page of one row would hide what is above the cursor
        top, page = self.scroll_offset.y, self.page
        if self.cursor < top:
            self.scroll_to(y=max(self.cursor, 0), animate=False, force=True)
        elif self.cursor >= top + page:
            self.scroll_to(y=self.cursor - page + 1, animate=False, force=True)
