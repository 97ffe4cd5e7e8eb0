"""Looking at the picture: zoom, pan, boxes, details."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.model.job import Task
from hardcase.tui.canvas.looks import PAN_CELLS
from hardcase.tui.desks.desk import Desk
from hardcase.tui.editor.zoom_said import zoom_said
from hardcase.tui.widgets.preview import Telling

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardcase.tui.canvas.canvas import ImageCanvas


class PictureDesk(Desk):
    """What alters how a sample is seen, never the job."""

    @property
    def _canvas(self) -> ImageCanvas:
        return self.screen.preview.canvas

    def action_next_box(self) -> None:
        """Select the next box."""
        self._step_box(1)

    def action_previous_box(self) -> None:
        """Select the previous box."""
        self._step_box(-1)

    def action_toggle_boxes(self) -> None:
        """Show or hide the boxes."""
        canvas = self._canvas
        canvas.overlays_visible = not canvas.overlays_visible
        hidden = f"boxes hidden; {self.screen.key('toggle_boxes')} shows them"
        self.screen.say("boxes shown" if canvas.overlays_visible else hidden)

    def action_zoom_in(self) -> None:
        """Zoom in."""
        self._zoom(self._canvas.zoom_in)

    def action_zoom_out(self) -> None:
        """Zoom out."""
        self._zoom(self._canvas.zoom_out)

    def action_zoom_fit(self) -> None:
        """Show the whole picture."""
        self._zoom(self._canvas.zoom_fit)

    def action_pan_left(self) -> None:
        """Look further left."""
        self._pan(-1, 0)

    def action_pan_right(self) -> None:
        """Look further right."""
        self._pan(1, 0)

    def action_pan_up(self) -> None:
        """Look further up."""
        self._pan(0, -1)

    def action_pan_down(self) -> None:
        """Look further down."""
        self._pan(0, 1)

    def _pan(self, x: int, y: int) -> None:
        columns, rows = PAN_CELLS
        self._canvas.pan(x * columns, y * rows)

    def action_details(self) -> None:
        """Show more details, none, or those that are asked for mostly."""
        key = self.screen.key("details")
        said = {
            Telling.ALL: f"all details · {key} hides them",
            Telling.NOTHING: f"details hidden · {key} shows them",
            Telling.SOME: "",
        }
        self.screen.say(said[self.screen.preview.turn_details()])

    def _step_box(self, step: int) -> None:
        screen = self.screen
        detection = self.session.task is Task.DETECTION
        if not detection or not screen.preview.step_box(step, screen.colours):
            screen.say("there is no box here")
        screen.editing.prefetch()
        screen.refresh_hints()

    def _zoom(self, zoom: Callable[[], None]) -> None:
        before = self._canvas.view
        zoom()
        self.screen.say(zoom_said(self._canvas, before))
        self.screen.refresh_hints()
