"""Non-maximum suppression keeps what a plain double loop keeps."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hardcase.inference.decoders.nms import suppress
from hardcase.model.boxes import iou

box = st.tuples(*[st.integers(0, 20)] * 2, *[st.integers(1, 20)] * 2).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)
found = st.lists(st.tuples(box, st.integers(0, 5), st.integers(0, 2)), max_size=25)


def plain(boxes, scores, classes, threshold, limit):
    kept = []
    for i in sorted(range(len(boxes)), key=lambda i: -scores[i]):
        clear = (
            classes[i] != classes[k] or iou(boxes[i : i + 1], boxes[k : k + 1])[0, 0] <= threshold
            for k in kept
        )
        if len(kept) < limit and all(clear):
            kept.append(i)
    return kept


def arrays(rows):
    boxes = np.array([r[0] for r in rows], dtype=np.float32).reshape(-1, 4)
    return boxes, np.array([r[1] / 5 for r in rows]), np.array([r[2] for r in rows], dtype=int)


@given(found, st.sampled_from([0.0, 0.3, 0.45, 0.7, 1.0]), st.integers(1, 30))
def test_keeps_the_same_boxes_as_a_plain_loop_in_the_same_order(rows, threshold, limit):
    boxes, scores, classes = arrays(rows)
    kept = suppress(boxes, scores, classes, threshold, limit)
    assert kept.tolist() == plain(boxes, scores, classes, threshold, limit)


def test_overlapping_boxes_of_other_classes_stay():
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 10]], dtype=np.float32)
    assert suppress(boxes, np.array([0.5, 0.9]), np.array([0, 1]), 0.5).tolist() == [1, 0]


def test_equal_scores_keep_their_order():
    boxes = np.array([[i * 20, 0, i * 20 + 10, 10] for i in range(9)], dtype=np.float32)
    kept = suppress(boxes, np.full(9, 0.5), np.zeros(9, dtype=int), 0.5)
    assert kept.tolist() == list(range(9))


def test_at_most_300_boxes_stay():
    boxes = np.array([[i * 20, 0, i * 20 + 10, 10] for i in range(400)], dtype=np.float32)
    assert suppress(boxes, np.linspace(1, 0, 400), np.zeros(400, int), 0.5).tolist() == [
        *range(300)
    ]
