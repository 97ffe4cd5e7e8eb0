"""Asking what to export: a format, which annotations, where to; and saying what would be lost."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast, get_args

from textual import work
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Label

from hardcase.errors import HardcaseError
from hardcase.formats import FORMATS, Dataset, WriteOptions
from hardcase.model.numbers import count
from hardcase.model.text import printable
from hardcase.session.transfer import Export, What, dataset_of
from hardcase.tui.dialogs.confirm import ConfirmDialog
from hardcase.tui.dialogs.dialog import Dialog
from hardcase.tui.typed_path import is_dir, typed_path
from hardcase.tui.widgets.choice import Choice
from hardcase.tui.widgets.lines import OneLine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Literal

    from textual.app import ComposeResult

    from hardcase.session import LabelingSession
    from hardcase.tui.actions import Action

_WHAT = {
    "labels": "what people labeled or confirmed",
    "predictions": "what models said",
    "all": "labels, and what nobody confirmed yet",
}
_WITH_IMAGES = frozenset({"yolo", "imagefolder"})
"""Formats that put images, or links to them, beside the annotations."""


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """The answer: what to write, where, and how."""

    export: Export
    out: Path
    options: WriteOptions


class ExportDialog(Dialog[ExportRequest]):
    """Answers with the export to make."""

    @dataclass
    class Judged(Message):
        """What a format cannot hold, or why that cannot be told."""

        export: Export
        lost: tuple[str, ...]
        problem: str

    def __init__(self, actions: Sequence[Action], session: LabelingSession) -> None:
        super().__init__(actions)
        self._session = session
        self._datasets: dict[str, Dataset] = {}
        self._names = [name for name, f in FORMATS.items() if session.task in f.tasks]
        self._offered = ""

    def compose(self) -> ComposeResult:
        """Lay out the lines to fill in, over what is lost."""
        with Vertical(classes="box wide") as box:
            box.border_title = "Export"
            box.border_subtitle = (
                f"{self.key('dialog_toggle')} next field · "
                f"{self.key('dialog_accept')} writes · {self.key('dialog_close')} closes"
            )
            yield Label("Format", markup=False)
            yield Choice(self._names, id="format")
            yield OneLine(id="about-format")
            yield Label("What", markup=False)
            yield Choice(list(get_args(What)), id="what")
            yield OneLine(id="about-what")
            with Horizontal(classes="field"):
                yield Label("Images", markup=False)
                yield Choice(["link", "copy"], id="images")
            yield Label("To", markup=False)
            yield Input(id="to", compact=True)
            yield Label("", id="lost", classes="note", markup=False)
            yield OneLine(id="problem")

    def on_mount(self) -> None:
        """Say what the first offer comes to."""
        self._describe()
        self.query_one("#format").focus()

    def on_choice_changed(self) -> None:
        """Say what it comes to now."""
        self._describe()

    def on_input_changed(self) -> None:
        """Take what was wrong for past."""
        self.query_one("#problem", OneLine).show("")

    def on_export_dialog_judged(self, message: Judged) -> None:
        """Say what would be lost, unless something else was chosen meanwhile."""
        if message.export != self._export():
            return
        if message.problem:
            self.query_one("#problem", OneLine).show(message.problem, "$error bold")
        lost = "; ".join(message.lost)
        said = f"Not kept: {lost}." if lost else "Nothing is lost."
        if left := message.export.left_out:
            said = f"{left.capitalize()}. {said if lost else ''}"
        self.query_one("#lost", Label).update(said if message.export.dataset.samples else "")

    def action_dialog_toggle(self) -> None:
        """Go to the next field."""
        self.focus_next("Input, Choice")

    def action_dialog_accept(self) -> None:
        """Write it, after asking if there is something already."""
        problem = self.query_one("#problem", OneLine)
        typed = self.query_one("#to", Input).value.strip()
        export = self._export()
        if not typed:
            problem.show("give the file or folder to write", "$error bold")
        elif not export.dataset.samples:
            problem.show("there is nothing to export", "$error bold")
        elif not is_dir((out := typed_path(typed).absolute()).parent):
            problem.show("there is no such folder: make it first, or give another", "$error bold")
        elif _is_in_the_way(out):
            self.app.push_screen(
                ConfirmDialog(
                    self.actions,
                    f"{printable(out.name)} is there already. Write over it?",
                    "Files of the same names are replaced for good; those of the job never are.",
                    deliberate=True,
                ),
                lambda yes: self._answer(export, out, overwrite=True) if yes else None,
            )
        else:
            self._answer(export, out, overwrite=False)

    def _answer(self, export: Export, out: Path, *, overwrite: bool) -> None:
        images = cast("Literal['link', 'copy']", self.query_one("#images", Choice).value)
        options = WriteOptions(overwrite=overwrite, images=images)
        self.dismiss(ExportRequest(export, out, options))

    def _export(self) -> Export:
        what = cast("What", self.query_one("#what", Choice).value)
        if what not in self._datasets:
            self._datasets[what] = dataset_of(self._session, what)
        return Export(self.query_one("#format", Choice).value, self._datasets[what], what)

    def _describe(self) -> None:
        export = self._export()
        chosen = FORMATS[export.format_name]
        self.query_one("#about-format", OneLine).show(chosen.description, "$muted")
        images = count(len(export.dataset.samples), "image")
        self.query_one("#about-what", OneLine).show(f"{_WHAT[export.what]}: {images}", "$muted")
        self.query_one(".field").display = export.format_name in _WITH_IMAGES
        root = self._session.root
        line = self.query_one("#to", Input)
        if line.value == self._offered:  # nobody has typed there
            # Beside the folder of the job: below it, a sync would take exported images in.
            beside = root.parent / f"{root.name}-{export.format_name}{chosen.suffix}"
            line.value = self._offered = printable(str(beside))
        self.query_one("#problem", OneLine).show("")
        self.query_one("#lost", Label).update("…")
        self._judge(export)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _judge(self, export: Export) -> None:
        try:
            lost, problem = export.losses, ""
        except HardcaseError as error:
            lost, problem = (), str(error)
        self.post_message(self.Judged(export, lost, problem))


def _is_in_the_way(out: Path) -> bool:
    """Whether a file, or a folder with something in it, is there already."""
    if is_dir(out):
        return any(True for _ in out.iterdir())
    return os.path.lexists(out)
