"""A terminal at the other end of a pty, that answers what it is told to, after a delay."""

from __future__ import annotations

import os
import pty
import re
import select
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

QUESTIONS = {
    "version": re.compile(rb"\x1b\[>q"),
    "background": re.compile(rb"\x1b\]11;\?\x1b\\"),
    "colours": re.compile(rb"\x1bP\$qm\x1b\\"),
    "graphics": re.compile(rb"\x1b_Gi=31,[^\x1b]*\x1b\\"),
    "kind": re.compile(rb"\x1b\[>c"),
    "attributes": re.compile(rb"\x1b\[c"),
}

KITTY = {
    "version": b"\x1bP>|kitty(0.35.2)\x1b\\",
    "background": b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
    "colours": b"\x1bP1$r48:2:1:2:3m\x1b\\",
    "graphics": b"\x1b_Gi=31;OK\x1b\\",
    "attributes": b"\x1b[?62;c",
}


class FakeTerminal:
    """`stdin` and `stdout` are the program's ends; `heard` is what the program wrote."""

    def __init__(self, answers: Mapping[str, bytes], delay: float, typed: bytes) -> None:
        self.heard = b""
        self._answers, self._delay = answers, delay
        self._master, self._slave = pty.openpty()
        if typed:
            os.write(self._master, typed)
        self.stdin: TextIO = os.fdopen(os.dup(self._slave), "r")
        self.stdout: TextIO = os.fdopen(os.dup(self._slave), "w")
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        asked: list[str] = []
        while not self._done.is_set():
            if not select.select([self._master], [], [], 0.02)[0]:
                continue
            self.heard += os.read(self._master, 4096)
            new = [n for n, q in QUESTIONS.items() if n not in asked and q.search(self.heard)]
            if new:
                time.sleep(self._delay)
                os.write(self._master, b"".join(self._answers.get(n, b"") for n in new))
                asked += new

    def close(self) -> None:
        self._done.set()
        self._thread.join(60)
        self.stdin.close()
        self.stdout.close()
        os.close(self._master)
        os.close(self._slave)


@contextmanager
def terminal(
    answers: Mapping[str, bytes] = KITTY, *, delay: float = 0.0, typed: bytes = b""
) -> Iterator[FakeTerminal]:
    fake = FakeTerminal(answers, delay, typed)
    try:
        yield fake
    finally:
        fake.close()
