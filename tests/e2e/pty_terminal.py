"""The real program in a pseudo terminal, its screen read by an emulator.

Nothing here waits for a fixed time: `wait_for` reads what the program writes until the screen is as
asked, and fails with a picture of the screen otherwise.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from typing import TYPE_CHECKING, Self

import pyte

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

PROGRAM = (sys.executable, "-m", "hardcase")
TIMEOUT = 30.0

KEYS = {
    "enter": b"\r",
    "escape": b"\x1b",
    "tab": b"\t",
    "space": b" ",
    "backspace": b"\x7f",
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "delete": b"\x1b[3~",
    "pageup": b"\x1b[5~",
    "pagedown": b"\x1b[6~",
    "shift+tab": b"\x1b[Z",
    **{f"ctrl+{letter}": bytes([ord(letter) - 96]) for letter in "abcdefghijklmnopqrstuvwxyz"},
}

_KITTY_KEYS = re.compile(rb"\x1b\[[<>=]\d*u")
"""Asks for another way to send keys; the emulator would take the end of it for text."""

# The child makes the pty its controlling terminal, without which a resize would not reach it.
_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "os.execv(sys.argv[1], sys.argv[1:])"
)


class Terminal:
    """A program in a terminal of `size` (columns, rows)."""

    def __init__(
        self,
        *argv: str | Path,
        size: tuple[int, int] = (120, 36),
        term: str = "xterm-256color",
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        program: Sequence[str] = PROGRAM,
    ) -> None:
        self.received = 0
        """How many bytes the program has written so far."""
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._master, slave = pty.openpty()
        self._set_size(size)
        unset = {"COLUMNS", "LINES", "COLORTERM", "NO_COLOR"}
        inherited = {k: v for k, v in os.environ.items() if k not in unset}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _TAKE_TERMINAL, *program, *map(str, argv)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={
                **inherited,
                "TERM": term,
                "LANG": "C.UTF-8",
                "HARDCASE_PROBE": "off",  # the emulator does not answer
                **(env or {}),
            },
            cwd=cwd,
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self._master)

    @property
    def lines(self) -> list[str]:
        """The screen, a string a row, blanks at the end left out."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.lines)

    def press(self, *keys: str) -> None:
        """Send keys, by name (`enter`, `ctrl+r`) or as they are typed (`a`, `G`)."""
        self.send(b"".join(KEYS.get(key) or key.encode() for key in keys))

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        os.write(self._master, data)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal, and tell the program."""
        self._screen.resize(rows, columns)
        self._set_size((columns, rows))

    def wait_for(
        self, wanted: str | Callable[[Terminal], object], timeout: float = TIMEOUT
    ) -> None:
        """Read until a text is on the screen, or a condition holds. Raises AssertionError."""
        deadline = time.monotonic() + timeout
        while not (wanted in self.text if isinstance(wanted, str) else wanted(self)):
            left = deadline - time.monotonic()
            alive = self._read(min(left, 0.25)) if left > 0 else False
            if not alive and (left <= 0 or self.process.poll() is not None):
                what = repr(wanted) if isinstance(wanted, str) else wanted.__doc__ or wanted
                message = f"waited for {what}; the screen is:\n{self.text}"
                raise AssertionError(message)

    def wait_until_gone(self, text: str, timeout: float = TIMEOUT) -> None:
        """Read until a text is no longer on the screen."""
        self.wait_for(lambda terminal: text not in terminal.text, timeout)

    def wait_for_exit(self, timeout: float = TIMEOUT) -> int:
        """Read until the program ends; return its exit status."""
        deadline = time.monotonic() + timeout
        while self._read(0.25):
            if time.monotonic() > deadline:
                message = f"the program does not end; the screen is:\n{self.text}"
                raise AssertionError(message)
        return self.process.wait(timeout)

    def received_within(self, seconds: float) -> int:
        """Return how many bytes the program writes in the next `seconds`."""
        before, deadline = self.received, time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._read(left)
        return self.received - before

    def _read(self, seconds: float) -> bool:
        """Feed the emulator what comes within `seconds`; return False at the end of the program."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self._master, 1 << 16)
        except OSError:  # Linux: the last program at the other end has gone
            return False
        self.received += len(data)
        self._stream.feed(_KITTY_KEYS.sub(b"", data))
        return bool(data)

    def _set_size(self, size: tuple[int, int]) -> None:
        columns, rows = size
        packed = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, packed)
