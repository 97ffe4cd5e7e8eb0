"""Real widgets in a pseudo terminal: with and without the front buffer the screens are alike."""

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
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest
from wire_screens import Seeing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROGRAM = Path(__file__).with_name("wire_program.py")
_NO_SCREEN = re.compile(rb"\x1b\[[<>=][\d;]*u|\x1b\[\?\d+\$p")
_QUESTION = b"\x1b[6n"


class Running:
    """The program in a terminal that answers where its cursor is."""

    def __init__(self, line: str, size: tuple[int, int] = (50, 16)) -> None:
        self.seeing = Seeing(*size)
        self.received = b""
        self._master, slave = pty.openpty()
        self._size(size)
        self.process = subprocess.Popen(
            [sys.executable, "-c", _TAKE, sys.executable, str(PROGRAM)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor",
                 "HARDCASE_LINE": line, "LANG": "C.UTF-8"},
        )  # fmt: skip
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._master)

    @property
    def text(self) -> str:
        return "\n".join(self.seeing.screen.display)

    def press(self, keys: bytes) -> None:
        os.write(self._master, keys)

    def resize(self, columns: int, rows: int) -> None:
        self.seeing.screen.resize(rows, columns)
        self._size((columns, rows))

    def wait(self, met: Callable[[], object] | str) -> None:
        deadline = time.monotonic() + 20
        while not (met in self.text if isinstance(met, str) else met()):
            assert time.monotonic() < deadline, f"waited for {met}; the screen is\n{self.text}"
            self.read(0.1)

    def rest(self) -> None:
        """Read until nothing comes any more."""
        while self.read(0.4):
            pass

    def read(self, seconds: float) -> bool:
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._master, 1 << 16)
        except OSError:
            return False
        self.received += data
        for _ in range(data.count(_QUESTION)):
            os.write(self._master, b"\x1b[2;2R")
        self.seeing.feed(_NO_SCREEN.sub(b"", data).decode(errors="replace"))
        return True

    def _size(self, size: tuple[int, int]) -> None:
        packed = struct.pack("HHHH", size[1], size[0], 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, packed)


_TAKE = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "os.execv(sys.argv[1], sys.argv[1:])"
)

STEPS: list[tuple[bytes, str]] = [
    (b"\x1b[B\x1b[B\x1b[B", "row 3"),
    (b"\x14\x14\x14", "grown 3"),
    (b"\x06", "type"),
    (b"hello!\xe6\xbc\xa2", "hello!"),
    (b"\x7f\x7f", "hello "),
    (b"\x14", "grown 4"),
]


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Running, Running]]:
    with Running("plain") as plain, Running("full") as ours:
        for running in (plain, ours):
            running.wait("ready")
            running.rest()
        yield plain, ours


def test_every_step_looks_the_same_and_costs_less(both: tuple[Running, Running]) -> None:
    plain, ours = both
    assert plain.seeing.cells() == ours.seeing.cells()
    before = len(plain.received), len(ours.received)
    for keys, text in STEPS:
        for running in both:
            running.press(keys)
            running.wait(text)
            running.rest()
        assert plain.seeing.cells() == ours.seeing.cells()
    spent = len(plain.received) - before[0], len(ours.received) - before[1]
    assert spent[1] < spent[0] / 3


def test_a_resize_repaints_to_the_new_size(both: tuple[Running, Running]) -> None:
    for size in ((36, 14), (50, 16)):
        for running in both:
            running.resize(*size)
            running.rest()
        assert [r.text for r in both[:1]] == [r.text for r in both[1:]]
        assert both[0].seeing.cells() == both[1].seeing.cells()


def test_a_garbled_screen_is_repaired_by_a_repaint(both: tuple[Running, Running]) -> None:
    plain, ours = both
    ours.seeing.feed("\x1b[5;1H\x1b[41mBroadcast message from root\x1b[0m\x1b[2K")
    assert plain.seeing.cells() != ours.seeing.cells()
    ours.press(b"\x0c")
    ours.wait(lambda: plain.seeing.cells() == ours.seeing.cells())


def test_what_another_program_has_left_is_painted_over(both: tuple[Running, Running]) -> None:
    for running in both:
        running.press(b"\x13")
        running.wait("back again")
        running.rest()
    assert both[0].seeing.cells() == both[1].seeing.cells()


def is_stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T"


def test_after_a_stop_and_continue_the_screen_is_whole(both: tuple[Running, Running]) -> None:
    plain, ours = both
    ours.press(b"\x1a")
    ours.wait(lambda: b"\x1b[?1049l" in ours.received[-400:])
    ours.wait(lambda: is_stopped(ours.process.pid))  # continued earlier, it would stop for good
    ours.seeing.feed("\x1b[2J\x1b[H$ ls\r\nfiles of the shell")
    os.kill(ours.process.pid, signal.SIGCONT)
    ours.wait(lambda: plain.seeing.cells() == ours.seeing.cells())


def test_nothing_is_sent_while_nothing_happens(both: tuple[Running, Running]) -> None:
    ours = both[1]
    ours.rest()
    before = len(ours.received)
    deadline = time.monotonic() + 1.5
    while time.monotonic() < deadline:
        ours.read(0.2)
    assert len(ours.received) == before
