"""`hardcase check --labels MODEL`: likely mistakes in labels of people and imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.cli import options
from hardcase.cli.opening import writing
from hardcase.cli.output import count
from hardcase.cli.records import sample_edits
from hardcase.cli.running import INTERRUPTED, stopped_by_signals
from hardcase.inference import Effort
from hardcase.model.mistake_words import in_words
from hardcase.session.autolabel.runs import RunRequest, prepare
from hardcase.session.judging.label_check import LabelCheck, mark

if TYPE_CHECKING:
    from argparse import Namespace

    from hardcase.cli.output import Output
    from hardcase.model.findings import Finding, Mistake
    from hardcase.session import LabelingSession
    from hardcase.session.judging.label_check import Checked

LIKELY = 0.5
"""Score of a mistake from which it is listed if nobody says otherwise: more likely than not."""
_TOLD = 3
"""Mistakes of one sample that are told to people in a row."""


def labels(args: Namespace, output: Output) -> int:
    """Look, list, and mark if asked."""
    request = RunRequest(
        args.labels,
        args.profile,
        args.threshold,
        args.iou,
        args.filter,
        effort=Effort.QUICK,
        mapping=tuple(args.map),
        thresholds=tuple(args.threshold_of),
        where=options.where(args),
    )
    prepared = prepare(request)
    least = LIKELY if args.at_least is None else args.at_least
    with writing(args.job) as session:
        check = LabelCheck(session, prepared)
        with (
            stopped_by_signals(check.active.cancel),
            output.progress(prepared.name, check.total) as progress,
        ):
            check.work(progress)
        found = check.finish()
        likely = [f for f in found.findings if f.mistakes[0].score >= least]
        listed = likely[: args.limit]
        change = mark(session, listed) if args.mark_hard else None
        marked = 0 if change is None else len(sample_edits(change))
        paths = {f.id: session.sample(f.id).path for f in listed}
        if output.json:
            _record(session, found, listed, output, likely=len(likely), marked=marked)
    output.table(
        ("score", "path", "what"),
        [(f"{f.score:.2f}", paths[f.id], _told(f.mistakes)) for f in listed],
        right=("score",),
    )
    _sum_up(found, len(likely), len(listed), output)
    if args.mark_hard:
        output.line(f"marked hard: {count(marked, 'sample')}; in the app: Labeled, filter hard")
    if check.active.cancelled:
        done = found.looked_at + found.failed
        output.note(f"stopped at {done:,} of {found.total:,}: this is of those looked at")
        return INTERRUPTED
    return 1 if found.failed and not found.looked_at else 0


def _sum_up(found: Checked, likely: int, listed: int, output: Output) -> None:
    looked = count(found.looked_at, "labeled sample")
    output.line(f"{looked} looked at, {likely:,} with likely mistakes")
    if listed < likely:
        output.note(f"{likely - listed:,} more; see --limit")
    if found.unknown:
        output.note(f"{count(found.unknown, 'sample')} with labels the model does not know")
    if found.failed:
        output.note(f"{count(found.failed, 'image')} could not be read; see: hardcase check JOB")


def _told(mistakes: tuple[Mistake, ...]) -> str:
    told = "; ".join(map(in_words, mistakes[:_TOLD]))
    more = len(mistakes) - _TOLD
    return f"{told}; {more} more" if more > 0 else told


def _record(
    session: LabelingSession,
    found: Checked,
    listed: list[Finding],
    output: Output,
    *,
    likely: int,
    marked: int,
) -> None:
    output.record(
        {
            "run": session.runs[0].id,
            "looked_at": found.looked_at,
            "failed": found.failed,
            "unknown": found.unknown,
            "likely": likely,
            "marked": marked,
            "mistakes": [
                {
                    "sample": finding.id,
                    "path": session.sample(finding.id).path,
                    "score": finding.score,
                    "mistakes": [_mistake(m) for m in finding.mistakes],
                }
                for finding in listed
            ],
        }
    )


def _mistake(mistake: Mistake) -> dict[str, object]:
    return {
        "kind": mistake.kind.value,
        "score": mistake.score,
        "given": mistake.given,
        "seen": mistake.seen,
        "confidence": mistake.confidence,
        "box": None if mistake.box is None else list(mistake.box),
    }
