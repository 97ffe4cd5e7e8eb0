from __future__ import annotations

import numpy as np
from hardness_evidence import detections
from hypothesis import given
from hypothesis import strategies as st

from hardcase.hardness.matching import match
from hardcase.model.boxes import iou

A = (0.0, 0.0, 10.0, 10.0)
A_NEAR = (1.0, 0.0, 10.0, 10.0)
A_HALF = (4.0, 0.0, 10.0, 10.0)
B = (50.0, 50.0, 60.0, 60.0)

objects = st.lists(
    st.tuples(
        st.builds(
            lambda x, y, w, h: (x, y, x + w, y + h),
            *[st.integers(0, 20).map(float)] * 2,
            *[st.integers(1, 20).map(float)] * 2,
        ),
        st.floats(0, 1, width=32),
        st.integers(0, 1),
    ),
    max_size=8,
)


def test_a_box_matches_the_one_of_its_class_that_overlaps_most() -> None:
    found = match(detections((A, 0.9, 0)), detections((A_HALF, 0.9, 0), (A_NEAR, 0.5, 0)))
    assert found.tolist() == [1]


def test_a_box_of_another_class_is_no_match() -> None:
    assert match(detections((A, 0.9, 0)), detections((A, 0.9, 1))).tolist() == [-1]


def test_a_box_that_overlaps_too_little_is_no_match() -> None:
    small = (0.0, 0.0, 4.9, 10.0)
    assert match(detections((A, 0.9, 0)), detections((small, 0.9, 0))).tolist() == [-1]


def test_each_box_is_matched_once_and_the_better_score_chooses_first() -> None:
    found = match(detections((A_NEAR, 0.8, 0), (A, 0.7, 0)), detections((A, 0.9, 0)))
    assert found.tolist() == [0, -1]


def test_nothing_matches_where_one_side_is_empty() -> None:
    assert match(detections(), detections((A, 0.9, 0))).tolist() == []
    assert match(detections((A, 0.9, 0), (B, 0.8, 0)), detections()).tolist() == [-1, -1]


@given(objects, objects)
def test_matches_are_one_to_one_of_one_class_and_overlap_by_half(left: list, right: list) -> None:
    a, b = detections(*left), detections(*right)
    partner = match(a, b)
    taken = partner[partner >= 0]
    assert len(set(taken.tolist())) == taken.size
    pairs = np.flatnonzero(partner >= 0)
    assert (a.classes[pairs] == b.classes[taken]).all()
    assert (iou(a.boxes, b.boxes)[pairs, taken] >= 0.5).all()


@given(objects)
def test_every_box_matches_in_a_copy_of_itself(left: list) -> None:
    a = detections(*left)
    assert (match(a, a) >= 0).all()
