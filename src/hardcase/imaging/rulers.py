"""Naming places of a picture by letters: rulers along two sides, and a cross where one is.

A letter names a mark of a ruler, a capital the place halfway to the next one. So two letters name
a point within about a cell, at any zoom, for the rulers lie along what is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from string import ascii_lowercase
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hardcase.imaging.contrast import BLACK, WHITE, luminance, rgb
from hardcase.imaging.depth import Depth
from hardcase.imaging.tags import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from hardcase.imaging.view import Placement

LETTERS = ascii_lowercase

_APART = (10, 4)
"""Columns and rows from one name within the picture to the next, at least."""

_ASKED, _IDLE = rgb("#f0d060"), rgb("#303030")
_LIGHT = 0.3
"""Relative luminance from which a picture has black lines on it, below it white ones."""
_ACROSS, _DOWN, _MEET = "─", "│", "┼"


class Ruler(NamedTuple):
    """Marks at even distances from `first` to `last` in source pixels, both included."""

    first: float
    last: float
    marks: int

    @property
    def step(self) -> float:
        """Source pixels from mark to mark."""
        return (self.last - self.first) / (self.marks - 1)

    def mark(self, index: int) -> float:
        """Return where a mark is, counted from 0."""
        return self.last if index >= self.marks - 1 else self.first + index * self.step

    def at(self, letter: str) -> float | None:
        """Return the place a letter names, None if no mark bears it."""
        index = LETTERS.find(letter.lower()) if len(letter) == 1 else -1
        if not 0 <= index < self.marks:
            return None
        half = self.step / 2 if letter.isupper() else 0.0
        return min(self.mark(index) + half, self.last)


@dataclass(frozen=True, slots=True)
class Aim:
    """A cross at a source point. A letter of the upper ruler is next if `across`, else the left."""

    x: float
    y: float
    across: bool


def rulers(placement: Placement) -> tuple[Ruler, Ruler]:
    """Return the rulers across and down what is shown, of 2 to 26 marks, one a cell at most."""
    x1, y1, x2, y2 = placement.source_box
    columns, rows = placement.shown_columns, (placement.shown_half_rows + 1) // 2
    across, down = (min(max(cells, 2), len(LETTERS)) for cells in (columns, rows))
    return Ruler(x1, x2, across), Ruler(y1, y2, down)


def cross(aim: Aim, placement: Placement) -> Iterator[tuple[int, int, str]]:
    """Yield the (column, row, character) of the lines through a cross, inside what is shown."""
    first_column, first_row, last_column, last_row = placement.cells_of(*placement.source_box)
    x, y = _cell(aim.x, aim.y, placement)
    for column in range(first_column, last_column + 1):
        yield column, y, _MEET if column == x else _ACROSS
    for row in range(first_row, last_row + 1):
        if row != y:
            yield x, row, _DOWN


def names(aim: Aim, placement: Placement) -> Iterator[Span]:
    """Yield the letters of both rulers at the sides of what is shown, those asked for brighter."""
    across, down = rulers(placement)
    left, top, _, _ = placement.cells_of(*placement.source_box)
    for index in range(down.marks):
        _, row = _cell(across.first, down.mark(index), placement)
        yield Span(row, left, LETTERS[index], _IDLE if aim.across else _ASKED)
    for index in range(across.marks):
        column, _ = _cell(across.mark(index), down.first, placement)
        yield Span(top, column, LETTERS[index], _ASKED if aim.across else _IDLE)


def signposts(placement: Placement) -> Iterator[tuple[int, int, str]]:
    """Yield (column, row, letter) of some points' names, within the picture."""
    across, down = rulers(placement)
    last = placement.cells_of(*placement.source_box)[2]
    every, other = (
        ceil(least * (ruler.marks - 1) / shown)
        for least, ruler, shown in (
            (_APART[0], across, placement.shown_columns),
            (_APART[1], down, placement.shown_half_rows / 2),
        )
    )
    for i in range(every, across.marks - 1, every):
        for j in range(other, down.marks - 1, other):
            column, row = _cell(across.mark(i), down.mark(j), placement)
            if column < last:
                yield column, row, LETTERS[i]
                yield column + 1, row, LETTERS[j]


def inks(ground: NDArray[np.uint8], depth: Depth) -> NDArray[np.uint8]:
    """Return the (N, 3) colours of lines and signposts over the colours of a picture."""
    light = (luminance(ground) >= _LIGHT) & (depth is not Depth.MONO)
    return np.where(light[:, None], BLACK, WHITE)


def _cell(x: float, y: float, placement: Placement) -> tuple[int, int]:
    """Return the cell of a point, the nearest one inside what is shown."""
    first_column, first_row, last_column, last_row = placement.cells_of(*placement.source_box)
    column, row = placement.to_cell(x, y)
    return (
        min(max(int(column), first_column), last_column),
        min(max(int(row), first_row), last_row),
    )
