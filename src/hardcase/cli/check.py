"""`hardcase check`: whether everything that a job speaks of makes sense, its labels included."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hardcase.cli import options
from hardcase.cli.opening import reading
from hardcase.cli.output import count
from hardcase.cli.table import Spec
from hardcase.errors import UsageError
from hardcase.session.check import Problem, job_problems, sample_problems

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from hardcase.cli.output import Output


def check(args: Namespace, output: Output) -> int:
    """Check a job: its file and journal, its samples' files, boxes and labels, and leftovers.

    Every image is opened, which takes a while. Changes nothing. Problems are printed one a line;
    exits with 1 if there are any.
    --json prints one object: {samples: count, problems: [{sample: id or null, path, problem}]}.

    With --labels MODEL: let a model look at the labels of people and imports instead, and list the
    likely mistakes, likeliest first. No label is changed. swapped: the label is another one;
    model-extra: it sees what nobody labeled; model-missed: it does not see what is labeled;
    badly-placed: the box does not fit.
    --json prints one object then: {run, looked_at, failed, unknown, likely, marked, mistakes:
    [{sample, path, score, mistakes: [{kind, score, given, seen, confidence, box: [x1, y1, x2, y2]
    or null}]}]}; scores are 0-1, `likely` counts samples before --limit, `unknown` those with
    labels that the model does not know, `marked` those that --mark-hard marked.
    """
    if args.labels is not None:
        from hardcase.cli.check_labels import labels  # noqa: PLC0415 - only that needs models

        return labels(args, output)
    if unused := [name for name in _ONLY_LABELS if getattr(args, name)]:
        raise UsageError(f"--{unused[0].replace('_', '-')} goes with --labels MODEL")
    with reading(args.job) as session:
        samples = sorted(session.samples(), key=lambda s: s.path)
        problems = list(job_problems(session))
        with output.progress("opening images", len(samples)) as progress:
            problems += sample_problems(session, samples, progress)
    if output.json:
        output.record({"samples": len(samples), "problems": [_record(p) for p in problems]})
    for problem in problems:
        output.line(str(problem))
    if not problems:
        output.line(f"{count(len(samples), 'sample')}, no problem")
    return 1 if problems else 0


def _record(problem: Problem) -> dict[str, object]:
    sample = problem.sample
    return {
        "sample": None if sample is None else sample.id,
        "path": None if sample is None else sample.path,
        "problem": problem.text,
    }


def _arguments(parser: ArgumentParser) -> None:
    options.job(parser)
    group = parser.add_argument_group("likely mistakes in labels")
    group.add_argument(
        "--labels", type=Path, metavar="MODEL", help="an ONNX file that looks at them"
    )
    options.model_settings(group)
    options.mapping(group)
    group.add_argument(
        "--filter", metavar="EXPR", default="", help=f"these labeled ones, {options.FILTER_HELP}"
    )
    group.add_argument(
        "--at-least",
        type=options.fraction,
        metavar="SCORE",
        help="list samples with a mistake of this score, 0-1 (0.5)",
    )
    group.add_argument("--limit", type=options.positive, metavar="N", help="the likeliest N only")
    group.add_argument(
        "--mark-hard", action="store_true", help="mark what is listed as hard examples"
    )
    options.engine(group)


_ONLY_LABELS = (
    "profile",
    "threshold",
    "iou",
    "map",
    "threshold_of",
    "filter",
    "at_least",
    "limit",
    "mark_hard",
    "address",
    "ship_images",
)

COMMANDS = {"check": Spec(_arguments, check)}
