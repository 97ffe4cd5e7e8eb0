"""Which samples are shown, where the cursor is and what is selected: the state behind a job's list.

It knows no widget. Positions are remembered a tab; a selection never holds what is not shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hardcase.session import Tab
from hardcase.tui.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from hardcase.model.job import Sample
    from hardcase.session import LabelingSession

TABS = tuple(Tab)


class Browser:
    """A view of a session: a tab, a filter, a cursor, a selection.

    `ids` (N,) int64 are the samples shown, in order; `selected` (N,) bool goes with them. `within`
    narrows To Be Confirmed to some samples, shown in that order.
    """

    def __init__(
        self,
        session: LabelingSession,
        tab: Tab = Tab.ALL,
        places: Mapping[Tab, tuple[int, int]] | None = None,
    ) -> None:
        self._session = session
        self._places = dict(places or {})
        self.tab = tab
        self.filter = ""
        self.within: NDArray[np.int64] | None = None
        self._pinned: tuple[int, int] | None = None
        self._held: tuple[NDArray[np.int64], int] | None = None
        self.ids: NDArray[np.int64] = session.query(tab)
        self._chosen = self._begin(*self._places.get(tab, (-1, 0)))

    @property
    def cursor(self) -> int:
        """The row of the cursor, -1 in an empty list."""
        return self._chosen.cursor

    @property
    def selected(self) -> NDArray[np.bool_]:
        """Which rows are selected, (N,)."""
        return self._chosen.selected

    @property
    def current(self) -> Sample | None:
        """The sample under the cursor, None in an empty list."""
        return self._session.sample(int(self.ids[self.cursor])) if self.cursor >= 0 else None

    @property
    def places(self) -> dict[Tab, tuple[int, int]]:
        """By tab, where it is or was left: the id of the sample and its row."""
        here = {self.tab: (int(self.ids[self.cursor]), self.cursor)} if self.cursor >= 0 else {}
        return self._places | here

    @property
    def selected_count(self) -> int:
        """Number of samples selected."""
        return self._chosen.count

    @property
    def in_range(self) -> bool:
        """Whether moving extends the selection."""
        return self._chosen.in_range

    def targets(self) -> list[int]:
        """Return the ids a decision is about: the selection, else the sample under the cursor."""
        ids: list[int] = self.ids[self._chosen.targets()].tolist()
        return ids

    def switch(self, tab: Tab) -> None:
        """Open a tab where it was left."""
        self._places = self.places
        self._pinned = self._held = None
        ids = self._ask(tab, self.filter)
        self.tab = tab
        self.ids = ids
        self._chosen = self._begin(*self._places.get(tab, (-1, 0)))

    def set_filter(self, expression: str) -> None:
        """Show what passes a filter. Raises UsageError, and changes nothing then."""
        self._pinned = self._held = None
        ids = self._ask(self.tab, expression)
        at = int(self.ids[self.cursor]) if self.cursor >= 0 else -1
        self.filter = expression
        self.ids = ids
        self._chosen = self._begin(at, 0)

    def refresh(self) -> bool:
        """Ask the session again. Return whether other samples, or another order, are shown now.

        The cursor follows its sample; if that one left, it stays at its index: there is the next.
        """
        ids = self._ask(self.tab, self.filter)
        if np.array_equal(ids, self.ids):
            return False
        at = int(self.ids[self.cursor]) if self.cursor >= 0 else -1
        index = max(self.cursor, 0)
        chosen = self.ids[self.selected]
        self.ids = ids
        self._chosen = self._begin(at, index)
        if len(chosen):
            self._chosen.selected = np.isin(ids, chosen)
        return True

    def reorder(self) -> bool:
        """Ask again after the queue was judged anew. Return whether the order is another one.

        The sample under the cursor keeps its row until the cursor leaves it or it is decided: then
        the queue goes on at that row, so that who works from the top gets the hardest one next.
        """
        if self.cursor >= 0:
            self._pinned = (int(self.ids[self.cursor]), self.cursor)
        return self.refresh()

    def narrow(self, within: NDArray[np.int64] | None) -> None:
        """Narrow To Be Confirmed to some samples, or no longer, and go to the first."""
        self.within = within
        self._pinned = self._held = None
        self.ids = self._ask(self.tab, self.filter)
        self._chosen = Selection(len(self.ids))

    def hold(self, first: int, count: int) -> None:
        """Keep some rows where they are, whatever is decided of them, until `release`.

        A page that is worked on then stays as it is. Another tab, filter or narrowing lets go too,
        and they leave when nothing else is left.
        """
        self._held = self.ids[first : first + count], first

    def release(self) -> None:
        """Let go of the rows held; those that the tab and the filter no longer have leave."""
        if self._held is not None:
            self._held = None
            self.refresh()

    def first_of(self, sample_ids: Collection[int]) -> int | None:
        """Return where the first of some samples is in the list, None if none is shown."""
        found = np.flatnonzero(np.isin(self.ids, list(sample_ids)))
        return int(found[0]) if len(found) else None

    def next_hard(self, step: int) -> int | None:
        """Return the index of the next (`step` 1) or previous (-1) hard sample, around the end."""
        size = len(self.ids)
        for offset in range(1, size + 1):
            index = (self.cursor + step * offset) % size
            if self._session.sample(int(self.ids[index])).hard:
                return index
        return None

    # -- selection

    def toggle_selected(self) -> None:
        """Select the sample under the cursor, or no longer."""
        self._chosen.toggle()

    def toggle_all(self) -> None:
        """Select all shown, or none if all are."""
        self._chosen.toggle_all()

    def invert(self) -> None:
        """Select what is not selected, and no longer what is."""
        self._chosen.invert()

    def toggle_range(self) -> None:
        """Begin a range here, or end the one begun."""
        self._chosen.toggle_range()

    def clear_selection(self) -> None:
        """Select nothing."""
        self._chosen.clear()

    def move(self, index: int) -> None:
        """Put the cursor on a row; a range begun extends to it."""
        if self._chosen.move(index):
            self._pinned = None

    def _ask(self, tab: Tab, expression: str) -> NDArray[np.int64]:
        ids = self._session.query(tab, expression)
        if self.within is not None and tab is Tab.TO_BE_CONFIRMED:
            ids = self.within[np.isin(self.within, ids)]
        if self._held is not None and len(ids):
            held, first = self._held
            held = held[np.isin(held, self._session.columns.ids)]
            rest = ids[~np.isin(ids, held)]
            ids = np.concatenate((rest[:first], held, rest[first:]))
        elif self._pinned is not None:
            pinned, index = self._pinned
            if pinned in ids:
                ids = np.insert(ids[ids != pinned], min(index, len(ids) - 1), pinned)
            else:
                self._pinned = None
        return ids

    def _begin(self, sample_id: int, index: int) -> Selection:
        """Return the cursor on a sample, or else at an index, and nothing selected."""
        if not (0 <= index < len(self.ids) and self.ids[index] == sample_id):
            found = np.flatnonzero(self.ids == sample_id)
            index = int(found[0]) if len(found) else index
        return Selection(len(self.ids), index)
