"""Which samples are meant: the filter and the selection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.errors import UsageError
from hardcase.tui.desks.desk import Desk
from hardcase.tui.widgets.filter_bar import FilterBar

if TYPE_CHECKING:
    from hardcase.tui.widgets.filter_bar import FilterBar as Bar


class ChoosingDesk(Desk):
    """The filter bar and the marks of the selection."""

    def useful(self, action: str) -> bool:
        """Leave out selecting where there is no sample."""
        if action == "select":
            return self.browser.current is not None and not self.screen.preview.zoomed
        return True

    @property
    def _bar(self) -> Bar:
        return self.screen.query_one(FilterBar)

    # -- filter

    def action_filter(self) -> None:
        """Type a filter."""
        self._bar.open(self.browser.filter)
        self.screen.call_after_refresh(self.screen.refresh_hints)

    def filter_typed(self, expression: str) -> None:
        """Filter while typing; what does not parse is explained and the list stays."""
        try:
            self.browser.set_filter(expression)
        except UsageError as error:
            self._bar.explain(str(error).removeprefix("filter: "))
            return
        self._bar.explain("")
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

    # -- selection

    def action_select(self) -> None:
        """Select the sample, or no longer, and go on."""
        self.browser.toggle_selected()
        self.screen.moving.go(self.browser.cursor + 1)
        self._show_selection()

    def action_range(self) -> None:
        """Begin or end a range."""
        self.browser.toggle_range()
        self._show_selection()

    def action_select_all(self) -> None:
        """Select all shown, or none."""
        self.browser.toggle_all()
        self._show_selection()

    def action_select_others(self) -> None:
        """Select what is not selected, and no longer what is."""
        self.browser.invert()
        self._show_selection()

    def action_leave(self) -> None:
        """Go back to the gallery; else drop the selection, then the filter, then the check."""
        if self.screen.gallery.back():
            return
        if self.browser.selected_count or self.browser.in_range:
            self.browser.clear_selection()
        elif self.browser.filter:
            self.browser.set_filter("")
        else:
            self.screen.check.leave()
        self.screen.show_list()

    def _show_selection(self) -> None:
        self.screen.rows.refresh_changed()
        self.screen.show_title()
        if self.screen.gallery.showing:
            self.screen.gallery.show()
