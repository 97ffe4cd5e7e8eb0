"""What was just done, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.model.changes import Kind

if TYPE_CHECKING:
    from hardcase.model.changes import Change, Step
    from hardcase.session import LabelingSession

_MANY = 20
"""Samples from which on a change is asked about before one key takes it back."""

_PAST = {
    "label": "labeled",
    "tick": "ticked",
    "untick": "unticked",
    "edit": "edited",
    "relabel": "relabeled",
    "confirm": "confirmed",
    "reject": "rejected",
    "clear": "cleared",
    "mark": "marked",
    "unmark": "unmarked",
    "add": "added",
    "call": "called",
    "delete": "deleted",
    "rename": "renamed",
    "merge": "merged",
    "move": "moved",
    "recolour": "recoloured",
    "remove": "removed",
    "import": "imported",
    "collect": "collected",
    "sync:": "synced:",
    "review": "reviewed",
    "undo:": "undone:",
    "redo:": "redone:",
}


def in_past(change: Change | Step) -> str:
    """Return a change's title with its verb in the past: `confirm a.jpg`, `confirmed a.jpg`."""
    if change.title.startswith("auto label "):
        return f"auto labeled {change.title.removeprefix('auto label ')}"
    verb, blank, rest = change.title.partition(" ")
    return _PAST.get(verb, verb) + blank + rest


def told(change: Change, undo: str, redo: str) -> str:
    """Return what a change did, and the key that takes it back if it is one to be taken back."""
    if change.kind is Kind.RECORD:
        return change.title
    return (
        f"{in_past(change)} · {undo} undoes" if change.kind is Kind.EDIT else stepped(change, redo)
    )


def stepped(change: Change, redo: str) -> str:
    """Return what an undo or a redo did. Of many samples it says too what brings them back."""
    if change.kind is not Kind.UNDO or change.samples < 2:
        return in_past(change)
    title = change.title.removeprefix("undo: ")
    if title.startswith("auto label "):
        title = f"auto labels of {title.removeprefix('auto label ')}"
    else:
        title = f"the change: {title}"
    return f"took back {title} · {redo} brings them back"


def asked_again(session: LabelingSession, undo: str, shown: str) -> str:
    """Return what to ask before the newest change is taken back, empty if it may be.

    A run, an import or a batch is a lot for one stray key, after which one more edit leaves nothing
    to redo. The question is answered by the same key while it is the line that is `shown`.
    """
    newest = next(iter(session.decisions(1)), None)
    if newest is None or len(newest.samples) <= _MANY:
        return ""
    asked = f"{undo} again takes back: {newest.title}"
    return "" if shown == asked else asked
