"""Classes of a model, and what they mean in a job."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.errors import UsageError
from hardcase.inference import EngineRequest, Profile
from hardcase.inference.profile.schema import Decoder, InputSpec
from hardcase.model.evidence import ORIGINAL, Detections, Evidence, PixelStatistics
from hardcase.model.job import Run, RunState, Task
from hardcase.session import LabelingSession, label_list
from hardcase.session.autolabel import run_request, runs
from hardcase.session.autolabel.class_map import class_map, labels_of, of_classes, thresholds_of
from hardcase.session.autolabel.runs import RunRequest
from hardcase.session.autolabel.translate import level_scores, translator

PIXELS = PixelStatistics(0.5, 0.3, 0.2, 5.0)
CLASSES = ("car", "truck", "person", "tree")
PROFILE = Profile(
    task=Task.DETECTION,
    decoder=Decoder.ULTRALYTICS,
    input=InputSpec(size=(64, 64)),
    labels=CLASSES,
)
HERE, NEAR, AWAY = (10, 10, 30, 30), (11, 10, 31, 30), (60, 60, 90, 90)


def boxes(*found):
    """Evidence of boxes: (corners, score, class) each, best first, each with its own look."""
    seen = Detections(
        np.array([b for b, _, _ in found], np.float32).reshape(-1, 4),
        np.array([s for _, s, _ in found], np.float32),
        np.array([c for _, _, c in found], np.int64),
    )
    looks = tuple(PIXELS._replace(brightness=n / 10) for n in range(len(found)))
    views = {ORIGINAL: seen, "flip": seen}
    return Evidence(100, 100, PIXELS, detections=views, box_pixels=looks)


def said(evidence, labels, *, common=0.3, own=None, iou=0.5, task=Task.DETECTION):
    classes = class_map(CLASSES, labels, common=common, own=own or {}, iou=iou)
    run = Run(1, "pre-label", "m")
    return translator(run, replace(PROFILE, task=task), classes)(7, evidence)


def found(prediction):
    return [(a.label, round(a.score, 3)) for a in prediction.annotations]


# -- names


def test_a_class_means_the_label_of_its_name_capitals_apart():
    names = {"Car": "Car", "human": "person", "person": "person"}
    assert labels_of(CLASSES, names, {}) == {0: "Car", 2: "person"}
    assert labels_of(["HUMAN"], names, {}) == {0: "person"}


def test_a_mapping_goes_before_names_and_an_empty_label_leaves_out():
    names = {"vehicle": "vehicle", "person": "person", "car": "car"}
    mapping = {"car": "Vehicle", "truck": "vehicle", "person": ""}
    assert labels_of(CLASSES, names, mapping) == {0: "vehicle", 1: "vehicle"}


def test_a_mapping_is_kept_in_the_spelling_of_the_model():
    pairs = [("CAR", " vehicle "), ("car", "vehicle"), ("person", "")]
    assert of_classes(pairs, CLASSES) == {"car": "vehicle", "person": ""}
    assert of_classes([("a", "x")], ("A", "a")) == {"a": "x"}
    assert thresholds_of([("Truck", 0.6)], CLASSES) == {"truck": 0.6}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: of_classes([("boat", "x")], CLASSES), "no class 'boat'; it knows: car, truck"),
        (lambda: of_classes([("car", "x"), ("Car", "y")], CLASSES), "'car' is mapped to two"),
        (lambda: of_classes([("car", "x" * 300)], CLASSES), "at most 200 characters"),
        (lambda: of_classes([("b\x1b", "x")], CLASSES), "no class 'b�'"),
        (lambda: thresholds_of([("boat", 0.5)], CLASSES), "no class 'boat'; it knows: car"),
        (lambda: thresholds_of([("car", 0.5), ("car", 0.6)], CLASSES), "two thresholds"),
        (lambda: thresholds_of([("car", 1.5)], CLASSES), "between 0 and 1"),
        (
            lambda: labels_of(CLASSES, {"a": "a", "b": "b"}, {"car": "c"}),
            "no label 'c' to map to; there are: a, b",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_line_that_lists_what_there_is(wrong, message):
    with pytest.raises(UsageError, match=message) as refused:
        wrong()
    assert "\n" not in str(refused.value)


NAMES = st.text("abAB", max_size=3)


@given(
    classes=st.lists(NAMES.filter(bool), min_size=1, max_size=6),
    job=st.lists(NAMES.filter(bool), min_size=1, max_size=4, unique=True),
    pairs=st.lists(st.tuples(NAMES, NAMES), max_size=4),
)
def test_mapping_never_yields_a_label_outside_the_job(classes, job, pairs):
    names = {name: name for name in job} | {f"{name}-before": name for name in job}
    try:
        mapping = of_classes(pairs, classes)
        labels = labels_of(classes, names, mapping)
    except UsageError:
        return
    assert set(labels.values()) <= set(job)
    assert set(labels) <= set(range(len(classes)))
    assert not any(mapping.get(classes[index]) == "" for index in labels)


# -- boxes


VEHICLES = {0: "vehicle", 1: "vehicle", 2: "person"}


def test_boxes_of_two_classes_that_mean_one_label_are_one_object():
    evidence = boxes((HERE, 0.9, 1), (NEAR, 0.8, 0), (AWAY, 0.7, 0), (NEAR, 0.6, 2))
    assert found(said(evidence, VEHICLES)) == [("vehicle", 0.9), ("vehicle", 0.7), ("person", 0.6)]


def test_boxes_of_one_class_are_left_as_the_model_settled_them():
    evidence = boxes((HERE, 0.9, 1), (NEAR, 0.8, 1))
    assert len(said(evidence, VEHICLES).annotations) == 2


def test_a_box_that_is_ruled_out_rules_out_none():
    third = (14, 10, 34, 30)  # IoU 0.67 with HERE, 0.74 with NEAR
    evidence = boxes((HERE, 0.9, 0), (NEAR, 0.8, 1), (third, 0.7, 0))
    assert found(said(evidence, VEHICLES, iou=0.7)) == [("vehicle", 0.9), ("vehicle", 0.7)]


def test_a_model_that_settles_overlaps_itself_still_gives_one_box_an_object():
    evidence = boxes((HERE, 0.9, 0), (HERE, 0.8, 1))
    assert len(said(evidence, VEHICLES, iou=1.0).annotations) == 1


def test_classes_with_labels_of_their_own_are_not_held_against_each_other():
    evidence = boxes((HERE, 0.9, 0), (HERE, 0.8, 1))
    assert len(said(evidence, {0: "car", 1: "truck"}).annotations) == 2


def test_a_class_has_a_threshold_of_its_own():
    evidence = boxes((HERE, 0.58, 2), (AWAY, 0.35, 0), (NEAR, 0.6, 2), (AWAY, 0.25, 0))
    own = {0: "car", 2: "person"}
    assert found(said(evidence, own, own={"person": 0.6})) == [("car", 0.35), ("person", 0.6)]
    assert found(said(evidence, own, own={"car": 0.2}))[-1] == ("car", 0.25)


def test_a_box_below_its_own_threshold_does_not_rule_out_one_above():
    evidence = boxes((HERE, 0.5, 1), (NEAR, 0.4, 0))
    assert found(said(evidence, VEHICLES, own={"truck": 0.6})) == [("vehicle", 0.4)]


def test_the_looks_of_boxes_stay_with_their_boxes(monkeypatch):
    kept = []
    real = runs.hardness.measure
    monkeypatch.setattr(
        "hardcase.hardness.measure", lambda e, *rest: (kept.append(e), real(e, *rest))[1]
    )
    evidence = boxes((HERE, 0.9, 2), (NEAR, 0.8, 0), (HERE, 0.7, 1), (AWAY, 0.35, 1))
    said(evidence, VEHICLES, own={"person": 0.95, "truck": 0.3})
    (seen,) = kept
    accepted = seen.detections[ORIGINAL].scores >= 0.3
    assert seen.detections[ORIGINAL].boxes[accepted].tolist() == [list(NEAR), list(AWAY)]
    assert [look.brightness for look in seen.box_pixels] == [0.1, 0.3]


@given(
    st.lists(st.tuples(st.floats(0, 1, width=32), st.floats(0, 1, width=32)), max_size=20),
    st.floats(1e-6, 1),
)
def test_levelled_scores_reach_the_common_threshold_exactly_with_their_own(pairs, common):
    scores = np.array([s for s, _ in pairs], np.float32)
    own = np.array([t for _, t in pairs], np.float32)
    level = level_scores(scores, own, common)
    assert ((level >= 0) & (level <= 1)).all()
    apart = own != np.float32(common)
    assert (((level >= np.float32(common)) == (scores >= own))[apart]).all()
    assert ((level.astype(float) >= common) == (scores >= own))[apart].all()
    assert (level == scores)[~apart].all()


@given(
    st.lists(st.floats(2**-10, 1, width=32), min_size=1, max_size=20),
    st.floats(1e-6, 1),
)
def test_no_rounding_moves_a_score_across_its_threshold(own, common):
    thresholds = np.array(own, np.float32)
    just_below = np.nextafter(thresholds, np.float32(0))
    apart = thresholds != np.float32(common)
    assert (level_scores(thresholds, thresholds, common) >= common)[apart].all()
    assert (level_scores(just_below, thresholds, common) < np.float32(common))[apart].all()


# -- classes of whole images


def image(*p):
    return Evidence(8, 8, PIXELS, probabilities={ORIGINAL: np.array(p, np.float32)})


def test_probabilities_of_classes_that_mean_one_label_add_up():
    prediction = said(image(0.3, 0.3, 0.4, 0), VEHICLES, task=Task.CLASSIFICATION)
    assert found(prediction) == [("vehicle", 0.6)]


def test_probabilities_that_do_not_exclude_each_other_do_not_add_up():
    prediction = said(image(0.5, 0.6, 0.7, 0), VEHICLES, task=Task.CLASSIFICATION)
    assert found(prediction) == [("person", 0.7)]


def test_a_class_of_images_has_a_threshold_of_its_own():
    evidence, labels = image(0.1, 0, 0.55, 0.35), {0: "car", 2: "person"}
    options = {"task": Task.CLASSIFICATION}
    assert found(said(evidence, labels, **options)) == [("person", 0.55)]
    assert not said(evidence, labels, own={"person": 0.6}, **options).annotations


# -- runs


class Engine:
    """Says that every image shows a car and, on the same spot, a truck."""

    asked: EngineRequest

    def __init__(self, asked):
        type(self).asked = asked

    def run(self, items):
        for sample_id, _ in items:
            yield sample_id, boxes((HERE, 0.9, 0), (NEAR, 0.8, 1))

    def close(self):
        pass


@pytest.fixture
def prepare(monkeypatch, tmp_path):
    model = tmp_path / "m.onnx"
    model.write_bytes(b"")
    monkeypatch.setattr(runs, "LocalEngine", Engine)
    monkeypatch.setattr(run_request, "find_profile", lambda *_, **__: (PROFILE, None))
    return lambda **asked: runs.prepare(RunRequest(model, **asked))


def run(session, prepared):
    active = session.begin_run(prepared)
    for chunk in active.chunks():
        session.record(chunk)
    session.finish_run(session.settlement(active.run.id).settle())
    return session.run(active.run.id)


def test_a_run_labels_by_its_map(make_session, prepare):
    session = make_session(labels=("vehicle",))
    with pytest.raises(UsageError, match="knows none of this job's labels"):
        session.begin_run(prepare())
    run(session, prepare(mapping=(("car", "vehicle"), ("truck", "vehicle"))))
    assert {a.label for s in session.samples() for a in s.annotations} == {"vehicle"}
    assert session.stats().labels == {"vehicle": 5}


def test_a_map_may_use_an_earlier_name_of_a_label(make_session, prepare):
    session = make_session(labels=("auto",))
    label_list.rename(session, "auto", "vehicle")
    run(session, prepare(mapping=(("car", "auto"), ("truck", ""))))
    assert session.stats().labels == {"vehicle": 5}


def test_a_job_without_labels_takes_those_that_the_map_makes(make_session, prepare):
    session = make_session(labels=())
    run(session, prepare(mapping=(("car", "vehicle"), ("truck", "vehicle"), ("tree", ""))))
    assert [label.name for label in session.labels] == ["vehicle", "person"]


def test_the_map_and_thresholds_are_settings_of_a_run(make_session, prepare):
    session = make_session(labels=("car", "vehicle"))
    asked = [
        {},
        {"mapping": (("car", "vehicle"),)},
        {"mapping": (("truck", "vehicle"),)},
        {"thresholds": (("car", 0.6),)},
    ]
    ids = []
    for request in [*asked, *asked]:
        active = session.begin_run(prepare(**request))
        session.stop_run(active.run.id, RunState.CANCELLED)
        ids.append(active.run.id)
    assert ids == [1, 2, 3, 4] * 2
    assert session.run(2).settings["map"] == {"car": "vehicle"}
    assert session.run(4).settings["thresholds"] == {"car": 0.6}
    assert "map" not in session.run(1).settings
    session.close()
    with LabelingSession.open(session.root) as again:
        assert again.begin_run(prepare(**asked[1])).run.id == 2


def test_the_model_is_asked_for_the_lowest_of_all_thresholds(make_session, prepare):
    session = make_session(labels=("car", "truck"))
    session.begin_run(prepare(threshold=0.4, thresholds=(("truck", 0.1), ("car", 0.9))))
    assert Engine.asked.threshold == pytest.approx(0.1)
    session.begin_run(prepare(threshold=0.4, thresholds=(("truck", 0.9),)))
    assert Engine.asked.threshold == 0.4


def test_a_map_that_is_wrong_changes_nothing(make_session, prepare):
    session = make_session(labels=("car",))
    with pytest.raises(UsageError, match="no label 'boat' to map to; there are: car"):
        session.begin_run(prepare(mapping=(("car", "boat"),)))
    assert session.runs == []
