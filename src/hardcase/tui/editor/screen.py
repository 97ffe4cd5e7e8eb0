"""The box editor: draw, move, resize, label and delete the boxes of one image by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.errors import HardcaseError
from hardcase.model.job import Status
from hardcase.tui.dialogs.help import HelpDialog
from hardcase.tui.editor.colours import NO_COLOUR
from hardcase.tui.editor.drawing import PLACES as DRAWING_PLACES
from hardcase.tui.editor.drawing import DrawDesk
from hardcase.tui.editor.editing import stepped
from hardcase.tui.editor.follow import pan_to_box
from hardcase.tui.editor.line import BoxLine
from hardcase.tui.editor.mouse import EditMouse
from hardcase.tui.editor.moving import MoveDesk
from hardcase.tui.editor.reverting import RevertDesk
from hardcase.tui.editor.snapping import SnapDesk
from hardcase.tui.editor.striking import StrikeDesk
from hardcase.tui.editor.view import Outcome
from hardcase.tui.editor.zoom_said import zoom_said
from hardcase.tui.screens.done import in_past

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events

    from hardcase.imaging.rulers import Aim
    from hardcase.model.changes import Change
    from hardcase.session import LabelingSession
    from hardcase.tui.actions import Action
    from hardcase.tui.canvas.canvas import Overlay
    from hardcase.tui.editor.open import Opening


class EditScreen(EditMouse):
    """The actions of the editor's keys."""

    def __init__(
        self,
        actions: Sequence[Action],
        session: LabelingSession,
        opening: Opening,
    ) -> None:
        super().__init__(actions, session, opening)
        self.drawing = DrawDesk(self)
        self.moving = MoveDesk(self)
        self.striking = StrikeDesk(self)
        self.seat(self.drawing, self.moving, self.striking, SnapDesk(self), RevertDesk(self))

    def on_key(self, event: events.Key) -> None:
        """Let letters go before keys while a box is drawn or boxes have letters."""
        if self.has_class("too-small"):
            return
        if self.striking.typed(event) or self.drawing.typed(event.character):
            event.stop()

    async def action_help(self) -> None:
        """Show the keys of this place: another one while a box is drawn."""
        if self.drawing.aiming is None:
            await super().action_help()
        else:
            self.app.push_screen(HelpDialog(self.actions, DRAWING_PLACES))

    def offers(self, action: Action) -> bool:
        """Offer what can be done now: of another place while a box is drawn, little by letters."""
        if self.striking.letters:
            return self.striking.hears(action)
        if self.drawing.aiming is None:
            return super().offers(action)
        if action.id.startswith("draw_seen"):
            return bool(self.drawing.seen)
        return action.where in DRAWING_PLACES and action.id != "back"

    @property
    def aim(self) -> Aim | None:
        """Where a box is being drawn, None if none is."""
        return self.drawing.aim

    def overlays(self) -> list[Overlay]:
        """Return the boxes as the canvas draws them: those of the draft, and one being drawn."""
        if self.striking.letters:
            return self.striking.overlays(self.colours)
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

    def action_edit_confirm_next(self) -> None:
        """Confirm the boxes and edit those of the next image."""
        self._confirm(onwards=True)

    def action_edit_confirm(self) -> None:
        """Confirm the boxes and go on."""
        self._confirm(onwards=False)

    def _confirm(self, *, onwards: bool) -> None:
        if not self.commit():
            return
        sample = self.session.sample(self.sample_id)
        if sample.status is Status.LABELED and self.session.trouble is not None:
            self.leave(Outcome(done=True, problem=f"not saved yet: {self.session.trouble}"))
        elif sample.status is Status.LABELED:
            self.leave(Outcome(done=True, onwards=onwards, said=f"saved {sample.path}"))
        else:
            draw, none = self.key("edit_new"), self.key("edit_no_objects")
            nothing = f"nothing to confirm: {draw} draws a box, {none} says there are no objects"
            self._finish(self.session.confirm, nothing, onwards=onwards)

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

    def _finish(
        self,
        command: Callable[[list[int]], Change | None],
        nothing: str,
        *,
        onwards: bool = False,
    ) -> None:
        """Decide on the sample and leave; where nothing came of it, say `nothing` if there is."""
        try:
            change = command([self.sample_id])
        except HardcaseError as error:
            self.complain(error)
            return
        if change is None and nothing:
            self.say(nothing)
            return
        said = in_past(change) if change else ""
        self.leave(Outcome(done=True, onwards=onwards, said=said, undoable=change is not None))

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
        self.keep_in_sight()

    # -- the picture

    def keep_in_sight(self) -> None:
        """Pan so that the selected box is seen."""
        if self.placement and self.draft.box:
            self.canvas.pan(*pan_to_box(self.draft.box, self.placement))

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
        self.keep_in_sight()
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
