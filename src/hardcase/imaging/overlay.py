"""Boxes, tags and marks drawn over a picture made of cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rich.cells import cell_len

from hardcase.imaging.cells import CellGrid
from hardcase.imaging.contrast import BLACK, WHITE, behind, ink, rgb
from hardcase.imaging.depth import Depth, flat, nearest
from hardcase.imaging.tags import Span, clusters, fitted, place_tags, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from hardcase.imaging.view import Placement
    from hardcase.model.boxes import Box

HARD_TEXT = " ▲ HARD "
_HARD_COLOUR = rgb("#ffb000")
_HINT_COLOUR = rgb("#202020")


class _Glyphs(NamedTuple):
    """Characters of an outline; ends are those of boxes one row high or one column wide."""

    horizontal: str
    vertical: str
    corners: str
    row_ends: str
    column_ends: str
    dot: str


_LIGHT = _Glyphs("─", "│", "┌┐└┘", "╶╴", "╷╵", "□")
_HEAVY = _Glyphs("━", "┃", "┏┓┗┛", "╺╸", "╻╹", "■")
_HANDLE = "■"


@dataclass(frozen=True, slots=True)
class Overlay:
    """A box to draw. `box` in source pixels, `colour` as #rrggbb, `score` in [0, 1]."""

    box: Box
    label: str
    score: float | None = None
    colour: str = "#ffffff"
    by_human: bool = False
    selected: bool = False


def draw(
    picture: CellGrid,
    placement: Placement | None,
    overlays: Sequence[Overlay] = (),
    *,
    hard: bool = False,
    hint: str = "",
) -> CellGrid:
    """Return `picture` with boxes and tags, the hard mark upper right and a hint lower right.

    Larger boxes are drawn first and the selected one last. The picture itself is not touched, so
    it can be drawn on again. Texts of overlays may hold anything: they are made printable and cut.
    """
    if not (hard or hint or overlays):
        return picture
    chars, fg, bg = picture.chars.astype("<U8"), picture.fg.copy(), picture.bg.copy()
    spans = list(_corner_marks(picture, hard=hard, hint=hint))
    if placement is not None and overlays:
        ordered = sorted(overlays, key=lambda o: (o.selected, -o.box.area))
        boxes = [(o, placement.cells_of(*o.box)) for o in ordered]
        for overlay, cells in boxes:
            _outline((chars, fg, bg), overlay, cells, picture.depth)
        spans += place_tags(boxes, picture.columns, picture.rows, spans)
    for span in spans:
        _write((chars, fg, bg), span, picture.depth)
    return CellGrid(chars, fg, bg, picture.depth)


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


def _outline(
    arrays: _Arrays, overlay: Overlay, cells: tuple[int, int, int, int], depth: Depth
) -> None:
    """Draw the lines of a box through the cells that hold its edges, clipped to the canvas."""
    chars, fg, bg = arrays
    rows, columns = chars.shape
    xs, ys, glyphs = _line_cells(cells, columns, rows, heavy=overlay.selected)
    if not xs:
        return
    y, x = np.array(ys), np.array(xs)
    if depth is Depth.MONO:
        chars[y, x], fg[y, x], bg[y, x] = glyphs, WHITE, BLACK
        return
    colour = flat(rgb(overlay.colour), depth)
    under = nearest(_mean(fg[y, x], bg[y, x], chars[y, x]), depth)
    chars[y, x] = glyphs
    fg[y, x] = colour
    bg[y, x] = behind(colour, under, depth)


def _mean(
    fg: NDArray[np.uint8], bg: NDArray[np.uint8], chars: NDArray[np.str_]
) -> NDArray[np.uint8]:
    """Return the picture's colour in cells: the mean of both halves, the background of others.

    Where a line was drawn before, its background is what is left of the picture.
    """
    both = ((fg.astype(np.uint16) + bg) // 2).astype(np.uint8)
    return np.where((chars == "▄")[:, None], both, bg)


def _line_cells(
    cells: tuple[int, int, int, int], columns: int, rows: int, *, heavy: bool
) -> tuple[list[int], list[int], list[str]]:
    """Return the columns, rows and characters of a box outline inside the canvas."""
    x1, y1, x2, y2 = cells
    glyphs = _HEAVY if heavy else _LIGHT
    if x2 < 0 or y2 < 0 or x1 >= columns or y1 >= rows:
        return [], [], []
    drawn: dict[tuple[int, int], str] = {}
    for y in {y1, y2}:
        drawn.update(((x, y), glyphs.horizontal) for x in _within(x1, x2, columns))
    if y1 != y2:
        for x in {x1, x2}:
            drawn.update(((x, y), glyphs.vertical) for y in _within(y1, y2, rows))
    drawn.update(_ends(cells, glyphs))
    inside = [(x, y, c) for (x, y), c in drawn.items() if 0 <= x < columns and 0 <= y < rows]
    return [x for x, _, _ in inside], [y for _, y, _ in inside], [c for _, _, c in inside]


def _ends(cells: tuple[int, int, int, int], glyphs: _Glyphs) -> dict[tuple[int, int], str]:
    """Return the characters where lines meet or end; a selected box has handles if it has room."""
    x1, y1, x2, y2 = cells
    if x1 == x2 and y1 == y2:
        return {(x1, y1): glyphs.dot}
    if y1 == y2:
        return {(x1, y1): glyphs.row_ends[0], (x2, y1): glyphs.row_ends[1]}
    if x1 == x2:
        return {(x1, y1): glyphs.column_ends[0], (x1, y2): glyphs.column_ends[1]}
    places = ((x1, y1), (x2, y1), (x1, y2), (x2, y2))
    if glyphs is _HEAVY and x2 - x1 >= 4 and y2 - y1 >= 3:
        return dict.fromkeys(places, _HANDLE)
    return dict(zip(places, glyphs.corners, strict=True))


def _within(first: int, last: int, limit: int) -> range:
    return range(max(first, 0), min(last, limit - 1) + 1)


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
    fg[where], bg[where] = ink(colour), colour
