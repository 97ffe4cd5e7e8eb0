"""Whether everything that a job speaks of exists and makes sense."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hardcase.errors import ImageError, JobError
from hardcase.imaging.open import open_image
from hardcase.model.job import RunState, Sample, Task
from hardcase.model.text import printable
from hardcase.session.autolabel.kinds import COLLECT
from hardcase.session.folder.scan import list_images
from hardcase.store import damage, is_in_use, leftovers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from hardcase.model.job import Annotation
    from hardcase.session.labeling import LabelingSession

EDGE = 0.01
"""How far in pixels a box may reach over the edge: what rounding in other tools leaves."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong, with a sample or with the job as a whole."""

    text: str
    sample: Sample | None = None

    def __str__(self) -> str:
        return self.text if self.sample is None else f"{self.sample.path}: {self.text}"


def job_problems(session: LabelingSession) -> Iterator[Problem]:
    """Yield what is wrong with the job file, the labels and the runs."""
    yield from map(Problem, damage(session.path))
    if not session.root.is_dir():
        yield Problem(f"the folder of the images is gone: {printable(str(session.root))}")
    else:
        yield from _folder_problems(session.root)
    names = [label.name for label in session.labels]
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield Problem(f"label {name} is there twice")
    if is_in_use(session.path):
        return
    for run in session.runs:
        if run.state is RunState.RUNNING:
            done = f"{run.done:,} of {run.total:,}"
            way = "collect again" if run.kind == COLLECT else f"runs JOB --resume {run.id}"
            yield Problem(
                f"run {run.signature} broke off at {done}; go on with: hardcase {way}, "
                f"or give it up with: hardcase runs JOB --end {run.id}"
            )
    yield from map(Problem, leftovers(session.path))


def _folder_problems(root: Path) -> Iterator[Problem]:
    try:
        nameless = list_images(root).nameless
    except JobError as error:
        yield Problem(str(error))
        return
    if nameless:
        yield Problem(f"{nameless}; rename and sync to label")


def sample_problems(
    session: LabelingSession, samples: Sequence[Sample], progress: Callable[[int], None]
) -> Iterator[Problem]:
    """Yield what is wrong with samples; opens every image and calls `progress` with how many."""
    known = {label.name for label in session.labels}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        opened = pool.map(lambda s: _look(session, s), samples)
        for done, (sample, seen) in enumerate(zip(samples, opened, strict=True), 1):
            progress(done)
            if isinstance(seen, str):
                yield Problem(seen, sample)
            size = None if isinstance(seen, str) else seen
            for text in annotation_problems(sample, session.task, known, size):
                yield Problem(text, sample)


def _look(session: LabelingSession, sample: Sample) -> tuple[int, int] | str:
    """Return the (width, height) of a sample's image in pixels, or what is wrong with it."""
    try:
        return open_image(session.image_path(sample.id)).size
    except (ImageError, JobError) as error:
        return str(error)


def annotation_problems(
    sample: Sample, task: Task, known: set[str], size: tuple[int, int] | None
) -> Iterator[str]:
    """Yield what is wrong with a sample's annotations; `size` is of its image, if it opened."""
    stored = (sample.width, sample.height)
    if size is not None and None not in stored and stored != size:
        yield f"was {stored[0]} x {stored[1]} pixels, is {size[0]} x {size[1]}: check its boxes"
    for number, annotation in enumerate(sample.annotations, 1):
        name = f"annotation {number}"
        if annotation.label not in known:
            yield f"{name} has the label {annotation.label}, which the job does not have"
        box = _box_problem(annotation, task, size)
        if box is not None:
            yield f"{name} {box}"


def _box_problem(annotation: Annotation, task: Task, size: tuple[int, int] | None) -> str | None:
    box = annotation.box
    if box is None:
        return "has no box" if task is Task.DETECTION else None
    if task is Task.CLASSIFICATION:
        return "has a box, in a classification job"
    if not (box.x1 < box.x2 and box.y1 < box.y2):
        return "has a box without area"
    width, height = size or (float("inf"), float("inf"))
    outside = min(box.x1, box.y1) < -EDGE or box.x2 > width + EDGE or box.y2 > height + EDGE
    return "has a box that reaches out of the image" if outside else None
