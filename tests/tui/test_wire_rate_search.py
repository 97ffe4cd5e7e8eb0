"""The search for the price of a byte ends, whatever a picture takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from hardcase.tui.wire.mosaic import Sketch
from hardcase.tui.wire.rate import _DEAREST, _ROW_BYTES, Rate, _fitting, _leaping, _Try


def taking(share):
    """Return what tries a price where a picture takes `share(price)` of its budget, and the log."""
    asked = []

    def tried(price):
        asked.append(price)
        return _Try(price, share(price), None)

    return tried, asked


@pytest.mark.parametrize("first", [0.01, 20.0, _DEAREST, 1e9])
@pytest.mark.parametrize(
    "share",
    [lambda _: 3.0, lambda _: 0.2, lambda price: 2.0 if price < 500 else 0.5],
    ids=["never fits", "always fits", "a step"],
)
def test_any_first_price_comes_to_an_end(first, share):
    tried, asked = taking(share)
    found = _fitting(tried, first, 0.01, 0.97, 11)
    assert found.share <= 1 or found.price == _DEAREST
    assert len(asked) <= 11 + 13


def test_a_budget_is_filled_from_below():
    tried, _ = taking(lambda price: (40 / price) ** 0.4)
    found = _fitting(tried, 5.0, 0.01, 0.97, 11)
    assert 0.97 <= found.share <= 1


@pytest.mark.parametrize("first", [1.0, 3.0, 9.0, 27.0, 81.0, 243.0])
def test_leaps_go_on_until_the_budget_is_kept(first):
    tried, asked = taking(lambda price: (5000 / price) ** 0.4)
    found = _leaping(tried, first)
    assert found.share <= 1
    assert all((5000 / price) ** 0.4 > 1 for price in asked[:-1])


def test_where_no_price_tried_keeps_the_budget_one_that_does_is_found():
    tried, asked = taking(lambda price: (5000 / price) ** 0.4)
    found = _fitting(tried, 20.0, 0.01, 0.97, 1)
    assert len(asked) > 1
    assert found.share <= 1


@dataclass
class Takes:
    """A picture of so many cells that takes `scale` bytes a cell at a price of 20, less above."""

    cells: int
    scale: float
    rows: int = 10

    def __len__(self):
        return self.cells

    @property
    def used(self):
        return np.ones((self.cells // self.rows, self.rows), dtype=bool)

    def sample(self, step):
        raise AssertionError(step)  # ten rows are too few for that

    def sketch(self, price, palette, *, named):
        size = self.scale * len(self) * (20 / price) ** 0.4
        return Sketch(*([np.zeros(len(self), np.int32)] * 3), size)


@pytest.mark.parametrize("cells", [100, 2000])
@pytest.mark.parametrize("over", [1.05, 1.2, 1.4, 3.0])
def test_a_picture_that_takes_more_than_the_last_one_keeps_the_budget_too(cells, over):
    rate = Rate()
    rate.sketch(Takes(2000, 20.0), 20.0, 0.01, None, named=False)
    budget = 20.0 * (20 / rate.price) ** 0.4 / over
    sketch = rate.sketch(Takes(cells, 20.0), budget, 0.01, None, named=False)
    assert sketch.size + _ROW_BYTES * 10 <= budget * cells
