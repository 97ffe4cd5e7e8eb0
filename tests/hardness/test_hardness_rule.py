"""What a rule calls hard."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.hardness.rule import DEFAULT, Rule, RuleKind, hard, hardest

risks = st.lists(st.integers(0, 1000).map(lambda v: v / 1000), max_size=50).map(np.array)


def test_by_default_hard_is_what_is_as_likely_wrong_as_right() -> None:
    assert hard(np.array([0.49, 0.5, 1.0])).tolist() == [False, True, True]
    assert str(DEFAULT) == "risk from 0.50"


def test_by_share_the_hardest_are_hard_and_of_equal_ones_the_first() -> None:
    rule = Rule(RuleKind.SHARE, 0.5)
    assert hard(np.array([0.1, 0.7, 0.7, 0.7]), rule).tolist() == [False, True, True, False]
    assert str(rule) == "hardest 50 %"


@given(coefficients=risks, value=st.floats(0, 1))
def test_a_share_is_as_much_work_as_was_asked_for(coefficients, value) -> None:
    marks = hard(coefficients, Rule(RuleKind.SHARE, value))
    assert marks.sum() == ceil(round(value * len(coefficients), 6))
    assert coefficients[marks].min(initial=1) >= coefficients[~marks].max(initial=0)


@pytest.mark.parametrize("value", [0.07, 0.29, 0.1])
def test_a_share_that_comes_out_even_is_not_rounded_up(value) -> None:
    assert hard(np.linspace(0, 1, 100), Rule(RuleKind.SHARE, value)).sum() == round(100 * value)


def test_what_has_no_coefficient_is_never_hard() -> None:
    unknown = np.array([np.nan, 0.9, np.nan, 0.2])
    for rule in (DEFAULT, Rule(RuleKind.SHARE, 0.5), Rule(RuleKind.RISK, 0.0)):
        assert not hard(unknown, rule)[[0, 2]].any()
    assert hard(unknown, Rule(RuleKind.SHARE, 0.5)).tolist() == [False, True, False, False]
    assert hardest(unknown, 9).tolist() == [False, True, False, True]


@pytest.mark.parametrize("kind", RuleKind)
def test_of_nothing_nothing_is_hard(kind) -> None:
    assert hard(np.zeros(0), Rule(kind, 1.0)).tolist() == []


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_a_value_outside_0_to_1_is_refused(value) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Rule(RuleKind.RISK, value)
