"""Comparing what a detector sees in two views of one image.

A view may show a part of the image only. An object that it does not show is not asked of it, and
the stump of such an object at its border is none of its findings; see `model.evidence.Detections`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hardcase.hardness.matching import match
from hardcase.model.boxes import Box, share_inside
from hardcase.model.evidence import SHOWN_SHARE, Detections

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Pairs(NamedTuple):
    """How the N boxes of the original and the M of a `view` go together.

    `asked` (N,) bool: the view shows the box. `score` (N,): that of its partner in the view, 0
    without one. `new` (M,) bool: the view's boxes that are no partner and no stump.
    """

    view: Detections
    asked: NDArray[np.bool_]
    score: NDArray[np.float64]
    new: NDArray[np.bool_]


def is_shown(boxes: NDArray[np.floating], part: Box | None) -> NDArray[np.bool_]:
    """Return which of the boxes (N, 4) a view of `part` of the image shows well enough: (N,)."""
    if part is None:
        return np.ones(len(boxes), dtype=np.bool_)
    return share_inside(boxes, part) >= SHOWN_SHARE


def pair(original: Detections, view: Detections) -> Pairs:
    """Pair the boxes of the original, best first, with those of a view by `match`."""
    asked = is_shown(original.boxes, view.shown)
    boxes = original.boxes
    if view.shown is not None:
        low, high = view.shown[:2], view.shown[2:]
        boxes = np.clip(boxes, (*low, *low), (*high, *high))
    score = np.zeros(len(asked))
    new = np.ones(len(view.scores), dtype=np.bool_)
    for rows in (np.flatnonzero(asked), np.flatnonzero(~asked)):
        left = np.flatnonzero(new)
        partner = match(
            Detections(boxes[rows], original.scores[rows], original.classes[rows]),
            Detections(view.boxes[left], view.scores[left], view.classes[left]),
        )
        found = partner >= 0
        taken = left[partner[found]]
        new[taken] = False
        score[rows[found]] = view.scores[taken]
    return Pairs(view, asked, np.where(asked, score, 0.0), new)


def only(found: Detections, rows: NDArray[np.bool_]) -> Detections:
    """Return some of the boxes, in order; what is shown stays."""
    return Detections(found.boxes[rows], found.scores[rows], found.classes[rows], found.shown)


def paired_scores(
    original: Detections, pairs: Pairs
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the score of every object in the original and in the view, 0 where it is not seen.

    Two (M,) arrays; the objects of the original that the view shows come first, in its order, then
    those of the view that match none of them.
    """
    new = pairs.view.scores[pairs.new].astype(np.float64)
    here = original.scores[pairs.asked].astype(np.float64)
    return (
        np.concatenate([here, np.zeros(new.size)]),
        np.concatenate([pairs.score[pairs.asked], new]),
    )


def disagreement(original: Detections, pairs: Pairs | None, threshold: float) -> float:
    """Return how far a view tells of other objects than the original, in [0, 1], 0 = the same.

    1 - TP / (TP + FP + FN) with soft counts: over the objects that reach `threshold` in either
    view, 1 - sum of min(p, p') / sum of max(p, p'), where p' is 0 if the other view has no such
    candidate. The weighted Jaccard (Ruzicka) distance. Soft, so that a box which drops from just
    above the threshold to just below changes little. 0 when nothing is found or no view is given.
    """
    if pairs is None:
        return 0.0
    here, there = paired_scores(original, pairs)
    best = np.maximum(here, there)
    found = best >= threshold
    total = best[found].sum()
    return float(1.0 - np.minimum(here, there)[found].sum() / total) if total > 0 else 0.0
