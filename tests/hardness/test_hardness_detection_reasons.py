"""Reasons 19 to 29 of detection: a view changes the boxes."""

from __future__ import annotations

import numpy as np
import pytest
from hardness_evidence import Object, detections, look

from hardcase.hardness import Population, assess, measure
from hardcase.model.boxes import Box
from hardcase.model.evidence import ORIGINAL, SUPERPIXELS, VIEWS, Detections, Evidence
from hardcase.model.job import Task
from hardcase.model.reasons import Reason

A = (100.0, 100.0, 200.0, 200.0)
AT_EDGE = (560.0, 100.0, 640.0, 200.0)
REASON = {
    name: Reason["SUPERPIXEL_CHANGES" if name == SUPERPIXELS else f"{name.upper()}_CHANGES"]
    for name in VIEWS
}


def seen(*original: Object, **views: Detections) -> Evidence:
    found = detections(*original)
    return Evidence(640, 480, look(), detections={ORIGINAL: found, **views})


def reasons(*evidence: Evidence) -> list[set[int]]:
    signals = np.array([measure(e, Task.DETECTION, 0.3) for e in evidence])
    job = Population.undecided(Task.DETECTION, signals, np.full(len(evidence), -1))
    return [set(a.reasons) & set(REASON.values()) for a in assess(job)]


@pytest.mark.parametrize("view", VIEWS)
def test_boxes_that_a_view_changes_say_which_view(view: str) -> None:
    same = seen((A, 0.9, 0), **{view: detections((A, 0.85, 0))})
    gone = seen((A, 0.9, 0), **{view: detections()})
    *ordinary, odd = reasons(*[same] * 30, gone)
    assert odd == {REASON[view]}
    assert not any(ordinary)


@pytest.mark.parametrize("view", ["crop", "translation"])
def test_what_a_view_does_not_show_is_no_change(view: str) -> None:
    shown = detections((A, 0.9, 0))
    part = Detections(shown.boxes, shown.scores, shown.classes, Box(32.0, 24.0, 576.0, 432.0))
    both = seen((A, 0.9, 0), (AT_EDGE, 0.9, 0), **{view: part})
    alike = seen((A, 0.9, 0), **{view: part})
    assert not reasons(*[alike] * 30, both)[-1]


def test_a_view_that_was_not_looked_at_changes_nothing() -> None:
    assert not reasons(seen((A, 0.9, 0)))[0]


def test_a_view_that_changes_most_images_is_no_reason() -> None:
    gone = seen((A, 0.9, 0), inversion=detections())
    assert not any(reasons(*[gone] * 30))
