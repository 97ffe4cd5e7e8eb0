"""One of a few, on one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events


class Choice(Widget, can_focus=True):
    """Words of which one is chosen: left and right go to either end, space goes around."""

    class Changed(Message):
        """Another word is chosen."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> Choice:
            """The choice, as Textual calls it."""
            return self.choice

    def __init__(
        self,
        options: Sequence[str],
        *,
        chosen: str | None = None,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._options = tuple(options)
        self._index = 0 if chosen is None else self._options.index(chosen)

    @property
    def value(self) -> str:
        """The word chosen."""
        return self._options[self._index]

    def choose(self, option: str) -> None:
        """Choose one of the words."""
        self._index = self._options.index(option)
        self.refresh()

    def offer(self, options: Sequence[str]) -> None:
        """Offer other words; the one chosen stays if it is among them, else it is the first."""
        if tuple(options) != self._options:
            chosen = self.value
            self._options = tuple(options)
            self._index = self._options.index(chosen) if chosen in self._options else 0
            self.refresh()

    def on_key(self, event: events.Key) -> None:
        """Choose another."""
        last = len(self._options) - 1
        index = {
            "left": max(self._index - 1, 0),
            "right": min(self._index + 1, last),
            "space": self._index + 1 if self._index < last else 0,
        }.get(event.key)
        if index is None:
            return
        event.stop()
        if index != self._index:
            self._index = index
            self.refresh()
            self.post_message(self.Changed(self))

    def on_focus(self) -> None:
        """Show that keys come here."""
        self.refresh()

    def on_blur(self) -> None:
        """Show that they no longer do."""
        self.refresh()

    def render(self) -> Content:
        """Draw the words, the chosen one marked."""
        words = (
            Content.styled(f"{'●' if n == self._index else '○'} {word}", self._style(n))
            for n, word in enumerate(self._options)
        )
        return Content("   ").join(words)

    def _style(self, index: int) -> str:
        if index != self._index:
            return ""
        return "bold reverse" if self.has_focus else "bold"
