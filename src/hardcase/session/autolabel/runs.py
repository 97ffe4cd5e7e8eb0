"""Auto-labeling runs: begin, work, record, settle, finish. Beside: what is asked for, prepared.

`prepare`, `ActiveRun.chunks` and `Settlement.settle` touch no job and may run on any thread; the
rest belongs to the session's thread. Predictions are recorded chunk by chunk, so a run that was
broken off goes on where it stood, and become the samples' auto labels in one Change when the run
completes.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hardcase import hardness
from hardcase.errors import HardcaseError, UsageError
from hardcase.inference import EngineRequest, LocalEngine, RayEngine
from hardcase.model.changes import Change, Edit, Kind, Table
from hardcase.model.job import Prediction, Run, RunState
from hardcase.model.numbers import count
from hardcase.model.text import printable
from hardcase.precedence import keys
from hardcase.session.autolabel.class_map import labels_of, wanted_labels
from hardcase.session.autolabel.kinds import PRE_LABEL
from hardcase.session.autolabel.run_request import PreparedRun, RunRequest, beyond_a_form, prepare
from hardcase.session.autolabel.targets import state_of, targets, why_none
from hardcase.session.autolabel.translate import translator
from hardcase.session.clock import now
from hardcase.session.label_list import names_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from hardcase.inference import Engine
    from hardcase.model.evidence import Evidence
    from hardcase.session.autolabel.settlement import Settled
    from hardcase.session.labeling import LabelingSession

__all__ = [
    "ActiveRun",
    "Chunk",
    "PreparedRun",
    "RunRequest",
    "begin",
    "beyond_a_form",
    "engine_of",
    "finish",
    "fitting",
    "opened",
    "prepare",
    "record",
    "record_progress",
    "run_through",
    "stop",
]

CHUNK_SIZE = 32
CHUNK_SECONDS = 1.0
CHUNK_PACE = 0.25
"""Seconds from one chunk to the next at least: each is a Change, on disk and on the screen."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some predictions of a run, to be recorded in one Change, and the seconds they took.

    `provider` is what computed them, `note` why that is not what was asked for, if so.
    """

    run: int
    predictions: tuple[Prediction, ...]
    seconds: float = 0.0
    provider: str = ""
    note: str = ""


class Images:
    """Files of samples, by their ids; 100,000 paths take a second and 50 MB, strings neither."""

    def __init__(self, root: Path, files: tuple[tuple[int, str], ...]) -> None:
        self._root = root
        self._files = files

    def __iter__(self) -> Iterator[tuple[int, Path]]:
        for sample_id, path in self._files:
            yield sample_id, self._root / path


class ActiveRun:
    """A run under way: an engine and the samples still to do."""

    def __init__(
        self,
        run: Run,
        items: Iterable[tuple[int, Path]],
        engine: Engine,
        translate: Callable[[int, Evidence], Prediction],
    ) -> None:
        self.run = run
        self.items = items
        self._engine = engine
        self._translate = translate
        self._cancelled = False
        self._files: dict[int, int] = {}

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._cancelled

    def cancel(self) -> None:
        """End the work soon; from any thread."""
        self._cancelled = True
        self._engine.close()

    def chunks(self) -> Iterator[Chunk]:
        """Yield predictions as they come; on a worker thread. Raises ModelError."""
        pending: list[Prediction] = []
        began = time.monotonic()
        try:
            for sample_id, outcome in keys.before(self._engine.run(self._noting())):
                file = self._files.pop(sample_id, 0)
                if isinstance(outcome, str):
                    error = printable(outcome)
                    pending.append(Prediction(sample_id, self.run.id, error=error, file=file))
                else:
                    pending.append(replace(self._translate(sample_id, outcome), file=file))
                seconds = time.monotonic() - began
                enough = len(pending) >= CHUNK_SIZE and seconds >= CHUNK_PACE
                if enough or seconds > CHUNK_SECONDS:
                    yield self._chunk(pending, seconds)
                    pending.clear()
                    began += seconds
        finally:
            self._engine.close()
        if pending:
            yield self._chunk(pending, time.monotonic() - began)

    def _chunk(self, predictions: Sequence[Prediction], seconds: float) -> Chunk:
        # not every engine says what it computes on
        provider, note = (getattr(self._engine, name, "") for name in ("used", "note"))
        return Chunk(self.run.id, tuple(predictions), seconds, provider, note)

    def _noting(self) -> Iterator[tuple[int, Path]]:
        """Yield the items; what their files are is noted before they are read."""
        for sample_id, path in self.items:
            self._files[sample_id] = state_of(path)
            yield sample_id, path


def begin(session: LabelingSession, prepared: PreparedRun) -> ActiveRun:
    """Record that a run starts, or goes on after it was broken off. Raises UsageError.

    Labels that a job takes from the model are a Change of their own, which undo takes back after
    what the run made: that it ran is a record, the list of labels is not.
    """
    classes, labels = fitting(session, prepared)
    run = opened(session, prepared)
    chosen = targets(session, prepared)
    todo = [i for i in chosen if not _done_by(session, i, run.id)]
    if not chosen:
        raise UsageError(f"nothing to auto label: {why_none(session, prepared)}")
    engine = engine_of(prepared)  # first, since it may not be to be had
    done = len(chosen) - len(todo)
    after = replace(
        run, state=RunState.RUNNING, total=len(chosen), done=done, message="", ended_at="", place=0
    )
    after = replace(after, started_at=run.started_at or now())
    session.commit(f"take {count(len(labels), 'label')} from {prepared.name}", labels)
    title = f"auto label {count(len(todo), 'sample')} with {prepared.name}"
    edit = Edit(Table.RUNS, run.id, _row(session, run.id), after)
    session.commit(title, [edit], Kind.RECORD)
    items = Images(session.root, tuple((i, session.relative_path(i)) for i in todo))
    translate = translator(after, prepared.profile, prepared.class_map(classes))
    return ActiveRun(after, items, engine, translate)


def opened(session: LabelingSession, prepared: PreparedRun) -> Run:
    """Return the run that was asked for the same and is not through, else a new one.

    Raises UsageError if the one to go on with is through, or from before an update of hardcase.
    """
    if prepared.again is not None:
        run = session.run(prepared.again)
        if run.state is RunState.COMPLETED:
            raise UsageError(f"{run.signature} is through: there is nothing to go on with")
        if run.signals != hardness.SIGNALS and run.done:
            raise UsageError(f"{run.signature} is of an older hardcase: start a run anew")
    else:
        run = _resumable(session, prepared) or Run(
            id=max((r.id for r in session.runs), default=0) + 1,
            kind=PRE_LABEL,
            model=prepared.name,
            sha256=prepared.sha256,
            settings=prepared.settings,
        )
    return replace(run, signals=hardness.SIGNALS, files=prepared.files)


def _row(session: LabelingSession, run_id: int) -> Run | None:
    return next((run for run in session.runs if run.id == run_id), None)


def fitting(session: LabelingSession, prepared: PreparedRun) -> tuple[dict[int, str], list[Edit]]:
    """Return the job's label of each class of a model, by index, and what adds missing labels.

    A job without labels takes those of the model; in any other, classes that neither the mapping
    nor their name gives a label are left out. Raises UsageError if the model is for another task,
    the mapping asks for a label that the job lacks, or no class is left.
    """
    profile = prepared.profile
    if profile.task is not session.task:
        raise UsageError(f"{prepared.name} is for {profile.task}; this is a {session.task} job")
    new = [] if session.labels else wanted_labels(profile.labels, prepared.mapping)
    edits = session.label_edits(new)
    names = names_now(session.labels) or {name: name for name in new}
    classes = labels_of(profile.labels, names, prepared.mapping)
    if not classes:
        raise UsageError(
            f"{prepared.name} knows none of this job's labels; it knows: "
            + ", ".join(map(printable, profile.labels[:20]))
        )
    return classes, edits


def left_out(session: LabelingSession, prepared: PreparedRun) -> list[str]:
    """Return the classes of a model that mean no label of the job, those mapped to none aside.

    Raises UsageError like `fitting`.
    """
    classes, _ = fitting(session, prepared)
    names = enumerate(prepared.profile.labels)
    mapped = prepared.mapping
    return [name for index, name in names if index not in classes and mapped.get(name, name)]


def engine_of(prepared: PreparedRun) -> Engine:
    """Return the engine that runs a prepared model. Raises UsageError if it is not installed."""
    request = prepared.request
    asked = EngineRequest(
        request.model,
        prepared.profile,
        threshold=prepared.class_map({}).lowest,
        iou=prepared.iou,
        effort=request.effort,
        encoder=request.encoder,
        provider=request.where.provider,
    )
    cluster = request.where.cluster
    return LocalEngine(asked) if cluster is None else RayEngine(asked, cluster)


def record(session: LabelingSession, chunk: Chunk) -> Change | None:
    """Keep a chunk's predictions; they are pending until the run completes."""
    edits = [
        Edit(Table.PREDICTIONS, p.id, session.prediction_row(p.id), p) for p in chunk.predictions
    ]
    return record_progress(session, chunk, edits)


def record_progress(session: LabelingSession, chunk: Chunk, edits: Sequence[Edit]) -> Change | None:
    """Commit what `edits` keep of a chunk, with how far its run has come."""
    run = session.run(chunk.run)
    failed = sum(p.error is not None for p in chunk.predictions)
    after = replace(
        run,
        done=run.done + len(chunk.predictions),
        failed=run.failed + failed,
        seconds=round(run.seconds + chunk.seconds, 3),
        provider=chunk.provider or run.provider,
        message=chunk.note or run.message,
    )
    title = f"{after.signature}: {after.done} of {run.total}"
    return session.commit(title, [*edits, Edit(Table.RUNS, run.id, run, after)], Kind.RECORD)


def stop(
    session: LabelingSession, run_id: int, state: RunState, message: str = ""
) -> Change | None:
    """Record that a run was paused or cancelled, or failed; what it did stays, to go on with."""
    run = session.run(run_id)
    after = replace(run, state=state, message=printable(message), ended_at=now(), place=0)
    return session.commit(
        f"{run.signature} {state}", [Edit(Table.RUNS, run.id, run, after)], Kind.RECORD
    )


def finish(session: LabelingSession, settled: Settled) -> Change | None:
    """Make the predictions of a run the auto labels of its samples in one Change.

    What a person labeled meanwhile is left alone.
    """
    run = session.run(settled.run)
    moment = now()
    edits, values = settled.current(session)
    title = f"auto label {count(len(edits), 'sample')} with {run.signature}"
    completed = replace(run, state=RunState.COMPLETED, ended_at=moment, learned=settled.learned)
    edits.append(Edit(Table.RUNS, run.id, run, completed))
    return session.commit(title, edits, values=values)


def run_through(
    session: LabelingSession, request: RunRequest, progress: Callable[[Run], None]
) -> Run:
    """Run a model from start to end on this thread; see `LabelingSession.autolabel`."""
    active = begin(session, prepare(request))
    run_id = active.run.id
    try:
        progress(active.run)
        for chunk in active.chunks():
            record(session, chunk)
            progress(session.run(run_id))
    except KeyboardInterrupt:
        active.cancel()
        stop(session, run_id, RunState.CANCELLED)
        raise
    except HardcaseError as error:
        stop(session, run_id, RunState.FAILED, str(error))
        raise
    finish(session, session.settlement(run_id).settle())
    return session.run(run_id)


def _done_by(session: LabelingSession, sample_id: int, run_id: int) -> bool:
    prediction = session.prediction_row(sample_id)
    return prediction is not None and prediction.run == run_id


def _resumable(session: LabelingSession, prepared: PreparedRun) -> Run | None:
    """Return the run that broke off when the same was asked for, the same filter included.

    What another filter chose must not come in: all that a run predicted becomes auto labels.
    """
    for run in session.runs:
        same = run.sha256 == prepared.sha256 and run.settings == prepared.settings
        open_ = run.kind == PRE_LABEL and run.state is not RunState.COMPLETED
        if same and open_ and (run.signals == hardness.SIGNALS or not run.done):
            return run
    return None
