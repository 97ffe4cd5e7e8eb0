"""The line in which a filter is typed, with what is wrong with it beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label

from hardcase.tui.widgets.lines import OneLine

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult


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
        """Keep the filter."""
        event.stop()
        self.post_message(self.Kept())

    def on_key(self, event: events.Key) -> None:
        """Clear the filter by escape."""
        if event.key == "escape":
            event.stop()
            event.prevent_default()
            self.post_message(self.Cleared())
