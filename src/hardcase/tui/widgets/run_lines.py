"""Runs in lines: the one under way, those that wait, and those that were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from hardcase.model.job import Run, RunState
from hardcase.model.numbers import percent
from hardcase.model.text import printable
from hardcase.session.autolabel.kinds import PRE_LABEL

if TYPE_CHECKING:
    from collections.abc import Sequence

_BAR_WIDTH = 30

STATE_WORDS = {
    RunState.QUEUED: "waits",
    RunState.PAUSED: "paused",
    RunState.CANCELLED: "cancelled",
    RunState.COMPLETED: "completed",
    RunState.FAILED: "failed",
}


def state_of(run: Run, at_work: int | None) -> str:
    """Return where a run stands, in a word or two; `at_work` is the id of the one under way."""
    if run.state is RunState.RUNNING:
        return "at work" if run.id == at_work else "broken off"
    return STATE_WORDS[run.state]


def progress_lines(run: Run, rate: float, cancel: str, pause: str) -> list[Content]:
    """Return the run under way in two lines: how far it is at `rate` samples a second, its keys."""
    share = run.done / run.total if run.total else 0.0
    full = round(share * _BAR_WIDTH)
    pace = ""
    if rate > 0:
        pace = f"  {rate:.1f}/s  about {duration((run.total - run.done) / rate)} left"
    keys = f"The results come here when it is through. {cancel} cancels, {pause} pauses."
    return [
        Content.assemble(
            "Auto labeling with ",
            (printable(run.model), "bold"),
            "  ",
            ("━" * full, "$accent"),
            ("─" * (_BAR_WIDTH - full), "$muted"),
            f" {percent(share)}  {run.done:,} of {run.total:,}{pace}",
        ),
        Content.styled(keys, "$muted"),
    ]


def history_lines(runs: Sequence[Run], at_work: int | None) -> list[Content]:
    """Return runs under a title, a line each; none if there are none."""
    if not runs:
        return []
    title = Content.styled("Runs so far", "bold")
    return [Content(""), title, *(run_line(run, at_work) for run in runs)]


def run_line(run: Run, at_work: int | None = None) -> Content:
    """Return a run in one line."""
    style = {
        RunState.COMPLETED: "$success",
        RunState.FAILED: "$error",
    }.get(run.state, "$warning")
    unreadable = f", {run.failed:,} unreadable" if run.failed else ""
    return Content.assemble(
        (f"  #{run.id:<3} {when(run):<16}  ", "$muted"),
        (f"{state_of(run, at_work):<10}", style),
        f"  {what(run)}  {run.done:,} of {run.total:,}{unreadable}",
        (f"  {printable(run.message)}" if run.message else "", "$muted"),
    )


def what(run: Run) -> str:
    """Return the model of a run, and its kind unless a model labeled."""
    kind = "" if run.kind == PRE_LABEL else f"{printable(run.kind)}: "
    return kind + printable(run.model)


def when(run: Run) -> str:
    """Return when a run ended, or began: date and minute, empty before."""
    return printable(run.ended_at or run.started_at)[:16].replace("T", " ")


def duration(seconds: float) -> str:
    """Return `12 s`, `3 min` or `2.5 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
