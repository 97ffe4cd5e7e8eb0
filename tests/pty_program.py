"""A program at the other end of a pseudo terminal: what it writes, typing at it, its size."""

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
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# The child makes the pty its controlling terminal, without which a resize would not reach it.
_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "os.execv(sys.argv[1], sys.argv[1:])"
)

_CUT = re.compile(
    rb"(?:\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?)?"  # the start of an escape sequence
    rb"|[\xc2-\xf4][\x80-\xbf]{0,2})\Z"  # the start of a character, or all of a short one
)


class PtyProgram:
    """A program in a terminal of `size` (columns, rows), with `env` as its whole environment.

    What the environment says of another terminal's size is left out of it.
    """

    def __init__(
        self,
        argv: Sequence[str | Path],
        size: tuple[int, int],
        env: Mapping[str, str],
        cwd: Path | None = None,
    ) -> None:
        self._master, slave = pty.openpty()
        self._cut = b""
        self.resize(*size)
        self.process = subprocess.Popen(
            [sys.executable, "-c", _TAKE_TERMINAL, *map(str, argv)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={k: v for k, v in env.items() if k not in {"COLUMNS", "LINES"}},
            cwd=cwd,
        )
        os.close(slave)

    def send(self, data: bytes) -> None:
        """Type."""
        os.write(self._master, data)

    def read(self, seconds: float) -> bytes | None:
        """Return what it writes within `seconds`, empty if nothing, None if it has gone.

        What ends in the middle of a character or an escape sequence waits for the rest of it.
        """
        if not select.select([self._master], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self._master, 1 << 16)
        except OSError:  # Linux: the last program at the other end has gone
            data = b""
        if not data:
            return None
        data = self._cut + data
        whole = _until_cut(data)
        self._cut = data[whole:]
        return data[:whole]

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal, and tell the program."""
        packed = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, packed)

    def hang_up(self) -> None:
        """Go away, as a terminal window that is closed does."""
        os.close(self._master)

    def close(self) -> None:
        """End the program, if it has not ended, and its terminal."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._master)


def _until_cut(data: bytes) -> int:
    """Return how many bytes of `data` are whole characters and escape sequences."""
    cut = _CUT.search(data, max(0, len(data) - 4096))
    if cut is None:
        return len(data)
    try:
        cut[0].decode()
    except UnicodeDecodeError:
        return cut.start()
    return cut.start() if cut[0].startswith(b"\x1b") else len(data)
