"""`hardcase check`: whether everything that a job speaks of exists and makes sense."""

from __future__ import annotations

import fcntl
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hardcase.cli import options
from hardcase.cli.opening import reading
from hardcase.cli.output import count
from hardcase.cli.table import Spec
from hardcase.errors import ImageError, JobError
from hardcase.imaging.open import open_image
from hardcase.model.job import RunState, Sample, Task
from hardcase.model.text import printable
from hardcase.store import JobStorage, JobStore
from hardcase.store.files import temporary
from hardcase.store.journal import journal_path
from hardcase.store.lock import lock_path

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator
    from pathlib import Path

    from hardcase.cli.output import Output
    from hardcase.model.job import Annotation
    from hardcase.session import LabelingSession

EDGE = 0.01
"""How far in pixels a box may reach over the edge: what rounding in other tools leaves."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong, with a sample or with the job as a whole."""

    text: str
    sample: Sample | None = None

    def __str__(self) -> str:
        return self.text if self.sample is None else f"{self.sample.path}: {self.text}"


def check(args: Namespace, output: Output) -> int:
    """Check a job: its file and journal, its samples' files, boxes and labels, and leftovers.

    Every image is opened, which takes a while. Changes nothing. Problems are printed one a line;
    exits with 1 if there are any.
    --json prints one object: {samples: count, problems: [{sample: id or null, path, problem}]}.
    """
    with reading(args.job) as session:
        samples = sorted(session.samples(), key=lambda s: s.path)
        problems = [*job_problems(session), *_sample_problems(session, samples, output)]
    if output.json:
        output.record({"samples": len(samples), "problems": [_record(p) for p in problems]})
    for problem in problems:
        output.line(str(problem))
    if not problems:
        output.line(f"{count(len(samples), 'sample')}, no problem")
    return 1 if problems else 0


def job_problems(session: LabelingSession) -> Iterator[Problem]:
    """Yield what is wrong with the job file, the labels and the runs."""
    yield from _journal_problems(session.path)
    if not session.root.is_dir():
        yield Problem(f"the folder of the images is gone: {printable(str(session.root))}")
    names = [label.name for label in session.labels]
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield Problem(f"label {name} is there twice")
    if _in_use(session.path):
        return
    for run in session.runs:
        if run.state is RunState.RUNNING:
            done = f"{run.done:,} of {run.total:,}"
            yield Problem(f"run {run.signature} broke off at {done}: autolabel again to go on")
    for path in (temporary(session.path), temporary(journal_path(session.path))):
        if path.exists():
            yield Problem(f"{printable(path.name)} is left from a crash and may be removed")


def _journal_problems(job_file: Path) -> Iterator[Problem]:
    try:
        with JobStore.open(job_file, read_only=True) as store:
            if store.notice is not None:
                yield Problem(store.notice)
            for _ in store.history():
                pass
        # A job whose journal breaks off opens all the same; only reading all of it tells.
        JobStorage(job_file).read()
    except JobError as error:
        yield Problem(str(error))


def _in_use(job_file: Path) -> bool:
    """Whether somebody has the job open for writing, so that a run or a draft is no leftover."""
    try:
        with lock_path(job_file).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _sample_problems(
    session: LabelingSession, samples: list[Sample], output: Output
) -> Iterator[Problem]:
    known = {label.name for label in session.labels}
    with (
        ThreadPoolExecutor(os.cpu_count()) as pool,
        output.progress("opening images", len(samples)) as progress,
    ):
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
        path: Path = session.image_path(sample.id)
        return open_image(path).size
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


def _record(problem: Problem) -> dict[str, object]:
    sample = problem.sample
    return {
        "sample": None if sample is None else sample.id,
        "path": None if sample is None else sample.path,
        "problem": problem.text,
    }


def _arguments(parser: ArgumentParser) -> None:
    options.job(parser)


COMMANDS = {"check": Spec(_arguments, check)}
