"""Asking what auto labeling needs to know: a model, a threshold, which samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Label

from hardcase.errors import HardcaseError, UsageError
from hardcase.model.numbers import count
from hardcase.session import Tab
from hardcase.session.autolabel.model_look import images_of
from hardcase.session.autolabel.run_request import PreparedRun, RunRequest, used_as
from hardcase.session.autolabel.targets import unlabeled
from hardcase.tui.dialogs import auto_label_form as form
from hardcase.tui.dialogs.dialog import Dialog
from hardcase.tui.dialogs.model_look import ModelLookDialog
from hardcase.tui.typed_path import is_file
from hardcase.tui.widgets.choice import Choice
from hardcase.tui.widgets.lines import Reason
from hardcase.tui.widgets.model_picker import ModelPicker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.app import ComposeResult
    from textual.widget import Widget

    from hardcase.model.job import Run
    from hardcase.session import LabelingSession
    from hardcase.tui.actions import Action

_NONE_UNLABELED = "nothing is unlabeled: choose others, such as status:to-be-confirmed"
_ALL = "all"


class AutoLabelDialog(Dialog[RunRequest]):
    """Answers with the run to start. The model of `resumed`, a run to go on with, is looked for.

    Samples `selected` are what it chooses from, unless it is told otherwise. A model that nobody
    has accepted yet is looked at first, see `ModelLookDialog`.
    """

    def __init__(
        self,
        actions: Sequence[Action],
        session: LabelingSession,
        resumed: Run | None,
        selected: Sequence[int] = (),
    ) -> None:
        super().__init__(actions)
        self._session = session
        self._resumed = resumed
        self._asked = resumed.settings if resumed else {}
        self._selected = tuple(selected)
        self._images = images_of(session)
        runs = [resumed] if resumed else [run for run in session.runs if run.files]
        wanted = runs[0].model if runs else ""
        self._picker = ModelPicker(session, self._images, wanted)
        self._starting: bool | None = None
        """Whether to start, or only to look, once the model is read; None for neither."""

    def compose(self) -> ComposeResult:
        """Lay out the model to choose over the lines to fill in."""
        with Vertical(classes="box wide") as box:
            box.border_title = f"Resume run {self._resumed.id}" if self._resumed else "Auto label"
            box.border_subtitle = self._keys()
            yield self._picker
            for title, widget in self._fields():
                with Horizontal(classes="field"):
                    yield Label(title, markup=False)
                    yield widget
            yield Reason(id="problem")

    def on_input_changed(self) -> None:
        """Take back what was said of what was typed before."""
        self._starting = None
        self.say("")

    def on_model_picker_read(self, message: ModelPicker.Read) -> None:
        """Go on, if that was waited for."""
        if message.path == self._picker.path and self._starting is not None:
            self._go_on(starting=self._starting)

    def action_dialog_down(self) -> None:
        """Go to the next model."""
        self._picker.move(1)

    def action_dialog_up(self) -> None:
        """Go to the previous model."""
        self._picker.move(-1)

    def action_dialog_toggle(self) -> None:
        """Go to the next field."""
        self.focus_next("Input, Choice")

    def action_dialog_look(self) -> None:
        """Look at what the model says of some images."""
        self._go_on(starting=False)

    def action_dialog_accept(self) -> None:
        """Start, if what was filled in makes sense; a model nobody knows yet is looked at first."""
        self._go_on(starting=True)

    def _go_on(self, *, starting: bool) -> None:
        self._starting = None
        try:
            prepared = self._prepared()
        except HardcaseError as error:
            self.say(str(error), "$error bold")
            return
        if prepared is None:
            self._starting = starting
            self.say("reading the model…")
        elif starting and self._is_accepted(prepared):
            self.dismiss(prepared.request)
        else:
            look = ModelLookDialog(self.actions, self._session, prepared, self._images)
            self.app.push_screen(look, lambda answer: self._looked(answer, starting=starting))

    def _looked(self, answer: PreparedRun | None, *, starting: bool) -> None:
        """Take over what was accepted of a model."""
        if answer is None:
            return
        self._picker.take(answer)
        if starting:
            self.dismiss(answer.request)
        elif answer.request.threshold is not None:
            typed = {"threshold": answer.request.threshold, "thresholds": dict(answer.thresholds)}
            self.query_one("#threshold", Input).value = form.thresholds_in_words(typed)

    def _is_accepted(self, prepared: PreparedRun) -> bool:
        """Return whether somebody wrote or accepted how the model is used, now or in the run."""
        as_before = prepared.profile.to_json() == self._asked.get("profile")
        return prepared.recognition is None or as_before or not self._images

    def _prepared(self) -> PreparedRun | None:
        """Return the run that is asked for, None while its model is read. Raises HardcaseError."""
        request = self._request()
        read = self._picker.read(request.model)
        if read is None:
            return None
        if isinstance(read, str):
            raise UsageError(read)
        if read.profile.task is not self._session.task:
            raise UsageError(f"this is a {self._session.task.value} job: choose another model")
        return used_as(request, read.sha256, read.profile, read.recognition)

    def _request(self) -> RunRequest:
        model = self._picker.path
        if model is None or not is_file(model):
            raise UsageError("give the path of an ONNX file")
        typed = {field.id or "": field.value for field in self.query(Input)}
        typed |= {choice.id or "": choice.value for choice in self.query(Choice)}
        among = self._selected if typed.get("among", _ALL) != _ALL else ()
        request = form.request_of(model, typed, self._asked, among)
        tab = Tab.ALL if request.is_choosy else Tab.UNLABELED
        chosen = set(self._session.query(tab, request.filter).tolist())
        if request.samples:
            chosen &= set(request.samples)
        if not chosen:
            raise UsageError("no sample passes the filter" if request.filter else _NONE_UNLABELED)
        return request

    def _fields(self) -> Iterator[tuple[str, Widget]]:
        """Yield the lines to fill in with their titles."""
        asked = self._asked
        free, begun = unlabeled(self._session)
        which = "a filter, such as status:to-be-confirmed: nothing is unlabeled"
        if begun:
            which = f"a filter; empty takes {free:,} unlabeled, not {begun:,} begun by hand"
        elif free:
            which = f"a filter; empty takes the {count(free, 'unlabeled sample')}"
        thresholds = form.thresholds_in_words(asked)
        yield (
            "Threshold",
            _line("threshold", thresholds, "the model's; 0.3 for all, or 0.3, car=0.6"),
        )
        yield "Samples", _line("which", str(asked.get("filter", "")), which)
        if self._selected:
            yield "Among", Choice((f"the {len(self._selected):,} selected", _ALL), id="among")
        existing = form.existing_in_words(asked)
        yield "Existing", Choice(tuple(form.EXISTING.values()), chosen=existing, id="existing")
        hint = "car=vehicle, person= leaves out; empty: by their names"
        yield "Classes", _line("classes", form.mapping_in_words(asked), hint)
        effort = form.effort_in_words(asked)
        yield "Effort", Choice(tuple(form.EFFORTS.values()), chosen=effort, id="effort")
        yield "Encoder", _line("encoder", "", form.encoder_hint(asked))
        yield "Engine", _line("engine", "", "this machine; ray, auto or HOST:PORT for a cluster")
        yield "Provider", _line("provider", "", "the best there is; cpu, cuda, openvino, coreml, …")

    def _keys(self) -> str:
        up, down, field = (self.key(f"dialog_{a}") for a in ("up", "down", "toggle"))
        look, accept, close = (self.key(f"dialog_{a}") for a in ("look", "accept", "close"))
        return f"{up}{down} model · {field} field · {look} look · {accept} goes on · {close} closes"


def _line(name: str, value: str, hint: str) -> Input:
    return Input(value, id=name, compact=True, placeholder=hint)
