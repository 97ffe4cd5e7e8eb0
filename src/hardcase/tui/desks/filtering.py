"""Which samples are shown: the filter."""

from __future__ import annotations

from hardcase.tui.desks.desk import Desk
from hardcase.tui.widgets.filter_bar import FilterBar


class FilteringDesk(Desk):
    """The filter bar."""

    @property
    def _bar(self) -> FilterBar:
        return self.screen.query_one(FilterBar)

    def action_filter(self) -> None:
        """Type a filter."""
        self._bar.open(self.browser.filter, self.browser.tab)
        self.screen.call_after_refresh(self.screen.refresh_hints)

    def filter_typed(self, expression: str) -> None:
        """Filter while typing."""
        self.browser.set_filter(expression)
        self.screen.show_list()

    def filter_kept(self) -> None:
        """Go back to the list."""
        self._bar.close()
        self.screen.set_focus(None)
        self.screen.show_list()

    def filter_cleared(self) -> None:
        """Go back to the whole list."""
        self.browser.set_filter("")
        self.filter_kept()
