"""How probable each object is that a detector saw in an image or in a view of it.

The auto labels that are no objects will have to be removed, the objects that are no auto labels to
be added. Few properties of a box tell either, each in one direction only, weighed by logistic
regressions that were fitted on other data (`detection_weights`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hardcase.hardness.detection_views import Pairs, is_shown, only, pair
from hardcase.hardness.detection_weights import MISSED, RIGHT
from hardcase.model.boxes import iou
from hardcase.model.evidence import CROP, FLIP, SCALE, Detections

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

VIEWS = (FLIP, CROP, SCALE)
"""The views that are asked for objects, those that are there.

With them, of the figures that `detection_weights` names, the ranking is best; a fourth view
(translation, shear, upside down, sharpened) adds nothing on average, and blurred, brightened or
inverted images cost ranking: a detector fails on those for reasons that say little of the image.
"""

FLOOR = 0.005
"""Scores below say no more: half the lowest that a candidate may have."""

SAME_PLACE_IOU = 0.5


class Objects(NamedTuple):
    """M objects: those of the original in its order, then those that only views show.

    `boxes` (M, 4), `classes` (M,), `score` (M,) in the original, 0 where it has none, `seen` (M,)
    the mean score over the views that show the place, 0 for a view that sees nothing there, that
    of the original without views.
    """

    boxes: Array
    classes: NDArray[np.int64]
    score: Array
    seen: Array


class Work(NamedTuple):
    """What a person is expected to do to the auto labels of an image.

    `wrong_boxes`: boxes to remove, 0 to the number accepted. `missed_boxes`: objects to add that
    were candidates or were seen in a view, 0 or more. `any_missed`: probability in [0, 1] that
    there is one, as if they were independent.
    """

    wrong_boxes: float
    missed_boxes: float
    any_missed: float


def object_work(original: Detections, seen: Mapping[str, Pairs], threshold: float) -> Work:
    """Return the expected work of an image from what it shows and those of `VIEWS` there are."""
    objects = gather_objects(original, [seen[name] for name in VIEWS if name in seen])
    accepted = np.zeros(len(objects.score), dtype=np.bool_)
    accepted[: len(original.scores)] = original.scores >= threshold
    x = object_features(objects, accepted)
    right = logistic(x[accepted], RIGHT)
    missed = logistic(x[~accepted], MISSED)
    return Work(float((1.0 - right).sum()), float(missed.sum()), float(1.0 - np.prod(1.0 - missed)))


def gather_objects(original: Detections, seen: list[Pairs]) -> Objects:
    """Return the objects of all views, each once: a view's box without a partner is a new one.

    It has none in the original, nor among the new ones of the views before.
    """
    new = Detections(original.boxes[:0], original.scores[:0], original.classes[:0])
    columns: list[Array] = []
    for pairs in seen:
        again = pair(new, only(pairs.view, pairs.new))
        born = only(again.view, again.new)
        columns = [np.concatenate([column, np.zeros(len(born.scores))]) for column in columns]
        columns.append(np.concatenate([pairs.score, again.score, born.scores]))
        new = Detections(
            np.concatenate([new.boxes, born.boxes]),
            np.concatenate([new.scores, born.scores]),
            np.concatenate([new.classes, born.classes]),
        )
    boxes = np.concatenate([original.boxes, new.boxes]).astype(np.float64)
    score = np.concatenate([original.scores, np.zeros(len(new.scores))]).astype(np.float64)
    total, count = np.zeros(len(score)), np.zeros(len(score))
    for pairs, column in zip(seen, columns, strict=True):
        shown = is_shown(boxes, pairs.view.shown)
        total += np.where(shown, column, 0.0)
        count += shown
    mean = np.where(count > 0, total / np.maximum(count, 1.0), score)
    return Objects(boxes, np.concatenate([original.classes, new.classes]), score, mean)


def object_features(objects: Objects, accepted: NDArray[np.bool_]) -> Array:
    """Return what the weights weigh, after a column of ones: (M, 5).

    The log-odds of `score` and of `seen`, cut at `FLOOR`. `contested` in [0, 2]: the largest IoU
    with a box of another class at the same place, times how sure that one is in relation (at most
    twice): one of both is swapped. `covered` in [0, 1]: the largest IoU with an accepted box,
    beside itself: a second box of one object is no missed object.
    """
    ones = np.ones(len(objects.score))
    overlap = iou(objects.boxes, objects.boxes)
    np.fill_diagonal(overlap, 0.0)
    sure = np.maximum(np.maximum(objects.score, objects.seen), FLOOR)
    rivals = (objects.classes[:, None] != objects.classes[None, :]) & (overlap > SAME_PLACE_IOU)
    relation = np.minimum(sure[None, :] / sure[:, None], 2.0)
    contested = np.where(rivals, overlap * relation, 0.0).max(axis=1, initial=0.0)
    covered = np.where(accepted[None, :], overlap, 0.0).max(axis=1, initial=0.0)
    return np.stack(
        [ones, log_odds(objects.score), log_odds(objects.seen), contested, covered], axis=1
    )


def log_odds(p: Array) -> Array:
    """Return ln p / (1 - p) of p (N,), cut to [FLOOR, 1 - FLOOR]."""
    cut = np.clip(p, FLOOR, 1.0 - FLOOR)
    odds: Array = np.log(cut / (1.0 - cut))
    return odds


def logistic(x: Array, weights: tuple[float, ...]) -> Array:
    """Return 1 / (1 + exp(-x w)) of features (N, K): (N,) in (0, 1)."""
    p: Array = 1.0 / (1.0 + np.exp(-(x @ np.array(weights))))
    return p
