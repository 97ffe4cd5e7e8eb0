"""Which samples are meant: the selection."""

from __future__ import annotations

from hardcase.tui.desks.desk import Desk


class ChoosingDesk(Desk):
    """The marks of the selection."""

    def useful(self, action: str) -> bool:
        """Leave out selecting where there is no sample."""
        if action == "select":
            return self.browser.current is not None and not self.screen.preview.zoomed
        return True

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
            self.screen.say("")
        elif self.browser.filter:
            self.browser.set_filter("")
            self.screen.say("the filter is cleared")
        else:
            self.screen.check.leave()
        self.screen.show_list()

    def _show_selection(self) -> None:
        self.screen.rows.refresh_changed()
        self.screen.show_title()
        if self.screen.gallery.showing:
            self.screen.gallery.show()
