"""Whether the benchmark's emulator sees what pyte sees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyte
from wire_drive import Driven
from wire_job import PROGRAM
from wire_screen import Emulator

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_KITTY_KEYS = re.compile(rb"\x1b\[[<>=]\d*u")
"""pyte takes the end of it for text."""

_REPEAT = re.compile(
    rb"([ -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})"
    rb"((?:\x1b\[[0-9;:]*m)*)\x1b\[(\d*)b"
)
"""A character, perhaps colours, and REP, which pyte lacks."""


def for_pyte(stream: bytes) -> bytes:
    """Return the stream in words that pyte knows."""
    stream = _KITTY_KEYS.sub(b"", stream)
    return _REPEAT.sub(lambda m: m[1] + m[2] + m[1] * int(m[3] or 1), stream)


def differences(stream: bytes, size: tuple[int, int]) -> tuple[int, int, int]:
    """Return how many characters and colours differ, of how many cells.

    Colours are compared where they are given in full, as pyte has names for the first 16.
    """
    ours = Emulator(*size)
    ours.feed(stream)
    screen = pyte.Screen(*size)
    pyte.ByteStream(screen).feed(for_pyte(stream))
    chars = colours = 0
    for y in range(size[1]):
        for x in range(size[0]):
            theirs, mine = screen.buffer[y][x], ours.chars[y][x]
            chars += theirs.data != mine and bool(theirs.data.strip() or mine.strip())
            style = ours.styles[y][x]
            for name, colour in ((theirs.fg, style[0]), (theirs.bg, style[1])):
                if re.fullmatch("[0-9a-f]{6}", name):
                    colours += int(name, 16) != colour
    return chars, colours, size[0] * size[1]


def agree_with_pyte(job: Path, env: Mapping[str, str]) -> None:
    """Drive the program a little, draw the stream with both, and say how they differ."""
    size = (80, 24)
    with Driven([*PROGRAM, job], size, env) as driven:
        driven.wait_for(lambda s: "saved" in s.text, "the job")
        driven.rest()
        for key in (b"j", b"+", b"l", b"0", b"e", b"l", b"\x1b", b"]", b"["):
            driven.program.send(key)
            driven.rest()
        chars, colours, cells = differences(b"".join(driven.stream), size)
    print(f"\nemulator beside pyte after 9 keys: {chars} characters and {colours} colours of "
          f"{cells} cells differ")  # fmt: skip
