"""Picking a label from a list that narrows down as one types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import Input

from hardcase.model.text import clean_label
from hardcase.tui.dialogs.dialog import ListDialog
from hardcase.tui.widgets.text import fit
from hardcase.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from textual import events
    from textual.app import ComposeResult

    from hardcase.model.job import Label
    from hardcase.tui.actions import Action
    from hardcase.tui.widgets.virtual_list import Part


DIGITS = frozenset("0123456789")


@dataclass(frozen=True, slots=True)
class LabelPick:
    """The answer: one label, or the labels to add or remove. New names are to be added first."""

    name: str | None
    toggled: tuple[str, ...] = ()


class NameInput(Input):
    """A line for a label's name; while it is empty, some keys mean something else.

    `tick` is what a space does there, since names have no leading blanks. `pick` does what a digit
    means and returns True, or returns False if it is to be typed.
    """

    def __init__(
        self, placeholder: str, tick: Callable[[], None], pick: Callable[[str], bool]
    ) -> None:
        super().__init__(placeholder=placeholder, compact=True)
        self._tick = tick
        self._pick = pick

    def on_key(self, event: events.Key) -> None:
        """Keep keys that mean something else out of the line."""
        if self.value:
            return
        if event.key == "space":
            self._tick()  # at once: the next key may move the cursor
        elif not (event.key in DIGITS and self._pick(event.key)):
            return
        event.prevent_default()
        event.stop()


class LabelDialog(ListDialog[LabelPick]):
    """The labels of a job. Enter picks one; with `several`, space or tab ticks them one by one.

    Without `new`, only what there is can be picked.
    """

    def __init__(
        self,
        actions: Sequence[Action],
        labels: Sequence[Label],
        current: Collection[str],
        *,
        title: str,
        several: bool,
        new: bool = True,
    ) -> None:
        super().__init__(actions)
        self._labels = tuple(labels)
        self._current = frozenset(current)
        self._title = title
        self._several = several
        self._new = new
        self._flipped: list[str] = []
        self._found: list[Label | str] = []

    def compose(self) -> ComposeResult:
        """Lay out a line to type in over the labels."""
        with Vertical(classes="box tall") as box:
            box.border_title = self._title
            several = "space ticks · " if self._several else ""
            box.border_subtitle = (
                f"{several}{self.key('dialog_accept')} picks · {self.key('dialog_close')} closes"
            )
            shown = "type to filter, or a new label" if self._new else "type to filter"
            yield NameInput(shown, self.action_dialog_toggle, self._pick_digit)
            yield VirtualList(self._draw)

    def on_mount(self) -> None:
        """Show all labels, the first of the current ones under the cursor."""
        self._filter("")
        names = [label.name for label in self._labels]
        at = next((names.index(n) for n in names if n in self._current), 0)
        self.rows.move_to(at)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list down to what matches."""
        self._filter(event.value)

    def on_virtual_list_chosen(self) -> None:
        """Pick by a click on the row under the cursor."""
        self.action_dialog_accept()

    def action_dialog_toggle(self) -> None:
        """Tick or untick the label under the cursor."""
        name = self._under_cursor()
        if not self._several or name is None:
            return
        if name in self._flipped:
            self._flipped.remove(name)
        else:
            self._flipped.append(name)
        self.rows.refresh_changed()

    def action_dialog_accept(self) -> None:
        """Take what was ticked, else the label under the cursor."""
        if self._flipped:
            self.dismiss(LabelPick(None, tuple(self._flipped)))
            return
        name = self._under_cursor()
        if name is not None:
            self.dismiss(LabelPick(name))

    def _pick_digit(self, digit: str) -> bool:
        """Pick the label listed with a digit, or tick it where others are ticked.

        Return False where there is none, or where a label's name begins with that digit.
        """
        if any(label.name.startswith(digit) for label in self._labels):
            return False
        label = next((label for label in self._labels if _digit(label) == digit), None)
        if label is None:
            return False
        self.rows.move_to(self._labels.index(label))
        if self._flipped:
            self.action_dialog_toggle()
        else:
            self.dismiss(LabelPick(label.name))
        return True

    def _under_cursor(self) -> str | None:
        index = self.rows.cursor
        if not 0 <= index < len(self._found):
            return None
        row = self._found[index]
        return row if isinstance(row, str) else row.name

    def _filter(self, text: str) -> None:
        self._found = [*matching(self._labels, text)]
        try:
            new = clean_label(text)
        except ValueError:
            new = ""
        if self._new and new and all(label.name != new for label in self._labels):
            self._found.append(new)
        self.rows.set_rows(len(self._found), 0)

    def _draw(self, index: int, width: int) -> list[Part]:
        row = self._found[index]
        if isinstance(row, str):
            return [(fit(f"  + add the label {row}", width), "good")]
        ticked = (row.name in self._current) != (row.name in self._flipped)
        return [
            (f" {_digit(row)} ", "muted"),
            ("✓ " if ticked else "  ", "strong"),
            ("■ ", row.colour),
            (fit(row.name, width - 7), ""),
        ]


def _digit(label: Label) -> str:
    """Return the digit that stands for a label, a blank if none does."""
    return str((label.position + 1) % 10) if label.position < 10 else " "


def matching(labels: Sequence[Label], text: str) -> list[Label]:
    """Return labels that hold the letters of `text` in order: exact, then start, inside, rest."""
    wanted = "".join(text.casefold().split())
    if not wanted:
        return list(labels)
    ranked = []
    for label in labels:
        name = "".join(label.name.casefold().split())
        if wanted in name:
            ranked.append(((name != wanted, not name.startswith(wanted), 0), label))
        elif _in_order(wanted, name):
            ranked.append(((True, True, 1), label))
    return [label for _, label in sorted(ranked, key=lambda pair: pair[0])]


def _in_order(letters: str, name: str) -> bool:
    rest = iter(name)
    return all(letter in rest for letter in letters)
