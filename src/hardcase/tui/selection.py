"""A cursor in a list, and which of its rows are selected: one, a range, all, the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Selection:
    """Of N rows, `selected` (N,) bool and the `cursor`, -1 in an empty list."""

    def __init__(self, size: int, cursor: int = 0) -> None:
        self.selected: NDArray[np.bool_] = np.zeros(size, bool)
        self.cursor = min(max(cursor, 0), size - 1)
        self._anchor: int | None = None
        self._before_range = self.selected

    @property
    def count(self) -> int:
        """Number of rows selected."""
        return int(self.selected.sum())

    @property
    def in_range(self) -> bool:
        """Whether moving extends the selection."""
        return self._anchor is not None

    def targets(self) -> NDArray[np.int64]:
        """Return the rows that a decision is about: those selected, else that of the cursor."""
        chosen = np.flatnonzero(self.selected)
        if len(chosen) or self.cursor < 0:
            return chosen
        return np.array([self.cursor])

    def move(self, index: int) -> bool:
        """Put the cursor on a row, or the nearest there is; a range begun extends to it.

        Returns whether it is another row.
        """
        index = min(max(index, 0), len(self.selected) - 1)
        moved = index != self.cursor
        self.cursor = index
        if self._anchor is not None:
            low, high = sorted((self._anchor, index))
            self.selected = self._before_range.copy()
            self.selected[low : high + 1] = True
        return moved

    def toggle(self) -> None:
        """Select the row under the cursor, or no longer."""
        self._anchor = None
        if self.cursor >= 0:
            self.selected[self.cursor] = not self.selected[self.cursor]

    def toggle_all(self) -> None:
        """Select all rows, or none if all are."""
        self._anchor = None
        self.selected[:] = not self.selected.all()

    def invert(self) -> None:
        """Select what is not selected, and no longer what is."""
        self._anchor = None
        self.selected = ~self.selected

    def toggle_range(self) -> None:
        """Begin a range at the cursor, or end the one begun."""
        if self._anchor is not None or self.cursor < 0:
            self._anchor = None
            return
        self._anchor = self.cursor
        self._before_range = self.selected.copy()
        self.move(self.cursor)

    def clear(self) -> None:
        """Select nothing."""
        self._anchor = None
        self.selected = np.zeros(len(self.selected), bool)
