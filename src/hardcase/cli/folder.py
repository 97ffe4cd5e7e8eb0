"""`hardcase sync` and `delete`: the job and the files in its folder."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from hardcase.cli import options
from hardcase.cli.decisions import JSON_HELP, chosen
from hardcase.cli.opening import writing
from hardcase.cli.output import count, is_terminal
from hardcase.cli.records import sample_edits
from hardcase.cli.table import Spec
from hardcase.errors import UsageError
from hardcase.session.folder import contents, scan
from hardcase.session.folder.deletion import Removed, remove_files

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from hardcase.cli.output import Output
    from hardcase.session import LabelingSession

_SLICE = 200
"""How many fingerprints are recorded in one Change, so that Ctrl-C loses little."""
_READERS = 4
"""Files read at a time: on a network disk the waiting is what takes long."""


def _sync_arguments(parser: ArgumentParser) -> None:
    options.job(parser)
    parser.add_argument(
        "--deleted", action="store_true", help="take in again what was deleted from the job"
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="read no file that is where it was (see above); renamed files are known all the same",
    )


def sync(args: Namespace, output: Output) -> int:
    """Bring the job in step with its folder: what is new, moved, gone or back.

    New images become samples. A file that was renamed or moved, or is elsewhere with the same
    content, keeps its sample with labels, marks and auto labels. What is gone is marked missing,
    and keeps its labels; so is nothing in a folder that cannot be read. What was deleted from the
    job stays out. One change, one undo. Files of samples with labels are read once, to know them
    again should they be copied elsewhere; Ctrl-C loses nothing.
    --json prints one object: {new, missing, back, moved, replaced: another image has taken its
    path, chosen: samples that several files of the same content fitted, left_out: deleted before,
    unread: paths that cannot be read}, counts of samples but for `unread`.
    """
    with writing(args.job) as session, output.warnings(scan.__name__):
        synced = session.sync(deleted=args.deleted)
        if not args.quick:
            _read_contents(session, output)
    if output.json:
        output.record(
            {
                "new": synced.new,
                "missing": synced.missing,
                "back": synced.back,
                "moved": synced.moved,
                "replaced": synced.replaced,
                "chosen": synced.found.chosen,
                "left_out": len(synced.found.left),
                "unread": list(synced.found.folder.unread),
            }
        )
    output.line(str(synced))
    return 0


def _read_contents(session: LabelingSession, output: Output) -> None:
    todo = list(contents.unread(session))
    with (
        output.progress("reading files", len(todo)) as update,
        ThreadPoolExecutor(_READERS) as pool,
    ):
        for start in range(0, len(todo), _SLICE):
            some = todo[start : start + _SLICE]
            found = pool.map(lambda item: contents.read(*item), some)
            contents.note(session, [row for row in found if row is not None])
            update(start + len(some))


def _delete_arguments(parser: ArgumentParser) -> None:
    options.job(parser)
    options.chosen_samples(parser)
    parser.add_argument(
        "--files",
        action="store_true",
        help="remove the files from the disk too, for good: no undo brings them back",
    )
    parser.add_argument(
        "--yes", action="store_true", help="with --files: do not ask, the answer is yes"
    )


def delete(args: Namespace, output: Output) -> int:
    """Take samples out of the job. Their files stay, and sync leaves them out from then on.

    `hardcase undo` brings the samples back with all they had; `hardcase sync --deleted` takes the
    files in again as new ones. --files removes the files too, after a question; links are removed,
    never what they lead to, and nothing outside the folder of the job.
    """
    if args.yes and not args.files:
        raise UsageError("--yes goes with --files: deleting from the job alone asks nothing")
    with writing(args.job) as session:
        ids = chosen(args, session)
        paths = [session.sample(i).path for i in ids]
        if args.files and paths and not args.yes:
            _ask(len(paths))
        change = session.delete(ids)
        session.flush()  # first the job, safely: a file without a sample does no harm
        removed = remove_files(session.root, paths) if args.files else Removed(0)
    deleted = 0 if change is None else len(sample_edits(change))
    for problem in removed.problems:
        output.note(f"not removed: {problem}")
    if output.json:
        output.record(
            {
                "changed": deleted,
                "seq": None if change is None else change.seq,
                "title": None if change is None else change.title,
                "files": removed.count,
                "problems": list(removed.problems),
            }
        )
    said = f"deleted {count(deleted, 'sample')} from the job"
    if args.files:
        output.line(f"{said}; removed {count(removed.count, 'file')} for good")
    else:
        output.line(f"{said}; the files stay, sync leaves them out")
    return 1 if removed.problems else 0


def _ask(number: int) -> None:
    """Ask whether files are to be removed. Raises UsageError without a clear yes."""
    what = f"{count(number, 'file')} from the disk, for good"
    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        raise UsageError(f"--files removes {what}; say so with --yes")
    print(f"Remove {what}? No undo brings them back. [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() != "y":
        raise UsageError("nothing was deleted: y would have removed the files")


delete.__doc__ = (
    f"{delete.__doc__}\n\n{JSON_HELP} `files` counts the files removed, `problems` names those "
    "that could not be."
)

COMMANDS = {
    "sync": Spec(_sync_arguments, sync),
    "delete": Spec(_delete_arguments, delete),
}
