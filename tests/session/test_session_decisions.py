"""What a decision does to a sample, and how it is taken back."""

from __future__ import annotations

import errno
from dataclasses import replace

import pytest

from hardcase.errors import JobError, UsageError
from hardcase.model.boxes import Box
from hardcase.model.changes import Edit, Table
from hardcase.model.job import HUMAN, Annotation, Status, Task
from hardcase.session import LabelingSession, Sort, Tab
from hardcase.store import JobStorage, lines


def test_a_label_makes_a_sample_labeled_by_a_person(make_session):
    session = make_session(Task.CLASSIFICATION)
    session.set_label([1], "dog")
    sample = session.sample(1)
    assert sample.status is Status.LABELED
    assert [a.label for a in sample.annotations] == ["dog"]
    assert sample.labeled_by == HUMAN
    assert sample.updated_at


def test_a_batch_is_one_change_and_one_undo(make_session):
    session = make_session(Task.CLASSIFICATION)
    before = list(session.samples())
    change = session.set_label([1, 2, 3], "cat")
    assert len(change.edits) == 3
    session.undo()
    assert list(session.samples()) == before


def test_one_answer_adds_and_removes_labels_in_one_change(make_session):
    session = make_session(Task.CLASSIFICATION)
    session.set_label([1, 2], "cat")
    before, labels = list(session.samples()), session.labels
    change = session.set_labels([1, 2, 3], add=["dog", " bird "], remove=["cat"])
    assert change.seq == session.undo().seq - 1
    assert (list(session.samples()), session.labels) == (before, labels)
    session.redo()
    assert [label.name for label in session.labels] == ["cat", "dog", "bird"]
    for sample_id in (1, 2, 3):
        sample = session.sample(sample_id)
        assert [a.label for a in sample.annotations] == ["dog", "bird"]
        assert (sample.status, sample.labeled_by) == (Status.LABELED, HUMAN)


def test_an_answer_that_takes_the_last_label_leaves_a_sample_unlabeled(make_session):
    session = make_session(Task.CLASSIFICATION)
    session.set_labels([1], ["cat"])
    session.set_labels([2], ["cat", "dog"])
    before = session.sample(3)
    session.set_labels([1, 2, 3], remove=["cat"])
    assert (session.sample(1).status, session.sample(1).labeled_by) == (Status.UNLABELED, None)
    assert session.sample(2).status is Status.LABELED
    assert session.sample(3) == before
    assert session.set_labels([1, 3], remove=["cat"]) is None


def test_an_answer_makes_what_a_model_offered_a_persons(make_session):
    session = make_session(Task.CLASSIFICATION)
    before = session.sample(1)
    offer = (Annotation("cat", score=0.4, by="m#1"), Annotation("dog", score=0.3, by="m#1"))
    offered = replace(before, status=Status.TO_BE_CONFIRMED, annotations=offer, labeled_by="m#1")
    session.commit("offer", [Edit(Table.SAMPLES, 1, before, offered)])
    session.set_labels([1], add=["dog"], remove=["cat"])
    sample = session.sample(1)
    assert sample.annotations == offer[1:]
    assert (sample.status, sample.labeled_by) == (Status.LABELED, HUMAN)


def test_an_answer_for_the_wrong_job_or_both_ways_is_refused(make_session):
    with pytest.raises(UsageError, match="classification"):
        make_session().set_labels([1], ["cat"])
    session = make_session(Task.CLASSIFICATION)
    with pytest.raises(UsageError, match="both added and removed"):
        session.set_labels([1], ["cat"], ["cat"])
    with pytest.raises(UsageError, match="no label 'ship'"):
        session.set_labels([1], remove=["ship"])
    assert [label.name for label in session.labels] == ["cat", "dog"]


def test_boxes_are_drafts_until_confirmed(make_session):
    session = make_session()
    session.set_annotations(1, [Annotation("cat", Box(1, 2, 9, 9))])
    assert session.sample(1).status is Status.UNLABELED
    session.confirm([1])
    assert session.sample(1).status is Status.LABELED


def test_a_labeled_sample_without_annotations_becomes_unlabeled(make_session):
    session = make_session()
    session.set_annotations(1, [Annotation("cat", Box(1, 2, 9, 9))])
    session.confirm([1])
    session.set_annotations(1, [])
    assert session.sample(1).status is Status.UNLABELED


def test_a_box_gets_another_label_and_one_that_is_not_there_is_refused(make_session):
    session = make_session()
    box = Box(1, 2, 9, 9)
    session.set_annotations(1, [Annotation("cat", box)])
    session.relabel_box(1, 0, "dog")
    assert session.sample(1).annotations == (Annotation("dog", box),)
    for index in (1, -1):
        with pytest.raises(UsageError, match="has 1 box,"):
            session.relabel_box(1, index, "cat")


def test_no_objects_here_is_a_label(make_session):
    session = make_session()
    session.set_no_objects([1])
    assert session.sample(1).status is Status.LABELED
    assert session.stats().labeled == 1


def test_confirming_an_untouched_sample_does_nothing(make_session):
    session = make_session()
    assert session.confirm([1]) is None
    assert session.sample(1).status is Status.UNLABELED


def test_boxes_are_clipped_to_the_image_and_empty_ones_refused(make_session):
    session = make_session()
    session.set_annotations(1, [Annotation("cat", Box(-5, -5, 1000, 10))])
    assert session.sample(1).annotations[0].box == Box(0, 0, 40, 10)
    with pytest.raises(UsageError, match="no area"):
        session.set_annotations(1, [Annotation("cat", Box(100, 100, 120, 120))])


@pytest.mark.parametrize("task", list(Task))
def test_boxes_go_with_detection_and_only_there(make_session, task):
    session = make_session(task)
    box = Box(1, 1, 5, 5) if task is Task.CLASSIFICATION else None
    with pytest.raises(UsageError):
        session.set_annotations(1, [Annotation("cat", box)])


def test_unknown_labels_and_samples_are_refused(make_session):
    session = make_session(Task.CLASSIFICATION)
    with pytest.raises(UsageError, match="there are: cat, dog"):
        session.set_label([1], "bird")
    with pytest.raises(UsageError, match="no sample 99"):
        session.set_label([99], "cat")
    with pytest.raises(UsageError):
        session.find("images/nothing.png")


def test_hard_marks_are_set_and_cancelled_in_any_status(make_session):
    session = make_session(Task.CLASSIFICATION)
    session.set_label([2], "cat")
    session.mark_hard([1, 2])
    assert session.stats().hard == 2
    session.unmark_hard([2])
    assert [s.hard for s in sorted(session.samples(), key=lambda s: s.id)][:2] == [True, False]


def test_undo_and_redo_survive_a_restart(make_session):
    session = make_session(Task.CLASSIFICATION)
    session.set_label([1], "cat")
    session.set_label([1], "dog")
    session.close()
    with LabelingSession.open(session.root) as again:
        again.undo()
        assert again.sample(1).annotations[0].label == "cat"
        again.redo()
        assert again.sample(1).annotations[0].label == "dog"
        again.undo()
        again.undo()
        assert again.sample(1).status is Status.UNLABELED
        assert again.undo() is None


def test_a_new_decision_forgets_what_could_be_redone(make_session):
    session = make_session(Task.CLASSIFICATION)
    session.set_label([1], "cat")
    session.undo()
    session.set_label([2], "dog")
    assert session.redo() is None


def test_listeners_hear_each_change_until_they_leave(make_session):
    session = make_session(Task.CLASSIFICATION)
    heard = []
    leave = session.subscribe(heard.append)
    session.set_label([1], "cat")
    leave()
    session.set_label([2], "cat")
    assert [change.title for change in heard] == ["label images/000.png cat"]


def test_labels_are_added_at_the_end_and_hostile_names_tamed(make_session):
    session = make_session(Task.CLASSIFICATION)
    session.add_labels(["dog", " bird ", "ev\x1b[31mil"])
    assert [label.name for label in session.labels] == ["cat", "dog", "bird", "ev�[31mil"]
    with pytest.raises(UsageError):
        session.add_labels(["  "])


def test_tabs_filters_and_orders_agree(make_session):
    session = make_session(Task.CLASSIFICATION)
    session.set_label([4, 2], "dog")
    session.mark_hard([2])
    assert session.query(Tab.LABELED).tolist() == [2, 4]
    assert session.query(Tab.LABELED, "-hard").tolist() == [4]
    assert session.query(Tab.ALL, sort=Sort.HARD).tolist()[0] == 2
    assert session.query(Tab.UNLABELED).tolist() == [1, 3, 5]


def test_a_folder_without_images_makes_no_job(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(JobError, match="no images"):
        LabelingSession.create(tmp_path / "empty", Task.DETECTION)
    assert not (tmp_path / "empty" / "hardcase.json").exists()


def test_a_second_opener_reads_only(make_session):
    session = make_session(Task.CLASSIFICATION)
    with LabelingSession.open(session.path) as other:
        assert other.read_only
        assert "open" in other.read_only_reason
        with pytest.raises(JobError):
            other.set_label([1], "cat")
    session.set_label([1], "dog")


def test_samples_are_found_by_id_by_path_and_from_the_working_folder(make_session, monkeypatch):
    session = make_session()
    monkeypatch.chdir(session.root / "images")
    assert session.find("3") == session.find("images/002.png") == session.find("002.png") == 3


def test_images_taken_in_are_found_though_nothing_was_queried(make_session):
    session = make_session()
    old = session.image_path(session.find("images/000.png"))
    new = old.with_name("new.png")
    new.write_bytes(old.read_bytes())
    session.sync()
    assert session.find("images/new.png") == 6
    session.undo()
    with pytest.raises(UsageError, match="no sample"):
        session.find("images/new.png")


def test_a_notice_of_the_store_is_passed_on(make_session, monkeypatch):
    session = make_session()
    assert session.notice is None
    journal = session.path.with_name(session.path.name + ".journal")
    session.set_no_objects([1])
    session.close()
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([lines[0], b"damaged\n", *lines[2:]]))
    with LabelingSession.open(session.root) as again:
        assert "nothing is lost, but undo and log begin after it" in again.notice
        monkeypatch.setattr(JobStorage, "update", _refuse)
        again.set_no_objects([2])
        with pytest.raises(JobError):
            again._store.checkpoint()
        assert "free some space" in again.notice
        monkeypatch.undo()


def _refuse(*_: object) -> None:
    raise OSError(errno.ENOSPC, "no space")


def test_a_path_that_leaves_the_folder_is_never_opened(make_session):
    session = make_session()
    before = session.sample(1)
    after = replace(before, path="../../etc/passwd")
    session.commit("tamper", [Edit(Table.SAMPLES, 1, before, after)])
    with pytest.raises(JobError, match="outside"):
        session.image_path(1)


def test_the_last_decisions_are_those_that_undo_would_take_back_also_after_closing(make_session):
    session = make_session(Task.CLASSIFICATION)
    session.set_label([1], "cat")
    session.mark_hard([2, 3])
    session.set_label([4], "dog")
    session.undo()
    titles = ["mark 2 samples hard", "label images/000.png cat"]
    assert [step.title for step in session.decisions(10)] == titles
    assert [step.samples for step in session.decisions(10)] == [(2, 3), (1,)]
    assert [step.title for step in session.decisions(1)] == titles[:1]
    before = session.decisions(10)
    session.close()
    with LabelingSession.open(session.path) as again:
        assert again.decisions(10) == before


def test_of_a_huge_change_only_the_beginning_is_read(make_session, monkeypatch):
    session = make_session(Task.CLASSIFICATION)
    monkeypatch.setattr(lines, "_BEGINNING", 400)
    session.mark_hard([1, 2, 3, 4, 5])
    session.flush()
    (step,) = session.decisions(10)
    assert step.samples[0] == 1
    assert len(step.samples) < 5
