"""Asking what a new job needs to know: a folder, a task, labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widgets import Input, Label

from hardcase.model.job import Task
from hardcase.tui.dialogs.dialog import Dialog
from hardcase.tui.typed_path import is_dir, typed_path
from hardcase.tui.widgets.choice import Choice
from hardcase.tui.widgets.lines import OneLine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from textual.app import ComposeResult

    from hardcase.tui.actions import Action


@dataclass(frozen=True, slots=True)
class NewJob:
    """The answer."""

    folder: Path
    task: Task
    labels: tuple[str, ...]


class NewJobDialog(Dialog[NewJob]):
    """Answers with the job to make."""

    def __init__(self, actions: Sequence[Action], folder: Path | None) -> None:
        super().__init__(actions)
        self._folder = folder

    def compose(self) -> ComposeResult:
        """Lay out the lines to fill in."""
        with Vertical(classes="box wide") as box:
            box.border_title = "Create a job"
            box.border_subtitle = (
                f"{self.key('dialog_toggle')} next field · "
                f"{self.key('dialog_accept')} creates · {self.key('dialog_close')} closes"
            )
            yield Label("Folder of the images", markup=False)
            yield Input(str(self._folder or ""), id="folder", compact=True, placeholder="~/images")
            yield Label("Task", markup=False)
            yield Choice([task.value for task in Task], id="task")
            yield Label("Labels, with commas; more can be added later", markup=False)
            yield Input(id="labels", compact=True, placeholder="cat, dog, traffic light")
            yield OneLine(id="problem")

    def action_dialog_toggle(self) -> None:
        """Go to the next field."""
        self.focus_next()

    def action_dialog_accept(self) -> None:
        """Create it, if there is such a folder."""
        text = self.query_one("#folder", Input).value.strip()
        folder = typed_path(text)
        if not text or not is_dir(folder):
            self.query_one("#problem", OneLine).show(
                "there is no such folder: give the folder of the images", "$error bold"
            )
            return
        names = (n.strip() for n in self.query_one("#labels", Input).value.split(","))
        task = Task(self.query_one(Choice).value)
        self.dismiss(NewJob(folder, task, tuple(n for n in names if n)))
