"""What dialogs share: the keys of the registry's dialog place, and a list to go through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from textual.screen import ModalScreen
from textual.widgets import Input

from hardcase.tui.actions import Place
from hardcase.tui.bindings import first_key, place_bindings
from hardcase.tui.fallen import why_fallen
from hardcase.tui.widgets.lines import OneLine
from hardcase.tui.widgets.virtual_list import VirtualList
from hardcase.tui.wire.at_once import AtOnce

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.worker import Worker

    from hardcase.tui.actions import Action
    from hardcase.tui.fallen import Fallen

Answer = TypeVar("Answer")


class Dialog(AtOnce, ModalScreen[Answer], Generic[Answer]):
    """A question over a screen. It is dismissed with an answer, or with None when closed."""

    def __init__(self, actions: Sequence[Action]) -> None:
        super().__init__()
        self.actions = tuple(actions)
        self._bindings = place_bindings(actions, (Place.DIALOG,))

    def key(self, action_id: str) -> str:
        """Return the user's key for an action, to name it in a text."""
        return first_key(self.actions, action_id)

    def say(self, text: str, style: str = "$muted") -> None:
        """Show a line of what was done or is wrong, under the dialog if it has none for that."""
        for screen in reversed(self.app.screen_stack):
            for line in screen.query("#problem, #message").results(OneLine):
                line.show(text, style)
                return

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say what brought a thread down: nothing else would be heard of it."""
        if (reason := why_fallen(event)) is not None:
            self.say(reason, "$error bold")

    def on_fallen(self, message: Fallen) -> None:
        """Say what brought a thread of a part of the dialog down."""
        message.stop()
        self.say(message.reason, "$error bold")

    def action_dialog_close(self) -> None:
        """Close and change nothing."""
        self.dismiss(None)

    def action_dialog_accept(self) -> None:
        """Accept; a dialog that only shows something closes."""
        self.dismiss(None)

    def on_input_submitted(self) -> None:
        """Accept by enter from a line of input too."""
        self.action_dialog_accept()


class ListDialog(Dialog[Answer]):
    """A dialog with one list, whose cursor keys move."""

    @property
    def rows(self) -> VirtualList:
        """The list."""
        return self.query_one(VirtualList)

    def go(self, step: int) -> None:
        """Move the cursor."""
        self.rows.move_to(self.rows.cursor + step)

    def action_dialog_down(self) -> None:
        """Go to the next row."""
        self.go(1)

    def action_dialog_up(self) -> None:
        """Go to the previous row."""
        self.go(-1)

    def action_dialog_page_down(self) -> None:
        """Go a page down."""
        self.go(self.rows.page)

    def action_dialog_page_up(self) -> None:
        """Go a page up."""
        self.go(-self.rows.page)

    def action_dialog_first(self) -> None:
        """Go to the first row."""
        self.go(-self.rows.count)

    def action_dialog_last(self) -> None:
        """Go to the last row."""
        self.go(self.rows.count)

    async def on_key(self, event: events.Key) -> None:
        """Let home and end go through the list while nothing is typed that they could go along."""
        line = self.focused
        if isinstance(line, Input) and not line.value and event.key in {"home", "end"}:
            for binding in self._bindings.key_to_bindings.get(event.key, ()):
                event.stop()
                await self.run_action(binding.action)
