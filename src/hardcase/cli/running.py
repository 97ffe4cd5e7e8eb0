"""A run at work in the terminal: progress, the signals that end it, what came of it."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hardcase.cli.output import count
from hardcase.errors import HardcaseError
from hardcase.model.job import Run, RunState, Status
from hardcase.session.autolabel.runs import fitting
from hardcase.session.autolabel.targets import targets, why_none

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from hardcase.cli.output import Output
    from hardcase.cli.records import Json
    from hardcase.session import LabelingSession
    from hardcase.session.autolabel.runs import Chunk, PreparedRun

INTERRUPTED = 130
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run that has ended, and its samples: how many wait to be confirmed, how many are hard.

    Those that got no label may be hard as well, which `unlabeled` counts.
    """

    run: Run
    waiting: int = 0
    hard: int = 0
    unlabeled: int = 0


def work(session: LabelingSession, prepared: PreparedRun, output: Output) -> Outcome:
    """Run from start, or from where it broke off, to the end or the first Ctrl-C.

    Raises UsageError if there is nothing to do, ModelError; what was done by then stays.
    """
    active = session.begin_run(prepared)
    run_id = active.run.id
    with stopped_by_signals(active.cancel):
        _record(session, active.run, active.chunks(), output)
    if active.cancelled:
        session.stop_run(run_id, RunState.CANCELLED)
    else:
        session.finish_run(session.settlement(run_id).settle())
    return outcome(session, run_id)


def outcome(session: LabelingSession, run_id: int) -> Outcome:
    """Count what a run has made."""
    run = session.run(run_id)
    said = {p.id for p in session.predictions() if p.run == run_id}
    mine = [s for s in session.samples() if s.id in said]
    waiting = [s for s in mine if s.status is Status.TO_BE_CONFIRMED]
    waiting = [s for s in waiting if s.labeled_by == run.signature]
    hard = sum(s.hard for s in mine) if run.state is RunState.COMPLETED else 0
    unlabeled = sum(s.hard and s.status is Status.UNLABELED for s in mine)
    return Outcome(run, len(waiting), hard, unlabeled)


def nothing_to_do(session: LabelingSession, prepared: PreparedRun) -> str | None:
    """Return why there is nothing to do for a run of what changed, None if there is something."""
    if not prepared.request.changed:
        return None
    fitting(session, prepared)
    return None if targets(session, prepared) else why_none(session, prepared)


def tell(ended: Outcome, output: Output) -> int:
    """Say what came of a run, and what goes on with it; return the exit status."""
    run = ended.run
    if output.json:
        output.record(record(ended))
    if run.state is RunState.CANCELLED:
        output.note(
            f"stopped at {run.done:,} of {run.total:,}: what is done is kept with {run.signature}, "
            "and becomes labels when the run is complete; "
            f"go on with: hardcase runs JOB --resume {run.id}"
        )
        return INTERRUPTED
    if run.message and run.state is RunState.COMPLETED:
        output.note(run.message)
    waiting, hard = count(ended.waiting, "sample"), count(ended.hard, "hard example")
    without = f", {ended.unlabeled:,} of them without a label" if ended.unlabeled else ""
    output.line(f"{run.signature}: {waiting} to be confirmed, {hard}{without}")
    if run.failed:
        files = count(run.failed, "image")
        output.note(f"{files} could not be read; see: hardcase list JOB --filter error")
    if (unsure := run.done - run.failed - ended.waiting) > 0:
        output.note(
            f"{count(unsure, 'sample')} got no label, since none of the job's was likely enough; "
            "see: hardcase list JOB --tab unlabeled --sort hard, or set a lower --threshold"
        )
    return 1 if run.total and run.failed == run.total else 0


def record(ended: Outcome) -> Json:
    """Return what `autolabel --json` prints of a run."""
    run = ended.run
    return {
        "run": run.id,
        "model": run.model,
        "state": run.state.value,
        "total": run.total,
        "done": run.done,
        "failed": run.failed,
        "to_be_confirmed": ended.waiting,
        "hard": ended.hard,
    }


def _record(session: LabelingSession, run: Run, chunks: Iterator[Chunk], output: Output) -> None:
    with output.progress(run.model, run.total) as progress:
        progress(run.done)
        try:
            for chunk in chunks:
                session.record(chunk)
                progress(session.run(run.id).done)
        except HardcaseError as error:
            session.stop_run(run.id, RunState.FAILED, str(error))
            raise


@contextmanager
def stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` at the first Ctrl-C, `kill` or hang-up; a second one ends the program.

    On a thread, since a signal may arrive while this one holds the lock that `stop` needs.
    """

    def handle(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, before[signal.Signals(number)])
        threading.Thread(target=stop, name="stop", daemon=True).start()

    before = {number: signal.getsignal(number) for number in _STOPPING}
    for number in _STOPPING:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
