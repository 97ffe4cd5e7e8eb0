"""LabelingSession: the one door to a job.

What is asked of the job is answered by `JobReader`. Commands turn decisions into one `Change` each,
hand it to the store, and tell the listeners. A session belongs to one thread: whoever works
elsewhere (a run, a preview) is given plain data and brings plain data back.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal, Self

from hardcase.errors import JobError, UsageError
from hardcase.model.changes import Change, Edit, Kind, Table
from hardcase.model.job import (
    Annotation,
    Label,
    Run,
    RunState,
    Sample,
    Task,
)
from hardcase.model.numbers import count
from hardcase.model.text import clean_label, printable
from hardcase.session import commands, jobs, stepping, transfer
from hardcase.session.autolabel import runs
from hardcase.session.autolabel.settlement import Settled, Settlement
from hardcase.session.birth import new_job_rows, new_labels
from hardcase.session.clock import now, user
from hardcase.session.folder import deletion, sync
from hardcase.session.reading import JobReader
from hardcase.store import JobStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from hardcase.formats import Report, WriteOptions
    from hardcase.session.autolabel.runs import ActiveRun, Chunk, PreparedRun, RunRequest
    from hardcase.session.column_values import Values
    from hardcase.session.folder.sync import Synced

JOB_FILE = "hardcase.json"
_NAMED = 5
"""Jobs below a folder that an error names."""


class LabelingSession(JobReader):
    """A labeling job, open: what can be asked of it, and what can be done to it."""

    def __init__(self, store: JobStore) -> None:
        super().__init__(store)
        self._who = user()
        self._listeners: list[Callable[[Change], None]] = []

    @classmethod
    def create(
        cls,
        folder: Path,
        task: Task,
        labels: Sequence[str] = (),
        *,
        job_file: Path | None = None,
        name: str | None = None,
    ) -> Self:
        """Make a job of the images in `folder`. Raises JobError, UsageError."""
        path = (job_file or folder / JOB_FILE).resolve()
        rows = new_job_rows(folder.resolve(), path, task, labels, name)
        edits = tuple(Edit(table, row.id, None, row) for table, row in rows)
        images = sum(table is Table.SAMPLES for table, _ in rows)
        title = f"create job with {count(images, 'image')}"
        store = JobStore.create(path)
        store.commit(Change(1, now(), user(), title, edits, Kind.RECORD))
        store.flush()
        return cls(store)

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Self:
        """Open a job file, or the one in a folder. Held elsewhere, it opens read-only."""
        file = path / JOB_FILE if path.is_dir() else path
        if not file.exists():
            raise JobError(f"no job at {printable(str(path))}; {instead_of(path)}")
        return cls(JobStore.open(file, read_only=read_only))

    def close(self) -> None:
        """Write the checkpoint, give the lock back, and keep the job in the user's list."""
        jobs.remember(jobs.summarize(self))
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- durability

    @property
    def read_only(self) -> bool:
        """Whether commands are refused."""
        return self._store.read_only

    @property
    def read_only_reason(self) -> str | None:
        """Why commands are refused, None if they are not."""
        return self._store.read_only_reason

    @property
    def saved(self) -> bool:
        """Whether every change so far is safe on disk."""
        return self._store.saved_seq >= self._store.last_seq

    @property
    def trouble(self) -> str | None:
        """Why changes do not reach the disk, None if they do."""
        return self._store.trouble

    @property
    def notice(self) -> str | None:
        """What to know of a job that works all the same; mostly None.

        That is a damaged line in its old history, or a job file that could not be rewritten.
        """
        return self._store.checkpoint_trouble or self._store.notice

    def retry(self) -> bool:
        """Try again to write what is not safe yet."""
        return self._store.retry()

    def flush(self) -> None:
        """Wait until every change so far is safe on disk. Raises JobError if it cannot be."""
        self._store.flush()

    def on_saved(self, callback: Callable[[], None] | None) -> None:
        """Call `callback`, on another thread, whenever `saved` or `trouble` may have changed."""
        self._store.on_saved = callback

    def subscribe(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call `listener` after each change. Returns the function that ends it."""
        self._listeners.append(listener)
        return partial(self._listeners.remove, listener)

    # -- commands

    def set_label(self, ids: Iterable[int], name: str) -> Change | None:
        """Give samples one label; they are labeled then (classification)."""
        self._need(Task.CLASSIFICATION)
        name = self._known(name)
        return self._alter(
            ids, lambda what: f"label {what} {name}", lambda s: commands.labeled(s, name)
        )

    def set_labels(
        self, ids: Iterable[int], add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> Change | None:
        """Add and remove labels of samples in one Change (classification with several labels).

        Labels in `add` that the job lacks are made in the same Change. Samples whose last label
        goes become unlabeled, others are labeled by a person. Raises UsageError.
        """
        self._need(Task.CLASSIFICATION)
        new = self.label_edits(add)
        added = list(dict.fromkeys(map(clean_label, add)))
        removed = [self._known(name) for name in remove]
        if both := set(added) & set(removed):
            raise UsageError(f"{printable(min(both))!r} cannot be both added and removed")
        edits = self._edits(ids, lambda s: commands.relabeled(s, added, removed))
        signs = " ".join([*(f"+{n}" for n in added), *(f"-{n}" for n in removed)])
        return self.commit(f"label {self._what(edits)} {signs}", [*new, *edits])

    def set_annotations(self, sample_id: int, annotations: Sequence[Annotation]) -> Change | None:
        """Replace a sample's annotations; boxes are clipped to the image, empty ones refused."""
        size = self.size(sample_id) if annotations else (0, 0)
        checked = tuple(self._checked(a, *size) for a in annotations)
        return self._alter([sample_id], "edit {}".format, lambda s: commands.edited(s, checked))

    def relabel_box(self, sample_id: int, index: int, name: str) -> Change | None:
        """Give one box another label (detection). Raises UsageError if there is no such box."""
        self._need(Task.DETECTION)
        name = self._known(name)
        boxes = len(self.sample(sample_id).annotations)
        if not 0 <= index < boxes:
            has = count(boxes, "box", "boxes")
            raise UsageError(f"sample {sample_id} has {has}, counted from 0: no {index}")
        return self._alter(
            [sample_id],
            lambda what: f"relabel a box of {what} {name}",
            lambda s: commands.relabeled_box(s, index, name),
        )

    def confirm(self, ids: Iterable[int]) -> Change | None:
        """Accept the annotations of samples that have some, or were offered none in detection."""
        return self._alter(ids, "confirm {}".format, lambda s: commands.confirmed(s, self.task))

    def set_no_objects(self, ids: Iterable[int]) -> Change | None:
        """Say that there is nothing to label in these samples (detection)."""
        self._need(Task.DETECTION)
        return self._alter(ids, "no objects in {}".format, commands.without_objects)

    def reject(self, ids: Iterable[int]) -> Change | None:
        """Throw away the auto labels of samples to be confirmed."""
        return self._alter(ids, "reject {}".format, commands.rejected)

    def clear(self, ids: Iterable[int]) -> Change | None:
        """Remove all annotations."""
        return self._alter(ids, "clear {}".format, commands.cleared)

    def mark_hard(self, ids: Iterable[int]) -> Change | None:
        """Confirm Hard Example: set the mark; no run removes it then."""
        return self._alter(ids, "mark {} hard".format, lambda s: commands.marked(s, hard=True))

    def unmark_hard(self, ids: Iterable[int]) -> Change | None:
        """Cancel Hard Example: remove the mark; no run sets it then."""
        return self._alter(ids, "unmark {} hard".format, lambda s: commands.marked(s, hard=False))

    def add_labels(self, names: Sequence[str]) -> Change | None:
        """Add labels at the end of the list; those that exist already are passed by."""
        edits = self.label_edits(names)
        listed = ", ".join(edit.after.name for edit in edits if isinstance(edit.after, Label))
        return self.commit(f"add label {listed}", edits)

    def label_edits(self, names: Sequence[str]) -> list[Edit]:
        """Return the edits that add labels, for a Change that does more than that."""
        return [Edit(Table.LABELS, n.id, None, n) for n in new_labels(names, taken=self.labels)]

    def delete(self, ids: Iterable[int]) -> Change | None:
        """Take samples out of the job; their files stay, and sync leaves those out."""
        return deletion.delete(self, ids)

    def sync(self, *, deleted: bool = False) -> Synced:
        """Bring the job in step with its folder, on this thread; see `sync`. Raises JobError."""
        return sync.sync(self, deleted=deleted)

    def undo(self) -> Change | None:
        """Take back the newest change that is not taken back yet; see `stepping`."""
        return stepping.undo(self, self._store)

    def redo(self) -> Change | None:
        """Repeat the change that was taken back last."""
        return stepping.redo(self, self._store)

    def commit(
        self,
        title: str,
        edits: Sequence[Edit],
        kind: Kind = Kind.EDIT,
        target: int | None = None,
        values: Values | None = None,
    ) -> Change | None:
        """Make a Change of `edits`, apply it, tell the listeners. None if there are no edits.

        `values` are those of the edited samples, in their order, where somebody has them already.
        """
        if not edits:
            return None
        seq = self._store.last_seq + 1
        change = Change(seq, now(), self._who, title, tuple(edits), kind, target)
        self._store.commit(change)
        self._keep_up(change, values)
        for listener in tuple(self._listeners):
            listener(change)
        return change

    # -- auto labeling

    def begin_run(self, prepared: PreparedRun) -> ActiveRun:
        """Start or resume a run; see `runs.begin`."""
        return runs.begin(self, prepared)

    def record(self, chunk: Chunk) -> Change | None:
        """Keep some predictions of a run under way."""
        return runs.record(self, chunk)

    def settlement(self, run_id: int) -> Settlement:
        """Return what it takes to settle a run elsewhere; give the result to `finish_run`."""
        return Settlement(self, run_id)

    def finish_run(self, settled: Settled) -> Change | None:
        """Move what a run predicted to To Be Confirmed."""
        return runs.finish(self, settled)

    def stop_run(self, run_id: int, state: RunState, message: str = "") -> Change | None:
        """Record that a run was cancelled or failed."""
        return runs.stop(self, run_id, state, message)

    def autolabel(
        self, request: RunRequest, progress: Callable[[Run], None] = lambda _run: None
    ) -> Run:
        """Run a model from start to end on this thread, calling `progress` after each chunk.

        Raises ModelError if the model fails; what was done by then stays for when the same run is
        asked for again, as it does after KeyboardInterrupt.
        """
        return runs.run_through(self, request, progress)

    # -- annotations in and out

    def import_annotations(
        self,
        path: Path,
        format_name: str | None = None,
        *,
        predictions: bool = False,
        base: Literal[0, 1] = 0,
        images_file: Path | None = None,
    ) -> tuple[Report, Change | None]:
        """Read annotations into the job; see `transfer.read_into`."""
        return transfer.read_into(
            self, path, format_name, predictions=predictions, base=base, images_file=images_file
        )

    def export_annotations(
        self,
        out: Path,
        format_name: str,
        what: transfer.What = "labels",
        options: WriteOptions | None = None,
    ) -> Report:
        """Write annotations to a file or folder; see `transfer.write_out`."""
        return transfer.write_out(self, out, format_name, what, options)

    # -- inside

    def _alter(
        self,
        ids: Iterable[int],
        title: Callable[[str], str],
        step: Callable[[Sample], Sample],
    ) -> Change | None:
        edits = self._edits(ids, step)
        return self.commit(title(self._what(edits)), edits)

    def _edits(self, ids: Iterable[int], step: Callable[[Sample], Sample]) -> list[Edit]:
        moment = now()
        edits = []
        for sample_id in dict.fromkeys(int(i) for i in ids):
            before = self.sample(sample_id)
            after = step(before)
            if after != before:
                after = replace(after, updated_at=moment)
                edits.append(Edit(Table.SAMPLES, sample_id, before, after))
        return edits

    def _what(self, edits: Sequence[Edit]) -> str:
        return self.sample(edits[0].key).path if len(edits) == 1 else f"{len(edits):,} samples"

    def _need(self, task: Task) -> None:
        if self.task is not task:
            raise UsageError(f"this is a {self.task} job; that needs a {task} job")

    def _known(self, name: str) -> str:
        if not any(label.name == name for label in self.labels):
            names = ", ".join(label.name for label in self.labels) or "none yet"
            raise UsageError(f"there is no label {printable(name)!r}; there are: {names}")
        return name

    def _checked(self, annotation: Annotation, width: int, height: int) -> Annotation:
        self._known(annotation.label)
        box = annotation.box
        if (box is None) == (self.task is Task.DETECTION):
            raise UsageError("a box goes with each annotation in detection jobs, and only there")
        if box is None:
            return annotation
        clipped = box.rounded().clipped(width, height)
        if clipped is None:
            raise UsageError("the box has no area inside the image")
        return replace(annotation, box=clipped).rounded()


def instead_of(path: Path) -> str:
    """Return what to do where there is no job: take one of those right below, or make one."""
    try:
        below = sorted(file.parent for file in path.glob(f"*/{JOB_FILE}"))
    except OSError:
        below = []
    if below:
        named = ", ".join(printable(str(folder)) for folder in below[:_NAMED])
        more = f" and {len(below) - _NAMED:,} more" if len(below) > _NAMED else ""
        return f"there are jobs right below: {named}{more}"
    return f"make one with: hardcase init {printable(str(path))} --task ..."
