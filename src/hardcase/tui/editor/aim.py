"""Drawing a box by its corners: pure steps from the first letter to the box.

A corner is named by two letters, its column and its row on the rulers, or is where the cross was
brought. All numbers are source pixels of the oriented image.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hardcase.model.boxes import Box
from hardcase.tui.editor.editing import spanned

if TYPE_CHECKING:
    from hardcase.imaging.rulers import Ruler

    Point = tuple[float, float]
    Rulers = tuple[Ruler, Ruler]

_SAME = 1e-6  # of a step
_NEAR = 1 / 9
"""Share of what is shown, across and down, to zoom to: a sixth is seen, with what is around.

Letters then fit boxes of 3/4 to 3 1/2 marks at once (IoU 0.85, places seen to half a column), which
without zoom they hardly ever do.
"""


@dataclass(frozen=True, slots=True)
class Aiming:
    """A box under way. The cross is at (`x`, `y`).

    `across` says that a letter is the column of the cross, otherwise its row. `first` is the first
    corner once it is placed, `opposite` the other one.
    """

    x: float
    y: float
    across: bool = True
    first: Point | None = None
    opposite: Point | None = None


def begun(rulers: Rulers) -> Aiming:
    """Begin with the cross in the middle of what is shown."""
    across, down = rulers
    return Aiming((across.first + across.last) / 2, (down.first + down.last) / 2)


def lettered(aiming: Aiming, letter: str, rulers: Rulers) -> Aiming | None:
    """Bring the cross where a letter says; a row places the corner. None if no mark bears it."""
    if aiming.across:
        x = rulers[0].at(letter)
        return None if x is None else replace(aiming, x=x, across=False)
    y = rulers[1].at(letter)
    return None if y is None else placed(replace(aiming, y=y), rulers)


def moved(aiming: Aiming, dx: float, dy: float, rulers: Rulers) -> Aiming:
    """Move the cross, stopping at the end of the rulers."""
    across, down = rulers
    x = min(max(aiming.x + dx, across.first), across.last)
    y = min(max(aiming.y + dy, down.first), down.last)
    return replace(aiming, x=x, y=y)


def placed(aiming: Aiming, rulers: Rulers) -> Aiming:
    """Place a corner at the cross.

    Corners above each other or side by side are a quarter of a step off to either side then: too
    small to be named apart.
    """
    at = (aiming.x, aiming.y)
    if aiming.first is None:
        return replace(aiming, first=at, across=True)
    sides = (_apart(a, b, r) for a, b, r in zip(aiming.first, at, rulers, strict=True))
    (x1, x2), (y1, y2) = sides
    return replace(aiming, first=(x1, y1), opposite=(x2, y2))


def taken_back(aiming: Aiming) -> Aiming | None:
    """Take back the last letter or corner; None if there is nothing left to take back."""
    if not aiming.across:
        return replace(aiming, across=True)
    if aiming.first is None:
        return None
    x, y = aiming.first
    return Aiming(x, y, across=False)


def nearby(aiming: Aiming, rulers: Rulers) -> Box:
    """Return the part of what is shown around the cross to zoom to; it may leave the image."""
    half_x, half_y = (_NEAR / 2 * (ruler.last - ruler.first) for ruler in rulers)
    x, y = aiming.x, aiming.y
    return Box(x - half_x, y - half_y, x + half_x, y + half_y)


def span_of(aiming: Aiming, width: int, height: int) -> Box | None:
    """Return the box of whole pixels from the first corner to the other, or to the cross."""
    if aiming.first is None:
        return None
    return spanned(aiming.first, aiming.opposite or (aiming.x, aiming.y), width, height)


def _apart(a: float, b: float, ruler: Ruler) -> Point:
    if abs(a - b) > _SAME * ruler.step:
        return a, b
    return a - ruler.step / 4, b + ruler.step / 4
