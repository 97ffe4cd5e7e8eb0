from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hardness_jobs import decide, rows, simulated
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hardcase.hardness import Population, assess, coefficients
from hardcase.hardness.evaluation import auroc, calibration_error
from hardcase.hardness.learning import MOST_DECISIONS
from hardcase.model.job import Task

SEEDS = range(6)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("order", ["hardest", "random"])
def test_twenty_confirmations_do_not_make_it_worse(seed: int, order: str) -> None:
    job, wrong = simulated(seed)
    before = coefficients(job)
    first = np.argsort(-before) if order == "hardest" else np.random.default_rng(1).permutation(800)
    after = coefficients(decide(job, wrong, first[:20]))
    rest = first[20:]
    assert auroc(after[rest], wrong[rest]) > auroc(before[rest], wrong[rest]) - 0.015


def test_two_hundred_confirmations_make_it_clearly_better_and_calibrated() -> None:
    gains, errors = [], []
    for seed in SEEDS:
        job, wrong = simulated(seed)
        before = coefficients(job)
        order = np.random.default_rng(1).permutation(800)
        after = coefficients(decide(job, wrong, order[:200]))
        rest = order[200:]
        gains.append(auroc(after[rest], wrong[rest]) - auroc(before[rest], wrong[rest]))
        errors.append(calibration_error(after[rest], wrong[rest]))
    assert np.mean(gains) > 0.01
    assert min(gains) > -0.01
    assert np.mean(errors) < 0.07


def test_a_class_that_is_often_corrected_gets_harder_than_one_that_never_is() -> None:
    predicted = np.arange(200) % 2
    job = Population.undecided(Task.CLASSIFICATION, rows(np.full(200, 0.8)), predicted)
    decided = decide(job, predicted == 1, np.arange(100))
    after = coefficients(decided)[100:]
    assert after[1::2].min() > after[0::2].max() + 0.3


def test_what_looks_like_corrected_samples_gets_harder() -> None:
    job, _ = simulated(0)
    assert job.embeddings is not None
    corner = job.embeddings[:, 0] > 0.3
    before = coefficients(job)
    after = coefficients(decide(job, corner, np.arange(0, 800, 4)))
    gain = after - before
    assert gain[corner].mean() > gain[~corner].mean() + 0.2


@pytest.mark.parametrize("wrong", [0.0, 1.0])
def test_all_right_or_all_wrong_moves_every_sample_that_way(wrong: float) -> None:
    job, _ = simulated(1)
    before = coefficients(job)
    after = coefficients(decide(job, np.full(800, wrong), np.arange(0, 800, 8)))
    assert ((after > before) == bool(wrong)).mean() > 0.98
    assert ((after > 0) & (after < 1)).all()


@pytest.mark.parametrize("count", [1, 2, 11])
def test_few_samples_decided_or_not_are_judged(count: int) -> None:
    job, wrong = simulated(2, count=count)
    for decided in (0, 1, count):
        after = coefficients(decide(job, wrong, np.arange(decided)))
        assert ((after > 0) & (after < 1)).all()


def test_one_class_no_embeddings_and_no_samples_are_judged() -> None:
    job, wrong = simulated(3)
    one = replace(job, predicted=np.zeros(800, np.int64), embeddings=None)
    after = coefficients(decide(one, wrong, np.arange(50)))
    assert auroc(after, wrong) > 0.6
    none = Population.undecided(Task.CLASSIFICATION, np.empty((0,)), np.empty(0, int))
    assert coefficients(none).shape == (0,)


def test_a_sample_without_numbers_is_hardest_and_spoils_nobody_else() -> None:
    job, wrong = simulated(4)
    decide(job, wrong, np.arange(0, 800, 8))
    clean = coefficients(job)
    assert job.embeddings is not None
    odd = Population(
        job.task,
        np.vstack([job.signals, np.full(job.signals.shape[1], np.nan)]),
        np.append(job.predicted, 0),
        np.vstack([job.embeddings, np.full((1, 16), np.nan, np.float32)]),
        np.append(job.given, -1),
        np.append(job.wrong, 1.0),
    )
    after = coefficients(odd)
    assert after[-1] == 1.0
    np.testing.assert_allclose(after[:-1], clean, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 50), st.integers(0, 60), st.randoms(use_true_random=False))
def test_the_order_of_the_samples_does_not_matter_and_chance_has_no_part(
    seed: int, decided: int, random: st.DataObject
) -> None:
    job, wrong = simulated(seed, count=60)
    decide(job, wrong, np.arange(decided))
    first = coefficients(job)
    assert (coefficients(job) == first).all()
    order = np.arange(60)
    random.shuffle(order)  # type: ignore[attr-defined]
    assert job.embeddings is not None
    shuffled = Population(
        job.task,
        job.signals[order],
        job.predicted[order],
        job.embeddings[order],
        job.given[order],
        job.wrong[order],
    )
    np.testing.assert_allclose(coefficients(shuffled), first[order], atol=1e-5)


@settings(max_examples=20, deadline=None)
@given(
    signals=arrays(np.float64, (12, rows(np.ones(1)).shape[1])),
    looks=arrays(np.float32, (12, 3)),
    wrong=arrays(np.float64, 12),
    predicted=arrays(np.int64, 12, elements=st.integers(-1, 3)),
)
def test_whatever_is_in_a_population_coefficients_are_probabilities(
    signals: np.ndarray, looks: np.ndarray, wrong: np.ndarray, predicted: np.ndarray
) -> None:
    given_ = np.full(12, -1)
    for task in Task:
        found = assess(Population(task, signals, predicted, looks, given_, wrong))
        assert all(0 <= a.coefficient <= 1 for a in found)


def test_more_decisions_than_are_learned_from_are_thinned_out() -> None:
    job, wrong = simulated(5, count=MOST_DECISIONS + 400)
    after = coefficients(decide(job, wrong, np.arange(MOST_DECISIONS + 200)))
    rest = np.arange(MOST_DECISIONS + 200, MOST_DECISIONS + 400)
    assert auroc(after[rest], wrong[rest]) > 0.7


@pytest.mark.slow
def test_ten_thousand_samples_take_less_than_two_seconds() -> None:
    rng = np.random.default_rng(0)
    job, wrong = simulated(0, count=10_000, classes=100)
    looks = rng.normal(0, 1, (10_000, 128)).astype(np.float32)
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    job = decide(replace(job, embeddings=looks), wrong, np.arange(200))
    times = []
    for _ in range(3):
        began = time.perf_counter()
        assess(job)
        times.append(time.perf_counter() - began)
    assert min(times) < 2
