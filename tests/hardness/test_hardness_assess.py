from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hardness_evidence import Scene, beside, classified, ordinary_scenes

from hardcase.hardness import SIGNALS, Population, Rule, RuleKind, aligned, assess, measure
from hardcase.model.job import Task

NONE_PREDICTED = np.full(60, -1)


def job() -> np.ndarray:
    return np.array([measure(s.evidence(), Task.DETECTION, 0.3) for s in ordinary_scenes()])


def probability(p: float) -> tuple[float, ...]:
    return measure(classified(p, 1 - p), Task.CLASSIFICATION, 0.3)


def test_samples_are_assessed_in_order() -> None:
    signals = job()
    for_all = beside(Task.DETECTION, signals, NONE_PREDICTED)
    backwards = beside(Task.DETECTION, signals[::-1], NONE_PREDICTED)
    assert for_all == backwards[::-1]


def test_hard_is_what_is_more_likely_wrong_than_right() -> None:
    unsure = measure(classified(0.3, 0.25, 0.25, 0.2), Task.CLASSIFICATION, 0.3)
    signals = np.array([probability(0.9), unsure])
    assert [a.hard for a in beside(Task.CLASSIFICATION, signals, np.zeros(2, int))] == [False, True]


def test_a_rule_decides_what_is_hard() -> None:
    signals = np.array([probability(0.9), probability(0.6)])
    job = Population.undecided(Task.CLASSIFICATION, signals, np.zeros(2, int))
    assert [a.hard for a in assess(job, rule=Rule(RuleKind.RISK, 0.2))] == [False, True]


def test_by_share_what_is_decided_is_neither_hard_nor_counted() -> None:
    signals = np.array([probability(p) for p in (0.5, 0.9, 0.6, 0.7, 0.8)])
    job = Population.undecided(Task.CLASSIFICATION, signals, np.zeros(5, int))
    job.given[0], job.wrong[0] = 1, 1
    marks = [a.hard for a in assess(job, rule=Rule(RuleKind.SHARE, 0.5))]
    assert marks == [False, False, True, True, False]


def test_a_sample_may_have_reasons_without_being_hard() -> None:
    tall = measure(Scene(shape=0.2, score=0.95).evidence(), Task.DETECTION, 0.3)
    last = beside(Task.DETECTION, np.vstack([job(), tall]), np.full(61, -1))[-1]
    assert last.reasons
    assert not last.hard


def test_values_are_plain_python_for_json() -> None:
    first = beside(Task.DETECTION, job(), NONE_PREDICTED)[0]
    assert type(first.coefficient) is float
    assert type(first.hard) is bool
    odd = measure(Scene(count=0).evidence(), Task.DETECTION, 0.3)
    reasons = beside(Task.DETECTION, np.array([odd]), np.array([-1]))[0].reasons
    assert [type(r) for r in reasons] == [int]


def test_reasons_are_in_ascending_order() -> None:
    odd = Scene(count=9, shape=4, score=0.4, flip_score=0.0, blur_score=0.0, size=(4000, 900))
    row = measure(odd.evidence(), Task.DETECTION, 0.3)
    reasons = beside(Task.DETECTION, np.array([row]), np.array([-1]), job())[0].reasons
    assert len(reasons) > 5
    assert list(reasons) == sorted(reasons)


@pytest.mark.parametrize("task", Task)
def test_no_samples_give_no_assessments(task: Task) -> None:
    assert beside(task, np.empty((0, len(SIGNALS))), np.empty(0, int)) == []
    assert beside(task, np.empty((0,)), np.empty(0, int), np.empty((0,))) == []


def test_one_sample_is_assessed() -> None:
    assert len(beside(Task.DETECTION, job()[:1], np.array([-1]))) == 1


def test_an_empty_reference_is_as_none() -> None:
    empty = np.empty((0, len(SIGNALS)))
    assert beside(Task.DETECTION, job(), NONE_PREDICTED, empty) == beside(
        Task.DETECTION, job(), NONE_PREDICTED, None
    )


@pytest.mark.parametrize(
    ("odd", "says"),
    [
        ({"signals": np.zeros((2, 3))}, "columns"),
        ({"predicted": np.zeros(1, int)}, "predicted"),
        ({"given": np.zeros(3, int)}, "given"),
        ({"wrong": np.zeros(3)}, "wrong"),
        ({"embeddings": np.zeros((3, 4), np.float32)}, "embeddings"),
        ({"embeddings": np.zeros(2, np.float32)}, "embeddings"),
    ],
)
def test_wrong_shapes_are_refused(odd: dict[str, np.ndarray], says: str) -> None:
    job = Population.undecided(Task.DETECTION, np.zeros((2, len(SIGNALS))), np.zeros(2, int))
    with pytest.raises(ValueError, match=says):
        replace(job, **odd)


def test_rows_of_older_columns_are_read_and_what_they_lack_is_neutral() -> None:
    rows = aligned(np.array([[7.0, 5.0, 3.0]]), ("margin", "of long ago", "pixels"))
    known = {SIGNALS.index("margin"): 7.0, SIGNALS.index("pixels"): 3.0}
    assert rows.tolist() == [[known.get(n, 0.0) for n in range(len(SIGNALS))]]


@pytest.mark.parametrize("task", Task)
def test_a_job_of_100000_samples_takes_little_more_than_making_the_rows(task: Task) -> None:
    rng = np.random.default_rng(0)
    signals = np.abs(rng.normal(1, 0.4, (100_000, len(SIGNALS))))
    predicted = np.zeros(len(signals), int)
    began = time.process_time()
    signals.tolist()
    unit = time.process_time() - began
    began = time.process_time()
    beside(task, signals, predicted, signals[:500])
    assert time.process_time() - began < 20 * unit
