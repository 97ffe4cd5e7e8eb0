"""Costly views go to the images where they can change the order, whatever else is in the run."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.inference import Effort, EngineRequest, LocalEngine
from hardcase.inference.budget import (
    PLANS,
    UNDECIDED_RISK,
    plan,
    risk_of_boxes,
    risk_of_class,
    undecided,
)
from hardcase.model.evidence import FLIP, ORIGINAL, VIEWS, Detections
from hardcase.model.job import Task

SURE, UNSURE, HOPELESS = (255, 0, 0), (150, 140, 0), (20, 10, 30)


def looks(model, profile, paths, **more):
    engine = LocalEngine(EngineRequest(model, profile, threshold=0.3, iou=0.5, **more))
    return {
        paths[key]: list(evidence.probabilities or evidence.detections)
        for key, evidence in engine.run(enumerate(paths))
    }


@pytest.fixture
def three(picture):
    return [
        picture(f"{name}.png", colour=colour)
        for name, colour in (("sure", SURE), ("unsure", UNSURE), ("hopeless", HOPELESS))
    ]


def test_only_images_between_sure_and_hopeless_get_the_costly_views(mean_colour, profile, three):
    chosen = profile("classifier", "rgb", (8, 8))
    seen = looks(mean_colour(), chosen, three)
    wanted = PLANS[Task.CLASSIFICATION, Effort.STANDARD]
    short, long = [ORIGINAL, *wanted.always], [ORIGINAL, *wanted.views]
    assert seen == dict(zip(three, (short, long, short), strict=True))
    assert looks(mean_colour(), chosen, three[::-1]) == seen
    assert looks(mean_colour(), chosen, three[1:2])[three[1]] == long


@pytest.mark.parametrize("effort", [Effort.QUICK, Effort.THOROUGH])
def test_quick_and_thorough_treat_all_images_alike(mean_colour, profile, three, effort):
    seen = looks(mean_colour(), profile("classifier", "rgb", (8, 8)), three, effort=effort)
    views = (FLIP,) if effort is Effort.QUICK else VIEWS
    assert set(map(tuple, seen.values())) == {(ORIGINAL, *views)}


@pytest.mark.parametrize(("score", "long"), [(0.99, False), (0.6, True)])
def test_boxes_decide_for_detectors(fixed_answer, profile, picture, score, long):
    rows = np.array([[16.0], [32], [8], [16], [score]])
    path = picture("a.png")
    seen = looks(fixed_answer(rows), profile("ultralytics", "a", (64, 64)), [path])[path]
    wanted = PLANS[Task.DETECTION, Effort.STANDARD]
    assert seen == [ORIGINAL, *(wanted.views if long else wanted.always)]


@pytest.mark.parametrize("task", list(Task))
def test_every_effort_is_more_than_the_one_before(task):
    quick, standard, thorough = (plan(task, effort) for effort in Effort)
    assert quick.views == (FLIP,)
    assert set(quick.views) < set(standard.views) < set(thorough.always)
    assert standard.always == quick.always
    assert thorough.always == VIEWS
    low, high = UNDECIDED_RISK[task]
    assert [undecided(task, risk) for risk in (0, low, high, 1)] == [False, True, True, False]


def boxes(*scores: float) -> Detections:
    return Detections(
        np.zeros((len(scores), 4), np.float32),
        np.array(scores, np.float32),
        np.zeros(len(scores), np.int64),
    )


@pytest.mark.parametrize(
    ("scores", "risk"),
    [((), 0.0), ((1.0, 1.0), 0.0), ((0.75,), 0.25), ((1.0, 0.25), 0.2), ((0.2, 0.1), 1.0)],
)
def test_the_risk_of_boxes_is_the_expected_share_of_edits(scores, risk):
    assert risk_of_boxes(boxes(*scores), 0.3) == pytest.approx(risk)


@given(st.lists(st.floats(0, 1), max_size=9), st.floats(0, 1))
def test_the_risk_of_boxes_is_a_share(scores, threshold):
    assert 0 <= risk_of_boxes(boxes(*scores), threshold) <= 1


def test_the_risk_of_a_class_is_what_all_views_leave_of_it():
    views = {ORIGINAL: np.array([0.9, 0.1]), FLIP: np.array([0.3, 0.7])}
    assert risk_of_class(views) == pytest.approx(0.4)
