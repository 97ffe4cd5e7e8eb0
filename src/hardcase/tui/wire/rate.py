"""The price of a byte, so that a picture takes the bytes it may."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardcase.tui.wire.mosaic import Mosaic, Sketch
    from hardcase.tui.wire.named import Palette

_WORTH_SEARCHING = 400
"""Cells from which a picture has a price of its own; fewer are drawn like the last."""

_ROW_BYTES = 20.0
"""What it takes to come to the next row, and to leave the picture for what is beside it."""

_FIRST = 20.0
"""Squared error a byte is worth, where nothing is known."""

_STEEPNESS = 2.5
"""Bytes go about with the price to the power of minus 1 / this."""

_MOST_STEPS = 5
_ALIKE, _NEAR, _AIM = 0.9, 0.95, 0.98
"""Shares of a budget: enough not to search, enough to end a search, and what to try for."""
_MISLED = 0.6
"""The share of a budget below which the rows looked at did not tell what all of them take."""
_SAMPLED_ROWS = 12
"""So many rows of a picture at least tell what all of it takes."""

_DEAREST = 1e5


@dataclass(slots=True)
class Rate:
    """Remembers the price of the last picture."""

    price: float = _FIRST
    """Squared error that a byte was worth."""
    _known: bool = False

    def sketch(
        self, mosaic: Mosaic, budget: float, least: float, palette: Palette | None, *, named: bool
    ) -> Sketch:
        """Return the best cells that take at most about `budget` bytes a cell.

        `least` is the price below which nobody would see what more bytes bring.
        """
        price = max(self.price, least)
        if self._known and len(mosaic) < _WORTH_SEARCHING:
            return mosaic.sketch(price, palette, named=named)

        def taken(part: Mosaic, price: float) -> tuple[float, Sketch]:
            sketch = part.sketch(price, palette, named=named)
            size = sketch.size + _ROW_BYTES * part.used.shape[1]
            return size / (budget * len(part)), sketch

        share = 0.0
        if self._known:  # pictures that follow each other are often alike
            share, sketch = taken(mosaic, price)
        if not (_ALIKE <= share <= 1 or (self._known and share < 1 and price <= least)):
            sample = mosaic.sample(max(1, mosaic.used.shape[1] // _SAMPLED_ROWS))
            price = _fitting(lambda price: taken(sample, price)[0], price, least)
            share, sketch = taken(mosaic, price)
        if share < _MISLED and price > least:
            price = _fitting(lambda price: taken(mosaic, price)[0], price, least)
            share, sketch = taken(mosaic, price)
        while share > 1 and price < _DEAREST:
            price *= share**_STEEPNESS * 1.02
            share, sketch = taken(mosaic, price)
        self.price, self._known = price, True
        return sketch


def _fitting(taken: Callable[[float], float], price: float, least: float) -> float:
    """Return the price at which the share of the budget `taken` is 1 or a little less.

    The secant method, on logarithms, between the prices known to be too low and too high; `least`
    where that takes less than the budget.
    """
    low, high = least, _DEAREST
    steepness, before = _STEEPNESS, None
    for _ in range(_MOST_STEPS):
        share = taken(price)
        if _NEAR <= share <= 1 or (share < 1 and price <= least):
            break
        low, high = (price, high) if share > 1 else (low, price)
        if before is not None and before[1] != share:
            steepness = -log(price / before[0]) / log(share / before[1])
            steepness = min(max(steepness, 0.1), 5.0)
        before = price, share
        price = price * (share / _AIM) ** steepness
        if not low < price < high:
            price = least if share < 1 and low == least else sqrt(low * high)
    return price
