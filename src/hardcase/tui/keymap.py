"""A user's own keys: a YAML file of `action id: [keys]`, checked before the app starts.

The file is `$HARDCASE_KEYMAP`, else `~/.config/hardcase/keymap.yaml` (below `$XDG_CONFIG_HOME`
where that is set). An empty list leaves an action without a key; it stays in the palette.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import yaml
from yaml.reader import ReaderError

from hardcase.errors import UsageError
from hardcase.model.text import printable
from hardcase.tui.actions import ACTIONS, Action, Place
from hardcase.tui.typed_path import is_file, typed_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

MAX_BYTES = 64 * 1024

_NOWHERE: Mapping[str, int] = MappingProxyType({})

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
    """Return the actions with the user's keys in place.

    Raises UsageError that names the file, the line where there is one, and what is wrong.
    """
    path = keymap_path()
    if not is_file(path) and not os.environ.get("HARDCASE_KEYMAP"):
        return ACTIONS
    try:
        return with_keys(ACTIONS, *_read(path))
    except _LineError as error:
        raise UsageError(f"{printable(str(path))}, line {error.line}: {error}") from None
    except UsageError as error:
        raise UsageError(f"{printable(str(path))}: {error}") from None


def with_keys(
    actions: Sequence[Action],
    keymap: Mapping[str, Iterable[str]],
    lines: Mapping[str, int] = _NOWHERE,
) -> tuple[Action, ...]:
    """Return `actions` with the keys of `keymap`, whose entries stand in `lines` of a file.

    Raises UsageError: unknown ids, keys, clashes.
    """
    known = {a.id for a in actions}
    parsed: dict[str, tuple[str, ...]] = {}
    for name, keys in keymap.items():
        with _at(lines.get(name, 0)):
            if name not in known:
                raise UsageError(f"no action {printable(name)!r}; `hardcase keys` lists them")
            parsed[name] = tuple(parse_key(key) for key in keys)
    out = tuple(
        replace(a, keys=parsed[a.id], hint_key="") if a.id in parsed else a for a in actions
    )
    check_clashes(out, lines)
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


def check_clashes(actions: Sequence[Action], lines: Mapping[str, int] = _NOWHERE) -> None:
    """Raise UsageError if one key would mean two actions in one place.

    `lines` says in which line of a file keys were given; the later of both is named.
    """
    taken: dict[tuple[str, Place], Action] = {}
    for action in actions:
        for key in action.keys:
            for place in action.where.meets:
                other = taken.get((key, place))
                if other is not None:
                    with _at(max(lines.get(action.id, 0), lines.get(other.id, 0))):
                        raise UsageError(
                            f"key {key!r} means both {other.id!r} and {action.id!r}; "
                            "give one of them another key"
                        )
            taken[key, action.where] = action


class _LineError(UsageError):
    """What is wrong in a line of the keymap, counted from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


@contextmanager
def _at(line: int) -> Iterator[None]:
    """Say of what is wrong that it is in this line, if there is one."""
    try:
        yield
    except UsageError as error:
        if line:
            raise _LineError(line, str(error)) from None
        raise


def _read(path: Path) -> tuple[dict[str, tuple[str, ...]], dict[str, int]]:
    """Return the keys of actions, and the lines they stand in. Raises UsageError."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise UsageError(f"a keymap has at most {MAX_BYTES} bytes")
    try:
        return _parsed(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _LineError(data.count(b"\n", 0, error.start) + 1, "is no UTF-8") from None
    except ReaderError as error:  # it knows the place only in what it was given
        line = data.decode("utf-8-sig").count("\n", 0, error.position) + 1
        raise _LineError(line, f"is no YAML: {printable(error.reason)}") from None
    except yaml.MarkedYAMLError as error:
        mark, reason = error.problem_mark, f"is no YAML: {printable(str(error.problem))}"
        raise _LineError(mark.line + 1 if mark else 1, reason) from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"is no YAML: {printable(str(error))}") from None


def _parsed(text: str) -> tuple[dict[str, tuple[str, ...]], dict[str, int]]:
    """Do what `_read` does with the text of the file. Raises YAMLError, ValueError too."""
    loader = yaml.SafeLoader(text)
    root = loader.get_single_node()
    keymap: dict[str, tuple[str, ...]] = {}
    lines: dict[str, int] = {}
    if root is None or root.tag == "tag:yaml.org,2002:null":
        return keymap, lines
    if not isinstance(root, yaml.MappingNode):
        raise _LineError(root.start_mark.line + 1, "write lines such as `confirm: [a, enter]`")
    for key, value in root.value:
        line = key.start_mark.line + 1
        name = str(loader.construct_object(key, deep=True))
        with _at(line):
            if name in keymap:
                raise UsageError(f"{printable(name)} stands in line {lines[name]} already")
            keymap[name] = _key_list(name, loader.construct_object(value, deep=True))
        lines[name] = line
    return keymap, lines


def _key_list(name: str, keys: object) -> tuple[str, ...]:
    values = [keys] if isinstance(keys, str | int) else keys
    if not isinstance(values, list) or any(
        isinstance(v, bool) or not isinstance(v, str | int) for v in values
    ):
        raise UsageError(
            f"{printable(name)}: write its keys as a list, such as [a, enter]; quote y, n, on"
        )
    return tuple(str(v) for v in values)
