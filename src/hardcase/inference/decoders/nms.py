"""Class-wise greedy non-maximum suppression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_BOXES = 300
"""How many boxes an image keeps, as in COCO evaluations of one-stage detectors."""


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
    corners = boxes.astype(np.float64)
    areas = (corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1])
    kept: list[int] = []
    while order.size and len(kept) < limit:
        best, rest = order[0], order[1:]
        kept.append(int(best))
        left_top = np.maximum(corners[best, :2], corners[rest, :2])
        right_bottom = np.minimum(corners[best, 2:], corners[rest, 2:])
        sides = np.clip(right_bottom - left_top, 0.0, None)
        intersection = sides[:, 0] * sides[:, 1]
        # IoU > t written without a division, so that empty boxes need no special case
        union = areas[best] + areas[rest] - intersection
        covered = (intersection > iou_threshold * union) & (classes[rest] == classes[best])
        order = rest[~covered]
    return np.array(kept, dtype=np.intp)
