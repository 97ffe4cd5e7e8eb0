"""Fixing boxes in quick review: another label, away with them, and taking that back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hardcase.model.numbers import count
from hardcase.session.boxes.box_review import STRUCK
from hardcase.tui.dialogs.labels import LabelDialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from hardcase.tui.dialogs.labels import LabelPick
    from hardcase.tui.review.screen import ReviewScreen


class FixingDesk:
    """The actions of quick review that say what becomes of boxes; nothing of it is in the job."""

    def __init__(self, screen: ReviewScreen) -> None:
        self.screen = screen
        self.shown = screen.shown
        self.review = screen.review

    def action_review_label(self, number: int) -> None:
        """Let the boxes become the label with this number, counted from 1."""
        labels = self.screen.session.labels
        if number > len(labels):
            key = self.screen.key("review_pick")
            self.screen.say(f"there is no label {number}; {key} lists them and adds new ones")
        else:
            self._relabel(labels[number - 1].name)

    def action_review_pick(self) -> None:
        """Pick the label that the boxes become."""
        screen = self.screen
        size = len(self.shown.targets())
        if not size or not self._may():
            return
        title = "Label of the box" if size == 1 else f"Label of {size:,} boxes"
        current = {self.review.names[self.shown.label]}
        dialog = LabelDialog(
            screen.actions, screen.session.labels, current, title=title, several=False
        )
        screen.app.push_screen(dialog, self._picked)

    def _picked(self, pick: LabelPick | None) -> None:
        if pick is not None and pick.name is not None:
            self._relabel(pick.name)

    def action_review_strike(self) -> None:
        """Delete the boxes, or keep them if all of them go already."""
        self._fix(self.review.strike)

    def action_review_undo(self) -> None:
        """Take the last fix back."""
        self._step(self.review.undo, "there is no fix to take back")

    def action_review_redo(self) -> None:
        """Repeat the fix taken back last."""
        self._step(self.review.redo, "there is no fix to repeat")

    def _relabel(self, name: str) -> None:
        self._fix(lambda rows: self.review.relabel(rows, name))

    def _fix(self, fix: Callable[[NDArray[np.int64]], int]) -> None:
        """Fix what is selected, else the box under the cursor, and go on from there."""
        screen = self.screen
        screen.catch_up()
        rows, chosen = self.shown.targets(), self.shown.chosen
        if not len(rows) or not self._may():
            return
        changed = fix(rows)
        if chosen.count:
            chosen.clear()
        elif changed:
            chosen.move(chosen.cursor + 1)
        screen.say(self._in_words(rows) if changed else "labeled so already")
        screen.show()

    def _in_words(self, rows: NDArray[np.int64]) -> str:
        """Say what becomes of boxes."""
        boxes, fates = count(len(rows), "box"), set(self.review.fate[rows].tolist())
        if len(fates) > 1 or not self.review.pending[rows].any():
            return f"{boxes} as before"
        fate = fates.pop()
        will = "deleted" if fate == STRUCK else self.review.names[fate]
        apply, undo = self.screen.key("review_apply"), self.screen.key("review_undo")
        return f"{boxes} → {will} · {apply} applies all that is pending, {undo} takes this back"

    def _step(self, step: Callable[[], NDArray[np.int64]], nothing: str) -> None:
        self.screen.catch_up()
        rows = step()
        if len(rows):
            self._go_to(rows)
        self.screen.say(self._in_words(rows) if len(rows) else nothing)
        self.screen.show()

    def _go_to(self, rows: NDArray[np.int64]) -> None:
        """Go to the first of some boxes, of another label if need be, unless one is in sight."""
        page = self.screen.gallery.page
        if np.isin(self.shown.rows[page.start : page.stop], rows).any():
            return
        if not self.shown.go_to(rows):
            self.shown.show(int(self.review.boxes.label[rows[0]]))
            self.shown.go_to(rows)

    def _may(self) -> bool:
        if self.screen.session.read_only:
            self.screen.complain("the job is read-only: its boxes cannot be changed")
            return False
        return True
