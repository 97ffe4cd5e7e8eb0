"""`hardcase labels`: the list of labels, and what people do to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.cli import options
from hardcase.cli.opening import reading, writing
from hardcase.cli.output import count
from hardcase.cli.records import sample_edits
from hardcase.cli.table import Spec
from hardcase.errors import UsageError
from hardcase.model.text import printable
from hardcase.session import label_list

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable

    from hardcase.cli.output import Output
    from hardcase.model.changes import Change
    from hardcase.session import LabelingSession


def _arguments(parser: ArgumentParser) -> None:
    options.job(parser)
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--add", metavar="NAME", help="add a label at the end")
    ways.add_argument(
        "--rename", nargs=2, metavar=("NAME", "NEW"), help="rename a label, on every sample too"
    )
    ways.add_argument(
        "--merge", nargs=2, metavar=("NAME", "INTO"), help="let what bears one label bear another"
    )
    ways.add_argument("--delete", metavar="NAME", help="drop a label and all that bears it")
    ways.add_argument(
        "--move", nargs=2, metavar=("NAME", "N"), help="make a label the N-th, counted from 1"
    )
    ways.add_argument(
        "--colour", nargs=2, metavar=("NAME", "#RRGGBB"), help="give a label another colour"
    )


def labels(args: Namespace, output: Output) -> int:
    """List the labels of a job with their counts, or change one of them everywhere.

    A change is one change of `hardcase log`, and one undo. A model that knows a label by a name it
    had before, or by one that was merged into it, still labels with it. --json prints an object a
    label: {name, colour, annotations, samples, aliases: earlier names}; with a change one object:
    {changed: samples changed, seq, title}, `seq` and `title` null if there was nothing to do.
    """
    step = _step(args)
    if step is None:
        with reading(args.job) as session:
            _list(session, output)
        return 0
    with writing(args.job) as session:
        change = step(session)
    changed = 0 if change is None else len(sample_edits(change))
    if output.json:
        seq, title = (None, None) if change is None else (change.seq, change.title)
        output.record({"changed": changed, "seq": seq, "title": title})
    elif change is None:
        output.line("nothing to change")
    else:
        touched = f": {count(changed, 'sample')}" if changed else ""
        output.line(f"{change.title}{touched}")
    return 0


def _step(args: Namespace) -> Callable[[LabelingSession], Change | None] | None:
    """Return what is to be done, None to list. Raises UsageError."""
    if args.add is not None:
        return lambda session: session.add_labels([args.add])
    if args.rename:
        return lambda session: label_list.rename(session, *args.rename)
    if args.merge:
        return lambda session: label_list.merge(session, *args.merge)
    if args.delete is not None:
        return lambda session: label_list.delete(session, args.delete)
    if args.colour:
        return lambda session: label_list.recolour(session, *args.colour)
    if args.move:
        name, text = args.move
        if not (text.isascii() and text.isdigit() and int(text) > 0):
            raise UsageError(f"{printable(text)!r} is no whole number from 1")
        return lambda session: label_list.move(session, name, int(text) - 1)
    return None


def _list(session: LabelingSession, output: Output) -> None:
    found = label_list.uses(session)
    if output.json:
        for use in found:
            label = use.label
            output.record(
                {
                    "name": label.name,
                    "colour": label.colour,
                    "annotations": use.annotations,
                    "samples": use.samples,
                    "aliases": list(label.aliases),
                }
            )
        return
    if not found:
        output.line("no labels yet: add one with --add NAME")
        return
    rows = [
        (
            str(number),
            use.label.name,
            use.label.colour,
            str(use.annotations),
            str(use.samples),
            ", ".join(use.label.aliases),
        )
        for number, use in enumerate(found, 1)
    ]
    counted = ("annotations", "samples")
    output.table(("", "label", "colour", *counted, "earlier names"), rows, right=("", *counted))


COMMANDS = {"labels": Spec(_arguments, labels)}
