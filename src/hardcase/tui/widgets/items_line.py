"""Many items on one line, of which one may be chosen: labels with counts, or what may be typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from hardcase.tui.widgets.text import cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    Item = tuple[str, str]
    """A name, and a note beside it."""

_BEFORE, _AFTER = "‹", "›"


class ItemsLine(Widget, can_focus=False):
    """A line of items. Where they do not fit, it shows those around the one chosen."""

    @dataclass
    class Picked(Message):
        """An item was clicked."""

        index: int

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.items: tuple[Item, ...] = ()
        self.chosen: int | None = None

    def show(self, items: Sequence[Item], chosen: int | None = None) -> None:
        """Show items, the `chosen` one reversed."""
        if (tuple(items), chosen) != (self.items, self.chosen):
            self.items, self.chosen = tuple(items), chosen
            self.refresh()

    def render(self) -> Content:
        """Draw the items that fit; the chosen one reversed, since that shows in any colours."""
        shown = self._shown()
        parts: list[tuple[str, str]] = []
        for index in shown:
            name, note = self._text(index)
            style = "bold reverse" if index == self.chosen else ""
            parts += [(f" {name}", style), (note, style or "$muted"), (" ", style)]
        before = _BEFORE if shown.start else " "
        after = _AFTER if shown.stop < len(self.items) else ""
        return Content.assemble((before, "$muted"), *parts, (after, "$muted"))

    def on_click(self, event: events.Click) -> None:
        """Say which item was clicked."""
        x = event.get_content_offset_capture(self).x - 1
        for index in self._shown():
            x -= self._width(index)
            if x < 0:
                self.post_message(self.Picked(index))
                return

    def _shown(self) -> range:
        """Return the items on screen: as many as fit, in pages, so that few steps redraw all."""
        room = self.content_size.width - 2
        first = used = 0
        for index in range(len(self.items)):
            used += self._width(index)
            if used <= room or index == first:
                continue
            if self.chosen is None or index > self.chosen:
                return range(first, index)
            first, used = index, self._width(index)
        return range(first, len(self.items))

    def _text(self, index: int) -> Item:
        name, note = self.items[index]
        note = f" {note}" if note else ""
        return cut(name, max(self.content_size.width - 4 - cell_len(note), 1)), note

    def _width(self, index: int) -> int:
        return sum(map(cell_len, self._text(index))) + 2
