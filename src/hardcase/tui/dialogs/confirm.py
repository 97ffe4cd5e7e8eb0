"""A yes or no question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import Label

from hardcase.tui.dialogs.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from hardcase.tui.actions import Action


class ConfirmDialog(Dialog[bool]):
    """Answers True when accepted, None when closed.

    A `deliberate` one comes up while somebody is pressing enter for something else, and takes
    another key for yes.
    """

    def __init__(
        self,
        actions: Sequence[Action],
        question: str,
        consequence: str,
        *,
        deliberate: bool = False,
    ) -> None:
        super().__init__(actions)
        self._question = question
        self._consequence = consequence
        self._yes = "dialog_yes" if deliberate else "dialog_accept"

    def compose(self) -> ComposeResult:
        """Lay out the question and what accepting it means."""
        with Vertical(classes="box") as box:
            box.border_title = "Please confirm"
            box.border_subtitle = f"{self.key(self._yes)} yes · {self.key('dialog_close')} no"
            yield Label(self._question, markup=False)
            yield Label(self._consequence, classes="note", markup=False)

    def action_dialog_accept(self) -> None:
        """Say yes, unless that takes another key."""
        if self._yes == "dialog_accept":
            self.action_dialog_yes()

    def action_dialog_yes(self) -> None:
        """Say yes."""
        self.dismiss(True)  # noqa: FBT003 - the answer
