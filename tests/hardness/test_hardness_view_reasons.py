"""Reasons 19 to 29: a view changes the prediction."""

from __future__ import annotations

import numpy as np
import pytest
from hardness_evidence import classified
from hardness_jobs import COLUMN

from hardcase.hardness import SIGNALS, Population, assess, measure
from hardcase.model.evidence import VIEWS, Evidence
from hardcase.model.job import Task
from hardcase.model.reasons import Reason

REASON = dict(
    zip(
        VIEWS,
        (
            Reason.FLIP_CHANGES,
            Reason.BLUR_CHANGES,
            Reason.CROP_CHANGES,
            Reason.UPDOWN_CHANGES,
            Reason.SCALE_CHANGES,
            Reason.TRANSLATION_CHANGES,
            Reason.SHEAR_CHANGES,
            Reason.SUPERPIXEL_CHANGES,
            Reason.SHARPENING_CHANGES,
            Reason.BRIGHTENING_CHANGES,
            Reason.INVERSION_CHANGES,
        ),
        strict=True,
    )
)


def seen(**views: tuple[float, ...]) -> Evidence:
    """An image that shows its class, and what other looks at it show."""
    ordinary = classified(0.1, 0.8, 0.1)
    probabilities = {"original": np.array([0.1, 0.8, 0.1], np.float32)}
    probabilities |= {name: np.array(p, np.float32) for name, p in views.items()}
    return Evidence(32, 32, ordinary.pixels, probabilities=probabilities)


def reasons(evidence: list[Evidence]) -> list[set[int]]:
    signals = np.array([measure(e, Task.CLASSIFICATION, 0.3) for e in evidence])
    job = Population.undecided(Task.CLASSIFICATION, signals, np.ones(len(evidence), int))
    return [set(a.reasons) for a in assess(job)]


@pytest.mark.parametrize("view", VIEWS)
def test_a_class_that_another_look_changes_says_which_look(view: str) -> None:
    job = [seen(**{view: (0.2, 0.7, 0.1)})] * 30 + [seen(**{view: (0.7, 0.2, 0.1)})]
    *ordinary, odd = reasons(job)
    assert odd & set(REASON.values()) == {REASON[view]}
    assert not any(r & set(REASON.values()) for r in ordinary)


@pytest.mark.parametrize("view", VIEWS)
def test_a_look_that_was_not_taken_changes_nothing(view: str) -> None:
    assert not reasons([seen()])[0] & set(REASON.values())


@pytest.mark.parametrize("view", VIEWS)
def test_a_look_that_changes_most_images_tells_nothing_of_those(view: str) -> None:
    job = [seen(**{view: (0.7, 0.2, 0.1)})] * 30 + [seen(**{view: (0.2, 0.7, 0.1)})] * 10
    assert not any(r & {REASON[view]} for r in reasons(job))


@pytest.mark.parametrize("view", VIEWS)
def test_boxes_that_another_look_changes_say_which_look(view: str) -> None:
    signals = np.zeros((40, len(SIGNALS)))
    signals[:, COLUMN["accepted"]], signals[:, COLUMN["mean_score"]] = 3, 0.9
    signals[:, COLUMN[f"{view}_disagreement"]] = 0.1
    signals[7, COLUMN[f"{view}_disagreement"]] = 0.6
    job = Population.undecided(Task.DETECTION, signals, np.full(40, -1))
    found = [set(a.reasons) & set(REASON.values()) for a in assess(job)]
    assert found[7] == {REASON[view]}
    assert not any(found[:7] + found[8:])


def test_every_reason_of_the_interchange_format_can_be_given() -> None:
    assert sorted(Reason) == list(range(31))
    assert set(REASON.values()) == set(range(19, 30))
