"""`hardcase rule` and `rank`: what is called hard, and how the queue is ordered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.cli import options
from hardcase.cli.opening import reading, writing
from hardcase.cli.output import count
from hardcase.cli.records import sample_edits
from hardcase.cli.table import Spec
from hardcase.hardness import Rule, RuleKind
from hardcase.session.judging import ranking
from hardcase.session.judging.hard_rule import Standing, set_rule, standing

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from hardcase.cli.output import Output
    from hardcase.session.judging.ranking import Ranked


def _rule_arguments(parser: ArgumentParser) -> None:
    options.job(parser)
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument(
        "--risk",
        type=options.fraction,
        metavar="P",
        help="hard is what has at least this coefficient, 0 to 1 (as it is at first: 0.5)",
    )
    kinds.add_argument(
        "--share",
        type=options.fraction,
        metavar="S",
        help="hard is the hardest share of what is to be confirmed, 0 to 1",
    )


def rule(args: Namespace, output: Output) -> int:
    """Say which samples count as hard, or set the rule: by risk, or by share of the work.

    Setting it marks anew what no person has marked, as one change that `hardcase undo` takes back.
    Runs and learning follow it; by share, learning moves the marks without making more of them.
    --json prints one object: {kind: risk or share, value, to_confirm, hard, from: the lowest
    coefficient that is hard or null, by_hand: marks of people, mistakes: the share of the expected
    mistakes in the hard ones or null, changed: how many marks changed}.
    """
    chosen = None
    if args.risk is not None:
        chosen = Rule(RuleKind.RISK, args.risk)
    elif args.share is not None:
        chosen = Rule(RuleKind.SHARE, args.share)
    changed = 0
    if chosen is None:
        with reading(args.job) as session:
            found = standing(session)
    else:
        with writing(args.job) as session:
            change = set_rule(session, chosen)
            changed = 0 if change is None else len(sample_edits(change))
            found = standing(session)
    if output.json:
        output.record(_record(found, changed))
    output.line(str(found))
    if changed:
        output.line(f"marked anew: {count(changed, 'sample')}")
    return 0


def rank(args: Namespace, output: Output) -> int:
    """Judge the queue anew by what people decided of it so far.

    Commands that decide do so by themselves after 5, 10, 20, 40 decisions and then each time these
    grew by a quarter. --json prints one object: {decisions: how many it learned from, moved: how
    many samples got another coefficient or mark}.
    """
    with writing(args.job) as session:
        found = ranking.rank(session, always=True)
    decisions = 0 if found is None else found.decisions
    moved = 0 if found is None else found.moved
    if output.json:
        output.record({"decisions": decisions, "moved": moved})
    elif found is None:
        output.line("there is nothing to judge: no model has labeled this job")
    else:
        output.line(learned_in_words(found))
    return 0


def learned_in_words(found: Ranked) -> str:
    """Return what the queue was judged by."""
    decisions, moved = count(found.decisions, "decision"), count(found.moved, "sample")
    return f"queue learned from {decisions}: {moved} moved"


def _record(found: Standing, changed: int) -> dict[str, object]:
    return {
        "kind": found.rule.kind.value,
        "value": found.rule.value,
        "to_confirm": found.to_confirm,
        "hard": found.hard,
        "from": found.from_,
        "by_hand": found.own,
        "mistakes": None if found.mistakes is None else round(found.mistakes, 6),
        "changed": changed,
    }


COMMANDS = {"rule": Spec(_rule_arguments, rule), "rank": Spec(options.job, rank)}
