"""One key at a time: what a key opens is open before the next key is looked at.

Textual gives each key to whatever has the focus when the key is read. Over a slow line keys come in
bursts, and the ones meant for an input that `/` is about to open would act on the list instead.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from textual.app import App
from textual.events import Event, InputEvent, Key
from textual.message import Message

from hardcase.precedence import keys
from hardcase.tui.wire.at_once import AtOnce

if TYPE_CHECKING:
    from textual.timer import Timer

PATIENCE = 1.0
"""Seconds after which the next key no longer waits for one whose widget went away meanwhile."""


class KeySettled(Message):
    """Follows a key along its way, so that the key was dealt with wherever this arrives."""


class KeysInOrder(App[None]):
    """An app that holds keys back until the one before has had its effect."""

    def __init__(self) -> None:
        super().__init__()
        self._held: deque[Key] = deque()
        self._under_way = 0
        self._key_timer: Timer | None = None

    @property
    def keys_wait(self) -> bool:
        """Whether keys wait for one before them."""
        return bool(self._held)

    def post_message(self, message: Message) -> bool:
        """Let what the user does go first, from the moment it is known of."""
        if isinstance(message, InputEvent):
            keys.came()
        return super().post_message(message)

    async def on_event(self, event: Event) -> None:
        """Take keys one by one; everything else at once."""
        if not isinstance(event, Key) or event.is_forwarded:
            await super().on_event(event)
        elif self._key_timer is not None:
            self._held.append(event)
        else:
            await self._take(event)

    async def _take(self, key: Key) -> None:
        keys.came()
        self._under_way += 1
        number = self._under_way
        self._key_timer = self.set_timer(PATIENCE, lambda: self._settle(number))
        await super().on_event(key)
        (self.focused or self.screen).post_message(KeySettled())

    def on_key_settled(self) -> None:
        """Show what came of the key, and look once more round.

        The focus and a new screen's first focus come by their queues.
        """
        if isinstance(self.screen, AtOnce):
            self.screen.paint()
        number = self._under_way
        self.call_later(lambda: self.screen.call_later(self.call_later, self._settle, number))

    async def _settle(self, number: int) -> None:
        if number != self._under_way or self._key_timer is None:
            return
        self._key_timer.stop()
        self._key_timer = None
        keys.is_through()
        if self._held:
            await self._take(self._held.popleft())
