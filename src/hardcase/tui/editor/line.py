"""The line that says what box is selected, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from hardcase.model.job import HUMAN
from hardcase.model.numbers import count, degree
from hardcase.tui.widgets.swatch import on_ground
from hardcase.tui.widgets.text import elide

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardcase.model.boxes import Box
    from hardcase.tui.editor.editing import Draft

Part = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A box being drawn: its label, empty if it is not known; its corner `at`, and the other."""

    label: str
    at: tuple[float, float]
    box: Box | None


class BoxLine(Widget, can_focus=False):
    """Which box of how many, its label, score, corners and size in source pixels.

    Or the same of one that is being drawn.
    """

    DEFAULT_CSS = """
    BoxLine { height: 1; padding: 0 1; }
    """

    def __init__(self, key: Callable[[str], str]) -> None:
        super().__init__()
        self._key = key
        self._shown: Draft | Drawn | None = None
        self._colour = ""

    def show(self, shown: Draft | Drawn, colour: str) -> None:
        """Show the selected box of a draft, or one being drawn, whose label has this colour."""
        if (shown, colour) != (self._shown, self._colour):
            self._shown, self._colour = shown, colour
            self.refresh()

    def render(self) -> Content:
        """Draw the line."""
        if self._shown is None:
            return Content("")
        width = self.content_size.width
        if isinstance(self._shown, Drawn):
            drawn = Content.assemble(*parts_of_drawn(self._shown, self._colour, width))
            return on_ground(drawn, self.background_colors[1].hex6)
        drawn = Content.assemble(*parts(self._shown, self._colour, width, self._key))
        return on_ground(drawn, self.background_colors[1].hex6)


def parts_of_drawn(drawn: Drawn, colour: str, width: int) -> list[Part]:
    """Return the line of a box being drawn as texts with their styles, in `width` cells."""
    x, y = drawn.at
    numbers = f"  corner at x {x:.0f}  y {y:.0f}" if drawn.box is None else _numbers(drawn.box)
    room = width - cell_len(f"drawing ■ {numbers}")
    if not drawn.label:
        return [("drawing ", "bold"), (elide("a new box", room + 2), "$muted"), (numbers, "")]
    label = elide(drawn.label, max(room, 1))
    return [("drawing ", "bold"), ("■ ", colour), (label, "bold"), (numbers, "")]


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
    score = "" if annotation.score is None else f" {degree(annotation.score)}"
    numbers = _numbers(box)
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
        (numbers, ""),
    ]


def _numbers(box: Box) -> str:
    corners = "  ".join(f"{name} {_number(value)}" for name, value in zip(_NAMES, box, strict=True))
    return f"  {corners}  {_number(box.width)}×{_number(box.height)} px"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


_NAMES = ("x1", "y1", "x2", "y2")
_MAKER_WIDTH = 30
