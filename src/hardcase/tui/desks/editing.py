"""The way into the box editor and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hardcase.model.job import Status, Task
from hardcase.tui.desks.desk import Desk
from hardcase.tui.editor.look import canvas_region, first_scene
from hardcase.tui.editor.open import Opening, why_not
from hardcase.tui.editor.screen import EditScreen
from hardcase.tui.messages import QuitAsked

if TYPE_CHECKING:
    from hardcase.tui.canvas.cells import Scene
    from hardcase.tui.editor.view import Outcome


class EditingDesk(Desk):
    """The box editor lies over the job screen; its first picture is made ahead."""

    ALTERING: ClassVar = frozenset(("edit_boxes",))

    _last_label: str | None = None  # of a box drawn or labeled in the editor
    _seen: tuple[int | None, int | None] = (None, None)  # the sample seen last, and this one

    def useful(self, action: str) -> bool:
        """Leave out the editor where there are no boxes to draw."""
        if action == "edit_boxes":
            return self.browser.current is not None and self.session.task is Task.DETECTION
        return True

    def action_edit_boxes(self, said: str = "") -> None:
        """Open the box editor on the sample, with what was done before still `said`."""
        screen, sample = self.screen, self.browser.current
        refusal = why_not(self.session, sample)
        if sample is None or refusal is not None:
            screen.complain(refusal or "there is no sample here")
            return
        opening = Opening(
            sample.id,
            box=screen.preview.box,
            label=self._last_label,
            before=self._seen[0],
            beside=screen.preview.canvas,
        )
        editor = EditScreen(screen.actions, self.session, opening)
        self.covered = True
        screen.app.push_screen(editor, lambda _: self._edited(editor))
        if said:
            editor.call_after_refresh(editor.say, said)
        screen.preview.prefetch_box(editor.draft.selected)  # what there is to come back to

    def prefetch(self) -> None:
        """Have the editor's first picture made ahead, if it can be opened."""
        screen, sample = self.screen, self.browser.current
        if sample is not None and sample.id != self._seen[1]:
            self._seen = self._seen[1], sample.id
        screen.preview.canvas.expected.there(self._first_scene, canvas_region(screen.app.size))

    def _first_scene(self) -> Scene | None:
        """Return what the editor would show now, None if it cannot be opened."""
        screen, sample = self.screen, self.browser.current
        if sample is None or why_not(self.session, sample) is not None:
            return None
        return first_scene(self.session, sample.id, screen.preview.box, screen.colours)

    def _edited(self, editor: EditScreen) -> None:
        """Take over from the box editor."""
        screen = self.screen
        self.covered = False
        screen.follow_saving()
        self._last_label = editor.last_label
        outcome = editor.outcome
        if outcome.problem:
            screen.complain(outcome.problem)
        else:
            screen.say(self._told(outcome, screen.key("undo")))
        current = self.browser.current
        if current is not None and current.id == editor.sample_id:
            screen.preview.box = editor.draft.selected
        screen.show_list()
        if outcome.done:
            screen.deciding.onwards([editor.sample_id])
            self._stay(editor)
        if outcome.quits:
            screen.leaving.leave(QuitAsked())

    def _stay(self, done: EditScreen) -> None:
        """Go on in the editor where that was asked for, or boxes have to be drawn anyway."""
        sample = self.browser.current
        if sample is None or sample.id == done.sample_id:
            return
        if done.outcome.onwards or (sample.status is Status.UNLABELED and not sample.annotations):
            keys = f"{done.key('edit_leave')} {self.screen.key('undo')}"
            self.action_edit_boxes(self._told(done.outcome, keys))

    @staticmethod
    def _told(outcome: Outcome, undo: str) -> str:
        """Return what was done in the editor, and the keys that undo it."""
        return f"{outcome.said} · {undo} undoes" if outcome.undoable else outcome.said
