"""`hardcase confirm`, `reject`, `label`, `mark-hard`, `unmark-hard`, `undo` and `redo`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hardcase.cli import audit, options
from hardcase.cli.opening import writing
from hardcase.cli.output import count
from hardcase.cli.ranking import learned_in_words
from hardcase.cli.records import sample_edits
from hardcase.cli.table import Spec
from hardcase.errors import UsageError
from hardcase.session import LabelingSession, Tab
from hardcase.session.judging import ranking

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable

    from hardcase.cli.output import Output
    from hardcase.model.changes import Change
    from hardcase.session.judging.ranking import Ranked

    Decide = Callable[[LabelingSession, list[int]], Change | None]

JSON_HELP = """\
--json prints one object: {changed, seq, title}, where `changed` is how many samples changed;
`seq` and `title` are those of the change in `hardcase log`, null if there was nothing to do."""


def _on_samples(parser: ArgumentParser) -> None:
    options.job(parser)
    options.chosen_samples(parser)


def _confirm_arguments(parser: ArgumentParser) -> None:
    _on_samples(parser)
    audit.arguments(parser)


def _label_arguments(parser: ArgumentParser) -> None:
    options.job(parser)
    parser.add_argument("name", metavar="NAME", help="a label of the job")
    options.chosen_samples(parser)


def confirm(args: Namespace, output: Output) -> int:
    """Accept the annotations of samples: they are labeled then."""
    if args.risk is not None or args.plan or args.abandon:
        return audit.confirm_unseen(args, output)
    return _decide(args, output, "confirmed", LabelingSession.confirm)


def reject(args: Namespace, output: Output) -> int:
    """Throw the auto labels of samples to be confirmed away: they are unlabeled then."""
    return _decide(args, output, "rejected", LabelingSession.reject)


def mark_hard(args: Namespace, output: Output) -> int:
    """Mark samples as hard examples."""
    return _decide(args, output, "marked hard:", LabelingSession.mark_hard)


def unmark_hard(args: Namespace, output: Output) -> int:
    """Remove the hard mark from samples."""
    return _decide(args, output, "unmarked:", LabelingSession.unmark_hard)


def label(args: Namespace, output: Output) -> int:
    """Give samples one label, in place of those they have (classification jobs)."""
    step = partial(_set_label, name=args.name)
    return _decide(args, output, "labeled", step)


def undo(args: Namespace, output: Output) -> int:
    """Take the newest change back that is not taken back yet."""
    return _step(args, output, LabelingSession.undo, "nothing to undo")


def redo(args: Namespace, output: Output) -> int:
    """Repeat the change that was taken back last."""
    return _step(args, output, LabelingSession.redo, "nothing to redo")


def _decide(args: Namespace, output: Output, done: str, decide: Decide) -> int:
    with writing(args.job) as session:
        ids = chosen(args, session)
        change = decide(session, ids)
        learned = None if change is None else ranking.rank(session)
    changed = 0 if change is None else len(sample_edits(change))
    if output.json:
        _record(output, change)
    elif changed == len(ids):
        output.line(f"{done} {count(changed, 'sample')}")
    else:
        rest = count(len(ids) - changed, "other")
        output.line(f"{done} {count(changed, 'sample')}; {rest} needed no change")
    _tell_learned(output, learned)
    return 0


def _step(
    args: Namespace,
    output: Output,
    step: Callable[[LabelingSession], Change | None],
    nothing: str,
) -> int:
    with writing(args.job) as session:
        change = step(session)
        learned = None if change is None else ranking.rank(session)
    if output.json:
        _record(output, change)
    else:
        output.line(nothing if change is None else change.title)
    _tell_learned(output, learned)
    return 0


def _tell_learned(output: Output, learned: Ranked | None) -> None:
    if learned is not None and learned.moved:
        output.line(learned_in_words(learned))


def _record(output: Output, change: Change | None) -> None:
    if change is None:
        output.record({"changed": 0, "seq": None, "title": None})
    else:
        changed = len(sample_edits(change))
        output.record({"changed": changed, "seq": change.seq, "title": change.title})


def chosen(args: Namespace, session: LabelingSession) -> list[int]:
    """Return the ids of the samples that were asked for. Raises UsageError."""
    ways = bool(args.samples) + (args.filter is not None) + args.all
    if ways != 1:
        raise UsageError("say which samples, in one way: ids or paths, --filter EXPR, or --all")
    if args.samples:
        return list(dict.fromkeys(session.find(text) for text in args.samples))
    ids: list[int] = session.query(Tab.ALL, args.filter or "").tolist()
    return ids


def _set_label(session: LabelingSession, ids: list[int], name: str) -> Change | None:
    return session.set_label(ids, name)


def _documented(
    run: Callable[[Namespace, Output], int], more: str = ""
) -> Callable[[Namespace, Output], int]:
    run.__doc__ = "\n\n".join(part for part in (run.__doc__, JSON_HELP, more) if part)
    return run


COMMANDS = {
    "confirm": Spec(_confirm_arguments, _documented(confirm, audit.HELP)),
    "reject": Spec(_on_samples, _documented(reject)),
    "mark-hard": Spec(_on_samples, _documented(mark_hard)),
    "unmark-hard": Spec(_on_samples, _documented(unmark_hard)),
    "label": Spec(_label_arguments, _documented(label)),
    "undo": Spec(options.job, _documented(undo)),
    "redo": Spec(options.job, _documented(redo)),
}
