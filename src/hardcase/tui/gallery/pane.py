"""The gallery and the line under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget

from hardcase.tui.gallery.gallery import Gallery
from hardcase.tui.widgets.text import cut, elide

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from hardcase.tui.gallery.tile import Tile


class GalleryLine(Widget, can_focus=False):
    """The sample under the cursor on the left, which part of the list this is on the right."""

    def __init__(self) -> None:
        super().__init__()
        self._told = ("", "", "")

    def show(self, name: str, about: str, place: str) -> None:
        """Show a name, what is known of it, and a place in the list."""
        if (name, about, place) != self._told:
            self._told = name, about, place
            self.refresh()

    def render(self) -> Content:
        """Draw the line; what is known gives way first, from its end."""
        name, about, place = self._told
        room = max(self.content_size.width - cell_len(place) - 2, 0)
        name = elide(name, max(room // 2, room - cell_len(about) - 2, 8))
        about = cut(about, max(room - cell_len(name) - 2, 0))
        gap = " " * max(room - cell_len(name) - cell_len(about), 0)
        return Content.assemble((name, "bold"), "  ", about, gap, (place, "$muted"))


class GalleryPane(Vertical, can_focus=False):
    """A page of tiles over a line about the one under the cursor."""

    def __init__(self, draw: Callable[[int], Tile | None]) -> None:
        super().__init__()
        self.gallery = Gallery(draw)
        self._line = GalleryLine()

    def compose(self) -> ComposeResult:
        """Lay out the tiles over the line."""
        yield self.gallery
        yield self._line

    def tell(self, name: str, about: str) -> None:
        """Say what is under the cursor, and which page this is."""
        gallery = self.gallery
        page = gallery.page
        shown = f"{page.start + 1:,}-{page.stop:,} of {gallery.count:,}" if gallery.count else ""
        self._line.show(name, about, shown)
