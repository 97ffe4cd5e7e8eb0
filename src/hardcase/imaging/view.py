"""What part of an image is shown, and where: geometry between source pixels and terminal cells.

A cell is taken to be twice as high as wide, so it holds two square *half rows*.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, floor

MAX_ENLARGEMENT = 16.0
"""The deepest zoom shows one source pixel this many columns wide, unless fit already does more."""


@dataclass(frozen=True, slots=True)
class View:
    """A part of an image: `zoom` relative to fitting it all (at least 1), around a centre.

    `x` and `y` are fractions of the image in [0, 1].
    """

    zoom: float = 1.0
    x: float = 0.5
    y: float = 0.5

    @property
    def is_fit(self) -> bool:
        """Whether the whole image is shown."""
        return self.zoom <= 1.0


FIT = View()


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an image of `width` x `height` source pixels lies on `columns` x `rows` cells.

    The cells from `column` on, `shown_columns` of them, and the half rows from `half_row` on,
    `shown_half_rows` of them, show the source rectangle that starts at (`left`, `top`), each
    `step_x` by `step_y` source pixels. Everything else is letterbox.
    """

    width: int
    height: int
    columns: int
    rows: int
    column: int
    half_row: int
    shown_columns: int
    shown_half_rows: int
    left: float
    top: float
    step_x: float
    step_y: float

    @property
    def source_box(self) -> tuple[float, float, float, float]:
        """The source rectangle (x1, y1, x2, y2) that is shown."""
        right = self.left + self.shown_columns * self.step_x
        bottom = self.top + self.shown_half_rows * self.step_y
        return self.left, self.top, min(right, self.width), min(bottom, self.height)

    @property
    def cells(self) -> tuple[slice, slice]:
        """The rows and the columns of cells that show the image, the rest being letterbox."""
        row, rows = self.half_row // 2, self.shown_half_rows // 2
        return slice(row, row + rows), slice(self.column, self.column + self.shown_columns)

    @property
    def step(self) -> tuple[float, float]:
        """Source pixels (dx, dy) a cell covers."""
        return self.step_x, 2 * self.step_y

    def to_cell(self, x: float, y: float) -> tuple[float, float]:
        """Return the (column, row) of a source point; fractions tell where inside the cell."""
        column = self.column + (x - self.left) / self.step_x
        half_row = self.half_row + (y - self.top) / self.step_y
        return column, half_row / 2

    def to_source(self, column: float, row: float) -> tuple[float, float]:
        """Return the source point (x, y) of a place on the cells; the inverse of `to_cell`."""
        x = self.left + (column - self.column) * self.step_x
        y = self.top + (2 * row - self.half_row) * self.step_y
        return x, y

    def cells_of(self, x1: float, y1: float, x2: float, y2: float) -> tuple[int, int, int, int]:
        """Return the first and last (column, row) a source box touches, both inclusive.

        At least one cell, however small the box; not clipped to the canvas.
        """
        left, top = self.to_cell(x1, y1)
        right, bottom = self.to_cell(x2, y2)
        first = floor(left + _HAIR), floor(top + _HAIR)
        last = ceil(right - _HAIR) - 1, ceil(bottom - _HAIR) - 1
        return (*first, max(first[0], last[0]), max(first[1], last[1]))

    def halves_of(self, box: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
        """Return the first and last (column, half row) that a source box mostly fills.

        Both inclusive, and at least one; not clipped to the canvas.
        """
        left, top = self.to_cell(*box[:2])
        right, bottom = self.to_cell(*box[2:])
        first = round(left), round(2 * top)
        return (*first, max(first[0], round(right) - 1), max(first[1], round(2 * bottom) - 1))


_HAIR = 1e-6  # of a cell: an edge that lies on a cell border does not touch the next cell


def place(view: View, width: int, height: int, columns: int, rows: int) -> Placement:
    """Lay an image of `width` x `height` pixels on `columns` x `rows` cells, all at least 1.

    A direction that fits is centred and fills whole cells, so that no cell is half letterbox; a
    direction that does not fit is cut around the view's centre without leaving the image.
    """
    fit = max(width / columns, height / (2 * rows))
    scale = fit / min(max(view.zoom, 1.0), max_zoom(width, height, columns, rows))
    column, shown_columns, left, step_x = _along(width, columns, 1, scale, view.x)
    half_row, shown_half_rows, top, step_y = _along(height, 2 * rows, 2, scale, view.y)
    return Placement(
        width=width,
        height=height,
        columns=columns,
        rows=rows,
        column=column,
        half_row=half_row,
        shown_columns=shown_columns,
        shown_half_rows=shown_half_rows,
        left=left,
        top=top,
        step_x=step_x,
        step_y=step_y,
    )


def max_zoom(width: int, height: int, columns: int, rows: int) -> float:
    """Return the largest useful `View.zoom` of an image on a canvas; at least 1."""
    fit = max(width / columns, height / (2 * rows))
    return max(1.0, fit * MAX_ENLARGEMENT)


def _along(
    pixels: int, units: int, a_cell: int, scale: float, centre: float
) -> tuple[int, int, float, float]:
    """Return (offset, shown units, first source pixel, source pixels a unit) of one direction.

    There are `a_cell` units to a cell.
    """
    wanted = pixels / scale
    if wanted <= units + 0.5:
        cells = min(units // a_cell, max(1, round(wanted / a_cell)))
        shown = cells * a_cell
        return (units // a_cell - cells) // 2 * a_cell, shown, 0.0, pixels / shown
    left = centre * pixels - units * scale / 2
    return 0, units, min(max(left, 0.0), pixels - units * scale), scale


def centred(view: View, placement: Placement) -> View:
    """Return `view` with the centre that is really shown, so that panning never sticks."""
    x1, y1, x2, y2 = placement.source_box
    return replace(view, x=(x1 + x2) / 2 / placement.width, y=(y1 + y2) / 2 / placement.height)


def panned(view: View, placement: Placement, dx: float, dy: float) -> View:
    """Return the view moved by (dx, dy) cells, positive to the right and down."""
    here = centred(view, placement)
    step_x, step_y = placement.step
    return replace(
        here,
        x=_clamped(here.x + dx * step_x / placement.width),
        y=_clamped(here.y + dy * step_y / placement.height),
    )


def zoomed(view: View, placement: Placement, factor: float) -> View:
    """Return the view with its zoom multiplied, within 1 and `max_zoom`, the centre kept."""
    p = placement
    zoom = min(max(view.zoom * factor, 1.0), max_zoom(p.width, p.height, p.columns, p.rows))
    return replace(centred(view, placement), zoom=zoom) if zoom > 1.0 else FIT


def around(
    box: tuple[float, float, float, float], placement: Placement, margin: float = 0.25
) -> View:
    """Return the view that shows a source box as large as it goes, `margin` of its size around."""
    x1, y1, x2, y2 = box
    p = placement
    width, height = max(x2 - x1, 1.0) * (1 + 2 * margin), max(y2 - y1, 1.0) * (1 + 2 * margin)
    fit = max(p.width / p.columns, p.height / (2 * p.rows))
    zoom = fit / max(width / p.columns, height / (2 * p.rows))
    zoom = min(max(zoom, 1.0), max_zoom(p.width, p.height, p.columns, p.rows))
    if zoom <= 1.0:
        return FIT
    return View(zoom, _clamped((x1 + x2) / 2 / p.width), _clamped((y1 + y2) / 2 / p.height))


def _clamped(fraction: float) -> float:
    return min(max(fraction, 0.0), 1.0)
