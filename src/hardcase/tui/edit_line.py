"""The line that says what box is selected, in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from hardcase.model.job import HUMAN
from hardcase.tui.widgets.text import count, elide

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardcase.tui.editing import Draft

Part = tuple[str, str]


class BoxLine(Widget, can_focus=False):
    """Which box of how many, its label, score, corners and size in source pixels."""

    DEFAULT_CSS = """
    BoxLine { height: 1; padding: 0 1; }
    """

    def __init__(self, key: Callable[[str], str]) -> None:
        super().__init__()
        self._key = key
        self._draft: Draft | None = None
        self._colour = ""

    def show(self, draft: Draft, colour: str) -> None:
        """Show the selected box of a draft, whose label has this colour."""
        if (draft, colour) != (self._draft, self._colour):
            self._draft, self._colour = draft, colour
            self.refresh()

    def render(self) -> Content:
        """Draw the line."""
        if self._draft is None:
            return Content("")
        width = self.content_size.width
        return Content.assemble(*parts(self._draft, self._colour, width, self._key))


def parts(draft: Draft, colour: str, width: int, key: Callable[[str], str]) -> list[Part]:
    """Return the line as texts with their styles, in at most `width` cells.

    `key` tells the user's key for the id of an action.
    The numbers come first to stay: the label gives way, then who made the box is left out.
    """
    boxes = len(draft.annotations)
    annotation, box = draft.annotation, draft.box
    if annotation is None or box is None:
        selects = f"{key('edit_next')} selects"
        what = f"{count(boxes, 'box')} · {selects}" if boxes else "no boxes"
        draw, none = key("edit_new"), key("edit_no_objects")
        return [(elide(f"{what} · {draw} draws one, {none}: no objects here", width), "$muted")]
    place = f"{(draft.selected or 0) + 1}/{boxes} "
    maker = " a person" if annotation.by == HUMAN else f" by {annotation.by}"
    score = "" if annotation.score is None else f" {annotation.score:.0%}"
    corners = "  ".join(f"{name} {_number(value)}" for name, value in zip(_NAMES, box, strict=True))
    size = f"{_number(box.width)}×{_number(box.height)} px"
    numbers = f"  {corners}  {size}"
    room = width - cell_len(f"{place}■ {score}{numbers}")
    label = elide(annotation.label, max(room, 1))
    maker = elide(maker, _MAKER_WIDTH)
    if cell_len(maker) > room - cell_len(label):
        maker = ""
    return [
        (place, "bold"),
        ("■ ", colour),
        (label, "bold"),
        (score, ""),
        (maker, "$muted"),
        (f"  {corners}", ""),
        (f"  {size}", "$muted"),
    ]


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


_NAMES = ("x1", "y1", "x2", "y2")
_MAKER_WIDTH = 30
