"""Boxes, tags and marks drawn over a picture made of cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from rich.cells import cell_len

from hardcase.imaging.cells import CellGrid, mean
from hardcase.imaging.contrast import BLACK, WHITE, behind, ink, rgb
from hardcase.imaging.depth import Depth, flat, nearest, shown
from hardcase.imaging.minimap import minimap
from hardcase.imaging.outline import outline
from hardcase.imaging.rulers import Aim, cross, inks, names, signposts
from hardcase.imaging.tags import Span, clusters, fitted, place_tags, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from hardcase.imaging.view import Placement
    from hardcase.model.boxes import Box

HARD_TEXT = " ▲ HARD "
_HARD_COLOUR = rgb("#ffb000")
_HINT_COLOUR = rgb("#202020")


@dataclass(frozen=True, slots=True)
class Overlay:
    """A box to draw. `box` in source pixels, `colour` as #rrggbb, `score` in [0, 1].

    `mark` is a character that names the box; it is in its tag, which is shown then at all times.
    """

    box: Box
    label: str
    score: float | None = None
    colour: str = "#ffffff"
    by_human: bool = False
    selected: bool = False
    mark: str = ""


def draw(
    picture: CellGrid,
    placement: Placement | None,
    overlays: Sequence[Overlay] = (),
    *,
    hard: bool = False,
    hint: str = "",
    ground: CellGrid | None = None,
    tags: bool = True,
    aim: Aim | None = None,
) -> CellGrid:
    """Return `picture` with boxes and `tags`, the hard mark upper right and a hint lower right.

    Larger boxes are drawn first and the selected one last. With a hint, a zoomed picture has a map
    of where it is above that. The picture itself is not touched, so
    it can be drawn on again. Texts of overlays may hold anything: they are made printable and cut.
    `ground` has the colours of the picture where its own cells do not tell them. With an `aim`,
    rulers and its cross are drawn too, instead of the hard mark and of tags without a mark.
    """
    if not (hard or hint or overlays or aim):
        return picture
    chars, fg, bg = picture.chars.astype("<U8"), picture.fg.copy(), picture.bg.copy()
    spans = list(_corner_marks(picture, hard=hard and aim is None, hint=hint))
    corner = minimap(placement, picture.depth) if placement is not None and hint else None
    if placement is not None:
        ordered = sorted(overlays, key=lambda o: (o.selected, -o.box.area))
        _lines((chars, fg, bg), ordered, aim, placement, ground or picture)
        if aim is not None:
            spans += names(aim, placement)
            ordered = [o for o in ordered if o.mark]
        if tags or aim is not None:
            boxes = [(o, placement.cells_of(*o.box)) for o in ordered]
            covered = _map_spans(corner, picture)
            spans += place_tags(boxes, picture.columns, picture.rows, [*spans, *covered])
    for span in spans:
        _write((chars, fg, bg), span, picture.depth)
    if corner is not None:
        where = np.s_[-1 - corner.rows : -1, -corner.columns :]
        chars[where], fg[where], bg[where] = corner.chars, corner.fg, corner.bg
    return CellGrid(chars, fg, bg, picture.depth)


def _map_spans(corner: CellGrid | None, picture: CellGrid) -> list[Span]:
    """Return what the map in the lower right, above the hint, takes."""
    if corner is None:
        return []
    first, column = picture.rows - 1 - corner.rows, picture.columns - corner.columns
    blank = " " * corner.columns
    return [Span(first + y, column, blank, _HINT_COLOUR) for y in range(corner.rows)]


def message(canvas: CellGrid, text: str, colour: tuple[int, int, int]) -> CellGrid:
    """Return `canvas` with a text in its middle, wrapped, on the colour of the canvas."""
    chars, fg, bg = canvas.chars.astype("<U8"), canvas.fg.copy(), canvas.bg.copy()
    rows = wrapped(text, max(1, canvas.columns - 4))[: canvas.rows]
    first = (canvas.rows - len(rows)) // 2
    ground = np.array(colour, dtype=np.uint8)
    for row, line in enumerate(rows, first):
        span = Span(row, max(0, (canvas.columns - cell_len(line)) // 2), line, ground)
        _write((chars, fg, bg), span, canvas.depth)
    if canvas.depth is Depth.MONO:
        fg, bg = canvas.fg.copy(), canvas.bg.copy()
    return CellGrid(chars, fg, bg, canvas.depth)


def _corner_marks(picture: CellGrid, *, hard: bool, hint: str) -> Iterable[Span]:
    if hard:
        text = fitted(HARD_TEXT, picture.columns)
        yield Span(0, picture.columns - cell_len(text), text, _HARD_COLOUR)
    if hint:
        text = fitted(f" {hint} ", picture.columns)
        yield Span(picture.rows - 1, picture.columns - cell_len(text), text, _HINT_COLOUR)


_Arrays = tuple["NDArray[np.str_]", "NDArray[np.uint8]", "NDArray[np.uint8]"]


def _lines(
    arrays: _Arrays,
    overlays: Sequence[Overlay],
    aim: Aim | None,
    placement: Placement,
    ground: CellGrid,
) -> None:
    """Draw the lines of boxes, between a cross and the names of places if there is an aim."""
    if aim is not None:
        _mark(arrays, cross(aim, placement), ground)
    for overlay in overlays:
        _outline(arrays, overlay, placement, ground)
    if aim is not None:
        _mark(arrays, signposts(placement), ground)


def _outline(arrays: _Arrays, overlay: Overlay, placement: Placement, ground: CellGrid) -> None:
    """Draw the lines of a box through the cells that hold its edges, clipped to the canvas."""
    chars, fg, bg = arrays
    marks = outline(overlay.box, placement, heavy=overlay.selected)
    if not marks:
        return
    y, x = np.array([m.row for m in marks]), np.array([m.column for m in marks])
    chars[y, x] = [m.char for m in marks]
    if ground.depth is Depth.MONO:
        colour, behind_it = WHITE, np.tile(BLACK, (len(marks), 1))
    else:
        colour = flat(rgb(overlay.colour), ground.depth)
        behind_it = behind(colour, nearest(mean(ground, y, x), ground.depth), ground.depth)
    swapped = np.array([m.swapped for m in marks])[:, None]
    fg[y, x] = np.where(swapped, behind_it, colour)
    bg[y, x] = np.where(swapped, colour, behind_it)


def _mark(arrays: _Arrays, marks: Iterable[tuple[int, int, str]], ground: CellGrid) -> None:
    """Draw (column, row, character) marks over the colours of the picture."""
    chars, fg, bg = arrays
    if found := list(marks):
        x, y, drawn = (np.array(part) for part in zip(*found, strict=True))
        chars[y, x] = drawn
        colours = nearest(mean(ground, y, x), ground.depth)
        bg[y, x] = BLACK if ground.depth is Depth.MONO else colours
        fg[y, x] = inks(bg[y, x], ground.depth)


def _write(arrays: _Arrays, span: Span, depth: Depth) -> None:
    """Write a text, one cell a character, its second half empty where it is wide."""
    chars, fg, bg = arrays
    x = span.column
    for cluster, width in clusters(span.text):
        chars[span.row, x] = cluster
        chars[span.row, x + 1 : x + width] = ""
        x += width
    where = (span.row, slice(span.column, x))
    if depth is Depth.MONO:
        fg[where], bg[where] = BLACK, WHITE
        return
    colour = flat(span.colour, depth)
    fg[where], bg[where] = ink(shown(colour, depth)), colour
