"""Colours as terminals are told them (SGR), and as they show them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT_FG, DEFAULT_BG = 0xE5E5E5, 0x000000
"""What a terminal shows where no colour is asked for."""

# xterm's own first 16 colours; the cube and the greys are the same everywhere.
_XTERM_16 = (
    0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
    0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
)  # fmt: skip


@cache
def indexed(n: int) -> int:
    """Return colour `n` (0-255) as 0xRRGGBB."""
    if n < 16:
        return _XTERM_16[n]
    if n >= 232:
        return (8 + 10 * (n - 232)) * 0x010101
    levels = (0, 95, 135, 175, 215, 255)
    n -= 16
    return levels[n // 36] << 16 | levels[n // 6 % 6] << 8 | levels[n % 6]


Style = tuple[int, int, bool]
"""Foreground and background as 0xRRGGBB, -1 for the default, and whether they are swapped."""

PLAIN: Style = (-1, -1, False)


def seen(style: Style) -> tuple[int, int]:
    """Return foreground and background as they are seen."""
    fg, bg, swapped = style
    fg, bg = DEFAULT_FG if fg < 0 else fg, DEFAULT_BG if bg < 0 else bg
    return (bg, fg) if swapped else (fg, bg)


@cache
def styled(style: Style, text: str) -> Style:
    """Return the style after SGR `text`."""
    fg, bg, swapped = style
    codes = iter(text.split(";"))
    for code in codes:
        parts = code.split(":")
        n = int(parts[0] or 0)
        if n in (38, 48):
            colour = _colour(parts[1:], codes)
            fg, bg = (colour, bg) if n == 38 else (fg, colour)
        elif n == 0:
            fg, bg, swapped = PLAIN
        elif n in (7, 27):
            swapped = n == 7
        elif 30 <= n <= 37 or 90 <= n <= 97:
            fg = indexed(n - 30 if n < 90 else n - 82)
        elif 40 <= n <= 47 or 100 <= n <= 107:
            bg = indexed(n - 40 if n < 100 else n - 92)
        elif n == 39:
            fg = -1
        elif n == 49:
            bg = -1
    return fg, bg, swapped


def _colour(parts: list[str], codes: Iterator[str]) -> int:
    """Return the colour that follows 38 or 48, in the notation with `:` or with `;`."""
    if parts:
        kind, values = parts[0], parts[1:]
        if kind == "2" and len(values) == 4:
            values = values[1:]  # the colour space
    else:
        kind = next(codes)
        values = [next(codes) for _ in range(3 if kind == "2" else 1)]
    numbers = [int(v or 0) for v in values]
    if kind == "5":
        return indexed(numbers[0])
    return numbers[0] << 16 | numbers[1] << 8 | numbers[2]
