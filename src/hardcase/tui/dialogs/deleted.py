"""Samples that were deleted from the job, to take some of them back in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import Input, Label

from hardcase.model.numbers import count
from hardcase.tui.dialogs.dialog import ListDialog
from hardcase.tui.widgets.text import fit
from hardcase.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult

    from hardcase.tui.actions import Action
    from hardcase.tui.widgets.virtual_list import Part

_ABOUT = 9
"""Lines of the dialog beside the list."""


class DeletedDialog(ListDialog[frozenset[int]]):
    """Answers with the ids of the deleted samples that come back; `deleted` are their paths."""

    def __init__(self, actions: Sequence[Action], deleted: Mapping[int, str]) -> None:
        super().__init__(actions)
        self._deleted = dict(sorted(deleted.items(), key=lambda item: item[1]))
        self._shown = list(self._deleted)
        self._ticked: set[int] = set()

    def compose(self) -> ComposeResult:
        """Lay out a line to type in over the paths, and one that says what is ticked."""
        with Vertical(classes="box wide") as box:
            box.border_title = "Deleted from this job"
            box.border_subtitle = (
                f"{self.key('dialog_toggle')} ticks · {self.key('dialog_accept')} takes back in · "
                f"{self.key('dialog_close')} closes"
            )
            yield Input(placeholder="type to filter", compact=True)
            rows = VirtualList(self._draw)
            rows.styles.height = min(len(self._deleted) + 1, self.app.size.height - _ABOUT)
            yield rows
            yield Label(
                "They come back without labels, by a sync of the folder.",
                classes="note",
                markup=False,
            )

    def on_mount(self) -> None:
        """Begin with all of them shown, the first under the cursor."""
        self.rows.set_rows(self._rows, 1)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list down to the paths that hold what is typed."""
        wanted = event.value.strip().casefold()
        self._shown = [key for key, path in self._deleted.items() if wanted in path.casefold()]
        self.rows.set_rows(self._rows, 1)

    def on_virtual_list_chosen(self) -> None:
        """Take back the one clicked."""
        self.action_dialog_accept()

    def action_dialog_toggle(self) -> None:
        """Tick or untick what is under the cursor, and go on to the next."""
        under = self._under_cursor()
        if under <= self._ticked:
            self._ticked -= under
        else:
            self._ticked |= under
        self.go(1)
        self.rows.refresh_changed()

    def action_dialog_accept(self) -> None:
        """Answer with what is ticked, else with what is under the cursor."""
        if chosen := self._ticked or self._under_cursor():
            self.dismiss(frozenset(chosen))

    @property
    def _rows(self) -> int:
        return len(self._shown) + bool(self._shown)

    def _under_cursor(self) -> set[int]:
        """Return the ids that the row stands for: the first row stands for all that are shown."""
        at = self.rows.cursor
        return set(self._shown) if at <= 0 else {self._shown[at - 1]}

    def _draw(self, index: int, width: int) -> list[Part]:
        if index == 0:
            ticked = set(self._shown) <= self._ticked
            said = f"all: {count(len(self._shown), 'sample')}"
        else:
            ticked = self._shown[index - 1] in self._ticked
            said = self._deleted[self._shown[index - 1]]
        return [
            ("▌" if index == self.rows.cursor else " ", "strong"),
            ("✓ " if ticked else "  ", "good"),
            (fit(said, width - 3), "muted" if index == 0 else ""),
        ]
