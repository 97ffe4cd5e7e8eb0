"""Several labels an image: ticks, which wait to be confirmed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hardcase.errors import UsageError
from hardcase.model.changes import Edit, Kind, Table
from hardcase.model.job import HUMAN, Annotation, Status, Task
from hardcase.session import LabelingSession
from hardcase.session.several import set_several, tick


@pytest.fixture
def session(make_session):
    return make_session(Task.CLASSIFICATION, 4)


def _labels(session, *ids):
    return ["".join(a.label[0] for a in session.sample(i).annotations) for i in ids]


def _auto(session, sample_id, *labels):
    before = session.sample(sample_id)
    said = tuple(Annotation(name, score=0.5, by="toy#1") for name in labels)
    after = replace(before, annotations=said, status=Status.TO_BE_CONFIRMED, labeled_by="toy#1")
    session.commit("auto label", [Edit(Table.SAMPLES, sample_id, before, after)], Kind.RECORD)


def test_a_job_keeps_that_images_have_several_labels(session):
    assert not session.job.several
    set_several(session, several=True)
    assert set_several(session, several=True) is None
    session.close()
    with LabelingSession.open(session.path) as again:
        assert again.job.several
        again.undo()
        assert not again.job.several


def test_boxes_have_one_label(make_session):
    session = make_session(Task.DETECTION)
    with pytest.raises(UsageError, match="one label"):
        set_several(session, several=True)
    with pytest.raises(UsageError, match="for images"):
        tick(session, [1], "cat")


def test_a_tick_adds_and_removes_and_leaves_the_status_to_who_confirms(session):
    _auto(session, 1, "cat")
    tick(session, [1], "dog")
    assert _labels(session, 1) == ["cd"]
    assert session.sample(1).status is Status.TO_BE_CONFIRMED
    assert [a.by for a in session.sample(1).annotations] == ["toy#1", HUMAN]
    tick(session, [1], "cat")
    assert _labels(session, 1) == ["d"]
    session.confirm([1])
    assert session.sample(1).status is Status.LABELED
    assert session.sample(1).labeled_by == HUMAN


def test_ticks_of_an_unlabeled_image_are_a_draft(session):
    tick(session, [1], "dog")
    assert session.sample(1).status is Status.UNLABELED
    session.confirm([1])
    assert session.sample(1).status is Status.LABELED


def test_a_labeled_image_stays_so_until_its_last_label_goes(session):
    session.set_label([1], "cat")
    tick(session, [1], "dog")
    tick(session, [1], "cat")
    assert session.sample(1).status is Status.LABELED
    tick(session, [1], "dog")
    assert session.sample(1).status is Status.UNLABELED


def test_of_many_a_tick_goes_to_all_and_away_only_when_all_have_it(session):
    tick(session, [2], "cat")
    change = tick(session, [1, 2, 3], "cat")
    assert change.title == "tick cat on 2 samples"
    assert _labels(session, 1, 2, 3, 4) == ["c", "c", "c", ""]
    tick(session, [1, 2, 3], "cat")
    assert _labels(session, 1, 2, 3) == ["", "", ""]
    session.undo()
    assert _labels(session, 1, 2, 3) == ["c", "c", "c"]


def test_a_new_label_is_made_with_the_tick(session):
    tick(session, [1], "bird")
    assert [label.name for label in session.labels] == ["cat", "dog", "bird"]
    session.undo()
    assert [label.name for label in session.labels] == ["cat", "dog"]
