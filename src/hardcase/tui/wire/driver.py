"""A driver that knows what has been written out, and hears the terminal's answers."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS
from textual import events
from textual.drivers.linux_driver import LinuxDriver

from hardcase.tui.wire.ahead import AheadBuffer
from hardcase.tui.wire.encode import Means
from hardcase.tui.wire.profile import Profile, chosen_profile, knows_repeat
from hardcase.tui.wire.pump import Pump

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from textual.message import Message

_FAREWELL = 1.0
"""Seconds to wait in the end for answers, which the shell would take for typing."""

_REPEAT = 0.12
"""Seconds between keys up to which one is held down, or they are typed in a burst."""

_PAUSES = 8
"""So many of the last pauses tell how regular a held key comes."""

_JITTER = 1.25
"""Times the longest of them after which no further key is to be expected."""

_TICK = 0.01

_HUNG_UP = suppress(OSError)
"""Goes on without a terminal that is there no longer: the job is still to be closed."""

_INPUT = (events.Key, events.Paste, events.MouseDown, events.MouseScrollDown, events.MouseScrollUp)


class Outlet:
    """A file that counts what has been written out. Its methods run in the writer's thread."""

    def __init__(self, file: TextIO, written: Callable[[int, float], None]) -> None:
        self._file = file
        self._written = written
        self._began = 0.0
        self._size = 0
        self._writes = 0
        self.taken = 0
        """How many writes are out."""

    def write(self, text: str) -> int:
        """Write; may block. Nothing is written to a terminal that has gone."""
        if not self._writes:
            self._began = time.monotonic()
        with _HUNG_UP:
            self._file.write(text)
        count = len(text)
        self._size += count
        self._writes += 1
        return count

    def flush(self) -> None:
        """Write out; may block."""
        with _HUNG_UP:
            self._file.flush()
        writes, size = self._writes, self._size
        self._writes = self._size = 0
        self.taken += writes
        if writes:
            self._written(size, time.monotonic() - self._began)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class WireDriver(LinuxDriver):
    """Textual's driver for Unix terminals, with a pump for updates."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._given = 0
        self._pauses: deque[float] = deque(maxlen=_PAUSES)
        self._outlet = Outlet(_screen_file(), self._written)
        self._file = cast("Any", self._outlet)
        self._answer = threading.Condition()
        profile = chosen_profile(os.environ)
        system = COLOR_SYSTEMS.get(self._app.console.color_system or "", ColorSystem.TRUECOLOR)
        named = profile is not Profile.FULL and system is ColorSystem.TRUECOLOR
        means = Means(repeat=knows_repeat(os.environ), named=named)
        self.pump = Pump(AheadBuffer(system, means), self, profile, self._tell)

    # -- what the pump needs

    @property
    def busy(self) -> bool:
        """Whether something given has not been written out yet."""
        return self._outlet.taken < self._given

    @property
    def hurried(self) -> float:
        """For how many seconds more keys are to be expected, 0 if none are."""
        pauses = [pause for pause in tuple(self._pauses) if pause < _REPEAT]
        if getattr(self._app, "keys_wait", False):
            return _TICK
        if not pauses or self._pauses[-1] >= _REPEAT:
            return 0.0
        expected = min(max(pauses) * _JITTER, _REPEAT)
        return max(self.pump.touched + expected - time.monotonic(), 0.0)

    @property
    def can_ask(self) -> bool:
        """Whether answers of the terminal can be read."""
        return self.input_tty

    @property
    def synchronized(self) -> bool:
        """Whether the terminal draws updates at one stroke."""
        # Textual hears of it, and keeps it to itself.
        return bool(getattr(self._app, "_sync_available", False))

    def give(self, data: bytes) -> None:
        """Write, without waiting."""
        self.write(data.decode())

    # -- what Textual calls

    def write(self, data: str) -> None:
        """Hand `data` to the thread that writes."""
        self._given += 1
        super().write(data)

    def start_application_mode(self) -> None:
        """Take the terminal, as it is at first or after a suspension."""
        self.pump.front.forget()
        self.pump.touched = time.monotonic()  # what shows now was asked for, as if by a key
        super().start_application_mode()  # type: ignore[no-untyped-call] # Textual's
        if self._writer_thread is not None:
            self.pump.ask()

    def stop_application_mode(self) -> None:
        """Give the terminal back, once it has answered."""
        self.pump.stop()
        if self.pump.line.answers:
            with self._answer:
                self._answer.wait_for(lambda: not self.pump.line.waiting, _FAREWELL)
        super().stop_application_mode()

    def run_input_thread(self) -> None:
        """Read what is typed; end the app, as the signal does, when the terminal has hung up."""
        try:
            super().run_input_thread()
        except OSError:
            self._app.call_later(self._app.exit, None, 128 + signal.SIGHUP)

    def process_message(self, message: Message) -> None:
        """Keep the terminal's answers to ourselves. Runs in the thread that reads."""
        if isinstance(message, events.CursorPosition):
            with self._answer:
                ours = self.pump.line.answered(time.monotonic())
                self._answer.notify_all()
            if ours:
                self._wake()
                return
        elif isinstance(message, _INPUT):
            now = time.monotonic()
            self._pauses.append(now - self.pump.touched)
            self.pump.touched = now
        super().process_message(message)

    # -- from the other threads

    def _written(self, size: int, seconds: float) -> None:
        self.pump.line.written(size, seconds)
        self._wake()

    def _wake(self) -> None:
        if self.pump.waiting:
            with suppress(RuntimeError):  # the loop is gone, and with it whatever waited
                self._loop.call_soon_threadsafe(self._send)

    def _send(self) -> None:
        if self.pump.waiting and self._writer_thread is not None:
            self.pump.send()

    def _tell(self, text: str) -> None:
        self._app.call_later(_say, self._app, text)


def _screen_file() -> TextIO:
    """Return the stream to draw on: stderr, as Textual does, or stdout where stderr is a file."""
    err, out = sys.__stderr__, sys.__stdout__
    return cast("TextIO", err if err is not None and err.isatty() else out)


def _say(app: Any, text: str) -> None:
    say = getattr(app.screen, "say", None)
    if say is not None:
        say(text)
