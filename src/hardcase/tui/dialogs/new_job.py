"""Asking what a new job needs to know: a folder, a task, labels, and whether to use annotations.

What can be answered by looking at the folder is filled in.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import work
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Label

from hardcase.errors import HardcaseError
from hardcase.formats.peek import shown
from hardcase.model.job import Task
from hardcase.model.numbers import count
from hardcase.model.text import joined_names, printable, split_names
from hardcase.session.folder.first_look import FirstLook, look_at
from hardcase.tui.dialogs.dialog import Dialog
from hardcase.tui.typed_path import is_dir, typed_path
from hardcase.tui.widgets.choice import Choice
from hardcase.tui.widgets.lines import OneLine, Reason
from hardcase.tui.widgets.text import elide

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from textual.app import ComposeResult

    from hardcase.formats.peek import Offer
    from hardcase.tui.actions import Action

_WITHOUT = "none, begin from nothing"
_OFFER = 34
"""Cells for an offer, so that two and the way without fit on a line."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """The answer. `use` are annotations that are there, None to begin without."""

    folder: Path
    task: Task
    labels: tuple[str, ...]
    use: Offer | None = None


class NewJobDialog(Dialog[NewJob]):
    """Answers with the job to make."""

    @dataclass
    class Looked(Message):
        """A folder was looked through, or could not be."""

        folder: Path
        look: FirstLook | None
        problem: str

    def __init__(self, actions: Sequence[Action], folder: Path | None) -> None:
        super().__init__(actions)
        self._folder = folder
        self._looking_at: Path | None = None
        self._look: FirstLook | None = None
        self._filled_in = ""
        self._answered: set[str] = set()
        """The questions that somebody has chosen an answer to."""
        self._accepting = False
        self._stop = threading.Event()

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
            yield OneLine(id="found")
            yield Label("Task", markup=False)
            yield Choice([task.value for task in Task], id="task")
            yield Label(_labels_asked(0), id="labels-asked", markup=False)
            yield Input(id="labels", compact=True, placeholder="such as: cat, dog, traffic light")
            yield Label("Annotations that are there: use them?", id="use-asked", markup=False)
            yield Choice([_WITHOUT], id="use")
            yield Reason(id="problem")

    def on_mount(self) -> None:
        """Look at the folder given; the questions are then what is left to answer."""
        if self._folder is not None and is_dir(self._folder):
            self._look_at(self._folder)
            self.query_one("#task").focus()

    def on_unmount(self) -> None:
        """Look no further."""
        self._stop.set()

    def on_input_blurred(self, event: Input.Blurred) -> None:
        """Look at the folder typed."""
        if event.input.id == "folder":
            self._look_at_typed()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say how many labels there are: the line shows only some of many."""
        if event.input.id == "labels":
            number = len(_names(event.value))
            self.query_one("#labels-asked", Label).update(_labels_asked(number))

    def on_choice_changed(self, message: Choice.Changed) -> None:
        """Offer what there is for the other task."""
        self._answered.add(str(message.control.id))
        if message.control.id == "task":
            self._offer()

    def on_new_job_dialog_looked(self, message: Looked) -> None:
        """Fill in what was found, unless another folder was typed meanwhile."""
        if message.folder != self._looking_at:
            return
        self._look = message.look
        found = self.query_one("#found", OneLine)
        if message.look is None:
            found.show(message.problem, "$error bold")
            self._looking_at = None  # it may be tried again
            self._accepting = False
            return
        left_out = f"; {message.look.left_out}" if message.look.left_out else ""
        found.show(f"{count(message.look.images, 'image')}{left_out}", "$muted")
        if "task" not in self._answered:
            self.query_one("#task", Choice).choose(message.look.task.value)
        self._offer()
        if self._accepting:
            self.action_dialog_accept()

    def action_dialog_toggle(self) -> None:
        """Go to the next field."""
        self.focus_next("Input, Choice")

    def action_dialog_accept(self) -> None:
        """Create it, once the folder was looked at; a folder just typed is looked at first."""
        problem = self.query_one("#problem", OneLine)
        folder = self._typed()
        if folder is None:
            problem.show("there is no such folder: give the folder of the images", "$error bold")
            return
        if self._look_at_typed() and self.query_one("#folder").has_focus:
            self.query_one("#task").focus()  # there are questions that were not seen yet
            return
        if self._look is None:
            self._accepting = True
            return
        if not self._look.images:
            problem.show("no images there: nothing to label", "$error bold")
            return
        self.dismiss(self._answer(folder))

    def _answer(self, folder: Path) -> NewJob:
        names = _names(self.query_one("#labels", Input).value)
        chosen = self.query_one("#use", Choice).value
        use = next((o for o in self._offers() if _words(o) == chosen), None)
        return NewJob(folder, self._chosen_task, names, use)

    @property
    def _chosen_task(self) -> Task:
        return Task(self.query_one("#task", Choice).value)

    def _typed(self) -> Path | None:
        text = self.query_one("#folder", Input).value.strip()
        folder = typed_path(text)
        return folder if text and is_dir(folder) else None

    def _look_at_typed(self) -> bool:
        """Begin to look at the folder typed; return whether it is another one than before."""
        folder = self._typed()
        if folder is None:
            self._looking_at = self._look = None
            self.query_one("#found", OneLine).show("there is no such folder", "$error bold")
            return False
        if folder == self._looking_at:
            return False
        self._look_at(folder)
        return True

    def _look_at(self, folder: Path) -> None:
        self._looking_at, self._look = folder, None
        self.query_one("#found", OneLine).show("looking through the folder…", "$muted")
        self._stop.set()  # for the look before
        self._stop = threading.Event()
        self._search(folder, self._stop)

    @work(thread=True, group="look", exit_on_error=False)
    def _search(self, folder: Path, stop: threading.Event) -> None:
        try:
            look, problem = look_at(folder, stop.is_set), ""
        except (HardcaseError, OSError) as error:
            look, problem = None, printable(str(error))
        if not stop.is_set():
            self.post_message(self.Looked(folder, look, problem))

    def _offers(self) -> list[Offer]:
        return self._look.for_task(self._chosen_task) if self._look is not None else []

    def _offer(self) -> None:
        """Offer the annotations there are for the task, and the names of their labels."""
        offers = self._offers()
        words = [*map(_words, offers), _WITHOUT]
        use = self.query_one("#use", Choice)
        use.offer(words)
        for asked in (use, self.query_one("#use-asked")):
            asked.display = bool(offers)
        if "use" not in self._answered:
            use.choose(words[0])
        self.query_one("#problem", OneLine).show(self._unused(), "$muted")
        line = self.query_one("#labels", Input)
        if line.value == self._filled_in:  # nobody has typed there
            found = self._look.labels(self._chosen_task) if self._look is not None else ()
            line.value = self._filled_in = joined_names(found)

    def _unused(self) -> str:
        """Return in words which annotations the task chosen has no use for, empty if it has."""
        if self._offers() or self._look is None or not self._look.offers:
            return ""
        offer = self._look.offers[0]
        tasks = " or ".join(sorted(task.value for task in offer.tasks))
        return f"{_words(offer)}: only for {tasks}"


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in split_names(text) if name)


def _labels_asked(number: int) -> str:
    what = count(number, "label") if number else "Labels"
    return f"{what}, with commas; more can be added later"


def _words(offer: Offer) -> str:
    return elide(shown(offer), _OFFER)
