"""How fast the line is, and how much may be under way on it.

The terminal is asked where its cursor is (`CSI 6n`) after what was sent; its answer says that all
of it has arrived, whatever is buffered between. Without answers, only how long writing takes is
known. Nothing here reads a clock or writes.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

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
_SAMPLES = 8
_QUICK = 4
"""So many samples in a row that were over with the round trip make a line no slow one."""
_NOISE = 0.1
"""Share of the round trip that one may take longer than another."""
_ENOUGH = 1 << 18
_PATIENCE = 5.0
"""Seconds beyond those expected after which a terminal is taken not to answer any more."""
SLOW, FAST = 200e3, 400e3
"""Bytes a second under which the line is slow, and over which it is no longer."""


class _Question(NamedTuple):
    """A question: after how many bytes in all, and since the one before; when it was put.

    `arrived` and `answered_at` are as they were then.
    """

    total: int
    size: int
    asked_at: float
    arrived: int
    answered_at: float


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
    _samples: deque[float] = field(default_factory=lambda: deque(maxlen=_SAMPLES))
    _quick: int = 0
    _sent: int = 0
    _unasked: int = 0
    _arrived: int = 0
    _answered_at: float = 0.0
    _asked: deque[_Question] = field(default_factory=deque)

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
            known = self._arrived, self._answered_at
            self._asked.append(_Question(self._sent, self._unasked, now, *known))
            self._unasked = 0

    def answered(self, now: float) -> bool:
        """Note an answer; return False if none was asked for."""
        if not self._asked:
            return False
        question = self._asked.popleft()
        total, took = question.total, now - question.asked_at
        if self.round_trip is not None:
            self._judge(question, now)
        self.round_trip = min(took, self.round_trip or took)
        self.answers = True
        self._arrived, self._answered_at = total, now
        return True

    def written(self, size: int, seconds: float) -> None:
        """Note how long a write took; only a slow one says something about the line."""
        if not self.answers and size >= _SAMPLE and seconds >= _BLOCKED:
            self._learn(size, seconds, sure=True)

    def room(self, now: float, *, writing: bool) -> int:
        """Return how many bytes may be sent now, 0 to wait. `writing`: the last is not out yet."""
        if writing:
            return 0
        if not self.answers:
            if self.rate is None or not self.slow:
                return UNLIMITED
            return max(int(self.rate * _LEAD), _LEAST)
        if self._asked and now - self._asked[0].asked_at > self.patience:
            self.give_up()
            return _LEAST
        allowed = _FIRST
        if self.rate is not None:
            allowed = max(int(self.rate * ((self.round_trip or 0.0) + _LEAD)), _LEAST)
        if allowed >= _ENOUGH and not self._asked:
            return UNLIMITED
        under_way = self._asked[-1].total - self._arrived if self._asked else 0
        room = allowed - under_way
        return room if room >= _WORTH_SENDING else 0

    @property
    def patience(self) -> float:
        """How many seconds an answer may take."""
        under_way = self._asked[-1].total - self._arrived if self._asked else 0
        return _PATIENCE + (self.round_trip or 0.0) + 2 * under_way / (self.rate or SLOW)

    def give_up(self) -> None:
        """Expect no more answers to what was asked."""
        self._asked.clear()
        self.answers = False

    def _judge(self, question: _Question, now: float) -> None:
        """See what an answer says of the rate.

        With nothing under way before, it is the time beyond the round trip. Else it is what arrived
        since the last answer known when it was put; where that was less than the line holds, the
        line may have stood idle, and the rate is no less than that.
        """
        round_trip = self.round_trip or 0.0
        if question.arrived == question.total - question.size:
            if question.size >= _SAMPLE:
                beyond = now - question.asked_at - round_trip
                noise = _NOISE * round_trip
                self._learn(question.size, max(beyond, 0.0) + noise, sure=beyond > 2 * noise)
            return
        size, seconds = question.total - question.arrived, now - question.answered_at
        if size < _SAMPLE or seconds <= 0 or not question.answered_at:
            return
        rate = self.rate or 0.0
        if size / seconds > rate or size >= rate * round_trip:
            self._learn(size, seconds, sure=self.rate is not None)

    def _learn(self, size: int, seconds: float, *, sure: bool) -> None:
        """Take in how long some bytes took at most; unless `sure`, it may have been far less.

        Then the line may be too long to tell: what a coarse picture takes on it is lost in the
        round trip, and that it took no more is enough to know it for no slow one.

        The rate is the best of the last samples, since all that disturbs makes them look slower
        (as Cardwell et al. 2016, "BBR: Congestion-Based Congestion Control").
        """
        self._samples.append(size / max(seconds, size / 1e8))
        self.rate = max(self._samples)
        if self.rate < SLOW and sure:
            self.slow = True
        self._quick = self._quick + 1 if not sure and size / seconds >= SLOW else 0
        if self.rate > FAST or self._quick >= _QUICK:
            self.slow = False
