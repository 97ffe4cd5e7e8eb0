"""Ids as a short text, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.model.spans import MOST, from_spans, to_spans


@given(st.sets(st.integers(0, 2000)))
def test_ids_come_back_in_order_each_once(ids):
    assert from_spans(to_spans([*ids, *ids])) == tuple(sorted(ids))


def test_ids_in_a_row_are_one_span():
    assert to_spans(range(1, 100_001)) == "1-100000"
    assert to_spans([5, 1, 2, 3]) == "1-3,5"
    assert to_spans([]) == ""


@pytest.mark.parametrize(
    "text", ["x", "1-", "-1", "1-2-3", "1 2", "\u0661", f"1-{MOST + 1}", "1.5"]
)
def test_what_is_no_such_text_is_an_error(text):
    with pytest.raises(ValueError, match="ids"):
        from_spans(text)
