"""Annotations in and out of a job, through the formats."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from hardcase.errors import FormatError
from hardcase.formats import FORMATS, Dataset, ReadContext, Report, WriteOptions, detect_format
from hardcase.model.changes import Change, Edit, Kind, Table
from hardcase.model.job import HUMAN, Annotation, Label, Prediction, Run, RunState, Sample, Status
from hardcase.model.numbers import count
from hardcase.model.text import printable
from hardcase.session.clock import now
from hardcase.store.journal import journal_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hardcase.formats import Format
    from hardcase.session.labeling import LabelingSession

SAME_PIXELS = 0.01
"""Corners this close are the same: formats round differently, and no hand draws that finely."""

What = Literal["labels", "predictions", "all"]


def read_into(
    session: LabelingSession,
    path: Path,
    format_name: str | None = None,
    *,
    predictions: bool = False,
    base: Literal[0, 1] = 0,
    images_file: Path | None = None,
) -> tuple[Report, Change | None]:
    """Import annotations in one Change. Raises FormatError if nothing of `path` can be read.

    As labels they count as a person's and take the place of what the samples had; samples that had
    the very same stay as they are. As predictions
    they wait to be confirmed, and samples that a person labeled are left alone.
    """
    if not path.exists():
        raise FormatError(f"nothing at {printable(str(path))}: give a file or folder to import")
    name = format_name or detect_format(path)
    run_id = max((run.id for run in session.runs), default=0) + 1
    run = Run(run_id, "import", printable(path.stem or path.name), RunState.COMPLETED)
    context = ReadContext(
        root=session.root,
        task=session.task,
        samples=tuple(session.samples()),
        labels=tuple(session.labels),
        as_="predictions" if predictions else "labels",
        signature=run.signature if predictions else HUMAN,
        base=base,
        images_file=images_file,
    )
    dataset, report = _format(name).read(path, context)
    edits = _label_edits(session, dataset)
    if predictions:
        edits += _prediction_edits(session, dataset.samples, run)
    else:
        edits += _sample_edits(session, dataset.samples)
    kind = "predictions" if predictions else "labels"
    title = f"import {kind} of {count(report.images, 'sample')} ({name})"
    return report, session.commit(title, edits)


def write_out(
    session: LabelingSession,
    out: Path,
    format_name: str,
    what: What = "labels",
    options: WriteOptions | None = None,
) -> Report:
    """Export labels, what models predicted, or labels and what nobody confirmed yet.

    Raises FormatError.
    """
    return Export(format_name, dataset_of(session, what), what).write(out, options)


@dataclass(frozen=True, slots=True)
class Export:
    """What is to be exported in which format, as it was at one moment; for any thread."""

    format_name: str
    dataset: Dataset
    what: What

    @property
    def losses(self) -> tuple[str, ...]:
        """What the format cannot hold. Raises FormatError if there is no such format."""
        return _format(self.format_name).losses(self.dataset)

    @property
    def left_out(self) -> str:
        """What is not exported since nobody confirmed it, in words; empty if that is nothing."""
        number = self.dataset.left_out
        if not number:
            return ""
        return f"left out: {count(number, 'image')} with labels that nobody confirmed"

    def write(self, out: Path, options: WriteOptions | None = None) -> Report:
        """Write a file or folder. Raises FormatError."""
        if not self.dataset.samples:
            hint = {
                "labels": "no sample is labeled yet; --what all takes what nobody confirmed too",
                "predictions": "no model labeled anything yet",
                "all": "no sample is labeled yet",
            }[self.what]
            raise FormatError(f"nothing to export: {hint}")
        return _format(self.format_name).write(self.dataset, out, options or WriteOptions())


def wrote(report: Report, out: Path) -> str:
    """Return what an export has written, in a line."""
    labels, images = count(report.annotations, "annotation"), count(report.images, "image")
    return f"wrote {labels} of {images} to {out}"


def dataset_of(session: LabelingSession, what: What) -> Dataset:
    """Return the job's labels in order, and those samples that `what` asks for.

    What a person began and nobody confirmed is, like auto labels, part of "all": to be confirmed.
    """
    samples = sorted(session.samples(), key=lambda s: s.path)
    if what == "predictions":
        undone = _undone_imports(session)
        chosen = [_as_predicted(session, s, undone) for s in samples]
    else:
        chosen = [s if s.status is Status.LABELED else _unconfirmed(s, what) for s in samples]
    open_ = sum(s.status is not Status.LABELED and bool(s.annotations) for s in samples)
    return Dataset(
        task=session.task,
        labels=tuple(session.labels),
        samples=tuple(s for s in chosen if s is not None),
        root=session.root,
        keep=(
            str(session.path),
            str(journal_path(session.path)),
            *(sample.path for sample in samples),
        ),
        left_out=open_ if what == "labels" else 0,
    )


def _unconfirmed(sample: Sample, what: What) -> Sample | None:
    offered = sample.status is Status.TO_BE_CONFIRMED or sample.annotations
    return replace(sample, status=Status.TO_BE_CONFIRMED) if what == "all" and offered else None


def _undone_imports(session: LabelingSession) -> set[int]:
    """Return the runs of imports that were taken back: undo lets runs and predictions be."""
    imports = {run.id for run in session.runs if run.kind == "import"}
    out: set[int] = set()
    last: dict[int, Kind] = {}
    for change in session.history() if imports else ():
        if change.target is not None:
            last.setdefault(change.target, change.kind)
        made = imports & {e.key for e in change.edits if e.table is Table.RUNS}
        if last.get(change.seq) is Kind.UNDO:
            out |= made
        imports -= made
        if not imports:
            break
    return out


def _as_predicted(session: LabelingSession, sample: Sample, undone: set[int]) -> Sample | None:
    said = session.prediction(sample.id)
    if said is None or said.error is not None or said.run in undone:
        return None
    if session.run(said.run).state is not RunState.COMPLETED:
        return None
    return replace(sample, status=Status.TO_BE_CONFIRMED, annotations=said.annotations)


def _format(name: str) -> Format:
    try:
        return FORMATS[name]
    except KeyError:
        known = ", ".join(FORMATS)
        raise FormatError(f"there is no format {printable(name)!r}; there are {known}") from None


def _label_edits(session: LabelingSession, dataset: Dataset) -> list[Edit]:
    """Add labels that the job lacks, at the end, and keep what the format said of those it has."""
    edits = session.label_edits([label.name for label in dataset.labels])
    read = {label.name: label for label in dataset.labels}
    out = []
    for edit in edits:
        label = edit.after
        if isinstance(label, Label):
            out.append(replace(edit, after=replace(label, extra=read[label.name].extra)))
    for label in session.labels:
        extra = read[label.name].extra if label.name in read else None
        if extra and extra != label.extra:
            merged = replace(label, extra={**(label.extra or {}), **extra})
            out.append(Edit(Table.LABELS, label.id, label, merged))
    return out


def _sample_edits(session: LabelingSession, given: Sequence[Sample]) -> list[Edit]:
    moment = now()
    edits = []
    for read in given:
        before = session.sample(session.find(read.path))
        after = _imported(before, read, moment)
        if after != before:
            edits.append(Edit(Table.SAMPLES, before.id, before, after))
    return edits


def _imported(before: Sample, read: Sample, moment: str) -> Sample:
    """Return the sample as a person labeled it elsewhere.

    One that has these labels already keeps them, with who made them and when, and takes only what
    the format said of them.
    """
    if read.status is Status.UNLABELED:
        after = _with_attributes(before, read)
        return after if after == before else replace(after, updated_at=moment)
    noted = _noted(before, read)
    if noted is None:
        after = _with_attributes(before, read)
        after = replace(after, status=Status.LABELED, annotations=_rounded(read), labeled_by=HUMAN)
        return after if after == before else replace(after, updated_at=moment)
    after = _with_attributes(before, replace(read, width=None, height=None))
    after = replace(after, annotations=noted)
    if _attributes(after) != _attributes(before):
        after = replace(after, updated_at=moment)
    return after


def _noted(before: Sample, read: Sample) -> tuple[Annotation, ...] | None:
    """Return a labeled sample's annotations with the extras read, None if others were read."""
    if before.status is not Status.LABELED or len(before.annotations) != len(read.annotations):
        return None
    out = list(before.annotations)
    ours = sorted(range(len(out)), key=lambda n: _place(out[n]))
    for n, theirs in zip(ours, sorted(read.annotations, key=_place), strict=True):
        if not _same(out[n], theirs):
            return None
        if theirs.extra:
            out[n] = replace(out[n], extra={**(out[n].extra or {}), **theirs.extra})
    return tuple(out)


def _place(annotation: Annotation) -> tuple[str, tuple[float, ...]]:
    return annotation.label, tuple(annotation.box or ())


def _same(ours: Annotation, theirs: Annotation) -> bool:
    if ours.label != theirs.label or ours.box is None or theirs.box is None:
        return ours.label == theirs.label and ours.box is theirs.box
    return all(abs(a - b) <= SAME_PIXELS for a, b in zip(ours.box, theirs.box, strict=True))


def _attributes(sample: Sample) -> tuple[object, ...]:
    return sample.hard, sample.coefficient, sample.reasons


def _prediction_edits(
    session: LabelingSession, read_samples: Sequence[Sample], run: Run
) -> list[Edit]:
    moment = now()
    given = [s for s in read_samples if s.status is not Status.UNLABELED]
    edits: list[Edit] = []
    for read in given:
        before = session.sample(session.find(read.path))
        said = Prediction(before.id, run.id, _rounded(read), width=read.width, height=read.height)
        edits.append(Edit(Table.PREDICTIONS, before.id, session.prediction_row(before.id), said))
        if before.status is not Status.LABELED:
            after = replace(
                _with_attributes(before, read),
                status=Status.TO_BE_CONFIRMED,
                annotations=said.annotations,
                labeled_by=run.signature,
                updated_at=moment,
            )
            edits.append(Edit(Table.SAMPLES, before.id, before, after))
    done = replace(run, total=len(given), done=len(given), started_at=moment, ended_at=moment)
    return [Edit(Table.RUNS, run.id, None, done), *edits]


def _rounded(read: Sample) -> tuple[Annotation, ...]:
    return tuple(annotation.rounded() for annotation in read.annotations)


def _with_attributes(before: Sample, read: Sample) -> Sample:
    """Return the sample with hard attributes, size and extras that the format brought along."""
    extra = {**(before.extra or {}), **(read.extra or {})}
    return replace(
        before,
        hard=before.hard if before.hard_by else before.hard or read.hard,
        coefficient=before.coefficient if read.coefficient is None else read.coefficient,
        reasons=read.reasons or before.reasons,
        width=read.width or before.width,
        height=read.height or before.height,
        extra=extra or None,
    )
