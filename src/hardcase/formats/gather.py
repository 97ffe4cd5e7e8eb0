"""What readers share: samples and labels put together from what a file says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from hardcase.errors import FormatError, ImageError
from hardcase.formats.base import Dataset, Report
from hardcase.formats.match import Miss, SampleIndex
from hardcase.formats.problems import Problems
from hardcase.formats.values import fit_box
from hardcase.model.job import HUMAN, Annotation, Label, Sample, Status, Task
from hardcase.model.palette import label_colour
from hardcase.model.text import clean_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hardcase.formats.base import ImageSize, ReadContext
    from hardcase.formats.match import Wanted
    from hardcase.formats.values import Corners
    from hardcase.model.boxes import Box


@dataclass(slots=True)
class Found:
    """A sample that a file speaks of, and what it says.

    `mentioned` is false if the file says nothing of the sample's labels: it is returned as
    unlabeled, which is to leave what the job has. So is one of which all boxes were `refused`: that
    is not "no objects". `changes` replace other fields of the sample
    (`hard`, `reasons`).
    """

    sample: Sample
    size: ImageSize | None = None
    annotations: list[Annotation] = field(default_factory=list)
    mentioned: bool = True
    changes: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    refused: bool = False

    def add(self, annotation: Annotation) -> None:
        """Add an annotation, a label without a box only once."""
        if annotation.box is None and any(a.label == annotation.label for a in self.annotations):
            return
        self.annotations.append(annotation)


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of one file: what is known of the job, and what was wrong so far."""

    context: ReadContext
    problems: Problems = field(default_factory=Problems)

    def find(self, wanted: Sequence[Wanted], places: Sequence[str]) -> list[Found | None]:
        """Return for each entry its sample; None, and a problem at its place, without one."""
        index = SampleIndex(self.context.root, self.context.samples)
        out: list[Found | None] = []
        for place, hit in zip(places, index.resolve(wanted), strict=True):
            if isinstance(hit, Miss):
                self.problems.add(place, hit.why)
                out.append(None)
            else:
                out.append(Found(hit))
        return out

    def measure(self, found: Found, place: str, said: ImageSize | None) -> None:
        """Find the oriented size of a sample; without one no box is placed and it is unmentioned.

        `said` is the size that the file gives. A box drawn in a frame of another size, such as that
        of the image before its EXIF rotation, would land elsewhere: such an image is refused.
        """
        sample = found.sample
        size = known_size(sample)
        if size is None:
            try:
                size = self.context.image_size(self.context.root / sample.path)
            except ImageError as error:
                if said is None:
                    self.problems.add(place, f"no box can be placed: {error}")
                    found.mentioned = False
                    return
                size = said
        found.size = size
        if said is None or said == size:
            return
        shown = f"{said[0]}x{said[1]}, the image is {size[0]}x{size[1]}"
        if said == (size[1], size[0]):
            shown += " after its EXIF rotation"
        self.problems.add(place, f"boxes are for an image of {shown}: left out")
        found.mentioned = False

    def place(self, found: Found, corners: Corners, place: str) -> Box | None:
        """Return the box clipped to its image; None, and a problem, if nothing is left of it."""
        if found.size is None:
            return None
        try:
            box, remark = fit_box(corners, found.size)
        except ValueError as error:
            self.refuse(found, place, error)
            return None
        if remark:
            self.problems.add(place, remark)
        return box

    def refuse(self, found: Found, place: str, why: object) -> None:
        """Note that an annotation of a sample cannot be read."""
        self.problems.add(place, why)
        found.refused = True

    def finish(
        self,
        found: Iterable[Found | None],
        labels: tuple[Label, ...],
        lost: tuple[str, ...] = (),
    ) -> tuple[Dataset, Report]:
        """Return the dataset that was read, and the report of it."""
        context = self.context
        items = [item for item in found if item is not None]
        for item in items:
            item.mentioned = item.mentioned and bool(item.annotations or not item.refused)
        mentioned = [item for item in items if item.mentioned]
        samples = tuple(_sample(item, context) for item in items)
        count = sum(len(item.annotations) for item in mentioned)
        dataset = Dataset(context.task, labels, samples, context.root)
        return dataset, Report(len(mentioned), count, self.problems.found(), lost)


def known_size(sample: Sample) -> ImageSize | None:
    """Return the oriented size that the job knows, None before the image was first opened."""
    if sample.width and sample.height:
        return sample.width, sample.height
    return None


def declared_labels(
    declared: Iterable[tuple[str, Mapping[str, Any]]], context: ReadContext
) -> tuple[Label, ...]:
    """Return labels in the order a file declares them, each with its extra; names are clean.

    A label that the job has keeps its id and colour. Repeated names are left out.
    """
    known = {label.name: label for label in context.labels}
    next_id = max((label.id for label in context.labels), default=0) + 1
    out: dict[str, Label] = {}
    for name, extra in declared:
        if name in out:
            continue
        position = len(out)
        base = known.get(name) or Label(next_id, name, label_colour(position), position)
        next_id = max(next_id, base.id + 1)
        merged = {**(base.extra or {}), **extra}
        out[name] = replace(base, position=position, extra=merged or None)
    return tuple(out.values())


def undeclared_labels(names: Iterable[str], context: ReadContext) -> tuple[Label, ...]:
    """Return the labels of a format that declares none: the job's in order, then new ones by name.

    Sorting, not the order of first sight, keeps class numbers the same whatever comes first.
    """
    known = [label.name for label in context.labels]
    new = sorted(set(names) - set(known))
    return declared_labels(((name, {}) for name in (*known, *new)), context)


def label_name(value: object) -> str:
    """Return a clean label name; ValueError for what is no text, empty or too long."""
    if not isinstance(value, str):
        raise ValueError("a label name must be text")  # noqa: TRY004 - readers report values
    return clean_label(value)


def _sample(found: Found, context: ReadContext) -> Sample:
    sample = found.sample
    changes = dict(found.changes)
    if found.size is not None:
        changes["width"], changes["height"] = found.size
    if found.extra:
        changes["extra"] = {**(sample.extra or {}), **found.extra}
    return replace(sample, **changes, **_labels_of(found, context))


def _labels_of(found: Found, context: ReadContext) -> dict[str, Any]:
    unlabeled = {"annotations": (), "status": Status.UNLABELED, "labeled_by": None}
    if not found.mentioned:
        return unlabeled
    if context.as_ == "predictions":
        signed = tuple(replace(a, by=context.signature) for a in found.annotations)
        return {"annotations": signed, "status": Status.TO_BE_CONFIRMED, "labeled_by": None}
    signed = tuple(replace(a, by=HUMAN, score=None) for a in found.annotations)
    if not signed and context.task is Task.CLASSIFICATION:
        return unlabeled
    return {"annotations": signed, "status": Status.LABELED, "labeled_by": HUMAN}


def require_task(name: str, task: Task, tasks: frozenset[Task]) -> None:
    """Raise FormatError if the format cannot hold jobs of this task."""
    if task not in tasks:
        raise FormatError(
            f"{name} holds {', '.join(sorted(tasks))}, this job is {task}: choose another format"
        )
