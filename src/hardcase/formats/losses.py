"""What a dataset has that a format cannot hold, in words, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hardcase.model.job import HUMAN, Status, Task

if TYPE_CHECKING:
    from hardcase.formats.base import Dataset

NOTED = {
    "segmentation": "outlines: not kept",
    "iscrowd": "crowd marks: not kept",
    "area": "areas: not kept",
    "difficult": "difficult marks: not kept",
    "truncated": "truncated marks: not kept",
    "occluded": "occluded marks: not kept",
    "pose": "poses: not kept",
    "coco_id": "COCO annotation ids: not kept",
}
"""Keys of `Annotation.extra` that a format may have, in words."""


@dataclass(frozen=True, slots=True)
class Holds:
    """What a format has a place for."""

    scores: bool = False
    hard: bool = False
    makers: bool = False
    unlabeled: bool = False
    no_objects: bool = True
    several_labels: bool = True
    unused_labels: bool = False
    extra: frozenset[str] = frozenset()


def losses(dataset: Dataset, holds: Holds) -> tuple[str, ...]:
    """Return one line for each kind of thing that would be lost."""
    samples = dataset.samples
    annotations = [a for s in samples for a in s.annotations]
    auto = sum(a.by != HUMAN for a in annotations)
    unconfirmed = sum(s.status is Status.TO_BE_CONFIRMED for s in samples)
    used = {a.label for a in annotations}
    lines = [
        (not holds.scores, sum(a.score is not None for a in annotations), "scores: not kept"),
        (
            not holds.hard,
            sum(bool(s.hard or s.coefficient is not None or s.reasons) for s in samples),
            "images with hard marks, coefficients or reasons: these are not kept",
        ),
        (
            not holds.unlabeled,
            sum(s.status is Status.UNLABELED for s in samples),
            "unlabeled images: left out",
        ),
        (True, unconfirmed, "images to be confirmed: that nobody confirmed them is not kept"),
        (not holds.makers and not unconfirmed, auto, "auto labels: who made them is not kept"),
        (
            dataset.task is Task.DETECTION and not holds.no_objects,
            sum(s.status is not Status.UNLABELED and not s.annotations for s in samples),
            "images without objects: left out",
        ),
        (
            dataset.task is Task.CLASSIFICATION and not holds.several_labels,
            sum(len(s.annotations) > 1 for s in samples),
            "images with several labels: only the first is kept",
        ),
        (
            not holds.unused_labels,
            sum(label.name not in used for label in dataset.labels),
            "unused labels: not kept",
        ),
        *(
            (key not in holds.extra, sum(key in (a.extra or ()) for a in annotations), words)
            for key, words in NOTED.items()
        ),
    ]
    return tuple(f"{count} {words}" for lost, count, words in lines if lost and count)
