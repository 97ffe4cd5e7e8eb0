"""Models that are looked at in the app: what they are taken for, and engines that answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from tui_helpers import job_screen, wait_for

from hardcase.inference import Certainty, EngineRequest, Profile, Recognition
from hardcase.inference.profile.schema import Activation, Decoder, InputSpec
from hardcase.inference.recognition import Sign
from hardcase.model.evidence import ORIGINAL, Detections, Evidence, PixelStatistics
from hardcase.model.job import Task
from hardcase.tui.dialogs.auto_label import AutoLabelDialog
from hardcase.tui.dialogs.model_look import ModelLookDialog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from hardcase.session.autolabel.run_request import RunRequest

CLASSES = ("cat", "dog", "bus")
PIXELS = PixelStatistics(0.5, 0.3, 0.2, 5)


def detector(decoder: Decoder = Decoder.YOLOV5) -> Profile:
    return Profile(Task.DETECTION, decoder, InputSpec((64, 64)), CLASSES)


def recognised() -> Recognition:
    return Recognition(
        detector(),
        Certainty.LIKELY,
        (f"{Decoder.YOLOV5.family.title}: it answers 126 rows", "colours are those of its family"),
        "labels.txt",
        (Sign.SHAPES, Sign.PROBE),
        (detector(Decoder.YOLOX_DECODED),),
    )


def classifier() -> Recognition:
    profile = Profile(
        Task.CLASSIFICATION,
        Decoder.CLASSIFIER,
        InputSpec((8, 8)),
        CLASSES,
        activation=Activation.SOFTMAX,
    )
    why = ("a classifier: it answers 3 numbers",)
    return Recognition(profile, Certainty.GUESS, why, "labels.txt", (Sign.SHAPES,))


class Answering:
    """An engine that answers each image at once; `wrong` decoders raise, others move the boxes."""

    made: list[Answering]

    def __init__(self, request: EngineRequest) -> None:
        self.profile, self.closed = request.profile, False
        type(self).made.append(self)

    def run(self, items: Iterator[tuple[int, Path]]) -> Iterator[tuple[int, Evidence | str]]:
        for sample_id, _path in items:
            if self.profile.task is Task.CLASSIFICATION:
                chances = np.array([0.2, 0.7, 0.1], np.float32)
                yield sample_id, Evidence(40, 30, PIXELS, None, {ORIGINAL: chances})
                continue
            left = 2.0 if self.profile.decoder is Decoder.YOLOV5 else 20.0
            boxes = np.array([[left, 2, left + 15, 20], [5, 5, 12, 12]], np.float32)
            scores, classes = np.array([0.9, 0.35], np.float32), np.array([sample_id % 2, 2])
            yield (
                sample_id,
                Evidence(40, 30, PIXELS, {ORIGINAL: Detections(boxes, scores, classes)}),
            )

    def close(self) -> None:
        self.closed = True


async def look(
    pilot: Pilot[None], model: Path, *, key: str = "enter", keys: tuple[str, ...] = ()
) -> tuple[ModelLookDialog, list[RunRequest | None]]:
    """Open the form, type the model, press `keys`, and go on to the look at it by `key`."""
    screen = await job_screen(pilot)
    answers: list[RunRequest | None] = []
    form = AutoLabelDialog(screen.actions, screen.session, None)
    pilot.app.push_screen(form, answers.append)
    await wait_for(pilot, lambda: pilot.app.screen is form and form.query("#effort"), "the form")
    await pilot.press(*model.stem[:7])
    await pilot.press(*keys, key)
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, ModelLookDialog), "the look")
    shown = pilot.app.screen
    assert isinstance(shown, ModelLookDialog)
    return shown, answers


async def seen(pilot: Pilot[None], shown: ModelLookDialog, what: Callable[[], object]) -> None:
    await wait_for(pilot, lambda: shown.query("#seen") and what(), "what the model says")
