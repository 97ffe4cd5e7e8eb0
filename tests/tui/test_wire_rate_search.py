"""The search for the price of a byte ends, whatever a picture takes."""

from __future__ import annotations

import pytest

from hardcase.tui.wire.rate import _DEAREST, _fitting, _Try


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
