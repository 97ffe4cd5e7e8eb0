"""SGR codes: the parameters that change attributes and colours."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from hardcase.tui.wire.named import NAMED, named_numbers
from hardcase.tui.wire.styles import ANY, INDEXED, LINK_SHIFT

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Codes that set and clear Rich's attributes, by bit.
_ON = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "21", "51", "52", "53")
_OFF = ("22", "22", "23", "24", "25", "25", "27", "28", "29", "24", "54", "54", "55")


@lru_cache(maxsize=4096)
def attribute_codes(old: int, new: int) -> str:
    """Return SGR parameters, each with a `;`, that lead from attributes to others."""
    gone, came = old & ~new, new & ~old
    codes = dict.fromkeys(_OFF[bit] for bit in range(LINK_SHIFT) if gone >> bit & 1)
    for bit in range(LINK_SHIFT):
        # What one code clears for two attributes must be set again for the one that stays.
        if (came >> bit & 1) or (new >> bit & 1 and _OFF[bit] in codes):
            codes[_ON[bit]] = None
    return "".join(f"{code};" for code in codes)


def colour_code(colour: int, ground: int, *, named: bool) -> str:
    """Return the SGR parameters of a colour; `ground` is 38 for foreground, 48 for background."""
    if colour < 0:
        return f"{ground + 1};"
    if colour >= INDEXED:
        number = colour - INDEXED
        if number < 8:
            return f"{ground - 8 + number};"
        return f"{ground + 44 + number};" if number < 16 else f"{ground};5;{number};"
    if named and colour in NAMED:
        return f"{ground};5;{NAMED[colour]};"
    return f"{ground};2;{colour >> 16};{colour >> 8 & 255};{colour & 255};"


def _decimals() -> NDArray[np.uint8]:
    """Return (256, 3): the digits of each number, the rest 0."""
    table = np.zeros((256, 3), dtype=np.uint8)
    for n in range(256):
        digits = str(n).encode()
        table[n, : len(digits)] = list(digits)
    return table


_DIGITS = _decimals()
_WIDTH = 16  # of `38;2;255;255;255` in bytes


def colour_controls(
    fg: NDArray[np.int32],
    bg: NDArray[np.int32],
    named: bool,  # noqa: FBT001 - one of three
) -> list[bytes]:
    """Return for each pair of colours what sets them, empty if both are ANY.

    All are laid out in a matrix with zeros where a shorter one has nothing, which then fall out.
    """
    count = len(fg)
    matrix = np.zeros((count, 2 * _WIDTH + 4), dtype=np.uint8)
    with_fg, with_bg = fg != ANY, bg != ANY
    some = with_fg | with_bg
    matrix[some, 0], matrix[some, 1], matrix[some, -1] = 0x1B, ord("["), ord("m")
    _lay(matrix[:, 2 : 2 + _WIDTH], with_fg, fg, 38, named=named)
    matrix[with_fg & with_bg, 2 + _WIDTH] = ord(";")
    _lay(matrix[:, 3 + _WIDTH : 3 + 2 * _WIDTH], with_bg, bg, 48, named=named)
    filled = matrix != 0
    ends = np.concatenate(([0], filled.sum(axis=1).cumsum())).tolist()
    joined = matrix[filled].tobytes()
    return [joined[start:end] for start, end in pairwise(ends)]


def _lay(
    matrix: NDArray[np.uint8],
    where: NDArray[np.bool_],
    colours: NDArray[np.int32],
    ground: int,
    *,
    named: bool,
) -> None:
    """Write the parameters of the colours `where`, without a `;` at the end."""
    true = where & (colours >= 0) & (colours < INDEXED)
    if named:
        numbers = named_numbers(colours)
        by_name = true & (numbers >= 0)
        true &= ~by_name
        at = by_name.nonzero()[0]
        matrix[at, :5] = list(f"{ground};5;".encode())
        matrix[at, 5:8] = _DIGITS[numbers[at]]
    at = true.nonzero()[0]
    values = colours[at]
    matrix[at, :5] = list(f"{ground};2;".encode())
    matrix[at, 5:8] = _DIGITS[values >> 16]
    matrix[at, 8] = matrix[at, 12] = ord(";")
    matrix[at, 9:12] = _DIGITS[values >> 8 & 255]
    matrix[at, 13:16] = _DIGITS[values & 255]
    for n in (where & ((colours < 0) | (colours >= INDEXED))).nonzero()[0].tolist():
        code = colour_code(int(colours[n]), ground, named=named)[:-1].encode()
        matrix[n, : len(code)] = list(code)
