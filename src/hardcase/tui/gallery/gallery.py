"""Pages of thumbnails, of which only those on screen exist."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from hardcase.imaging.preview import Request
from hardcase.terminal import Mode, Terminal, detect
from hardcase.tui.gallery.board import Board
from hardcase.tui.gallery.grid import DEFAULT_SIZE, SIZES, Grid
from hardcase.tui.gallery.loader import Thumbnails
from hardcase.tui.gallery.tile import Inks, Tile, paint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray
    from textual import events
    from textual.color import Color
    from textual.geometry import Region

    from hardcase.imaging.preview import Preview

    Look = tuple[Tile | None, Preview | None, bool]

_TOGETHER_SECONDS = 0.03
"""How long thumbnails are collected before they are painted, while more are to come."""

_PREFETCH_SECONDS = 0.05
"""How long nothing else must be asked for before the next page is made ready."""


class Gallery(Widget, can_focus=False):
    """Shows the page of tiles that the cursor is on.

    `draw(index)` tells what the tile of an index shows; whoever uses the gallery owns what that
    means. A page begins at `first`, holds `grid.page` tiles and never scrolls: what is sent to the
    terminal is the tiles of a page, once.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"gallery--{name}" for name in Inks.NAMES}

    @dataclass
    class Moved(Message):
        """A tile was clicked, or the wheel turned: the cursor should go to `index`."""

        index: int

    @dataclass
    class Chosen(Message):
        """The tile under the cursor was clicked."""

        index: int

    class Arrived(Message, bubble=False):
        """Thumbnails came back from a loading thread."""

    class Shown(Message):
        """Tiles look different now; that of the cursor may have an `error`."""

    class Resized(Message):
        """Pages hold more or fewer tiles now."""

    def __init__(self, draw: Callable[[int], Tile | None], *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._draw = draw
        self._terminal = Terminal()
        self._thumbnails: Thumbnails | None = None
        self._step = DEFAULT_SIZE
        self.count = 0
        self.first = 0
        self.cursor = -1
        self._resting = True
        self._looks: list[Look] = []
        self._theme_inks: Inks | None = None
        self._board: Board | None = None
        self._painted: Grid | None = None
        self._collecting: asyncio.TimerHandle | None = None
        self._soon: asyncio.TimerHandle | None = None

    # What to show

    @property
    def grid(self) -> Grid:
        """Where tiles are, at the size the gallery has now."""
        return Grid(max(self.size.width, 1), max(self.size.height, 1), SIZES[self._step])

    @property
    def page(self) -> range:
        """The indices on the page."""
        return range(self.first, min(self.first + self.grid.page, self.count))

    @property
    def waiting(self) -> bool:
        """Whether the page, or pictures of it, are still to come."""
        missing = self._thumbnails is None or self._thumbnails.waiting > 0
        return missing or self._painted != self.grid

    @property
    def seen(self) -> set[int]:
        """The keys of the tiles on the page whose pictures are shown."""
        return {
            tile.key
            for tile, preview, _ in self._looks
            if tile is not None and preview is not None and preview.error is None
        }

    @property
    def error(self) -> str | None:
        """Why the picture under the cursor cannot be shown, None if it can or is to come."""
        shown = (preview for _, preview, cursor in self._looks if cursor and preview is not None)
        return next((preview.error for preview in shown), None)

    def show(self, count: int, first: int, cursor: int) -> None:
        """Show the page that begins at `first` of `count` tiles, with a cursor, -1 for none."""
        self.count, self.first, self.cursor = count, first, cursor
        self._resting = False
        self._paint()

    def resize_tiles(self, step: int) -> bool:
        """Make tiles larger (1) or smaller (-1); return False if there is no such size."""
        size = self._step + step
        if not 0 <= size < len(SIZES):
            return False
        self._step = size
        self.post_message(self.Resized())
        return True

    def rest(self) -> None:
        """Make no thumbnails, and paint none, while nobody looks."""
        self._resting = True
        self._stop_timers()
        if self._thumbnails is not None:
            self._thumbnails.show(())
            self._thumbnails.prefetch(())

    # Loading

    def on_mount(self) -> None:
        """Find out what the terminal can show."""
        self._terminal = getattr(self.app, "terminal", None) or detect(os.environ)

    def on_unmount(self) -> None:
        """Stop the loading threads."""
        self._stop_timers()
        if self._thumbnails is not None:
            self._thumbnails.close()

    def on_gallery_arrived(self) -> None:
        """Paint what has come: at once if that is all, else together with what comes next."""
        if self._thumbnails is None or not self._thumbnails.take():
            return
        if self._thumbnails.waiting and self._collecting is None:
            loop = asyncio.get_running_loop()
            self._collecting = loop.call_later(_TOGETHER_SECONDS, self._paint)
        elif not self._thumbnails.waiting:
            self._paint()

    def _tell(self) -> None:
        self.post_message(self.Arrived())

    def _requests(self, tiles: Iterable[Tile | None]) -> list[Request | None]:
        """Return what to ask for of each tile, None where there is nothing."""
        columns, rows = self.grid.picture
        red, green, blue = self._inks.pair("text")[1].tolist()
        mode = self._terminal.mode
        plain = Request(
            Path(),
            columns,
            rows,
            depth=self._terminal.depth,
            letterbox=(red, green, blue),
            mode=Mode.QUADRANT if mode is Mode.KITTY else mode,
            dithers=not getattr(self.app, "fits_pictures", False),
        )
        return [
            replace(plain, path=tile.path, part=tile.part)
            if tile and tile.path and not tile.problem
            else None
            for tile in tiles
        ]

    def _prefetch(self) -> None:
        """Have the next page made ready, then the one before."""
        self._soon = None
        if self._thumbnails is None or not self.count:
            return
        size, first = self.grid.page, self.first
        after = range(first + size, min(first + 2 * size, self.count))
        before = range(max(first - size, 0), first)
        requests = self._requests(self._draw(i) for i in (*after, *before))
        self._thumbnails.prefetch(request for request in requests if request)

    def _stop_timers(self) -> None:
        for timer in (self._collecting, self._soon):
            if timer is not None:
                timer.cancel()
        self._collecting = self._soon = None

    # Painting

    def _paint(self) -> None:
        """Draw the tiles that look different now, and have them sent."""
        self._stop_timers()
        if self._resting or not self.size or not self.is_attached:
            return
        if self._thumbnails is None:
            self._thumbnails = Thumbnails(self._tell)
        grid = self.grid
        if self._board is None or grid != self._painted:
            self._clear(grid)
        tiles = [self._draw(i) if i < self.count else None for i in self._slots()]
        requests = self._requests(tiles)
        self._thumbnails.show(request for request in requests if request)
        looks: list[Look] = []
        for index, tile, request in zip(self._slots(), tiles, requests, strict=True):
            preview = self._thumbnails.get(request) if request else None
            looks.append((tile, preview, index == self.cursor))
        dirty = [n for n, look in enumerate(looks) if look != self._looks[n]]
        self._looks = looks
        for slot in dirty:
            self._put(grid.region(slot), looks[slot])
        if dirty:
            self.post_message(self.Shown())
        self._soon = asyncio.get_running_loop().call_later(_PREFETCH_SECONDS, self._prefetch)

    def _slots(self) -> range:
        return range(self.first, self.first + self.grid.page)

    def _clear(self, grid: Grid) -> None:
        """Begin with nothing but background."""
        self._painted = grid
        size = grid.columns, grid.rows
        empty = paint(None, None, size, self._inks, cursor=False)
        self._board = Board(empty, self._system)
        self._looks = [(None, None, False)] * grid.page
        self.refresh()

    def _put(self, region: Region, look: Look) -> None:
        tile, preview, cursor = look
        if self._board is not None:
            painted = paint(tile, preview, region.size, self._inks, cursor=cursor)
            self._board.put(region, painted)
            self.refresh(region)

    @property
    def _system(self) -> ColorSystem:
        return COLOR_SYSTEMS.get(self.app.console.color_system or "", ColorSystem.TRUECOLOR)

    @property
    def _inks(self) -> Inks:
        """The colours of the theme."""
        if self._theme_inks is None:
            styles = {name: self.get_component_styles(f"gallery--{name}") for name in Inks.NAMES}
            pairs = {
                name: (_colour(style.color), _colour(style.background))
                for name, style in styles.items()
            }
            self._theme_inks = Inks(pairs, self._terminal.depth)
        return self._theme_inks

    def notify_style_update(self) -> None:
        """Draw everything anew in the colours of another theme."""
        super().notify_style_update()
        self._theme_inks = self._board = None
        self._paint()

    def on_resize(self) -> None:
        """Have pages as large as there is room now."""
        self.post_message(self.Resized())

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the painted lines within `crop`, as they are: a gallery has no frame."""
        x1, x2 = crop.column_span
        background = self.background_colors[1]
        drawn = [self.render_line(y) for y in crop.line_range]
        for line_filter in self.get_line_filters():
            drawn = [line.apply_filter(line_filter, background) for line in drawn]
        return [line.crop(x1, x2) for line in drawn]

    def render_line(self, y: int) -> Strip:
        """Return a painted line; after a resize, the old one cut or padded for the moment."""
        width, style = self.size.width, self.rich_style
        if self._board is None or y >= self._board.shape[1]:
            return Strip.blank(width, style)
        return self._board.strip(y, style).adjust_cell_length(width, style)

    # The mouse

    def on_click(self, event: events.Click) -> None:
        """Go to the tile clicked; choose it if the cursor was there."""
        slot = self.grid.slot_at(event.x, event.y)
        if slot is None or (index := self.first + slot) not in self.page:
            return
        self.post_message(self.Chosen(index) if index == self.cursor else self.Moved(index))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go a row down."""
        self._turn(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Go a row up."""
        self._turn(event, -1)

    def _turn(self, event: events.MouseEvent, rows: int) -> None:
        event.stop()
        index = min(max(self.cursor + rows * self.grid.across, 0), self.count - 1)
        self.post_message(self.Moved(index))


def _colour(colour: Color) -> NDArray[np.uint8]:
    return np.array(colour.rgb, dtype=np.uint8)
