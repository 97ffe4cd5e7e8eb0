"""What the lines over a job say: its title, whether all is saved, and what keeps one from work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.tui.widgets.sample_rows import HARD_MARK
from hardcase.tui.widgets.text import elide

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardcase.session import LabelingSession
    from hardcase.tui.screens.browser import Browser

_FILTER = 24
"""Cells that tell a filter from others; the line is short."""


def about(session: LabelingSession, browser: Browser, check: str) -> str:
    """Return task, hard examples, the `check` that is open, selection and filter, in a line."""
    several = ", several labels" if session.job.several else ""
    told = f"{session.task.value}{several} · {HARD_MARK} {session.stats().hard:,} hard"
    if check:
        told += f" · {check}"
    elif session.runs:
        told += f" ({session.job.hard_rule})"
    chosen = browser.selected_count
    if chosen:
        told += f" · {chosen:,} selected" + (" (range)" if browser.in_range else "")
    elif browser.in_range:
        told += " · range"
    if browser.filter:
        told += f" · filter {elide(browser.filter, _FILTER)}: {len(browser.ids):,}"
    return told


def saving(session: LabelingSession) -> tuple[str, str]:
    """Return whether everything is on disk, in a word or two, and the style of that."""
    if session.read_only:
        return "read-only", "$warning"
    if session.trouble is not None:
        return "NOT SAVED", "$error bold"
    return ("saved", "$success") if session.saved else ("saving", "$muted")


def warning(session: LabelingSession, key: Callable[[str], str]) -> str:
    """Return what nobody may overlook, empty if there is nothing. `key` names an action's key."""
    if session.read_only:
        reason = session.read_only_reason or "its folder may not be written"
        return f"Read-only: {reason}. Look around; nothing can be changed."
    if (trouble := session.trouble) is not None:
        return f"NOT SAVED: {trouble} · {key('save_again')} tries again"
    return ""
