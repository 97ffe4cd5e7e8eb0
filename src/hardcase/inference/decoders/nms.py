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
    corners, classes = boxes[order].astype(np.float64), classes[order]
    areas = (corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1])
    alive = np.ones(len(order), dtype=bool)
    kept: list[int] = []
    for start in range(0, len(order), _AT_ONCE):
        some = start + np.flatnonzero(alive[start : start + _AT_ONCE])
        rest = slice(start, None)
        sides = np.minimum(corners[some, None, 2:], corners[None, rest, 2:])
        sides -= np.maximum(corners[some, None, :2], corners[None, rest, :2])
        np.maximum(sides, 0.0, out=sides)
        shared = sides[..., 0] * sides[..., 1]
        # IoU > t written without a division, so that empty boxes need no special case
        union = areas[some, None] + areas[None, rest] - shared
        covers = (shared > iou_threshold * union) & (classes[some, None] == classes[None, rest])
        for index, row in zip(some.tolist(), covers, strict=True):
            if alive[index]:
                kept.append(index)
                alive[rest] &= ~row
                if len(kept) == limit:
                    return order[kept]
    return order[kept]
