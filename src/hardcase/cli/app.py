"""`hardcase [PATH]` and `hardcase open [PATH]`: the app, if there is a terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hardcase.cli.output import is_terminal
from hardcase.cli.table import Spec
from hardcase.errors import JobError, UsageError
from hardcase.model.text import printable
from hardcase.session.folder.scan import has_images
from hardcase.session.jobs import JobSummary, known_jobs
from hardcase.session.labeling import JOB_FILE, instead_of
from hardcase.terminal import Mode, detect
from hardcase.terminal.detect import PICTURE

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from hardcase.cli.output import Output
    from hardcase.session import Tab


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "path", type=Path, nargs="?", metavar="PATH", help="a job or a folder (the list of jobs)"
    )
    parser.add_argument(
        "--picture",
        choices=[*Mode, "auto"],
        help=f"what pictures are made of (default: half, or {PICTURE}); see: hardcase doctor",
    )
    parser.add_argument(
        "--no-mouse",
        action="store_true",
        help="leave the mouse to the terminal, to select and copy text; every action has a key",
    )


def open_(args: Namespace, output: Output) -> int:
    """Open the app on a job, on a folder of images to make a job of, or on the list of jobs.

    Without PATH that is what the current folder is, and the list where it is neither.
    Without PATH and without a terminal, or with --json, the jobs worked on here are listed.
    --json prints one object a line: {job, name, task, total, unlabeled, labeled, to_be_confirmed,
    hard, running, exists, seen_at, changed_at}.
    """
    if args.picture is not None:
        os.environ[PICTURE] = args.picture
    if args.path is None and (output.json or not has_terminal()):
        _list_jobs(known_jobs(), output)
        return 0
    if output.json:
        raise UsageError("--json lists the jobs and takes no PATH; see: hardcase stats JOB --json")
    if args.path is not None:
        _expect_something(args.path)
    here = Path.cwd()
    path = here if args.path is None and (here / JOB_FILE).is_file() else args.path
    return show(path, mouse=not args.no_mouse)


def has_terminal() -> bool:
    """Whether the app can be shown: a terminal on both ends that knows more than lines."""
    capable = os.environ.get("TERM", "dumb") not in {"", "dumb"}
    return capable and is_terminal(sys.stdin) and is_terminal(sys.stdout)


def show(path: Path | None, tab: Tab | None = None, *, mouse: bool = True) -> int:
    """Run the app and return its exit status. Raises UsageError if there is no terminal."""
    if not has_terminal():
        raise UsageError("the app needs a terminal; without one see: hardcase list, hardcase stats")
    terminal = detect(os.environ, sys.stdin, sys.stdout)
    os.environ.update(terminal.environment())  # before Textual reads it, at its import
    from hardcase.tui.app import run_app  # noqa: PLC0415 - only the app needs Textual

    return run_app(path, tab, terminal, mouse=mouse)


def _expect_something(path: Path) -> None:
    """Raise JobError unless `path` is a job, or a folder of images that the app may make one of."""
    shown = printable(str(path))
    if not path.exists():
        raise JobError(f"{shown} does not exist: check the path")
    if path.is_file() or (path / JOB_FILE).exists():
        return
    if not has_images(path):
        raise JobError(f"there is neither a job nor an image in {shown}: give another folder")
    if not has_terminal():
        raise JobError(f"no job in {shown}; {instead_of(path)}")


def _list_jobs(jobs: list[JobSummary], output: Output) -> None:
    if output.json:
        for job in jobs:
            output.record(_record(job))
        return
    if not jobs:
        output.note("no jobs yet; make one with: hardcase init FOLDER --task ...")
        return
    headers = ("name", "task", "labeled", "to confirm", "total", "hard", "job")
    output.table(headers, [_row(job) for job in jobs], right=headers[2:6])


def _row(job: JobSummary) -> tuple[str, ...]:
    counts = (job.labeled, job.to_be_confirmed, job.total, job.hard)
    where = job.path if job.exists else f"{job.path} (gone)"
    return (job.name, job.task.value, *map(str, counts), where)


def _record(job: JobSummary) -> dict[str, object]:
    return {
        "job": job.path,
        "name": job.name,
        "task": job.task.value,
        "total": job.total,
        "unlabeled": job.unlabeled,
        "labeled": job.labeled,
        "to_be_confirmed": job.to_be_confirmed,
        "hard": job.hard,
        "running": job.running,
        "exists": job.exists,
        "seen_at": job.seen_at,
        "changed_at": job.changed_at or None,
    }


COMMANDS = {"open": Spec(_arguments, open_)}
