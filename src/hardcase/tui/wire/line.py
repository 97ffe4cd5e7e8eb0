"""How fast the line is, and how much may be under way on it.

The terminal is asked where its cursor is (`CSI 6n`) after what was sent; its answer says that all
of it has arrived, whatever is buffered between. Without answers, only how long writing takes is
known. Nothing here reads a clock or writes.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from hardcase.tui.wire.front import UNLIMITED

QUESTION = b"\x1b[6n"

_WORTH_ASKING = 2048
"""Bytes after which the terminal is asked."""
_SAMPLE = 4096
"""Bytes from which the time they take says something about the rate."""
_LEAD = 0.06
"""Seconds of sending that may be under way besides what the round trip holds."""
_LEAST, _FIRST = 4096, 1 << 14
_WORTH_SENDING = 1024
_BLOCKED = 0.02
"""Seconds from which a write was held up by the line; less is how fast memory is."""
_MEMORY = 0.5
"""What an earlier sample counts for, beside one a sample later."""
_ENOUGH = 1 << 18
_PATIENCE = 5.0
"""Seconds beyond those expected after which a terminal is taken not to answer any more."""
SLOW, FAST = 200e3, 400e3
"""Bytes a second under which the line is slow, and over which it is no longer."""


@dataclass(slots=True)
class Line:
    """One line to a terminal. Seconds and bytes throughout."""

    rate: float | None = None
    """Bytes a second; None while unknown."""
    round_trip: float | None = None
    """Seconds from question to answer with nothing to wait for."""
    slow: bool = False
    answers: bool = False
    """Whether the terminal answers."""
    _bytes: float = 0.0
    _seconds: float = 0.0
    _sent: int = 0
    _unasked: int = 0
    _arrived: int = 0
    _answered_at: float = 0.0
    _asked: deque[tuple[int, int, float]] = field(default_factory=deque)

    @property
    def waiting(self) -> int:
        """How many questions are unanswered."""
        return len(self._asked)

    def wants_to_ask(self, size: int, *, more: bool) -> bool:
        """Whether to ask after `size` more bytes; `more` if something waits to follow."""
        return more or self._unasked + size >= _WORTH_ASKING

    def sent(self, size: int, now: float, *, asked: bool) -> None:
        """Note that `size` bytes were handed on."""
        self._sent += size
        self._unasked += size
        if asked:
            self._asked.append((self._sent, self._unasked, now))
            self._unasked = 0

    def answered(self, now: float) -> bool:
        """Note an answer; return False if none was asked for."""
        if not self._asked:
            return False
        total, size, asked_at = self._asked.popleft()
        took = now - asked_at
        if size >= _SAMPLE and self.round_trip is not None:
            free = asked_at >= self._answered_at
            self._learn(size, took - self.round_trip if free else now - self._answered_at)
        self.round_trip = min(took, self.round_trip or took)
        self.answers = True
        self._arrived, self._answered_at = total, now
        return True

    def written(self, size: int, seconds: float) -> None:
        """Note how long a write took; only a slow one says something about the line."""
        if not self.answers and size >= _SAMPLE and seconds >= _BLOCKED:
            self._learn(size, seconds)

    def room(self, now: float, *, writing: bool) -> int:
        """Return how many bytes may be sent now, 0 to wait. `writing`: the last is not out yet."""
        if writing:
            return 0
        if not self.answers:
            if self.rate is None or not self.slow:
                return UNLIMITED
            return max(int(self.rate * _LEAD), _LEAST)
        if self._asked and now - self._asked[0][2] > self.patience:
            self.give_up()
            return _LEAST
        allowed = _FIRST
        if self.rate is not None:
            allowed = max(int(self.rate * ((self.round_trip or 0.0) + _LEAD)), _LEAST)
        if allowed >= _ENOUGH and not self._asked:
            return UNLIMITED
        under_way = self._asked[-1][0] - self._arrived if self._asked else 0
        room = allowed - under_way
        return room if room >= _WORTH_SENDING else 0

    @property
    def patience(self) -> float:
        """How many seconds an answer may take."""
        under_way = self._asked[-1][0] - self._arrived if self._asked else 0
        return _PATIENCE + (self.round_trip or 0.0) + 2 * under_way / (self.rate or SLOW)

    def give_up(self) -> None:
        """Expect no more answers to what was asked."""
        self._asked.clear()
        self.answers = False

    def _learn(self, size: int, seconds: float) -> None:
        """Take in how long some bytes took. Sums are compared, so that a long sample counts more.

        Shares of a second that a small sample seems to take, or not to, are mostly noise.
        """
        self._bytes = self._bytes * _MEMORY + size
        self._seconds = self._seconds * _MEMORY + max(seconds, size / 1e8)
        self.rate = self._bytes / self._seconds
        if self.rate < SLOW:
            self.slow = True
        elif self.rate > FAST:
            self.slow = False
