from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hardness_evidence import classified, detected
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hardcase.hardness import SIGNALS, Population, measure
from hardcase.hardness import coefficients as of_population
from hardcase.hardness.evaluation import calibration_error
from hardcase.model.job import Task

if TYPE_CHECKING:
    from hardcase.model.evidence import Evidence

A = (100.0, 100.0, 200.0, 200.0)
B = (300.0, 100.0, 400.0, 200.0)


def coefficient(task: Task, evidence: Evidence) -> float:
    return float(coefficients(task, np.array([measure(evidence, task, 0.3)]))[0])


def coefficients(task: Task, signals: np.ndarray) -> np.ndarray:
    return of_population(Population.undecided(task, signals, np.zeros(len(signals), int)))


def test_classification_falls_with_the_probability_of_the_label() -> None:
    seen = [(0.3, 0.25, 0.25, 0.2), (0.5, 0.5), (0.6, 0.4), (0.9, 0.1), (0.99, 0.01)]
    said = [coefficient(Task.CLASSIFICATION, classified(*p)) for p in seen]
    assert said == sorted(said, reverse=True)
    assert said[0] > 0.5 > said[2]
    assert said[-1] < 0.05


def test_detection_rises_with_what_is_wrong_and_what_is_missed() -> None:
    good, doubtful, missed = (
        coefficient(Task.DETECTION, detected(*found, flip=found))
        for found in (((A, 0.9, 0),), ((A, 0.4, 0),), ((A, 0.9, 0), (B, 0.28, 0)))
    )
    assert good < 0.2
    assert doubtful > good + 0.2
    assert missed > good + 0.05


def test_nothing_found_is_as_hard_as_its_candidates_are_likely() -> None:
    none, faint, strong = (
        coefficient(Task.DETECTION, detected(*found, flip=found))
        for found in ((), ((A, 0.05, 0),), ((A, 0.29, 0), (B, 0.28, 0)))
    )
    assert none < faint < strong < 0.9


def test_a_row_without_numbers_is_hardest() -> None:
    unknown = np.full((1, len(SIGNALS)), np.nan)
    for task in Task:
        assert coefficients(task, unknown).tolist() == [1.0]


@given(arrays(np.float64, (3, len(SIGNALS))), st.sampled_from(Task))
def test_any_row_gives_a_coefficient_in_range(rows: np.ndarray, task: Task) -> None:
    c = coefficients(task, rows)
    assert ((c >= 0) & (c <= 1)).all()


def test_of_a_model_whose_scores_are_true_the_coefficient_is_calibrated() -> None:
    rng = np.random.default_rng(5)
    p = rng.dirichlet([0.5, 0.5, 0.5], 4000)
    wrong = np.array([rng.choice(3, p=row) != row.argmax() for row in p])
    rows = np.array([measure(classified(*row), Task.CLASSIFICATION, 0.3) for row in p])
    job = Population.undecided(Task.CLASSIFICATION, rows, p.argmax(axis=1))
    assert calibration_error(of_population(job), wrong) < 0.08
    job.wrong[:200] = wrong[:200]
    assert calibration_error(of_population(job)[200:], wrong[200:]) < 0.04


def test_of_a_detector_whose_scores_are_true_confirmations_calibrate_the_coefficient() -> None:
    rng = np.random.default_rng(6)
    said, seen = [], []
    for _ in range(1500):
        scores = rng.beta(0.6, 0.6, rng.integers(1, 15))
        there = rng.random(scores.size) < scores
        boxes = [((i * 40.0, 0.0, i * 40.0 + 30, 30.0), float(p), 0) for i, p in enumerate(scores)]
        said.append(measure(detected(*boxes, flip=tuple(boxes)), Task.DETECTION, 0.3))
        right = (there & (scores >= 0.3)).sum()
        total = (there | (scores >= 0.3)).sum()
        seen.append(1 - right / total if total else 0.0)
    job = Population.undecided(Task.DETECTION, np.array(said), np.full(len(said), -1))
    job.wrong[:200] = seen[:200]
    assert calibration_error(of_population(job)[200:], np.array(seen[200:])) < 0.04
