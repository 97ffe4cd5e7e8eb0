"""Several labels an image: a job says that digits tick labels, and ticks wait to be confirmed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hardcase.errors import UsageError
from hardcase.model.changes import Edit, Table
from hardcase.model.job import Task
from hardcase.session.clock import now
from hardcase.session.commands import ticked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardcase.model.changes import Change
    from hardcase.session.labeling import LabelingSession


def set_several(session: LabelingSession, *, several: bool) -> Change | None:
    """Say whether images of the job mostly have several labels, or one. Raises UsageError."""
    if session.task is not Task.CLASSIFICATION:
        raise UsageError("a box has one label: several are for images, in classification jobs")
    job = session.job
    if job.several is several:
        return None
    edit = Edit(Table.JOB, job.id, job, replace(job, several=several))
    return session.commit(f"call for {'several labels' if several else 'one label'}", [edit])


def tick(session: LabelingSession, ids: Iterable[int], name: str) -> Change | None:
    """Add a label to samples, or remove it if all of them have it; other labels stay.

    Their statuses stay until somebody confirms; a labeled sample whose last label goes becomes
    unlabeled. A label that the job lacks is made in the same Change. Raises UsageError.
    """
    if session.task is not Task.CLASSIFICATION:
        raise UsageError("boxes are labeled one by one: ticks are for images")
    samples = [session.sample(i) for i in dict.fromkeys(int(i) for i in ids)]
    on = not all(any(a.label == name for a in sample.annotations) for sample in samples)
    moment = now()
    edits = [
        Edit(Table.SAMPLES, s.id, s, replace(after, updated_at=moment))
        for s in samples
        if (after := ticked(s, name, on=on)) is not s
    ]
    what = samples[0].path if len(samples) == 1 else f"{len(edits)} samples"
    new = session.label_edits([name]) if on else []
    return session.commit(f"{'tick' if on else 'untick'} {name} on {what}", [*new, *edits])
