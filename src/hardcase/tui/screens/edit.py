"""The box editor: draw, move, resize, label and delete the boxes of one image by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.errors import HardcaseError
from hardcase.model.job import Status
from hardcase.tui.dialogs.help import HelpDialog
from hardcase.tui.edit_colours import NO_COLOUR
from hardcase.tui.edit_drawing import PLACES as DRAWING_PLACES
from hardcase.tui.edit_drawing import WAYS, DrawDesk
from hardcase.tui.edit_follow import pan_to_box, pan_to_edge
from hardcase.tui.edit_line import BoxLine
from hardcase.tui.edit_numbers import NumbersDialog
from hardcase.tui.edit_snapping import SnapDesk
from hardcase.tui.editing import (
    Edge,
    copied,
    deleted,
    nudged,
    pulled,
    replaced,
    stepped,
    with_box,
)
from hardcase.tui.screens.done import in_past
from hardcase.tui.screens.edit_mouse import EditMouse
from hardcase.tui.screens.edit_view import Outcome
from hardcase.tui.widgets.text import count
from hardcase.tui.zoom_said import zoom_said

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events

    from hardcase.model.boxes import Box
    from hardcase.model.changes import Change
    from hardcase.model.job import Annotation
    from hardcase.session import LabelingSession
    from hardcase.tui.actions import Action
    from hardcase.tui.widgets.canvas import ImageCanvas, Overlay

_FAR_STEPS = 5
_PAN_CELLS = 8
_GEARS = range(-4, 4)
"""Powers of two that a step may be of a cell."""


class EditScreen(EditMouse):
    """The actions of the editor's keys."""

    def __init__(
        self,
        actions: Sequence[Action],
        session: LabelingSession,
        sample_id: int,
        *,
        box: int | None = None,
        label: str | None = None,
        before: int | None = None,
        beside: ImageCanvas | None = None,
    ) -> None:
        super().__init__(actions, session, sample_id, box=box, label=label, beside=beside)
        self.before = before
        self.drawing = DrawDesk(self)
        self._gear = 0
        self.seat(self.drawing, SnapDesk(self))

    def on_key(self, event: events.Key) -> None:
        """Let letters go before keys while a box is drawn."""
        if self.drawing.typed(event.character):
            event.stop()

    async def action_help(self) -> None:
        """Show the keys of this place: another one while a box is drawn."""
        if self.drawing.aiming is None:
            await super().action_help()
        else:
            self.app.push_screen(HelpDialog(self.actions, DRAWING_PLACES))

    def here(self) -> list[Action]:
        """Return what can be done now: of another place while a box is drawn."""
        if self.drawing.aiming is None:
            return super().here()
        return [a for a in self.actions if a.where in DRAWING_PLACES and a.id != "back"]

    def overlays(self) -> list[Overlay]:
        """Return the boxes as the canvas draws them: those of the draft, and one being drawn."""
        if self.drawing.aiming is None:
            return super().overlays()
        return self.drawing.overlays(self.colours)

    def show_numbers(self) -> None:
        """Show in numbers the box that is drawn, or else selected."""
        drawn = self.drawing.drawn
        if drawn is None:
            super().show_numbers()
        else:
            self.query_one(BoxLine).show(drawn, self.colours.get(drawn.label, NO_COLOUR))

    # -- leaving

    def action_edit_confirm(self) -> None:
        """Confirm the boxes and go on."""
        if not self.commit():
            return
        sample = self.session.sample(self.sample_id)
        if sample.status is Status.LABELED and self.session.trouble is not None:
            self.leave(Outcome(done=True, problem=f"not saved yet: {self.session.trouble}"))
        elif sample.status is Status.LABELED:
            self.leave(Outcome(done=True, said=f"saved {sample.path}"))
        else:
            draw, none = self.key("edit_new"), self.key("edit_no_objects")
            nothing = f"nothing to confirm: {draw} draws a box, {none} says there are no objects"
            self._finish(self.session.confirm, nothing)

    def action_edit_no_objects(self) -> None:
        """Say that there are no objects here, and go on."""
        if self.commit():
            self._finish(self.session.set_no_objects, "")

    def action_edit_leave(self) -> None:
        """Go back to the job; edits are kept."""
        changed = self.draft.annotations != self.opened_with
        said = "edits are kept; the boxes are not confirmed yet" if changed else ""
        if self.session.sample(self.sample_id).status is Status.LABELED and said:
            said = "edits are kept"
        self.leave(Outcome(said=said))

    async def action_back(self) -> None:
        """Go back to the job."""
        self.action_edit_leave()

    async def action_quit_app(self) -> None:
        """Quit the app, by way of the job."""
        self.leave(Outcome(quits=True))

    def _finish(self, command: Callable[[list[int]], Change | None], nothing: str) -> None:
        """Decide on the sample and leave; where nothing came of it, say `nothing` if there is."""
        try:
            change = command([self.sample_id])
        except HardcaseError as error:
            self.complain(error)
            return
        if change is None and nothing:
            self.say(nothing)
            return
        # The job undoes it: the editor is left by then.
        undo = self.key("undo")
        self.leave(Outcome(done=True, said=f"{in_past(change)} · {undo} undoes" if change else ""))

    # -- which box

    def action_edit_next(self) -> None:
        """Select the next box."""
        self._select_step(1)

    def action_edit_previous(self) -> None:
        """Select the previous box."""
        self._select_step(-1)

    def _select_step(self, step: int) -> None:
        if not self.draft.annotations:
            self.say(f"there is no box here; {self.key('edit_new')} draws one")
            return
        self.select(stepped(self.draft, step))
        self._keep_in_sight()

    # -- geometry

    def action_move(self, way: str) -> None:
        """Move the box by a step; with no box selected, look further that way."""
        if self.draft.box is None:
            dx, dy = WAYS[way]
            self.canvas.pan(dx * _PAN_CELLS, dy * _PAN_CELLS / 2)
        else:
            self._move(way, 1)

    def action_move_far(self, way: str) -> None:
        """Move the box by five steps."""
        self._move(way, _FAR_STEPS)

    def action_pull(self, edge: str, outwards: int) -> None:
        """Move an edge of the box by a step, outwards (1) or inwards (-1)."""
        box = self.draft.box
        if box is None:
            self.say(self.no_box)
            return
        side = Edge(edge)
        by = self.step_size[0 if side in (Edge.LEFT, Edge.RIGHT) else 1]
        if not self.step(pulled(self.draft, side, by * outwards)):
            self.say(f"the {edge} edge is at the end of the image" if outwards > 0 else _SMALLEST)
            return
        self.say("")
        if self.placement and self.draft.box:
            self.canvas.pan(*pan_to_edge(self.draft.box, side, self.placement))

    def action_gear(self, by: int) -> None:
        """Make steps half or twice as large."""
        before = self.step_size
        self._gear = min(max(self._gear + by, _GEARS[0]), _GEARS[-1])
        if self.step_size == before:
            self._gear -= by  # a pixel is the least, so that more of it would only be felt later
        dx, dy = self.step_size
        self.say(f"a step is {dx:.3g} pixels across, {dy:.3g} down")

    def action_edit_numbers(self) -> None:
        """Give the box by its numbers."""
        if not self.commit():
            return
        size = (self.draft.width, self.draft.height)
        dialog = NumbersDialog(self.actions, self.draft.box, size)
        self.app.push_screen(dialog, self._set_numbers)

    def _set_numbers(self, box: Box | None) -> None:
        if box is None:
            return
        if self.draft.box is None:
            self.draw(box)
        elif self.alter(with_box(self.draft, box)):
            self.say(f"set · {self.key('edit_undo')} undoes")
        self._keep_in_sight()

    def _move(self, way: str, steps: int) -> None:
        if self.draft.box is None:
            self.say(self.no_box)
            return
        sizes = zip(WAYS[way], self.step_size, strict=True)
        dx, dy = (sign * steps * size for sign, size in sizes)
        moved = self.step(nudged(self.draft, dx, dy))
        self.say("" if moved else "the box is at the edge of the image")
        self._keep_in_sight()

    @property
    def cell(self) -> tuple[float, float]:
        """Source pixels (dx, dy) of a cell, at any zoom."""
        return self.placement.step if self.placement else self.canvas.step

    @property
    def step_size(self) -> tuple[float, float]:
        """Source pixels (dx, dy) of one step, 1 at least: those of a cell unless geared."""
        dx, dy = (size * 2.0**self._gear for size in self.cell)
        return max(dx, 1.0), max(dy, 1.0)

    def _keep_in_sight(self) -> None:
        if self.placement and self.draft.box:
            self.canvas.pan(*pan_to_box(self.draft.box, self.placement))

    # -- taking out and back

    def action_edit_delete(self) -> None:
        """Delete the box."""
        if self.draft.box is None:
            self.say(self.no_box)
        elif self.alter(deleted(self.draft)):
            self.say(f"deleted the box · {self.key('edit_undo')} undoes")

    def action_edit_delete_all(self) -> None:
        """Delete all boxes."""
        boxes = len(self.draft.annotations)
        self._replace((), "there is no box to delete", f"deleted {count(boxes, 'box')}")

    def action_edit_reset(self) -> None:
        """Reset to the boxes there were when the editor opened."""
        nothing = "these are the boxes there were when the editor opened"
        self._replace(self.opened_with, nothing, "reset to the boxes there were")

    def action_edit_predicted(self) -> None:
        """Reset to the boxes the model predicted."""
        prediction = self.session.prediction(self.sample_id)
        if prediction is None or prediction.error is not None:
            self.say("no model has said anything of this image")
        else:
            nothing = "these are the boxes the model predicted"
            self._replace(prediction.annotations, nothing, "reset to what the model predicted")

    def action_edit_copy(self) -> None:
        """Add the boxes of the image seen before this one."""
        if not self.commit():
            return
        try:
            source = None if self.before is None else self.session.sample(self.before)
        except HardcaseError:
            source = None  # deleted meanwhile
        after = copied(self.draft, source.annotations if source else ())
        added = len(after.annotations) - len(self.draft.annotations)
        if source is None:
            self.say("no image was seen before this one")
        elif not added:
            self.say(f"nothing to add from {source.path}")
        elif self.alter(after):
            undo = self.key("edit_undo")
            self.say(f"added {count(added, 'box')} of {source.path} · {undo} undoes")

    def _replace(self, annotations: Sequence[Annotation], nothing: str, done: str) -> None:
        self.commit()
        if tuple(annotations) == self.draft.annotations:
            self.say(nothing)
        elif self.alter(replaced(self.draft, annotations)):
            self.say(f"{done} · {self.key('edit_undo')} undoes")

    def action_edit_undo(self) -> None:
        """Undo what was done in the editor."""
        if self.commit():
            further = self.key("undo")
            nothing = f"nothing more to undo here; in the job, {further} goes further back"
            self._step_back(self.session.undo, nothing, possible=self.scope.can_undo)

    def action_edit_redo(self) -> None:
        """Redo."""
        if self.commit():
            self._step_back(self.session.redo, "nothing to redo", possible=self.scope.can_redo)

    def _step_back(
        self, command: Callable[[], Change | None], nothing: str, *, possible: bool
    ) -> None:
        if not possible:
            self.say(nothing)
            return
        try:
            change = self.ours(command)
        except HardcaseError as error:
            self.complain(error)
            return
        self.say(in_past(change) if change else nothing)
        self._keep_in_sight()

    # -- the picture

    def action_edit_zoom_box(self) -> None:
        """Zoom to the box."""
        if self.draft.box is None:
            self.say(self.no_box)
        else:
            self.canvas.zoom_to(self.draft.box)
            self.refresh_hints()

    def action_edit_zoom_in(self) -> None:
        """Zoom in, with the box in sight."""
        before = self.canvas.view
        self.canvas.zoom_in()
        self.say(zoom_said(self.canvas, before))
        self._keep_in_sight()
        self.refresh_hints()

    def action_edit_zoom_out(self) -> None:
        """Zoom out."""
        before = self.canvas.view
        self.canvas.zoom_out()
        self.say(zoom_said(self.canvas, before))
        self.refresh_hints()

    def action_edit_zoom_fit(self) -> None:
        """Show the whole picture. It sets no label, lest a key pressed twice alters a box."""
        if self.canvas.view.is_fit:
            pick = self.key("edit_pick_label")
            self.say(f"the whole picture is shown; {pick} picks label 10 and others")
        self.canvas.zoom_fit()
        self.refresh_hints()

    def action_edit_toggle_boxes(self) -> None:
        """Show or hide the boxes."""
        self.canvas.overlays_visible = not self.canvas.overlays_visible
        hidden = f"boxes hidden; {self.key('edit_toggle_boxes')} shows them"
        self.say("boxes shown" if self.canvas.overlays_visible else hidden)

    def action_edit_save_again(self) -> None:
        """Try to save again."""
        if self.session.trouble is not None and not self.session.retry():
            self.complain(f"still not saved: {self.session.trouble}")
        elif self.commit():
            self.say("saved")
        self.show_title()


_SMALLEST = "the box is as small as it gets"
