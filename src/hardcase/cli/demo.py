"""`hardcase demo`."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from hardcase.cli.app import has_terminal, show
from hardcase.cli.opening import reading
from hardcase.cli.output import count
from hardcase.cli.records import reasons_in_words, sample_record, stats_record
from hardcase.cli.table import Spec
from hardcase.session import Sort, Tab
from hardcase.session.demo import DemoJob, make_demo

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable

    from hardcase.cli.output import Output
    from hardcase.model.job import Run, Sample
    from hardcase.session import LabelingSession


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "folder", type=Path, nargs="?", default=Path("hardcase-demo"), metavar="DIR",
        help="where the demo goes (./hardcase-demo)",
    )  # fmt: skip


def demo(args: Namespace, output: Output) -> int:
    """Try everything on sample data: a detection and a classification job, auto labeled.

    Opens the app on what waits to be confirmed; without a terminal, or with --json, the hard
    examples are printed. A demo that is there already is opened as it was left.
    --json prints one object a line and job: {job, stats: as `stats --json`, hard: [as
    `list --json`]}.
    """
    with ExitStack() as stack:
        jobs = make_demo(args.folder, _progress(stack, output))
    if has_terminal() and not output.json:
        return show(jobs[0], Tab.TO_BE_CONFIRMED)
    for number, path in enumerate(jobs):
        with reading(path) as session:
            if output.json:
                output.record(_record(session))
            else:
                if number:
                    output.line()
                _print(session, output)
    return 0


def _progress(stack: ExitStack, output: Output) -> Callable[[DemoJob, Run], None]:
    """Return a listener that shows one progress bar a job."""
    bars: dict[str, Callable[[int], None]] = {}

    def follow(job: DemoJob, run: Run) -> None:
        if job.folder not in bars:
            stack.close()
            bars[job.folder] = stack.enter_context(output.progress(job.name, run.total))
        bars[job.folder](run.done)

    return follow


def _print(session: LabelingSession, output: Output) -> None:
    stats = session.stats()
    hard = _hard(session)
    output.line(f"{session.job.name}: {session.path}")
    waiting = f"{stats.to_be_confirmed} to be confirmed, {stats.labeled} labeled"
    output.line(f"{count(stats.total, 'image')}, {waiting}, {count(len(hard), 'hard example')}")
    rows = [
        (str(s.id), f"{s.coefficient or 0:.2f}", s.path, reasons_in_words(s, session.task))
        for s in hard
    ]
    output.table(("id", "coef", "path", "why hard"), rows, right=("id", "coef"))


def _record(session: LabelingSession) -> dict[str, object]:
    return {
        "job": str(session.path),
        "stats": stats_record(session.stats()),
        "hard": [sample_record(s) for s in _hard(session)],
    }


def _hard(session: LabelingSession) -> list[Sample]:
    return [session.sample(int(i)) for i in session.query(Tab.ALL, "hard", Sort.HARD)]


COMMANDS = {"demo": Spec(_arguments, demo)}
