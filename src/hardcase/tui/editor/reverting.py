"""Taking boxes out of the editor, and back: deleting, resetting, copying, undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.errors import HardcaseError
from hardcase.model.numbers import count
from hardcase.model.text import printable
from hardcase.tui.editor.editing import copied, deleted, replaced
from hardcase.tui.screens.done import in_past

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hardcase.model.changes import Change
    from hardcase.model.job import Annotation, Sample
    from hardcase.tui.editor.screen import EditScreen


class RevertDesk:
    """What puts other boxes in the place of those there are."""

    def __init__(self, screen: EditScreen) -> None:
        self.screen = screen

    def action_edit_delete(self) -> None:
        """Delete the box."""
        if self.screen.draft.box is None:
            self.screen.say(self.screen.no_box)
        elif self.screen.alter(deleted(self.screen.draft)):
            self.screen.say(f"deleted the box · {self.screen.key('edit_undo')} undoes")

    def action_edit_delete_all(self) -> None:
        """Delete all boxes."""
        boxes = len(self.screen.draft.annotations)
        self._replace((), "there is no box to delete", f"deleted {count(boxes, 'box')}")

    def action_edit_reset(self) -> None:
        """Reset to the boxes there were when the editor opened."""
        nothing = "these are the boxes there were when the editor opened"
        self._replace(self.screen.opened_with, nothing, "reset to the boxes there were")

    def action_edit_predicted(self) -> None:
        """Reset to the boxes the model predicted."""
        prediction = self.screen.session.prediction(self.screen.sample_id)
        if prediction is None or prediction.error is not None:
            self.screen.say("no model has said anything of this image")
        else:
            nothing = "these are the boxes the model predicted"
            self._replace(prediction.annotations, nothing, "reset to what the model predicted")

    def action_edit_copy(self) -> None:
        """Add the boxes of the image seen before this one."""
        if not self.screen.commit():
            return
        source = self._before
        if source is None:
            self.screen.say("no image was seen before this one")
            return
        after = copied(self.screen.draft, source.annotations)
        added = len(after.annotations) - len(self.screen.draft.annotations)
        if not added:
            self.screen.say(f"nothing to add from {printable(source.path)}")
        elif self.screen.alter(after):
            undo = self.screen.key("edit_undo")
            shown = printable(source.path)
            self.screen.say(f"added {count(added, 'box')} of {shown} · {undo} undoes")

    @property
    def _before(self) -> Sample | None:
        """The image seen before this one, if it is still there."""
        if self.screen.before is None:
            return None
        try:
            return self.screen.session.sample(self.screen.before)
        except HardcaseError:
            return None

    def _replace(self, annotations: Sequence[Annotation], nothing: str, done: str) -> None:
        self.screen.commit()
        if tuple(annotations) == self.screen.draft.annotations:
            self.screen.say(nothing)
        elif self.screen.alter(replaced(self.screen.draft, annotations)):
            self.screen.say(f"{done} · {self.screen.key('edit_undo')} undoes")

    def action_edit_undo(self) -> None:
        """Undo what was done in the editor."""
        if self.screen.commit():
            further = self.screen.key("undo")
            nothing = f"nothing more to undo here; in the job, {further} goes further back"
            possible = self.screen.scope.can_undo
            self._step_back(self.screen.session.undo, nothing, possible=possible)

    def action_edit_redo(self) -> None:
        """Redo."""
        if self.screen.commit():
            possible = self.screen.scope.can_redo
            self._step_back(self.screen.session.redo, "nothing to redo", possible=possible)

    def _step_back(
        self, command: Callable[[], Change | None], nothing: str, *, possible: bool
    ) -> None:
        if not possible:
            self.screen.say(nothing)
            return
        try:
            change = self.screen.ours(command)
        except HardcaseError as error:
            self.screen.complain(error)
            return
        self.screen.say(in_past(change) if change else nothing)
        self.screen.keep_in_sight()
