"""What a model says of a few images is what a run would make of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hardcase.inference import Profile
from hardcase.inference.profile.schema import Decoder, InputSpec
from hardcase.model.changes import Edit, Kind, Table
from hardcase.model.evidence import ORIGINAL, Detections, Evidence, PixelStatistics
from hardcase.model.job import Task
from hardcase.session.autolabel import model_look
from hardcase.session.autolabel.class_map import labels_of
from hardcase.session.autolabel.model_look import images_of, look, sighting
from hardcase.session.autolabel.run_request import RunRequest, used_as

CLASSES = ("cat", "dog", "bus")
PIXELS = PixelStatistics(0.5, 0.3, 0.2, 5)


def prepared(task=Task.DETECTION, **asked):
    decoder = Decoder.CLASSIFIER if task is Task.CLASSIFICATION else Decoder.ULTRALYTICS
    profile = Profile(task, decoder, InputSpec((8, 8)), CLASSES)
    return used_as(RunRequest(Path("m.onnx"), **asked), "ab" * 32, profile)


def boxes(*rows):
    found = np.array([row[:4] for row in rows], np.float32).reshape(-1, 4)
    scores = np.array([row[4] for row in rows], np.float32)
    return Evidence(
        40, 30, PIXELS, {ORIGINAL: Detections(found, scores, np.array([row[5] for row in rows]))}
    )


def chances(*values):
    return Evidence(40, 30, PIXELS, None, {ORIGINAL: np.array(values, np.float32)})


SAID = boxes((1, 1, 9, 9, 0.9, 0), (5, 5, 20, 20, 0.6, 2), (2, 2, 8, 8, 0.4, 1))
NAMES = {"cat": "cat", "dog": "dog"}


def labels(request):
    return labels_of(CLASSES, NAMES, request.mapping)


def test_boxes_of_classes_without_a_label_are_shown_as_left_out():
    run = prepared()
    seen = sighting(SAID, run, labels(run))
    assert [(a.label, a.score) for a in seen.annotations] == [("cat", 0.9), ("dog", 0.4)]
    assert [(a.label, a.score) for a in seen.left_out] == [("bus", 0.6)]


def test_mapping_and_thresholds_of_the_request_count():
    run = prepared(mapping=(("bus", "dog"), ("cat", "")), thresholds=(("dog", 0.5),), threshold=0.3)
    seen = sighting(SAID, run, labels(run))
    assert [(a.label, a.score) for a in seen.annotations] == [("dog", 0.6)]
    assert [a.label for a in seen.left_out] == ["cat"]


def test_below_the_threshold_nothing_is_shown_at_all():
    run = prepared(threshold=0.95)
    assert sighting(SAID, run, labels(run)) == model_look.Sighting()


def test_of_an_image_labeled_whole_the_best_are_told_with_what_a_run_would_say():
    run = prepared(Task.CLASSIFICATION)
    seen = sighting(chances(0.2, 0.7, 0.1), run, labels(run))
    assert [name for name, _ in seen.best] == ["dog", "cat", "bus"]
    assert [a.label for a in seen.annotations] == ["dog"]
    unsure = sighting(chances(0.2, 0.25, 0.1), run, labels(run))
    assert unsure.annotations == ()
    assert len(unsure.best) == 3


def test_why_no_label_is_given_is_told_truly():
    run = prepared(Task.CLASSIFICATION, threshold=0.3)
    unknown = sighting(chances(0.1, 0.2, 0.32), run, labels(run))
    assert (unknown.annotations, unknown.why) == ((), "the job has no label bus")
    unsure = sighting(chances(0.2, 0.1, 0.29), run, labels(run))
    assert (unsure.annotations, unsure.why) == ((), "no label: none is likely enough")
    assert not sighting(chances(0.6, 0.1, 0.3), run, labels(run)).why


def test_an_image_that_cannot_be_read_says_why():
    assert sighting("it is no image", prepared(), {}).error == "it is no image"


@pytest.mark.parametrize(("count", "shown"), [(3, 3), (5, 5), (23, 5)])
def test_images_are_spread_over_the_job(make_session, count, shown):
    session = make_session(count=count)
    found = images_of(session)
    assert len(found) == shown
    assert all(path.is_file() for path in found.values())
    if count == 23:
        assert max(found) > 15


def test_images_that_are_gone_or_cannot_be_read_are_not_looked_at(make_session):
    session = make_session(count=3)
    before = session.sample(2)
    edit = Edit(Table.SAMPLES, 2, before, replace(before, missing=True))
    session.commit("gone", [edit], Kind.RECORD)
    assert set(images_of(session)) == {1, 3}


def test_the_engine_looks_at_the_images_themselves_and_is_closed(monkeypatch):
    made = []

    class Engine:
        def __init__(self, asked):
            self.asked, self.closed = asked, False
            made.append(self)

        def run(self, items):
            yield from ((i, f"{path}") for i, path in items)

        def close(self):
            self.closed = True

    monkeypatch.setattr(model_look, "LocalEngine", Engine)
    engine = model_look.engine_for(prepared(thresholds=(("cat", 0.002),)))
    assert dict(look(engine, {4: Path("x")})) == {4: "x"}
    assert made[0].closed
    assert made[0].asked.views == ()
    assert made[0].asked.threshold == pytest.approx(0.002)
