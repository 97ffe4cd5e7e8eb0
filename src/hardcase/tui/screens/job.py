"""What can be done to a job: decisions, and the picture they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.errors import HardcaseError
from hardcase.model.changes import Table
from hardcase.model.job import Status, Task
from hardcase.session import Tab
from hardcase.session.hard_rule import set_rule, standing
from hardcase.tui.dialogs.hard_rule import HardRuleDialog
from hardcase.tui.dialogs.label_list import LabelListDialog
from hardcase.tui.dialogs.labels import LabelDialog, LabelPick
from hardcase.tui.edit_look import canvas_region, first_scene
from hardcase.tui.edit_open import why_not
from hardcase.tui.messages import QuitAsked
from hardcase.tui.screens.done import in_past
from hardcase.tui.screens.edit import EditScreen
from hardcase.tui.screens.job_runs import JobRuns
from hardcase.tui.widgets.lines import TAB_TITLES
from hardcase.tui.zoom_said import zoom_said

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hardcase.hardness import Rule
    from hardcase.model.changes import Change

_PAN_CELLS = 8


class JobScreen(JobRuns):
    """A job: decide sample by sample, or on many at once."""

    _last_label: str | None = None  # of a box drawn or labeled in the editor
    _covered = False

    def show_list(self) -> None:
        """Show the list, unless the editor is over it.

        Textual repaints all of a screen when anything changes on the one under it.
        """
        if not self._covered:
            super().show_list()

    def show_title(self) -> None:
        """Show the title, unless the editor is over it."""
        if not self._covered:
            super().show_title()

    def on_resize(self) -> None:
        """Make the box editor's first picture as large as the screen is now."""
        self._prefetch_editor()

    def show_sample(self) -> None:
        """Show the sample, and have the box editor's first picture made ahead."""
        super().show_sample()
        self._prefetch_editor()

    # -- deciding

    def action_confirm(self) -> None:
        """Confirm and go on; what is confirmed already is passed by."""
        targets = self.browser.targets()
        if targets and all(self.session.sample(i).status is Status.LABELED for i in targets):
            self.say("confirmed already")
            self._onwards(targets)
        elif self._decide(self.session.confirm, "nothing to confirm: give it a label first"):
            self._onwards(targets)

    def action_reject(self) -> None:
        """Reject the auto labels."""
        self._decide(self.session.reject, "nothing to reject: there are no auto labels")

    def action_clear(self) -> None:
        """Remove every label."""
        self._decide(self.session.clear, "there is no label to remove")

    def action_no_objects(self) -> None:
        """Say that there are no objects here, and go on."""
        targets = self.browser.targets()
        if self._decide(self.session.set_no_objects, "said so already") is not None:
            self._onwards(targets)

    def action_mark_hard(self) -> None:
        """Confirm Hard Example."""
        self._decide(self.session.mark_hard, "marked hard already")

    def action_unmark_hard(self) -> None:
        """Cancel Hard Example."""
        self._decide(self.session.unmark_hard, "not marked hard")

    def action_hard_rule(self) -> None:
        """Say from where on samples are hard."""
        if self.session.read_only:
            self.complain("the job is read-only: another rule would change its marks")
        else:
            self.app.push_screen(HardRuleDialog(self.actions, self.session), self._set_rule)

    def _set_rule(self, rule: Rule | None) -> None:
        if rule is None:
            return
        try:
            set_rule(self.session, rule)
        except HardcaseError as error:
            self.complain(error)
        else:
            self.say(str(standing(self.session)))

    def action_confirm_unseen(self) -> None:
        """Confirm the easy rest unseen, or go on with the check for that."""
        self.check.open()

    def action_label(self, number: int) -> None:
        """Set the label with this number, counted from 1."""
        labels = self.session.labels
        if number > len(labels):
            self.say(
                f"there is no label {number}; {self.key('pick_label')} lists them and adds new ones"
            )
        else:
            self._label(labels[number - 1].name)

    def action_pick_label(self) -> None:
        """Pick from the list of labels."""
        classification = self.session.task is Task.CLASSIFICATION
        targets = self.browser.targets()
        if not targets or (not classification and self._selected_box() is None):
            return
        box = self.preview.box
        samples = [self.session.sample(i) for i in targets]
        if classification:
            current = set.intersection(*({a.label for a in s.annotations} for s in samples))
            title = f"Label of {len(samples):,} samples" if len(samples) > 1 else "Label"
        else:
            current = {samples[0].annotations[box].label} if box is not None else set()
            title = "Label of the box"
        dialog = LabelDialog(
            self.actions, self.session.labels, current, title=title, several=classification
        )
        self.app.push_screen(dialog, lambda pick: self._picked(pick, targets, current))

    def action_label_list(self) -> None:
        """Keep the labels of the job in order."""
        self.app.push_screen(LabelListDialog(self.actions, self.session))

    def action_undo(self) -> None:
        """Undo, and go to the sample if this tab has it."""
        self._step_back(self.session.undo, "nothing to undo")

    def action_redo(self) -> None:
        """Redo, and go to the sample if this tab has it."""
        self._step_back(self.session.redo, "nothing to redo")

    def action_save_again(self) -> None:
        """Try to save again."""
        if self.session.trouble is None:
            self.say("everything is saved as you go")
        elif self.session.retry():
            self.say("saved")
        else:
            self.complain(f"still not saved: {self.session.trouble}")
        self.show_title()

    def _label(self, name: str) -> None:
        if self.session.task is Task.CLASSIFICATION:
            self._label_only(self.browser.targets(), name)
            return
        box, sample = self._selected_box(), self.browser.current
        if sample is not None and box is not None:
            self._decide(
                lambda _ids: self.session.relabel_box(sample.id, box, name), "labeled so already"
            )

    def _selected_box(self) -> int | None:
        """Return the index of the box that a label is for; the only one needs no selecting."""
        sample = self.browser.current
        if self.preview.box is None and sample is not None and len(sample.annotations) == 1:
            self.preview.step_box(1, self.colours)
        if self.preview.box is None:
            self.say(f"there is no box selected: {self.key('next_box')} goes from box to box")
        return self.preview.box

    def _label_only(self, targets: list[int], name: str) -> None:
        """Give samples one label, and no other, whether or not the job has it yet."""
        others = {a.label for i in targets for a in self.session.sample(i).annotations} - {name}

        def command(ids: list[int]) -> Change | None:
            if any(label.name == name for label in self.session.labels):
                return self.session.set_label(ids, name)
            return self.session.set_labels(ids, [name], sorted(others))

        if self._decide(command, "labeled so already", targets) is not None:
            self._onwards(targets)

    def _picked(self, pick: LabelPick | None, targets: list[int], current: set[str]) -> None:
        """Label what the dialog was opened for: one answer is one Change."""
        if pick is None:
            return
        if self.session.task is Task.DETECTION:
            self._pick_for_box(pick)
        elif pick.name is not None:
            self._label_only(targets, pick.name)
        else:
            # A tick shows what all of them have; the others already are as they should be.
            add = [name for name in pick.toggled if name not in current]
            remove = [name for name in pick.toggled if name in current]
            self._decide(lambda ids: self.session.set_labels(ids, add, remove), "", targets)

    def _pick_for_box(self, pick: LabelPick) -> None:
        if pick.name is None:
            return
        try:
            self.session.add_labels([pick.name])
        except HardcaseError as error:
            self.complain(error)
            return
        self._label(pick.name)

    def _decide(
        self,
        command: Callable[[list[int]], Change | None],
        nothing: str,
        targets: list[int] | None = None,
    ) -> bool | None:
        """Run a command on the targets. Return whether it changed anything, None if it failed.

        The targets are those of this moment, unless they were asked about before.
        """
        if targets is None:
            targets = self.browser.targets()
        if not targets:
            self.say("there is no sample here")
            return None
        try:
            change = command(targets)
        except HardcaseError as error:
            self.complain(error)
            return None
        undo = self.key("undo")
        self.say(f"{in_past(change)} · {undo} undoes" if change else nothing)
        if change and len(targets) > 1:
            self.browser.clear_selection()
            self.show_list()
        return change is not None

    def _onwards(self, decided: Sequence[int]) -> None:
        """Go to the next sample, unless it came here by itself because the decided one left."""
        current = self.browser.current
        if current is not None and len(decided) == 1 and current.id == decided[0]:
            self.go(self.browser.cursor + 1)

    def _step_back(self, command: Callable[[], Change | None], nothing: str) -> None:
        try:
            change = command()
        except HardcaseError as error:
            self.complain(error)
            return
        if change is None:
            self.say(nothing)
            return
        edits = (edit for edit in change.edits if edit.table is Table.SAMPLES)
        touched = {edit.key for edit in edits if edit.after is not None}  # the others are gone
        self.say(in_past(change) + self._go_to_first(touched))

    def _go_to_first(self, touched: set[int]) -> str:
        """Go to the first of the samples in the list; return where they are if none is there."""
        index = self.browser.first_of(touched)
        if index is not None:
            self.go(index)
        elif touched:
            status = self.session.sample(min(touched)).status
            tab = next(tab for tab in Tab if tab.status is status)
            if tab is not self.browser.tab:
                return f" · now in {TAB_TITLES[tab]}"
            return " · the filter hides it"
        return ""

    # -- the box editor

    def action_edit_boxes(self) -> None:
        """Open the box editor on the sample."""
        sample = self.browser.current
        refusal = why_not(self.session, sample)
        if sample is None or refusal is not None:
            self.complain(refusal or "there is no sample here")
            return
        box, canvas = self.preview.box, self.preview.canvas
        editor = EditScreen(
            self.actions, self.session, sample.id, box=box, label=self._last_label, beside=canvas
        )
        self._covered = True
        self.app.push_screen(editor, lambda _: self._edited(editor))
        self.preview.prefetch_box(editor.draft.selected)  # what there is to come back to

    def _prefetch_editor(self) -> None:
        """Have the editor's first picture made ahead, if it can be opened."""
        sample, scene = self.browser.current, None
        if sample is not None and why_not(self.session, sample) is None:
            scene = first_scene(self.session, sample.id, self.preview.box, self.colours)
        self.preview.canvas.prefetch_elsewhere(scene, canvas_region(self.app.size))

    def _edited(self, editor: EditScreen) -> None:
        """Take over from the box editor."""
        self._covered = False
        self.session.on_saved(self._saved)
        self._last_label = editor.last_label
        outcome = editor.outcome
        if outcome.problem:
            self.complain(outcome.problem)
        else:
            self.say(outcome.said)
        current = self.browser.current
        if current is not None and current.id == editor.sample_id:
            self.preview.box = editor.draft.selected
        self.show_list()
        if outcome.done:
            self._onwards([editor.sample_id])
        if outcome.quits:
            self._leave(QuitAsked())

    # -- the picture

    def action_next_box(self) -> None:
        """Select the next box."""
        self._step_box(1)

    def action_previous_box(self) -> None:
        """Select the previous box."""
        self._step_box(-1)

    def _step_box(self, step: int) -> None:
        if self.session.task is not Task.DETECTION or not self.preview.step_box(step, self.colours):
            self.say("there is no box here")
        self._prefetch_editor()
        self.refresh_hints()

    def action_toggle_boxes(self) -> None:
        """Show or hide the boxes."""
        canvas = self.preview.canvas
        canvas.overlays_visible = not canvas.overlays_visible
        hidden = f"boxes hidden; {self.key('toggle_boxes')} shows them"
        self.say("boxes shown" if canvas.overlays_visible else hidden)

    def action_zoom_in(self) -> None:
        """Zoom in."""
        self._zoom(self.preview.canvas.zoom_in)

    def action_zoom_out(self) -> None:
        """Zoom out."""
        self._zoom(self.preview.canvas.zoom_out)

    def action_zoom_fit(self) -> None:
        """Show the whole picture."""
        self._zoom(self.preview.canvas.zoom_fit)

    def _zoom(self, zoom: Callable[[], None]) -> None:
        before = self.preview.canvas.view
        zoom()
        self.say(zoom_said(self.preview.canvas, before))
        self.refresh_hints()

    def action_pan_left(self) -> None:
        """Look further left."""
        self.preview.canvas.pan(-_PAN_CELLS, 0)

    def action_pan_right(self) -> None:
        """Look further right."""
        self.preview.canvas.pan(_PAN_CELLS, 0)

    def action_pan_up(self) -> None:
        """Look further up."""
        self.preview.canvas.pan(0, -_PAN_CELLS / 2)

    def action_pan_down(self) -> None:
        """Look further down."""
        self.preview.canvas.pan(0, _PAN_CELLS / 2)

    def action_details(self) -> None:
        """Show or hide the details."""
        self.preview.toggle_class("without-details")
