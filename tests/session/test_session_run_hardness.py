"""What runs say of hardness, and what a person says of it."""

# ruff: noqa: F811 - fixtures come by import
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from run_world import PIXELS, detections, engine, judging_all, prepare, request_for  # noqa: F401 - fixtures

from hardcase import hardness
from hardcase.model.boxes import Box
from hardcase.model.changes import Edit, Table
from hardcase.model.evidence import ORIGINAL, PixelStatistics
from hardcase.session import LabelingSession
from hardcase.session.autolabel.translate import restrict


def test_confirmed_labels_are_the_reference_of_the_next_run(
    make_session, prepare, request_for, monkeypatch
):
    session = make_session()
    session.autolabel(replace(request_for, filter="-name:004"))
    session.confirm([1, 2])
    seen = []
    real = hardness.assess
    monkeypatch.setattr(
        hardness,
        "assess",
        lambda population, *, rule: (seen.append(population), real(population))[1],
    )
    session.autolabel(request_for)
    assert seen[0].decided.sum() == 2
    assert [run.learned for run in session.runs] == [2, 0]


@pytest.mark.parametrize("hard", [True, False])
def test_what_a_person_says_of_hardness_outlives_every_run(
    make_session, prepare, request_for, monkeypatch, hard
):
    session = make_session()
    monkeypatch.setattr(hardness, "assess", judging_all(hard=not hard))
    decide = session.mark_hard if hard else session.unmark_hard
    decide([1])
    session.autolabel(request_for)
    decide([2])
    found = replace(request_for, filter="name:*")
    session.autolabel(found)
    assert [session.sample(i).hard for i in (1, 2, 3)] == [hard, hard, not hard]
    session.undo()
    session.undo()
    session.autolabel(found)
    assert [session.sample(i).hard for i in (1, 2, 3)] == [hard, not hard, not hard]
    session.close()
    with LabelingSession.open(session.root) as again:
        again.autolabel(found)
        assert [again.sample(i).hard for i in (1, 2, 3)] == [hard, not hard, not hard]


def test_a_mark_that_no_person_set_is_the_runs_to_remove(
    make_session, prepare, request_for, monkeypatch
):
    session = make_session()
    before = session.sample(1)
    session.commit("import", [Edit(Table.SAMPLES, 1, before, replace(before, hard=True))])
    monkeypatch.setattr(hardness, "assess", judging_all(hard=False))
    session.autolabel(request_for)
    assert not session.sample(1).hard


def test_restricting_keeps_boxes_and_their_pixels_together():
    evidence = detections((0.9, 0), (0.8, 1), (0.3, 0))
    marks = (PIXELS, PixelStatistics(0.1, 0.1, 0.1, 1.0))
    evidence = replace(evidence, box_pixels=marks)
    half = replace(evidence.detections["flip"], shown=Box(0, 0, 20, 30))
    evidence = replace(evidence, detections={**evidence.detections, "crop": half})
    kept = restrict(evidence, np.array([False, True]), 0.5)
    assert kept.box_pixels == marks[1:]
    assert kept.detections["crop"].shown == half.shown
    assert kept.detections["flip"].classes.tolist() == [1]
    assert kept.detections[ORIGINAL].scores.tolist() == pytest.approx([0.8])
