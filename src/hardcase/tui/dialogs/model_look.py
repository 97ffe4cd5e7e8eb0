"""A look at what a model says of the job's own images: accept it, or read the model otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical

from hardcase.errors import HardcaseError
from hardcase.inference import accepted
from hardcase.inference.profile import telling
from hardcase.inference.profile.variants import aspects
from hardcase.model.numbers import count
from hardcase.model.palette import LABEL_COLOURS
from hardcase.session.autolabel import pixel_check
from hardcase.session.autolabel.class_map import labels_of, wanted_labels
from hardcase.session.autolabel.model_look import Sighting, sighting
from hardcase.session.autolabel.run_request import used_as
from hardcase.session.label_list import names_now
from hardcase.tui.actions import Place
from hardcase.tui.bindings import place_bindings
from hardcase.tui.canvas.canvas import ImageCanvas, Overlay
from hardcase.tui.dialogs.dialog import ListDialog
from hardcase.tui.widgets.lines import OneLine
from hardcase.tui.widgets.reading_rows import ReadingRows
from hardcase.tui.widgets.seen_lines import SeenLines
from hardcase.tui.workers.model_eye import ModelEye

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from textual.app import ComposeResult

    from hardcase.inference import Profile
    from hardcase.model.evidence import Evidence
    from hardcase.session import LabelingSession
    from hardcase.session.autolabel.run_request import PreparedRun, RunRequest
    from hardcase.tui.actions import Action

_LEFT_OUT = "#8a8a8a"
_REASONS, _ROWS_A_REASON = 7, 8
"""How many lines of why there are at most, and how many rows of the screen each takes to show."""


class ModelLookDialog(ListDialog["PreparedRun"]):
    """Answers with the run as it was accepted; the reading is kept as the profile of the model.

    `images` are those to look at, by sample. What the model said of them by one reading is
    remembered while others are tried.
    """

    AUTO_FOCUS = ""

    def __init__(
        self,
        actions: Sequence[Action],
        session: LabelingSession,
        prepared: PreparedRun,
        images: Mapping[int, Path],
    ) -> None:
        super().__init__(actions)
        self._bindings = place_bindings(actions, (Place.LOOK, Place.DIALOG))
        self._session = session
        self._prepared = prepared
        self._found = prepared.recognition
        self._kept = prepared.profile if prepared.recognition is None else None
        self._images = tuple(images.items())
        self._at = 0
        self._eye = ModelEye(prepared.request.model, images)
        self._said: dict[Profile, dict[int, Evidence | str]] = {}
        self._errors: dict[Profile, str] = {}
        self._touched = False

    def compose(self) -> ComposeResult:
        """Lay out why over the picture, and beside it how the model is read and what it says."""
        with Vertical(classes="box whole") as box:
            box.border_title = f"What {self._prepared.name} says"
            box.border_subtitle = self._hints()
            yield OneLine(id="headline")
            for n in range(_REASONS):
                yield OneLine(id=f"reason{n}")
            with Horizontal():
                yield ImageCanvas(id="looked-at")
                with Vertical(id="beside"):
                    yield ReadingRows()
                    yield SeenLines()
            yield OneLine(id="image")
            yield OneLine(id="problem")
            yield self._eye

    def on_resize(self) -> None:
        """Give the reasons the lines that the picture can spare."""
        for n in range(_REASONS):
            self.query_one(f"#reason{n}").display = n < self.size.height // _ROWS_A_REASON

    def on_mount(self) -> None:
        """Show the first image, and run the model over all of them."""
        self._show()
        self._eye.look(self._prepared, {})
        if not self._images:
            self._say("there is no image to look at", "$warning")
        if self._found is None:
            self._eye.recognise()
        elif labeled := pixel_check.labeled_for(self._session, self._found):
            shown = count(len(labeled.items), "image")
            self._say(f"trying scales of pixels on {shown} that people labeled…")
            self._eye.settle(self._found, labeled)

    # -- keys

    def action_look_next(self) -> None:
        """Show the next image."""
        self._turn(1)

    def action_look_previous(self) -> None:
        """Show the previous image."""
        self._turn(-1)

    def action_look_boxes(self) -> None:
        """Show or hide the boxes."""
        canvas = self.query_one(ImageCanvas)
        canvas.overlays_visible = not canvas.overlays_visible

    def action_look_change(self, step: int) -> None:
        """Read the model another way, or take another threshold."""
        rows, now = self.query_one(ReadingRows), self._prepared
        request, profile = now.request, now.profile
        if rows.aspect is None:
            request = replace(request, threshold=rows.stepped(now.threshold, step))
        else:
            profile, self._touched = rows.aspect.stepped(step), True
        if self._use(request, profile):
            self._say(rows.told)

    def go(self, step: int) -> None:
        """Go to another thing that may be otherwise, and tell of it."""
        super().go(step)
        self._say(self.query_one(ReadingRows).told)

    def action_dialog_accept(self) -> None:
        """Keep the reading and go on with it, once what it makes of the image is seen."""
        profile = self._prepared.profile
        seen = self._said.get(profile, {})
        if profile in self._errors:
            self._say("it cannot be run so: read it otherwise", "$error bold")
        elif self._images and self._images[self._at][0] not in seen:
            self._say("the model is still looking at this image")
        elif profile == self._kept:
            self.dismiss(self._prepared)
        else:
            self._say("keeping that…")
            self._eye.keep(accepted(self._found, profile, len(seen)))

    # -- what comes back

    def on_model_eye_seen(self, message: ModelEye.Seen) -> None:
        """Show what is said of an image."""
        self._said.setdefault(message.profile, {})[message.sample_id] = message.said
        if message.profile == self._prepared.profile:
            self._show_image()

    def on_model_eye_failed(self, message: ModelEye.Failed) -> None:
        """Say why the model cannot be run so."""
        self._errors[message.profile] = message.error
        if message.profile == self._prepared.profile:
            self._show_image()

    def on_model_eye_told(self, message: ModelEye.Told) -> None:
        """Offer the other readings there are; take pixels that were settled."""
        self._found = message.found
        if message.settled:
            self._say(message.found.reasons[-1])
            if not self._touched:
                self._use(self._prepared.request, message.found.profile)
        self._show()

    def on_model_eye_kept(self, message: ModelEye.Kept) -> None:
        """Go on, or say why the reading cannot be kept."""
        if message.error:
            self._say(message.error, "$error bold")
        else:
            self.dismiss(replace(self._prepared, recognition=None))

    # -- showing

    def _use(self, request: RunRequest, profile: Profile) -> bool:
        """Read the model by a profile from now on, and run it so. Return whether that fits."""
        before = self._prepared
        try:
            self._prepared = used_as(request, before.sha256, profile, self._found)
        except HardcaseError as error:
            self._say(str(error), "$error bold")
            return False
        if profile != before.profile and profile not in self._errors:
            self._eye.look(self._prepared, self._said.get(profile, {}))
        self._show()
        return True

    def _show(self) -> None:
        """Show why, how the model is read, and the image."""
        now, found = self._prepared, self._found
        if found is not None and found.profile == now.profile:
            headline, lines = telling.headline(found), telling.reasons(found)
        else:
            whose = "as it is kept" if now.profile == self._kept else "as you read it"
            headline, lines = f"{whose}: {now.profile.decoder.family.title}", ()
        self.query_one("#headline", OneLine).show(headline, "bold")
        for n in range(_REASONS):
            line = self.query_one(f"#reason{n}", OneLine)
            line.show(lines[n] if n < len(lines) else "", "$muted")
        self.query_one(ReadingRows).show(aspects(now.profile, found), now.threshold)
        self._show_image()

    def _show_image(self) -> None:
        """Show the image at hand with what is said of it."""
        if not self._images:
            return
        sample_id, path = self._images[self._at]
        seen = self._sighting(sample_id)
        colours = self._label_colours()
        boxes = (
            []
            if seen is None
            else [
                *(
                    Overlay(a.box, a.label, a.score, colours.get(a.label, "#ffffff"))
                    for a in seen.annotations
                    if a.box is not None
                ),
                *(
                    Overlay(a.box, a.label, a.score, _LEFT_OUT)
                    for a in seen.left_out
                    if a.box is not None
                ),
            ]
        )
        self.query_one(ImageCanvas).show(path, overlays=boxes, key=sample_id)
        self.query_one(SeenLines).show(seen, colours)
        place = f"image {self._at + 1} of {len(self._images)}"
        state = "" if seen is not None else "  looking…"
        self.query_one("#image", OneLine).show(
            f"{place}  {self._session.sample(sample_id).path}{state}", "$muted"
        )

    def _sighting(self, sample_id: int) -> Sighting | None:
        now = self._prepared
        if now.profile in self._errors:
            return Sighting(error=self._errors[now.profile])
        said = self._said.get(now.profile, {}).get(sample_id)
        if said is None:
            return None
        try:
            labels = labels_of(now.profile.labels, self._label_names(), now.mapping)
        except HardcaseError as error:
            return Sighting(error=str(error))
        return sighting(said, now, labels)

    def _label_names(self) -> Mapping[str, str]:
        """Return the labels by name; a job without any takes those of the model."""
        profile, mapping = self._prepared.profile, self._prepared.mapping
        known = names_now(self._session.labels)
        return known or {name: name for name in wanted_labels(profile.labels, mapping)}

    def _label_colours(self) -> Mapping[str, str]:
        if self._session.labels:
            return {label.name: label.colour for label in self._session.labels}
        names = self._label_names()
        return {name: LABEL_COLOURS[n % len(LABEL_COLOURS)] for n, name in enumerate(names)}

    def _turn(self, step: int) -> None:
        if self._images:
            self._at = (self._at + step) % len(self._images)
            self._show_image()

    def _say(self, text: str, style: str = "") -> None:
        self.query_one("#problem", OneLine).show(text, style)

    def _hints(self) -> str:
        up, down = self.key("dialog_up"), self.key("dialog_down")
        left, right = self.key("look_change_previous"), self.key("look_change_next")
        image, boxes = self.key("look_next"), self.key("look_boxes")
        accept, close = self.key("dialog_accept"), self.key("dialog_close")
        return (
            f"{image} next image · {boxes} boxes · {up}{down}{left}{right} read it otherwise · "
            f"{accept} accepts · {close} back"
        )
