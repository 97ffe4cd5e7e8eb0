"""`hardcase collect`: the hard ones of the images in a drop folder join a job."""

from __future__ import annotations

import time
from argparse import ArgumentTypeError
from math import isfinite
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from hardcase.cli import options
from hardcase.cli.opening import writing
from hardcase.cli.output import count, write_stdout
from hardcase.cli.running import INTERRUPTED, stopped_by_signals
from hardcase.cli.table import Spec
from hardcase.errors import ReadOnlyError
from hardcase.hardness.rule import Rule, RuleKind
from hardcase.inference import Effort
from hardcase.model.seen import Outcome
from hardcase.model.text import printable
from hardcase.session.autolabel.runs import RunRequest, prepare
from hardcase.session.collecting.collect import Collector, CollectRequest, Round
from hardcase.session.folder import scan

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from hardcase.cli.output import Output
    from hardcase.session import LabelingSession
    from hardcase.session.collecting.collect_round import Item

_LISTING_SHARE = 20
"""A poll of the folder is followed by a pause of at least this many times what it took."""


def _arguments(parser: ArgumentParser) -> None:
    options.job(parser)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where new images are dropped")
    parser.add_argument("--model", type=Path, required=True, metavar="M", help="an ONNX file")
    options.model_settings(parser)
    options.mapping(parser)
    options.effort(parser)
    options.engine(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--budget", type=options.positive, metavar="N", help="take the N hardest of a round"
    )
    which.add_argument(
        "--share", type=options.fraction, metavar="S", help="take the hardest share, 0-1"
    )
    which.add_argument(
        "--risk",
        type=options.fraction,
        metavar="P",
        help="take those whose coefficient is at least P, 0-1 (by itself: the job's own rule)",
    )
    parser.add_argument(
        "--easy",
        choices=("leave", "take"),
        default="leave",
        help="what to do with the rest (leave)",
    )
    parser.add_argument(
        "--keep-duplicates", action="store_true", help="take images that look like others, too"
    )
    parser.add_argument("--move", action="store_true", help="remove from FOLDER what was taken")
    parser.add_argument(
        "--again", action="store_true", help="decide anew about images that were not taken before"
    )
    parser.add_argument("--watch", action="store_true", help="go on as images come, till Ctrl-C")
    parser.add_argument(
        "--interval", type=_seconds, default=5.0, metavar="SECONDS", help="between two looks (5)"
    )


def collect(args: Namespace, output: Output) -> int:
    """Let a model look at new images in FOLDER, and take the hard ones into the job.

    They are copied below `collected` in the job's folder and wait to be confirmed there. Those that
    look like an image of the job, or like a harder one of the same round, and of which the model
    says the same, are left. What was seen is remembered by its content: the same command later
    looks at new images only. Files that are still being written wait.

    undo takes the samples of a round out of the job again; their copies stay below `collected`,
    and sync leaves them out.
    --json prints one object a line: {event: image, path, outcome: taken, left, duplicate or
    unreadable, hard_coefficient, hard, sample: id or null, sample_path, like: path or null,
    problem: text or null} for each image, then {event: round, images, taken, hard, left,
    duplicates, unreadable, waiting}; hard_coefficient is 0-1 or null, `waiting` counts files that
    are still being written.
    """
    request = CollectRequest(
        folder=args.folder,
        rule=_rule(args),
        budget=args.budget,
        take_easy=args.easy == "take",
        keep_duplicates=args.keep_duplicates,
        move=args.move,
        again=args.again,
    )
    asked = RunRequest(
        args.model,
        args.profile,
        args.threshold,
        args.iou,
        effort=Effort(args.effort),
        encoder=args.encoder,
        mapping=tuple(args.map),
        thresholds=tuple(args.threshold_of),
        where=options.where(args),
    )
    prepared = prepare(asked)
    collector = Collector(request, prepared, output.progress)
    with stopped_by_signals(collector.stop), output.warnings(scan.__name__):
        if args.watch:
            return _watch(args, collector, output)
        with writing(args.job) as session:
            collector.begin(session)
            done = collector.round(session, collector.ready())
        if done.stopped or collector.stopped:
            output.note("stopped: nothing was taken; the same command goes on from there")
            return INTERRUPTED
        _tell(done, collector, output)
    return 0


def _watch(args: Namespace, collector: Collector, output: Output) -> int:
    """Collect as images come. In between the job is closed, so that people can work in it."""
    watch = _Watch(args.job, collector, output)
    shown = printable(str(args.folder))
    output.note(f"watching {shown} every {args.interval:g} s; Ctrl-C ends")
    while not collector.stopped:
        started = time.monotonic()
        ready = collector.drop.poll() if watch.begun else []
        took = time.monotonic() - started
        if ready or not watch.begun:
            watch.round()
        collector.wait(max(args.interval, _LISTING_SHARE * took))
    output.note(f"no longer watching {shown}: {count(watch.taken, 'image')} taken")
    return 0


class _Watch:
    def __init__(self, job: Path, collector: Collector, output: Output) -> None:
        self.begun = False
        self.taken = 0
        self._job = job
        self._collector = collector
        self._output = output
        self._told = ""

    def round(self) -> None:
        """Open the job and decide about what is new; if somebody has it open, wait."""
        try:
            with writing(self._job) as session:
                self._told = ""
                done = self._decide(session)
        except ReadOnlyError as error:
            if str(error) != self._told:
                self._told = str(error)
                self._output.note(f"{error}; new images wait until it is closed")
            return
        if done is not None and not done.stopped:
            self.taken += done.count(Outcome.TAKEN)
            _tell(done, self._collector, self._output, watching=True)

    def _decide(self, session: LabelingSession) -> Round | None:
        if not self.begun:
            self._collector.begin(session)
            self.begun = True
        ready = self._collector.drop.poll()
        return self._collector.round(session, ready) if ready else None


def _tell(done: Round, collector: Collector, output: Output, *, watching: bool = False) -> None:
    taken, left = done.count(Outcome.TAKEN), done.count(Outcome.LEFT)
    alike, unreadable = done.count(Outcome.DUPLICATE), done.count(Outcome.UNREADABLE)
    hard = sum(item.sample is not None and item.sample.hard for item in done.images)
    waiting = collector.drop.waiting
    for item in done.images:
        if output.json:
            output.record(_record(item))
        elif item.seen.outcome is Outcome.UNREADABLE:
            output.note(_problem(item))
    if output.json:
        output.record(
            {
                "event": "round",
                "images": len(done.images),
                "taken": taken,
                "hard": hard,
                "left": left,
                "duplicates": alike,
                "unreadable": unreadable,
                "waiting": waiting,
            }
        )
    counts = [f"{taken:,} taken ({hard:,} hard)", f"{count(left, 'easy one')} left"]
    if alike:
        counts.append(count(alike, "near-duplicate"))
    if unreadable:
        counts.append(f"{unreadable:,} unreadable")
    new = f"{count(len(done.images), 'new image')}: {', '.join(counts)}"
    output.line(new if done.images else f"no new image in {collector.request.folder}")
    if waiting:
        then = "they are looked at later" if watching else "call again for those"
        output.note(f"{count(waiting, 'file')} may still be being written; {then}")
    if collector.drop.links:
        links = count(collector.drop.links, "symbolic link")
        output.note(f"{links} passed by: copy the images themselves into the folder")
    write_stdout("", flush=True)


def _problem(item: Item) -> str:
    """Return what is wrong with an image, which most errors name, but without its folder."""
    path, error = item.seen.path, item.seen.error or ""
    rest = error.removeprefix(f"{PurePath(path).name} ")
    return f"{path}: {error}" if rest == error else f"{path} {rest}"


def _record(item: Item) -> dict[str, object]:
    seen, sample = item.seen, item.sample
    return {
        "event": "image",
        "path": seen.path,
        "outcome": seen.outcome.value,
        "hard_coefficient": seen.coefficient,
        "hard": sample is not None and sample.hard,
        "sample": None if sample is None else sample.id,
        "sample_path": None if sample is None else sample.path,
        "like": item.twin,
        "problem": seen.error,
    }


def _rule(args: Namespace) -> Rule | None:
    if args.share is not None:
        return Rule(RuleKind.SHARE, args.share)
    return None if args.risk is None else Rule(RuleKind.RISK, args.risk)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not (isfinite(value) and value > 0):
        raise ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return value


COMMANDS = {"collect": Spec(_arguments, collect)}
