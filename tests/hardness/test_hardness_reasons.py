"""Every reason: something that provokes it, and what spares it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hardness_evidence import Scene, beside, classified, detected, look, ordinary_scenes
from hypothesis import given
from hypothesis import strategies as st

from hardcase.hardness import SIGNALS, measure
from hardcase.model.job import Task
from hardcase.model.reasons import Reason

if TYPE_CHECKING:
    from hardcase.model.evidence import Evidence

SPREAD = Scene(growth=1.9, side=30)
PROVOKE_DETECTION: dict[Reason, tuple[Scene, ...]] = {
    Reason.NO_OBJECT: (Scene(count=0),),
    Reason.LOW_CONFIDENCE: (Scene(score=0.4, flip_score=0.4, blur_score=0.4),),
    Reason.RESOLUTION: (Scene(size=(1280, 960)), Scene(size=(320, 240), side=20, left=5)),
    Reason.ASPECT_RATIO: (Scene(size=(480, 640)), Scene(size=(960, 320))),
    Reason.BRIGHTNESS: (Scene(pixels=look(brightness=0.05)), Scene(pixels=look(brightness=0.95))),
    Reason.SATURATION: (Scene(pixels=look(saturation=0.0)), Scene(pixels=look(saturation=0.9))),
    Reason.COLOUR_RICHNESS: (
        Scene(pixels=look(colourfulness=0.0)),
        Scene(pixels=look(colourfulness=0.8)),
    ),
    Reason.SHARPNESS: (Scene(pixels=look(sharpness=2.0)), Scene(pixels=look(sharpness=9.0))),
    Reason.BOX_COUNT: (Scene(count=0), Scene(count=20, growth=1.0, side=20)),
    Reason.BOX_AREA_SPREAD: (SPREAD,),
    Reason.BOX_ASPECT_RATIO: (Scene(shape=0.3), Scene(shape=3.0)),
    Reason.BOX_AREA_SHARE: (Scene(side=10.0), Scene(side=250.0, gap=0.2, count=3)),
    Reason.BOXES_AT_EDGE: (Scene(left=0.0, count=1),),
    Reason.BOX_BRIGHTNESS: (
        Scene(box_look=look(brightness=0.05)),
        Scene(box_look=look(brightness=0.95)),
    ),
    Reason.BOX_SHARPNESS: (
        Scene(box_look=look(sharpness=2.0)),
        Scene(box_look=look(sharpness=9.0)),
    ),
    Reason.BOX_OVERLAP: (Scene(gap=0.3),),
    Reason.BLUR_CHANGES: (Scene(blur_score=0.4), Scene(blur_score=0.0)),
    Reason.FLIP_CHANGES: (Scene(flip_score=0.4), Scene(flip_score=0.0)),
}

ORDINARY_IMAGE = (0.1, 0.8, 0.1)
PROVOKE_CLASSIFICATION: dict[Reason, tuple[Evidence, ...]] = {
    Reason.LOW_CONFIDENCE: (classified(0.3, 0.4, 0.3),),
    Reason.RESOLUTION: (classified(*ORDINARY_IMAGE, size=(320, 320)),),
    Reason.ASPECT_RATIO: (classified(*ORDINARY_IMAGE, size=(64, 16)),),
    Reason.BRIGHTNESS: (classified(*ORDINARY_IMAGE, pixels=look(brightness=0.05)),),
    Reason.SATURATION: (classified(*ORDINARY_IMAGE, pixels=look(saturation=0.95)),),
    Reason.COLOUR_RICHNESS: (classified(*ORDINARY_IMAGE, pixels=look(colourfulness=0.9)),),
    Reason.SHARPNESS: (classified(*ORDINARY_IMAGE, pixels=look(sharpness=1.0)),),
    Reason.BLUR_CHANGES: (classified(*ORDINARY_IMAGE, blur=(0.6, 0.4, 0.0)),),
    Reason.FLIP_CHANGES: (classified(*ORDINARY_IMAGE, flip=(0.6, 0.4, 0.0)),),
}


def rows(task: Task, evidence: list[Evidence]) -> np.ndarray:
    return np.array([measure(e, task, 0.3) for e in evidence])


def ordinary_images(count: int = 60) -> list[Evidence]:
    return [classified(*ORDINARY_IMAGE, pixels=s.pixels) for s in ordinary_scenes(count)]


def reasons_beside(
    task: Task, odd: Evidence, job: list[Evidence], reference: list[Evidence] | None = None
) -> tuple[int, ...]:
    """The reasons of `odd` as the last sample of a job."""
    known = None if reference is None else rows(task, reference)
    predicted = np.zeros(len(job) + 1, dtype=np.int64)
    return beside(task, rows(task, [*job, odd]), predicted, known)[-1].reasons


@pytest.mark.parametrize(
    ("reason", "scene"), [(r, s) for r, scenes in PROVOKE_DETECTION.items() for s in scenes]
)
@pytest.mark.parametrize("labeled", [False, True])
def test_detection_reason_is_given_to_what_provokes_it(
    reason: Reason, scene: Scene, labeled: bool
) -> None:
    usual = [s.evidence() for s in ordinary_scenes()]
    job, reference = ([], usual) if labeled else (usual, None)
    assert reason in reasons_beside(Task.DETECTION, scene.evidence(), job, reference)


@pytest.mark.parametrize("reason", PROVOKE_DETECTION)
def test_detection_reason_spares_the_ordinary_scenes_of_the_job(reason: Reason) -> None:
    signals = rows(Task.DETECTION, [s.evidence() for s in ordinary_scenes()])
    for_all = beside(Task.DETECTION, signals, np.zeros(len(signals), dtype=np.int64))
    assert [i for i, a in enumerate(for_all) if reason in a.reasons] == []


@pytest.mark.parametrize(
    ("reason", "evidence"), [(r, e) for r, es in PROVOKE_CLASSIFICATION.items() for e in es]
)
def test_classification_reason_is_the_only_one_given_to_what_provokes_it(
    reason: Reason, evidence: Evidence
) -> None:
    assert reasons_beside(Task.CLASSIFICATION, evidence, ordinary_images()) == (reason,)


def test_classification_spares_the_ordinary_images_of_the_job() -> None:
    signals = rows(Task.CLASSIFICATION, ordinary_images())
    for_all = beside(Task.CLASSIFICATION, signals, np.zeros(len(signals), dtype=np.int64))
    assert {a.reasons for a in for_all} == {()}


def test_an_image_without_a_class_has_no_object_and_one_with_a_class_has() -> None:
    signals = rows(Task.CLASSIFICATION, ordinary_images(2))
    without, with_class = beside(Task.CLASSIFICATION, signals, np.array([-1, 0]))
    assert Reason.NO_OBJECT in without.reasons
    assert Reason.NO_OBJECT not in with_class.reasons


def test_classification_never_speaks_of_boxes() -> None:
    rng = np.random.default_rng(3)
    wild = rng.normal(0, 100, rows(Task.CLASSIFICATION, ordinary_images()).shape)
    predicted = np.zeros(len(wild), dtype=np.int64)
    given = {r for a in beside(Task.CLASSIFICATION, wild, predicted) for r in a.reasons}
    assert given
    assert given.isdisjoint(range(11, 19))


def test_nothing_found_is_not_called_low_confidence_or_odd_boxes() -> None:
    job = [s.evidence() for s in ordinary_scenes()]
    given = reasons_beside(Task.DETECTION, Scene(count=0).evidence(), job)
    assert given == (Reason.NO_OBJECT, Reason.BOX_COUNT)


def test_a_job_compares_with_what_people_labeled_once_that_is_enough() -> None:
    dark = replace(Scene(), pixels=look(brightness=0.05)).evidence()
    job = [dark] * 60
    bright = [s.evidence() for s in ordinary_scenes(20)]
    assert Reason.BRIGHTNESS in reasons_beside(Task.DETECTION, dark, job, bright)
    assert Reason.BRIGHTNESS not in reasons_beside(Task.DETECTION, dark, job, bright[:19])


@pytest.mark.parametrize("reason", [Reason.BRIGHTNESS, Reason.FLIP_CHANGES])
def test_a_job_compares_with_itself_while_too_little_is_labeled(reason: Reason) -> None:
    job = [s.evidence() for s in ordinary_scenes(400)]
    odd = PROVOKE_DETECTION[reason][0].evidence()
    assert reason in reasons_beside(Task.DETECTION, odd, job, [odd] * 19)
    assert reason not in reasons_beside(Task.DETECTION, odd, job, [odd] * 20)


def test_box_reasons_compare_with_images_that_have_boxes() -> None:
    job = [detected()] * 60 + [s.evidence() for s in ordinary_scenes(30)]
    assert Reason.BOX_ASPECT_RATIO not in reasons_beside(Task.DETECTION, Scene().evidence(), job)
    tall = Scene(shape=0.2).evidence()
    assert Reason.BOX_ASPECT_RATIO in reasons_beside(Task.DETECTION, tall, job)


@pytest.mark.parametrize("count", [1, 5, 19])
def test_a_small_job_has_no_unusual_images(count: int) -> None:
    job = [s.evidence() for s in ordinary_scenes(count - 1)]
    odd = Scene(size=(4000, 200), pixels=look(0.0, 1.0, 1.5, 0.0), count=12, shape=5).evidence()
    assert reasons_beside(Task.DETECTION, odd, job) == ()


@pytest.mark.parametrize("view", ["flip", "blur"])
def test_a_view_that_changes_most_predictions_is_no_reason_for_any(view: str) -> None:
    reason = {"flip": Reason.FLIP_CHANGES, "blur": Reason.BLUR_CHANGES}[view]
    changed = replace(Scene(), **{f"{view}_score": 0.4}).evidence()
    spared = [s.evidence() for s in ordinary_scenes(20)]
    assert reason not in reasons_beside(Task.DETECTION, changed, [changed] * 40 + spared)
    assert reason in reasons_beside(Task.DETECTION, changed, spared)
    lost = replace(Scene(), **{f"{view}_score": 0.0}).evidence()
    assert reason in reasons_beside(Task.DETECTION, lost, [changed] * 40 + spared)


@pytest.mark.parametrize("reason", [Reason.FLIP_CHANGES, Reason.BLUR_CHANGES])
def test_a_single_image_that_a_view_changes_has_that_reason(reason: Reason) -> None:
    odd = PROVOKE_DETECTION[reason][0].evidence()
    assert reasons_beside(Task.DETECTION, odd, []) == (reason,)


@given(
    rows=st.lists(
        st.lists(st.floats(0, 1), min_size=len(SIGNALS), max_size=len(SIGNALS)),
        min_size=1,
        max_size=30,
    ),
    task=st.sampled_from(list(Task)),
)
def test_whatever_is_hard_says_why(rows: list[list[float]], task: Task) -> None:
    signals = np.array(rows)
    for assessment in beside(task, signals, np.zeros(len(rows), dtype=np.int64)):
        if assessment.hard:
            assert {Reason.NO_OBJECT, Reason.LOW_CONFIDENCE} & set(assessment.reasons)
