"""What a dataset has that a format cannot hold, in words, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hardcase.model.job import HUMAN, Status, Task

if TYPE_CHECKING:
    from hardcase.formats.base import Dataset

NOTED = {
    "segmentation": "outline",
    "iscrowd": "crowd mark",
    "area": "area",
    "difficult": "difficult mark",
    "truncated": "truncated mark",
    "occluded": "occluded mark",
    "pose": "pose",
    "coco_id": "COCO annotation id",
}
"""Keys of `Annotation.extra` that a format may have, in words for one."""


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
    """Return one phrase for each kind of thing that would be lost: "12 scores"."""
    samples = dataset.samples
    annotations = [a for s in samples for a in s.annotations]
    auto = sum(a.by != HUMAN for a in annotations)
    unconfirmed = sum(s.status is Status.TO_BE_CONFIRMED for s in samples)
    used = {a.label for a in annotations}
    lines = [
        (not holds.scores, sum(a.score is not None for a in annotations), "score", ""),
        (not holds.hard, sum(s.hard for s in samples), "hard mark", ""),
        (not holds.hard, sum(s.coefficient is not None for s in samples), "coefficient", ""),
        (not holds.hard, sum(bool(s.reasons) for s in samples), "image", " with hard reasons"),
        (
            not holds.unlabeled,
            sum(s.status is Status.UNLABELED for s in samples),
            "unlabeled image",
            "",
        ),
        (True, unconfirmed, "image", " to be confirmed, which will look confirmed"),
        (
            not holds.makers and not unconfirmed,
            auto,
            "auto label",
            ", which will look like a person's",
        ),
        (
            dataset.task is Task.DETECTION and not holds.no_objects,
            sum(s.status is not Status.UNLABELED and not s.annotations for s in samples),
            "image",
            " without objects",
        ),
        (
            dataset.task is Task.CLASSIFICATION and not holds.several_labels,
            sum(len(s.annotations) > 1 for s in samples),
            "image",
            " with several labels, of which the first is kept",
        ),
        (
            not holds.unused_labels,
            sum(label.name not in used for label in dataset.labels),
            "unused label",
            "",
        ),
        *(
            (key not in holds.extra, sum(key in (a.extra or ()) for a in annotations), noun, "")
            for key, noun in NOTED.items()
        ),
    ]
    return tuple(
        f"{count:,} {noun if count == 1 else f'{noun}s'}{more}"
        for lost, count, noun, more in lines
        if lost and count
    )
