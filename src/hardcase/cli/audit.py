"""`hardcase confirm JOB --risk P`: the easy rest confirmed unseen, after a random check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hardcase.cli import options
from hardcase.cli.opening import reading, writing
from hardcase.cli.ranking import learned_in_words
from hardcase.cli.records import labels_in_words, sample_record
from hardcase.errors import UsageError
from hardcase.model.audit import AuditState
from hardcase.session.judging import audit, ranking
from hardcase.session.judging.audit_words import (
    WHAT_IS_WRONG,
    Declined,
    Proposal,
    failed_in_words,
    in_words,
    plan_in_words,
)

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from hardcase.cli.output import Output
    from hardcase.model.audit import Audit
    from hardcase.model.job import Sample
    from hardcase.session import LabelingSession

HELP = """\
With --risk P, what is easy is confirmed unseen: the largest set is chosen of which a random check
can bound the wrong labels to the share P at 95 %; the check is drawn and listed. Decide each of
these as any other (here, or with B in the app), and give the same command again: it says what is
left to check, or confirms the rest as one change, or says that the check failed. Each attempt in a
job has to promise more than the one before. --json prints one object: {state: planned, declined,
open, confirmed, failed or abandoned, said: that in words, risk, size: samples in the set, drawn,
allowed: how many of these may be wrong, checked, wrong, confirmed: how many unseen, bound: the
largest share of these that may be wrong or null, check: what is left to check, as in
`list --json`}. A declined or failed check ends with status 1."""


def arguments(parser: ArgumentParser) -> None:
    """Declare --risk, --plan and --abandon."""
    parser.add_argument(
        "--risk",
        type=options.fraction,
        metavar="P",
        help="confirm the easy rest unseen, at most this share of it wrong, e.g. 0.01",
    )
    parser.add_argument(
        "--plan", action="store_true", help="with --risk: say what it takes, and draw nothing"
    )
    parser.add_argument(
        "--abandon", action="store_true", help="give the check under way up; it counts as a try"
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """How an audit stands: what `--json` prints, and a line and a list for people."""

    record: dict[str, Any]
    said: str
    left: tuple[Sample, ...] = ()
    failed: bool = False


def confirm_unseen(args: Namespace, output: Output) -> int:
    """Plan, draw, follow, finish or give up an audit, whichever is next."""
    if args.abandon and (args.plan or args.risk is not None):
        raise UsageError("--abandon stands alone: hardcase confirm JOB --abandon")
    if args.plan and args.risk is None:
        raise UsageError("--plan goes with --risk, e.g. --risk 0.01 --plan")
    learned = None
    with (reading if args.plan else writing)(args.job) as session:
        told = _next(args, session)
        if told.record["state"] == AuditState.CONFIRMED:
            learned = ranking.rank(session)
    if output.json:
        output.record(told.record)
        return int(told.failed)
    output.line(told.said)
    rows = [(str(s.id), s.path, labels_in_words(s)) for s in told.left]
    if rows:
        output.table(("id", "path", "labels"), rows, right=("id",))
    if learned is not None and learned.moved:
        output.line(learned_in_words(learned))
    return int(told.failed)


def _next(args: Namespace, session: LabelingSession) -> _Told:
    """Do what is next and return how the audit stands then."""
    open_ = audit.under_way(session)
    if args.abandon:
        if open_ is None:
            raise UsageError("no check is under way: nothing to give up")
        return _told(session, audit.abandon(session, open_))
    if args.plan or open_ is None:
        found = audit.propose(session, args.risk, _chosen(args, session))
        if args.plan or isinstance(found, Declined):
            return _planned(session, found)
        return _told(session, audit.draw(session, found))
    if open_.risk != args.risk:
        raise UsageError(
            f"a check at --risk {open_.risk:g} is under way: go on with it, or --abandon it"
        )
    if audit.progress(session, open_).complete:
        open_ = audit.finish(session, open_)
    return _told(session, open_)


def _chosen(args: Namespace, session: LabelingSession) -> Sequence[int] | None:
    """Return the ids that the set may be made of, None for all that are to be confirmed."""
    if args.samples:
        raise UsageError("--risk chooses the samples itself: --filter EXPR narrows them down")
    if args.filter is None:
        return None
    ids: list[int] = session.query(expression=args.filter).tolist()
    return ids


def _planned(session: LabelingSession, found: Proposal | Declined) -> _Told:
    said = plan_in_words(found)
    if isinstance(found, Declined):
        return _Told(_record("declined", said, found.risk), said, failed=True)
    plan = found.plan
    record = _record("planned", said, found.risk)
    record |= {"size": plan.size, "drawn": plan.drawn, "allowed": plan.allowed}
    return _Told(record, f"{said}; {WHAT_IS_WRONG[session.task]}")


def _told(session: LabelingSession, done: Audit) -> _Told:
    checked, wrong = done.checked, done.wrong
    left: tuple[Sample, ...] = ()
    if done.state is AuditState.OPEN:
        now = audit.progress(session, done)
        checked, wrong, left = now.checked, now.wrong, tuple(map(session.sample, now.left))
    said = _said(session, done, checked, wrong)
    record = _record(done.state.value, said, done.risk)
    record |= {"size": done.size, "drawn": done.drawn, "allowed": done.allowed}
    record |= {"checked": checked, "wrong": wrong}
    record |= {"confirmed": done.confirmed, "bound": done.bound}
    record["check"] = [sample_record(s) for s in left]
    return _Told(record, said, left, failed=done.state is AuditState.FAILED)


def _said(session: LabelingSession, done: Audit, checked: int, wrong: int) -> str:
    match done.state:
        case AuditState.OPEN:
            allowed = f"at most {done.allowed:,}" if done.allowed else "none"
            return (
                f"{checked:,} of {done.drawn:,} checked, {wrong:,} wrong, {allowed} may be "
                f"({WHAT_IS_WRONG[session.task]}); decide these, then give the same command again:"
            )
        case AuditState.CONFIRMED:
            return f"confirmed {in_words(done)}"
        case AuditState.FAILED:
            return failed_in_words(done)
        case _:
            return f"given up after {checked:,} of {done.drawn:,} checks; nothing was confirmed"


def _record(state: str, said: str, risk: float) -> dict[str, Any]:
    counts = dict.fromkeys(("size", "drawn", "allowed", "checked", "wrong", "confirmed"), 0)
    return {"state": state, "said": said, "risk": risk, **counts, "bound": None, "check": []}
