"""What a run made and was asked for, in lines; what goes with it, in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.model.job import RunState
from hardcase.model.numbers import count
from hardcase.model.text import printable
from hardcase.session.autolabel.run_history import settings_in_words
from hardcase.tui.widgets.run_lines import duration

if TYPE_CHECKING:
    from hardcase.session.autolabel.run_history import Account, Removal

_HASH = 12
"""Characters of a model's SHA-256 that tell it from others."""


WHAT_RUNS_ARE = """\
A run lets a model label the images that nobody has labeled.
Its labels wait in To Be Confirmed, the hardest first.
Here you then see how far it is, go on with one that stopped,
and remove what one made."""


def acts_on(account: Account, *, at_work: bool, busy: bool) -> list[tuple[str, tuple[str, ...]]]:
    """Return what can be done with a run: a word, and the ids of its actions.

    `at_work` says whether it is the one under way, `busy` whether any is.
    """
    run = account.run
    if at_work:
        return []
    acts: list[tuple[str, tuple[str, ...]]] = []
    if run.state is RunState.QUEUED:
        acts.append(("next" if busy else "start", ("runs_go_on",)))
    elif run.state is not RunState.COMPLETED and not busy:
        acts.append(("go on", ("runs_go_on",)))
    if run.state in (RunState.QUEUED, RunState.RUNNING, RunState.PAUSED):
        acts.append(("give up", ("runs_drop",)))
    if run.done and not account.is_pending:
        acts.append(("remove labels", ("runs_remove",)))
    return acts


def about(account: Account) -> tuple[str, ...]:
    """Return what became of a run, how long it took, what was asked for, and which model it was."""
    run, seconds = account.run, account.seconds
    made = [f"{count(account.there, 'annotation')} of it there"]
    if account.is_pending:
        made = [f"{count(run.done, 'image')} kept, labels when it is complete"]
    made += [f"{account.confirmed:,} confirmed"] * bool(account.confirmed)
    made += [f"{account.corrected:,} corrected or thrown away"] * bool(account.corrected)
    made += [f"{count(run.failed, 'image')} unreadable"] * bool(run.failed)
    work = []
    if seconds:
        work.append(f"at work for {duration(seconds)}")
        on = f" on {printable(run.provider)}" if run.provider else ""
        work += [f"{run.done / seconds:.1f} images a second{on}"] * bool(run.done)
    if run.message:
        work.append(printable(run.message))
    settings = printable(settings_in_words(run.settings)) or "as the model's profile says"
    model = f"model {run.sha256[:_HASH]}" if run.sha256 else ""
    place = run.files.get("model", "")
    return (
        ", ".join(made),
        ", ".join(work) or ("" if run.done else "not begun"),
        settings,
        "  ".join(filter(None, (model, printable(place)))),
    )


def goes_and_stays(found: Removal) -> str:
    """Return what goes with a run and what stays, to follow "removes"."""
    goes = "nothing"
    if found.edits:
        samples = count(len(found.edits), "sample")
        goes = f"{count(found.annotations, 'annotation')} on {samples}"
    stays = [f"{found.confirmed:,} confirmed"] * bool(found.confirmed)
    stays += [f"{found.altered:,} altered"] * bool(found.altered)
    return goes + (f"; {' and '.join(stays)} stay" if stays else "")
