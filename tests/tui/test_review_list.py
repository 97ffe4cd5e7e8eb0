"""A cursor with a selection, and the boxes of a label in an order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.model.boxes import Box
from hardcase.model.job import Annotation, Task
from hardcase.session.boxes.box_index import BoxSort
from hardcase.session.boxes.box_review import BoxReview
from hardcase.tui.review.list import ReviewList
from hardcase.tui.selection import Selection

STEPS = st.lists(
    st.sampled_from(["toggle", "toggle_all", "invert", "toggle_range", "clear"])
    | st.integers(-3, 12),
    max_size=12,
)


@given(st.integers(0, 8), STEPS)
def test_a_selection_never_leaves_its_rows(size, steps):
    chosen = Selection(size)
    for step in steps:
        chosen.move(step) if isinstance(step, int) else getattr(chosen, step)()
        assert len(chosen.selected) == size
        assert -1 <= chosen.cursor < size
        targets = chosen.targets().tolist()
        assert targets == (np.flatnonzero(chosen.selected).tolist() or [chosen.cursor][: size > 0])


def test_a_range_grows_and_shrinks_with_the_cursor():
    chosen = Selection(6)
    chosen.toggle()
    chosen.move(2)
    chosen.toggle_range()
    chosen.move(4)
    assert np.flatnonzero(chosen.selected).tolist() == [0, 2, 3, 4]
    chosen.move(1)
    assert np.flatnonzero(chosen.selected).tolist() == [0, 1, 2]
    chosen.toggle_range()
    chosen.move(5)
    assert np.flatnonzero(chosen.selected).tolist() == [0, 1, 2]


@pytest.fixture
def review(make_job):
    session = make_job(Task.DETECTION, 2)
    for sample_id, sides in ((1, [4, 8, 2]), (2, [6])):
        boxes = [Annotation("cat", Box(0, 0, side, side + 1)) for side in sides]
        session.set_annotations(sample_id, [*boxes, Annotation("dog", Box(1, 1, 3, 3))])
    return BoxReview(session, [1, 2])


def _sides(shown):
    return [int(shown.review.boxes.box[row, 2]) for row in shown.rows]


def test_the_largest_come_first_and_turning_shows_the_smallest(review):
    shown = ReviewList(review, 0)
    assert (shown.sort, _sides(shown)) == (BoxSort.AREA, [8, 6, 4, 2])
    shown.chosen.move(2)
    shown.chosen.toggle()
    shown.turn()
    assert _sides(shown) == [2, 4, 6, 8]
    assert shown.chosen.cursor == 0
    assert np.flatnonzero(shown.chosen.selected).tolist() == [1]


def test_sorts_follow_one_another_around(review):
    shown = ReviewList(review, 0)
    seen = []
    for _ in BoxSort:
        shown.step_sort()
        seen.append(shown.sort)
    assert seen == [*list(BoxSort)[1:], BoxSort.AREA]


def test_only_labels_with_boxes_are_gone_through(review):
    shown = ReviewList(review, 0)
    assert [review.names[n] for n in shown.labels] == ["cat", "dog"]
    shown.step_label(-1)
    assert review.names[shown.label] == "dog"
    assert len(shown.rows) == 2
    shown.step_label(1)
    assert review.names[shown.label] == "cat"


def test_cursor_and_selection_go_with_their_boxes_when_the_job_changes(review):
    shown = ReviewList(review, 0)
    shown.chosen.move(2)
    shown.chosen.toggle()
    session = review._session
    session.set_annotations(
        1, [*session.sample(1).annotations[:1], Annotation("cat", Box(0, 0, 1, 1))]
    )
    where, _ = review.follow()
    shown.follow(where)
    assert _sides(shown) == [6, 4, 1]
    assert shown.chosen.cursor == 1
    assert np.flatnonzero(shown.chosen.selected).tolist() == [1]
