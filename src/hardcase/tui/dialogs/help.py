"""The keys of a place, filterable."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import Input, Label

from hardcase.model.text import printable
from hardcase.tui.actions import PLACE_TITLES, Place
from hardcase.tui.bindings import key_label
from hardcase.tui.dialogs.dialog import ListDialog
from hardcase.tui.keymap import keymap_path
from hardcase.tui.widgets.job_rows import short_path
from hardcase.tui.widgets.text import fit, shorten
from hardcase.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from hardcase.tui.actions import Action
    from hardcase.tui.widgets.virtual_list import Part

_KEYS_WIDTH = 16
_DIGITS = "1234567890"


class HelpDialog(ListDialog[None]):
    """Every action of the given places, in their order, with keys; typing narrows them down."""

    def __init__(self, actions: Sequence[Action], places: Sequence[Place]) -> None:
        super().__init__(actions)
        shown = [*places, Place.DIALOG]
        self._actions = _digits_as_one([a for p in shown for a in actions if a.where is p])
        self._found: list[Action | Place | str] = []

    def compose(self) -> ComposeResult:
        """Lay out a line to type in over the list."""
        with Vertical(classes="box wide tall") as box:
            box.border_title = "Keys"
            box.border_subtitle = f"type to filter · {self.key('dialog_close')} closes"
            yield Input(placeholder="type to filter: an action or a key", compact=True)
            yield VirtualList(self._draw)
            note = f"Set your own keys in {short_path(printable(str(keymap_path())))}"
            yield Label(note, classes="note", markup=False)

    def on_mount(self) -> None:
        """Show everything at first."""
        self._filter("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list down to what matches."""
        self._filter(event.value)

    def _filter(self, text: str) -> None:
        found = [a for a in self._actions if _matches(a, text.strip())]
        self._found = []
        for n, action in enumerate(found):
            if n == 0 or found[n - 1].where is not action.where:
                self._found.append(action.where)
            self._found.append(action)
        if not found:
            self._found.append("No action and no key here matches.")
        self.rows.set_rows(len(self._found), 0)

    def _draw(self, index: int, width: int) -> list[Part]:
        row = self._found[index]
        room = width - _KEYS_WIDTH - 2
        lead = ("▌" if index == self.rows.cursor else " ", "strong")
        if isinstance(row, Place):
            return [lead, (fit(PLACE_TITLES[row], width - 1), "strong")]
        if isinstance(row, str):
            return [lead, (fit(row, width - 1), "muted")]
        return [
            lead,
            (" ", ""),
            (fit(_keys(row), _KEYS_WIDTH), "hard"),
            (fit(shorten(row.help, room), room), ""),
        ]


def _keys(action: Action) -> str:
    if len(action.keys) > 1 and _DIGITS.startswith("".join(action.keys)):
        return "1-9 0" if action.keys[-1] == "0" else f"1-{action.keys[-1]}"
    return " ".join(key_label(k) for k in action.keys) or "(palette)"


def _digits_as_one(actions: Sequence[Action]) -> list[Action]:
    """Return actions, those that do the same for label 1, 2 ... told in the row of the first."""
    told: list[Action] = []
    for action in actions:
        command, _, number = action.method.partition("(")
        same = bool(told) and number and told[-1].method == f"{command}(1)"
        if command.endswith("label") and same:
            told[-1] = replace(told[-1], keys=told[-1].keys + action.keys)
        elif number == "1)" and command.endswith("label"):
            told.append(replace(action, help=action.help.replace(" label 1", " that label")))
        else:
            told.append(action)
    return told


def _matches(action: Action, text: str) -> bool:
    if len(text) == 1:
        return text in {key_label(k) for k in action.keys} or text in action.keys
    words = f"{action.help} {action.id} {' '.join(action.keys)}".casefold()
    return all(word in words for word in text.casefold().split())
