"""The demo: the shipped images as two jobs, auto labeled by the shipped models."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import hardcase
from hardcase.errors import HardcaseError, JobError
from hardcase.model.job import RunState, Task
from hardcase.model.text import printable
from hardcase.session.autolabel.runs import RunRequest, prepare
from hardcase.session.labeling import JOB_FILE, LabelingSession

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardcase.model.job import Run


@dataclass(frozen=True, slots=True)
class DemoJob:
    """One of the demo's jobs, below the demo's folder."""

    folder: str
    name: str
    task: Task
    model: str


DEMO_JOBS = (
    DemoJob("detection", "Demo: fruit", Task.DETECTION, "fruit_detector.onnx"),
    DemoJob("classification", "Demo: flowers", Task.CLASSIFICATION, "flower_classifier.onnx"),
)


def make_demo(
    folder: Path, progress: Callable[[DemoJob, Run], None] = lambda _job, _run: None
) -> list[Path]:
    """Make the demo's jobs in `folder`, or find them as they were left. Return their job files.

    Raises HardcaseError if the folder cannot be written or holds something else.
    """
    if folder.exists() and not folder.is_dir():
        raise JobError(f"{printable(str(folder))} is no folder: give another for the demo")
    return [_make(folder, job, progress) for job in DEMO_JOBS]


def asset(*parts: str) -> Path:
    """Return a shipped file or folder: installed with the package, or in the source tree."""
    package = Path(hardcase.__file__).parent
    installed = package.joinpath("_assets", *parts)
    path = installed if installed.exists() else package.parent.parent.joinpath(*parts)
    if not path.exists():
        raise HardcaseError(f"{'/'.join(parts)} is not installed: install hardcase again")
    return path


def _make(folder: Path, job: DemoJob, progress: Callable[[DemoJob, Run], None]) -> Path:
    target = folder / job.folder
    path = target / JOB_FILE
    request = RunRequest(asset("models", job.model))
    if path.exists():
        with LabelingSession.open(path) as session:
            if _is_unfinished(session):
                session.autolabel(request, lambda run: progress(job, run))
        return path
    try:
        shutil.copytree(
            asset("sample_data", job.folder, "images"), target / "images", dirs_exist_ok=True
        )
    except OSError as error:
        reason = error.strerror or "not all files could be copied"
        raise JobError(f"cannot make the demo in {printable(str(folder))}: {reason}") from error
    labels = prepare(request).profile.labels
    with LabelingSession.create(target, job.task, labels, name=job.name) as session:
        session.autolabel(request, lambda run: progress(job, run))
    return path


def _is_unfinished(session: LabelingSession) -> bool:
    """Whether the demo was broken off before its run completed."""
    completed = any(run.state is RunState.COMPLETED for run in session.runs)
    return not (completed or session.read_only) and session.stats().unlabeled > 0
