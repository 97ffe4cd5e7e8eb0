"""A small terminal emulator that knows what each cell cost.

It understands what programs of this kind send (moves, erasing, scrolling, REP, colours in all
notations), keeps a tally of sequences it does not know, and charges every byte to the cell that
was drawn with it: `cost` is what a picture on the screen cost without the rest of the screen.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from rich.cells import cell_len
from wire_sgr import PLAIN, Style, seen, styled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_TOKEN = re.compile(
    rb"(?P<text>[ -~]+|(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3})+)"
    rb"|\x1b\[(?P<private>[<-?]*)(?P<numbers>[0-9;:]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    rb"|(?P<string>\x1b[\]PX^_][^\x07\x1b]*(?:\x1b(?!\\)[^\x07\x1b]*)*(?:\x07|\x1b\\))"
    rb"|(?P<escape>\x1b[ -/]*[0-OQ-WYZ\\`-~])"
    rb"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f])",
    re.DOTALL,
)
_SILENT = set("hlqnctpu") | {"m"}
"""Finals of sequences, private ones above all, that leave the screen's cells as they are."""


class Emulator:
    """The cells of a terminal of `columns` x `rows`."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.unknown: Counter[str] = Counter()
        self.x = self.y = 0
        self.bytes = 0
        self._style: Style = PLAIN
        self._saved = (0, 0, PLAIN)
        self._wrap, self._wraps = False, True
        self._top, self._bottom = 0, rows - 1
        self._rest = b""
        self._due = 0  # bytes not charged to a cell yet
        self._last = " "
        self.chars = [[" "] * columns for _ in range(rows)]
        self.styles = [[PLAIN] * columns for _ in range(rows)]
        self.cost = np.zeros((rows, columns), dtype=np.int64)

    # What is seen

    def line(self, y: int) -> str:
        """Return the text of a row."""
        return "".join(self.chars[y])

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.line(y).rstrip() for y in range(self.rows))

    @property
    def digest(self) -> int:
        """A number that changes when any cell does."""
        return hash((tuple(map(tuple, self.chars)), tuple(map(tuple, self.styles))))

    def colours(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return foreground and background (rows, columns, 3) uint8 as they are seen."""
        packed = np.array([[seen(s) for s in row] for row in self.styles], dtype=np.uint32)
        planes = np.stack([packed >> 16 & 255, packed >> 8 & 255, packed & 255], axis=-1)
        both = planes.astype(np.uint8)
        return both[:, :, 0], both[:, :, 1]

    def start_tally(self) -> None:
        """Charge anew from here."""
        self.cost[:] = 0
        self._due = 0

    # Input

    def feed(self, data: bytes) -> None:
        """Take in what the program sent."""
        self.bytes += len(data)
        data = self._rest + data
        at = 0
        for token in _tokens(data):
            at = token.end()
            self._due += len(token.group())
            self._obey(token)
        rest = data[at:]
        if len(rest) > 1 << 20:
            self.unknown["an endless sequence"] += 1
            rest = b""
        self._rest = rest

    def _obey(self, token: re.Match[bytes]) -> None:
        kind = token.lastgroup
        if kind == "text":
            self._print(token.group().decode())
        elif kind == "final":
            private = token["private"].decode() + token["between"].decode()
            self._csi(private, token["numbers"].decode(), token["final"].decode())
        elif kind == "escape":
            self._escape(token.group()[1:].decode())
        elif kind == "control":
            self._control(token.group())

    def _control(self, code: bytes) -> None:
        if code == b"\r":
            self._go(0, self.y)
        elif code in (b"\n", b"\x0b", b"\x0c"):
            self._line_feed()
        elif code == b"\b":
            self._go(self.x - 1, self.y)
        elif code == b"\t":
            self._go(self.x // 8 * 8 + 8, self.y)

    def _escape(self, code: str) -> None:
        if code == "7":
            self._saved = (self.x, self.y, self._style)
        elif code == "8":
            self._restore()
        elif code == "D":
            self._line_feed()
        elif code == "E":
            self._go(0, self.y)
            self._line_feed()
        elif code == "M":
            if self.y == self._top:
                self._scroll(self._top, -1)
            else:
                self._go(self.x, self.y - 1)
        elif code == "c":
            self._erase(range(self.rows), 0, self.columns)
            self._go(0, 0)
            self._style = PLAIN
        elif code not in ("=", ">", "\\") and code[0] not in "()*+ #%":
            self.unknown[f"ESC {code}"] += 1

    def _restore(self) -> None:
        x, y, self._style = self._saved
        self._go(x, y)

    def _csi(self, private: str, text: str, final: str) -> None:
        if private:
            self._mode(private, text, final)
            return
        if final == "m":
            self._style = styled(self._style, text)
            return
        numbers = [int(n or 0) for n in text.replace(":", ";").split(";")]
        first = numbers[0]
        n = max(first, 1)
        second = max(numbers[1], 1) if len(numbers) > 1 else 1
        match final:
            case "H" | "f":
                self._go(second - 1, n - 1)
            case "A":
                self._go(self.x, self.y - n)
            case "B" | "e":
                self._go(self.x, self.y + n)
            case "C" | "a":
                self._go(self.x + n, self.y)
            case "D":
                self._go(self.x - n, self.y)
            case "E":
                self._go(0, self.y + n)
            case "F":
                self._go(0, self.y - n)
            case "G" | "`":
                self._go(n - 1, self.y)
            case "d":
                self._go(self.x, n - 1)
            case "b":
                self._print(self._last * n)
            case "r":
                self._top = n - 1
                end = numbers[1] if len(numbers) > 1 else 0
                self._bottom = min(end or self.rows, self.rows) - 1
                self._go(0, 0)
            case "s":
                self._saved = (self.x, self.y, self._style)
            case "u":
                self._restore()
            case _:
                self._edit(final, first, n)

    def _edit(self, final: str, first: int, n: int) -> None:
        """Erase, insert or delete; everything else is none of ours."""
        x, y = self.x, self.y
        match final:
            case "J":
                if first == 0:
                    self._erase([y], x, self.columns)
                    self._erase(range(y + 1, self.rows), 0, self.columns)
                elif first == 1:
                    self._erase(range(y), 0, self.columns)
                    self._erase([y], 0, x + 1)
                elif first == 2:
                    self._erase(range(self.rows), 0, self.columns)
            case "K":
                start, end = ((x, self.columns), (0, x + 1), (0, self.columns))[min(first, 2)]
                self._erase([y], start, end)
            case "X":
                self._erase([y], x, x + n)
            case "@" | "P":
                self._shift(n if final == "@" else -n)
            case "L":
                self._scroll(y, -n)
            case "M":
                self._scroll(y, n)
            case "S":
                self._scroll(self._top, n)
            case "T":
                self._scroll(self._top, -n)
            case _ if final not in _SILENT:
                self.unknown[f"CSI {final}"] += 1

    def _mode(self, private: str, text: str, final: str) -> None:
        if private == "?" and final in "hl":
            if text == "7":
                self._wraps = final == "h"
            elif text in ("47", "1047", "1049"):
                self._erase(range(self.rows), 0, self.columns)
        elif final not in _SILENT:
            self.unknown[f"CSI {private}{final}"] += 1

    # Cells

    def _print(self, text: str) -> None:
        columns, style = self.columns, self._style
        extra = max(self._due - len(text.encode()), 0)
        self._due = 0
        for char in text:
            width = 1 if char < "\u0300" else cell_len(char)
            if width == 0:
                self._combine(char)
                continue
            if (self._wrap and self._wraps) or self.x + width > columns:
                self._wrap_line(width)
            x, y = self.x, self.y
            self.chars[y][x] = char
            self.styles[y][x] = style
            self.cost[y, x] += extra + (1 if char < "\x80" else len(char.encode()))
            extra = 0
            if width == 2:
                self.chars[y][x + 1] = ""
                self.styles[y][x + 1] = style
            self._last = char
            self._wrap = x + width >= columns
            self.x = min(x + width, columns - 1)

    def _wrap_line(self, width: int) -> None:
        if self._wraps:
            self.x = 0
            self._line_feed()
        self.x = min(self.x, self.columns - width)
        self._wrap = False

    def _combine(self, char: str) -> None:
        x = self.x if self._wrap else self.x - 1
        if x >= 0:
            x -= self.chars[self.y][x] == ""
            self.chars[self.y][x] += char

    def _go(self, x: int, y: int) -> None:
        self.x = min(max(x, 0), self.columns - 1)
        self.y = min(max(y, 0), self.rows - 1)
        self._wrap = False

    def _line_feed(self) -> None:
        self._wrap = False
        if self.y == self._bottom:
            self._scroll(self._top, 1)
        elif self.y < self.rows - 1:
            self.y += 1

    @property
    def _blank(self) -> Style:
        return (-1, self._style[1], False)

    def _erase(self, rows: range | list[int], start: int, end: int) -> None:
        end = min(end, self.columns)
        width = max(end - start, 0)
        for y in rows:
            self.chars[y][start:end] = [" "] * width
            self.styles[y][start:end] = [self._blank] * width
            if width:
                self.cost[y, start] += self._due
                self._due = 0

    def _shift(self, n: int) -> None:
        """Insert `n` blanks at the cursor, or delete `-n` cells there."""
        for row, blank in ((self.chars[self.y], " "), (self.styles[self.y], self._blank)):
            if n > 0:
                row[self.x : self.x] = [blank] * n
                del row[self.columns :]
            else:
                del row[self.x : self.x - n]
                row.extend([blank] * (self.columns - len(row)))

    def _scroll(self, top: int, n: int) -> None:
        """Move the rows from `top` to the bottom margin up by `n`, or down by `-n`."""
        bottom, blank = self._bottom + 1, self._blank
        count = min(abs(n), bottom - top)
        for rows, cell in ((self.chars, " "), (self.styles, blank)):
            fresh = [[cell] * self.columns for _ in range(count)]
            if n > 0:
                rows[top:bottom] = rows[top + count : bottom] + fresh  # type: ignore[operator]
            else:
                rows[top:bottom] = fresh + rows[top : bottom - count]  # type: ignore[operator]


def _tokens(data: bytes) -> Iterator[re.Match[bytes]]:
    """Yield each token; what is left after the last may be the beginning of one."""
    at = 0
    while at < len(data):
        token = _TOKEN.match(data, at)
        if token is None:
            left = len(data) - at
            string = data[at + 1 : at + 2] in (b"]", b"P", b"X", b"^", b"_")
            if left < 4 or (data[at] == 0x1B and (string or left < 64)):
                return
            at += 1  # neither text nor a sequence: terminals go on with what follows
            continue
        at = token.end()
        yield token


class Compressor:
    """How many bytes `ssh -C` would send: one zlib stream, flushed after each write."""

    def __init__(self) -> None:
        self._zlib = zlib.compressobj(6)

    def size(self, data: bytes) -> int:
        """Return how much longer the stream gets by `data`."""
        return len(self._zlib.compress(data) + self._zlib.flush(zlib.Z_PARTIAL_FLUSH))
