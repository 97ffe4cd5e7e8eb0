"""The first rows of a job: the job, its labels, its samples."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from hardcase.errors import JobError, UsageError
from hardcase.model.changes import Table
from hardcase.model.fingerprint import Fingerprint
from hardcase.model.job import Job, Label, Row, Sample, Task
from hardcase.model.palette import label_colour
from hardcase.model.text import clean_label, printable
from hardcase.session.clock import now
from hardcase.session.folder.scan import look_through

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_QUOTED = 40
"""Characters of a name that an error repeats."""


def new_job_rows(
    folder: Path, job_file: Path, task: Task, labels: Sequence[str], name: str | None
) -> list[tuple[Table, Row]]:
    """Return the rows of a job over the images in `folder`, both paths absolute.

    Raises JobError if there is no such folder or no image in it, UsageError for a bad label.
    """
    shown = printable(str(folder))
    if not folder.is_dir():
        raise JobError(f"{shown} is no folder: give the folder of the images")
    files = look_through(folder).files
    if not files:
        raise JobError(f"no images in {shown}: nothing to label")
    root = Path(os.path.relpath(folder, job_file.parent)).as_posix()
    rows: list[tuple[Table, Row]] = [
        (Table.JOB, Job(1, printable(name or folder.name), task, root, now()))
    ]
    rows += [(Table.LABELS, label) for label in new_labels(labels, taken=())]
    for n, path in enumerate(sorted(files), 1):
        rows.append((Table.SAMPLES, Sample(n, path)))
        rows.append((Table.FILES, Fingerprint.of(n, files[path].key)))
    return rows


def fit_label(name: str) -> str:
    """Return the name of a label fit to keep. Raises UsageError, which quotes its start."""
    try:
        return clean_label(name)
    except ValueError as error:
        shown = printable(name)
        quoted = shown if len(shown) <= _QUOTED else f"{shown[:_QUOTED]}…"
        raise UsageError(f"label {quoted!r}: {error}") from None


def new_labels(names: Iterable[str], taken: Sequence[Label]) -> list[Label]:
    """Return rows for the names that are not `taken` yet, to follow those. Raises UsageError."""
    known = {label.name for label in taken}
    first_id = max((label.id for label in taken), default=0) + 1
    first_position = max((label.position for label in taken), default=-1) + 1
    out: list[Label] = []
    for raw in names:
        name = fit_label(raw)
        if name not in known:
            known.add(name)
            position = first_position + len(out)
            out.append(Label(first_id + len(out), name, label_colour(position), position))
    return out
