"""What a decision does to a sample: pure functions from one row to the next."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hardcase.model.job import HUMAN, Annotation, Sample, Status, Task

if TYPE_CHECKING:
    from collections.abc import Sequence


def labeled(sample: Sample, name: str) -> Sample:
    """Record that a person found `name`, and nothing else, right (classification)."""
    return _decided(sample, (_kept(sample, name) or Annotation(name),))


def ticked(sample: Sample, name: str, *, on: bool) -> Sample:
    """Add or remove `name`; the status stays until somebody confirms, as for other edits."""
    if (_kept(sample, name) is not None) is on:
        return sample
    others = tuple(a for a in sample.annotations if a.label != name)
    return edited(sample, (*others, Annotation(name)) if on else others)


def relabeled(sample: Sample, add: Sequence[str], remove: Sequence[str]) -> Sample:
    """Add and remove labels; others stand as they are (classification, several labels).

    What is left counts as a person's decision. A sample without any label left is unlabeled; one
    that the answer does not speak of stays as it is.
    """
    kept = tuple(a for a in sample.annotations if a.label not in remove)
    if not add and kept == sample.annotations:
        return sample
    have = {a.label for a in kept}
    annotations = (*kept, *(Annotation(name) for name in add if name not in have))
    return _decided(sample, annotations) if annotations else cleared(sample)


def edited(sample: Sample, annotations: Sequence[Annotation]) -> Sample:
    """Put other annotations in place; the status stays until somebody confirms.

    A labeled sample whose last annotation goes becomes unlabeled.
    """
    after = replace(sample, annotations=tuple(annotations))
    if sample.status is Status.LABELED and not annotations:
        after = replace(after, status=Status.UNLABELED, labeled_by=None)
    return after


def confirmed(sample: Sample, task: Task) -> Sample:
    """Accept the annotations as they are.

    What a model left to be confirmed may be empty in detection ("no objects here", confirmed). An
    unlabeled sample is confirmed only if somebody put annotations on it.
    """
    offered = sample.status is Status.TO_BE_CONFIRMED and task is Task.DETECTION
    if sample.status is Status.LABELED or not (sample.annotations or offered):
        return sample
    return _decided(sample, sample.annotations)


def without_objects(sample: Sample) -> Sample:
    """Record that a person found nothing to label here (detection)."""
    return _decided(sample, ())


def rejected(sample: Sample) -> Sample:
    """Throw the auto labels away; the sample is to be labeled by hand. Hard marks stay."""
    if sample.status is not Status.TO_BE_CONFIRMED:
        return sample
    return replace(sample, status=Status.UNLABELED, annotations=(), labeled_by=None)


def cleared(sample: Sample) -> Sample:
    """Remove every annotation: the sample is unlabeled again."""
    return replace(sample, status=Status.UNLABELED, annotations=(), labeled_by=None)


def relabeled_box(sample: Sample, index: int, name: str) -> Sample:
    """Give the `index`-th annotation another label. Its maker becomes the person."""
    old = sample.annotations[index]
    if old.label == name:
        return sample
    new = replace(old, label=name, score=None, by=HUMAN)
    return edited(sample, (*sample.annotations[:index], new, *sample.annotations[index + 1 :]))


def marked(sample: Sample, *, hard: bool) -> Sample:
    """Record that a person finds the sample hard, or finds it not."""
    return replace(sample, hard=hard, hard_by=HUMAN)


def _kept(sample: Sample, name: str) -> Annotation | None:
    return next((a for a in sample.annotations if a.label == name), None)


def _decided(sample: Sample, annotations: tuple[Annotation, ...]) -> Sample:
    return replace(sample, status=Status.LABELED, annotations=annotations, labeled_by=HUMAN)
