"""Which cells show the outline of a box, with what characters.

An edge lies somewhere inside its cells: near the first side, in the middle, or near the last side.
Eighth blocks and quadrants show which, so that a box stands within a quarter of a cell of where it
is. Small boxes have only the middle: their joins would be all that is seen of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardcase.imaging.view import Placement
    from hardcase.model.boxes import Box

Cells = tuple[int, int, int, int]

FIRST, MIDDLE, LAST = range(3)
"""Where in a cell an edge runs: left or top, middle, right or bottom."""


class Mark(NamedTuple):
    """A character at a cell; `swapped` has the line in the background and the picture in front."""

    column: int
    row: int
    char: str
    swapped: bool = False


class _Glyphs(NamedTuple):
    """Characters of an outline; ends are those of boxes one row high or one column wide."""

    horizontal: tuple[str, str, str]
    vertical: tuple[str, str, str]
    corners: str
    row_ends: str
    column_ends: str
    dot: str
    swapped: str = ""


_LIGHT = _Glyphs(("▔", "─", "▁"), ("▏", "│", "▕"), "┌┐└┘", "╶╴", "╷╵", "□")
# There is no right quarter block: the left three quarters, swapped, look like one.
_HEAVY = _Glyphs(("▔", "━", "▁"), ("▎", "┃", "▊"), "┏┓┗┛", "╺╸", "╻╹", "■", swapped="▊")
_HANDLE = "■"

LINES = sorted({char for glyphs in (_LIGHT, _HEAVY) for part in glyphs for char in "".join(part)})
"""Characters of lines, behind which the picture is seen; the joins that are quadrants are not."""


def outline(box: Box, placement: Placement, *, heavy: bool) -> list[Mark]:
    """Return the marks of a box in source pixels, each cell once, clipped to the canvas."""
    cells = placement.cells_of(*box)
    x1, y1, x2, y2 = cells
    columns, rows = placement.columns, placement.rows
    if x2 < 0 or y2 < 0 or x1 >= columns or y1 >= rows:
        return []
    glyphs = _HEAVY if heavy else _LIGHT
    left, top, right, bottom = _parts(box, placement, cells)
    drawn: dict[tuple[int, int], str] = {}
    for y, part in ((y1, top), (y2, bottom)):
        drawn.update(((x, y), glyphs.horizontal[part]) for x in _within(x1, x2, columns))
    if y1 != y2:
        for x, part in ((x1, left), (x2, right)):
            drawn.update(((x, y), glyphs.vertical[part]) for y in _within(y1, y2, rows))
    drawn.update(_ends(cells, (left, top, right, bottom), glyphs))
    return [
        Mark(x, y, char, char in glyphs.swapped)
        for (x, y), char in drawn.items()
        if 0 <= x < columns and 0 <= y < rows
    ]


def _parts(box: Box, placement: Placement, cells: Cells) -> tuple[int, int, int, int]:
    """Return where in their cells the left, top, right and bottom edge run."""
    x1, y1, x2, y2 = cells
    if x2 - x1 < 3 or y2 - y1 < 2:
        return MIDDLE, MIDDLE, MIDDLE, MIDDLE
    left, top = placement.to_cell(box[0], box[1])
    right, bottom = placement.to_cell(box[2], box[3])
    return _part(left - x1), _part(top - y1), _part(right - x2), _part(bottom - y2)


def _part(fraction: float) -> int:
    if fraction < 0.25:
        return FIRST
    return LAST if fraction >= 0.75 else MIDDLE


def _ends(
    cells: Cells, parts: tuple[int, int, int, int], glyphs: _Glyphs
) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield the characters where lines meet or end; a selected box has handles if it has room."""
    x1, y1, x2, y2 = cells
    if x1 == x2 and y1 == y2:
        yield (x1, y1), glyphs.dot
    elif y1 == y2:
        yield from zip(((x1, y1), (x2, y1)), glyphs.row_ends, strict=True)
    elif x1 == x2:
        yield from zip(((x1, y1), (x1, y2)), glyphs.column_ends, strict=True)
    else:
        handles = glyphs is _HEAVY and x2 - x1 >= 4 and y2 - y1 >= 3
        for i, corner in enumerate(((x1, y1), (x2, y1), (x1, y2), (x2, y2))):
            across, down = parts[0 if i % 2 == 0 else 2], parts[1 if i < 2 else 3]
            yield corner, _HANDLE if handles else _corner(i, across, down, glyphs)


def _corner(which: int, across: int, down: int, glyphs: _Glyphs) -> str:
    """Return the join of two edges: a corner where both run in the middle, else a quadrant.

    The quadrant touches both: on the side of an edge that runs along one, and inwards of an edge
    that runs in the middle. `which` is 0 to 3: upper left, upper right, lower left, lower right.
    """
    if across == down == MIDDLE:
        return glyphs.corners[which]
    right = across == LAST or (across == MIDDLE and which % 2 == 0)
    lower = down == LAST or (down == MIDDLE and which < 2)
    return "▘▝▖▗"[right + 2 * lower]


def _within(first: int, last: int, limit: int) -> range:
    return range(max(first, 0), min(last, limit - 1) + 1)
