"""`hardcase init`, `stats` and `log`."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from hardcase.cli import options
from hardcase.cli.opening import reading
from hardcase.cli.output import count
from hardcase.cli.records import change_record, stats_record
from hardcase.cli.table import Spec
from hardcase.errors import UsageError
from hardcase.model.changes import Kind
from hardcase.model.job import Task
from hardcase.model.text import printable
from hardcase.session import LabelingSession
from hardcase.session.folder import scan

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from hardcase.cli.output import Output

MAX_LABELS_FILE = 1 << 20


def _init_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where the images are")
    parser.add_argument("--task", choices=options.TASKS, required=True, help="what is labeled")
    labels = parser.add_mutually_exclusive_group()
    labels.add_argument(
        "--labels", type=options.names, metavar="A,B,C", help='labels, in order; "x, y" is one'
    )
    labels.add_argument("--labels-file", type=Path, metavar="F", help="labels, one a line")
    parser.add_argument("--job", type=Path, metavar="FILE", help="job file (FOLDER/hardcase.json)")
    parser.add_argument("--name", help="name of the job (that of the folder)")


def init(args: Namespace, output: Output) -> int:
    """Make a labeling job of the images in a folder and below. The images stay as they are.

    --json prints one object: {job, root, name, task, labels: [names], samples: count}.
    """
    labels = _labels_in(args.labels_file) if args.labels_file else args.labels or []
    with output.warnings(scan.__name__):
        made = LabelingSession.create(
            args.folder, Task(args.task), labels, job_file=args.job, name=args.name
        )
    with made as session:
        job, path, root = session.job, session.path, session.root
        names = [label.name for label in session.labels]
        total = session.stats().total
    if output.json:
        output.record(
            {
                "job": str(path),
                "root": str(root),
                "name": job.name,
                "task": job.task.value,
                "labels": names,
                "samples": total,
            }
        )
    images, listed = count(total, "image"), count(len(names), "label")
    output.line(f"made {path}: {job.task}, {images}, {listed}")
    return 0


def stats(args: Namespace, output: Output) -> int:
    """Count the samples of a job by status, and the annotations of each label.

    --json prints one object: {total, unlabeled, labeled, to_be_confirmed, hard,
    labels: {name: annotations}}.
    """
    with reading(args.job) as session:
        counts, job = session.stats(), session.job
    if output.json:
        output.record(stats_record(counts))
        return 0
    output.line(f"{job.name} ({job.task})")
    parts = {
        "unlabeled": counts.unlabeled,
        "to be confirmed": counts.to_be_confirmed,
        "labeled": counts.labeled,
        "total": counts.total,
        "hard examples": counts.hard,
    }
    output.table(("samples", "count"), [(k, str(v)) for k, v in parts.items()], right=("count",))
    if counts.labels:
        output.line()
        rows = [(name, str(n)) for name, n in counts.labels.items()]
        output.table(("label", "annotations"), rows, right=("annotations",))
    return 0


def _log_arguments(parser: ArgumentParser) -> None:
    options.job(parser)
    parser.add_argument("--limit", type=options.positive, metavar="N", help="the newest N only")
    parser.add_argument(
        "--all", action="store_true", help="also what was only recorded, such as progress of runs"
    )


def log(args: Namespace, output: Output) -> int:
    """List the changes of a job, newest first.

    What cannot be undone, such as the progress of runs, is left out without --all.
    --json prints all of them, one object a line: {seq, when, who, title, kind: edit, undo, redo or
    record, target: seq of the change that was undone or redone, or null, samples: how many it
    touched}.
    """
    with reading(args.job) as session:
        # Each is let go once it is described: a change of 100,000 samples takes 100 MB.
        everything = map(change_record, session.history())
        wanted = (c for c in everything if args.all or output.json or c["kind"] != Kind.RECORD)
        changes = list(islice(wanted, args.limit))
    if output.json:
        for change in changes:
            output.record(change)
        return 0
    output.table(
        ("seq", "when", "who", "samples", "what"),
        [(str(c["seq"]), c["when"], c["who"], str(c["samples"]), c["title"]) for c in changes],
        right=("seq", "samples"),
    )
    return 0


def _labels_in(path: Path) -> list[str]:
    """Return the lines of a names file; blank lines are passed by. Raises UsageError, OSError."""
    with path.open("rb") as file:
        data = file.read(MAX_LABELS_FILE + 1)
    shown = printable(str(path))
    if len(data) > MAX_LABELS_FILE:
        raise UsageError(f"{shown} is too large for a file of labels: one name a line")
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise UsageError(f"{shown} is not UTF-8 text: give a file with one name a line") from None
    return [line.strip() for line in lines if line.strip()]


COMMANDS = {
    "init": Spec(_init_arguments, init),
    "stats": Spec(options.job, stats),
    "log": Spec(_log_arguments, log),
}
