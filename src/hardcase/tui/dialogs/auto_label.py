"""Asking what auto labeling needs to know: a model, a threshold, which samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual import work
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Label

from hardcase.errors import HardcaseError, UsageError
from hardcase.inference import Effort
from hardcase.model.text import printable
from hardcase.session import Tab
from hardcase.session.class_map import labels_of, parsed
from hardcase.session.label_list import names_now
from hardcase.session.runs import PreparedRun, RunRequest, beyond_a_form, prepare
from hardcase.tui.dialogs.dialog import Dialog
from hardcase.tui.dialogs.models_nearby import completions, models_nearby
from hardcase.tui.typed_path import is_file, typed_path
from hardcase.tui.widgets.choice import Choice
from hardcase.tui.widgets.lines import OneLine
from hardcase.tui.widgets.text import count, fit
from hardcase.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from textual.app import ComposeResult

    from hardcase.model.job import Run, Task
    from hardcase.session import LabelingSession
    from hardcase.tui.actions import Action
    from hardcase.tui.widgets.virtual_list import Part


_CLASSES = "car=vehicle, person= leaves out; empty: by their names"
_NONE_UNLABELED = "nothing is unlabeled: choose others, such as status:to-be-confirmed"


EFFORTS = {
    Effort.QUICK: "quick",
    Effort.STANDARD: "standard",
    Effort.THOROUGH: "thorough (slow)",
}
"""How much is spent on other looks at the images, as it is called here."""


class AutoLabelDialog(Dialog[RunRequest]):
    """Answers with the run to start. The model of `resumed`, a run to go on with, is looked for."""

    @dataclass
    class Found(Message):
        """The models there are."""

        models: list[Path]

    @dataclass
    class Described(Message):
        """What a model is, or why it cannot be used."""

        path: Path
        about: str
        wrong: bool

    def __init__(
        self, actions: Sequence[Action], session: LabelingSession, resumed: Run | None
    ) -> None:
        super().__init__(actions)
        self._session = session
        self._job_task = session.task
        self._names = names_now(session.labels)
        self._resumed = resumed
        self._known: list[Path] = []
        self._rows: list[Path] = []

    def compose(self) -> ComposeResult:
        """Lay out the lines to fill in, the first over the models to choose from."""
        unlabeled = self._session.stats().unlabeled
        asked = self._resumed.settings if self._resumed else {}
        with Vertical(classes="box wide") as box:
            box.border_title = f"Resume run {self._resumed.id}" if self._resumed else "Auto label"
            box.border_subtitle = self._keys()
            yield Label("Model: an ONNX file", markup=False)
            yield Input(id="model", compact=True, placeholder="type a path or a part of one")
            yield VirtualList(self._draw, id="models")
            yield OneLine(id="about")
            yield Label(
                "Threshold: scores below it are left out; empty takes the model's", markup=False
            )
            yield Input(
                _number(asked.get("threshold")),
                id="threshold",
                compact=True,
                placeholder="the model's",
            )
            chosen = f"empty takes the {count(unlabeled, 'unlabeled sample')}"
            yield Label(
                f"Samples: a filter; {chosen if unlabeled else _NONE_UNLABELED}", markup=False
            )
            yield Input(
                str(asked.get("filter", "")),
                id="which",
                compact=True,
                placeholder="status:unlabeled -name:test",
            )
            with Horizontal(classes="field"):
                yield Label("Effort", markup=False)
                yield Choice(list(EFFORTS.values()), chosen=_effort(asked), id="effort")
            with Horizontal(classes="field"):
                yield Label("Encoder", markup=False)
                yield Input(id="encoder", compact=True, placeholder=_encoder_hint(asked))
            with Horizontal(classes="field"):
                yield Label("Classes", markup=False)
                yield Input(_mapping(asked), id="classes", compact=True, placeholder=_CLASSES)
            yield OneLine(id="problem")

    def _keys(self) -> str:
        up, down, field = (self.key(f"dialog_{a}") for a in ("up", "down", "toggle"))
        accept, close = self.key("dialog_accept"), self.key("dialog_close")
        return f"{up}{down} choose · {field} next field · {accept} starts · {close} closes"

    def on_mount(self) -> None:
        """Look for models."""
        self._find()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Offer what the typed path may become; look at the model once it is one."""
        self.query_one("#problem", OneLine).show("")
        if event.input.id == "model":
            self._offer(event.value)

    def on_auto_label_dialog_found(self, message: Found) -> None:
        """Offer the models found, the one resumed first."""
        self._known = message.models
        wanted = self._resumed.model if self._resumed else ""
        match = next((m for m in self._known if m.stem == wanted), None)
        model = self.query_one("#model", Input)
        if match is not None and not model.value:
            model.value = str(match)
        else:
            self._offer(model.value)

    def on_auto_label_dialog_described(self, message: Described) -> None:
        """Say what the model is."""
        if message.path == self._model():
            style = "$error" if message.wrong else "$muted"
            self.query_one("#about", OneLine).show(message.about, style)

    def on_virtual_list_moved(self) -> None:
        """Look at the model under the cursor."""
        self._look()

    def on_virtual_list_chosen(self) -> None:
        """Take the model clicked."""
        model = self._model()
        if model is not None:
            self.query_one("#model", Input).value = str(model)

    def action_dialog_down(self) -> None:
        """Go to the next model."""
        rows = self.query_one(VirtualList)
        rows.move_to(rows.cursor + 1)

    def action_dialog_up(self) -> None:
        """Go to the previous model."""
        rows = self.query_one(VirtualList)
        rows.move_to(rows.cursor - 1)

    def action_dialog_toggle(self) -> None:
        """Go to the next field."""
        self.focus_next("Input, Choice")

    def action_dialog_accept(self) -> None:
        """Start, if what was filled in makes sense."""
        try:
            self.dismiss(self._request())
        except UsageError as error:
            self.query_one("#problem", OneLine).show(str(error), "$error bold")

    def _request(self) -> RunRequest:
        model = self._model()
        if model is None or not is_file(model):
            raise UsageError("give the path of an ONNX file")
        expression = self.query_one("#which", Input).value.strip()
        tab = Tab.ALL if expression else Tab.UNLABELED
        if not len(self._session.query(tab, expression)):
            raise UsageError("no sample passes the filter" if expression else _NONE_UNLABELED)
        text = self.query_one("#threshold", Input).value.strip()
        try:
            threshold = float(text) if text else None
        except ValueError:
            raise UsageError("the threshold is a number between 0 and 1, such as 0.3") from None
        if threshold is not None and not 0 <= threshold <= 1:
            raise UsageError("the threshold is a number between 0 and 1, such as 0.3")
        effort = next(e for e, w in EFFORTS.items() if w == self.query_one(Choice).value)
        asked = self._resumed.settings if self._resumed else {}
        beyond, typed = beyond_a_form(asked), self.query_one("#classes", Input).value
        if typed != _mapping(asked):
            beyond["mapping"] = parsed(typed)
        return RunRequest(
            model,
            threshold=threshold,
            filter=expression,
            effort=effort,
            encoder=self._encoder(),
            **beyond,
        )

    def _encoder(self) -> Path | None:
        typed = self.query_one("#encoder", Input).value.strip()
        if not typed:
            return None
        encoder = typed_path(typed)
        if not is_file(encoder):
            raise UsageError("there is no such encoder: give an ONNX file, or leave it empty")
        return encoder

    def _model(self) -> Path | None:
        """Return the model under the cursor, else the path typed."""
        index = self.query_one(VirtualList).cursor
        if 0 <= index < len(self._rows):
            return self._rows[index]
        typed = self.query_one("#model", Input).value.strip()
        return typed_path(typed) if typed else None

    def _offer(self, typed: str) -> None:
        self._rows = completions(typed, self._known)
        self.query_one(VirtualList).set_rows(len(self._rows), 0)
        self._look()

    def _look(self) -> None:
        model = self._model()
        about = self.query_one("#about", OneLine)
        if model is None:
            about.show("no model here yet")
        elif not is_file(model):
            about.show(f"no model at {printable(str(model))}: give an ONNX file", "$muted")
        else:
            about.show("reading the model…")
            self._describe(model)

    @work(thread=True, exclusive=True, group="models", exit_on_error=False)
    def _find(self) -> None:
        self.post_message(self.Found(models_nearby(self._session.path)))

    @work(thread=True, exclusive=True, group="describe", exit_on_error=False)
    def _describe(self, model: Path) -> None:
        try:
            about, wrong = describe(prepare(RunRequest(model)), self._job_task, self._names)
        except HardcaseError as error:
            about, wrong = str(error), True
        self.post_message(self.Described(model, about, wrong))

    def _draw(self, index: int, width: int) -> list[Part]:
        path = self._rows[index]
        name_width = min(width // 2, 36)
        return [
            ("▌" if index == self.query_one(VirtualList).cursor else " ", "strong"),
            (fit(path.name, name_width), ""),
            (fit(f"  {path.parent}", width - name_width - 1), "muted"),
        ]


def describe(prepared: PreparedRun, task: Task, names: Mapping[str, str]) -> tuple[str, bool]:
    """Return what a model is for, in a line, and whether it is wrong for a job.

    The job has `task` and the labels that `names` tell; a job without any takes the model's.
    """
    profile = prepared.profile
    first = ", ".join(map(printable, profile.labels[:3])) + (", …" * (len(profile.labels) > 3))
    about = f"{profile.task.value}, {count(len(profile.labels), 'label')}: {first}"
    if profile.task is not task:
        return f"{about}; this is a {task.value} job", True
    labels, known = names.values(), labels_of(profile.labels, names, {}).values()
    if labels and not known:
        return f"{about}; it knows none of this job's labels: map them below", True
    shared = f"; knows {len(set(known))} of this job's {len(set(labels))}" if labels else ""
    return f"{about}{shared}; threshold {prepared.threshold:.2f}", False


def _effort(asked: Mapping[str, object]) -> str:
    """Return what the effort of a run is called, the standard one of a run that has none."""
    value = asked.get("effort")
    return next((EFFORTS[e] for e in Effort if e.value == value), EFFORTS[Effort.STANDARD])


def _mapping(asked: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={label}" for name, label in beyond_a_form(asked)["mapping"])


def _encoder_hint(asked: Mapping[str, object]) -> str:
    if asked.get("encoder"):
        return "the run had one: give it again to go on with it"
    return "empty: the model itself tells which images are alike"


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else ""
