"""What an empty list says: why it is empty, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.model.text import printable
from hardcase.session import Tab

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardcase.session import LabelingSession


def why_empty(
    session: LabelingSession, tab: Tab, expression: str, *, key: Callable[[str], str], busy: bool
) -> str:
    """Return a line or two for an empty tab; `key` gives the user's key of an action."""
    stats = session.stats()
    auto, back = key("auto_label"), key("previous_tab")
    if expression:
        if "hard" in expression.split() and not stats.hard:
            return f"No hard examples.\nPress {auto} to auto label: it finds them."
        shown = printable(expression)
        return f"Nothing here passes the filter {shown}\nPress {key('leave')} to clear it."
    if tab is Tab.UNLABELED:
        if stats.to_be_confirmed:
            return f"Nothing is unlabeled.\n{back} and {key('next_tab')} go to the other tabs."
        return "Everything is labeled."
    if tab is Tab.LABELED:
        more = f"Press {back} for the unlabeled samples, or {auto} to auto label them."
        return f"Nothing is labeled yet.\n{more}"
    if busy:
        return ""
    if stats.unlabeled:
        more = f"Press {auto} to auto label the {stats.unlabeled:,} unlabeled samples."
        return f"Nothing to confirm.\n{more}"
    return "Nothing to confirm: every sample is labeled."
