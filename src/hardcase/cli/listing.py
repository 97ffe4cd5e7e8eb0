"""`hardcase list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.cli import options
from hardcase.cli.opening import reading
from hardcase.cli.output import count
from hardcase.cli.records import labels_in_words, reasons_in_words, sample_record, status_in_words
from hardcase.cli.table import Spec
from hardcase.model.text import printable
from hardcase.session import Sort, Tab
from hardcase.session.filtering import filters

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from hardcase.cli.output import Output
    from hardcase.model.job import Sample, Task

HEADERS = ("id", "status", "hard", "coef", "path", "labels", "why hard")


def _arguments(parser: ArgumentParser) -> None:
    options.job(parser)
    parser.add_argument("--tab", choices=options.TABS, default="all", help="which samples (all)")
    parser.add_argument(
        "--filter", metavar="EXPR", default="", help=f"only what passes, {options.FILTER_HELP}"
    )
    parser.add_argument(
        "--sort",
        choices=options.SORTS,
        help="hardest first, or by path; by itself to-be-confirmed is hardest first",
    )
    parser.add_argument("--limit", type=options.positive, metavar="N", help="the first N only")


def list_samples(args: Namespace, output: Output) -> int:
    """List samples, filtered and sorted.

    --json prints one object a line: {id, path, status, hard, hard_coefficient, hard_reasons,
    annotations: [{label, box: [x1, y1, x2, y2] or null, score, by}], labeled_by, updated_at}.
    """
    with reading(args.job) as session:
        sort = None if args.sort is None else Sort(args.sort)
        ids = session.query(Tab(args.tab), args.filter, sort)
        shown = [session.sample(int(i)) for i in ids[: args.limit]]
        task = session.task
        known = {label.name for label in session.labels} | set(session.columns.labels.names)
    for name in filters.unknown_labels(filters.parse(args.filter), known):
        output.note(f"there is no label {printable(name)!r} in this job; see: hardcase labels JOB")
    if output.json:
        for sample in shown:
            output.record(sample_record(sample))
        return 0
    if not shown:
        output.note("no sample to list")
        return 0
    output.table(HEADERS, [_row(s, task) for s in shown], right=("id", "coef"))
    if len(shown) < len(ids):
        output.note(f"{count(len(ids) - len(shown), 'more sample')}; see --limit")
    return 0


def _row(sample: Sample, task: Task) -> tuple[str, ...]:
    return (
        str(sample.id),
        status_in_words(sample),
        "hard" if sample.hard else "",
        "" if sample.coefficient is None else f"{sample.coefficient:.2f}",
        sample.path,
        labels_in_words(sample),
        reasons_in_words(sample, task),
    )


COMMANDS = {"list": Spec(_arguments, list_samples)}
