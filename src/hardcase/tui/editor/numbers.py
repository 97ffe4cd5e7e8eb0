"""Giving a box by its numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import Input, Label

from hardcase.errors import UsageError
from hardcase.model.boxes import Box
from hardcase.tui.dialogs.dialog import Dialog
from hardcase.tui.editor.editing import MIN_SIDE, rounded
from hardcase.tui.widgets.lines import OneLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from hardcase.tui.actions import Action

_NUMBER = r"(\d{1,9}(?:\.\d{1,9})?)"
_EDGES = re.compile(rf"{_NUMBER}[ ,]+{_NUMBER}[ ,]+{_NUMBER}[ ,]+{_NUMBER}", re.ASCII)
_SIZE = re.compile(rf"{_NUMBER}[ ,]+{_NUMBER}[ ,]+{_NUMBER}[ ]*[x×*][ ]*{_NUMBER}", re.ASCII)


def box_of(text: str, width: int, height: int) -> Box:
    """Return the box that a text gives, inside an image of `width` x `height` pixels.

    `10 20 110 80` are its edges x1 y1 x2 y2, `10 20 100x60` its corner and its size. Raises
    UsageError, one line, if it gives none.
    """
    text = text.strip().lower()
    if found := _EDGES.fullmatch(text):
        box = Box(*map(float, found.groups()))
    elif found := _SIZE.fullmatch(text):
        x, y, across, down = map(float, found.groups())
        box = Box(x, y, x + across, y + down)
    else:
        raise UsageError("give four numbers: 10 20 110 80, or 10 20 100x60")
    box = rounded(box)
    if box.x2 > width or box.y2 > height:
        raise UsageError(f"it must end inside the image: x2 at most {width}, y2 at most {height}")
    if round(min(box.width, box.height), 3) < MIN_SIDE:
        raise UsageError("it must be 1 pixel wide and high at least: x1 < x2 and y1 < y2")
    return box


def numbers_of(box: Box) -> str:
    """Return the text that gives a box."""
    return " ".join(f"{value:.3f}".rstrip("0").rstrip(".") for value in box)


class NumbersDialog(Dialog[Box]):
    """Answers with a box."""

    def __init__(self, actions: Sequence[Action], box: Box | None, size: tuple[int, int]) -> None:
        super().__init__(actions)
        self._box = box
        self._image_size = size

    def compose(self) -> ComposeResult:
        """Lay out one line to fill in."""
        with Vertical(classes="box") as box:
            width, height = self._image_size
            box.border_title = "Numbers of the box" if self._box else "Numbers of a new box"
            box.border_subtitle = (
                f"{self.key('dialog_accept')} sets · {self.key('dialog_close')} closes"
            )
            yield Label(f"x1 y1 x2 y2, or x y W×H, in pixels of {width}×{height}", markup=False)
            yield Input(
                numbers_of(self._box) if self._box else "",
                compact=True,
                placeholder="10 20 110 80   or   10 20 100x60",
                max_length=80,
                select_on_focus=False,
            )
            yield OneLine(id="problem")

    def on_input_changed(self) -> None:
        """Forget what was wrong: it may be right now."""
        self.query_one("#problem", OneLine).show("")

    def action_dialog_accept(self) -> None:
        """Set it, if it is one."""
        try:
            self.dismiss(box_of(self.query_one(Input).value, *self._image_size))
        except UsageError as error:
            self.query_one("#problem", OneLine).show(str(error), "$error bold")
