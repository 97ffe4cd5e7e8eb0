"""Getting around in a job: rows, tabs, filter, selection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.errors import UsageError
from hardcase.tui.screens.browser import TABS
from hardcase.tui.screens.job_view import JobView
from hardcase.tui.widgets.filter_bar import FilterBar

if TYPE_CHECKING:
    from hardcase.session import Tab
    from hardcase.tui.widgets.lines import TabLine


class JobMoves(JobView):
    """The actions that alter what is seen, never the job."""

    # -- moving

    def on_virtual_list_moved(self) -> None:
        """Follow a click."""
        self.go(self.rows.cursor)

    def action_cursor_down(self) -> None:
        """Go to the next row."""
        self.go(self.browser.cursor + 1)

    def action_cursor_up(self) -> None:
        """Go to the previous row."""
        self.go(self.browser.cursor - 1)

    def action_first(self) -> None:
        """Go to the first row."""
        self.go(0)

    def action_last(self) -> None:
        """Go to the last row."""
        self.go(len(self.browser.ids) - 1)

    def action_page_down(self) -> None:
        """Go a page down."""
        self.go(self.browser.cursor + self.rows.page)

    def action_page_up(self) -> None:
        """Go a page up."""
        self.go(self.browser.cursor - self.rows.page)

    def action_skip(self) -> None:
        """Go on and change nothing."""
        if self.browser.cursor >= len(self.browser.ids) - 1:
            self.say("this is the last one")
        self.go(self.browser.cursor + 1)

    def action_next_hard(self) -> None:
        """Go to the next hard example."""
        self._go_hard(1)

    def action_previous_hard(self) -> None:
        """Go to the previous hard example."""
        self._go_hard(-1)

    def _go_hard(self, step: int) -> None:
        index = self.browser.next_hard(step)
        if index is None:
            self.say(f"no hard examples here; {self.key('auto_label')} auto labels and finds them")
        else:
            self.go(index)

    def go(self, index: int) -> None:
        """Put the cursor on a row, or the nearest there is."""
        browser = self.browser
        index = min(max(index, 0), len(browser.ids) - 1)
        if index < 0 or index == browser.cursor:
            return
        browser.move(index)
        self.rows.move_to(index)
        if browser.in_range:
            self.rows.refresh_changed()
            self.show_title()
        self.show_sample()

    # -- tabs and filter

    def on_tab_line_picked(self, message: TabLine.Picked) -> None:
        """Open the tab clicked."""
        self.open_tab(message.tab)

    def action_next_tab(self) -> None:
        """Open the next tab."""
        self.open_tab(TABS[(TABS.index(self.browser.tab) + 1) % len(TABS)])

    def action_previous_tab(self) -> None:
        """Open the previous tab."""
        self.open_tab(TABS[TABS.index(self.browser.tab) - 1])

    def open_tab(self, tab: Tab) -> None:
        """Open a tab where it was left."""
        self.browser.switch(tab)
        self.say("")
        self.show_list()

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one(FilterBar).open(self.browser.filter)
        self.call_after_refresh(self.refresh_hints)

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        """Filter while typing; what does not parse is explained and the list stays."""
        bar = self.query_one(FilterBar)
        try:
            self.browser.set_filter(message.expression)
        except UsageError as error:
            bar.explain(str(error).removeprefix("filter: "))
            return
        bar.explain("")
        self.show_list()

    def on_filter_bar_kept(self) -> None:
        """Go back to the list."""
        self._close_filter()

    def on_filter_bar_cleared(self) -> None:
        """Go back to the whole list."""
        self.browser.set_filter("")
        self._close_filter()

    def _close_filter(self) -> None:
        self.query_one(FilterBar).close()
        self.set_focus(None)
        self.show_list()

    def action_leave(self) -> None:
        """Drop the selection, then the filter, then the check."""
        if self.browser.selected_count or self.browser.in_range:
            self.browser.clear_selection()
        elif self.browser.filter:
            self.browser.set_filter("")
        else:
            self.check.leave()
        self.show_list()

    # -- selecting

    def action_select(self) -> None:
        """Select the sample, or no longer, and go on."""
        self.browser.toggle_selected()
        self.go(self.browser.cursor + 1)
        self._show_selection()

    def action_range(self) -> None:
        """Begin or end a range."""
        self.browser.toggle_range()
        self._show_selection()

    def action_select_all(self) -> None:
        """Select all shown, or none."""
        self.browser.toggle_all()
        self._show_selection()

    def _show_selection(self) -> None:
        self.rows.refresh_changed()
        self.show_title()
