"""The sample under the cursor: its picture, and what is known of it."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from textual.containers import Vertical

from hardcase.errors import HardcaseError
from hardcase.model.job import HUMAN
from hardcase.tui.canvas.canvas import ImageCanvas, Overlay, Scene
from hardcase.tui.widgets.details_pane import About, DetailsPane

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.app import ComposeResult

    from hardcase.model.job import Sample
    from hardcase.session import LabelingSession


class Telling(Enum):
    """How much the details tell."""

    SOME = auto()
    ALL = auto()
    NOTHING = auto()


class PreviewPane(Vertical, can_focus=False):
    """Picture over details. `box` is the index of the box selected, None if there is none.

    `more` is the key that lists all labels.
    """

    def __init__(self, session: LabelingSession, more: str) -> None:
        super().__init__()
        self._session = session
        self._more = more
        self._telling = Telling.SOME
        self._sample: Sample | None = None
        self.canvas = ImageCanvas(id="canvas")
        self._details = DetailsPane(id="details")
        self.box: int | None = None
        self.resting = False
        """While it is not seen: samples and boxes are followed, pictures and details are not."""
        self._colours: Mapping[str, str] = {}

    def compose(self) -> ComposeResult:
        """Lay out the picture over the details."""
        yield self.canvas
        yield self._details

    @property
    def zoomed(self) -> bool:
        """Whether the picture is zoomed in."""
        return not self.canvas.view.is_fit

    def show(self, sample: Sample | None, colours: Mapping[str, str]) -> None:
        """Show a sample, or that there is none. The picture follows when it is ready."""
        if sample is None or self._sample is None or sample.id != self._sample.id:
            self.box = None
        self._sample = sample
        self._colours = colours
        if sample is None:
            self.canvas.show(None)
            self._details.show("")
            return
        count = len(sample.annotations)
        if self.box is not None and self.box >= count:
            self.box = count - 1 if count else None
        if self.resting:
            return
        overlays = self._overlays(sample, colours, self.box)
        try:
            path = self._session.image_path(sample.id)
        except HardcaseError as error:
            self.canvas.show(None)
            self._details.show(str(error))
            return
        self.canvas.show(path, overlays=overlays, hard=sample.hard, key=sample.id)
        self._show_details()

    def prefetch(self, ids: Iterable[int]) -> None:
        """Make the pictures of the neighbours ready."""
        if self.resting:
            return
        scenes, near = [], []
        for sample_id in ids:
            try:
                sample, path = self._session.sample(sample_id), self._session.image_path(sample_id)
            except HardcaseError:
                continue  # said when the sample itself is shown
            overlays = tuple(self._overlays(sample, self._colours, None))
            scenes.append(Scene(path, sample_id, overlays, sample.hard))
            near.append(self._about(sample, None))
        self.canvas.expected.here(scenes)
        self._details.prefetch(near)

    def prefetch_box(self, box: int | None) -> None:
        """Make the picture of the sample ready with another box selected, and no neighbours."""
        shown = self.canvas.scene
        if self._sample is not None and shown.key == self._sample.id:
            overlays = tuple(self._overlays(self._sample, self._colours, box))
            self.canvas.expected.here([replace(shown, overlays=overlays)])

    def step_box(self, step: int, colours: Mapping[str, str]) -> bool:
        """Select the next (1) or previous (-1) box. Return False where there is none."""
        sample = self._sample
        if sample is None or not sample.annotations:
            return False
        count = len(sample.annotations)
        start = -1 if step > 0 else 0
        self.box = ((start if self.box is None else self.box) + step) % count
        if self.resting:
            return True
        self.canvas.overlays_visible = True
        self.canvas.set_overlays(self._overlays(sample, colours, self.box))
        self._show_details()
        return True

    def on_resize(self) -> None:
        """Give the details their share.

        It does not depend on the sample, so that pictures made ahead fit the canvas.
        """
        self._details.styles.height = self._details_height
        self._show_details()

    def turn_details(self) -> Telling:
        """Tell all there is room for, then nothing, then what is asked for mostly; return which."""
        self._telling = Telling(self._telling.value % len(Telling) + 1)
        self._details.display = self._telling is not Telling.NOTHING
        self.on_resize()
        return self._telling

    @property
    def _details_height(self) -> int:
        if self._telling is Telling.ALL:
            return self.size.height * 3 // 4
        return min(max(self.size.height * 3 // 10, 8), 15)

    def _show_details(self) -> None:
        if self._sample is not None:
            self._details.show(self._about(self._sample, self.box))

    def _about(self, sample: Sample, box: int | None) -> About:
        found = self._session.finding(sample.id)
        return About(sample, self._session.task, self._colours, box, found, self._more)

    def _overlays(
        self, sample: Sample, colours: Mapping[str, str], box: int | None
    ) -> list[Overlay]:
        return [
            Overlay(
                a.box,
                a.label,
                a.score,
                colours.get(a.label, "#ffffff"),
                by_human=a.by == HUMAN,
                selected=n == box,
            )
            for n, a in enumerate(sample.annotations)
            if a.box is not None
        ]
