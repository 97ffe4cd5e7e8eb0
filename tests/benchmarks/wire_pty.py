"""A program in a pseudo terminal at the end of a line, and when each byte of it arrived.

A thread reads what the program writes, passes it over the line (as fast as it comes, or `rate`
bytes a second, `latency` seconds late, with a bounded buffer before it that makes the program's
writes block when it is full) and notes when it arrived. It answers what programs ask a terminal.
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
import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SEGMENT = 1400
"""About the payload of a TCP segment, in bytes."""

_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "os.execv(sys.argv[1], sys.argv[1:])"
)

_QUESTION = re.compile(
    rb"\x1b\[0?c|\x1b\[>0?c|\x1b\[[56]n|\x1b\[\?(?P<mode>\d+)\$p|\x1b\[\?u|\x1b\[>0?q"
    rb"|\x1b\]11;\?(?:\x07|\x1b\\)"
)
_ANSWERS = {
    b"\x1b[c": b"\x1b[?62;22c",
    b"\x1b[0c": b"\x1b[?62;22c",
    b"\x1b[>c": b"\x1b[>0;276;0c",
    b"\x1b[>0c": b"\x1b[>0;276;0c",
    b"\x1b[5n": b"\x1b[0n",
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b[>q": b"\x1bP>|benchmark\x1b\\",
    b"\x1b[>0q": b"\x1bP>|benchmark\x1b\\",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line: bytes a second (0: no limit), seconds of delay, bytes that wait before it at most."""

    rate: float = 0.0
    latency: float = 0.0
    buffer: int = 64 << 10


FAST = Line()


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some bytes, and when they arrived (`time.monotonic`)."""

    at: float
    data: bytes


class Program:
    """A program in a terminal of `size` (columns, rows) at the end of `line`."""

    def __init__(
        self,
        argv: Sequence[str | Path],
        size: tuple[int, int],
        env: Mapping[str, str],
        line: Line = FAST,
    ) -> None:
        self.line = line
        self.sent = 0
        """Bytes taken from the program so far."""
        self._master, slave = pty.openpty()
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-c", _TAKE_TERMINAL, *map(str, argv)],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True, env=dict(env),
        )  # fmt: skip
        os.close(slave)
        self._arrived: deque[Chunk] = deque()
        self._news = threading.Condition()
        self._ended = self._stop = False
        self._tail = b""
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._stop = True
        self._thread.join()
        os.close(self._master)

    def send(self, keys: bytes) -> float:
        """Type; return when."""
        now = time.monotonic()
        os.write(self._master, keys)
        return now

    def take(self, timeout: float) -> list[Chunk]:
        """Return what has arrived since the last call, waiting `timeout` seconds at most.

        Raises EOFError when the program has ended and all it said was taken.
        """
        deadline = time.monotonic() + timeout
        with self._news:
            while not self._arrived:
                left = deadline - time.monotonic()
                if self._ended:
                    raise EOFError(f"the program ended with status {self.process.poll()}")
                if left <= 0:
                    return []
                self._news.wait(left)
            chunks = list(self._arrived)
            self._arrived.clear()
            return chunks

    def cpu(self) -> int:
        """Return the clock ticks (10 ms) of processor time the program has used."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return -1
        return int(fields[11]) + int(fields[12])

    # The line, on a thread of its own

    def _carry(self) -> None:
        under_way: deque[tuple[float, float, bytes]] = deque()  # leaves, arrives, what
        leaves, open_ = 0.0, True
        while (open_ or under_way) and not self._stop:
            now = time.monotonic()
            waiting = sum(len(data) for departure, _, data in under_way if departure > now)
            room = self.line.buffer - waiting if self.line.rate else 1 << 16
            until = under_way[0][1] - now if under_way else 0.05
            if room <= 0:
                until = min(until, SEGMENT / self.line.rate)
            ready = open_ and room > 0 and select.select([self._master], [], [], max(until, 0))[0]
            if ready:
                data = self._read(SEGMENT if self.line.rate else 1 << 16)
                open_ = bool(data)
                now = time.monotonic()
                if data and self.line.rate:
                    leaves = max(leaves, now) + len(data) / self.line.rate
                    under_way.append((leaves, leaves + self.line.latency, data))
                elif data:
                    under_way.append((now, now + self.line.latency, data))
            elif not (open_ and room > 0):
                time.sleep(max(until, 0))
            while under_way and under_way[0][1] <= time.monotonic():
                self._arrive(under_way.popleft()[2])
        with self._news:
            self._ended = True
            self._news.notify()

    def _read(self, most: int) -> bytes:
        try:
            data = os.read(self._master, most)
        except OSError:  # Linux: the last program at the other end has gone
            return b""
        self.sent += len(data)
        return data

    def _arrive(self, data: bytes) -> None:
        chunk = Chunk(time.monotonic(), data)
        with self._news:
            self._arrived.append(chunk)
            self._news.notify()
        text = self._tail + data
        end = 0
        for question in _QUESTION.finditer(text):
            end = question.end()
            if answer := _answer(question):
                os.write(self._master, answer)
        self._tail = text[max(end, len(text) - 16) :]


def _answer(question: re.Match[bytes]) -> bytes:
    """Answer as a terminal of our days: updates in one go (2026), no graphics, plain keys."""
    if mode := question["mode"]:
        return b"\x1b[?%b;%b$y" % (mode, b"2" if mode == b"2026" else b"0")
    if question.group().startswith(b"\x1b]11"):
        return b"\x1b]11;rgb:0000/0000/0000\x1b\\"
    return _ANSWERS.get(question.group(), b"")
