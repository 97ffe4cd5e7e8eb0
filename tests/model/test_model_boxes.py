"""Geometry of boxes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardcase.model.boxes import Box, as_array, iou, share_inside

coordinate = st.floats(-50, 150, allow_nan=False)
boxes = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    coordinate,
    coordinate,
    st.floats(0.5, 80),
    st.floats(0.5, 80),
)


@given(boxes)
def test_a_clipped_box_lies_in_the_image_and_in_the_box(box):
    clipped = box.clipped(100, 60)
    if clipped is None:
        assert box.x2 <= 0 or box.y2 <= 0 or box.x1 >= 100 or box.y1 >= 60
    else:
        assert 0 <= clipped.x1 < clipped.x2 <= 100
        assert 0 <= clipped.y1 < clipped.y2 <= 60
        assert clipped.clipped(100, 60) == clipped
        assert clipped.x1 >= box.x1
        assert clipped.x2 <= box.x2


@given(boxes, st.floats(-200, 200), st.floats(-200, 200))
def test_a_moved_box_keeps_its_size_and_stays_inside(box, dx, dy):
    inside = box.clipped(100, 60)
    if inside is None:
        return
    moved = inside.moved(dx, dy, 100, 60)
    assert moved.width == pytest.approx(inside.width)
    assert moved.height == pytest.approx(inside.height)
    assert moved.x1 >= -1e-9
    assert moved.x2 <= 100 + 1e-9
    assert moved.y1 >= -1e-9
    assert moved.y2 <= 60 + 1e-9


def _plain_iou(a: Box, b: Box) -> float:
    width = min(a.x2, b.x2) - max(a.x1, b.x1)
    height = min(a.y2, b.y2) - max(a.y1, b.y1)
    shared = max(width, 0) * max(height, 0)
    return shared / (a.area + b.area - shared)


@given(st.lists(boxes, max_size=5), st.lists(boxes, max_size=5))
def test_iou_of_many_is_iou_of_each_pair(first, second):
    matrix = iou(as_array(first), as_array(second))
    assert matrix.shape == (len(first), len(second))
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            assert matrix[i, j] == pytest.approx(_plain_iou(a, b), abs=1e-9)


def test_boxes_without_area_overlap_nothing():
    point = np.array([[5.0, 5.0, 5.0, 5.0]])
    assert iou(point, point).tolist() == [[0.0]]


@given(st.lists(boxes, max_size=5))
def test_the_share_inside_is_the_area_of_the_clipped_box_over_that_of_the_box(several):
    shares = share_inside(as_array(several), Box(0, 0, 100, 60))
    for box, share in zip(several, shares, strict=True):
        clipped = box.clipped(100, 60)
        assert share == pytest.approx(clipped.area / box.area if clipped else 0.0)


def test_no_share_of_a_box_without_area_is_inside():
    assert share_inside(as_array([Box(5, 5, 5, 9)]), Box(0, 0, 10, 10)).tolist() == [0.0]
