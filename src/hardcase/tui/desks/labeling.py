"""Giving labels: by digit, from the list, and the list itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hardcase.errors import HardcaseError
from hardcase.model.job import Task
from hardcase.session.several import set_several, tick
from hardcase.tui.desks.desk import Desk
from hardcase.tui.dialogs.label_list import LabelListDialog
from hardcase.tui.dialogs.labels import LabelDialog, LabelPick
from hardcase.tui.screens.done import in_past

if TYPE_CHECKING:
    from hardcase.model.changes import Change


class LabelingDesk(Desk):
    """Labels of samples (classification) and of the box selected (detection)."""

    ALTERING: ClassVar = frozenset(
        ("pick_label", "label_list", "several_labels", *(f"label_{n}" for n in range(1, 11)))
    )

    def useful(self, action: str) -> bool:
        """Leave out labels where there is nothing to give one to."""
        sample, preview = self.browser.current, self.screen.preview
        match action:
            case "label_1" | "pick_label":
                if sample is None or (action == "pick_label" and preview.zoomed):
                    return False  # zoomed in, its key pans
                boxed = preview.box is not None or len(sample.annotations) == 1
                return boxed or self.session.task is Task.CLASSIFICATION
            case _:
                return True

    def action_label(self, number: int) -> None:
        """Set the label with this number, counted from 1."""
        labels = self.session.labels
        if number > len(labels):
            key = self.screen.key("pick_label")
            self.screen.say(f"there is no label {number}; {key} lists them and adds new ones")
        else:
            self._label(labels[number - 1].name)

    def action_pick_label(self) -> None:
        """Pick from the list of labels."""
        screen = self.screen
        classification = self.session.task is Task.CLASSIFICATION
        targets = self.browser.targets()
        if not targets or (not classification and self._selected_box() is None):
            return
        box = screen.preview.box
        samples = [self.session.sample(i) for i in targets]
        if classification:
            current = set.intersection(*({a.label for a in s.annotations} for s in samples))
            title = f"Label of {len(samples):,} samples" if len(samples) > 1 else "Label"
        else:
            current = {samples[0].annotations[box].label} if box is not None else set()
            title = "Label of the box"
        dialog = LabelDialog(
            screen.actions, self.session.labels, current, title=title, several=classification
        )
        screen.app.push_screen(dialog, lambda pick: self._picked(pick, targets, current))

    def action_several_labels(self) -> None:
        """Let digits tick several labels of an image, or set the one that it has."""
        several = not self.session.job.several
        try:
            set_several(self.session, several=several)
        except HardcaseError as error:
            self.screen.complain(error)
            return
        confirm = self.screen.key("confirm")
        ticks = f"digits tick labels; {confirm} confirms and goes on"
        self.screen.say(ticks if several else "digits set the one label of an image")
        self.screen.show_title()

    def action_label_list(self) -> None:
        """Keep the labels of the job in order."""
        self.screen.app.push_screen(LabelListDialog(self.screen.actions, self.session))

    def _label(self, name: str) -> None:
        if self.session.task is Task.CLASSIFICATION:
            self._label_images(self.browser.targets(), name)
            return
        box, sample = self._selected_box(), self.browser.current
        if sample is not None and box is not None:
            self.screen.deciding.decide(
                lambda _ids: self.session.relabel_box(sample.id, box, name), "labeled so already"
            )

    def _selected_box(self) -> int | None:
        """Return the index of the box that a label is for; the only one needs no selecting."""
        sample, preview = self.browser.current, self.screen.preview
        if preview.box is None and sample is not None and len(sample.annotations) == 1:
            preview.step_box(1, self.screen.colours)
        if preview.box is None:
            boxes = sample is not None and sample.annotations
            key = self.screen.key("next_box" if boxes else "edit_boxes")
            todo = f"selected: {key} goes from box to box" if boxes else f"here: {key} draws boxes"
            self.screen.say(f"there is no box {todo}")
        return preview.box

    def _label_images(self, targets: list[int], name: str) -> None:
        """Tick a label, where images have several; else give them it, and no other."""
        if self.session.job.several:
            self._tick(targets, name)
        else:
            self._label_only(targets, name)

    def _tick(self, targets: list[int], name: str) -> None:
        """Tick a label and stay, selection and all: there may be more to tick."""
        if not targets:
            self.screen.say("there is no sample here")
            return
        try:
            change = tick(self.session, targets, name)
        except HardcaseError as error:
            self.screen.complain(error)
            return
        if change is not None:
            confirm, undo = self.screen.key("confirm"), self.screen.key("undo")
            self.screen.say(f"{in_past(change)} · {confirm} confirms, {undo} undoes")

    def _label_only(self, targets: list[int], name: str) -> None:
        """Give samples one label, and no other, whether or not the job has it yet."""
        others = {a.label for i in targets for a in self.session.sample(i).annotations} - {name}

        def command(ids: list[int]) -> Change | None:
            if any(label.name == name for label in self.session.labels):
                return self.session.set_label(ids, name)
            return self.session.set_labels(ids, [name], sorted(others))

        if self.screen.deciding.decide(command, "labeled so already", targets) is not None:
            self.screen.deciding.onwards(targets)

    def _picked(self, pick: LabelPick | None, targets: list[int], current: set[str]) -> None:
        """Label what the dialog was opened for: one answer is one Change."""
        if pick is None:
            return
        if self.session.task is Task.DETECTION:
            self._pick_for_box(pick)
        elif pick.name is not None:
            self._label_images(targets, pick.name)
        else:
            # A tick shows what all of them have; the others already are as they should be.
            add = [name for name in pick.toggled if name not in current]
            remove = [name for name in pick.toggled if name in current]
            self.screen.deciding.decide(
                lambda ids: self.session.set_labels(ids, add, remove), "", targets
            )

    def _pick_for_box(self, pick: LabelPick) -> None:
        if pick.name is None:
            return
        try:
            self.session.add_labels([pick.name])
        except HardcaseError as error:
            self.screen.complain(error)
            return
        self._label(pick.name)
