"""Auto-labeling runs: what they do, and how they go on."""

# ruff: noqa: F811 - fixtures come by import
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from run_world import detections, engine, prepare, request_for  # noqa: F401 - fixtures

from hardcase.errors import ModelError, UsageError
from hardcase.inference import Effort
from hardcase.model.boxes import Box
from hardcase.model.embedding import unpack
from hardcase.model.job import Annotation, RunState, Status, Task
from hardcase.session import LabelingSession, Tab, label_list


def test_a_run_fills_to_be_confirmed_hard_ones_first(make_session, prepare, request_for, engine):
    session = make_session()
    engine.script = {
        "001.png": detections((0.6, 0), (0.4, 1), (0.4, 1)),
        "003.png": detections((0.55, 0), (0.45, 1), (0.45, 2), (0.4, 1)),
    }
    run = session.autolabel(request_for)
    assert run.state is RunState.COMPLETED
    assert (run.total, run.done, run.failed) == (5, 5, 0)
    order = session.query(Tab.TO_BE_CONFIRMED).tolist()
    assert len(order) == 5
    coefficients = [session.sample(i).coefficient for i in order]
    assert coefficients == sorted(coefficients, reverse=True)
    assert set(order[:2]) == {2, 4}
    first = session.sample(order[-1])
    assert first.annotations[0].by == run.signature == "model#1"
    assert first.annotations[0].score == pytest.approx(0.9)
    assert (first.width, first.height) == (40, 30)


def test_nothing_shows_before_the_run_completes(make_session, prepare, request_for):
    session = make_session()
    active = session.begin_run(prepare(request_for))
    for chunk in active.chunks():
        session.record(chunk)
        assert session.stats().to_be_confirmed == 0
    session.finish_run(session.settlement(active.run.id).settle())
    assert session.stats().to_be_confirmed == 5


def test_detecting_hard_examples_never_changes_the_auto_labels(make_session, prepare, request_for):
    session = make_session()
    session.autolabel(request_for)
    for sample in session.samples():
        assert sample.annotations == session.prediction(sample.id).annotations


def test_a_bad_image_is_an_error_on_that_sample_only(make_session, prepare, request_for, engine):
    session = make_session()
    engine.script = {"002.png": "truncated"}
    run = session.autolabel(request_for)
    assert run.failed == 1
    bad = session.sample(3)
    assert bad.error == "truncated"
    assert bad.status is Status.UNLABELED
    assert session.stats().to_be_confirmed == 4


def test_a_failed_run_goes_on_where_it_stood(make_session, prepare, request_for, engine):
    session = make_session()
    engine.fail_after = 3
    with pytest.raises(ModelError):
        session.autolabel(request_for)
    assert session.runs[0].state is RunState.FAILED
    assert "died" in session.runs[0].message
    session.close()
    engine.fail_after = None
    engine.seen.clear()
    with LabelingSession.open(session.root) as again:
        run = again.autolabel(request_for)
        assert engine.seen == ["002.png", "003.png", "004.png"]
        assert (run.id, run.state, run.done) == (1, RunState.COMPLETED, 5)
        assert again.stats().to_be_confirmed == 5


def test_a_cancelled_run_keeps_what_it_did(make_session, prepare, request_for, engine):
    session = make_session()
    active = session.begin_run(prepare(request_for))
    session.record(next(active.chunks()))
    active.cancel()
    session.stop_run(active.run.id, RunState.CANCELLED)
    assert active.cancelled
    assert session.stats().to_be_confirmed == 0
    engine.seen.clear()
    session.autolabel(request_for)
    assert len(engine.seen) == 3


def test_other_settings_make_another_run(make_session, prepare, request_for, engine):
    session = make_session()
    active = session.begin_run(prepare(request_for))
    session.record(next(active.chunks()))
    session.stop_run(active.run.id, RunState.CANCELLED)
    other = replace(prepare(request_for), threshold=0.7)
    assert session.begin_run(other).run.id == 2


def test_another_effort_or_encoder_makes_another_run(make_session, prepare, request_for):
    session = make_session()
    quick = replace(request_for, effort=Effort.QUICK)
    first = prepare(request_for)
    several = [
        first,
        prepare(quick),
        replace(first, encoder={"sha256": "1", "input": None}),
        replace(first, encoder={"sha256": "2", "input": None}),
    ]
    ids = []
    for prepared in [*several, *several]:
        active = session.begin_run(prepared)
        session.stop_run(active.run.id, RunState.CANCELLED)
        ids.append(active.run.id)
    assert ids == [1, 2, 3, 4] * 2


def test_the_engine_is_told_effort_and_encoder(
    make_session, prepare, request_for, engine, tmp_path
):
    encoder = tmp_path / "encoder.onnx"
    request = replace(request_for, effort=Effort.THOROUGH, encoder=encoder)
    make_session().autolabel(request)
    assert (engine.asked.effort, engine.asked.encoder) == (Effort.THOROUGH, encoder)


def test_embeddings_are_kept_with_the_predictions(make_session, prepare, request_for, engine):
    session = make_session()
    vector = np.array([0.6, -0.8], np.float32)
    engine.script = {"000.png": replace(detections((0.9, 0)), embedding=vector)}
    session.autolabel(request_for)
    session.close()
    with LabelingSession.open(session.root) as again:
        np.testing.assert_allclose(unpack(again.prediction(1).embedding), vector, atol=0.004)
        assert again.prediction(2).embedding == b""


def test_a_cancelled_run_does_not_leak_into_one_with_another_filter(
    make_session, prepare, request_for, engine
):
    session = make_session()
    first = replace(request_for, filter="name:000,001,002")
    active = session.begin_run(prepare(first))
    session.record(next(active.chunks()))
    session.stop_run(active.run.id, RunState.CANCELLED)
    run = session.autolabel(replace(request_for, filter="name:003,004"))
    assert (run.id, run.total, run.done) == (2, 2, 2)
    assert sorted(session.query(Tab.TO_BE_CONFIRMED).tolist()) == [4, 5]
    engine.seen.clear()
    run = session.autolabel(replace(first, filter=f" {first.filter} "))
    assert (run.id, run.total, run.done, engine.seen) == (1, 3, 3, ["002.png"])
    assert session.stats().to_be_confirmed == 5


def test_what_a_person_labeled_meanwhile_is_left_alone(make_session, prepare, request_for):
    session = make_session()
    active = session.begin_run(prepare(request_for))
    for chunk in active.chunks():
        session.record(chunk)
    by_hand = Annotation("dog", Box(1, 1, 8, 8))
    session.set_annotations(1, [by_hand])
    session.set_no_objects([2])
    session.finish_run(session.settlement(active.run.id).settle())
    assert session.sample(1).annotations == (by_hand,)
    assert session.sample(2).status is Status.LABELED
    assert session.stats().to_be_confirmed == 3


def test_what_changes_while_a_run_is_settled_is_seen(make_session, prepare, request_for):
    session = make_session()
    active = session.begin_run(prepare(request_for))
    for chunk in active.chunks():
        session.record(chunk)
    settled = session.settlement(active.run.id).settle()
    session.mark_hard([1])
    session.set_no_objects([2])
    session.finish_run(settled)
    assert session.sample(1).hard
    assert session.sample(1).status is Status.TO_BE_CONFIRMED
    assert session.sample(2).status is Status.LABELED
    assert session.stats().to_be_confirmed == 4


def test_a_label_that_goes_while_a_run_is_settled_is_given_to_no_sample(
    make_session, prepare, request_for
):
    session = make_session()
    active = session.begin_run(prepare(request_for))
    for chunk in active.chunks():
        session.record(chunk)
    settled = session.settlement(active.run.id).settle()
    given = {a.label for p in session.predictions() for a in p.annotations}
    assert given == {"cat"}
    label_list.rename(session, "cat", "lion")
    session.finish_run(settled)
    assert {a.label for s in session.samples() for a in s.annotations} == {"lion"}
    session.undo()
    label_list.delete(session, "lion")
    session.finish_run(settled)
    assert not any(s.annotations for s in session.samples())


def test_a_completed_run_is_one_undo(make_session, prepare, request_for):
    session = make_session()
    before = sorted(session.samples(), key=lambda s: s.id)
    session.autolabel(request_for)
    session.undo()
    assert sorted(session.samples(), key=lambda s: s.id) == before
    assert session.runs[0].state is RunState.COMPLETED
    session.redo()
    assert session.stats().to_be_confirmed == 5


def test_classes_that_the_job_does_not_have_are_left_out(
    make_session, prepare, request_for, engine
):
    session = make_session(labels=("dog",))
    engine.script = dict.fromkeys(["000.png"], detections((0.9, 2), (0.8, 1), (0.7, 0)))
    session.autolabel(request_for)
    assert [a.label for a in session.sample(1).annotations] == ["dog"]
    assert [label.name for label in session.labels] == ["dog"]


def test_a_job_without_labels_takes_those_of_the_model(make_session, prepare, request_for):
    session = make_session(labels=())
    session.autolabel(request_for)
    assert [label.name for label in session.labels] == ["cat", "dog", "bird"]


def test_labels_taken_from_a_model_go_by_undo_after_what_it_labeled(
    make_session, prepare, request_for
):
    session = make_session(labels=())
    session.autolabel(request_for)
    session.undo()
    assert len(session.labels) == 3
    assert session.stats().to_be_confirmed == 0
    assert session.undo().title == "undo: take 3 labels from model"
    assert session.labels == []
    session.redo()
    session.redo()
    assert [label.name for label in session.labels] == ["cat", "dog", "bird"]
    assert session.stats().to_be_confirmed == 5


def test_labels_taken_back_during_a_run_are_given_to_no_sample(make_session, prepare, request_for):
    session = make_session(labels=())
    active = session.begin_run(prepare(request_for))
    for chunk in active.chunks():
        session.record(chunk)
    session.undo()
    session.finish_run(session.settlement(active.run.id).settle())
    assert not any(s.annotations for s in session.samples())


def test_a_model_without_a_common_label_is_refused(make_session, prepare, request_for):
    session = make_session(labels=("ship",))
    with pytest.raises(UsageError, match="cat, dog, bird"):
        session.autolabel(request_for)


def test_a_model_for_the_other_task_is_refused(make_session, prepare, request_for):
    session = make_session(Task.CLASSIFICATION)
    with pytest.raises(UsageError, match="classification job"):
        session.autolabel(request_for)


def test_a_filter_chooses_the_samples(make_session, prepare, request_for, engine):
    session = make_session()
    session.autolabel(replace(request_for, filter="name:00* -name:004"))
    assert len(engine.seen) == 4
    with pytest.raises(UsageError, match="nothing to auto label"):
        session.autolabel(replace(request_for, filter="label:nothing"))


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("", "are 4 with drafts of a person .confirm or clear those.$"),
        ("name:*", "are 1 labeled already, 4 with drafts of a person"),
        ("name:000", "are 1 labeled already$"),
        ("name:nowhere", "no sample passes the filter$"),
    ],
)
def test_why_there_is_nothing_to_auto_label_is_said(
    make_session, prepare, request_for, expression, message
):
    session = make_session()
    session.set_no_objects([1])
    for sample_id in (2, 3, 4, 5):
        session.set_annotations(sample_id, [Annotation("cat", Box(1, 2, 9, 9))])
    with pytest.raises(UsageError, match=f"nothing to auto label: .*{message}"):
        session.autolabel(replace(request_for, filter=expression))
    session.set_no_objects([2, 3, 4, 5])
    with pytest.raises(UsageError, match="no sample is unlabeled"):
        session.autolabel(request_for)


def test_missing_images_are_not_auto_labeled_and_that_is_said(make_session, prepare, request_for):
    session = make_session(count=3)
    session.set_no_objects([3])
    for sample_id in (1, 2):
        session.image_path(sample_id).unlink()
    session.sync()
    with pytest.raises(UsageError, match="are 2 whose image is missing"):
        session.autolabel(request_for)
