"""What the box editor shows, and how its edits reach the job."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical

from hardcase.errors import HardcaseError
from hardcase.imaging.view import place
from hardcase.model.changes import Table
from hardcase.model.job import Status
from hardcase.tui.actions import Place
from hardcase.tui.canvas.canvas import ImageCanvas
from hardcase.tui.dialogs.confirm import ConfirmDialog
from hardcase.tui.editor.colours import NO_COLOUR
from hardcase.tui.editor.editing import replaced, selecting
from hardcase.tui.editor.line import BoxLine
from hardcase.tui.editor.look import begun, overlays
from hardcase.tui.editor.scope import UndoScope
from hardcase.tui.messages import SavedChanged
from hardcase.tui.screens.place import PlaceScreen
from hardcase.tui.widgets.lines import Hints, OneLine, TitleLine
from hardcase.tui.widgets.sample_rows import STATUS_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.timer import Timer

    from hardcase.imaging.rulers import Aim
    from hardcase.imaging.view import Placement
    from hardcase.model.changes import Change
    from hardcase.session import LabelingSession
    from hardcase.tui.actions import Action
    from hardcase.tui.canvas.canvas import Overlay
    from hardcase.tui.editor.editing import Draft
    from hardcase.tui.editor.open import Opening

IDLE_SECONDS = 0.4
"""A run of steps on one box becomes one Change when no key comes for this long."""

LONGEST_SECONDS = 2.0
"""A run of steps that goes on longer is saved in parts."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the editor was left.

    `done` says that the sample needs nobody any more, `onwards` that the next one is to be edited,
    `undoable` that undo in the job takes back what was `said` to be done.
    """

    done: bool = False
    onwards: bool = False
    said: str = ""
    undoable: bool = False
    problem: str = ""
    quits: bool = False


class EditView(PlaceScreen):
    """One image with its boxes over the whole width. `EditScreen` adds the actions.

    `draft` is what is on screen. It runs ahead of the job while steps are pending, for
    `IDLE_SECONDS` at most after the last one.
    """

    PLACES: ClassVar = (Place.EDITOR, Place.EVERYWHERE)

    def __init__(
        self,
        actions: Sequence[Action],
        session: LabelingSession,
        opening: Opening,
    ) -> None:
        super().__init__(actions)
        self.session = session
        self.sample_id = opening.sample_id
        self.last_label = opening.label
        self.before = opening.before
        self.outcome = Outcome()
        self.draft = begun(session, opening.sample_id, opening.box)
        self.opened_with = self.draft.annotations
        self.scope = UndoScope()
        self.canvas = ImageCanvas(id="canvas", beside=opening.beside)
        self.colours = _colours(session)
        self._pending_since: float | None = None
        self._idle: Timer | None = None
        self._committing = False
        self._unfollow: Callable[[], None] | None = None
        self._unreadable: Outcome | None = None

    def compose(self) -> ComposeResult:
        """Lay out lines over and under the picture."""
        yield OneLine(id="too-small")
        with Vertical(id="work"):
            yield TitleLine()
            yield self.canvas
            yield BoxLine(self.key)
            yield OneLine(id="message")
            yield Hints()

    def on_mount(self) -> None:
        """Follow the job from now on, and show the sample."""
        self._unfollow = self.session.subscribe(self._follow)
        self.session.on_saved(self._saved)
        sample = self.session.sample(self.sample_id)
        path = self.session.image_path(self.sample_id)
        overlays = self.overlays()
        self.canvas.show(path, overlays=overlays, hard=sample.hard, key=self.sample_id)
        self.show_draft()

    def on_unmount(self) -> None:
        """Save what is pending however the editor ends, and follow the job no longer."""
        self._unfollow_once()
        if self.pending:
            with suppress(HardcaseError):  # there is no screen left; closing the job says it
                self._save()

    def offers(self, action: Action) -> bool:
        """Leave out what would do nothing now; `escape` stands for going back."""
        return super().offers(action) and self._useful(action.id)

    # -- showing

    @property
    def placement(self) -> Placement | None:
        """Where the image lies on the canvas, None before there is any room."""
        if not self.canvas.size:
            return None
        known = self.canvas.placement
        size = (self.draft.width, self.draft.height)
        return known or place(self.canvas.view, *size, *self.canvas.size)

    def show_draft(self) -> None:
        """Show boxes, numbers and keys as they are now."""
        self.canvas.set_overlays(self.overlays(), aim=self.aim)
        self.show_numbers()
        self.show_title()
        self.refresh_hints()

    def show_numbers(self) -> None:
        """Show which box is selected, in numbers."""
        annotation = self.draft.annotation
        colour = self.colours.get(annotation.label, NO_COLOUR) if annotation else ""
        self.query_one(BoxLine).show(self.draft, colour)

    def show_title(self) -> None:
        """Show which image this is, how it stands, and whether all is saved."""
        session, sample = self.session, self.session.sample(self.sample_id)
        state = ("saved", "$success")
        if session.trouble is not None:
            state = ("NOT SAVED", "$error bold")
        elif self.pending or not session.saved:
            state = ("saving", "$muted")
        about = f"box editor · {STATUS_WORDS[sample.status]}"
        self.query_one(TitleLine).show(sample.path, about, state)

    @property
    def aim(self) -> Aim | None:
        """Where a box is being drawn, None if none is."""
        return None

    def overlays(self) -> list[Overlay]:
        """Return the boxes of the draft as the canvas draws them."""
        return overlays(self.draft, self.colours)

    def _useful(self, action: str) -> bool:
        selected = self.draft.selected is not None
        match action:
            case "back":
                return False
            case "edit_confirm":
                status = self.session.sample(self.sample_id).status
                return bool(self.draft.annotations) or status is not Status.UNLABELED
            case "edit_next":
                return len(self.draft.annotations) > 1
            case "edit_left":
                return selected or not self.canvas.view.is_fit
            case "edit_top_out" | "edit_delete" | "edit_pick_label" | "edit_label_1":
                return selected
            case "edit_zoom_box" | "edit_toggle_boxes" | "edit_fine":
                return selected
            case "edit_copy":
                return self.before is not None and not self.draft.annotations
            case "edit_undo":
                return self.pending or self.scope.can_undo
            case _:
                return True

    # -- editing

    @property
    def pending(self) -> bool:
        """Whether the draft is ahead of the job."""
        return self._pending_since is not None

    def select(self, draft: Draft) -> None:
        """Take over another selection."""
        if draft.selected == self.draft.selected:
            return
        self.commit()
        self.draft = selecting(self.draft, draft.selected)
        self.canvas.overlays_visible = True
        self.show_draft()

    def alter(self, draft: Draft) -> bool:
        """Take over an edit and save it. Return whether there was anything to do."""
        self.commit()
        return self.hold(draft) and self.commit()

    def step(self, draft: Draft) -> bool:
        """Take over one of many small steps on a box; a run of them becomes one Change."""
        if self._pending_since is not None and monotonic() - self._pending_since > LONGEST_SECONDS:
            self.commit()
        if not self.hold(draft):
            return False
        if self._idle:
            self._idle.stop()
        self._idle = self.set_timer(IDLE_SECONDS, self.commit)
        return True

    def hold(self, draft: Draft) -> bool:
        """Show an edit and keep it pending. Return whether there was anything to do."""
        if draft.annotations == self.draft.annotations:
            return False
        self.draft = draft
        if self._pending_since is None:
            self._pending_since = monotonic()
        self.canvas.overlays_visible = True
        self.show_draft()
        return True

    def commit(self) -> bool:
        """Save what is pending. Return False, having said why, if the job does not take it."""
        if self._idle:
            self._idle.stop()
            self._idle = None
        if not self.pending:
            return True
        try:
            self._save()
        except HardcaseError as error:
            self.complain(f"not saved: {error} · {self.key('edit_save_again')} tries again")
            return False
        # The job may have clipped what came from elsewhere.
        annotations = self.session.sample(self.sample_id).annotations
        self.draft = replace(self.draft, annotations=annotations)
        self.show_draft()
        return True

    def ours(self, command: Callable[[], Change | None]) -> Change | None:
        """Run a command of the session as the editor's own, which its undo takes back."""
        self._committing = True
        try:
            return command()
        finally:
            self._committing = False

    def leave(self, outcome: Outcome) -> None:
        """Go back to the job, after asking if that would lose something."""
        if self.commit():
            self._close(outcome)
            return

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if yes:
                self._pending_since = None
                self._close(replace(outcome, done=False, said="the last edits were given up"))

        question = "The last edits are not saved. Leave?"
        trouble = f"{self.session.trouble or 'The job refuses them'}. They would be lost."
        self.app.push_screen(ConfirmDialog(self.actions, question, trouble), answered)

    def _close(self, outcome: Outcome) -> None:
        """Go. The lines that a change would be shown in are gone before the screen is."""
        self._unfollow_once()
        self.outcome = outcome
        self.dismiss(None)

    def _unfollow_once(self) -> None:
        unfollow, self._unfollow = self._unfollow, None
        if unfollow is not None:
            unfollow()

    def _save(self) -> None:
        annotations = self.draft.annotations
        self.ours(lambda: self.session.set_annotations(self.sample_id, annotations))
        self._pending_since = None

    # -- following

    def _follow(self, change: Change) -> None:
        """Show what changes made here or elsewhere altered; pending edits go before them."""
        self.scope.note(change, ours=self._committing)
        tables = {edit.table for edit in change.edits}
        if Table.LABELS in tables:
            self.colours = _colours(self.session)
        sample = self.session.sample(self.sample_id)
        if not self.pending and sample.annotations != self.draft.annotations:
            self.draft = replaced(self.draft, sample.annotations)
        if tables & {Table.SAMPLES, Table.LABELS}:
            self.show_draft()

    def _saved(self) -> None:
        """Pass it on to the screen's thread; this is the writer's."""
        self.post_message(SavedChanged())

    def on_saved_changed(self) -> None:
        """Say whether everything is on disk."""
        self.show_title()

    def on_image_canvas_shown(self, message: ImageCanvas.Shown) -> None:
        """Leave an image that cannot be read, or whose boxes were drawn on another size."""
        known = (self.draft.width, self.draft.height)
        found = (message.width, message.height)
        if message.error:
            self._unreadable = Outcome(problem=message.error)
        elif found != known:
            self._unreadable = Outcome(
                problem=f"the image has {found[0]}×{found[1]} px, its boxes belong to "
                f"{known[0]}×{known[1]}: auto label or import it again"
            )
        self.on_screen_resume()

    def on_screen_resume(self) -> None:
        """Leave an image found to be unreadable once no dialog is in the way."""
        if self._unreadable is not None and self.is_current:
            self.leave(self._unreadable)


def _colours(session: LabelingSession) -> dict[str, str]:
    return {label.name: label.colour for label in session.labels}
