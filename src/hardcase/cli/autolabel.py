"""`hardcase autolabel`."""

from __future__ import annotations

import shlex
import signal
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hardcase.cli import options
from hardcase.cli.opening import writing
from hardcase.cli.output import count
from hardcase.cli.table import Spec
from hardcase.errors import HardcaseError
from hardcase.inference import Certainty, Effort
from hardcase.model.job import Run, RunState, Sample, Status
from hardcase.session.kinds import PRE_LABEL
from hardcase.session.runs import RunRequest, fitting, prepare
from hardcase.session.targets import Existing, targets, why_none

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterator
    from types import FrameType

    from hardcase.cli.output import Output
    from hardcase.cli.records import Json
    from hardcase.session import LabelingSession
    from hardcase.session.runs import Chunk, PreparedRun

INTERRUPTED = 130
EXISTING = tuple(existing.value for existing in Existing)
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _arguments(parser: ArgumentParser) -> None:
    options.job(parser)
    parser.add_argument(
        "--mode", choices=("pre-label",), default="pre-label", help="a model labels (pre-label)"
    )
    parser.add_argument("--model", type=Path, required=True, metavar="M", help="an ONNX file")
    options.model_settings(parser)
    options.mapping(parser)
    options.effort(parser)
    parser.add_argument(
        "--filter",
        metavar="EXPR",
        default="",
        help=f"these samples, labeled ones excepted (the unlabeled), {options.FILTER_HELP}",
    )
    parser.add_argument(
        "--existing",
        choices=EXISTING,
        help="auto labels of an earlier run that wait to be confirmed: keep them, or replace them "
        "(replace those that --filter asks for, keep the others); what people made always stays",
    )
    parser.add_argument(
        "--changed",
        action="store_true",
        help="only samples that no completed run of this model with these settings has seen, or "
        "whose file has another size or time since; nothing to do is no error",
    )


def autolabel(args: Namespace, output: Output) -> int:
    """Let a model label samples; what it says waits to be confirmed, hard examples first.

    Ctrl-C ends the run and keeps what is done: the same command goes on from there.
    --json prints one object: {run, model, state: completed or cancelled, total, done, failed,
    to_be_confirmed, hard}; the last two count samples of this run; run is null where --changed
    finds nothing to do.
    """
    request = RunRequest(
        args.model,
        args.profile,
        args.threshold,
        args.iou,
        args.filter,
        Effort(args.effort),
        args.encoder,
        tuple(args.map),
        tuple(args.threshold_of),
        None if args.existing is None else Existing(args.existing),
        args.changed,
    )
    prepared = prepare(request)
    found = prepared.recognition
    if found is not None and found.certainty is not Certainty.SURE:
        output.note(
            f"{args.model.name} is taken for {prepared.profile.decoder.family.title} "
            f"({found.certainty}); see why, and keep that, by: "
            f"hardcase models inspect {shlex.quote(str(args.model))} --save"
        )
    with writing(args.job) as session:
        if args.changed:
            fitting(session, prepared)
            if not targets(session, prepared):
                return _nothing(prepared, why_none(session, prepared), output)
        active = session.begin_run(prepared)
        with stopped_by_signals(active.cancel):
            run = _work(session, active.run, active.chunks(), output)
        if active.cancelled:
            session.stop_run(run.id, RunState.CANCELLED)
        else:
            session.finish_run(session.settlement(run.id).settle())
        run = session.run(run.id)
        mine = [s for s in session.samples() if _labeled_by(s, run)]
    return _tell(run, mine, output)


def _work(session: LabelingSession, run: Run, chunks: Iterator[Chunk], output: Output) -> Run:
    with output.progress(run.model, run.total) as progress:
        progress(run.done)
        try:
            for chunk in chunks:
                session.record(chunk)
                progress(session.run(run.id).done)
        except HardcaseError as error:
            session.stop_run(run.id, RunState.FAILED, str(error))
            raise
    return session.run(run.id)


def _labeled_by(sample: Sample, run: Run) -> bool:
    return sample.status is Status.TO_BE_CONFIRMED and sample.labeled_by == run.signature


def _tell(run: Run, mine: list[Sample], output: Output) -> int:
    hard = sum(s.hard for s in mine)
    if output.json:
        output.record(_record(run, len(mine), hard))
    if run.state is RunState.CANCELLED:
        output.note(
            f"stopped at {run.done:,} of {run.total:,}; the same command goes on from there"
        )
        return INTERRUPTED
    waiting = count(len(mine), "sample")
    output.line(f"{run.signature}: {waiting} to be confirmed, {count(hard, 'hard example')}")
    if run.failed:
        files = count(run.failed, "image")
        output.note(f"{files} could not be read; see: hardcase list JOB --filter error")
    if (unsure := run.done - run.failed - len(mine)) > 0:
        output.note(
            f"{count(unsure, 'sample')} got no label, since none of the job's was likely enough; "
            "see: hardcase list JOB --tab unlabeled --sort hard, or set a lower --threshold"
        )
    return 1 if run.total and run.failed == run.total else 0


def _nothing(prepared: PreparedRun, why: str, output: Output) -> int:
    if output.json:
        none = Run(0, PRE_LABEL, prepared.name, RunState.COMPLETED)
        output.record(_record(none, 0, 0) | {"run": None})
    output.line(f"nothing to auto label: {why}")
    return 0


def _record(run: Run, waiting: int, hard: int) -> Json:
    return {
        "run": run.id,
        "model": run.model,
        "state": run.state.value,
        "total": run.total,
        "done": run.done,
        "failed": run.failed,
        "to_be_confirmed": waiting,
        "hard": hard,
    }


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


COMMANDS = {"autolabel": Spec(_arguments, autolabel)}
