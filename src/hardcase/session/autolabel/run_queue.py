"""Runs that wait for their turn, and runs that are given up. One works at a time in a job.

A run that waits is a row of the job like any other, so it survives whatever happens to the program.
It has looked at its model when it was asked for, so it is known to make sense. Whoever has the job
open starts the next one when one has ended: the app, or `hardcase runs JOB --start`. A job file
never starts one by being opened, since whoever wrote it may be anybody.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hardcase.errors import UsageError
from hardcase.model.changes import Change, Edit, Kind, Table
from hardcase.model.job import Run, RunState
from hardcase.session.autolabel.kinds import PRE_LABEL
from hardcase.session.autolabel.runs import fitting, opened
from hardcase.session.clock import now

if TYPE_CHECKING:
    from hardcase.session.autolabel.run_request import PreparedRun
    from hardcase.session.labeling import LabelingSession


def waiting(session: LabelingSession) -> list[Run]:
    """Return the runs that wait, the next one first."""
    queued = [run for run in session.runs if run.state is RunState.QUEUED]
    return sorted(queued, key=lambda run: (run.place, run.id))


def add(session: LabelingSession, prepared: PreparedRun, at_work: int | None = None) -> Run:
    """Let a run wait behind those that do; one that broke off goes on when its turn comes.

    Which samples it labels is decided when it begins. `at_work` is the run under way. Raises
    UsageError if the model does not fit the job, or the same waits already or is under way.
    """
    fitting(session, prepared)
    run = opened(session, prepared)
    before = next((r for r in session.runs if r.id == run.id), None)
    if run.id == at_work:
        raise UsageError(f"the same is under way: {run.signature}")
    if before is not None and before.state is RunState.QUEUED:
        raise UsageError(f"the same waits already: {run.signature}")
    place = 1 + max((other.place for other in waiting(session)), default=0)
    after = replace(run, state=RunState.QUEUED, message="", ended_at="", place=place)
    edit = Edit(Table.RUNS, run.id, before, after)
    session.commit(f"{after.signature} waits", [edit], Kind.RECORD)
    return after


def move(session: LabelingSession, run_id: int, by: int) -> Change | None:
    """Let a run wait `by` places further back, or further ahead if negative, as far as that goes.

    None if it is there already. Raises UsageError if it does not wait.
    """
    queue = waiting(session)
    run = session.run(run_id)
    if run not in queue:
        raise UsageError(f"{run.signature} does not wait: it is {run.state}")
    at = queue.index(run)
    queue.insert(max(0, at + by), queue.pop(at))
    edits = [
        Edit(Table.RUNS, other.id, other, replace(other, place=place))
        for place, other in enumerate(queue, 1)
        if other.place != place
    ]
    return session.commit(f"{run.signature} waits elsewhere", edits, Kind.RECORD)


def stopped(session: LabelingSession) -> Run | None:
    """Return the newest auto-labeling run if it stopped half-way, to go on with.

    It was paused or cancelled, failed or broke off. Not while one is at work.
    """
    begun = (r for r in session.runs if r.kind == PRE_LABEL and r.state is not RunState.QUEUED)
    newest = next(begun, None)
    return None if newest is None or newest.state is RunState.COMPLETED else newest


def end(session: LabelingSession, run_id: int) -> Change | None:
    """Give up a run that waits, was paused or broke off.

    It counts as cancelled then: what it did stays, and the same asked for again goes on from there.
    One that never began is gone. Not for a run at work: cancel that. Raises UsageError if it has
    ended already.
    """
    run = session.run(run_id)
    if run.state not in (RunState.QUEUED, RunState.RUNNING, RunState.PAUSED):
        raise UsageError(f"{run.signature} has ended already: it is {run.state}")
    after = None
    if run.done or run.state is not RunState.QUEUED:
        after = replace(run, state=RunState.CANCELLED, ended_at=now(), place=0)
    edit = Edit(Table.RUNS, run.id, run, after)
    return session.commit(f"{run.signature} given up", [edit], Kind.RECORD)
