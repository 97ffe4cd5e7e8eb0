"""What every dialog shares: the keys of the registry's dialog place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from textual.screen import ModalScreen

from hardcase.tui.actions import Place
from hardcase.tui.bindings import first_key, place_bindings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardcase.tui.actions import Action

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer], Generic[Answer]):
    """A question over a screen. It is dismissed with an answer, or with None when closed."""

    def __init__(self, actions: Sequence[Action]) -> None:
        super().__init__()
        self.actions = tuple(actions)
        self._bindings = place_bindings(actions, (Place.DIALOG,))

    def key(self, action_id: str) -> str:
        """Return the user's key for an action, to name it in a text."""
        return first_key(self.actions, action_id)

    def action_dialog_close(self) -> None:
        """Close and change nothing."""
        self.dismiss(None)

    def action_dialog_accept(self) -> None:
        """Accept; a dialog that only shows something closes."""
        self.dismiss(None)

    def on_input_submitted(self) -> None:
        """Accept by enter from a line of input too."""
        self.action_dialog_accept()
