"""A user's own keys: a YAML file of `action id: [keys]`, checked before the app starts.

The file is `$HARDCASE_KEYMAP`, else `~/.config/hardcase/keymap.yaml` (below `$XDG_CONFIG_HOME`
where that is set). An empty list leaves an action without a key; it stays in the palette.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from hardcase.errors import UsageError
from hardcase.model.text import printable
from hardcase.tui.actions import ACTIONS, Action, Place
from hardcase.tui.typed_path import is_file, typed_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MAX_BYTES = 64 * 1024

NAMED_KEYS = {
    *("enter", "escape", "tab", "space", "backspace", "delete", "insert"),
    *("home", "end", "pageup", "pagedown", "up", "down", "left", "right"),
} | {f"f{n}" for n in range(1, 13)}

# Terminals send the same byte for both.
_SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "esc": "escape", "pgup": "pageup", "pgdn": "pagedown"}


def keymap_path() -> Path:
    """Return where the user's keymap would be."""
    given = os.environ.get("HARDCASE_KEYMAP")
    if given:
        return typed_path(given)
    config = os.environ.get("XDG_CONFIG_HOME")
    return (Path(config) if config else typed_path("~/.config")) / "hardcase" / "keymap.yaml"


def user_actions() -> tuple[Action, ...]:
    """Return the actions with the user's keys in place. Raises UsageError naming what is wrong."""
    path = keymap_path()
    if not is_file(path) and not os.environ.get("HARDCASE_KEYMAP"):
        return ACTIONS
    try:
        return with_keys(ACTIONS, _read(path))
    except UsageError as error:
        raise UsageError(f"{printable(str(path))}: {error}") from None


def with_keys(actions: Sequence[Action], keymap: Mapping[str, Iterable[str]]) -> tuple[Action, ...]:
    """Return `actions` with the keys of `keymap`. Raises UsageError: unknown ids, keys, clashes."""
    known = {a.id for a in actions}
    for name in keymap:
        if name not in known:
            raise UsageError(f"no action {printable(name)!r}; `hardcase keys` lists them")
    out = tuple(
        replace(a, keys=tuple(parse_key(k) for k in keymap[a.id]), hint_key="")
        if a.id in keymap
        else a
        for a in actions
    )
    check_clashes(out)
    return out


def parse_key(text: str) -> str:
    """Return the name of a key as the registry writes it. Raises UsageError if there is no such."""
    key = " ".join(text.split()) if text != " " else "space"
    key = _SAME.get(key.lower(), key)
    *modifiers, last = key.split("+") if len(key) > 1 and not key.endswith("++") else [key]
    if modifiers and len(last) == 1 and "shift" in modifiers:
        raise UsageError(f"no key {printable(text)!r}: write the capital letter instead of shift")
    single = len(last) == 1 and last.isprintable()
    if not (single or last.lower() in NAMED_KEYS) or not set(modifiers) <= {"ctrl", "alt", "shift"}:
        raise UsageError(
            f"no key {printable(text)!r}: write a character, a name such as pagedown, or ctrl+r"
        )
    name = last if single and not modifiers else last.lower()
    return "+".join([*sorted(modifiers), name])


def check_clashes(actions: Sequence[Action]) -> None:
    """Raise UsageError if one key would mean two actions in one place."""
    taken: dict[tuple[str, Place], Action] = {}
    for action in actions:
        for key in action.keys:
            for place in action.where.meets:
                other = taken.get((key, place))
                if other is not None:
                    raise UsageError(
                        f"key {key!r} means both {other.id!r} and {action.id!r}; "
                        "give one of them another key"
                    )
            taken[key, action.where] = action


def _read(path: Path) -> dict[str, list[str]]:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise UsageError(f"a keymap has at most {MAX_BYTES} bytes")
        found = yaml.safe_load(data)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        reason = printable(str(getattr(error, "problem", None) or error))
        raise UsageError(f"is no YAML: {reason}") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise UsageError("write lines such as `confirm: [a, enter]`")
    return {str(name): _key_list(str(name), keys) for name, keys in found.items()}


def _key_list(name: str, keys: object) -> list[str]:
    values = [keys] if isinstance(keys, str | int) else keys
    if not isinstance(values, list) or any(
        isinstance(v, bool) or not isinstance(v, str | int) for v in values
    ):
        raise UsageError(
            f"{printable(name)}: write its keys as a list, such as [a, enter]; quote y, n, on"
        )
    return [str(v) for v in values]
