"""What a model saw and did not accept is kept beside its labels, and offered to who draws."""

# ruff: noqa: F811 - fixtures come by import
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from run_world import detections, engine, prepare, request_for  # noqa: F401 - fixtures

from hardcase.errors import JobError
from hardcase.model.boxes import Box
from hardcase.model.candidates import MAX_CANDIDATES
from hardcase.model.changes import Edit, Table
from hardcase.model.evidence import Detections
from hardcase.session import LabelingSession
from hardcase.session.boxes.near_misses import near_misses, offered
from hardcase.session.label_list import delete, rename

LABELS = {0: "cat", 1: "dog", 2: "bird"}


def seen(*rows: tuple[Box, float, int]) -> Detections:
    boxes = np.array([box for box, _, _ in rows], np.float32).reshape(-1, 4)
    scores = np.array([score for _, score, _ in rows], np.float32)
    return Detections(boxes, scores, np.array([kind for _, _, kind in rows], np.int64))


def missed(*rows: tuple[Box, float, int]) -> list[tuple[str, Box]]:
    found = seen(*rows)
    return [(a.label, a.box) for a in near_misses(found, found.scores, LABELS, 0.5)]


A, B, C = Box(0, 0, 10, 10), Box(1, 0, 11, 10), Box(20, 0, 30, 10)


def test_what_lies_below_the_threshold_is_a_near_miss_the_best_first():
    assert missed((A, 0.1, 0), (C, 0.4, 1)) == [("dog", C), ("cat", A)]


def test_what_was_accepted_is_none_nor_what_lies_on_it_under_any_name():
    assert missed((A, 0.5, 0), (B, 0.4, 1), (C, 0.3, 2)) == [("bird", C)]


def test_of_two_on_one_object_the_better_one_is_kept():
    assert missed((A, 0.2, 0), (B, 0.3, 1)) == [("dog", B)]


def test_noise_is_left_out_and_the_rest_is_bounded():
    many = [(Box(12 * n, 0, 12 * n + 10, 10), 0.06 + n / 1000, 0) for n in range(20)]
    found = missed(*many, (Box(0, 50, 10, 60), 0.04, 0))
    assert found == [("cat", box) for box, _, _ in many[: -MAX_CANDIDATES - 1 : -1]]


@pytest.fixture
def labeled(make_session, prepare, request_for, engine) -> LabelingSession:
    session = make_session()
    engine.script = {"001.png": detections((0.9, 0), (0.4, 1), (0.2, 0), (0.01, 1))}
    session.autolabel(request_for)
    return session


def first(session: LabelingSession) -> int:
    return next(s.id for s in session.samples() if s.path.endswith("001.png"))


def words(session: LabelingSession, *boxes: Box) -> list[str]:
    return [a.label for a in offered(session, first(session), boxes)]


def test_a_run_keeps_near_misses_beside_its_labels(labeled):
    sample = labeled.sample(first(labeled))
    assert [a.label for a in sample.annotations] == ["cat"]
    found = offered(labeled, sample.id, ())
    assert [a.label for a in found] == ["dog", "cat"]
    assert [a.score for a in found] == pytest.approx([0.4, 0.2], abs=1 / 255)
    assert found[0].box == pytest.approx((7, 2, 11, 20), abs=0.01)
    assert {a.by for a in found} == {"model#1"}


def test_they_are_there_after_the_job_was_closed(labeled):
    path = labeled.path
    labeled.close()
    with LabelingSession.open(path) as again:
        assert words(again) == ["dog", "cat"]


def test_where_there_is_a_box_nothing_is_offered(labeled):
    assert words(labeled, Box(7, 2, 11, 20)) == ["cat"]


def test_they_bear_the_labels_of_today(labeled):
    rename(labeled, "dog", "hound")
    delete(labeled, "cat")
    assert words(labeled) == ["hound"]


def test_a_sample_that_no_model_saw_offers_nothing(make_session):
    session = make_session()
    assert offered(session, 1, ()) == []


def test_a_damaged_record_is_said(labeled):
    before = labeled.prediction_row(first(labeled))
    after = replace(before, candidates=b"\x01\xff\xff")
    labeled.commit("damage", [Edit(Table.PREDICTIONS, before.id, before, after)])
    with pytest.raises(JobError, match="damaged"):
        words(labeled)
