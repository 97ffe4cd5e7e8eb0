"""Walking through the registry of actions by keys alone, and noting which ones were met.

An action counts as met when its key made a difference on the screen, colours included, or the one
that was expected. A key that is bound to nothing makes none, see `is_deaf_to`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.tui.actions import ACTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pty_terminal import Terminal

_REST = 0.06
"""Seconds without a byte after which a screen counts as painted."""
_ESCAPE = 0.15
"""Seconds after which an escape is a key of its own: more than Textual's 0.1."""
_KEYS = {action.id: action.keys for action in ACTIONS}


class Walk:
    """A walk in one terminal. `last` presses the last key of an action instead of its first."""

    def __init__(self, terminal: Terminal, met: set[str], *, last: bool = False) -> None:
        self.terminal = terminal
        self._met = met
        self._which = -1 if last else 0

    def at(self, *texts: str) -> None:
        """Wait until texts are on the screen and it is at rest."""
        for text in texts:
            self.terminal.wait_for(text)
        self.rest()

    def rest(self) -> None:
        """Wait until nothing more is painted."""
        while self.terminal.received_within(_REST):
            pass

    def type(self, *keys: str) -> None:
        """Press keys that are on the way, and are not counted; each changes the screen."""
        for key in keys:
            before = self.terminal.cells()
            self.terminal.press(key)
            self._wait(lambda: self.terminal.cells() != before, key, "a change")  # noqa: B023
            self._settle(key)

    def write(self, text: str) -> None:
        """Type a text where it is shown as it is typed."""
        self.terminal.press(*text)
        self.at(text)

    def take(self, action: str, *shows: str, gone: str = "", changes: bool = True) -> None:
        """Press the key of an action; wait for what it `shows`, for what is `gone`, or for any
        change of the screen where neither is told.
        """
        before = self.terminal.cells()
        key = _KEYS[action][self._which]
        self.terminal.press(key)
        for text in shows:
            self._wait(lambda: text in self.terminal.text, action, text)  # noqa: B023
        if gone:
            self._wait(lambda: gone not in self.terminal.text, action, f"{gone} to go")
        if not shows and not gone and changes:
            self._wait(lambda: self.terminal.cells() != before, action, "a change")
        self._settle(key)
        self._met.add(action)

    def is_deaf_to(self, key: str) -> bool:
        """Return whether a key changes nothing."""
        before = self.terminal.cells()
        self.terminal.press(key)
        self.terminal.received_within(0.5)
        return self.terminal.cells() == before

    def _settle(self, key: str) -> None:
        """Rest; after escape long enough that the next key does not make a sequence with it."""
        if key == "escape":
            self.terminal.received_within(_ESCAPE)
        self.rest()

    def _wait(self, met: Callable[[], bool], action: str, what: str) -> None:
        try:
            self.terminal.wait_for(lambda _: met())
        except AssertionError as error:
            message = f"{action} should have shown {what}; {error}"
            raise AssertionError(message) from None
