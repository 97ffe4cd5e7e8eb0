"""The price of a byte, so that a picture takes the bytes it may."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardcase.tui.wire.mosaic import Mosaic, Sketch
    from hardcase.tui.wire.named import Palette

_WORTH_SEARCHING = 400
"""Cells from which a picture has a price of its own; fewer are drawn like the last."""

_ROW_BYTES = 14.0
"""What it takes to come to the next row, and to leave the picture for what is beside it."""

_FIRST = 20.0
"""Squared error a byte is worth, where nothing is known."""

_STEEPNESS = 2.5
"""Bytes go about with the price to the power of minus 1 / this."""
_MOST_STEEPNESS = 5.0
_LEVEL = 0.05
"""The power of the price that bytes go with at least, or they hang on something else."""

_ALIKE, _NEAR, _AIM = 0.94, 0.97, 0.985
"""Shares of a budget: enough not to search, enough to end a search, and what to try for."""
_TOLD = 0.75
"""The share of a budget from which the rows looked at told what all of them take."""
_SAMPLED_ROWS = 12
"""So many rows of a picture at least are looked at."""
_MOST_SAMPLES, _MOST_WHOLE = 7, 4
"""How many prices are tried on those rows, and then on all of them."""

_LEAP = 4.0
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

        `least` is the price below which nobody would see what more bytes bring. The whole picture
        is worked out a dozen times at most where it is small, else five, unless no price fits.
        """
        few = self._known and len(mosaic) < _WORTH_SEARCHING

        def tried(part: Mosaic, price: float) -> _Try:
            sketch = part.sketch(price, palette, named=named)
            size = sketch.size + _ROW_BYTES * part.used.shape[1]
            return _Try(price, size / (budget * len(part)), sketch)

        price, enough = max(self.price, least), 0.0
        if self._known:  # pictures that follow each other are often alike
            found = tried(mosaic, price)
            if found.share <= 1 and (few or found.share >= _ALIKE or price <= least):
                return found.sketch
            price = max(price * (found.share / _AIM) ** _STEEPNESS, least)
        most, step = _MOST_WHOLE, mosaic.used.shape[1] // _SAMPLED_ROWS
        if not few and step > 1:
            sample = mosaic.sample(step)
            told = _fitting(lambda price: tried(sample, price), price, least, _NEAR, _MOST_SAMPLES)
            price, enough = told.price, _TOLD
        elif not few:
            enough, most = _NEAR, _MOST_SAMPLES + _MOST_WHOLE
        found = _fitting(lambda price: tried(mosaic, price), price, least, enough, most)
        if not few:
            self.price, self._known = found.price, True
        return found.sketch


class _Try(NamedTuple):
    """What came of a price: the share of the budget that is taken, and the cells."""

    price: float
    share: float
    sketch: Sketch


def _fitting(
    tried: Callable[[float], _Try], price: float, least: float, enough: float, most: int
) -> _Try:
    """Return what keeps the budget at the lowest of `most` prices tried.

    The secant method, on logarithms, between the prices known to be too low and too high, until
    the share is `enough`; `least` where that takes less than the budget. If all took too much,
    prices go up by leaps until one does not.
    """
    low, high = least, _DEAREST
    price = min(price, high)
    before: _Try | None = None
    best: _Try | None = None
    for _ in range(most):
        new = tried(price)
        if new.share <= 1 and (best is None or price < best.price):
            best = new
        if enough <= new.share <= 1 or (new.share <= 1 and price <= least):
            break
        low, high = (price, high) if new.share > 1 else (low, price)
        following = price * (new.share / _AIM) ** _STEEPNESS
        if before is not None:
            step = log(new.share / before.share) / log(price / before.price)
            same_side = (new.share > 1) == (before.share > 1)
            if same_side and low > least and high < _DEAREST:
                following = sqrt(low * high)  # the curve has a step, as few colours make them
            elif same_side and abs(step) < _LEVEL:
                following = price * min(max((price / before.price) ** 2, 1 / _LEAP), _LEAP)
            elif step < -_LEVEL:
                following = price * (new.share / _AIM) ** min(-1 / step, _MOST_STEEPNESS)
        if not low < following < high:
            following = least if new.share < 1 and low == least else sqrt(low * high)
        if following == price:
            break  # the dearest takes too much, or there is no price in between
        before, price = new, following
    return best or _leaping(tried, price)


def _leaping(tried: Callable[[float], _Try], price: float) -> _Try:
    """Return the first above `price` that keeps the budget, or the dearest."""
    while True:
        price = min(price * _LEAP, _DEAREST)
        new = tried(price)
        if new.share <= 1 or price == _DEAREST:
            return new
