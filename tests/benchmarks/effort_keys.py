"""A keyboard that counts: the real keys of the registry, pressed in the real app."""

from __future__ import annotations

import asyncio
import time
import unicodedata
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from textual.events import Key

from hardcase.tui.actions import ACTIONS
from hardcase.tui.bindings import textual_key
from hardcase.tui.dialogs.labels import LabelDialog, matching

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.pilot import Pilot
    from textual.screen import Screen

    from hardcase.session import LabelingSession

KEYS = {action.id: action.keys[0] for action in ACTIONS if action.keys}
_PATIENCE = 60.0  # s
_ROUNDS = 3
"""How often all queues are emptied: from the app to the screen, back for its action, and after."""


class Keyboard:
    """Presses keys and counts them, by what they are `spent` on."""

    def __init__(self, pilot: Pilot[None], session: LabelingSession) -> None:
        self._pilot = pilot
        self._session = session
        self.spent: Counter[str] = Counter()
        self._purpose = "decide"

    @property
    def pressed(self) -> int:
        return self.spent.total()

    @contextmanager
    def to(self, purpose: str) -> Iterator[None]:
        """Count the keys within as spent on something."""
        before = self._purpose
        self._purpose = purpose
        try:
            yield
        finally:
            self._purpose = before

    @property
    def screen(self) -> Screen[object]:
        return self._pilot.app.screen

    @property
    def screens(self) -> list[Screen[object]]:
        return self._pilot.app.screen_stack

    async def press(self, action_id: str) -> None:
        """Press the key of an action."""
        await self.key(textual_key(KEYS[action_id]))

    async def key(self, key: str) -> None:
        """Press a key, by Textual's name, and wait until the app has done what it is for.

        `Pilot.press` waits until the processor rests, which it does not while pictures are made.
        """
        self.spent[self._purpose] += 1
        app = self._pilot.app
        event = Key(key, _character(key))
        event.set_sender(app)
        assert app._driver is not None
        app._driver.send_message(event)
        for _ in range(_ROUNDS):
            await self._pilot._wait_for_screen()

    async def until(self, met: Callable[[], object], what: str) -> None:
        """Wait until something is so. Raises TimeoutError."""
        deadline = time.monotonic() + _PATIENCE
        while not met():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited in vain for {what}")
            await asyncio.sleep(0.005)

    async def set_label(self, name: str, digit: str, pick: str) -> None:
        """Press the label's digit; where it has none, pick it from the list by as few letters."""
        number = next(n for n, label in enumerate(self._session.labels, 1) if label.name == name)
        if digit.format(number) in KEYS:
            await self.press(digit.format(number))
            return
        await self.press(pick)
        await self.type_label(name)

    async def type_label(self, name: str) -> None:
        """Answer the list of labels by as few keys as can be: letters, and down to the label."""
        await self.until(self.asks_for_label, "the labels")
        labels = self._session.labels
        ways = []
        for letters in range(1, len(name) + 1):
            found = [label.name for label in matching(labels, name[:letters])]
            if name in found:
                ways.append((letters + found.index(name), letters))
        keys, letters = min(ways)
        for character in name[:letters]:
            await self.key("space" if character == " " else character)
        for _ in range(keys - letters):
            await self.press("dialog_down")
        await self.press("dialog_accept")
        await self.until(lambda: not self.asks_for_label(), "the label")

    def asks_for_label(self) -> bool:
        """Whether the list of labels is open."""
        return isinstance(self.screen, LabelDialog)


def _character(key: str) -> str | None:
    """Return what a key types, None if nothing."""
    if len(key) == 1:
        return key
    try:
        return unicodedata.lookup(key.replace("_", " "))
    except KeyError:
        return None
