"""Questions to the terminal, all sent at once: one round trip, whatever the line."""

from __future__ import annotations

import os
import select
import termios
import time
from dataclasses import dataclass

from hardcase.terminal.replies import Replies, complete, parse

TIMEOUT = 2.0
"""Seconds to wait for a terminal that may never answer; one that does ends the wait.

Twice what a bad line takes: an answer after that would reach the app as keys.
"""

MOST_BYTES = 64 * 1024

_VERSION = "\x1b[>q"
_BACKGROUND = "\x1b]11;?\x1b\\"
# Sets a colour, asks what it is, and resets it: a terminal with a palette answers with another.
_COLOURS = "\x1b[48;2;1;2;3m\x1bP$qm\x1b\\\x1b[m"
_GRAPHICS = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
_ATTRIBUTES = "\x1b[c"
_KIND = "\x1b[>c"
# Should a question be printed instead of understood, it is wiped off again.
_BEFORE, _AFTER = "\x1b7", "\x1b8\x1b[J"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and after how many seconds the last reply was there (None if it was not)."""

    replies: Replies
    round_trip: float | None


def questions(term: str, multiplexer: str | None) -> str:
    """Return what to ask, the one thing that everybody answers last; empty if nothing.

    tmux would take the graphics question for a title, screen also the others for its own; it tells
    its version by its kind.
    """
    if term in {"", "dumb", "linux", "ansi", "cons25"} or term.startswith("vt"):
        return ""
    if multiplexer == "screen":
        return _KIND + _ATTRIBUTES
    asked = _VERSION + _BACKGROUND
    if multiplexer is None:
        asked += _COLOURS + _GRAPHICS
    return _BEFORE + asked + _AFTER + _ATTRIBUTES


def ask(text: str, read_from: int, write_to: int, timeout: float = TIMEOUT) -> Answer:
    """Ask over two file descriptors of one terminal, and leave the terminal as it was.

    What a person types meanwhile is in the answer's `typed`, for whoever reads keys next. Raises
    nothing: a terminal that cannot be asked has not answered.
    """
    try:
        before = termios.tcgetattr(read_from)
    except termios.error:
        return Answer(Replies(), None)
    quiet = [*before[:6], list(before[6])]
    quiet[3] &= ~(termios.ICANON | termios.ECHO)
    quiet[6][termios.VMIN], quiet[6][termios.VTIME] = 1, 0
    try:
        # Not TCSAFLUSH, which would throw away what was typed already.
        termios.tcsetattr(read_from, termios.TCSADRAIN, quiet)
        return _exchange(text, read_from, write_to, timeout)
    except (OSError, termios.error):
        return Answer(Replies(), None)
    finally:
        termios.tcsetattr(read_from, termios.TCSADRAIN, before)


def _exchange(text: str, read_from: int, write_to: int, timeout: float) -> Answer:
    start = time.monotonic()
    remaining = text.encode("ascii")
    while remaining:
        remaining = remaining[os.write(write_to, remaining) :]
    data = b""
    round_trip = None
    while len(data) < MOST_BYTES:
        left = start + timeout - time.monotonic()
        if left <= 0 or not select.select([read_from], [], [], left)[0]:
            break
        part = os.read(read_from, 4096)
        if not part:
            break
        data += part
        if complete(data):
            round_trip = time.monotonic() - start
            break
    return Answer(parse(data), round_trip)
