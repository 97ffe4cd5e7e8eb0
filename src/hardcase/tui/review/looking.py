"""Looking around in quick review: moving, selecting, sorting, other labels, other sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.tui.dialogs.labels import LabelDialog

if TYPE_CHECKING:
    from hardcase.tui.dialogs.labels import LabelPick
    from hardcase.tui.review.screen import ReviewScreen
    from hardcase.tui.selection import Selection


class LookingDesk:
    """The actions of quick review that alter what is seen, never what becomes of a box."""

    def __init__(self, screen: ReviewScreen) -> None:
        self.screen = screen
        self.shown = screen.shown

    @property
    def _chosen(self) -> Selection:
        return self.shown.chosen

    # -- moving

    def action_cursor_down(self) -> None:
        """Go a row of tiles down."""
        self._go_rows(1)

    def action_cursor_up(self) -> None:
        """Go a row of tiles up."""
        self._go_rows(-1)

    def action_review_step(self, step: int) -> None:
        """Go to the next (1) or the previous (-1) box."""
        self.screen.go(self._chosen.cursor + step)

    def action_first(self) -> None:
        """Go to the first box."""
        self.screen.go(0)

    def action_last(self) -> None:
        """Go to the last box."""
        self.screen.go(len(self.shown.rows) - 1)

    def action_page_down(self) -> None:
        """Go a page on."""
        self.screen.go(self._chosen.cursor + self.screen.gallery.grid.page)

    def action_page_up(self) -> None:
        """Go a page back."""
        self.screen.go(self._chosen.cursor - self.screen.gallery.grid.page)

    def _go_rows(self, rows: int) -> None:
        """Go to the tile above or below; from the last row but one, to the last box at least."""
        across = self.screen.gallery.grid.across
        cursor, last = self._chosen.cursor, len(self.shown.rows) - 1
        index = cursor + rows * across
        if 0 <= index <= last or last // across > cursor // across > 0 < rows:
            self.screen.go(index)

    # -- selecting

    def action_review_select(self) -> None:
        """Select the box, or no longer, and go on."""
        self._chosen.toggle()
        self._chosen.move(self._chosen.cursor + 1)
        self.screen.show()

    def action_review_range(self) -> None:
        """Begin or end a range."""
        self._chosen.toggle_range()
        self.screen.show()

    def action_review_all(self) -> None:
        """Select all boxes shown, or none."""
        self._chosen.toggle_all()
        self.screen.show()

    def action_review_invert(self) -> None:
        """Select the others."""
        self._chosen.invert()
        self.screen.show()

    # -- order and label

    def action_review_sort(self) -> None:
        """Sort by the next thing."""
        self.shown.step_sort()
        self.screen.say("")
        self.screen.show()

    def action_review_turn(self) -> None:
        """Turn the order around."""
        self.shown.turn()
        self.screen.say("")
        self.screen.show()

    def action_review_other(self, step: int) -> None:
        """Show the boxes of the next (1) or the previous (-1) label that has some."""
        self.shown.step_label(step)
        self.screen.say("")
        self.screen.show()

    def action_review_of(self) -> None:
        """Pick the label whose boxes are shown."""
        screen = self.screen
        names = {screen.review.names[n] for n in self.shown.labels}
        labels = [label for label in screen.session.labels if label.name in names]
        current = {screen.review.names[self.shown.label]}
        dialog = LabelDialog(
            *(screen.actions, labels, current),
            title="Review the boxes of",
            several=False,
            new=False,
        )
        screen.app.push_screen(dialog, self._picked)

    def _picked(self, pick: LabelPick | None) -> None:
        names = self.screen.review.names
        if pick is not None and pick.name in names:
            self.screen.show_label(names.index(pick.name))

    # -- tiles

    def action_review_size(self, step: int) -> None:
        """Make the tiles larger (1) or smaller (-1)."""
        if not self.screen.gallery.resize_tiles(step):
            self.screen.say(f"the tiles are as {'large' if step > 0 else 'small'} as they get")

    def action_review_boxes(self) -> None:
        """Show or hide the outlines."""
        shown = self.screen.flip_outlines()
        key = self.screen.key("review_boxes")
        self.screen.say("outlines shown" if shown else f"outlines hidden; {key} shows them")
