"""Reasons that compare look-alikes: what provokes each, and what spares it."""

from __future__ import annotations

import numpy as np
import pytest
from hardness_jobs import COLUMN, rows

from hardcase.hardness import Population, assess
from hardcase.model.job import Task
from hardcase.model.reasons import Reason

LOOKALIKE = (
    Reason.CLUSTER_DISAGREES,
    Reason.FAR_FROM_CLASS,
    Reason.CONSECUTIVE_DIFFER,
    Reason.OUT_OF_DISTRIBUTION,
)
COUNT = 90


def job(task: Task, **odd: object) -> Population:
    """Three scenes of 30 images each, all of a scene alike and labeled alike."""
    rng = np.random.default_rng(4)
    scene = np.arange(COUNT) // 30
    centres = np.eye(3, 12)
    looks = centres[scene] + rng.normal(0, 0.08, (COUNT, 12))
    signals = rows(np.full(COUNT, 0.95))
    signals[:, COLUMN["mean_score"]] = 0.95
    signals[:, COLUMN["accepted"]] = [4, 9, 16] @ np.eye(3)[scene].T
    predicted = scene.copy() if task is Task.CLASSIFICATION else np.full(COUNT, -1)
    for row, look in odd.get("looks", {}).items():  # type: ignore[attr-defined]
        looks[row] = look
    for row, label in odd.get("labels", {}).items():  # type: ignore[attr-defined]
        if task is Task.CLASSIFICATION:
            predicted[row] = label
        else:
            signals[row, COLUMN["accepted"]] = [4, 9, 16][label]
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    return Population.undecided(task, signals, predicted, looks.astype(np.float32))


def reasons(population: Population, row: int) -> set[int]:
    return set(assess(population)[row].reasons) & set(LOOKALIKE)


@pytest.mark.parametrize("task", Task)
def test_an_ordinary_job_has_none_of_them(task: Task) -> None:
    found = [set(a.reasons) & set(LOOKALIKE) for a in assess(job(task))]
    assert not any(found)


@pytest.mark.parametrize("task", Task)
def test_one_labeled_otherwise_than_its_cluster(task: Task) -> None:
    odd = job(task, labels={10: 2})
    assert Reason.CLUSTER_DISAGREES in reasons(odd, 10)
    assert Reason.CLUSTER_DISAGREES not in reasons(odd, 40)


def test_one_far_from_the_others_of_its_class() -> None:
    odd = job(Task.CLASSIFICATION, labels={10: 2})
    assert Reason.FAR_FROM_CLASS in reasons(odd, 10)
    assert Reason.FAR_FROM_CLASS not in reasons(odd, 70)


def test_boxes_have_no_class_to_be_far_from() -> None:
    given = {r for a in assess(job(Task.DETECTION, labels={10: 2})) for r in a.reasons}
    assert Reason.FAR_FROM_CLASS not in given


@pytest.mark.parametrize("task", Task)
def test_one_frame_unlike_those_before_and_after(task: Task) -> None:
    same = np.eye(1, 12)[0]
    frames = {"looks": {9: same, 10: same, 11: same}}
    assert Reason.CONSECUTIVE_DIFFER in reasons(job(task, **frames, labels={10: 1}), 10)
    assert Reason.CONSECUTIVE_DIFFER not in reasons(job(task, **frames), 10)


@pytest.mark.parametrize("task", Task)
def test_a_change_of_scene_is_no_odd_frame(task: Task) -> None:
    assert Reason.CONSECUTIVE_DIFFER not in reasons(job(task), 29) | reasons(job(task), 30)


@pytest.mark.parametrize("task", Task)
def test_one_unlike_anything_in_the_job(task: Task) -> None:
    odd = job(task, looks={10: np.eye(12)[7]})
    assert Reason.OUT_OF_DISTRIBUTION in reasons(odd, 10)
    assert Reason.OUT_OF_DISTRIBUTION not in reasons(odd, 11)


@pytest.mark.parametrize("task", Task)
def test_without_embeddings_there_are_none_of_them(task: Task) -> None:
    whole = job(task, labels={10: 2}, looks={20: np.eye(12)[7]})
    bare = Population.undecided(task, whole.signals, whole.predicted)
    assert not any(set(a.reasons) & set(LOOKALIKE) for a in assess(bare))
