"""The box editor over images of 320x160, whose cells are 4x8 source pixels at 80x24."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from PIL import Image
from tui_helpers import LABELS, app_on, job_screen, wait_for

from hardcase.model.boxes import Box
from hardcase.model.changes import Edit, Kind, Table
from hardcase.model.job import Annotation, Prediction, Run, RunState, Status, Task
from hardcase.session import LabelingSession, Tab
from hardcase.tui.editor.screen import EditScreen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from textual.pilot import Pilot

MODEL = "toy#1"
ALL_OF_IT = ("b", "a", "a", "z", "t")
"""Keys that draw a box over the whole image at 80x24, from the first letters to the last."""
CAT = Annotation("cat", Box(40, 40, 120, 120), 0.9, MODEL)
DOG = Annotation("dog", Box(160, 16, 240, 96), 0.4, MODEL)


def boxed_job(
    folder: Path, annotations: Sequence[Annotation] = (CAT, DOG), labels: Sequence[str] = LABELS
) -> LabelingSession:
    """A detection job of three images, the first two to be confirmed with `annotations`."""
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(3):
        Image.new("RGB", (320, 160), (40 * n, 90, 160)).save(folder / f"{n}.png")
    session = LabelingSession.create(folder, Task.DETECTION, labels)
    edits = [Edit(Table.RUNS, 1, None, Run(1, "pre-label", "toy", RunState.COMPLETED))]
    for sample_id in (1, 2):
        before = session.sample(sample_id)
        after = replace(
            before,
            status=Status.TO_BE_CONFIRMED,
            annotations=tuple(annotations),
            coefficient=0.9 - sample_id / 10,
            labeled_by=MODEL,
            width=320,
            height=160,
        )
        said = Prediction(sample_id, 1, tuple(annotations), width=320, height=160)
        edits.append(Edit(Table.SAMPLES, sample_id, before, after))
        edits.append(Edit(Table.PREDICTIONS, sample_id, None, said))
    session.commit("auto label", edits, Kind.RECORD)
    return session


@asynccontextmanager
async def editor_on(
    session: LabelingSession, tab: Tab = Tab.ALL, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Pilot[None], EditScreen]]:
    async with app_on(session, tab).run_test(size=size) as pilot:
        await job_screen(pilot)
        yield pilot, await opened(pilot)


async def opened(pilot: Pilot[None]) -> EditScreen:
    await pilot.press("e")
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, EditScreen), "the editor")
    screen = pilot.app.screen
    assert isinstance(screen, EditScreen)
    await wait_for(pilot, lambda: screen.canvas.placement is not None, "its picture")
    return screen


async def left(pilot: Pilot[None]) -> None:
    await job_screen(pilot)


def boxes(session: LabelingSession, sample_id: int = 1) -> list[tuple[float, ...]]:
    return [tuple(a.box) for a in session.sample(sample_id).annotations if a.box]


def changes(session: LabelingSession) -> int:
    return sum(change.kind is Kind.EDIT for change in session.history())
