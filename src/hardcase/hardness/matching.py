"""Which boxes of two sets are the same object."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hardcase.model.boxes import iou

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hardcase.model.evidence import Detections

SAME_OBJECT_IOU = 0.5
"""Boxes of one class that overlap at least this much are one object (PASCAL VOC, 2010)."""


def match(a: Detections, b: Detections) -> NDArray[np.int64]:
    """Pair the boxes of `a` with those of `b`: (len(a),) indices into b, -1 where there is none.

    Greedy as in PASCAL VOC and COCO evaluation: boxes of `a`, best score first, each take the free
    box of `b` of the same class that overlaps most, if its IoU reaches `SAME_OBJECT_IOU`.
    """
    partner = np.full(len(a.scores), -1, dtype=np.int64)
    if len(a.scores) == 0 or len(b.scores) == 0:
        return partner
    overlap = iou(a.boxes, b.boxes)
    overlap[(a.classes[:, None] != b.classes[None, :]) | (overlap < SAME_OBJECT_IOU)] = 0.0
    with_choice = overlap.max(axis=1) > 0
    for i in np.argsort(-a.scores, kind="stable"):
        if with_choice[i]:
            j = int(np.argmax(overlap[i]))
            if overlap[i, j] > 0:
                partner[i] = j
                overlap[:, j] = 0.0
    return partner
