"""The part of xterm's 256 colours that terminals agree on: the cube and the greys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
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
