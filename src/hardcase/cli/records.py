"""The JSON objects that commands print, and how the same things read for people.

Key names and their meaning are part of the interface: they are added to, never changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardcase.model.changes import Change, Edit, Table
from hardcase.model.reasons import Reason, explained

if TYPE_CHECKING:
    from hardcase.model.job import Annotation, Sample, Task
    from hardcase.session import Stats

Json = dict[str, Any]

_REASONS = {reason.value: reason for reason in Reason}


def sample_record(sample: Sample) -> Json:
    """Return what `list --json` prints for a sample.

    `{id, path, status, hard, hard_coefficient, hard_reasons, annotations, labeled_by, updated_at}`:
    `status` is unlabeled, to_be_confirmed or labeled; `hard_coefficient` 0-1 or null;
    `hard_reasons` ids; `updated_at` ISO 8601 UTC or null.
    """
    return {
        "id": sample.id,
        "path": sample.path,
        "status": sample.status.value,
        "hard": sample.hard,
        "hard_coefficient": sample.coefficient,
        "hard_reasons": [int(r) for r in sample.reasons],
        "annotations": [annotation_record(a) for a in sample.annotations],
        "labeled_by": sample.labeled_by,
        "updated_at": sample.updated_at or None,
    }


def annotation_record(annotation: Annotation) -> Json:
    """Return `{label, box, score, by}`.

    `box` is [x1, y1, x2, y2] in pixels of the oriented image, or null; `score` 0-1, or null.
    """
    box = annotation.box
    score = annotation.score
    return {
        "label": annotation.label,
        "box": None if box is None else [round(v, 3) for v in box],
        "score": None if score is None else round(score, 6),
        "by": annotation.by,
    }


def stats_record(stats: Stats) -> Json:
    """Return `{total, unlabeled, labeled, to_be_confirmed, hard, labels: {name: count}}`."""
    return {
        "total": stats.total,
        "unlabeled": stats.unlabeled,
        "labeled": stats.labeled,
        "to_be_confirmed": stats.to_be_confirmed,
        "hard": stats.hard,
        "labels": dict(stats.labels),
    }


def change_record(change: Change) -> Json:
    """Return `{seq, when, who, title, kind, target, samples}` of a change.

    `kind` is edit, undo, redo or record (progress, not undoable); `target` the `seq` that an undo
    or redo is about, or null; `samples` how many samples it touched.
    """
    return {
        "seq": change.seq,
        "when": change.when,
        "who": change.who,
        "title": change.title,
        "kind": change.kind.value,
        "target": change.target,
        "samples": change.samples,
    }


def sample_edits(change: Change) -> list[Edit]:
    """Return the edits of samples in a change."""
    return [e for e in change.edits if e.table is Table.SAMPLES]


def reasons_in_words(sample: Sample, task: Task) -> str:
    """Return why a sample of a job of `task` is hard, for people."""
    return "; ".join(
        explained(_REASONS[r], task).what if r in _REASONS else f"reason {r}"
        for r in sample.reasons
    )


def labels_in_words(sample: Sample) -> str:
    """Return the labels of a sample with how often each is there: `apple x3, orange`."""
    counts: dict[str, int] = {}
    for annotation in sample.annotations:
        counts[annotation.label] = counts.get(annotation.label, 0) + 1
    return ", ".join(name if n == 1 else f"{name} x{n}" for name, n in counts.items())


def status_in_words(sample: Sample) -> str:
    """Return the status, with what keeps the image from being opened."""
    words = sample.status.value.replace("_", " ")
    if sample.missing:
        return f"{words}, missing"
    return f"{words}, unreadable" if sample.error is not None else words
