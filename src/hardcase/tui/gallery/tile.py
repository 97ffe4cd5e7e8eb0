"""One tile of the gallery, as cells: a small picture, marks in its corners, two lines of text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from rich.cells import cell_len

from hardcase.imaging.cells import LOWER_HALF, CellGrid, blank
from hardcase.imaging.contrast import BLACK, WHITE, rgb, swatch_ground
from hardcase.imaging.depth import Depth, nearest
from hardcase.imaging.overlay import draw, message
from hardcase.imaging.tags import clusters
from hardcase.tui.gallery.grid import SIDES, TEXT_ROWS
from hardcase.tui.widgets.text import cut, fit

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from hardcase.imaging.overlay import Overlay
    from hardcase.imaging.preview import Preview
    from hardcase.imaging.view import Placement

    Colour = NDArray[np.uint8]
    Pair = tuple[Colour, Colour]
    """Foreground and background, (3,) each."""

_LEFT, _RIGHT = "▐", "▌"
_STRUCK, _AROUND = 0.75, 0.6
"""How much of the background is drawn over what is struck, and over what is out of focus."""
_LEAST_NOTE = 16
"""Columns of a tile from which there is room for a note beside the label."""


@dataclass(frozen=True, slots=True)
class Tile:
    """What a tile shows of the sample `key`: the image at `path` with its boxes, and in words.

    Of the image it is the `part` in source pixels, all of it without one.
    `mark` is a character and the name of its colour; `swatch` the label's colour as #rrggbb, or
    empty; `note` a short text beside the label; `problem` is said in place of the picture. What is
    `struck` is on its way out: its picture is faded. With a `focus`, a box in source pixels, what
    lies outside of it is drawn dimmer.
    """

    key: int
    path: Path | None
    name: str
    label: str
    swatch: str = ""
    note: str = ""
    mark: tuple[str, str] = (" ", "text")
    hard: bool = False
    overlays: tuple[Overlay, ...] = ()
    selected: bool = False
    problem: str = ""
    part: tuple[float, float, float, float] | None = None
    focus: tuple[float, float, float, float] | None = None
    struck: bool = False


@dataclass(frozen=True, slots=True)
class Inks:
    """The colours of a theme, as (foreground, background), by the names of `NAMES`."""

    pairs: dict[str, Pair]
    depth: Depth

    NAMES = ("text", "cursor", "frame", "muted", "hard", "good", "open", "bad")

    def pair(self, name: str, *, swapped: bool = False) -> Pair:
        """Return the colours of a name; those of text if there is no such name."""
        fg, bg = self.pairs.get(name, self.pairs["text"])
        if self.depth is Depth.MONO:
            swapped = swapped or name in ("cursor", "hard")
            fg, bg = WHITE, BLACK
        return (bg, fg) if swapped else (fg, bg)


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """The cells of a tile, and which of them belong to its picture (rows, columns)."""

    grid: CellGrid
    picture: NDArray[np.bool_]


def paint(
    tile: Tile | None, preview: Preview | None, size: tuple[int, int], inks: Inks, *, cursor: bool
) -> Painted:
    """Draw a tile of `size` columns and rows; None is an empty place.

    Without a preview the picture is still to come.
    """
    columns, rows = size
    fg, bg = inks.pair("text")
    sheet = _Sheet(columns, rows, fg, bg)
    if tile is not None:
        _draw_picture(sheet, tile, preview, inks)
        shown = preview.placement if preview is not None else None
        if tile.struck:
            sheet.fade(inks, _STRUCK)
        elif tile.focus is not None and shown is not None:
            sheet.fade(inks, _AROUND, inside=shown.halves_of(tile.focus))
        _draw_marks(sheet, tile, inks)
        _draw_text(sheet, tile, inks, cursor=cursor)
        if cursor:
            frame = inks.pair("frame")
            for y in range(rows):
                sheet.write(y, 0, _LEFT, frame)
                sheet.write(y, columns - 1, _RIGHT, frame)
    return sheet.painted(inks.depth)


class _Sheet:
    """Cells being drawn."""

    def __init__(self, columns: int, rows: int, fg: Colour, bg: Colour) -> None:
        self.columns, self.rows = columns, rows
        self.chars = np.full((rows, columns), " ", dtype="<U8")
        self.fg = np.broadcast_to(fg, (rows, columns, 3)).copy()
        self.bg = np.broadcast_to(bg, (rows, columns, 3)).copy()
        self.picture = np.zeros((rows, columns), dtype=np.bool_)

    def write(self, row: int, column: int, text: str, colours: Pair) -> None:
        """Write a text, as far as there is room, one cell a character, wide ones on two."""
        if not 0 <= row < self.rows or column < 0:
            return
        x = column
        for cluster, width in clusters(text):
            if x + width > self.columns:
                break
            self.chars[row, x] = cluster
            self.chars[row, x + 1 : x + width] = ""
            x += width
        where = (row, slice(column, x))
        self.fg[where], self.bg[where] = colours
        self.picture[where] = False

    def paste(self, grid: CellGrid, placement: Placement | None) -> None:
        """Put cells where the picture goes, which lies there as `placement` says, if it is one.

        Cells that it shares with the letterbox are exact: its edge is straight.
        """
        left = SIDES // 2
        where = np.s_[: grid.rows, left : left + grid.columns]
        self.chars[where], self.fg[where], self.bg[where] = grid.chars, grid.fg, grid.bg
        if placement is not None:
            first, last = placement.half_row, placement.half_row + placement.shown_half_rows
            start = left + placement.column
            self.picture[-(-first // 2) : last // 2, start : start + placement.shown_columns] = True

    def fade(
        self, inks: Inks, share: float, *, inside: tuple[int, int, int, int] | None = None
    ) -> None:
        """Draw a `share` of the background over the picture, where there are colours for that.

        Not `inside` the first and last column and half row, both inclusive, of the picture.
        """
        if inks.depth is Depth.MONO:
            return
        outside = np.repeat(self.picture, 2, axis=0)
        if inside is not None:
            x1, y1, x2, y2 = inside
            left = SIDES // 2
            outside[max(y1, 0) : y2 + 1, left + max(x1, 0) : left + x2 + 1] = False
        upper, lower = outside[0::2], outside[1::2]
        parted = (self.chars == " ") & (upper != lower)  # an edge goes through what is one colour
        self.chars[parted], self.fg[parted] = LOWER_HALF, self.bg[parted]
        halves = self.chars == LOWER_HALF
        ground = inks.pair("text")[1]
        for colours, where in (
            (self.bg, np.where(halves, upper, upper & lower)),
            (self.fg, np.where(halves, lower, upper & lower)),
        ):
            mixed = (1 - share) * colours[where] + share * ground
            colours[where] = nearest(mixed.astype(np.uint8), inks.depth)

    def painted(self, depth: Depth) -> Painted:
        return Painted(CellGrid(self.chars, self.fg, self.bg, depth), self.picture)


def _draw_picture(sheet: _Sheet, tile: Tile, preview: Preview | None, inks: Inks) -> None:
    problem = tile.problem
    if preview is not None and preview.grid is not None:
        drawn = draw(preview.grid, preview.placement, tile.overlays, tags=False)
        sheet.paste(drawn, preview.placement)
        return
    if preview is not None and not problem:
        problem = "cannot be read"
    columns, rows = sheet.columns - SIDES, sheet.rows - TEXT_ROWS
    if columns < 1 or rows < 1:
        return
    red, green, blue = inks.pair("text")[1].tolist()
    empty = blank(columns, rows, inks.depth, (red, green, blue))
    sheet.paste(message(empty, problem or "…", (red, green, blue)), None)


def _draw_marks(sheet: _Sheet, tile: Tile, inks: Inks) -> None:
    """Tell in the corners whether it is selected (left), hard, and how it stands (right)."""
    char, style = tile.mark
    fg, bg = inks.pair(style)
    right = sheet.columns - SIDES // 2
    sheet.write(0, right - 3, f" {char} ", (fg, bg))
    if tile.hard:
        hard = inks.pair("hard", swapped=inks.depth is not Depth.MONO)
        sheet.write(0, right - 6, " ▲ ", hard)
    if tile.selected:
        sheet.write(0, SIDES // 2, " ✓ ", inks.pair("text", swapped=True))


def _draw_text(sheet: _Sheet, tile: Tile, inks: Inks, *, cursor: bool) -> None:
    if cursor:
        first = second = inks.pair("cursor")
    elif tile.selected:
        first = second = inks.pair("text", swapped=True)
    else:
        first, second = inks.pair("text"), inks.pair("muted")
    width = sheet.columns - SIDES
    note = tile.note if width >= _LEAST_NOTE else ""
    lead = "■ " if tile.swatch else ""
    room = width - cell_len(note) - cell_len(lead)
    label = lead + fit_left(_unjoined(tile.label), room) + note
    top = sheet.rows - TEXT_ROWS
    sheet.write(top, 1, label, first)
    sheet.write(top + 1, 1, fit(_unjoined(tile.name), width), second)
    if tile.swatch and inks.depth is not Depth.MONO:
        ground = swatch_ground(tile.swatch, "#" + bytes(first[1].tolist()).hex())
        sheet.write(top, 1, "■", (rgb(tile.swatch), nearest(rgb(ground), inks.depth)))


def _unjoined(text: str) -> str:
    """Return a text as a sheet writes it, so that it is cut by the cells that it takes there."""
    return text if text.isascii() else "".join(cluster for cluster, _ in clusters(text))


def fit_left(text: str, width: int) -> str:
    """Return `text`, made printable, in exactly `width` cells: padded, or cut at the end."""
    shown = cut(text, width)
    return shown + " " * max(width - cell_len(shown), 0)
