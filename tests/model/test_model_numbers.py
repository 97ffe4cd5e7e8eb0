"""Numbers from 0 to 1, as people read and type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.model.numbers import degree, percent, typed_share


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (0.005, "0.5 %"),
        (0.0123, "1.2 %"),
        (0.05, "5 %"),
        (0.0996, "10 %"),
        (0.745, "74 %"),
        (1.0, "100 %"),
    ],
)
def test_shares_are_told_in_per_cent(share, text):
    assert percent(share) == text


def test_degrees_are_told_as_they_are_typed_in_filters():
    assert [degree(v) for v in (0.0, 0.567, 1.0)] == ["0.00", "0.57", "1.00"]


@pytest.mark.parametrize(
    ("text", "share"),
    [("5 %", 0.05), ("5%", 0.05), ("5", 0.05), (" 0.05 ", 0.05), ("1", 0.01), ("0.5 %", 0.005)],
)
def test_a_share_may_be_typed_either_way(text, share):
    assert typed_share(text) == pytest.approx(share)


@given(st.floats(0.001, 1))
def test_what_is_told_can_be_typed(share):
    assert typed_share(percent(share)) == pytest.approx(share, rel=0.06)


@pytest.mark.parametrize("text", ["", "x", "%", "5 % of it"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="could not convert"):
        typed_share(text)
