"""Pictures handed to the front buffer as arrays, without a segment or a style for each cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from rich.color import Color, ColorSystem
from rich.color_triplet import ColorTriplet
from textual.filter import ANSIToTruecolor
from textual.strip import Strip

from hardcase.imaging.outline import LINES
from hardcase.imaging.segments import lines
from hardcase.tui.wire.cells import Cells
from hardcase.tui.wire.cells import _canonical as canonical
from hardcase.tui.wire.glyphs import numbered
from hardcase.tui.wire.styles import _number as number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray
    from rich.segment import Segment
    from textual.color import Color as Background
    from textual.filter import LineFilter

    from hardcase.imaging.cells import CellGrid
    from hardcase.tui.wire.ahead import Ahead
    from hardcase.tui.wire.cells import Piece

_LINES = np.array([ord(char) for char in LINES], dtype=np.int32)

_MOST_ROOM = 2.0
"""From there on more bytes are hardly seen."""

_EVERYWHERE = slice(None), slice(None)


@dataclass(slots=True, eq=False)
class Sheet:
    """All cells of a canvas: as a grid, and as the front buffer has them.

    `picture` (rows, columns) tells which cells belong to the picture, `ahead` what draws them if
    that was encoded before it was asked for.
    """

    grid: CellGrid
    picture: NDArray[np.bool_]
    cells: Cells
    ahead: Ahead | None = None
    strips: list[Strip] = field(init=False)
    """One a row."""

    def __post_init__(self) -> None:
        self.strips = [SheetStrip(self, row, 0, self.grid.columns) for row in range(self.grid.rows)]

    @classmethod
    def of(
        cls,
        grid: CellGrid,
        ground: CellGrid | None,
        system: ColorSystem,
        where: tuple[slice, slice] = _EVERYWHERE,
    ) -> Sheet:
        """Take a grid drawn over the picture `ground`; without one all is exact.

        `where` are the rows and columns of the picture, letterbox left out.
        """
        picture = np.zeros(grid.chars.shape, dtype=np.bool_)
        if ground is not None:
            lines_over_it = np.isin(numbered(grid.chars), _LINES)
            picture[where] = (~grid.differs(ground) | lines_over_it)[where]
        return cls.masked(grid, picture, system)

    @classmethod
    def masked(cls, grid: CellGrid, picture: NDArray[np.bool_], system: ColorSystem) -> Sheet:
        """Take a grid of which the cells `picture` (rows, columns) are of pictures."""
        codes = numbered(grid.chars)
        fg, bg = (_numbers(colours, picture, system) for colours in (grid.fg, grid.bg))
        plain = np.zeros_like(codes)
        values = np.stack([fg, bg, plain, picture.astype(np.int32)], axis=-1)
        drawn = canonical(codes.ravel(), values.reshape(-1, 4))
        return cls(grid, picture, Cells(*(array.reshape(codes.shape) for array in drawn)))

    def differs(self, other: Sheet) -> NDArray[np.bool_]:
        """Return (rows, columns): which cells look different. Both have the same size."""
        changed = np.zeros(self.picture.shape, dtype=np.bool_)
        for mine, theirs in zip(self.cells.arrays, other.cells.arrays, strict=True):
            changed |= mine != theirs
        return changed

    @property
    def roomy(self) -> float:
        """Times the budget of a cell that those of the picture may take, the others taking none."""
        return min(self.picture.size / max(int(self.picture.sum()), 1), _MOST_ROOM)

    @property
    def nbytes(self) -> int:
        """About how much memory it takes, in bytes."""
        arrays = sum(array.nbytes for array in self.cells.arrays) + self.grid.nbytes
        return arrays + (self.ahead.nbytes if self.ahead else 0)


class SheetStrip(Strip):
    """Some cells of a row of a sheet. It becomes segments only if somebody asks for them."""

    __slots__ = ("_made", "first", "row", "sheet")

    def __init__(self, sheet: Sheet, row: int, first: int, length: int) -> None:
        self._made: list[Segment] | None = None
        super().__init__((), length)
        self._made = None
        self.sheet = sheet
        self.row = row
        self.first = first

    @property
    def _segments(self) -> list[Segment]:
        if self._made is None:
            sheet, length = self.sheet, self.cell_length
            whole = Strip(lines(sheet.grid, [self.row], sheet.picture)[0], sheet.grid.columns)
            self._made = list(whole.crop(self.first, self.first + length))
        return self._made

    @_segments.setter
    def _segments(self, segments: list[Segment]) -> None:
        self._made = segments

    def __bool__(self) -> bool:
        return self.cell_length > 0

    def __iter__(self) -> Iterator[Segment]:
        return iter(self._segments)

    def apply_filter(self, filter: LineFilter, background: Background) -> Strip:  # noqa: A002
        """Return itself where the filter only sees to colours that no picture has."""
        if isinstance(filter, ANSIToTruecolor):
            return self
        return super().apply_filter(filter, background)

    def crop(self, start: int, end: int | None = None) -> Strip:
        """Return the cells from `start` to `end`, exclusive."""
        start = max(0, start)
        end = self.cell_length if end is None else min(self.cell_length, end)
        if start == 0 and end == self.cell_length:
            return self
        if end <= start:
            return Strip([], 0)
        return SheetStrip(self.sheet, self.row, self.first + start, end - start)

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """Return the parts that end at the cuts."""
        parts, position = [], 0
        for cut in cuts:
            if cut <= self.cell_length:
                parts.append(self.crop(position, cut))
                position = cut
        return parts


def paint(cells: Cells, pieces: Sequence[Piece]) -> tuple[Sheet, int, int] | None:
    """Draw pieces of sheets; what goes over the edge is cut.

    Returns the sheet that is now there as a whole, and its first row and column, if there is one.
    """
    whole = _whole(cells, pieces)
    if whole is not None:
        sheet, y, x = whole
        part = np.s_[y : y + sheet.grid.rows, x : x + sheet.grid.columns]
        for array, new in zip(cells.arrays, sheet.cells.arrays, strict=True):
            array[part] = new
        return whole
    for y, x, strip in pieces:
        if not isinstance(strip, SheetStrip) or not 0 <= y < cells.rows or x < 0:
            continue
        length = min(strip.cell_length, cells.columns - x)
        source = np.s_[strip.row, strip.first : strip.first + length]
        for array, new in zip(cells.arrays, strip.sheet.cells.arrays, strict=True):
            array[y, x : x + length] = new[source]
    return None


def _whole(cells: Cells, pieces: Sequence[Piece]) -> tuple[Sheet, int, int] | None:
    """Return the sheet whose rows the pieces are, all and in order, and its place."""
    if not pieces or not isinstance(first := pieces[0][2], SheetStrip):
        return None
    sheet, y, x = first.sheet, pieces[0][0], pieces[0][1]
    rows, columns = sheet.grid.rows, sheet.grid.columns
    if len(pieces) != rows or y + rows > cells.rows or x + columns > cells.columns:
        return None
    for row, (at, column, strip) in enumerate(pieces):
        if (
            not isinstance(strip, SheetStrip)
            or strip.sheet is not sheet
            or (at, column, strip.row) != (y + row, x, row)
            or strip.cell_length != columns
        ):
            return None
    return sheet, y, x


def _numbers(
    colours: NDArray[np.uint8], picture: NDArray[np.bool_], system: ColorSystem
) -> NDArray[np.int32]:
    """Return numbers of (rows, columns, 3): the terminal's, but a picture's colours as they are."""
    wide = colours.astype(np.int32)
    packed: NDArray[np.int32] = wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]
    if system is ColorSystem.TRUECOLOR or picture.all():
        return packed
    used, where = np.unique(packed[~picture], return_inverse=True)
    named = [
        number_of(Color.from_triplet(ColorTriplet(c >> 16, c >> 8 & 255, c & 255)), system)
        for c in used.tolist()
    ]
    packed[~picture] = np.array(named, dtype=np.int32)[where]
    return packed
