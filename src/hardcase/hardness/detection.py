"""Signals of the boxes a detector answered. Each function gives one signal or a few akin.

`scores` are in [0, 1] and read as the probability that a box is right. `accepted` (N,) bool marks
the boxes that became auto labels; the rest are candidates, evidence of missed objects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hardcase.hardness.detection_objects import object_work
from hardcase.hardness.detection_views import disagreement, only, pair, paired_scores
from hardcase.model.boxes import iou
from hardcase.model.evidence import FLIP, ORIGINAL, VIEWS, Detections

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hardcase.hardness.detection_views import Pairs
    from hardcase.model.evidence import Evidence

CANDIDATE_FLOOR = 0.01
"""Candidates that score less are noise and left out, however many of them an engine hands over.

On coco_train128 a floor of 0.05 loses 0.02 to 0.03 of rank correlation, 0.1 loses 0.03 to 0.08.
"""

EDGE_MARGIN = 0.01
"""A box touches the edge when a side is within this share of the image's width or height."""

_SMALLEST_SIDE = 1.0  # px; a thinner box has no meaningful shape


def detection_signals(evidence: Evidence, threshold: float) -> dict[str, float]:
    """Return every signal of the boxes by name; see the functions of this module."""
    if evidence.detections is None:
        message = "evidence for detection holds no detections"
        raise ValueError(message)
    floor = min(threshold, CANDIDATE_FLOOR)
    views = {name: at_least(found, floor) for name, found in evidence.detections.items()}
    original = views[ORIGINAL]
    accepted = original.scores >= threshold
    seen = {name: pair(original, view) for name, view in views.items() if name != ORIGINAL}
    return {
        **score_signals(original.scores, accepted),
        "view_work": view_work(original, accepted, seen.get(FLIP)),
        **object_work(original, seen, threshold)._asdict(),
        **{f"{v}_disagreement": disagreement(original, seen.get(v), threshold) for v in VIEWS},
        **box_signals(original.boxes[accepted].astype(np.float64), evidence.width, evidence.height),
        **box_look(evidence),
    }


def score_signals(scores: NDArray[np.floating], accepted: NDArray[np.bool_]) -> dict[str, float]:
    """Return what the scores alone say.

    `accepted`: how many boxes were accepted, 0 or more. `mean_score`, `min_score` of those in
    [0, 1], 0 when there are none. `expected_misses`: sum of the scores of the rejected candidates,
    objects, 0 or more. `expected_work`: see `expected_work`.
    """
    taken = scores[accepted]
    return {
        "accepted": float(taken.size),
        "mean_score": float(taken.mean()) if taken.size else 0.0,
        "min_score": float(taken.min()) if taken.size else 0.0,
        "expected_misses": float(scores[~accepted].sum()),
        "expected_work": expected_work(scores, accepted),
    }


def expected_work(p: NDArray[np.floating], accepted: NDArray[np.bool_]) -> float:
    """Return the share of boxes a person will have to remove or add, expected, in [0, 1].

    The true share is (FP + FN) / (TP + FP + FN) at IoU 0.5. With `p` (N,) as independent
    probabilities of being an object, FP = sum over accepted of (1 - p), FN = sum over rejected of
    p, TP + FP = number accepted. Without accepted boxes the share is 1 if there is any object
    and 0 if not, hence its expectation is 1 - product of (1 - p). Origin: ours, expectation of the
    Jaccard distance by its first-order ratio.
    """
    missed = p[~accepted].astype(np.float64)
    count = int(accepted.sum())
    if count == 0:
        return float(1.0 - np.prod(1.0 - missed))
    return float((count - p[accepted].sum() + missed.sum()) / (count + missed.sum()))


def view_work(original: Detections, accepted: NDArray[np.bool_], pairs: Pairs | None) -> float:
    """Return `expected_work` with each object as probable as the view that shows it best, [0, 1].

    Objects seen in the view alone count as missed with the score that they have. The mirrored image
    is as likely as the image, so an object it shows is evidence of equal worth (test-time
    augmentation; for the idea see Ayhan & Berens, "Test-time data augmentation for estimation of
    heteroscedastic aleatoric uncertainty in deep neural networks", 2018). The best score ranks
    better than the mean of the two on coco_train128. Without a view it is `expected_work`.
    """
    if pairs is None:
        return expected_work(original.scores, accepted)
    here, there = paired_scores(original, pairs)
    only_there = np.zeros(here.size - accepted.size, dtype=np.bool_)
    return expected_work(np.maximum(here, there), np.concatenate([accepted, only_there]))


def box_signals(boxes: NDArray[np.float64], width: int, height: int) -> dict[str, float]:
    """Return how the accepted boxes (N, 4) lie in the image; neutral values for none or one.

    `box_area_spread`: standard deviation of ln(area), 0 or more, 0 below two boxes.
    `box_aspect`: geometric mean of width / height, above 0; 1 without boxes.
    `box_area_share`: sum of areas / area of the image, 0 or more; overlaps count twice.
    `box_edge_share`: share of boxes with a side within `EDGE_MARGIN` of the edge, [0, 1].
    `box_overlap`: mean over boxes of the largest IoU with another box, [0, 1], 0 below two boxes.
    Origin: the measures named by ModelArts' reasons 12 to 15 and 18; the formulas are ours.
    """
    if len(boxes) == 0:
        return {
            "box_area_spread": 0.0,
            "box_aspect": 1.0,
            "box_area_share": 0.0,
            "box_edge_share": 0.0,
            "box_overlap": 0.0,
        }
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], _SMALLEST_SIDE)
    areas = np.prod(sides, axis=1)
    margin = EDGE_MARGIN * np.array([width, height])
    at_edge = (boxes[:, :2] <= margin) | (boxes[:, 2:] >= np.array([width, height]) - margin)
    overlaps = iou(boxes, boxes)
    np.fill_diagonal(overlaps, 0.0)
    return {
        "box_area_spread": float(np.log(areas).std()),
        "box_aspect": float(np.exp(np.log(sides[:, 0] / sides[:, 1]).mean())),
        "box_area_share": float(areas.sum() / (width * height)),
        "box_edge_share": float(at_edge.any(axis=1).mean()),
        "box_overlap": float(overlaps.max(axis=1).mean()),
    }


def box_look(evidence: Evidence) -> dict[str, float]:
    """Return `box_brightness` [0, 1] and `box_sharpness` (0 or more): means over accepted boxes.

    Without accepted boxes, or where the engine measured none, those of the whole image stand in.
    """
    looks = evidence.box_pixels or (evidence.pixels,)
    return {
        "box_brightness": float(np.mean([look.brightness for look in looks])),
        "box_sharpness": float(np.mean([look.sharpness for look in looks])),
    }


def at_least(found: Detections, score: float) -> Detections:
    """Return the boxes that score `score` or more, in order."""
    return only(found, found.scores >= score)
