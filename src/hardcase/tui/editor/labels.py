"""Labels in the box editor: that of the selected box, and that of a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardcase.errors import HardcaseError
from hardcase.tui.dialogs.labels import LabelDialog
from hardcase.tui.editor.editing import added, relabeled
from hardcase.tui.editor.view import EditView
from hardcase.tui.widgets.text import elide

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from hardcase.model.boxes import Box
    from hardcase.tui.dialogs.labels import LabelPick

_TOLD = 24
"""Cells of a label's name where there is more to be told."""


class EditLabels(EditView):
    """A new box takes the label used last; where none was, it is asked for."""

    def action_label(self, number: int) -> None:
        """Give the box the label with this number, counted from 1."""
        labels = self.session.labels
        if number > len(labels):
            pick = self.key("edit_pick_label")
            self.say(f"there is no label {number}; {pick} lists the labels and adds new ones")
        else:
            self._relabel(labels[number - 1].name)

    def action_edit_pick_label(self) -> None:
        """Pick the label of the box from the list."""
        annotation = self.draft.annotation
        if annotation is None:
            self.say(self.no_box)
            return
        self.commit()
        self._ask("Label of the box", {annotation.label}, self._relabel)

    @property
    def no_box(self) -> str:
        """What to say where a box has to be selected first."""
        following, draw = self.key("edit_next"), self.key("edit_new")
        return f"no box is selected: {following} goes from box to box, {draw} draws one"

    @property
    def label_for_new(self) -> str | None:
        """The label of the next box: the one used last, the only one there is, or None."""
        names = [label.name for label in self.session.labels]
        if self.last_label in names:
            return self.last_label
        return names[0] if len(names) == 1 else None

    def draw(self, box: Box) -> None:
        """Add a box; its label is asked for unless it is known."""
        label = self.label_for_new
        if label is None:
            self.commit()
            self._ask("Label of the new box", (), lambda name: self.add(box, name))
        else:
            self.add(box, label)

    def add(self, box: Box, label: str) -> None:
        """Add a box with a label that the job has."""
        self.last_label = label
        if self.alter(added(self.draft, box, label)):
            arrows = "".join(self.key(f"edit_{way}") for way in ("left", "down", "up", "right"))
            edges = " ".join(
                self.key(f"edit_{side}_out") for side in ("top", "bottom", "left", "right")
            )
            finer = self.key("edit_fine")
            shown = f"new box: {elide(label, _TOLD)}"
            self.say(f"{shown} · {arrows} move it, {edges} its edges, {finer} draws it finer")

    def _relabel(self, name: str) -> None:
        annotation = self.draft.annotation
        if annotation is None:
            self.say(self.no_box)
            return
        self.last_label = name
        if annotation.label == name:
            self.say("labeled so already")
        elif self.alter(relabeled(self.draft, name)):
            self.say(f"labeled {elide(name, _TOLD)} · {self.key('edit_undo')} undoes")

    def _ask(self, title: str, current: Collection[str], then: Callable[[str], None]) -> None:
        labels = self.session.labels
        dialog = LabelDialog(self.actions, labels, current, title=title, several=False)

        def picked(pick: LabelPick | None) -> None:
            name = pick.name if pick is not None else None
            if name is None:
                return
            try:
                self.ours(lambda: self.session.add_labels([name]))
            except HardcaseError as error:
                self.complain(error)
                return
            then(name)

        self.app.push_screen(dialog, picked)
