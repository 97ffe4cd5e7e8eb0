"""Getting around in a job: rows, tabs, hard examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.tui.desks.desk import Desk
from hardcase.tui.screens.browser import TABS

if TYPE_CHECKING:
    from hardcase.session import Tab


class MovingDesk(Desk):
    """The cursor and the tabs."""

    def useful(self, action: str) -> bool:
        """Leave out what has nowhere to go."""
        match action:
            case "skip":
                return self.browser.current is not None and not self.screen.preview.zoomed
            case "next_hard":
                return self.browser.current is not None and self.session.stats().hard > 0
            case _:
                return True

    def go(self, index: int) -> None:
        """Put the cursor on a row, or the nearest there is."""
        screen, browser = self.screen, self.browser
        index = min(max(index, 0), len(browser.ids) - 1)
        if index < 0 or index == browser.cursor:
            return
        browser.move(index)
        screen.rows.point_at(index)
        if browser.in_range:
            screen.rows.refresh_changed()
            screen.show_title()
        screen.show_sample()

    def open_tab(self, tab: Tab) -> None:
        """Open a tab where it was left."""
        self.browser.switch(tab)
        self.screen.say("")
        self.screen.show_list()

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
        self.go(self.browser.cursor + self.screen.rows.page)

    def action_page_up(self) -> None:
        """Go a page up."""
        self.go(self.browser.cursor - self.screen.rows.page)

    def action_skip(self) -> None:
        """Go on and change nothing."""
        if self.browser.cursor >= len(self.browser.ids) - 1:
            self.screen.say("this is the last one")
        self.go(self.browser.cursor + 1)

    def action_next_hard(self) -> None:
        """Go to the next hard example."""
        self._go_hard(1)

    def action_previous_hard(self) -> None:
        """Go to the previous hard example."""
        self._go_hard(-1)

    def action_next_tab(self) -> None:
        """Open the next tab."""
        self.open_tab(TABS[(TABS.index(self.browser.tab) + 1) % len(TABS)])

    def action_previous_tab(self) -> None:
        """Open the previous tab."""
        self.open_tab(TABS[TABS.index(self.browser.tab) - 1])

    def _go_hard(self, step: int) -> None:
        index = self.browser.next_hard(step)
        if index is None:
            key = self.screen.key("auto_label")
            self.screen.say(f"no hard examples here; {key} auto labels and finds them")
        else:
            self.go(index)
