"""How probable each object is that a detector saw in an image or in a view of it.

The auto labels that are no objects will have to be removed, the objects that are no auto labels to
be added. Few properties of a box tell either, each in one direction only, weighed by logistic
regressions that were fitted on other data (`detection_weights`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hardcase.hardness.detection_views import is_shown, pair
from hardcase.hardness.detection_weights import MISSED, RIGHT
from hardcase.model.boxes import iou
from hardcase.model.evidence import CROP, FLIP, ORIGINAL, SCALE, Detections

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


def object_work(views: Mapping[str, Detections], threshold: float) -> Work:
    """Return the expected work of an image from its original view and those of `VIEWS` it has."""
    original = views[ORIGINAL]
    objects = gather_objects(original, [views[name] for name in VIEWS if name in views])
    accepted = np.zeros(len(objects.score), dtype=np.bool_)
    accepted[: len(original.scores)] = original.scores >= threshold
    x = object_features(objects, accepted)
    right = logistic(x[accepted], RIGHT)
    missed = logistic(x[~accepted], MISSED)
    return Work(float((1.0 - right).sum()), float(missed.sum()), float(1.0 - np.prod(1.0 - missed)))


def gather_objects(original: Detections, views: list[Detections]) -> Objects:
    """Return the objects of all views, each once: a view's box without a partner is a new one."""
    pool = Detections(original.boxes.astype(np.float64), original.scores, original.classes)
    columns: list[Array] = []
    for view in views:
        pairs = pair(pool, view)
        born = view.scores[pairs.new].astype(np.float64)
        columns = [np.concatenate([c, np.zeros(born.size)]) for c in columns]
        columns.append(np.concatenate([pairs.score, born]))
        pool = Detections(
            np.concatenate([pool.boxes, view.boxes[pairs.new]]),
            np.concatenate([pool.scores, view.scores[pairs.new]]),
            np.concatenate([pool.classes, view.classes[pairs.new]]),
        )
    score = np.zeros(len(pool.scores))
    score[: len(original.scores)] = original.scores
    asked = [is_shown(pool.boxes, view.shown) for view in views]
    total, count = np.zeros(len(score)), np.zeros(len(score))
    for column, shown in zip(columns, asked, strict=True):
        total += np.where(shown, column, 0.0)
        count += shown
    seen = np.where(count > 0, total / np.maximum(count, 1.0), score)
    return Objects(pool.boxes.astype(np.float64), pool.classes, score, seen)


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
