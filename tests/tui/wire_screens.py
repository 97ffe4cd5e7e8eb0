"""Screens to compare: what a terminal shows of some output, cell by cell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyte
from rich.console import Console
from rich.control import Control

if TYPE_CHECKING:
    from hardcase.tui.wire.cells import Piece

QUARTERS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
_NAMES = {
    "black": "000000", "red": "cd0000", "green": "00cd00", "brown": "cdcd00",
    "blue": "0000ee", "magenta": "cd00cd", "cyan": "00cdcd", "white": "e5e5e5",
    "bfightmagenta": "brightmagenta",  # so spelt in pyte
}  # fmt: skip
_REPEAT = re.compile(r"(.)\x1b\[(\d+)b")
_LINKS = re.compile(r"\x1b\]8;[^\x1b]*\x1b\\")

Seen = tuple[object, ...]


class Seeing:
    """A terminal of `size` (columns, rows)."""

    def __init__(self, columns: int, rows: int) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.screen.reset_mode(7 << 5)
        self._stream = pyte.Stream(self.screen)
        self._stream.feed("\x1b[?7l")
        self._last = ""

    def feed(self, data: bytes | str) -> None:
        """Obey output. The emulator lacks REP and links: the one is done here, the others drop."""
        text = data.decode() if isinstance(data, bytes) else data
        text = _LINKS.sub("", text)
        if text.startswith("\x1b[") and _REPEAT.match(self._last + text):
            text = _REPEAT.sub(lambda m: m[1] * int(m[2]), self._last + text, count=1)
        self._last = text[-1:]
        text = _REPEAT.sub(lambda m: m[1] * (1 + int(m[2])), text)
        self._stream.feed(text)

    def cells(self) -> list[list[Seen]]:
        """Return what each cell looks like: its text, or the colours of its four quarters."""
        rows = range(self.screen.lines)
        columns = range(self.screen.columns)
        return [[_seen(self.screen.buffer[y][x]) for x in columns] for y in rows]


def _seen(cell: pyte.screens.Char) -> Seen:
    lines = (cell.underscore, cell.strikethrough)
    fg, bg = _colour(cell.fg), _colour(cell.bg)
    if cell.reverse:
        lines += (True,)
    pattern = QUARTERS.find(cell.data) if len(cell.data) == 1 else -1
    plain = not (any(lines) or cell.bold or cell.italics)
    if cell.data == " " and not any(lines):
        return (bg,) * 4
    if pattern > 0 and plain:
        return tuple(fg if pattern >> n & 1 else bg for n in range(4))
    return (cell.data, fg, bg, cell.bold, cell.italics, *lines)


def _colour(name: str) -> str:
    return _NAMES.get(name, name)


def plainly(pieces: list[Piece]) -> str:
    """Return what Textual writes for pieces."""
    console = Console(color_system="truecolor", force_terminal=True)
    return "".join(
        f"{Control.move_to(x, y).segment.text}{strip.render(console)}" for y, x, strip in pieces
    )
