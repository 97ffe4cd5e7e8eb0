"""What an empty list says: why it is empty, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.model.text import printable
from hardcase.session import Tab

if TYPE_CHECKING:
    from hardcase.session import LabelingSession


def why_empty(session: LabelingSession, tab: Tab, expression: str, *, busy: bool) -> str:
    """Return a line or two for an empty tab."""
    stats = session.stats()
    if expression:
        if "hard" in expression.split() and not stats.hard:
            return "No hard examples.\nPress A to auto label: it finds them."
        return f"Nothing here passes the filter {printable(expression)}\nPress esc to clear it."
    if tab is Tab.UNLABELED:
        if stats.to_be_confirmed:
            return "Nothing is unlabeled.\nPress ] for what is to be confirmed."
        return "Everything is labeled."
    if tab is Tab.LABELED:
        return (
            "Nothing is labeled yet.\nPress [ for the unlabeled samples, or A to auto label them."
        )
    if busy:
        return ""
    if stats.unlabeled:
        return (
            f"Nothing to confirm.\nPress A to auto label the {stats.unlabeled:,} unlabeled samples."
        )
    return "Nothing to confirm: every sample is labeled."
