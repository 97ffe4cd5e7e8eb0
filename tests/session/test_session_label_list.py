"""The list of labels: each command alters the job everywhere at once, and is one undo."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardcase.errors import UsageError
from hardcase.model.boxes import Box
from hardcase.model.changes import Edit, Kind, Table
from hardcase.model.job import Annotation, Prediction, Status, Task
from hardcase.session import LabelingSession, label_list
from hardcase.session.autolabel.class_map import labels_of
from hardcase.session.label_list import names_now

BOX = Box(1, 2, 11, 12)


@pytest.fixture
def boxes(make_session):
    """A detection job: sample 1 has a cat and a dog, sample 2 a dog; both are confirmed."""
    session = make_session(labels=("cat", "dog", "cow"))
    session.set_annotations(1, [Annotation("cat", BOX), Annotation("dog", BOX)])
    session.set_annotations(2, [Annotation("dog", BOX)])
    session.confirm([1, 2])
    return session


@pytest.fixture
def classes(make_session):
    """A classification job: sample 1 is a cat and a dog, 2 a dog, 3 a cow."""
    session = make_session(Task.CLASSIFICATION, labels=("cat", "dog", "cow"))
    session.set_label([1], "cat")
    session.set_labels([1], ["dog"])
    session.set_label([2], "dog")
    session.set_label([3], "cow")
    return session


def names(session) -> list[str]:
    return [label.name for label in session.labels]


def on(session, sample_id: int) -> list[str]:
    return [a.label for a in session.sample(sample_id).annotations]


def rows(session) -> tuple[object, ...]:
    return session.labels, sorted(session.samples(), key=lambda s: s.id)


def predict(session, sample_id: int, *labels: str) -> None:
    said = Prediction(
        sample_id, 1, tuple(Annotation(n, BOX, 0.9, "m#1") for n in labels), array("f")
    )
    session.commit("predict", [Edit(Table.PREDICTIONS, sample_id, None, said)], Kind.RECORD)


def said(session, sample_id: int) -> list[str]:
    return [a.label for a in session.prediction(sample_id).annotations]


def test_a_renamed_label_is_renamed_on_every_sample(boxes):
    change = label_list.rename(boxes, "dog", " hound ")
    assert names(boxes) == ["cat", "hound", "cow"]
    assert on(boxes, 1) == ["cat", "hound"]
    assert on(boxes, 2) == ["hound"]
    assert change.title == "rename label dog to hound"
    assert boxes.sample(1).status is Status.LABELED
    assert boxes.stats().labels == {"cat": 1, "hound": 2, "cow": 0}


def test_a_label_cannot_take_the_name_of_another(boxes):
    with pytest.raises(UsageError, match="merge 'dog' into it"):
        label_list.rename(boxes, "dog", "cat")
    with pytest.raises(UsageError, match="needs a name"):
        label_list.rename(boxes, "dog", "  ")
    with pytest.raises(UsageError, match="no label 'horse'"):
        label_list.rename(boxes, "horse", "pony")
    assert label_list.rename(boxes, "dog", "dog") is None


def test_names_from_people_cannot_drive_the_terminal(boxes):
    label_list.rename(boxes, "dog", "d\x1b[31mog")
    assert names(boxes)[1] == "d�[31mog"


def test_merging_leaves_one_label(boxes):
    label_list.merge(boxes, "dog", "cat")
    assert names(boxes) == ["cat", "cow"]
    assert [label.position for label in boxes.labels] == [0, 1]
    assert on(boxes, 1) == ["cat", "cat"]  # two boxes stay two boxes
    assert on(boxes, 2) == ["cat"]


def test_an_image_that_bore_both_bears_the_merged_label_once(classes):
    label_list.merge(classes, "dog", "cat")
    assert on(classes, 1) == ["cat"]
    assert on(classes, 2) == ["cat"]


def test_a_label_cannot_be_merged_into_itself(boxes):
    with pytest.raises(UsageError, match="into itself"):
        label_list.merge(boxes, "dog", "dog")


def test_what_bears_a_deleted_label_loses_it(boxes):
    label_list.delete(boxes, "dog")
    assert names(boxes) == ["cat", "cow"]
    assert on(boxes, 1) == ["cat"]
    assert boxes.sample(1).status is Status.LABELED


def test_nobody_said_that_nothing_is_there_where_the_last_label_was_deleted(boxes, classes):
    label_list.delete(boxes, "dog")
    label_list.delete(classes, "dog")
    for session in (boxes, classes):
        assert session.sample(2).status is Status.UNLABELED
        assert session.sample(2).labeled_by is None


def test_deleting_the_last_auto_label_leaves_nothing_to_confirm(boxes):
    before = boxes.sample(3)
    offered = (Annotation("cow", BOX, 0.9, "m#1"),)
    after = type(before)(3, before.path, Status.TO_BE_CONFIRMED, offered, labeled_by="m#1")
    boxes.commit("auto label", [Edit(Table.SAMPLES, 3, before, after)])
    label_list.delete(boxes, "cow")
    assert boxes.sample(3).status is Status.UNLABELED


@pytest.mark.parametrize(("position", "order"), [(0, "cow cat dog"), (1, "cat cow dog"), (9, None)])
def test_moving_a_label_changes_its_digit(boxes, position, order):
    label_list.move(boxes, "cow", position)
    assert names(boxes) == (order or "cat dog cow").split()
    assert [label.position for label in boxes.labels] == [0, 1, 2]


def test_a_label_takes_any_colour_of_six_digits(boxes):
    label_list.recolour(boxes, "cat", "#A0b1C2")
    assert boxes.labels[0].colour == "#a0b1c2"
    for wrong in ("red", "#12345", "#1234567", "\x1b[31m"):
        with pytest.raises(UsageError, match="is no colour"):
            label_list.recolour(boxes, "cat", wrong)


def test_what_a_model_said_follows_the_names_of_today(boxes):
    predict(boxes, 4, "dog", "cow")
    label_list.rename(boxes, "dog", "hound")
    assert said(boxes, 4) == ["hound", "cow"]
    label_list.merge(boxes, "hound", "cat")
    assert said(boxes, 4) == ["cat", "cow"]
    label_list.delete(boxes, "cow")
    assert said(boxes, 4) == ["cat"]
    for _ in range(3):
        boxes.undo()
    assert said(boxes, 4) == ["dog", "cow"]


def test_a_model_still_labels_under_the_names_it_knows(boxes):
    label_list.rename(boxes, "dog", "hound")
    label_list.merge(boxes, "cow", "cat")
    classes = labels_of(["COW", "dog", "bird", "cat"], names_now(boxes.labels), {})
    assert classes == {0: "cat", 1: "hound", 3: "cat"}


def test_a_name_that_is_used_again_means_the_new_label(boxes):
    label_list.rename(boxes, "dog", "hound")
    boxes.add_labels(["dog"])
    assert names_now(boxes.labels)["dog"] == "dog"


def test_labels_tell_how_much_they_are_used(boxes):
    boxes.set_annotations(3, [Annotation("dog", BOX)] * 2)
    found = {use.label.name: (use.annotations, use.samples) for use in label_list.uses(boxes)}
    assert found == {"cat": (1, 1), "dog": (4, 3), "cow": (0, 0)}


def test_earlier_names_survive_the_job_file(boxes):
    label_list.rename(boxes, "dog", "hound")
    path = boxes.path
    boxes.close()
    with LabelingSession.open(path) as again:
        assert again.labels[1].aliases == ("dog",)


NAMES = st.sampled_from(["cat", "dog", "cow", "hound", "x"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just(label_list.rename), NAMES, NAMES),
        st.tuples(st.just(label_list.merge), NAMES, NAMES),
        st.tuples(st.just(label_list.delete), NAMES),
        st.tuples(st.just(label_list.move), NAMES, st.integers(0, 4)),
        st.tuples(st.just(label_list.recolour), NAMES, st.just("#102030")),
    ),
    max_size=8,
)


@settings(max_examples=60)
@given(steps=STEPS)
def test_as_many_undos_bring_everything_back(classes, steps):
    before = rows(classes)
    done = 0
    for step, *arguments in steps:
        try:
            done += step(classes, *arguments) is not None
        except UsageError:
            continue
        known = names(classes)
        assert [label.position for label in classes.labels] == list(range(len(known)))
        assert all(a.label in known for s in classes.samples() for a in s.annotations)
    for _ in range(done):
        classes.undo()
    assert rows(classes) == before
