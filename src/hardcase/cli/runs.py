"""`hardcase runs`: what models made, what waits, and working through that."""

from __future__ import annotations

from argparse import ArgumentTypeError
from typing import TYPE_CHECKING

from hardcase.cli import options
from hardcase.cli.opening import reading, writing
from hardcase.cli.output import count
from hardcase.cli.running import INTERRUPTED, nothing_to_do, outcome, tell, work
from hardcase.cli.table import Spec
from hardcase.errors import HardcaseError, UsageError
from hardcase.model.job import RunState
from hardcase.session.autolabel import run_history, run_queue
from hardcase.session.autolabel.run_request import prepare_again

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from hardcase.cli.output import Output
    from hardcase.cli.records import Json
    from hardcase.inference import Where
    from hardcase.model.changes import Change
    from hardcase.model.job import Run
    from hardcase.session import LabelingSession
    from hardcase.session.autolabel.run_history import Account, Removal

_HASH = 8
"""Characters of a model's SHA-256 that tell it from others in a table."""
_HEADERS = (
    "run",
    "kind",
    "model",
    "hash",
    "state",
    "done",
    "failed",
    "time",
    "there",
    "corrected",
    "settings",
)


def _arguments(parser: ArgumentParser) -> None:
    options.job(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--remove",
        type=_number,
        metavar="RUN",
        help="remove what this run made and nobody confirmed or altered: one change, one undo",
    )
    what.add_argument(
        "--start", action="store_true", help="run what waits, one after another, till Ctrl-C"
    )
    what.add_argument(
        "--resume",
        type=_number,
        metavar="RUN",
        help="go on with a run that was paused or cancelled, failed or broke off, or start one "
        "that waits",
    )
    what.add_argument("--next", type=_number, metavar="RUN", help="of those that wait, this first")
    what.add_argument(
        "--end",
        type=_number,
        metavar="RUN",
        help="give up a run that waits, was paused or broke off; what it did is kept",
    )
    options.engine(parser)


def runs(args: Namespace, output: Output) -> int:
    """List what models made and what waits, newest first; or start, resume, end, remove a run.

    `there` counts annotations of a run that are on samples now, `corrected` those that people
    altered or threw away; of samples that a later run has seen the latter is not known any more.
    What a run has done that is not complete is kept with it, `99 kept`, and becomes labels when it
    is. A run that is `running` in a job that nobody has open was broken off. --remove leaves the
    run on record and what people confirmed or altered in place, and does not bring back what the
    run had replaced. Runs that wait are added by `autolabel --queue`, or in the app while one is at
    work; one that cannot be run when its turn comes has failed, and the list says why.

    --json prints an object a run: {run, kind, model, sha256, state, total, done, failed, seconds,
    provider: what computed it, started_at, ended_at, message, settings, annotations, confirmed,
    corrected, place: when it is to start, from 1, null if it does not wait}; `seconds` and
    `provider` may be null, `confirmed` are part of `annotations`. With --remove one object: {run,
    removed: annotations, samples: changed, confirmed, altered: those that stay, seq, title}, the
    last two null if there was nothing to remove. With --start and --resume an object a run, as of
    `autolabel`. With --next and --end one object: {run, state}, null for a run that never began and
    is gone.
    """
    where = options.where(args)
    if where.cluster is not None and not (args.start or args.resume):
        raise UsageError("--engine goes with --start or --resume")
    if args.start or args.resume:
        return _work(args, where, output)
    if args.next or args.end:
        return _arrange(args, output)
    if args.remove is None:
        with reading(args.job) as session:
            _list(session, output)
        return 0
    with writing(args.job) as session:
        found = run_history.removal(session, args.remove)
        change = run_history.remove(session, found)
    _tell(found, change, output)
    return 0


def _work(args: Namespace, where: Where, output: Output) -> int:
    """Go on with one run, or with those that wait."""
    with writing(args.job) as session:
        if args.resume is not None:
            prepared = prepare_again(session.run(args.resume), where)
            return tell(work(session, prepared, output), output)
        if not run_queue.waiting(session):
            output.note("no run waits; hardcase autolabel JOB --model M --queue adds one")
        worst = 0
        while queue := run_queue.waiting(session):
            status = _start(session, queue[0], where, output)
            if status == INTERRUPTED:
                return status
            worst = max(worst, status)
    return worst


def _start(session: LabelingSession, run: Run, where: Where, output: Output) -> int:
    """Run one that waits; what keeps it from that is told and recorded."""
    try:
        prepared = prepare_again(run, where)
        why = nothing_to_do(session, prepared)
        if why is None:
            return tell(work(session, prepared, output), output)
        session.stop_run(run.id, RunState.COMPLETED, f"nothing to auto label: {why}")
    except HardcaseError as error:
        output.note(f"{run.signature}: {error}")
        if session.run(run.id).state is RunState.QUEUED:
            session.stop_run(run.id, RunState.FAILED, str(error))
        return 1
    return tell(outcome(session, run.id), output)


def _arrange(args: Namespace, output: Output) -> int:
    """Alter the queue, or give up a run."""
    with writing(args.job) as session:
        run = session.run(args.next or args.end)
        if args.next:
            run_queue.move(session, run.id, -len(session.runs))
        else:
            run_queue.end(session, run.id)
        left = next((r for r in session.runs if r.id == run.id), None)
    if output.json:
        output.record({"run": run.id, "state": None if left is None else left.state.value})
    if args.next:
        output.line(f"{run.signature} is the next one")
    else:
        output.line(f"{run.signature} is {'gone' if left is None else 'given up'}")
    return 0


def _list(session: LabelingSession, output: Output) -> None:
    accounts = run_history.accounts(session)
    if output.json:
        for account in accounts:
            place = run_history.place_of(session, account.run)
            output.record(_record(account) | {"place": place})
        return
    if not accounts:
        output.note("no runs yet; start one with: hardcase autolabel JOB --model M")
        return
    rows = [_row(session, account) for account in accounts]
    output.table(_HEADERS, rows, right=("run", "done", "failed", "time", "there", "corrected"))


def _row(session: LabelingSession, account: Account) -> tuple[str, ...]:
    run, seconds = account.run, account.seconds
    settings = run_history.settings_in_words(run.settings)
    return (
        str(run.id),
        run.kind,
        run.model,
        run.sha256[:_HASH],
        run_history.state_in_words(session, run),
        f"{run.done:,}/{run.total:,}",
        f"{run.failed:,}",
        "" if seconds is None else f"{seconds:,.1f} s",
        f"{run.done:,} kept" if account.is_pending else f"{account.there:,}",
        f"{account.corrected:,}",
        "; ".join(filter(None, (settings, run.provider, run.message))),
    )


def _record(account: Account) -> Json:
    run = account.run
    return {
        "run": run.id,
        "kind": run.kind,
        "model": run.model,
        "sha256": run.sha256,
        "state": run.state.value,
        "total": run.total,
        "done": run.done,
        "failed": run.failed,
        "seconds": account.seconds,
        "provider": run.provider or None,
        "started_at": run.started_at or None,
        "ended_at": run.ended_at or None,
        "message": run.message,
        "settings": dict(run.settings),
        "annotations": account.there,
        "confirmed": account.confirmed,
        "corrected": account.corrected,
    }


def _tell(found: Removal, change: Change | None, output: Output) -> None:
    if output.json:
        output.record(
            {
                "run": found.run.id,
                "removed": found.annotations,
                "samples": len(found.edits),
                "confirmed": found.confirmed,
                "altered": found.altered,
                "seq": None if change is None else change.seq,
                "title": None if change is None else change.title,
            }
        )
    gone, samples = count(found.annotations, "annotation"), count(len(found.edits), "sample")
    output.line(f"{found.run.signature}: removed {gone} on {samples}")
    reasons = (
        (found.confirmed, "confirmed"),
        (found.altered, "on samples that people altered (reject or clear those)"),
    )
    stay = ", ".join(f"{number:,} {why}" for number, why in reasons if number)
    if stay:
        kept = count(found.confirmed + found.altered, "annotation stays", "annotations stay")
        output.line(f"{kept}: {stay}")


def _number(text: str) -> int:
    """Return the id of a run written as `3`, `#3` or `yolo#3`."""
    try:
        return options.positive(text.rpartition("#")[2])
    except ArgumentTypeError:
        raise ArgumentTypeError(f"{text!r} is no run; write its number, such as 3") from None


COMMANDS = {"runs": Spec(_arguments, runs)}
