"""The line in which a filter is typed, with what is wrong with it beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label

from hardcase.tui.actions import Place
from hardcase.tui.bindings import place_bindings
from hardcase.tui.widgets.lines import OneLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from hardcase.tui.actions import Action


class FilterBar(Horizontal):
    """A filter expression under way. Enter keeps it, escape clears it."""

    @dataclass
    class Changed(Message):
        """The expression is another now."""

        expression: str

    class Kept(Message):
        """Enter: go back to the list, filtered."""

    class Cleared(Message):
        """Escape: no filter any more."""

    def __init__(self, actions: Sequence[Action]) -> None:
        super().__init__()
        self._bindings = place_bindings(actions, (Place.FILTER,))

    def compose(self) -> ComposeResult:
        """Lay out the prompt, the input and the problem."""
        yield Label("filter ", classes="prompt", markup=False)
        yield Input(
            placeholder="hard  -label:dog  coef:>0.3  name:night  reason:confidence", compact=True
        )
        yield OneLine(id="filter-problem")

    def open(self, expression: str) -> None:
        """Show the bar and take the keys."""
        self.display = True
        box = self.query_one(Input)
        with self.prevent(Input.Changed):
            box.value = expression
        box.cursor_position = len(expression)
        box.focus()

    def close(self) -> None:
        """Give the keys back to the screen."""
        self.display = False
        self.explain("")

    def explain(self, problem: str) -> None:
        """Say what is wrong with the expression; nothing if it is right."""
        self.query_one(OneLine).show(problem, "$error")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass on what is typed."""
        event.stop()
        self.post_message(self.Changed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter, by the input's own enter."""
        event.stop()
        self.action_filter_keep()

    def action_filter_keep(self) -> None:
        """Keep the filter."""
        self.post_message(self.Kept())

    def action_filter_clear(self) -> None:
        """Clear the filter."""
        self.post_message(self.Cleared())
