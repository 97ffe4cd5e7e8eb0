"""Keys go first: long work beside the app waits while a key is dealt with.

One interpreter runs one thread at a time. A key goes through a dozen queues until its effect is
painted, and at each of them a thread that works in Python may take the interpreter for a
millisecond or more, and the processor's time with it. So whoever works for long beside the app
does so in steps of at most a millisecond or two, and asks before each of them. The app says when a
key comes and when it is through. Where there is no app, no key ever comes.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")

LONGEST_S = 0.1
"""Seconds that a key goes first at most, if nobody says before that it is through."""

PAINT_S = 0.025
"""Seconds that a key which is through still goes first: its effect is painted at the next beat of
the screen's clock, every 17 ms."""


class Precedence:
    """Whose turn it is. Any thread may ask; the app's own thread says."""

    def __init__(self) -> None:
        self._until = -math.inf

    def came(self) -> None:
        """Let a key go first from now on."""
        self._until = time.monotonic() + LONGEST_S

    def is_through(self) -> None:
        """Let others go on once the effect of the key is painted."""
        self._until = time.monotonic() + PAINT_S

    @property
    def left(self) -> float:
        """Seconds for which the key still goes first, 0.0 if none does."""
        return max(self._until - time.monotonic(), 0.0)

    def give_way(self, patience: float = math.inf) -> float:
        """Wait until no key goes first, `patience` seconds at most; return how many it took.

        Not for the app's own thread, which would wait for itself.
        """
        began = time.monotonic()
        while (wait := min(self._until, began + patience) - time.monotonic()) > 0:
            time.sleep(wait)
        return time.monotonic() - began

    def before(self, items: Iterable[T], patience: float = math.inf) -> Iterator[T]:
        """Yield the items, giving way before each, for `patience` seconds in all at most.

        Whatever must be through in a while although a key is held down has only so much patience.
        """
        for item in items:
            if patience > 0 and self._until > time.monotonic():
                patience -= self.give_way(patience)
            yield item


keys = Precedence()
"""Of the one terminal that a process has."""
