"""`hardcase check`: whether everything that a job speaks of exists and makes sense."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.cli import options
from hardcase.cli.opening import reading
from hardcase.cli.output import count
from hardcase.cli.table import Spec
from hardcase.session.check import Problem, job_problems, sample_problems

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from hardcase.cli.output import Output


def check(args: Namespace, output: Output) -> int:
    """Check a job: its file and journal, its samples' files, boxes and labels, and leftovers.

    Every image is opened, which takes a while. Changes nothing. Problems are printed one a line;
    exits with 1 if there are any.
    --json prints one object: {samples: count, problems: [{sample: id or null, path, problem}]}.
    """
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


COMMANDS = {"check": Spec(_arguments, check)}
