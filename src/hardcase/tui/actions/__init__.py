"""Every action of the app, once: it feeds bindings, footer, help, palette, docs and keymaps.

An action's `command` is the name of a method `action_<command>` of the screen it belongs to.
Nothing here needs Textual, so that `hardcase keys` starts as fast as any other command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardcase.tui.actions.action import Action
from hardcase.tui.actions.dialogs import DIALOG, LABELS, LOOK, RUNS
from hardcase.tui.actions.editor import DRAWING, EDITOR
from hardcase.tui.actions.filtering import FILTER
from hardcase.tui.actions.gallery import GALLERY
from hardcase.tui.actions.job import JOB, ZOOMED
from hardcase.tui.actions.outside import EVERYWHERE, JOBS, LISTS
from hardcase.tui.actions.place import PLACE_TITLES, Place
from hardcase.tui.actions.review import REVIEW

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ACTIONS", "PLACE_TITLES", "Action", "Place", "describe_keys", "keys_markdown"]

ACTIONS: tuple[Action, ...] = (
    *EVERYWHERE,
    *LISTS,
    *JOBS,
    *JOB,
    *ZOOMED,
    *GALLERY,
    *EDITOR,
    *REVIEW,
    *DRAWING,
    *FILTER,
    *DIALOG,
    *LABELS,
    *LOOK,
    *RUNS,
)


def describe_keys(actions: Sequence[Action] | None = None) -> list[dict[str, Any]]:
    """Return `{id: text, keys: [text], help: text, where: text}` of every action, in order.

    Without `actions` the keys are the user's. Raises UsageError if the user's keymap is wrong.
    """
    if actions is None:
        from hardcase.tui.keymap import user_actions  # noqa: PLC0415 - the keymap builds on this

        actions = user_actions()
    return [
        {"id": a.id, "keys": list(a.keys), "help": a.help, "where": a.where.value} for a in actions
    ]


def keys_markdown(actions: Sequence[Action] = ACTIONS) -> str:
    """Return the table of keys for the documentation, one part a place."""
    parts = []
    for place in Place:
        here = [a for a in actions if a.where is place]
        rows = [f"| {_code(a.keys)} | {a.help} | `{a.id}` |" for a in here]
        title = f"**{PLACE_TITLES[place]}**"
        parts.append("\n".join([title, "", "| key | what it does | id |", "|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def _code(keys: Sequence[str]) -> str:
    return " ".join(f"`{key}`" for key in keys) or "none"
