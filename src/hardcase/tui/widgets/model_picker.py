"""Choosing a model: a line to type in over the files it may mean, and what the chosen one is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import work
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from hardcase.errors import HardcaseError
from hardcase.inference.profile import telling
from hardcase.model.text import printable
from hardcase.session.autolabel.run_request import PreparedRun, RunRequest, prepare
from hardcase.session.label_list import names_now
from hardcase.tui.dialogs.auto_label_form import about_labels
from hardcase.tui.dialogs.models_nearby import completions, models_nearby, of_no_use
from hardcase.tui.fallen import Fallen, why_fallen
from hardcase.tui.typed_path import is_file, typed_path
from hardcase.tui.widgets.lines import OneLine, Reason
from hardcase.tui.widgets.text import fit
from hardcase.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.worker import Worker

    from hardcase.session import LabelingSession
    from hardcase.tui.widgets.virtual_list import Part

_NAME_WIDTH = 36


class ModelPicker(Vertical):
    """Finds models near a job and looks into the one under the cursor, on threads.

    A model without a profile is shown some `images`. The first found whose name is `wanted` is
    chosen to begin with, else the first that fits the job's task; those that do not come last.
    """

    @dataclass
    class Found(Message):
        """The models there are."""

        models: list[Path]
        useless: frozenset[Path]
        """Those that cannot label for the task of the job."""

    @dataclass
    class Read(Message):
        """A model that was looked into, or why it cannot be used."""

        path: Path
        read: PreparedRun | str

    def __init__(self, session: LabelingSession, images: Mapping[int, Path], wanted: str) -> None:
        super().__init__()
        self._session = session
        self._images = images
        self._wanted = wanted
        self._known: list[Path] = []
        self._found = False
        self._useless: frozenset[Path] = frozenset()
        self._rows: list[Path] = []
        self._read: dict[Path, PreparedRun | str] = {}

    def compose(self) -> ComposeResult:
        """Lay out the line over the list, and what is known of the model."""
        hint = "an ONNX file: a path or a part of one"
        yield Input(id="model", compact=True, placeholder=hint)
        yield VirtualList(self._draw, id="models")
        yield Reason(id="about")
        yield OneLine(id="why")
        yield Reason(id="knows")

    @property
    def path(self) -> Path | None:
        """The model under the cursor, else the path typed."""
        index = self.query_one(VirtualList).cursor
        if 0 <= index < len(self._rows):
            return self._rows[index]
        typed = self.query_one("#model", Input).value.strip()
        return typed_path(typed) if typed else None

    def read(self, path: Path) -> PreparedRun | str | None:
        """Return what a model is, why it cannot be used, or None while that is not known yet."""
        return self._read.get(path)

    def take(self, prepared: PreparedRun) -> None:
        """Remember what was accepted of a model."""
        self._read[prepared.request.model] = prepared
        if prepared.request.model == self.path:
            self._tell(prepared)

    def move(self, step: int) -> None:
        """Go to another model of the list."""
        rows = self.query_one(VirtualList)
        rows.move_to(rows.cursor + step)

    def on_mount(self) -> None:
        """Look for models."""
        self._find()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Offer what the typed path may become."""
        self._offer(event.value)

    def on_virtual_list_moved(self) -> None:
        """Look into the model under the cursor."""
        self._look_into()

    def on_virtual_list_chosen(self) -> None:
        """Take the model clicked."""
        if self.path is not None:
            self.query_one("#model", Input).value = str(self.path)

    def on_model_picker_found(self, message: Found) -> None:
        """Offer the models found, the one wanted first."""
        self._found = True
        self._useless = useless = message.useless
        self._known = sorted(message.models, key=lambda m: (m.stem != self._wanted, m in useless))
        self._offer(self.query_one("#model", Input).value)

    def on_model_picker_read(self, message: Read) -> None:
        """Say what the model is."""
        self._read[message.path] = message.read
        if message.path == self.path:
            self._tell(message.read)

    def _offer(self, typed: str) -> None:
        self._rows = completions(typed, self._known)
        self.query_one(VirtualList).set_rows(len(self._rows), 0)
        self._look_into()

    def _look_into(self) -> None:
        path = self.path
        if path is None:
            self._say("no model here yet" if self._found else "looking for models…")
        elif not is_file(path):
            self._say(f"no model at {printable(str(path))}: give an ONNX file")
        elif (read := self._read.get(path)) is not None:
            self._tell(read)
        else:
            self._say("reading the model…")
            self._describe(path)

    def _tell(self, read: PreparedRun | str) -> None:
        if isinstance(read, str):
            self._say(read, wrong=True)
            return
        names = names_now(self._session.labels)
        knows, wrong = about_labels(read.profile, self._session.task, names)
        found = read.recognition
        if found is None:
            title = read.profile.decoder.family.title
            said, why = f"{title}, threshold {read.threshold:.2f}", "its profile says so"
        else:
            said, why = telling.headline(found), telling.told_by(found)
        self._say(said, why, knows, wrong=wrong)

    def _say(self, about: str, why: str = "", knows: str = "", *, wrong: bool = False) -> None:
        style = "$error" if wrong else "$muted"
        alone = not (why or knows)
        self.query_one("#about").set_class(alone, "alone")
        for line in self.query("#why, #knows"):
            line.display = not alone
        self.query_one("#about", OneLine).show(about, style if wrong and not knows else "")
        self.query_one("#why", OneLine).show(why, "$muted")
        self.query_one("#knows", OneLine).show(knows, style)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Let the dialog say what brought a thread down."""
        if (reason := why_fallen(event)) is not None:
            self.post_message(Fallen(reason))

    @work(thread=True, exclusive=True, group="models", exit_on_error=False)
    def _find(self) -> None:
        models = models_nearby(self._session.path)
        self.post_message(self.Found(models, of_no_use(models, self._session.task)))

    @work(thread=True, exclusive=True, group="describe", exit_on_error=False)
    def _describe(self, path: Path) -> None:
        read: PreparedRun | str
        try:
            read = prepare(RunRequest(path), images=self._images.values())
        except HardcaseError as error:
            read = str(error)
        self.post_message(self.Read(path, read))

    def _draw(self, index: int, width: int) -> list[Part]:
        path = self._rows[index]
        room = min(width // 2, _NAME_WIDTH)
        return [
            ("▌" if index == self.query_one(VirtualList).cursor else " ", "strong"),
            (fit(path.name, room), "muted" if path in self._useless else ""),
            (fit(f"  {path.parent}", width - room - 1), "muted"),
        ]
