"""Moving the selected box and its edges, step by step or to numbers given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.tui.canvas.looks import PAN_CELLS
from hardcase.tui.editor.drawing import WAYS
from hardcase.tui.editor.editing import Edge, nudged, pulled, with_box
from hardcase.tui.editor.follow import pan_to_edge
from hardcase.tui.editor.numbers import NumbersDialog

if TYPE_CHECKING:
    from hardcase.model.boxes import Box
    from hardcase.tui.editor.screen import EditScreen

_FAR_STEPS = 5
_GEARS = range(-4, 4)
"""Powers of two that a step may be of a cell."""


class MoveDesk:
    """Moves by steps, which are as large as a cell shows, so that they become finer with zoom."""

    def __init__(self, screen: EditScreen) -> None:
        self.screen = screen
        self._gear = 0

    def action_move(self, way: str) -> None:
        """Move the box by a step; with no box selected, look further that way."""
        if self.screen.draft.box is None:
            dx, dy = WAYS[way]
            columns, rows = PAN_CELLS
            self.screen.canvas.pan(dx * columns, dy * rows)
        else:
            self._move(way, 1)

    def action_move_far(self, way: str) -> None:
        """Move the box by five steps."""
        self._move(way, _FAR_STEPS)

    def action_pull(self, edge: str, outwards: int) -> None:
        """Move an edge of the box by a step, outwards (1) or inwards (-1)."""
        if self.screen.draft.box is None:
            self.screen.say(self.screen.no_box)
            return
        side = Edge(edge)
        by = self.step_size[0 if side in (Edge.LEFT, Edge.RIGHT) else 1]
        if not self.screen.step(pulled(self.screen.draft, side, by * outwards)):
            end = f"the {edge} edge is at the end of the image"
            self.screen.say(end if outwards > 0 else "the box is as small as it gets")
            return
        self.screen.say("")
        placement, box = self.screen.placement, self.screen.draft.box
        if placement and box:
            self.screen.canvas.pan(*pan_to_edge(box, side, placement))

    def action_gear(self, by: int) -> None:
        """Make steps half or twice as large."""
        before = self.step_size
        self._gear = min(max(self._gear + by, _GEARS[0]), _GEARS[-1])
        if self.step_size == before:
            self._gear -= by  # a pixel is the least, so that more of it would only be felt later
        dx, dy = self.step_size
        self.screen.say(f"a step is {dx:.3g} pixels across, {dy:.3g} down")

    def action_edit_numbers(self) -> None:
        """Give the box by its numbers."""
        if not self.screen.commit():
            return
        size = (self.screen.draft.width, self.screen.draft.height)
        dialog = NumbersDialog(self.screen.actions, self.screen.draft.box, size)
        self.screen.app.push_screen(dialog, self._set_numbers)

    def _set_numbers(self, box: Box | None) -> None:
        if box is None:
            return
        if self.screen.draft.box is None:
            self.screen.draw(box)
        elif self.screen.alter(with_box(self.screen.draft, box)):
            self.screen.say(f"set · {self.screen.key('edit_undo')} undoes")
        self.screen.keep_in_sight()

    def _move(self, way: str, steps: int) -> None:
        if self.screen.draft.box is None:
            self.screen.say(self.screen.no_box)
            return
        sizes = zip(WAYS[way], self.step_size, strict=True)
        dx, dy = (sign * steps * size for sign, size in sizes)
        moved = self.screen.step(nudged(self.screen.draft, dx, dy))
        self.screen.say("" if moved else "the box is at the edge of the image")
        self.screen.keep_in_sight()

    @property
    def cell(self) -> tuple[float, float]:
        """Source pixels (dx, dy) of a cell, at any zoom."""
        placement = self.screen.placement
        return placement.step if placement else self.screen.canvas.step

    @property
    def step_size(self) -> tuple[float, float]:
        """Source pixels (dx, dy) of one step, 1 at least: those of a cell unless geared."""
        dx, dy = (size * 2.0**self._gear for size in self.cell)
        return max(dx, 1.0), max(dy, 1.0)
