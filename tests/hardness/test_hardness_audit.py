"""The promise of an audit: exact, for every population, and over any number of attempts."""

from __future__ import annotations

from math import comb, floor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_simulation import KINDS, broken_promises, honest, own_mean, peeking, trying_again
from hardcase.hardness.audit import (
    ALPHA,
    POWER,
    Plan,
    Refusal,
    alpha,
    at_most,
    bound,
    most_allowed,
    most_wrong,
    needed,
    passes,
    plan,
)


def exactly(k: int, population: int, wrong: int, drawn: int) -> float:
    """P(X = k) by counting draws, in whole numbers."""
    if k > drawn:
        return 0.0
    return comb(wrong, k) * comb(population - wrong, drawn - k) / comb(population, drawn)


@given(st.data())
def test_the_distribution_is_that_of_counting_draws(data) -> None:
    population = data.draw(st.integers(1, 60))
    wrong, drawn = data.draw(st.integers(0, population)), data.draw(st.integers(0, population))
    k = data.draw(st.integers(-1, population))
    counted = sum(exactly(x, population, wrong, drawn) for x in range(k + 1))
    assert at_most(k, population, wrong, drawn) == pytest.approx(counted, abs=1e-9)


@pytest.mark.parametrize("level", [0.05, alpha(1), 0.2])
@pytest.mark.parametrize("drawn", [1, 5, 12, 29, 30])
def test_the_bound_is_exceeded_no_more_often_than_it_says_whatever_is_wrong(drawn, level) -> None:
    worst = 0.0
    for wrong in range(31):
        low, high = max(0, drawn - 30 + wrong), min(wrong, drawn)
        chance = sum(
            exactly(k, 30, wrong, drawn)
            for k in range(low, high + 1)
            if wrong > most_wrong(k, 30, drawn, level)
        )
        assert chance <= level + 1e-12
        worst = max(worst, chance)
    if drawn < 29:
        assert worst > level / 4  # it is no tighter than it has to be


@settings(deadline=None)
@given(st.data())
def test_what_passes_is_too_wrong_no_more_often_than_the_level(data) -> None:
    population = data.draw(st.integers(5, 80))
    drawn = data.draw(st.integers(1, population - 1))
    risk = data.draw(st.sampled_from([0.02, 0.05, 0.1, 0.3]))
    level = data.draw(st.sampled_from([0.05, 0.2]))
    wrong = data.draw(st.integers(0, population))
    tolerated = floor(round(risk * (population - drawn), 9))
    broken = sum(
        exactly(k, population, wrong, drawn)
        for k in range(max(0, drawn - population + wrong), min(wrong, drawn) + 1)
        if passes(k, population, drawn, level, risk) and wrong - k > tolerated
    )
    assert broken <= level + 1e-12


def test_known_bounds() -> None:
    """299 without a mistake bound 1 % at 95 % in a large population (1 - 0.05 ** (1 / 299))."""
    assert needed(10**6, 0, 0.05, 0.01) == 299
    assert bound(0, 10**6, 299, 0.05) == pytest.approx(1 - 0.05 ** (1 / 299), rel=1e-3)
    assert bound(1, 10**6, 299, 0.05) == pytest.approx(0.0158, abs=1e-4)  # Clopper-Pearson
    assert bound(0, 50, 50, 0.05) == 0.0


@pytest.mark.parametrize("population", [20, 100, 310, 5000])
@pytest.mark.parametrize("allowed", [0, 2])
@pytest.mark.parametrize("risk", [0.01, 0.05, 0.2])
def test_as_many_as_needed_pass_and_one_less_does_not(population, allowed, risk) -> None:
    drawn = needed(population, allowed, alpha(1), risk)
    assert passes(allowed, population, drawn, alpha(1), risk)
    assert drawn == allowed or not passes(allowed, population, drawn - 1, alpha(1), risk)
    assert most_allowed(population, drawn, alpha(1), risk) >= allowed
    over = most_allowed(population, drawn, alpha(1), risk) + 1
    assert over > drawn or not passes(over, population, drawn, alpha(1), risk)


@given(st.data())
def test_what_passes_has_a_bound_that_is_tolerated(data) -> None:
    population = data.draw(st.integers(1, 200))
    drawn = data.draw(st.integers(0, population))
    found = data.draw(st.integers(0, drawn))
    left = data.draw(st.integers(0, population - drawn))
    tolerated = floor(round(0.1 * left, 9))
    fits = most_wrong(found, population, drawn, 0.05) - found <= tolerated
    assert passes(found, population, drawn, 0.05, 0.1, left=left) == fits
    assert 0 <= bound(found, population, drawn, 0.05, left=left) <= 1


def test_fewer_left_unseen_are_promised_no_more_than_they_can_bear() -> None:
    drawn = needed(1000, 0, alpha(1), 0.05)
    assert passes(0, 1000, drawn, alpha(1), 0.05)
    assert not passes(0, 1000, drawn, alpha(1), 0.05, left=(1000 - drawn) // 2)


def test_all_attempts_together_cost_what_one_may() -> None:
    spent = [alpha(i) for i in range(1, 60)]
    assert sum(spent) == pytest.approx(ALPHA)
    assert sum(spent) <= ALPHA + 1e-15
    assert spent == sorted(spent, reverse=True)


def test_a_plan_is_a_check_that_passes_and_is_likely_to() -> None:
    rng = np.random.default_rng(1)
    coefficients = rng.beta(0.3, 3.0, 4000)
    found = plan(coefficients, 0.05, alpha(1))
    assert isinstance(found, Plan)
    assert passes(found.allowed, found.size, found.drawn, alpha(1), 0.05)
    assert not passes(found.allowed + 1, found.size, found.drawn, alpha(1), 0.05)
    easiest = np.sort(coefficients)[: found.size]
    wrong = rng.random((2000, found.size)) < easiest
    seen = rng.permuted(wrong, axis=1)[:, : found.drawn].sum(axis=1)
    assert (seen <= found.allowed).mean() > POWER - 0.1


def test_a_plan_does_not_depend_on_the_order_and_suspicion_makes_it_smaller() -> None:
    coefficients = np.random.default_rng(2).beta(0.3, 3.0, 3000)
    found = plan(coefficients, 0.05, alpha(1))
    assert plan(coefficients[::-1], 0.05, alpha(1)) == found
    assert plan(coefficients, 0.05, alpha(1), suspicion=3.0).size < found.size


def test_too_few_samples_are_refused_with_the_count_it_would_take() -> None:
    refused = plan(np.full(310, 0.0), 0.01, ALPHA)
    assert isinstance(refused, Refusal)
    assert (refused.size, refused.drawn) == (310, needed(310, 0, ALPHA, 0.01))
    assert refused.drawn >= 290


@pytest.mark.parametrize("coefficients", [[], [0.0], [1.0] * 500, [0.3] * 5000])
def test_nothing_one_or_all_wrong_are_refused(coefficients) -> None:
    assert isinstance(plan(np.array(coefficients), 0.01, ALPHA), Refusal)


@pytest.mark.parametrize("kind", KINDS)
def test_over_many_jobs_the_promise_holds(kind) -> None:
    broken, confirmed = broken_promises(honest, kind, jobs=150, seed=3)
    assert broken <= 0.05 * 150
    assert confirmed > 0 or kind != "informative"


@pytest.mark.parametrize("naive", [own_mean, trying_again, peeking])
def test_the_simulation_tells_a_naive_procedure(naive) -> None:
    worst = max(broken_promises(naive, kind, jobs=60, seed=4)[0] for kind in KINDS)
    assert worst > 0.15 * 60
