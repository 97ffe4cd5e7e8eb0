"""The mouse in the box editor, where the terminal sends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hardcase.tui.canvas.canvas import Overlay
from hardcase.tui.editor.editing import Edge, dragged, selecting, spanned
from hardcase.tui.editor.labels import EditLabels

if TYPE_CHECKING:
    from textual import events
    from textual.geometry import Offset

    from hardcase.imaging.view import Placement
    from hardcase.model.boxes import Box
    from hardcase.tui.editor.editing import Draft


@dataclass(slots=True)
class _Drag:
    """A button held down since `start`, now at `at`: cells of the canvas.

    `draft` is what the drag began with, `shown` what it made of it, `placement` where the image
    lies, `edges` are those held, none if it is the whole box.
    """

    start: Offset
    at: Offset
    placement: Placement
    draft: Draft
    shown: Draft
    edges: frozenset[Edge] = frozenset()

    @property
    def steps(self) -> tuple[float, float]:
        """How far it went, in source pixels (dx, dy)."""
        dx, dy = self.placement.step
        return (self.at.x - self.start.x) * dx, (self.at.y - self.start.y) * dy

    @property
    def box(self) -> Box:
        """The box over all cells between start and end, both included."""
        left, right = sorted((self.start.x, self.at.x))
        top, bottom = sorted((self.start.y, self.at.y))
        first = self.placement.to_source(left, top)
        last = self.placement.to_source(right + 1, bottom + 1)
        return spanned(first, last, self.draft.width, self.draft.height)


class EditMouse(EditLabels):
    """A click selects a box, a drag moves it, or an edge or corner of it that is held.

    A drag beside all boxes draws a new one.
    """

    ALLOW_SELECT = False  # a drag is for boxes, not for copying text

    _drag: _Drag | None = None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Select the box under the mouse, or none."""
        placement = self.placement
        inside = self.canvas.region.contains_point(event.screen_offset)
        by_keys = self.canvas.scene.aim is not None
        if event.button != 1 or placement is None or not inside or by_keys:
            return
        at = event.get_content_offset_capture(self.canvas)
        self.select(selecting(self.draft, self._box_at(at, placement)))
        edges = edges_at(self.draft.box, at, placement) if self.draft.box else frozenset()
        self._drag = _Drag(at, at, placement, self.draft, self.draft, edges)
        self.canvas.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Move the box held, or draw one."""
        drag = self._drag
        if drag is None:
            return
        at = event.get_content_offset_capture(self.canvas)
        if at == drag.at:
            return
        if self.draft.annotations != drag.shown.annotations:
            self._release()  # a key came in between
            return
        drag.at = at
        if drag.draft.selected is None:
            label = self.label_for_new or "new box"
            outline = Overlay(drag.box, label, by_human=True, selected=True)
            self.canvas.set_overlays([*self.overlays(), outline])
        else:
            drag.shown = dragged(drag.draft, drag.edges, *drag.steps)
            self.hold(drag.shown)

    def on_mouse_up(self, _event: events.MouseUp) -> None:
        """Save what was moved or drawn."""
        drag = self._drag
        if drag is None:
            return
        self._release()
        if drag.draft.selected is not None:
            self.commit()
        elif drag.at != drag.start:
            self.draw(drag.box)

    def _release(self) -> None:
        self._drag = None
        self.canvas.release_mouse()
        self.show_draft()

    def _box_at(self, at: Offset, placement: Placement) -> int | None:
        """Return the smallest box that touches a cell, None if none does."""
        found = []
        for index, annotation in enumerate(self.draft.annotations):
            if annotation.box is not None:
                x1, y1, x2, y2 = placement.cells_of(*annotation.box)
                if x1 <= at.x <= x2 and y1 <= at.y <= y2:
                    found.append((annotation.box.area, index))
        return min(found)[1] if found else None


def edges_at(box: Box, at: Offset, placement: Placement) -> frozenset[Edge]:
    """Return the edges of a box in a cell: two at a corner, none in a box without an inside."""
    x1, y1, x2, y2 = placement.cells_of(*box)
    found = set()
    if x2 - x1 >= _INSIDE:
        found |= {edge for edge, x in ((Edge.LEFT, x1), (Edge.RIGHT, x2)) if x == at.x}
    if y2 - y1 >= _INSIDE:
        found |= {edge for edge, y in ((Edge.TOP, y1), (Edge.BOTTOM, y2)) if y == at.y}
    return frozenset(found)


_INSIDE = 2
"""Cells from edge to edge from which there is something between them to hold a box by."""
