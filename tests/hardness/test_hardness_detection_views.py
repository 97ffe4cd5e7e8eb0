"""Comparing a view with the original, of what it shows."""

from __future__ import annotations

import numpy as np
import pytest
from hardness_evidence import Object, detections, look

from hardcase.hardness import SIGNALS, measure
from hardcase.hardness.detection_views import disagreement as of_pairs
from hardcase.hardness.detection_views import pair
from hardcase.model.boxes import Box
from hardcase.model.evidence import ORIGINAL, VIEWS, Detections, Evidence
from hardcase.model.job import Task

INSIDE = (100.0, 100.0, 200.0, 200.0)
OUTSIDE = (500.0, 100.0, 600.0, 200.0)
MOSTLY_INSIDE = (260.0, 100.0, 310.0, 200.0)  # 80 % of it
HALF_INSIDE = (250.0, 100.0, 350.0, 200.0)
LEFT = Box(0.0, 0.0, 300.0, 480.0)


def showing(part: Box | None, *objects: Object) -> Detections:
    found = detections(*objects)
    return Detections(found.boxes, found.scores, found.classes, part)


def disagreement(original: Detections, view: Detections, threshold: float) -> float:
    return of_pairs(original, pair(original, view), threshold)


def cut(box: tuple[float, ...]) -> tuple[float, float, float, float]:
    return (box[0], box[1], min(box[2], LEFT.x2), box[3])


def test_a_view_of_everything_is_asked_for_everything() -> None:
    original = detections((INSIDE, 0.9, 0), (OUTSIDE, 0.8, 0))
    pairs = pair(original, showing(None, (INSIDE, 0.7, 0)))
    assert pairs.asked.tolist() == [True, True]
    assert pairs.score.tolist() == pytest.approx([0.7, 0.0])
    assert pairs.new.tolist() == [False]


def test_an_object_that_a_view_does_not_show_is_not_missed() -> None:
    original = detections((INSIDE, 0.9, 0), (OUTSIDE, 0.9, 0))
    assert disagreement(original, showing(LEFT, (INSIDE, 0.9, 0)), 0.3) == 0
    assert disagreement(original, showing(None, (INSIDE, 0.9, 0)), 0.3) == pytest.approx(0.5)


def test_an_object_cut_by_the_border_matches_what_is_left_of_it() -> None:
    original = detections((MOSTLY_INSIDE, 0.9, 0))
    somewhat_off = (276.0, 100.0, 300.0, 200.0)  # IoU 0.6 with what is left, 0.48 with the whole
    pairs = pair(original, showing(LEFT, (somewhat_off, 0.6, 0)))
    assert pairs.asked.tolist() == [True]
    assert pairs.score.tolist() == pytest.approx([0.6])


def test_the_stump_of_an_object_is_no_new_one() -> None:
    original = detections((HALF_INSIDE, 0.9, 0))
    view = showing(LEFT, (cut(HALF_INSIDE), 0.9, 0), (INSIDE, 0.8, 0))
    pairs = pair(original, view)
    assert pairs.asked.tolist() == [False]
    assert pairs.new.tolist() == [False, True]
    assert disagreement(original, view, 0.3) == 1  # of the new one alone
    assert disagreement(original, showing(LEFT, (cut(HALF_INSIDE), 0.9, 0)), 0.3) == 0


def test_an_object_that_is_shown_is_paired_before_a_better_one_that_is_not() -> None:
    wide, narrow = (210.0, 100.0, 400.0, 200.0), (205.0, 100.0, 300.0, 200.0)
    original = detections((wide, 0.95, 0), (narrow, 0.5, 0))
    pairs = pair(original, showing(LEFT, (narrow, 0.5, 0)))
    assert pairs.asked.tolist() == [False, True]
    assert pairs.score.tolist() == pytest.approx([0.0, 0.5])


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_has_a_disagreement_of_its_own(view: str) -> None:
    original = detections((INSIDE, 0.9, 0))
    alike = {ORIGINAL: original, **dict.fromkeys(VIEWS, original)}
    odd = {**alike, view: detections((INSIDE, 0.9, 1))}
    signals = [
        dict(zip(SIGNALS, measure(evidence, Task.DETECTION, 0.3), strict=True))
        for evidence in (
            Evidence(640, 480, look(), detections=alike),
            Evidence(640, 480, look(), detections=odd),
        )
    ]
    assert all(signals[0][f"{name}_disagreement"] == 0 for name in VIEWS)
    assert [name for name in VIEWS if signals[1][f"{name}_disagreement"] == 1] == [view]


def test_nothing_is_paired_with_nothing() -> None:
    pairs = pair(detections(), showing(LEFT))
    assert [len(column) for column in pairs[1:]] == [0, 0, 0]
    assert disagreement(detections(), showing(LEFT), 0.3) == 0
    assert np.array_equal(pair(detections(), showing(LEFT, (INSIDE, 0.5, 0))).new, [True])
