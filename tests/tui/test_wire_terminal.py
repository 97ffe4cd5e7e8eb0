"""Real widgets in a pseudo terminal: with and without the front buffer the screens are alike."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest
from wire_screens import Seeing

from pty_program import PtyProgram

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
        told = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        env = os.environ | told | {"HARDCASE_LINE": line}
        self._pty = PtyProgram([sys.executable, PROGRAM], size, env)
        self.process = self._pty.process

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pty.close()

    @property
    def text(self) -> str:
        return "\n".join(self.seeing.screen.display)

    def press(self, keys: bytes) -> None:
        self._pty.send(keys)

    def resize(self, columns: int, rows: int) -> None:
        self.seeing.screen.resize(rows, columns)
        self._pty.resize(columns, rows)

    def resize_and_hear(self, columns: int, rows: int) -> None:
        heard = len(self.received)
        self.resize(columns, rows)
        self.wait(lambda: len(self.received) > heard)

    def wait(self, met: Callable[[], object] | str) -> None:
        deadline = time.monotonic() + 60
        while not (met in self.text if isinstance(met, str) else met()):
            assert time.monotonic() < deadline, f"waited for {met}; the screen is\n{self.text}"
            self.read(0.1)

    def rest(self) -> None:
        """Read until nothing comes any more."""
        while self.read(0.4):
            pass

    def read(self, seconds: float) -> bool:
        data = self._pty.read(seconds)
        if not data:
            return False
        self.received += data
        for _ in range(data.count(_QUESTION)):
            self._pty.send(b"\x1b[2;2R")
        self.seeing.feed(_NO_SCREEN.sub(b"", data))
        return True


def become_alike(both: tuple[Running, Running]) -> None:
    """Read until neither has more to send and both terminals show the same."""
    plain, ours = both

    def same() -> bool:
        for running in both:
            running.rest()
        return plain.seeing.cells() == ours.seeing.cells()

    ours.wait(same)


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
        become_alike((plain, ours))
        yield plain, ours


def test_every_step_looks_the_same_and_costs_less(both: tuple[Running, Running]) -> None:
    plain, ours = both
    before = len(plain.received), len(ours.received)
    for keys, text in STEPS:
        for running in both:
            running.press(keys)
            running.wait(text)
        become_alike(both)
    spent = len(plain.received) - before[0], len(ours.received) - before[1]
    assert spent[1] < spent[0] / 3


def test_a_resize_repaints_to_the_new_size(both: tuple[Running, Running]) -> None:
    for size in ((36, 14), (50, 16)):
        for running in both:
            running.resize_and_hear(*size)
        become_alike(both)


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
    become_alike(both)


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
    become_alike(both)
    ours = both[1]
    before = len(ours.received)
    deadline = time.monotonic() + 1.5
    while time.monotonic() < deadline:
        ours.read(0.2)
    assert len(ours.received) == before
