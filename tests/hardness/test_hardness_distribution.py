from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.hardness.distribution import RARE, off

TOLERANCE = 0.02


def normal(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.5, 0.1, count)


@pytest.mark.parametrize("value", [-0.5, 1.5])
def test_a_value_far_out_on_either_side_is_off(value: float) -> None:
    assert off(np.array([value]), normal(100), TOLERANCE).tolist() == [True]


def test_values_like_the_reference_are_not_off() -> None:
    assert off(normal(1000, seed=1), normal(1000), TOLERANCE).mean() < 0.005


def test_nothing_is_off_in_an_even_spread() -> None:
    even = np.linspace(0, 1, 500)
    assert not off(even, even, TOLERANCE).any()


def test_nothing_is_off_where_all_are_the_same() -> None:
    same = np.full(100, 0.3)
    assert not off(same, same, TOLERANCE).any()


def test_the_one_that_differs_from_a_constant_is_off() -> None:
    values = np.append(np.full(99, 0.3), 0.9)
    assert np.flatnonzero(off(values, values, TOLERANCE)).tolist() == [99]


def test_a_difference_too_small_to_matter_is_not_off() -> None:
    values = np.append(np.full(99, 0.3), 0.31)
    assert not off(values, values, TOLERANCE).any()


def test_a_minority_that_is_not_rare_is_not_off() -> None:
    values = np.repeat([0.3, 0.9], [80, 20])
    assert not off(values, values, TOLERANCE).any()


@pytest.mark.parametrize("count", [0, 1, 2, 19])
def test_few_samples_are_no_distribution(count: int) -> None:
    assert off(np.array([99.0]), normal(count), TOLERANCE).tolist() == [False]


def test_numbers_that_are_none_are_never_off() -> None:
    values = np.array([np.nan, np.inf, -np.inf])
    assert not off(values, normal(100), TOLERANCE).any()
    assert off(np.array([9.0]), np.append(normal(100), np.nan), TOLERANCE).all()


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200))
def test_at_most_a_rare_share_a_side_is_off_within_a_job(job: list[float]) -> None:
    values = np.array(job)
    assert off(values, values, TOLERANCE).mean() <= 2 * RARE
