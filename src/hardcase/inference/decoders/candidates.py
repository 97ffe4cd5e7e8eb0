"""Candidate boxes, before overlapping ones are suppressed.

A box is a candidate once for every class that scores at least the floor, not for its best class
alone: on coco_train128 that gives yolox_nano an mAP50 of .525 instead of .515, and a second class
is evidence of doubt. What a model answers is not trusted: boxes that are no finite numbers and
classes that have no label are dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from hardcase.errors import ModelError
from hardcase.inference.profile.families import Activation

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_CANDIDATES = 5000
"""How many of the best candidates of one image go into non-maximum suppression."""


class Candidates(NamedTuple):
    """Boxes before suppression: `boxes` (N, 4), `scores` (N,), both float32, `classes` (N,) int64.

    Scores are in [0, 1]. Boxes are x1 y1 x2 y2 in pixels of the model's input.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    classes: NDArray[np.int64]


def real(output: NDArray[Any]) -> NDArray[np.float32]:
    """Return an output as float32. Raises ModelError for whole numbers, whose unit is unknown."""
    if output.dtype.kind != "f":
        raise ModelError(
            f"its scores or boxes come as {output.dtype}, whose scale nobody knows; "
            "export it with outputs in float"
        )
    return output.astype(np.float32, copy=False)


def corners(centred: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn (N, 4) cx cy w h into x1 y1 x2 y2."""
    with np.errstate(over="ignore", invalid="ignore"):
        half = centred[:, 2:] / 2
        return np.concatenate([centred[:, :2] - half, centred[:, :2] + half], axis=1)


def activated(scores: NDArray[np.float32], activation: Activation) -> NDArray[np.float32]:
    """Return (N, classes) probabilities of raw scores; softmax runs over the classes."""
    if activation is Activation.SIGMOID:
        half: NDArray[np.float32] = 0.5 * (1.0 + np.tanh(0.5 * scores))  # logistic, no overflow
        return half
    if activation is Activation.SOFTMAX:
        with np.errstate(invalid="ignore"):
            powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
            out: NDArray[np.float32] = powers / powers.sum(axis=-1, keepdims=True)
            return out
    return scores


def of_scores(
    boxes: NDArray[np.float32], scores: NDArray[np.float32], floor: float, *, centred: bool = False
) -> Candidates:
    """Keep what reaches `floor` of (N, 4) boxes with (N, classes) scores.

    Boxes are x1 y1 x2 y2, or cx cy w h where `centred`; only the kept ones are turned. Raises
    ValueError where there are not as many boxes as rows of scores.
    """
    if len(boxes) != len(scores):
        raise ValueError("the model answers boxes and scores of different number")
    # several times as fast in one dimension; scores may lie in memory with their axes swapped
    rows, classes = np.divmod(np.flatnonzero(scores >= floor), max(scores.shape[1], 1))
    kept = boxes[rows]
    return _best(corners(kept) if centred else kept, scores[rows, classes], classes)


def of_list(
    boxes: NDArray[np.float32],
    scores: NDArray[np.float32],
    classes: NDArray[Any],
    floor: float,
    labels: int,
) -> Candidates:
    """Keep what reaches `floor` of (N, 4) x1 y1 x2 y2 boxes with a score and a class (N,) each.

    Classes, of any type of number, count from 0 to below `labels`.
    """
    with np.errstate(invalid="ignore"):
        known = (classes >= 0) & (classes <= labels - 1) & (scores >= floor)
    return _best(boxes[known], scores[known], np.rint(classes[known]))


def _best(
    boxes: NDArray[np.float32], scores: NDArray[np.float32], classes: NDArray[Any]
) -> Candidates:
    if scores.size > MAX_CANDIDATES:
        top = np.sort(np.argpartition(-scores, MAX_CANDIDATES)[:MAX_CANDIDATES])
        boxes, scores, classes = boxes[top], scores[top], classes[top]
    sound = np.isfinite(boxes).all(axis=1)
    return Candidates(
        boxes[sound], np.clip(scores[sound], 0.0, 1.0), classes[sound].astype(np.int64)
    )
