"""From the registry of actions to Textual's bindings and to the keys as people read them."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from textual.binding import Binding, BindingsMap
from textual.keys import KEY_NAME_REPLACEMENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardcase.tui.actions import Action, Place

_SYMBOLS = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "delete": "del",
}


def textual_key(key: str) -> str:
    """Return Textual's name of a key of the registry: `?` is `question_mark` there."""
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    if len(last) == 1 and not last.isalnum():
        name = unicodedata.name(last).lower().replace("-", "_").replace(" ", "_")
        last = KEY_NAME_REPLACEMENTS.get(name, name)
    return "+".join([*modifiers, last])


def key_label(key: str) -> str:
    """Return a key as shown in footer and help: `ctrl+r` is `^r`, `pagedown` is `pgdn`."""
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    signs = {"ctrl": "^", "alt": "alt ", "shift": "shift "}
    return "".join(signs[m] for m in modifiers) + _SYMBOLS.get(last, last)


def first_key(actions: Sequence[Action], action_id: str) -> str:
    """Return the key to name in a text for an action, as shown; the palette's where it has none."""
    keys = {a.id: a.keys for a in actions}
    shown = keys[action_id] or keys["palette"]
    return key_label(shown[0]) if shown else action_id


def place_bindings(actions: Sequence[Action], places: Sequence[Place]) -> BindingsMap:
    """Return the bindings of `places`. Of two that share a key, the first place is asked first."""
    return BindingsMap(
        Binding(textual_key(key), action.method, action.help, show=False, id=action.id)
        for place in places
        for action in actions
        if action.where is place
        for key in action.keys
    )
