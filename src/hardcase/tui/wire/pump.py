"""Sends the newest state whenever there is room for it, and nothing older.

While the line is busy, updates only change what is wanted; what is sent when there is room again is
the difference of the newest state to what was really sent. So nothing stale ever queues.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Protocol

from hardcase.tui.wire.line import QUESTION, Line
from hardcase.tui.wire.profile import FULL, LEAN, Profile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hardcase.tui.wire.ahead import AheadBuffer, Place
    from hardcase.tui.wire.cells import Piece
    from hardcase.tui.wire.lossy import Quality

_BRACKET_FROM = 1024
"""Bytes from which an update is worth showing at one stroke (mode 2026)."""
_BEGIN, _END = b"\x1b[?2026h", b"\x1b[?2026l"

_REFINE_AFTER = 0.7
"""Seconds without a key or a change before the rest of a picture is sent (auto, slow line)."""
_CALM = 2.0
"""Seconds after a key from which changes are not its doing, so that they may be throttled."""
_THROTTLE = 1.0
"""Seconds between such changes on a lean line: progress, mostly."""
_RESIZING = 0.1


class Output(Protocol):
    """Where bytes go."""

    @property
    def busy(self) -> bool:
        """Whether something given has not been written out yet."""

    @property
    def hurried(self) -> float:
        """For how many seconds more keys are to be expected, so that what is wanted is passing."""

    @property
    def can_ask(self) -> bool:
        """Whether answers of the terminal could be read."""

    @property
    def synchronized(self) -> bool:
        """Whether the terminal draws updates at one stroke."""

    def give(self, data: bytes) -> None:
        """Write, without waiting."""


class Pump:
    """Belongs to the thread of the app's loop."""

    def __init__(
        self,
        front: AheadBuffer,
        output: Output,
        profile: Profile,
        tell: Callable[[str], None],
    ) -> None:
        self.front = front
        self.line = Line()
        self.waiting = False
        """Whether there is something to send that had to wait; read by other threads."""
        self.touched = 0.0
        """When a key was last pressed, or the terminal taken; set by the driver."""
        self.passing = 0.0
        """Until when the picture that is wanted is but in the place of one on its way."""
        self._output = output
        self._profile = profile
        self._tell = tell
        self._cursor = (0, 0)
        self._sent_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._refining = False
        self._lean = profile is Profile.LEAN

    def show(self, pieces: Sequence[Piece], cursor: tuple[int, int]) -> None:
        """Take a change of what is wanted, and send it as soon as may be.

        `cursor` is the row and column of the cursor; it does not show, but input methods follow it.
        """
        self.front.paint(pieces)
        self._cursor = cursor
        self._refining = False
        self.send()

    def place(self, row: int, column: int) -> Place:
        """Return what the encoding of a picture at a row and column depends on now."""
        return self.front.place(row, column, LEAN if self._lean else FULL)

    def repaint(self) -> None:
        """Clear the terminal and draw all of it, whatever happened to it."""
        self.front.forget()
        self.send()

    def resized(self) -> None:
        """Expect the terminal to show anything; the app will paint when it knows the size."""
        self.front.forget()
        self._later(_RESIZING)

    def ask(self) -> None:
        """Ask the terminal for a sign of life, to know the round trip."""
        if self._output.can_ask:
            self._output.give(QUESTION)
            self.line.sent(len(QUESTION), time.monotonic(), asked=True)

    def carry(self, data: bytes) -> bool:
        """Send what is no cells (an image), unless the line is busy; return whether it was sent.

        It is sent whole, so cells wait for it; whoever asks in vain should ask again with what is
        newest then.
        """
        now = time.monotonic()
        if self.line.room(now, writing=self._output.busy) <= 0:
            return False
        self._give(data, now, more=True)
        return True

    @property
    def lean(self) -> bool:
        """Whether pictures are to take few bytes."""
        return self._lean

    def stop(self) -> None:
        """Send no more by itself."""
        self._cancel()
        self.waiting = False

    def send(self) -> None:
        """Send what there is room for, or arrange to be called again."""
        self._cancel()
        now = time.monotonic()
        self._adapt()
        if (hold := self._held_back(now)) > 0:
            self._later(hold)
            return
        # Set first: whoever makes room after the question is put then calls again.
        self.waiting = True
        room = self.line.room(now, writing=self._output.busy)
        if room <= 0:
            self._later(self.line.patience)
            return
        hurried = max(self._output.hurried, self.passing - now) if self.line.slow else 0.0
        data, complete = self.front.update(self._quality, room, hurried=hurried > 0)
        # A cursor that nobody has placed may stay where it is.
        if complete and self._cursor != (0, 0):
            data += self.front.move_to(*self._cursor)
        self.waiting = not complete
        if data:
            self._give(data, now, more=not complete)
        if not complete:
            self._later(hurried or self.line.patience)
        elif self._profile is Profile.AUTO and self._lean and not self._refining:
            self._later(_REFINE_AFTER)

    def _give(self, data: bytes, now: float, *, more: bool) -> None:
        if self._output.synchronized and len(data) >= _BRACKET_FROM:
            data = _BEGIN + data + _END
        asks = self._output.can_ask and self.line.wants_to_ask(len(data), more=more)
        if asks:
            data += QUESTION
        self._sent_at = now
        self.line.sent(len(data), now, asked=asks)
        self._output.give(data)

    @property
    def _quality(self) -> Quality:
        return LEAN if self._lean and not self._refining else FULL

    def _adapt(self) -> None:
        """Follow the line, in profile auto, and say so."""
        if self._profile is not Profile.AUTO or self._lean == self.line.slow:
            return
        self._lean = self.line.slow
        rate = (self.line.rate or 0.0) * 8 / 1e6
        if self._lean:
            self._tell(f"slow line ({rate:.1f} Mbit/s): pictures come coarse first")
        else:
            self._tell(f"the line is fast again ({rate:.0f} Mbit/s): pictures come in full")

    def _held_back(self, now: float) -> float:
        """Return for how many seconds to wait, so that progress does not fill a lean line."""
        if not self._lean or self._refining or now - self.touched < _CALM:
            return 0.0
        return self._sent_at + _THROTTLE - now

    def _on_time(self) -> None:
        self._timer = None
        idle = time.monotonic() - max(self.touched, self._sent_at)
        if (
            self._profile is Profile.AUTO
            and self._lean
            and not self._refining
            and not self.waiting
            and idle >= _REFINE_AFTER * 0.9
        ):
            self._refining = True
            self.front.reconsider()
        self.send()

    def _later(self, seconds: float) -> None:
        self._cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._on_time)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
