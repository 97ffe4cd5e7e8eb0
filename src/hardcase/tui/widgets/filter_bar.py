"""The line in which a filter is typed; under it what may be typed next, or what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Label

from hardcase.errors import UsageError
from hardcase.session import Tab
from hardcase.session.filtering.filter_completion import Completion, Counter, complete, vocabulary
from hardcase.session.filtering.filter_history import remember_filter, used_filters
from hardcase.session.filtering.filters import parse
from hardcase.tui.actions import Place
from hardcase.tui.bindings import place_bindings
from hardcase.tui.widgets.items_line import ItemsLine
from hardcase.tui.widgets.lines import OneLine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult

    from hardcase.session import LabelingSession
    from hardcase.session.filtering.filter_completion import Vocabulary
    from hardcase.tui.actions import Action


_NEVER = ("", -1)
"""No expression and cursor that there can be."""


class FilterInput(Input):
    """A line that asks what to do with `right` at its end."""

    def __init__(self, at_end: Callable[[], None]) -> None:
        super().__init__(placeholder="all samples", compact=True)
        self._at_end = at_end

    def action_cursor_right(self, select: bool = False) -> None:  # noqa: FBT001, FBT002 - Textual's
        """Go right; at the end there is something to take."""
        if self.cursor_at_end and not select:
            self._at_end()
        else:
            super().action_cursor_right(select)


class FilterBar(Vertical):
    """A filter expression under way. Enter keeps it, escape clears it.

    `tab` is where the filter looks, which is what candidates are counted in.
    """

    @dataclass
    class Changed(Message):
        """The filter is another now, a word left out that is only begun or wrong."""

        expression: str

    class Kept(Message):
        """Enter: go back to the list, filtered."""

    class Cleared(Message):
        """Escape: no filter any more."""

    def __init__(self, actions: Sequence[Action], session: LabelingSession) -> None:
        super().__init__()
        self._bindings = place_bindings(actions, (Place.FILTER,))
        self._session = session
        self._words: Vocabulary = {}
        self._tab = Tab.ALL
        self._typed = _NEVER  # what the candidates are for
        self._seen = _NEVER  # what is in the line, as far as it was looked at
        self._offered = Completion(0, 0, "")
        self._items: list[tuple[str, str]] = []  # the candidates as they are shown
        self._chosen: int | None = None  # the candidate that was put in last
        self._putting = False
        self._told = ""
        self._used: list[str] = []  # the draft, then what was kept before
        self._back = 0

    def compose(self) -> ComposeResult:
        """Lay out the prompt and the input over a line of candidates, or the problem."""
        with Horizontal():
            yield Label("filter ", classes="prompt", markup=False)
            yield FilterInput(self._take_and_go_on)
        yield ItemsLine(id="filter-candidates")
        yield OneLine(id="filter-problem")

    def on_mount(self) -> None:
        """Follow the cursor, which says what word is being typed."""
        self.watch(self._input, "selection", self._typing, init=False)

    @property
    def _input(self) -> FilterInput:
        return self.query_one(FilterInput)

    def open(self, expression: str, tab: Tab) -> None:
        """Show the bar and take the keys."""
        self._words = vocabulary(self._session)
        self._tab = tab
        self._used = [expression, *(e for e in used_filters(self._session.path) if e != expression)]
        self._back = 0
        self.display = True
        self._told = expression
        self._put(expression)
        self._input.focus()

    def close(self) -> None:
        """Give the keys back to the screen."""
        self.display = False

    def on_input_changed(self, event: Input.Changed) -> None:
        """Follow what is typed."""
        event.stop()
        self._typing()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter, by the input's own enter."""
        event.stop()
        self.action_filter_keep()

    def on_items_line_picked(self, event: ItemsLine.Picked) -> None:
        """Take the candidate clicked."""
        event.stop()
        self._take(event.index)

    def action_filter_keep(self) -> None:
        """Keep the filter, if it is one."""
        expression = self._input.value
        if self._tell(expression):
            remember_filter(self._session.path, expression)
            self.post_message(self.Kept())
        else:
            self._show_candidates()

    def action_filter_clear(self) -> None:
        """Clear the filter."""
        self.post_message(self.Cleared())

    def action_filter_complete(self, step: int) -> None:
        """Put in the next candidate (1), or the previous one (-1)."""
        size = len(self._offered.candidates)
        if size:
            before = self._chosen if self._chosen is not None else -1 if step > 0 else size
            self._take((before + step) % size)

    def action_filter_recall(self, step: int) -> None:
        """Go to the filter kept before (1), or to the one after it (-1)."""
        if self._back == 0:
            self._used[0] = self._input.value
        if 0 <= self._back + step < len(self._used):
            self._back += step
            self._put(self._used[self._back])

    # -- candidates

    def _take(self, index: int) -> None:
        """Put a candidate in the place of the word it is for. The only one needs no choosing."""
        offered, (expression, _) = self._offered, self._typed
        text = offered.candidates[index].text
        new = expression[: offered.start] + text + expression[offered.end :]
        alone = len(offered.candidates) == 1
        self._put(new, offered.start + len(text), offer=alone)
        if not alone:
            self._chosen = index
            self._tell(new if offered.candidates[index].term else offered.rest)
            self._show_candidates()

    def _take_and_go_on(self) -> None:
        """Take the candidate chosen, else the first, and offer what may follow it."""
        if self._chosen is None and self._offered.candidates:
            self._take(0)
        self._offer()

    def _put(self, expression: str, cursor: int | None = None, *, offer: bool = True) -> None:
        box = self._input
        self._putting = True
        box.value = expression
        box.cursor_position = len(expression) if cursor is None else cursor
        self._putting = False
        if offer:
            self._offer()
        else:
            self._seen = box.value, box.cursor_position

    def _typing(self) -> None:
        """Follow what is typed, and the cursor."""
        if not self._putting and self._seen != (self._input.value, self._input.cursor_position):
            self._back = 0
            self._offer()

    def _offer(self) -> None:
        """Offer what may stand where the cursor is."""
        self._typed = self._seen = (self._input.value, self._input.cursor_position)
        self._offered = complete(*self._typed, self._words)
        self._chosen = None
        counter = Counter(self._session.columns, self._tab, self._offered.rest)
        counted = counter.counted(self._offered.candidates)
        self._offered = replace(self._offered, candidates=tuple(c for c, _ in counted))
        self._items = [(c.shown, "" if n is None else f"{n:,}") for c, n in counted]
        rest, expression = self._offered.rest, self._typed[0]
        if self._offered.begun:
            self._tell(rest)
        elif not self._tell(expression):
            self._pass_on(rest)
        self._show_candidates()

    def _tell(self, expression: str) -> bool:
        """Pass on a filter, or say what is wrong with it. Return whether it is one."""
        problem = self._pass_on(expression)
        self.query_one("#filter-problem", OneLine).show(problem, "$error")
        return not problem

    def _pass_on(self, expression: str) -> str:
        """Pass on a filter if it is another one, or return what is wrong with it."""
        try:
            parse(expression)
        except UsageError as error:
            return str(error).removeprefix("filter: ")
        expression = expression.strip()
        if expression != self._told:
            self._told = expression
            self.post_message(self.Changed(expression))
        return ""

    def _show_candidates(self) -> None:
        line = self.query_one(ItemsLine)
        line.show(self._items, self._chosen)
        problem = self.query_one("#filter-problem", OneLine)
        problem.display = bool(problem.text)
        line.display = not problem.text
