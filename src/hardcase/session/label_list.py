"""The labels of a job as a list that people keep: rename, merge, delete, move, recolour.

Each is one Change that alters the label and every sample that bears it, and one undo. What models
said is a record and stays as it was; `Label.aliases` lets old names mean the label of today.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hardcase.errors import UsageError
from hardcase.model.changes import Change, Edit, Table
from hardcase.model.job import Annotation, Label, Prediction, Sample, Status, Task
from hardcase.model.text import printable
from hardcase.session import commands
from hardcase.session.birth import fit_label
from hardcase.session.clock import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from hardcase.session.labeling import LabelingSession

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class Use:
    """How much a label is used: `annotations` bear it, on `samples` samples."""

    label: Label
    annotations: int
    samples: int


def uses(session: LabelingSession) -> list[Use]:
    """Return every label with its counts, in the order of the job."""
    columns = session.columns
    annotations = columns.label_counts()
    return [
        Use(label, annotations.get(label.name, 0), int(columns.labels.having([label.name]).sum()))
        for label in session.labels
    ]


def find(session: LabelingSession, name: str) -> Label:
    """Return the label called `name`. Raises UsageError if there is none."""
    for label in session.labels:
        if label.name == name:
            return label
    names = ", ".join(label.name for label in session.labels) or "none yet"
    raise UsageError(f"there is no label {printable(name)!r}; there are: {names}")


def rename(session: LabelingSession, name: str, new: str) -> Change | None:
    """Rename a label, on every sample that bears it too.

    Raises UsageError if there is no such label, the new name is none, or another label has it.
    """
    label = find(session, name)
    new = fit_label(new)
    if new == label.name:
        return None
    if any(other.name == new for other in session.labels):
        raise UsageError(f"there is a label {new!r} already: merge {label.name!r} into it instead")
    renamed = replace(label, name=new, aliases=_without((*label.aliases, label.name), new))
    edits = [Edit(Table.LABELS, label.id, label, renamed)]
    samples = _sample_edits(session, label.name, lambda annotation: replace(annotation, label=new))
    return session.commit(f"rename label {label.name} to {new}", edits + samples)


def merge(session: LabelingSession, name: str, into: str) -> Change | None:
    """Let every annotation of one label bear another, and drop the label.

    In classification a sample that bore both bears the other once. Raises UsageError.
    """
    source, target = find(session, name), find(session, into)
    if source == target:
        raise UsageError(f"{source.name!r} cannot be merged into itself")
    aliases = _without((*target.aliases, *source.aliases, source.name), target.name)
    rows = [
        replace(row, aliases=aliases) if row.id == target.id else row
        for row in session.labels
        if row.id != source.id
    ]
    samples = _sample_edits(session, source.name, lambda a: replace(a, label=target.name))
    edits = _list_edits(session, rows) + samples
    return session.commit(f"merge label {source.name} into {target.name}", edits)


def delete(session: LabelingSession, name: str) -> Change | None:
    """Drop a label and every annotation that bears it.

    A sample whose last annotation goes is unlabeled again: nobody said that nothing is on it.
    """
    label = find(session, name)
    rows = [row for row in session.labels if row.id != label.id]
    edits = _list_edits(session, rows) + _sample_edits(session, label.name, lambda _: None)
    return session.commit(f"delete label {label.name}", edits)


def move(session: LabelingSession, name: str, position: int) -> Change | None:
    """Put a label at a position of the list, counted from 0; beyond the ends is the end."""
    label = find(session, name)
    rows = [row for row in session.labels if row.id != label.id]
    place = min(max(position, 0), len(rows))
    rows.insert(place, label)
    title = f"move label {label.name} to place {place + 1} of {len(rows)}"
    return session.commit(title, _list_edits(session, rows))


def recolour(session: LabelingSession, name: str, colour: str) -> Change | None:
    """Give a label another colour, `#rrggbb`. Raises UsageError for anything else."""
    label = find(session, name)
    if not _COLOUR.fullmatch(colour):
        raise UsageError(f"{printable(colour)!r} is no colour: write it as #rrggbb")
    if label.colour == colour.lower():
        return None
    after = replace(label, colour=colour.lower())
    edits = [Edit(Table.LABELS, label.id, label, after)]
    return session.commit(f"recolour label {label.name}", edits)


def names_now(labels: Iterable[Label]) -> Mapping[str, str]:
    """Return the label that each name means: every name, and every alias that is no name."""
    labels = list(labels)
    aliases = {alias: label.name for label in labels for alias in label.aliases}
    return aliases | {label.name: label.name for label in labels}


def in_names_of_today(prediction: Prediction, names: Mapping[str, str]) -> Prediction:
    """Return what a model said in the labels of today, less what those do not know."""
    said = prediction.annotations
    if all(names.get(a.label) == a.label for a in said):
        return prediction
    known = (replace(a, label=names[a.label]) for a in said if a.label in names)
    return replace(prediction, annotations=tuple(known))


def _list_edits(session: LabelingSession, rows: Sequence[Label]) -> list[Edit]:
    """Return the edits that make `rows`, in this order, the labels of the job."""
    wanted = {row.id: replace(row, position=position) for position, row in enumerate(rows)}
    return [
        Edit(Table.LABELS, row.id, row, wanted.get(row.id))
        for row in session.labels
        if row != wanted.get(row.id)
    ]


def _sample_edits(
    session: LabelingSession, name: str, step: Callable[[Annotation], Annotation | None]
) -> list[Edit]:
    """Return the edits that put every annotation labeled `name` through `step`; None drops it."""
    columns = session.columns
    moment = now()
    edits = []
    for sample_id in columns.ids[columns.labels.having([name])].tolist():
        before = session.sample(sample_id)
        stepped = (step(a) if a.label == name else a for a in before.annotations)
        kept = [a for a in stepped if a is not None]
        if session.task is Task.CLASSIFICATION:
            kept = list({a.label: a for a in reversed(kept)}.values())[::-1]
        after = replace(_with(before, kept), updated_at=moment)
        edits.append(Edit(Table.SAMPLES, sample_id, before, after))
    return edits


def _with(sample: Sample, annotations: list[Annotation]) -> Sample:
    if annotations or sample.status is Status.UNLABELED:
        return commands.edited(sample, annotations)
    return commands.cleared(sample)


def _without(names: Iterable[str], name: str) -> tuple[str, ...]:
    return tuple(n for n in dict.fromkeys(names) if n != name)
