"""The real program in a pseudo terminal, its screen read by an emulator.

Nothing here waits for a fixed time: `wait_for` reads what the program writes until the screen is as
asked, and fails with a picture of the screen otherwise.
"""

from __future__ import annotations

import os
import re
import sys
import time
from typing import TYPE_CHECKING, Self

import pyte

from pty_program import PtyProgram

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

PROGRAM = (sys.executable, "-m", "hardcase")
TIMEOUT = 60.0

_WAYS, _FINALS = ("up", "down", "right", "left"), (b"A", b"B", b"C", b"D")

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
    **{f"shift+{way}": b"\x1b[1;2" + final for way, final in zip(_WAYS, _FINALS, strict=True)},
    **{f"ctrl+{letter}": bytes([ord(letter) - 96]) for letter in "abcdefghijklmnopqrstuvwxyz"},
}

_KITTY_KEYS = re.compile(rb"\x1b\[[<>=]\d*u")
"""Asks for another way to send keys; the emulator would take the end of it for text."""


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
        unset = {"COLORTERM", "NO_COLOR"}
        inherited = {k: v for k, v in os.environ.items() if k not in unset}
        told = {
            "TERM": term,
            "LANG": "C.UTF-8",
            "HARDCASE_PROBE": "off",  # the emulator does not answer
        }
        self._pty = PtyProgram([*program, *argv], size, {**inherited, **told, **(env or {})}, cwd)
        self.process = self._pty.process

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pty.close()

    @property
    def lines(self) -> list[str]:
        """The screen, a string a row, blanks at the end left out."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.lines)

    def cells(self) -> list[object]:
        """Return a copy of every cell of the screen: its character, colours and attributes."""
        screen = self._screen
        columns, rows = range(screen.columns), range(screen.lines)
        return [screen.buffer[row][column] for row in rows for column in columns]

    def press(self, *keys: str) -> None:
        """Send keys, by name (`enter`, `ctrl+r`) or as they are typed (`a`, `G`)."""
        self.send(b"".join(KEYS.get(key) or key.encode() for key in keys))

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._pty.send(data)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal, and tell the program."""
        self._screen.resize(rows, columns)
        self._pty.resize(columns, rows)

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
        data = self._pty.read(seconds)
        if data is None:
            return False
        self.received += len(data)
        self._stream.feed(_KITTY_KEYS.sub(b"", data))
        return True
