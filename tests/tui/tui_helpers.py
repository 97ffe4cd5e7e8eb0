"""The app over a job of tiny images, and waiting for what must come."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from hardcase.model.boxes import Box
from hardcase.model.changes import Edit, Kind, Table
from hardcase.model.job import Annotation, Run, RunState, Sample, Status, Task
from hardcase.session import LabelingSession, Tab
from hardcase.tui.actions import ACTIONS
from hardcase.tui.app import HardcaseApp
from hardcase.tui.screens.job import JobScreen
from hardcase.tui.widgets.lines import Hints, OneLine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

LABELS = ("cat", "dog", "traffic light")


def make_images(folder: Path, names: list[str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for n, name in enumerate(names):
        Image.new("RGB", (40, 30), (n * 20 % 256, 90, 160)).save(folder / name)
    return folder


def auto_labeled(session: LabelingSession, coefficients: dict[int, float]) -> None:
    """Leave samples to be confirmed, as a run would: hard from a coefficient of 0.5 on."""
    run = Run(
        1, "pre-label", "toy", RunState.COMPLETED, total=9, done=9, ended_at="2026-01-01T00:00:00Z"
    )
    edits: list[Edit] = [Edit(Table.RUNS, 1, None, run)]
    for sample_id, coefficient in coefficients.items():
        before = session.sample(sample_id)
        box = Box(2, 2, 20, 20) if session.task is Task.DETECTION else None
        boxes = (Annotation("cat", box, 0.6, "toy#1"),)
        if box is not None:
            boxes += (Annotation("dog", Box(10, 5, 35, 28), 0.4, "toy#1"),)
        after = Sample(
            before.id,
            before.path,
            Status.TO_BE_CONFIRMED,
            boxes,
            hard=coefficient >= 0.5,
            coefficient=coefficient,
            reasons=(1, 20),
            labeled_by="toy#1",
            width=40,
            height=30,
        )
        edits.append(Edit(Table.SAMPLES, sample_id, before, after))
    session.commit("auto label", edits, Kind.RECORD)


def app_on(
    session: LabelingSession | None, tab: Tab | None = Tab.ALL, **options: Any
) -> HardcaseApp:
    return HardcaseApp(options.pop("actions", ACTIONS), session=session, tab=tab, **options)


async def wait_for(pilot: Pilot[None], met: Callable[[], object], what: str = "condition") -> None:
    deadline = time.monotonic() + 60
    while True:
        await pilot.pause()
        if met():
            return
        if time.monotonic() > deadline:
            pytest.fail(f"timed out waiting for: {what}")
        await pilot.pause(0.01)


async def job_screen(pilot: Pilot[None]) -> JobScreen:
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, JobScreen), "the job screen")
    screen = pilot.app.screen
    assert isinstance(screen, JobScreen)
    await wait_for(pilot, lambda: screen.query_one(Hints).size.height > 0, "its layout")
    return screen


def said(screen: Any) -> str:
    return screen.query_one("#message", OneLine).text


def screen_text(app: HardcaseApp) -> list[str]:
    """The lines of the screen as painted."""
    width, height = app.size
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip)[:width] for strip in strips][:height]
