"""What a model saw where it accepted nothing: chosen when it looks, offered when a box is drawn."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hardcase.errors import JobError
from hardcase.model.boxes import Box, as_array, iou
from hardcase.model.candidates import MAX_CANDIDATES, unpack_candidates
from hardcase.model.job import Annotation
from hardcase.session.label_list import names_now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from hardcase.model.evidence import Detections
    from hardcase.session.labeling import LabelingSession

SAME_OBJECT = 0.5
"""IoU from which two boxes are of one object."""

_LEAST = 0.1
"""Share of the threshold below which what a model saw is noise, in the way of who draws."""
_LOOKED_AT = 64
"""How many of the best boxes are looked at; a model may see hundreds of nothing."""


def near_misses(
    found: Detections, scores: NDArray[np.float32], labels: Mapping[int, str], common: float
) -> list[Annotation]:
    """Return the best boxes below the threshold `common` that lie on no better box.

    `found` are those of an image, scores on a scale where all classes have that threshold;
    `scores` (N,) are those to tell. `labels` gives the label of each class that has one.
    """
    accepted = found.scores >= np.float32(common)
    below = np.flatnonzero(~accepted & (found.scores >= _LEAST * common))
    below = below[np.argsort(-found.scores[below], kind="stable")][:_LOOKED_AT]
    boxes = found.boxes[below].astype(np.float64)
    taken = _most_covered(boxes, found.boxes[accepted].astype(np.float64)) >= SAME_OBJECT
    among = iou(boxes, boxes) >= SAME_OBJECT
    kept: list[int] = []
    for n in range(len(below)):
        if not taken[n] and len(kept) < MAX_CANDIDATES:
            kept.append(n)
            taken |= among[n]
    return [
        Annotation(
            labels[int(found.classes[i])], Box(*map(float, found.boxes[i])), float(scores[i])
        )
        for i in below[kept].tolist()
    ]


def offered(
    session: LabelingSession, sample_id: int, boxes: Sequence[Box | None]
) -> list[Annotation]:
    """Return what a model saw of a sample besides what it accepted, in the labels of today.

    The best first, less what lies on one of `boxes`. Raises JobError if the record is damaged.
    """
    said = session.prediction_row(sample_id)
    if said is None or not (said.candidates and said.width and said.height):
        return []
    by = session.run(said.run).signature
    try:
        seen = unpack_candidates(said.candidates, said.width, said.height, by)
    except ValueError as error:
        raise JobError(f"what {by} saw besides its boxes is damaged: {error}") from error
    names = names_now(session.labels)
    there = as_array([box for box in boxes if box is not None])
    places = as_array([candidate.box for candidate in seen if candidate.box is not None])
    free = _most_covered(places, there) < SAME_OBJECT
    return [
        replace(candidate, label=names[candidate.label])
        for candidate, is_free in zip(seen, free, strict=True)
        if is_free and candidate.label in names
    ]


def _most_covered(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the largest IoU of each of (N, 4) boxes with any of (M, 4) others, (N,)."""
    return np.asarray(iou(boxes, others).max(axis=1, initial=0.0))
