"""`hardcase autolabel`."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hardcase.cli import options
from hardcase.cli.opening import writing
from hardcase.cli.output import count
from hardcase.cli.running import Outcome, nothing_to_do, record, tell, work
from hardcase.cli.table import Spec
from hardcase.inference import Certainty, Effort
from hardcase.model.job import Run, RunState
from hardcase.session.autolabel import run_queue
from hardcase.session.autolabel.class_map import listed
from hardcase.session.autolabel.kinds import PRE_LABEL
from hardcase.session.autolabel.runs import RunRequest, left_out, prepare
from hardcase.session.autolabel.targets import Existing

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from hardcase.cli.output import Output
    from hardcase.session import LabelingSession
    from hardcase.session.autolabel.runs import PreparedRun

EXISTING = tuple(existing.value for existing in Existing)


def _arguments(parser: ArgumentParser) -> None:
    options.job(parser)
    parser.add_argument(
        "samples",
        nargs="*",
        metavar="SAMPLE",
        help="only these: an id, or a path relative to the job",
    )
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
    parser.add_argument(
        "--queue",
        action="store_true",
        help="do not run it now: it waits for hardcase runs JOB --start, or for the app",
    )
    options.engine(parser)


def autolabel(args: Namespace, output: Output) -> int:
    """Let a model label samples; what it says waits to be confirmed, hard examples first.

    Ctrl-C ends the run and keeps what is done: the same command goes on from there.
    --engine ray shares the work among the machines of a Ray cluster, which need hardcase as well;
    use only a cluster of your own. Wherever a run is computed, it is the same run.
    --json prints one object: {run, model, state: completed, cancelled or queued, total, done,
    failed, to_be_confirmed, hard}; the last two count samples of this run, hard ones that got no
    label included; run is null where --changed finds nothing to do.
    """
    prepared = prepare(_request(args))
    found = prepared.recognition
    if found is not None and found.certainty is not Certainty.SURE:
        output.note(
            f"{args.model.name} is taken for {prepared.profile.decoder.family.title} "
            f"({found.certainty}); see why, and keep that, by: "
            f"hardcase models inspect {shlex.quote(str(args.model))} --save"
        )
    with writing(args.job) as session:
        if args.samples:
            chosen = tuple(session.find(name) for name in args.samples)
            prepared = replace(prepared, request=replace(prepared.request, samples=chosen))
        why = nothing_to_do(session, prepared)
        if why is not None:
            return _nothing(prepared, why, output)
        if absent := left_out(session, prepared):
            known = count(len(prepared.profile.labels), "class")
            output.note(
                f"{len(absent):,} of its {known} are no labels of this job and are left out: "
                f"{listed(absent, 3)}; see --map, or hardcase labels JOB --add"
            )
        if args.queue:
            return _queued(session, run_queue.add(session, prepared), output)
        ended = work(session, prepared, output)
    return tell(ended, output)


def _request(args: Namespace) -> RunRequest:
    return RunRequest(
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
        where=options.where(args),
    )


def _nothing(prepared: PreparedRun, why: str, output: Output) -> int:
    if output.json:
        none = Run(0, PRE_LABEL, prepared.name, RunState.COMPLETED)
        output.record(record(Outcome(none)) | {"run": None})
    output.line(f"nothing to auto label: {why}")
    return 0


def _queued(session: LabelingSession, run: Run, output: Output) -> int:
    if output.json:
        output.record(record(Outcome(run)))
    ahead = len(run_queue.waiting(session)) - 1
    behind = f", behind {count(ahead, 'other')}" if ahead else ""
    output.line(f"{run.signature} waits{behind}; start it with: hardcase runs JOB --start")
    return 0


COMMANDS = {"autolabel": Spec(_arguments, autolabel)}
