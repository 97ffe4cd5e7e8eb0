"""Class-wise greedy non-maximum suppression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_BOXES = 300
"""How many boxes an image keeps, as in COCO evaluations of one-stage detectors."""

_AT_ONCE = 64
"""How many boxes are compared with all that follow in one step of numpy."""


def suppress(
    boxes: NDArray[np.floating],
    scores: NDArray[np.floating],
    classes: NDArray[np.integer],
    iou_threshold: float,
    limit: int = MAX_BOXES,
) -> NDArray[np.intp]:
    """Return the indices of the boxes to keep, best score first, at most `limit`.

    `boxes` (N, 4) x1 y1 x2 y2, `scores` (N,), `classes` (N,). A box goes when a better box of its
    class overlaps it by an IoU above `iou_threshold`. Equal scores keep their input order.
    """
    order = np.argsort(-scores, kind="stable")
    # a vector a side: neighbours in memory are what vector instructions are made for
    x1, y1, x2, y2 = np.ascontiguousarray(boxes[order].T, dtype=np.float64)
    classes = classes[order]
    areas = (x2 - x1) * (y2 - y1)
    alive = np.ones(len(order), dtype=bool)
    kept: list[int] = []
    for start in range(0, len(order), _AT_ONCE):
        some = start + np.flatnonzero(alive[start : start + _AT_ONCE])
        rest = slice(start, None)
        shared = _overlaps(x1[some, None], x2[some, None], x1[rest], x2[rest])
        shared *= _overlaps(y1[some, None], y2[some, None], y1[rest], y2[rest])
        # IoU > t written without a division, so that empty boxes need no special case
        union = areas[some, None] + areas[rest] - shared
        covers = (shared > iou_threshold * union) & (classes[some, None] == classes[rest])
        for index, row in zip(some.tolist(), covers, strict=True):
            if alive[index]:
                kept.append(index)
                alive[rest] &= ~row
                if len(kept) == limit:
                    return order[kept]
    return order[kept]


def _overlaps(
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    starts: NDArray[np.float64],
    ends: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return how far intervals (M, 1) overlap intervals (N,): (M, N), at least 0."""
    out: NDArray[np.float64] = np.minimum(end, ends)
    out -= np.maximum(start, starts)
    return np.maximum(out, 0.0, out=out)
