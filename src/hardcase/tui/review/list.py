"""The boxes of one label in an order, of a review: what its screen shows, without a widget."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hardcase.session.boxes.box_index import BoxSort
from hardcase.tui.selection import Selection

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hardcase.session.boxes.box_review import BoxReview

_SORTS = tuple(BoxSort)


class ReviewList:
    """`rows` (M,) int64 are the boxes shown, as rows of the review; `chosen` goes with them.

    `label` is an index into the review's names. The largest, widest, surest and hardest come first
    while `descending`.
    """

    def __init__(self, review: BoxReview, label: int) -> None:
        self.review = review
        self.label = label
        self.sort = BoxSort.AREA
        self.descending = True
        self.rows: NDArray[np.int64] = np.zeros(0, np.int64)
        self.chosen = Selection(0)
        self.show(label)

    @property
    def current(self) -> int | None:
        """The row of the review under the cursor, None where there are no boxes."""
        return int(self.rows[self.chosen.cursor]) if self.chosen.cursor >= 0 else None

    @property
    def labels(self) -> list[int]:
        """The labels that have boxes, and the one shown."""
        counts = self.review.counts()
        return [n for n, (boxes, _) in enumerate(counts) if boxes or n == self.label]

    def targets(self) -> NDArray[np.int64]:
        """Return the rows of the review that a fix is about."""
        return self.rows[self.chosen.targets()]

    def show(self, label: int) -> None:
        """Show the boxes of a label from the first on, none selected."""
        self.label = label
        self.rows = self.review.rows(label, self.sort, descending=self.descending)
        self.chosen = Selection(len(self.rows))

    def step_label(self, step: int) -> None:
        """Show the next label that has boxes, or the previous one, around the end."""
        labels = self.labels
        self.show(labels[(labels.index(self.label) + step) % len(labels)])

    def step_sort(self) -> None:
        """Sort by the next thing, from the first on; the selection goes with its boxes."""
        self.sort = _SORTS[(_SORTS.index(self.sort) + 1) % len(_SORTS)]
        self._sort_anew()

    def turn(self) -> None:
        """Turn the order around, from the first on; the selection goes with its boxes."""
        self.descending = not self.descending
        self._sort_anew()

    def go_to(self, rows: NDArray[np.int64]) -> bool:
        """Go to the first of some rows of the review, if one is shown; return whether it is."""
        found = np.flatnonzero(np.isin(self.rows, rows))
        if len(found):
            self.chosen.move(int(found[0]))
        return bool(len(found))

    def follow(self, where: NDArray[np.int64]) -> None:
        """Take over the rows that `BoxReview.follow` returned."""
        index, current = self.chosen.cursor, self.current
        selected = where[self.rows[self.chosen.selected]]
        self.show(self.label)
        self.chosen.selected = np.isin(self.rows, selected[selected >= 0])
        if current is None or not self.go_to(where[[current]]):
            self.chosen.move(index)

    def _sort_anew(self) -> None:
        selected = self.rows[self.chosen.selected]
        self.show(self.label)
        self.chosen.selected = np.isin(self.rows, selected)
