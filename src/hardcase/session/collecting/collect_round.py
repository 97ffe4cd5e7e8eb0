"""The steps of a round of collecting: read, let the model say, decide, copy, commit."""

from __future__ import annotations

import errno
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hardcase import hardness
from hardcase.errors import HardcaseError, ImageError, JobError
from hardcase.imaging.open import MAX_FILE_BYTES
from hardcase.model.changes import Change, Edit, Kind, Table
from hardcase.model.job import Annotation, Prediction, Run, RunState, Sample, Status
from hardcase.model.numbers import count
from hardcase.model.seen import Outcome, Seen
from hardcase.model.text import printable
from hardcase.session.autolabel.kinds import COLLECT
from hardcase.session.autolabel.runs import ActiveRun, engine_of, fitting, record_progress
from hardcase.session.autolabel.settlement import Settlement, auto_labeled
from hardcase.session.autolabel.translate import translator
from hardcase.session.clock import now
from hardcase.session.collecting.collect_choice import Candidate, choose
from hardcase.session.collecting.copying import copy_in
from hardcase.session.collecting.drop_folder import ChangedError
from hardcase.session.collecting.near_duplicates import in_shares, look_at
from hardcase.session.folder.deletion import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from hardcase.session.autolabel.runs import PreparedRun
    from hardcase.session.collecting.collect import CollectRequest
    from hardcase.session.collecting.collect_memory import Memory
    from hardcase.session.collecting.drop_folder import DropFolder, Dropped
    from hardcase.session.collecting.near_duplicates import Looks
    from hardcase.session.labeling import LabelingSession


@dataclass(slots=True)
class Item:
    """An image of a round: the file, its row so far, the row the job had, and what became of it.

    `recorded` is False where the file itself could not be read: that may change any time.
    """

    dropped: Dropped
    seen: Seen
    before: Seen | None = None
    sample: Sample | None = None
    twin: str | None = None
    recorded: bool = True

    def failed(self, error: str) -> None:
        """Note why the image cannot be used."""
        self.seen = replace(
            self.seen, outcome=Outcome.UNREADABLE, error=printable(error), said=None
        )


def read(drop: DropFolder, ready: Sequence[Dropped], memory: Memory) -> Iterator[Item]:
    """Yield what is new among the files; those whose content is known are passed by."""
    met: set[str] = set()
    for dropped in ready:
        error = None
        try:
            sha256 = drop.sha256(dropped)
        except (ChangedError, FileNotFoundError):
            continue  # the next round sees what has become of it
        except OSError as problem:
            sha256, error = "", f"cannot be read: {problem.strerror}"
        before = memory.find(sha256)
        if sha256 in met or (before is not None and memory.is_settled(before)):
            drop.know([dropped.key])
            continue
        said = None if before is None else before.said
        key = before.id if before is not None else memory.new_id()
        path, size, mtime_ns = dropped.key
        row = Seen(key, Outcome.PENDING, path, size, mtime_ns, sha256, said=said, when=now())
        item = Item(dropped, row, before, recorded=error is None)
        if sha256:
            met.add(sha256)
            item.seen = _with_look(item, drop.folder / path)
        else:
            item.failed(error or f"is larger than {MAX_FILE_BYTES >> 20} MiB")
        yield item


def _with_look(item: Item, path: Path) -> Seen:
    try:
        return replace(item.seen, look=look_at(path))
    except ImageError as error:
        item.failed(str(error))
        return item.seen


class Saying:
    """The model at work on the images of a round; its run grows with each round."""

    def __init__(
        self, session: LabelingSession, prepared: PreparedRun, items: Sequence[Item], folder: Path
    ) -> None:
        """Begin, or go on. Raises UsageError if the model does not fit the job."""
        classes, edits = fitting(session, prepared)
        engine = engine_of(prepared)  # first, since it may not be to be had
        self._session = session
        run = _run(session, prepared)
        known = next((r for r in session.runs if r.id == run.id), None)
        todo = [i for i in items if i.seen.said is None or i.seen.said.run != run.id]
        self._by_id = {item.seen.id: item for item in todo}
        total = run.done + len(todo)
        after = replace(run, state=RunState.RUNNING, total=total, message="", ended_at="")
        edits.append(Edit(Table.RUNS, run.id, known, after))
        title = f"look at {count(len(todo), 'image')} with {prepared.name}"
        session.commit(title, edits, Kind.RECORD)
        self.run_id = run.id
        self.todo = len(todo)
        self.active = ActiveRun(
            after,
            tuple((item.seen.id, folder / item.dropped.path) for item in todo),
            engine,
            translator(after, prepared.profile, prepared.class_map(classes)),
        )

    def work(self, progress: Callable[[int], None]) -> None:
        """Record what the model says, as it comes. Raises ModelError; what came by then stays."""
        session, count = self._session, 0
        try:
            for chunk in self.active.chunks() if self.todo else ():
                edits = [self._noted(prediction) for prediction in chunk.predictions]
                count += len(edits)
                record_progress(session, chunk, edits)
                progress(count)
        except HardcaseError as error:
            session.stop_run(self.run_id, RunState.FAILED, str(error))
            raise
        if self.active.cancelled:
            session.stop_run(self.run_id, RunState.CANCELLED)

    def _noted(self, said: Prediction) -> Edit:
        item = self._by_id[said.id]
        if said.error is not None:
            item.failed(said.error)
        else:
            item.seen = replace(item.seen, said=said)
        edit = Edit(Table.SEEN, item.seen.id, item.before, item.seen)
        item.before = item.seen
        return edit


def decide(
    session: LabelingSession,
    request: CollectRequest,
    run_id: int,
    items: Sequence[Item],
    looks: Looks | None,
) -> None:
    """Write into the items what becomes of them: taken ones get a sample, still without a file."""
    run, moment, first = session.run(run_id), now(), session.next_sample_id()
    said = [replace(_said(item), id=item.seen.id) for item in items]
    judged = Settlement(session, run_id).judge_new(said)
    candidates = [
        Candidate(item.seen.path, item.seen.look, _in_shares(prediction), found.coefficient)
        for item, prediction, found in zip(items, said, judged, strict=True)
    ]
    choice = choose(
        candidates,
        rule=request.rule or session.job.hard_rule,
        budget=request.budget,
        take_easy=request.take_easy,
        own=looks,
        labels_of=lambda sample_id: _labels_of(session, sample_id),
    )
    for index, (item, prediction, found) in enumerate(zip(items, said, judged, strict=True)):
        twin = choice.twin.get(index)
        outcome = Outcome.LEFT if twin is None else Outcome.DUPLICATE
        if index in choice.taken:
            outcome = Outcome.TAKEN
            new = Sample(first, "")
            item.sample = auto_labeled(
                new, prediction, found, run, task=session.task, moment=moment
            )
            first += 1
        item.twin = session.sample(twin).path if isinstance(twin, int) else twin
        item.seen = replace(
            item.seen, outcome=outcome, coefficient=round(found.coefficient, 6), when=moment
        )


def copy_taken(session: LabelingSession, folder: Path, items: Sequence[Item]) -> list[Item]:
    """Copy the files of taken items into the job's folder; return the items that are settled.

    A file that is another by now waits for the next round. Raises JobError if files cannot be
    written; those copied by then are removed again.
    """
    paths = {sample.path for sample in session.samples()}
    made: list[Path] = []
    try:
        return [
            item
            for item in items
            if item.sample is None or _copied(session.root, folder, item, paths, made)
        ]
    except BaseException as error:
        for path in made:
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            name = printable(str(session.root))
            reason = error.strerror or type(error).__name__
            text = f"images cannot be copied into {name}: {reason}; nothing was taken"
            raise JobError(text) from error
        raise


def _copied(root: Path, folder: Path, item: Item, paths: set[str], made: list[Path]) -> bool:
    assert item.sample is not None  # noqa: S101 - only those are copied
    try:
        path, new = copy_in(folder, item.dropped, item.seen.sha256, root, paths.__contains__)
    except (ChangedError, FileNotFoundError):
        return False
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        item.failed("its name is too long")
        item.sample = None
        return True
    paths.add(path)
    if new:
        made.append(root / path)
    item.sample = replace(item.sample, path=path)
    return True


def commit(session: LabelingSession, run_id: int | None, items: Sequence[Item]) -> Change | None:
    """Make a round's samples, and the memory of what it saw, one Change.

    Their copies outlive an undo. They are noted as deleted, which counts only once there is no such
    sample, so that sync leaves them out then.
    """
    edits: list[Edit] = []
    known = session.fingerprints()
    for item in items:
        row = item.seen
        if item.sample is not None:
            said = replace(_said(item), id=item.sample.id)
            edits.append(Edit(Table.SAMPLES, said.id, None, item.sample))
            edits.append(Edit(Table.PREDICTIONS, said.id, None, said))
            gone = replace(UNKNOWN, id=said.id, deleted=item.sample.path)
            edits.append(Edit(Table.FILES, said.id, known.get(said.id), gone))
            row = replace(row, sample=said.id)
        if row.outcome is not Outcome.PENDING:
            row = replace(row, said=None)
        item.seen = row
        if item.recorded:
            edits.append(Edit(Table.SEEN, row.id, item.before, row))
    taken = sum(item.sample is not None for item in items)
    title = f"remember {count(len(items), 'image')} not taken"
    if run_id is not None:
        run = session.run(run_id)
        done = replace(run, state=RunState.COMPLETED, ended_at=now())
        edits.append(Edit(Table.RUNS, run.id, run, done))
        title = f"collect {taken:,} of {count(len(items), 'image')} with {run.signature}"
    return session.commit(title, edits, Kind.EDIT if taken else Kind.RECORD)


def _run(session: LabelingSession, prepared: PreparedRun) -> Run:
    """Return the run of this model that collected before, or a new one."""
    for run in session.runs:
        same = run.sha256 == prepared.sha256 and run.settings == prepared.settings
        if run.kind == COLLECT and same and run.signals == hardness.SIGNALS:
            return run
    return Run(
        id=max((r.id for r in session.runs), default=0) + 1,
        kind=COLLECT,
        model=prepared.name,
        sha256=prepared.sha256,
        settings=prepared.settings,
        signals=hardness.SIGNALS,
        started_at=now(),
    )


def _said(item: Item) -> Prediction:
    assert item.seen.said is not None  # noqa: S101 - only images that a model looked at come here
    return item.seen.said


def _labels_of(session: LabelingSession, sample_id: int) -> list[tuple[Annotation, ...]]:
    """Return what a model and people said of a sample, as far as they did."""
    sample, said = session.sample(sample_id), session.prediction(sample_id)
    labels = [_in_shares(said)] if said is not None and said.error is None else []
    if sample.status is not Status.UNLABELED:
        labels.append(_in_shares(sample))
    return labels


def _in_shares(row: Prediction | Sample) -> tuple[Annotation, ...]:
    return in_shares(row.annotations, row.width, row.height)
