"""Rich styles as numbers: two colours and attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rich.color import Color, ColorSystem, ColorType

from hardcase.imaging.segments import PICTURE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from rich.style import Style

ANY = -2
"""A foreground that does not show."""
DEFAULT = -1
INDEXED = 1 << 24
"""Added to the number of one of the terminal's 256 colours; less is 0xRRGGBB."""

LINK_SHIFT = 13
"""Attributes below are Rich's 13 (bold is bit 0), above is the number of a link."""
ATTRIBUTES = (1 << LINK_SHIFT) - 1
SHOWS_ON_BLANKS = ~0b11_0111
"""All but bold, dim, italic and the two kinds of blinking."""

_MOST = 1 << 16


class StyleTable:
    """Numbers of styles; they hold until `crowded` is answered by `clear`."""

    def __init__(self, system: ColorSystem) -> None:
        self._system = system
        self._links: dict[tuple[str, str], int] = {}
        self.links: list[str] = [""]
        """What to write to begin each link."""
        self.clear()

    def clear(self) -> None:
        """Forget all styles; links stay, since cells refer to them."""
        self._ids: dict[int, int] = {}
        self._kept: list[Style | None] = []  # so that no id is used again
        self._values = np.empty((1024, 4), dtype=np.int32)
        self._colours: dict[int, int] = {}
        self._kept_colours: list[Color] = []

    def values(self, styles: Sequence[Style | None]) -> NDArray[np.int32]:
        """Return (N, 4): foreground, background, attributes of each style, and 1 of a picture's."""
        if len(self._kept) > _MOST:
            self.clear()
        keys = list(map(id, styles))
        missing = set(keys).difference(self._ids)
        if missing:
            by_id = dict(zip(keys, styles, strict=True))
            self._add([by_id[key] for key in missing])
        numbers = np.fromiter(map(self._ids.__getitem__, keys), dtype=np.intp, count=len(keys))
        return self._values[numbers]

    def _add(self, styles: list[Style | None]) -> None:
        count = len(self._kept)
        rows = [self._value(style) for style in styles]
        needed = count + len(rows)
        if needed > len(self._values):
            grown = np.empty((max(needed, 2 * len(self._values)), 4), dtype=np.int32)
            grown[:count] = self._values[:count]
            self._values = grown
        self._values[count:needed] = rows
        self._ids.update((id(style), count + n) for n, style in enumerate(styles))
        self._kept += styles

    def _value(self, style: Style | None) -> tuple[int, int, int, int]:
        if style is None:
            return DEFAULT, DEFAULT, 0, 0
        # Rich's own names for these are slow, or there are none (all attributes at once).
        fg, bg = style._color, style._bgcolor  # noqa: SLF001
        attributes = style._attributes & style._set_attributes  # noqa: SLF001
        if style._link:  # noqa: SLF001
            attributes |= self._link(style._link, style._link_id) << LINK_SHIFT  # noqa: SLF001
        colours = self._colours
        return (
            DEFAULT if fg is None else colours.get(id(fg)) or self._colour(fg),
            DEFAULT if bg is None else colours.get(id(bg)) or self._colour(bg),
            attributes,
            int(bg is not None and bg.name == PICTURE),
        )

    def _colour(self, colour: Color) -> int:
        value = self._colours[id(colour)] = _number(colour, self._system)
        self._kept_colours.append(colour)  # so that its id is not used again
        return value

    def _link(self, url: str, link_id: str) -> int:
        key = (url, link_id)
        if not (url + link_id).isprintable() or ";" in link_id:
            return 0
        if key not in self._links:
            if len(self.links) > 1 << 16:
                return 0
            self._links[key] = len(self.links)
            self.links.append(f"\x1b]8;id={link_id};{url}\x1b\\")
        return self._links[key]


def _number(colour: Color, system: ColorSystem) -> int:
    true = system is ColorSystem.TRUECOLOR or colour.name == PICTURE
    if colour.type is not ColorType.TRUECOLOR or not true:
        colour = colour.downgrade(system)
    if colour.triplet is not None and colour.type is ColorType.TRUECOLOR:
        red, green, blue = colour.triplet
        return (red << 16) | (green << 8) | blue
    return DEFAULT if colour.number is None else INDEXED | colour.number
