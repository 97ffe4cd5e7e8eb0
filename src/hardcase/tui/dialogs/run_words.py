"""What a run made and was asked for, in lines; what goes with it, in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.model.numbers import count
from hardcase.model.text import printable
from hardcase.session.autolabel.run_history import settings_in_words
from hardcase.tui.widgets.run_lines import duration

if TYPE_CHECKING:
    from hardcase.session.autolabel.run_history import Account, Removal

_HASH = 12
"""Characters of a model's SHA-256 that tell it from others."""


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
