"""Palettes: the part of xterm's 256 colours that terminals agree on, cube and greys, and the 16."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from hardcase.imaging.depth import SHOWN, Depth
from hardcase.imaging.depth import palette as palette_at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


def _named() -> dict[int, int]:
    axis = (0, 95, 135, 175, 215, 255)
    found = {
        (r << 16) | (g << 8) | b: 16 + 36 * i + 6 * j + k
        for i, r in enumerate(axis)
        for j, g in enumerate(axis)
        for k, b in enumerate(axis)
    }
    found.update({level * 0x010101: 232 + n for n, level in enumerate(range(8, 239, 10))})
    return found


NAMED = _named()
"""0xRRGGBB to number."""

_COLOURS = np.array(sorted(NAMED), dtype=np.int32)
_NUMBERS = np.array([NAMED[colour] for colour in sorted(NAMED)], dtype=np.int32)


def named_numbers(colours: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the number of each 0xRRGGBB that has one, else -1."""
    at = np.minimum(np.searchsorted(_COLOURS, colours), len(_COLOURS) - 1)
    numbers: NDArray[np.int32] = np.where(_COLOURS[at] == colours, _NUMBERS[at], -1)
    return numbers


def nearest_named(colours: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return (N, 3) for (N, 3) in 0-255: the closest of the named colours to each."""
    steps = np.clip((colours - 35) // 40, 0, 5)
    cube = np.where(colours < 48, 0, np.where(colours < 115, 95, 55 + 40 * steps))
    level = np.clip(np.rint((colours.mean(axis=1) - 8) / 10), 0, 23) * 10 + 8
    grey = np.repeat(level[:, None], 3, axis=1).astype(np.int32)
    off_cube, off_grey = (((colours - found) ** 2).sum(axis=1) for found in (cube, grey))
    closest: NDArray[np.int32] = np.where((off_grey < off_cube)[:, None], grey, cube)
    return closest


NAMED_BYTES = 8
"""Of `38;5;n`, nearly always."""
_ANSI_BYTES = 2
_CODE = 3
"""Of an SGR sequence without its parameters."""

_BITS = 5  # a channel in the table of nearest colours
_PAIR_BITS = 4  # and in that of colours to mix


@dataclass(frozen=True, slots=True, eq=False)
class Palette:
    """The colours of a terminal that has only some.

    `numbers` (N,) and `packed` (N,), which ascends.
    """

    numbers: NDArray[np.int32]
    packed: NDArray[np.int32]
    _table: NDArray[np.intp]
    _pairs: NDArray[np.intp] | None

    def nearest(self, colours: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the closest colour of the palette to each of (..., 3), which may lie outside."""
        cell = np.clip(colours, 0, 255).astype(np.intp) >> (8 - _BITS)
        return channels(self.packed[self._table[cell[..., 0], cell[..., 1], cell[..., 2]]])

    def mixed_of(
        self, colours: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return two colours of the palette to mix each of (N, 3), the first used last."""
        if self._pairs is None:
            near = self.nearest(colours)
            return self.nearest(2 * colours - near), near
        cell = np.clip(colours, 0, 255).astype(np.intp) >> (8 - _PAIR_BITS)
        found = self._pairs[:, cell[:, 0], cell[:, 1], cell[:, 2]]
        return channels(self.packed[found[0]]), channels(self.packed[found[1]])

    @property
    def few(self) -> bool:
        """Whether these are but the 16."""
        return len(self.numbers) <= _FEW

    @property
    def change(self) -> float:
        """Bytes that another colour takes, about."""
        return _CODE + (_ANSI_BYTES if self.few else NAMED_BYTES)

    def numbers_of(self, colours: NDArray[np.float32]) -> NDArray[np.int32]:
        """Return the terminal's numbers of (..., 3) colours of the palette."""
        return self.numbers[np.searchsorted(self.packed, packed(colours))]

    def bytes_of(
        self, colours: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the bytes that make each of (..., 3) the foreground, and the background."""
        numbers = self.numbers_of(colours)
        if not self.few:
            size = NAMED_BYTES - (numbers < 100).astype(np.float32)
            return size, size
        return np.full(numbers.shape, _ANSI_BYTES, np.float32), _ANSI_BYTES + (numbers > 7).astype(
            np.float32
        )


def channels(packed: NDArray[np.int32]) -> NDArray[np.float32]:
    """Return (..., 3) of 0xRRGGBB."""
    return np.stack([packed >> s & 255 for s in (16, 8, 0)], axis=-1).astype(np.float32)


def packed(colours: NDArray[np.float32]) -> NDArray[np.int32]:
    """Return 0xRRGGBB of (..., 3)."""
    red, green, blue = (colours[..., n].astype(np.int32) for n in range(3))
    return (red << 16) | (green << 8) | blue


_FEW = 16
_CONTRAST = 0.15
"""What squared distance of two colours that are mixed weighs, beside that of the mean."""


@cache
def _meant() -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the hues by which the app names some of the 16 colours, ascending, and these."""
    pairs = zip(packed(palette_at(Depth.ANSI).astype(np.float32)).tolist(), SHOWN, strict=True)
    hues = [(name, shown) for name, shown in sorted(pairs) if len({*name.to_bytes(3)}) > 1]
    names, shown = np.array(hues, dtype=np.int32).T
    return names, shown


def as_shown(colours: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return 0xRRGGBB, but where one is a hue by which the app names one of the 16 colours: that.

    Lines and marks over pictures are drawn in those, and must have the colour of their tags, which
    Rich sends by its number. Greys stay, since pictures are full of them.
    """
    names, shown = _meant()
    at = np.minimum(np.searchsorted(names, colours), len(names) - 1)
    return np.where(names[at] == colours, shown[at], colours)


@cache
def palette_of(count: int) -> Palette:
    """Return the palette of 16 or 256 colours; of the 256 only those that terminals agree on."""
    if count == _FEW:
        return palette_with(enumerate(SHOWN))
    return palette_with((number, colour) for colour, number in NAMED.items())


def palette_with(numbered: Iterable[tuple[int, int]]) -> Palette:
    """Return the palette of a terminal with such numbers, and 0xRRGGBB of each, all different."""
    pairs = sorted(numbered, key=lambda pair: pair[1])
    numbers, values = np.array(pairs, dtype=np.int32).T
    colours = channels(values)
    table = _distances(_grid(_BITS), colours).argmin(axis=1).reshape((2**_BITS,) * 3)
    return Palette(numbers, values, table, _pairs(colours) if len(pairs) <= _FEW else None)


def _grid(bits: int) -> NDArray[np.float32]:
    """Return (N, 3) the middles of all cells of a table with so many bits a channel."""
    axis = (np.arange(2**bits, dtype=np.float32) + 0.5) * 2 ** (8 - bits) - 0.5
    axis[0], axis[-1] = 0.0, 255.0  # black and white must stay pure
    return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)


def _distances(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the squared distances (N, M) of (N, 3) and (M, 3), less what all M have in common."""
    distances: NDArray[np.float32] = (b**2).sum(axis=1) - 2 * a @ b.T
    return distances


def _pairs(colours: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return (2, n, n, n): which two colours, in quarters, come closest with little contrast."""
    first, second = np.triu_indices(len(colours))
    apart = ((colours[first] - colours[second]) ** 2).sum(axis=1)
    grid = _grid(_PAIR_BITS)
    best = np.full((len(grid), len(first)), np.inf, dtype=np.float32)
    for share in (0.25, 0.5, 0.75):
        means = colours[first] * (1 - share) + colours[second] * share
        cost = _distances(grid, means) + _CONTRAST * share * (1 - share) * apart
        best = np.minimum(best, cost)
    chosen = best.argmin(axis=1)
    return np.stack((first[chosen], second[chosen])).reshape(2, *(2**_PAIR_BITS,) * 3)
