"""The keys of a place, filterable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import Input, Label

from hardcase.tui.actions import PLACE_TITLES, Place
from hardcase.tui.bindings import key_label
from hardcase.tui.dialogs.dialog import ListDialog
from hardcase.tui.widgets.text import fit
from hardcase.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from hardcase.tui.actions import Action
    from hardcase.tui.widgets.virtual_list import Part

_KEYS_WIDTH = 16


class HelpDialog(ListDialog[None]):
    """Every action of the given places, with keys; typing narrows them down."""

    def __init__(self, actions: Sequence[Action], places: Sequence[Place]) -> None:
        super().__init__(actions)
        shown = [p for p in Place if p in places or p is Place.DIALOG]
        self._actions = [a for p in shown for a in actions if a.where is p]
        self._found: list[Action | Place | str] = []

    def compose(self) -> ComposeResult:
        """Lay out a line to type in over the list."""
        with Vertical(classes="box wide tall") as box:
            box.border_title = "Keys"
            box.border_subtitle = f"type to filter · {self.key('dialog_close')} closes"
            yield Input(placeholder="type to filter: an action or a key", compact=True)
            yield VirtualList(self._draw)
            yield Label(
                "Set your own keys in ~/.config/hardcase/keymap.yaml", classes="note", markup=False
            )

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
        if isinstance(row, Place):
            return [(fit(PLACE_TITLES[row], width), "strong")]
        if isinstance(row, str):
            return [(fit(row, width), "muted")]
        keys = " ".join(key_label(k) for k in row.keys) or "(palette)"
        return [
            ("  ", ""),
            (fit(keys, _KEYS_WIDTH), "hard"),
            (fit(row.help, width - _KEYS_WIDTH - 2), ""),
        ]


def _matches(action: Action, text: str) -> bool:
    if len(text) == 1:
        return text in {key_label(k) for k in action.keys} or text in action.keys
    words = f"{action.help} {action.id} {' '.join(action.keys)}".casefold()
    return all(word in words for word in text.casefold().split())
