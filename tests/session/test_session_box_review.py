"""Quick review: many boxes sorted, fixed, and applied as one Change."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hardcase.errors import UsageError
from hardcase.model.boxes import Box
from hardcase.model.changes import Edit, Kind, Table
from hardcase.model.job import Annotation, Sample, Status, Task
from hardcase.model.rows import to_json
from hardcase.session import LabelingSession
from hardcase.session.boxes.box_index import BoxSort, box_index
from hardcase.session.boxes.box_review import STRUCK, BoxReview

CAT, DOG = 0, 1


def _put(session, sample_id, annotations, status=Status.TO_BE_CONFIRMED, **more):
    before = session.sample(sample_id)
    by = "human" if status is Status.LABELED else "toy#1"
    after = replace(
        before, annotations=tuple(annotations), status=status, labeled_by=by, width=40, height=30
    )
    edit = Edit(Table.SAMPLES, sample_id, before, replace(after, **more))
    session.commit("auto label", [edit], Kind.RECORD)


@pytest.fixture
def session(make_session):
    session = make_session(Task.DETECTION, 4)
    by = "toy#1"
    _put(
        session,
        1,
        [
            Annotation("cat", Box(0, 0, 10, 10), 0.9, by),
            Annotation("dog", Box(0, 0, 20, 5), 0.5, by),
            Annotation("cat", Box(5, 5, 10, 25), 0.3, by),
        ],
        coefficient=0.2,
    )
    _put(session, 2, [Annotation("cat", Box(0, 0, 30, 20), 0.6, by)], coefficient=0.8)
    _put(session, 3, [Annotation("cat", Box(2, 2, 4, 4))], Status.LABELED)
    return session


@pytest.fixture
def review(session):
    return BoxReview(session, [1, 2, 3, 4])


def _boxes(review, rows):
    return [(int(review.boxes.sample[r]), int(review.boxes.index[r])) for r in rows]


@pytest.mark.parametrize(
    ("sort", "upwards"),
    [
        (BoxSort.AREA, [(3, 0), (1, 0), (1, 2), (2, 0)]),
        (BoxSort.ASPECT, [(1, 2), (1, 0), (3, 0), (2, 0)]),
        (BoxSort.SCORE, [(1, 2), (2, 0), (1, 0), (3, 0)]),
        (BoxSort.HARD, [(1, 0), (1, 2), (2, 0), (3, 0)]),
    ],
)
def test_boxes_of_a_label_are_sorted_and_those_without_a_value_come_last(review, sort, upwards):
    assert _boxes(review, review.rows(CAT, sort, descending=False)) == upwards
    downwards = _boxes(review, review.rows(CAT, sort, descending=True))
    if sort is BoxSort.SCORE:
        assert downwards == [(1, 0), (2, 0), (1, 2), (3, 0)]
    if sort is BoxSort.HARD:
        assert downwards == [(2, 0), (1, 0), (1, 2), (3, 0)]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["cat", "dog"]),
            *(st.floats(1, 50) for _ in range(2)),
            st.none() | st.floats(0, 1, width=32),
        ),
        max_size=30,
    )
)
def test_sorting_is_that_of_plain_python(rows):
    annotations = tuple(Annotation(n, Box(0, 0, w, h), s) for n, w, h, s in rows)
    names = ["cat", "dog"]
    index = box_index([Sample(7, "a.jpg", annotations=annotations)], names)
    cats = [n for n, a in enumerate(annotations) if a.label == "cat"]
    by_area = sorted(cats, key=lambda n: annotations[n].box.area)
    assert index.rows(CAT, BoxSort.AREA, descending=False).tolist() == by_area
    unknown = [n for n in cats if annotations[n].score is None]
    known = sorted((n for n in cats if n not in unknown), key=lambda n: -annotations[n].score)
    assert index.rows(CAT, BoxSort.SCORE, descending=True).tolist() == known + unknown


def test_fixes_wait_and_become_one_change_that_one_undo_takes_back(session, review):
    before = {i: session.sample(i) for i in (1, 2, 3)}
    seq = next(session.history(1)).seq
    rows = review.rows(CAT, BoxSort.AREA, descending=False)
    assert review.relabel(rows[1:3], "dog") == 2
    assert review.strike(rows[3:]) == 1
    assert review.counts() == [(4, 3), (1, 0)]
    assert {i: session.sample(i) for i in before} == before

    change = review.apply()
    assert (change.seq, change.title) == (
        seq + 1,
        "review boxes of 2 samples: 2 relabeled, 1 deleted",
    )
    assert session.sample(1).annotations == (
        Annotation("dog", Box(0, 0, 10, 10)),
        Annotation("dog", Box(0, 0, 20, 5), 0.5, "toy#1"),
        Annotation("dog", Box(5, 5, 10, 25)),
    )
    assert session.sample(2).annotations == ()
    assert session.sample(1).status is session.sample(2).status is Status.TO_BE_CONFIRMED
    session.undo()
    assert {i: session.sample(i) for i in before} == before


def test_a_labeled_sample_without_boxes_left_is_unlabeled(session, review):
    rows = [
        r
        for r in review.rows(CAT, BoxSort.AREA, descending=False)
        if _boxes(review, [r])[0][0] == 3
    ]
    review.strike(np.array(rows))
    review.apply()
    assert session.sample(3).status is Status.UNLABELED
    assert session.sample(3).labeled_by is None


def test_a_relabeled_box_of_a_labeled_sample_leaves_it_labeled(session, review):
    rows = review.rows(CAT, BoxSort.AREA, descending=False)[:1]
    assert _boxes(review, rows) == [(3, 0)]
    review.relabel(rows, "dog")
    review.apply()
    assert session.sample(3).status is Status.LABELED
    assert session.sample(3).annotations[0].label == "dog"


def test_the_own_label_takes_a_fix_back(review):
    rows = review.rows(CAT, BoxSort.AREA, descending=False)
    review.relabel(rows, "dog")
    review.relabel(rows[:2], "cat")
    assert review.pending.sum() == 2
    review.strike(rows)
    assert (review.fate[rows] == STRUCK).all()
    review.strike(rows)
    assert not review.pending.any()
    assert review.apply() is None


def test_a_new_label_is_made_with_the_change_and_goes_with_its_undo(session, review):
    rows = review.rows(DOG, BoxSort.AREA, descending=False)
    review.relabel(rows, "wolf")
    assert [label.name for label in session.labels] == ["cat", "dog"]
    review.apply()
    assert [label.name for label in session.labels] == ["cat", "dog", "wolf"]
    session.undo()
    assert [label.name for label in session.labels] == ["cat", "dog"]


def test_undo_and_redo_step_through_the_fixes(review):
    rows = review.rows(CAT, BoxSort.AREA, descending=False)
    review.relabel(rows[:2], "dog")
    review.strike(rows[1:3])
    after = review.fate.copy()
    assert review.undo().tolist() == rows[1:3].tolist()
    assert review.undo().tolist() == rows[:2].tolist()
    assert review.undo().tolist() == []
    assert not review.pending.any()
    review.redo()
    review.redo()
    assert review.fate.tolist() == after.tolist()
    review.undo()
    review.relabel(rows[3:], "dog")
    assert review.redo().tolist() == []


def test_a_fix_that_changes_nothing_is_no_step(review):
    rows = review.rows(CAT, BoxSort.AREA, descending=False)
    assert review.relabel(rows, "cat") == 0
    assert review.undo().tolist() == []


def test_fixes_go_with_their_boxes_when_the_job_changes(session, review):
    rows = review.rows(CAT, BoxSort.AREA, descending=False)
    review.relabel(rows, "dog")
    first = session.sample(1).annotations
    session.set_annotations(1, [first[2], Annotation("cat", Box(1, 1, 3, 3)), first[1]])
    where, lost = review.follow()
    assert lost == 1
    assert _boxes(review, where[rows[2:3]]) == [(1, 0)]
    assert sorted(_boxes(review, np.flatnonzero(review.pending))) == [(1, 0), (2, 0), (3, 0)]
    review.apply()
    assert [a.label for a in session.sample(1).annotations] == ["dog", "cat", "dog"]


def test_undo_of_a_fix_still_works_after_the_job_changed(session, review):
    rows = review.rows(CAT, BoxSort.AREA, descending=False)
    review.strike(rows)
    session.set_annotations(1, session.sample(1).annotations[1:])
    review.follow()
    review.undo()
    assert not review.pending.any()


def test_nothing_is_lost_when_only_marks_change(session, review):
    review.strike(review.rows(CAT, BoxSort.AREA, descending=False))
    session.mark_hard([1, 2])
    where, lost = review.follow()
    assert (where.tolist(), lost) == ([0, 1, 2, 3, 4], 0)
    assert review.pending.sum() == 4


def test_two_boxes_that_are_alike_keep_their_own_fixes(session):
    twice = Annotation("cat", Box(1, 1, 9, 9))
    _put(session, 4, [twice, twice, Annotation("dog", Box(0, 0, 5, 5))])
    review = BoxReview(session, [4])
    review.strike(np.array([1]))
    session.set_annotations(4, [twice, twice])
    review.follow()
    assert review.fate.tolist() == [CAT, STRUCK]


def test_samples_that_went_take_their_boxes_along(session, review):
    review.strike(np.arange(5))
    session.delete([1])
    where, lost = review.follow()
    assert lost == 3
    assert where.tolist() == [-1, -1, -1, 0, 1]


def test_fixes_that_do_not_fit_the_job_any_more_are_refused(session, review):
    review.strike(np.arange(3))
    session.set_annotations(1, session.sample(1).annotations[2:])
    with pytest.raises(UsageError, match="others by now"):
        review.apply()


def test_classification_jobs_have_no_boxes_to_review(make_session):
    with pytest.raises(UsageError, match="only detection"):
        BoxReview(make_session(Task.CLASSIFICATION), [1])


def _state(session):
    tables = session._store.tables
    return json.dumps(
        {t.value: {k: to_json(r) for k, r in sorted(tables[t].items())} for t in Table}
    )


ANNOTATIONS = st.lists(
    st.builds(
        Annotation,
        st.sampled_from(["cat", "dog"]),
        st.builds(
            lambda x, y, w, h: Box(x, y, x + w, y + h).rounded(),
            *(st.floats(0, 20) for _ in range(2)),
            *(st.floats(1, 10) for _ in range(2)),
        ),
        st.none() | st.floats(0, 1).map(lambda v: round(v, 6)),
        st.sampled_from(["human", "toy#1"]),
        st.none() | st.just({"difficult": 1}),
    ),
    max_size=4,
)
FIXES = st.lists(
    st.tuples(
        st.sampled_from(["cat", "dog", "wolf", None, "undo", "redo"]),
        st.lists(st.integers(0, 11), max_size=6),
    ),
    max_size=6,
)


@settings(deadline=None, max_examples=60)
@given(st.lists(ANNOTATIONS, min_size=3, max_size=3), st.sampled_from(list(Status)), FIXES)
def test_a_batch_applied_and_undone_leaves_the_job_byte_for_byte(said, status, fixes):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for n in range(3):
            Image.new("RGB", (40, 30)).save(root / f"{n}.png")
        with LabelingSession.create(root, Task.DETECTION, ["cat", "dog"]) as session:
            for sample_id, annotations in enumerate(said, 1):
                _put(session, sample_id, annotations, status)
            before = _state(session)
            review = BoxReview(session, [1, 2, 3])
            size = len(review.boxes)
            expected = [review.names[n] for n in review.boxes.label.tolist()]
            for fix, some in fixes:
                rows = np.array([r for r in dict.fromkeys(some) if r < size], np.int64)
                if fix == "undo":
                    review.undo()
                elif fix == "redo":
                    review.redo()
                elif fix is None:
                    review.strike(rows)
                else:
                    review.relabel(rows, fix)
            expected = [review.names[f] for f in review.fate.tolist() if f != STRUCK]
            assert _state(session) == before
            change = review.apply()
            left = [a.label for i in (1, 2, 3) for a in session.sample(i).annotations]
            assert left == expected
            if change is None:
                assert not review.pending.any()
                return
            after = _state(session)
            session.undo()
            assert _state(session) == before
            session.redo()
            assert _state(session) == after
