"""What a look at a model takes time for: running it, recognising it, settling pixels, keeping."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import work
from textual.message import Message
from textual.widget import Widget

from hardcase.errors import HardcaseError
from hardcase.inference import keep_profile, recognise_model
from hardcase.session.autolabel import model_look, pixel_check
from hardcase.tui.fallen import Fallen, why_fallen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from textual.timer import Timer
    from textual.worker import Worker

    from hardcase.inference import Engine, Profile, Recognition
    from hardcase.model.evidence import Evidence
    from hardcase.session.autolabel.pixel_check import Labeled
    from hardcase.session.autolabel.run_request import PreparedRun

_STILL_SECONDS = 0.15
"""How long a reading must stand before the model is run by it: keys come faster than children."""


class ModelEye(Widget, can_focus=False):
    """Works on threads and says by messages what came of it. It shows nothing itself."""

    DEFAULT_CSS = "ModelEye { display: none; }"

    @dataclass
    class Seen(Message):
        """What the model says of an image, read by a profile."""

        profile: Profile
        sample_id: int
        said: Evidence | str

    @dataclass
    class Failed(Message):
        """Why the model cannot be run by a profile."""

        profile: Profile
        error: str

    @dataclass
    class Told(Message):
        """What the model is recognised as; `settled` if images that people labeled had a say."""

        found: Recognition
        settled: bool = False

    @dataclass
    class Kept(Message):
        """The reading is kept, or `error` says why it is not."""

        error: str = ""

    def __init__(self, model: Path, images: Mapping[int, Path]) -> None:
        super().__init__()
        self._model = model
        self._images = images
        self._engines: list[Engine] = []
        self._ended = False
        self._soon: Timer | None = None

    def look(self, prepared: PreparedRun, seen: Mapping[int, object]) -> None:
        """Run the model over the images not `seen` yet, instead of whatever it is run for now."""
        if self._soon is not None:
            self._soon.stop()
        self._close()
        left = {i: path for i, path in self._images.items() if i not in seen}
        if left:
            self._soon = self.set_timer(_STILL_SECONDS, lambda: self._look(prepared, left))

    def recognise(self) -> None:
        """Find out what the model is, whatever profile is kept for it."""
        self._recognise()

    def settle(self, found: Recognition, labeled: Labeled) -> None:
        """Find out how the model is fed by images that people have labeled."""
        self._settle(found, labeled)

    def keep(self, answer: Recognition) -> None:
        """Keep what was accepted as the profile of the model."""
        self._keep(answer)

    def on_unmount(self) -> None:
        """End what is under way."""
        self._ended = True
        self._close()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Let the dialog say what brought a thread down."""
        if (reason := why_fallen(event)) is not None:
            self.post_message(Fallen(reason))

    @work(thread=True, exclusive=True, group="look", exit_on_error=False)
    def _look(self, prepared: PreparedRun, left: Mapping[int, Path]) -> None:
        try:
            engine = model_look.engine_for(prepared)
            self._hold(engine)
            for sample_id, said in model_look.look(engine, left):
                self.post_message(self.Seen(prepared.profile, sample_id, said))
        except HardcaseError as error:
            self.post_message(self.Failed(prepared.profile, str(error)))

    @work(thread=True, exclusive=True, group="tell", exit_on_error=False)
    def _recognise(self) -> None:
        try:
            found = recognise_model(self._model, images=self._images.values())
        except HardcaseError:
            return  # there is a profile, and the look tells whether it is right
        self.post_message(self.Told(found))

    @work(thread=True, exclusive=True, group="tell", exit_on_error=False)
    def _settle(self, found: Recognition, labeled: Labeled) -> None:
        try:
            settled = pixel_check.settled(self._model, found, labeled, self._hold)
        except HardcaseError:
            return  # the look itself tells what is wrong
        self.post_message(self.Told(settled, settled=True))

    @work(thread=True, exclusive=True, group="keep", exit_on_error=False)
    def _keep(self, answer: Recognition) -> None:
        try:
            keep_profile(self._model, answer)
        except HardcaseError as error:
            self.post_message(self.Kept(str(error)))
        else:
            self.post_message(self.Kept())

    def _hold(self, engine: Engine) -> None:
        """Remember an engine, to be ended with the dialog."""
        self._engines.append(engine)
        if self._ended:
            engine.close()

    def _close(self) -> None:
        for engine in self._engines:
            engine.close()
        self._engines.clear()
