"""The coefficient of detection, judged over a job."""

from __future__ import annotations

import time

import numpy as np
import pytest

from hardcase.hardness import SIGNALS, Population, coefficients
from hardcase.hardness.detection_coefficient import expected_share, hidden
from hardcase.hardness.evaluation import calibration_error, spearman
from hardcase.model.job import Task

COLUMN = {name: n for n, name in enumerate(SIGNALS)}
WORK = ("accepted", "wrong_boxes", "missed_boxes", "any_missed", "view_work")


def job(*images: tuple[float, ...]) -> Population:
    """Images as (accepted, wrong, missed, any_missed[, view_work])."""
    rows = np.zeros((len(images), len(SIGNALS)))
    for row, values in zip(rows, images, strict=True):
        for name, value in zip(WORK, values, strict=False):
            row[COLUMN[name]] = value
    return Population.undecided(Task.DETECTION, rows, np.full(len(images), -1))


NOTHING = (0.0, 0.0, 0.0, 0.0)
FAINT = (0.0, 0.0, 0.2, 0.2)
GOOD = (4.0, 0.1, 0.1, 0.1)
BAD = (2.0, 0.8, 1.6, 0.8)


def simulated(seed: int, count: int = 400) -> tuple[Population, np.ndarray]:
    """A job by a model that is twice as often wrong as the weights expect, and the truth."""
    rng = np.random.default_rng(seed)
    accepted = rng.integers(1, 12, count)
    risk = rng.beta(1.2, 5.0, count)
    missed = accepted * rng.beta(1.2, 6.0, count)
    population = job(*zip(accepted, accepted * risk, missed, np.full(count, 0.5), strict=True))
    wrong = rng.binomial(accepted, np.minimum(2 * risk, 1))
    added = rng.poisson(2 * missed)
    return population, (wrong + added) / (accepted + added)


def test_the_share_is_what_is_wrong_and_missed_of_all() -> None:
    assert expected_share(job((4, 0.5, 1.0, 0.6)))[0] == pytest.approx(1.5 / 5)


def test_nothing_found_is_hard_where_images_have_objects() -> None:
    assert expected_share(job(*[BAD] * 60, NOTHING))[-1] > 0.8


def test_nothing_found_is_easy_where_many_images_are_empty() -> None:
    share = expected_share(job(*[GOOD] * 60, *[NOTHING] * 20))
    assert share[-1] < 0.1
    assert share[-1] > 0


def test_of_a_good_model_nothing_found_says_less_than_of_a_bad_one() -> None:
    good, bad = (hidden(job(*[kind] * 60, NOTHING, NOTHING, NOTHING)) for kind in (GOOD, BAD))
    assert good < bad


def test_a_trace_of_an_object_adds_to_what_the_job_says() -> None:
    share = expected_share(job(*[GOOD] * 60, *[NOTHING] * 20, FAINT))
    assert share[-1] > share[-2] + 0.1


def test_what_people_decide_of_images_without_findings_tells_of_the_rest_of_them() -> None:
    for kind, answer, sign in ((BAD, 0.0, -1), (GOOD, 1.0, 1)):
        population = job(*[kind] * 30, *[NOTHING] * 8)
        before = hidden(population)
        population.wrong[30:34] = answer
        assert sign * (hidden(population) - before) > 0.05


@pytest.mark.parametrize("images", [[NOTHING], [NOTHING] * 50])
def test_where_nothing_was_found_anywhere_nobody_knows(images: list[tuple[float, ...]]) -> None:
    assert coefficients(job(*images)) == pytest.approx(np.full(len(images), 0.5), abs=0.1)


def test_one_image_is_judged_by_itself() -> None:
    assert coefficients(job(GOOD))[0] < 0.2 < coefficients(job(BAD))[0]


def test_rows_of_older_versions_keep_their_order() -> None:
    old = [(3.0, 0.0, 0.0, 0.0, work) for work in (0.1, 0.4, 0.7)]
    c = coefficients(job(*old, (0.0, 0.0, 0.0, 0.0, 0.9)))
    assert np.all(np.diff(c) > 0)


def test_a_row_without_numbers_is_hardest_and_disturbs_no_other() -> None:
    known = coefficients(job(*[GOOD] * 5, BAD))
    c = coefficients(job(*[GOOD] * 5, BAD, (np.nan,) * 4))
    assert c[-1] == 1
    assert c[:-1] == pytest.approx(known)


@pytest.mark.parametrize("answer", [0.0, 1.0])
def test_all_right_and_all_wrong_are_learned(answer: float) -> None:
    population, _ = simulated(1)
    before = coefficients(population)
    population.wrong[:200] = answer
    after = coefficients(population)[200:]
    assert abs(after.mean() - answer) < min(0.1, abs(before[200:].mean() - answer))
    assert ((after >= 0) & (after <= 1)).all()


def test_confirmations_make_the_coefficient_mean_what_it_says() -> None:
    population, truth = simulated(2)
    rest = np.arange(400) >= 100
    before = calibration_error(coefficients(population)[rest], truth[rest])
    population.wrong[:100] = truth[:100]
    after = coefficients(population)
    assert before > 0.12
    assert calibration_error(after[rest], truth[rest]) < before / 2


def test_confirmations_do_not_spoil_the_order() -> None:
    for seed in range(5):
        population, truth = simulated(seed)
        rest = np.arange(400) >= 20
        before = spearman(coefficients(population)[rest], truth[rest])
        population.wrong[:20] = truth[:20]
        assert spearman(coefficients(population)[rest], truth[rest]) > before - 0.01


def test_the_same_job_gives_the_same_coefficients_in_any_order() -> None:
    population, truth = simulated(3, 60)
    population.wrong[:20] = truth[:20]
    order = np.random.default_rng(0).permutation(60)
    again = Population(
        Task.DETECTION,
        population.signals[order],
        population.predicted[order],
        None,
        population.given[order],
        population.wrong[order],
    )
    assert coefficients(again) == pytest.approx(coefficients(population)[order], abs=1e-6)


def test_ten_thousand_images_take_less_than_two_seconds() -> None:
    population, truth = simulated(4, 10_000)
    population.wrong[:200] = truth[:200]
    began = time.process_time()
    coefficients(population)
    assert time.process_time() - began < 2
