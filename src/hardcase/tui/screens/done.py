"""What was just done, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hardcase.model.changes import Change

_PAST = {
    "label": "labeled",
    "toggle": "toggled",
    "edit": "edited",
    "relabel": "relabeled",
    "confirm": "confirmed",
    "reject": "rejected",
    "clear": "cleared",
    "mark": "marked",
    "unmark": "unmarked",
    "add": "added",
    "call": "called",
    "undo:": "undone:",
    "redo:": "redone:",
}


def in_past(change: Change) -> str:
    """Return a change's title with its verb in the past: `confirm a.jpg`, `confirmed a.jpg`."""
    verb, blank, rest = change.title.partition(" ")
    return _PAST.get(verb, verb) + blank + rest
